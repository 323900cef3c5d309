"""Ways round the shielding of a case, each of which is shut."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from ergo.scope import scoped
from referrals.actions import shielding
from referrals.actions.shielding import name_confidant
from referrals.choices import (
    BarringKind,
    EventKind,
    OpeningKind,
    Protection,
    SecurityEventKind,
    ViewKind,
    ViewReason,
)
from referrals.errors import BarredFromCitizen, Shielded
from referrals.models import (
    Barring,
    Confidant,
    Municipality,
    Opening,
    Person,
    Referral,
    SecurityEvent,
    User,
    ViewLog,
    access_of,
)
from tests.factories import (
    NOW,
    TODAY,
    BarringFactory,
    ConfidantFactory,
    InstallationFactory,
    OpeningFactory,
    PersonFactory,
    ReferralFactory,
)
from tests.harness.full_sessions import note
from tests.pages.seen import markup
from tests.unit.actions.acting import acting

ClientFor = Callable[[User], Client]

REASON = "Folkeregisteret har opphevet sperringen, brev av 2. mars"


@pytest.fixture(autouse=True)
def demo(db: None) -> None:
    """Where the factories' identity numbers are accepted."""
    InstallationFactory()


@pytest.fixture
def client_for(client_for: ClientFor) -> ClientFor:
    """Browsers of users who have just confirmed who they are."""

    def confirmed(user: User) -> Client:
        client = client_for(user)
        note(client, user, at=NOW.timestamp())
        return client

    return confirmed


@pytest.fixture
def case(municipality: Municipality, category: Any) -> Referral:
    """Waiting, and the citizen's address is strictly confidential."""
    person = PersonFactory(
        municipality=municipality,
        given_name="Xenia",
        family_name="Ærlingsdotter",
        known=True,
        protection=Protection.STRICTLY_CONFIDENTIAL,
    )
    return ReferralFactory(
        municipality=municipality, person=person, category=category, number="2026-900123", waiting=True
    )


def address(case: Referral, rest: str = "") -> str:
    return f"/k/{case.municipality.code}/henvisninger/{case.number}/{rest}"


def form_for(client: Client, person: Person) -> str:
    """The address of the form of one more referral for the citizen."""
    start = f"/k/{person.municipality.code}/henvisninger/ny/"
    found = client.post(start, {"identifier": person.identifier}, follow=True)
    token = found.wsgi_request.GET["sok"]
    return client.post(f"{start}innbygger/", {"sok": token, "person": str(person.pk)}).url


def log_one_more(client: Client, case: Referral, **typed: str) -> None:
    """Register another referral for the citizen, with what is typed beside the facts it needs."""
    facts = {
        "received_on": "13032026",
        "source": "gp",
        "channel": "letter",
        "category": case.category_id,
        "handling": "referral",
        "written_form": "nb",
        "initial-written_form": "nb",
        "another_because": "Nytt behov",
    }
    before = Referral.objects.count()
    client.post(form_for(client, case.person), facts | typed)
    assert Referral.objects.count() == before + 1


def change_protection(client: Client, case: Referral, protection: str, reason: str = REASON) -> HttpResponse:
    facts = {"protect": "1", "protect-protection": protection, "protect-reason": reason}
    return client.post(address(case, "skjerming/"), facts)


# ---------------------------------------------------------------- the protection itself


@pytest.mark.parametrize("wanted", ["none", "confidential"])
def test_krav_23_emergency_access_does_not_take_the_protection_away(
    wanted: str, case: Referral, therapist_user: User, client_for: ClientFor
) -> None:
    """Whoever opens a case with emergency access cannot lift or lower its protection by registering a referral."""
    OpeningFactory(person=case.person, user=therapist_user, emergency=True)
    client = client_for(therapist_user)
    assert "protection" not in client.get(form_for(client, case.person)).context["form"].fields
    log_one_more(client, case, **{"protection": wanted, "initial-protection": "strictly_confidential"})
    case.person.refresh_from_db()
    assert case.person.protection == Protection.STRICTLY_CONFIDENTIAL
    assert not Confidant.objects.exists()


def test_whoever_protects_an_address_once_more_is_not_named_by_that(
    case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor
) -> None:
    ConfidantFactory(person=case.person, user=coordinator)
    assert change_protection(client_for(coordinator), case, "none").status_code == 302
    log_one_more(
        client_for(therapist_user), case, **{"protection": "confidential", "initial-protection": "none"}
    )
    case.person.refresh_from_db()
    assert case.person.protection == Protection.CONFIDENTIAL
    assert Confidant.objects.get().user == coordinator


def test_somebody_named_changes_the_protection_and_the_history_says_why(
    case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    ConfidantFactory(person=case.person, user=coordinator)
    client = client_for(coordinator)
    assert change_protection(client, case, "none").url == address(case, "skjerming/")
    case.person.refresh_from_db()
    assert case.person.protection == Protection.NONE
    event = case.events.get(kind=EventKind.CORRECTED)
    assert (event.registered_by, event.note) == (coordinator, REASON)
    page = markup(client.get(address(case)))
    assert "Adressesperre: fra " in page and REASON in page


@pytest.mark.parametrize("who", ["coordinator", "manager"])
def test_nobody_who_is_not_named_changes_the_protection(
    who: str, case: Referral, client_for: ClientFor, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    OpeningFactory(person=case.person, user=user, emergency=True)
    page = change_protection(client_for(user), case, "none")
    assert page.status_code == 200 and "Bare den som er" in markup(page)
    case.person.refresh_from_db()
    assert case.person.protection == Protection.STRICTLY_CONFIDENTIAL


@pytest.mark.parametrize("reason", ["", "   ", "fordi"])
def test_the_protection_is_not_changed_without_a_reason(
    reason: str, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    ConfidantFactory(person=case.person, user=coordinator)
    page = change_protection(client_for(coordinator), case, "none", reason)
    assert page.status_code == 200 and page.context["form"].errors
    case.person.refresh_from_db()
    assert case.person.protection == Protection.STRICTLY_CONFIDENTIAL


def test_a_coordinator_protects_an_address_on_the_page_and_is_the_first_who_is_named(
    case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    Person.objects.update(protection=Protection.NONE)
    client = client_for(coordinator)
    assert client.get(address(case, "skjerming/")).context["may_protect"]
    assert change_protection(client, case, "confidential").status_code == 302
    assert client.get(address(case)).status_code == 302
    assert Confidant.objects.get().user == coordinator


def test_nothing_is_decided_about_shielding_before_the_user_has_confirmed_once_more_who_they_are(
    case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor
) -> None:
    named = ConfidantFactory(person=case.person, user=coordinator)
    client = client_for(coordinator)
    note(client, coordinator, at=(NOW - timedelta(minutes=6)).timestamp())
    page = address(case, "skjerming/")
    for answer in (
        change_protection(client, case, "none"),
        client.post(page, {"name": "1", "name-user": therapist_user.pk}),
        client.post(page, {"dismiss": named.pk}),
    ):
        assert answer.status_code == 302 and answer.url.startswith("/konto/bekreft/")
    assert Confidant.objects.present().get() == named
    case.person.refresh_from_db()
    assert case.person.protection == Protection.STRICTLY_CONFIDENTIAL


@pytest.mark.parametrize("who", ["coordinator", "manager"])
def test_krav_23_nobody_names_themself(
    who: str, case: Referral, client_for: ClientFor, request: pytest.FixtureRequest
) -> None:
    """It takes another one; whoever cannot wait has emergency access, which the manager reads about."""
    user = request.getfixturevalue(who)
    page = client_for(user).post(address(case, "skjerming/"), {"name": "1", "name-user": user.pk})
    assert page.status_code == 200 and "Du kan ikke navngi deg selv." in markup(page)
    assert not Confidant.objects.exists()


def test_whoever_is_barred_is_not_named_and_stands_in_no_list(
    case: Referral, coordinator: User, therapist_user: User, manager: User, client_for: ClientFor
) -> None:
    BarringFactory(person=case.person, user=therapist_user)
    ConfidantFactory(person=case.person, user=manager)
    OpeningFactory(person=case.person, user=coordinator)
    page = client_for(coordinator).get(address(case, "skjerming/"))
    name, bar = (page.context["forms"][form].fields["user"].queryset for form in ("name", "bar"))
    assert therapist_user not in name and manager not in name and coordinator in name
    assert therapist_user not in bar and manager in bar
    access = access_of(coordinator, on=TODAY, at=NOW)
    with scoped({case.municipality_id}), pytest.raises(BarredFromCitizen):
        name_confidant(
            person_id=case.person_id, user_id=therapist_user.pk, access=access, by=coordinator, at=NOW
        )
    assert not Confidant.objects.present().filter(user=therapist_user).exists()


def test_krav_23_the_lists_of_a_closed_case_do_not_tell_who_is_barred(
    case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor
) -> None:
    """Somebody who is barred from their own case is the citizen: neither the lists nor an answer give them away."""
    BarringFactory(person=case.person, user=therapist_user, kind=BarringKind.OWN)
    client = client_for(coordinator)
    forms = client.get(address(case, "skjerming/")).context["forms"]
    assert all(therapist_user in forms[form].fields["user"].queryset for form in ("name", "bar"))
    client.post(address(case, "skjerming/"), {"name": "1", "name-user": therapist_user.pk})
    assert Confidant.objects.present().filter(user=therapist_user).exists()
    page = client_for(therapist_user).get(address(case, "skjermet/"))
    assert "Ærlingsdotter" not in markup(page)


# ---------------------------------------------------------------- looking somebody up


def search(client: Client, person: Person) -> HttpResponse:
    start = f"/k/{person.municipality.code}/henvisninger/ny/"
    return client.post(start, {"identifier": person.identifier}, follow=True)


def send_number_of(client: Client, person: Person, category: Any) -> HttpResponse:
    """Step 2 for a new citizen, with the number of somebody who is registered."""
    start = f"/k/{person.municipality.code}/henvisninger/ny/"
    found = client.post(start, {"name": "Kari Nordmann", "birth_date": "17051948"}, follow=True)
    form = client.post(f"{start}innbygger/", {"sok": found.wsgi_request.GET["sok"], "person": "ny"}).url
    facts = {
        "received_on": "13032026",
        "source": "gp",
        "channel": "letter",
        "category": category.pk,
        "handling": "referral",
        "given_name": "Kari",
        "family_name": "Nordmann",
        "birth_date": f"{person.birth_date:%d.%m.%Y}",
        "identifier": person.identifier,
    }
    return client.post(form, facts)


def is_logged(kind: ViewKind, person: Person, user: User) -> bool:
    return ViewLog.objects.filter(kind=kind, user_id=user.pk, persons__person_id=person.pk).exists()


def strict_lookups(user: User) -> int:
    told = SecurityEvent.objects.filter(kind=SecurityEventKind.REFUSED, user_id=user.pk)
    return told.filter(detail__startswith="strictly confidential").count()


@pytest.mark.parametrize("protection", ["confidential", "strictly_confidential"])
def test_krav_15_looking_a_shielded_citizen_up_by_number_is_in_the_citizens_log(
    protection: str, case: Referral, category: Any, coordinator: User, manager: User, client_for: ClientFor
) -> None:
    """To be told that somebody is registered is to see them, in the search and in the form."""
    Person.objects.update(protection=protection)
    ConfidantFactory(person=case.person, user=manager)
    client, is_strict = client_for(coordinator), protection == "strictly_confidential"
    for page, kind in (
        (search(client, case.person), ViewKind.FIND_CITIZEN),
        (send_number_of(client, case.person, category), ViewKind.REGISTRATION),
    ):
        assert "En skjermet innbygger er registrert" in markup(page)
        assert (manager.get_full_name() in markup(page)) != is_strict
        assert ("Ta kontakt med lederen din." in markup(page)) == is_strict
        assert is_logged(kind, case.person, coordinator)
    assert strict_lookups(coordinator) == (2 if is_strict else 0)


def test_a_lookup_by_somebody_who_is_barred_is_in_the_citizens_log_too(
    case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    BarringFactory(person=case.person, user=coordinator)
    assert "En skjermet innbygger er registrert" in markup(search(client_for(coordinator), case.person))
    assert is_logged(ViewKind.FIND_CITIZEN, case.person, coordinator)


# ---------------------------------------------------------------- the list of openings


def test_a_manager_who_is_barred_neither_reads_nor_ends_the_openings_of_that_citizen(
    case: Referral, manager: User, therapist_user: User, client_for: ClientFor
) -> None:
    BarringFactory(person=case.person, user=manager)
    opening = OpeningFactory(
        person=case.person, user=therapist_user, emergency=True, number=case.number, reason="Fall i natt"
    )
    client, here = client_for(manager), f"/k/{case.municipality.code}/apninger/"
    page = markup(client.get(here))
    assert case.number not in page and "Fall i natt" not in page
    client.post(f"{here}{opening.pk}/avslutt/", {"from_list": "1"})
    opening.refresh_from_db()
    assert opening.ended_at is None


# ---------------------------------------------------------------- why it was seen


@pytest.mark.parametrize("kind", OpeningKind)
def test_krav_15_all_that_is_seen_of_an_opened_case_is_logged_with_the_reason_written_then(
    kind: str, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    """Every page, not the case's alone; other citizens on the same page stand in a line of their own."""
    OpeningFactory(person=case.person, user=coordinator, kind=kind, reason="Fall i natt")
    other = ReferralFactory(
        municipality=case.municipality, category=case.category, number="2026-900124", waiting=True
    )
    client = client_for(coordinator)
    form = form_for(client, case.person)
    for page in (address(case), address(case, "prioritet/"), form):
        assert client.get(page).status_code == 200
    client.get(f"/k/{case.municipality.code}/venteliste/")
    lines = ViewLog.objects.filter(persons__person_id=case.person_id).distinct()
    seen = {ViewKind.FIND_CITIZEN, ViewKind.CASE, ViewKind.MOVE, ViewKind.REGISTRATION, ViewKind.WAITLIST}
    assert set(lines.values_list("kind", flat=True)) == seen
    why = ViewReason.EMERGENCY if kind == OpeningKind.EMERGENCY else ViewReason.SERVICE
    assert set(lines.values_list("reason", "note")) == {(why, "Fall i natt")}
    others = ViewLog.objects.get(persons__person_id=other.person_id)
    assert (others.kind, others.reason, others.note) == (ViewKind.WAITLIST, ViewReason.SERVICE, "")


# ---------------------------------------------------------------- who is barred


@pytest.fixture
def employee(therapist_user: User) -> User:
    """A member of staff whose own case it is."""
    User.objects.filter(pk=therapist_user.pk).update(first_name="Tuva", last_name="Sperret")
    therapist_user.refresh_from_db()
    return therapist_user


def main_of(page: HttpResponse) -> str:
    """The page without the menus of forms, where every member of staff stands."""
    return re.sub(r"<select.*?</select>", "", markup(page))


@pytest.mark.parametrize("protection", ["confidential", "strictly_confidential"])
def test_krav_23_a_barring_does_not_tell_who_a_protected_citizen_is(
    protection: str, case: Referral, employee: User, coordinator: User, client_for: ClientFor
) -> None:
    """Own case, and the name of an employee, would tell whose case it is; they are shown where it is open."""
    Person.objects.update(protection=protection)
    barring = BarringFactory(person=case.person, user=employee, kind=BarringKind.OWN)
    BarringFactory(person=case.person, kind=BarringKind.RELATIVE, reason="Datter", valid_to=TODAY)
    client = client_for(coordinator)
    page = main_of(client.get(address(case, "skjerming/")))
    for told in ("Tuva Sperret", "Egen sak ·", "Datter", f'name="lift" value="{barring.pk}"'):
        assert told not in page, told
    OpeningFactory(person=case.person, user=coordinator)
    page = main_of(client.get(address(case, "skjerming/")))
    for told in ("Tuva Sperret", "Egen sak ·", "Datter"):
        assert told in page, told


def test_krav_23_nobody_finds_out_by_trying_who_is_barred_from_a_protected_citizen(
    case: Referral, employee: User, manager: User, coordinator: User, client_for: ClientFor
) -> None:
    """Barring somebody who is barred gets the same answer as barring somebody who is not, and nothing is lifted."""
    barring = BarringFactory(person=case.person, user=employee, kind=BarringKind.OWN)
    client, answers = client_for(coordinator), []
    for user in (employee, manager):
        facts = {"bar": "1", "bar-user": user.pk, "bar-kind": "relative", "bar-reason": "Nevø"}
        page = client.post(address(case, "skjerming/"), facts, follow=True)
        answers.append((page.redirect_chain, main_of(page)))
    assert answers[0][0] == answers[1][0] and "Lagret." in answers[0][1] and "Lagret." in answers[1][1]
    for key in (barring.pk, barring.pk + 1000):
        answer = client.post(address(case, "skjerming/"), {"lift": key})
        assert answer.url == address(case, "skjermet/")
    barring.refresh_from_db()
    assert barring.valid_to is None and barring.kind == BarringKind.OWN
    with pytest.raises(Shielded):
        shielding.lift(barring_id=barring.pk, **acting(coordinator))


@pytest.mark.parametrize("protection", ["none", "strictly_confidential"])
def test_krav_15_the_page_about_shielding_is_in_the_citizens_log(
    protection: str, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    """Also for somebody to whom the case is not open."""
    Person.objects.update(protection=protection)
    assert client_for(coordinator).get(address(case, "skjerming/")).status_code == 200
    line = ViewLog.objects.get(persons__person_id=case.person_id)
    assert (line.kind, line.user_id, line.role) == (ViewKind.SHIELDING, coordinator.pk, "coordinator")


# ---------------------------------------------------------------- what has been decided leaves a trace


def test_what_was_decided_and_ended_stands_on_both_pages_with_who_and_when(
    case: Referral, employee: User, coordinator: User, manager: User, client_for: ClientFor
) -> None:
    """Naming, barring and opening, and the end of each."""
    Person.objects.update(protection=Protection.NONE)
    office, leader, page = client_for(coordinator), client_for(manager), address(case, "skjerming/")
    bar = {"bar": "1", "bar-user": employee.pk, "bar-kind": "relative", "bar-reason": "Nevø av innbyggeren"}
    office.post(page, bar)
    office.post(page, {"lift": Barring.objects.get().pk})
    Person.objects.update(protection=Protection.CONFIDENTIAL)
    office.post(page, {"name": "1", "name-user": employee.pk})
    client_for(employee).post(address(case, "skjermet/"), {"reason": "Skal avtale hjemmebesøk i dag"})
    leader.post(page, {"dismiss": Confidant.objects.get().pk})
    assert Opening.objects.get().ended_by == manager

    closed = main_of(office.get(page))
    assert "tatt tilbake 16.03.2026 av" in closed and "opphevet" not in closed
    assert "Skal avtale" not in closed and "åpnet 16.03.2026" not in closed.casefold()
    office.post(address(case, "nodtilgang/"), {"reason": "Fall i natt, må ringe nå"})
    shown = main_of(office.get(page))
    for told in (
        f'Tuva Sperret</strong> <p class="subtle">Navngitt 16.03.2026 av {coordinator.get_full_name()}, '
        f"tatt tilbake 16.03.2026 av {manager.get_full_name()}",
        f"opphevet 16.03.2026 av {coordinator.get_full_name()}",
        "Nevø av innbyggeren",
        f"avsluttet 16.03.2026 kl. 10:00 av {manager.get_full_name()}",
    ):
        assert told in shown, told

    log = markup(office.get(address(case)))
    for told in (
        "Sperring (Tuva Sperret): lagt til",
        "Sperring (Tuva Sperret): endret",
        "Til: fra ikke oppgitt til 16.03.2026",
        "Navngitt person (Tuva Sperret): lagt til",
        "Navngitt person (Tuva Sperret): endret",
        "Åpning av skjermet sak (Tuva Sperret): lagt til",
        "Åpning av skjermet sak (Tuva Sperret): endret",
        f"Åpning av skjermet sak ({coordinator.get_full_name()}): lagt til",
        "Type: Nødtilgang",
    ):
        assert told in log, told
    assert "Nevø av innbyggeren" not in log and "Skal avtale" not in log and "Årsak: " not in log


def test_the_change_log_of_a_case_has_nothing_of_another_citizens_shielding(
    case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    Person.objects.update(protection=Protection.NONE)
    other = PersonFactory(municipality=case.municipality)
    for factory in (BarringFactory, ConfidantFactory, OpeningFactory):
        factory(person=other)
    log = markup(client_for(coordinator).get(address(case)))
    assert "Sperring (" not in log and "Navngitt person (" not in log and "av skjermet sak (" not in log
