"""Shielded cases on every page: protected addresses, staff who are barred, openings with a reason, who decides."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from referrals import identity
from referrals.choices import BarringKind, Handling, OpeningKind, Protection, ViewKind, ViewReason
from referrals.models import (
    Barring,
    Confidant,
    Membership,
    Municipality,
    Opening,
    Person,
    Referral,
    User,
    ViewLog,
)
from referrals.permissions import Role
from tests.factories import (
    NOW,
    TODAY,
    BarringFactory,
    ConfidantFactory,
    InstallationFactory,
    MembershipFactory,
    OpeningFactory,
    PersonFactory,
    ReferralFactory,
    days_ago,
    identifier_of,
)
from tests.harness.full_sessions import note
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

NUMBER = "2026-000123"
REASON = "Skal avtale hjemmebesøk med innbyggeren"
PROTECTED = (Protection.CONFIDENTIAL, Protection.STRICTLY_CONFIDENTIAL)

# What a page holds that is drawn by chance: a form's secret, a key for one sending, the mark in a static file's name.
DRAWN = re.compile(
    r"(?<=name=\"csrfmiddlewaretoken\" value=\")[0-9A-Za-z]{64}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?<=\.)[0-9a-f]{12}(?=\.(?:css|js|svg|woff2|png))"
)


@pytest.fixture
def client_for(client_for: ClientFor) -> ClientFor:
    """Browsers of users who have just confirmed who they are."""

    def confirmed(user: User) -> Client:
        client = client_for(user)
        note(client, user, at=NOW.timestamp())
        return client

    return confirmed


@pytest.fixture
def secret(municipality: Municipality) -> Person:
    """Somebody about whom nothing may come out; each protected kind is set by the test."""
    born = TODAY.replace(year=1951, month=2, day=3)
    return PersonFactory(
        municipality=municipality,
        given_name="Xenia",
        family_name="Ærlingsdotter",
        birth_date=born,
        identifier=identifier_of(born, nth=7),
        phone="473 21 098",
        email="xenia@example.no",
        address="Lønnveien 77",
        postal_code="9899",
        postal_place="Gjemmested",
    )


@pytest.fixture
def case(secret: Person, therapist_user: User, category: Any) -> Referral:
    """Their referral, waiting, with a therapist and a text."""
    return ReferralFactory(
        municipality=secret.municipality,
        person=secret,
        category=category,
        number=NUMBER,
        waiting=True,
        handling=Handling.APPLICATION,
        therapist=therapist_user.therapist,
        assigned_on=days_ago(3),
        reason="Bor nå hos Yngvild.",
        what_matters="At Zacharias ikke finner meg.",
        referrer_name="Wenche Quist",
    )


def protect(person: Person, protection: str) -> None:
    Person.objects.filter(pk=person.pk).update(protection=protection)


def secrets_of(person: Person) -> list[str]:
    """Everything that tells who somebody is or where, as it may be written on a page."""
    digits = person.identifier
    return [
        "Xenia",
        "Ærlingsdotter",
        "XÆ",
        "03.02.1951",
        "1951",
        digits,
        digits[:6],
        identity.format(digits),
        "473 21 098",
        "xenia@",
        "Lønnveien",
        "9899",
        "Gjemmested",
        "Yngvild",
        "Zacharias",
        "Wenche",
    ]


def leaks(page: HttpResponse, person: Person) -> list[str]:
    """What a page tells of them. Words drawn by chance are left out: now and then one holds four such digits."""
    body = DRAWN.sub("", page.content.decode())
    return [secret for secret in secrets_of(person) if secret in body]


def place(municipality: Municipality, rest: str = "") -> str:
    return f"/k/{municipality.code}/{rest}"


def address(case: Referral, rest: str = "") -> str:
    return place(case.municipality, f"henvisninger/{case.number}/{rest}")


# ---------------------------------------------------------------- krav 23: nothing leaks


@pytest.mark.parametrize("protection", PROTECTED)
@pytest.mark.parametrize("who", ["coordinator", "therapist_user", "manager"])
def test_krav_23_a_protected_citizen_is_only_called_shielded_on_every_page(
    protection: str,
    who: str,
    secret: Person,
    case: Referral,
    client_for: ClientFor,
    request: pytest.FixtureRequest,
) -> None:
    """One citizen with each kind of protection through every page of every role that sees cases."""
    protect(secret, protection)
    here, client = secret.municipality, client_for(request.getfixturevalue(who))
    pages = [
        place(here, "venteliste/"),
        place(here, "venteliste/?status=all&sort=citizen"),
        address(case),
        address(case, "skjermet/"),
        address(case, "nodtilgang/"),
        address(case, "skjerming/"),
        address(case, "prioritet/"),
        address(case, "rett/"),
        address(case, "oppstart/"),
        place(here, f"innsynslogg/{case.number}/"),
        place(here, "apninger/"),
        "/mine/",
        "/oversikt/",
        f"/oversikt/{here.code}/",
        "/dekning/",
    ]
    for page in pages:
        assert leaks(client.get(page, follow=True), secret) == [], page
        assert leaks(client.post(page, follow=True), secret) == [], page
    assert "Skjermet" in markup(client.get(pages[0]))


@pytest.mark.parametrize("protection", PROTECTED)
@pytest.mark.parametrize("typed", ["Xenia", "ærlingsdotter xenia", "number"])
def test_krav_23_a_search_does_not_find_a_protected_citizen(
    protection: str, typed: str, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    """Neither by name nor by identity number: the answer is as if nobody were there."""
    InstallationFactory()
    protect(secret, protection)
    asked = secret.identifier if typed == "number" else typed
    page = client_for(coordinator).post(
        place(secret.municipality, "venteliste/sok/"), {"q": asked}, follow=True
    )
    assert case.number not in markup(page).replace(f'value="{asked}"', "")


def test_krav_23_a_search_by_the_number_of_the_referral_finds_the_row_and_no_more(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    """What the row shows may be searched for."""
    protect(secret, Protection.CONFIDENTIAL)
    page = client_for(coordinator).post(
        place(secret.municipality, "venteliste/sok/"), {"q": case.number}, follow=True
    )
    assert "Skjermet" in markup(page) and leaks(page, secret) == []


@pytest.mark.parametrize("protection", PROTECTED)
def test_krav_23_the_place_in_a_sorted_list_tells_nothing(
    protection: str, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    """Sorted by name, a shielded row stands with those without a name, wherever its name belongs."""
    protect(secret, protection)
    here = secret.municipality
    for name in ("Aas", "Zahl", "Åsen"):
        ReferralFactory(
            municipality=here,
            category=case.category,
            person=PersonFactory(municipality=here, family_name=name),
        )
    client = client_for(coordinator)
    for direction in ("citizen", "-citizen"):
        rows = client.get(place(here, f"venteliste/?sort={direction}")).context["table"].page.object_list
        assert [getattr(row, "record", row).number for row in rows].index(case.number) in (0, 3)


@pytest.mark.parametrize("protection", PROTECTED)
def test_krav_23_whoever_registers_is_told_that_a_shielded_citizen_exists_and_whom_to_ask(
    protection: str, secret: Person, case: Referral, coordinator: User, manager: User, client_for: ClientFor
) -> None:
    """By identity number only, and without a way to see which of the rows it is."""
    InstallationFactory()
    protect(secret, protection)
    ConfidantFactory(person=secret, user=manager)
    client, start = client_for(coordinator), place(secret.municipality, "henvisninger/ny/")
    page = client.post(start, {"identifier": secret.identifier}, follow=True)
    assert "En skjermet innbygger er registrert" in markup(page)
    is_named = manager.get_full_name() in markup(page)
    assert is_named == (protection == Protection.CONFIDENTIAL) and case.number not in markup(page)
    assert [leak for leak in leaks(page, secret) if leak not in secret.identifier] == []
    by_name = client.post(start, {"name": "Xenia Ærlingsdotter", "birth_date": "03021951"}, follow=True)
    assert by_name.context["matches"] == [] and "skjermet innbygger" not in markup(by_name)


def test_as_long_as_nobody_is_named_whoever_decides_is_led_to_the_decision(
    secret: Person, case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor
) -> None:
    InstallationFactory()
    protect(secret, Protection.CONFIDENTIAL)
    start, typed = place(secret.municipality, "henvisninger/ny/"), {"identifier": secret.identifier}
    page = client_for(coordinator).post(start, typed, follow=True)
    assert f'href="{address(case, "skjerming/")}"' in markup(page)
    assert [leak for leak in leaks(page, secret) if leak not in secret.identifier] == []
    assert case.number not in markup(client_for(therapist_user).post(start, typed, follow=True))


def test_krav_23_the_warning_about_a_known_number_names_nobody_who_is_protected(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor, category: Any
) -> None:
    """Also on the second step, where the number of a new citizen turns out to be a shielded one's."""
    InstallationFactory()
    protect(secret, Protection.STRICTLY_CONFIDENTIAL)
    client, here = client_for(coordinator), secret.municipality
    found = client.post(
        place(here, "henvisninger/ny/"), {"name": "Kari Nordmann", "birth_date": "17051948"}, follow=True
    )
    form = client.post(
        place(here, "henvisninger/ny/innbygger/"),
        {"sok": found.wsgi_request.GET["sok"], "person": "ny"},
    ).url
    facts = {
        "received_on": "13032026",
        "source": "gp",
        "channel": "letter",
        "category": category.pk,
        "handling": "referral",
        "written_form": "nb",
        "protection": "none",
        "given_name": "Kari",
        "family_name": "Nordmann",
        "birth_date": "03.02.1951",
        "identifier": secret.identifier,
    }
    for data in (facts, facts | {"use_registered": "1"}):
        page = client.post(form, data)
        typed = ("03.02.1951", "1951", secret.identifier, secret.identifier[:6])
        assert [leak for leak in leaks(page, secret) if leak not in typed] == []
    assert "En skjermet innbygger er registrert" in markup(client.post(form, facts))
    assert Person.objects.filter(municipality=here).count() == 1


@pytest.mark.parametrize("protection", PROTECTED)
def test_krav_23_the_admin_shows_and_opens_no_protected_citizen(
    protection: str, secret: Person, case: Referral, administrator: User, client_for: ClientFor
) -> None:
    """Also for an administrator who works with cases there."""
    protect(secret, protection)
    MembershipFactory(user=administrator, role=Role.COORDINATOR, municipality=secret.municipality)
    client = client_for(administrator)
    for page in (
        "/admin/referrals/person/",
        f"/admin/referrals/person/{secret.pk}/change/",
        f"/admin/referrals/person/{secret.pk}/history/",
        "/admin/referrals/referral/",
        f"/admin/referrals/referral/{case.pk}/change/",
    ):
        assert leaks(client.get(page, follow=True), secret) == [], page
    assert "Skjermet" in markup(client.get("/admin/referrals/person/"))


@pytest.mark.parametrize("protection", PROTECTED)
def test_krav_23_a_protected_citizen_is_counted_everywhere(
    protection: str, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    """The number above the list is the length of the list, with and without protection."""
    client, here = client_for(coordinator), secret.municipality
    ReferralFactory(municipality=here, category=case.category, waiting=True)
    for value in (Protection.NONE, protection):
        protect(secret, value)
        page = client.get(place(here, "venteliste/"))
        assert page.context["counts"][0].number == page.context["table"].paginator.count == 2


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_krav_23_an_export_of_figures_holds_no_protected_citizen(
    form: str, secret: Person, case: Referral, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reports count; they name nobody."""
    protect(secret, Protection.STRICTLY_CONFIDENTIAL)
    call_command("report", "waiting", municipality=secret.municipality.code, on=str(TODAY), format=form)
    told = capsys.readouterr().out
    assert [known for known in secrets_of(secret) if known in told] == []


# ---------------------------------------------------------------- opening with a reason


def test_whoever_is_named_opens_the_case_with_a_reason_for_half_an_hour(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    ConfidantFactory(person=secret, user=coordinator)
    client = client_for(coordinator)
    assert client.get(address(case)).url == address(case, "skjermet/")
    page = client.post(address(case, "skjermet/"), {"reason": REASON}, follow=True)
    assert "Xenia Ærlingsdotter" in markup(page) and "Lønnveien 77" in markup(page)
    opening = Opening.objects.get()
    assert (opening.user, opening.kind, opening.reason) == (coordinator, OpeningKind.NAMED, REASON)
    assert (opening.number, opening.expires_at - opening.opened_at) == (NUMBER, timedelta(minutes=30))
    assert "XÆ 1951" in markup(client.get(place(secret.municipality, "venteliste/")))


def test_what_is_opened_stands_in_the_read_log_with_its_reason(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    client_for(coordinator).post(address(case, "nodtilgang/"), {"reason": REASON}, follow=True)
    seen = ViewLog.objects.get(kind=ViewKind.CASE)
    assert (seen.reason, seen.note) == (ViewReason.EMERGENCY, REASON)


@pytest.mark.parametrize("way", ["skjermet/", "nodtilgang/"])
def test_nothing_opens_before_the_user_has_confirmed_once_more_who_they_are(
    way: str, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    ConfidantFactory(person=secret, user=coordinator)
    client = client_for(coordinator)
    note(client, coordinator, at=(NOW - timedelta(minutes=6)).timestamp())
    for answer in (client.get(address(case, way)), client.post(address(case, way), {"reason": REASON})):
        assert answer.status_code == 302 and answer.url.startswith("/konto/bekreft/")
    assert not Opening.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "fordi"])
def test_without_a_reason_that_says_something_nothing_opens(
    reason: str, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    ConfidantFactory(person=secret, user=coordinator)
    client = client_for(coordinator)
    for way in ("skjermet/", "nodtilgang/"):
        page = client.post(address(case, way), {"reason": reason})
        assert page.status_code == 200 and page.context["form"].errors
    assert not Opening.objects.exists()


def test_whoever_is_not_named_is_told_whom_to_ask_and_cannot_open_as_if_named(
    secret: Person, case: Referral, coordinator: User, manager: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    ConfidantFactory(person=secret, user=manager)
    client = client_for(coordinator)
    page = client.post(address(case, "skjermet/"), {"reason": REASON})
    assert manager.get_full_name() in markup(page)
    assert not Opening.objects.exists()


def test_an_opening_runs_out_by_the_clock(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    OpeningFactory(person=secret, user=coordinator)
    client = client_for(coordinator)
    assert client.get(address(case)).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=29, seconds=59), tick=False):
        assert client.get(address(case)).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        assert client.get(address(case)).url == address(case, "skjermet/")
        assert client.post(address(case, "prioritet/"), {}).url == address(case, "skjermet/")


def test_an_opening_of_one_user_opens_nothing_for_another(
    secret: Person, case: Referral, coordinator: User, manager: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    OpeningFactory(person=secret, user=manager)
    assert client_for(coordinator).get(address(case)).status_code == 302


def test_an_opening_can_be_ended_by_hand_before_its_time(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    opening = OpeningFactory(person=secret, user=coordinator)
    client, end = client_for(coordinator), place(secret.municipality, f"apninger/{opening.pk}/avslutt/")
    assert client.post(end).status_code == 302
    assert client.get(address(case)).status_code == 302
    assert "allerede lukket" in markup(client.post(end, follow=True))
    opening.refresh_from_db()
    assert (opening.ended_at, opening.ended_by) == (NOW, coordinator)


# ---------------------------------------------------------------- who decides


def test_a_coordinator_names_somebody_and_takes_it_back_at_once(
    secret: Person, case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.STRICTLY_CONFIDENTIAL)
    office, therapist = client_for(coordinator), client_for(therapist_user)
    page = office.post(
        address(case, "skjerming/"), {"name": "1", "name-user": therapist_user.pk}, follow=True
    )
    assert therapist_user.get_full_name() in markup(page) and leaks(page, secret) == []
    therapist.post(address(case, "skjermet/"), {"reason": REASON})
    assert therapist.get(address(case)).status_code == 200
    office.post(address(case, "skjerming/"), {"dismiss": Confidant.objects.get().pk})
    assert therapist.get(address(case)).status_code == 302
    named = Confidant.objects.get()
    assert (named.named_by, named.dismissed_by) == (coordinator, coordinator)


def test_the_therapist_who_gets_the_case_is_not_named_by_that(
    secret: Person, case: Referral, therapist_user: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    client = client_for(therapist_user)
    assert "Skjermet" in markup(client.get("/mine/"))
    assert client.get("/mine/").context["to_contact"][0].start_url == ""
    assert client.post(address(case, "skjermet/"), {"reason": REASON}).context["form"] is None


def test_whoever_writes_down_that_an_address_is_protected_is_the_first_who_is_named(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor, category: Any
) -> None:
    InstallationFactory()
    client, here = client_for(coordinator), secret.municipality
    found = client.post(place(here, "henvisninger/ny/"), {"identifier": secret.identifier}, follow=True)
    form = client.post(
        place(here, "henvisninger/ny/innbygger/"),
        {"sok": found.wsgi_request.GET["sok"], "person": str(secret.pk)},
    ).url
    shown = client.get(form).context["form"]
    names = (
        "phone",
        "email",
        "address",
        "postal_code",
        "postal_place",
        "written_form",
        "interpreter_language",
    )
    typed = {shown[name].html_initial_name: shown[name].value() for name in names}
    typed |= {name: shown[name].value() for name in names}
    facts = {
        "received_on": "13032026",
        "source": "gp",
        "channel": "letter",
        "category": category.pk,
        "handling": "referral",
        "protection": "confidential",
        "initial-protection": "none",
        "another_because": "Nytt behov",
    }
    client.post(form, typed | facts)
    client.post(form, typed | facts)
    secret.refresh_from_db()
    assert secret.protection == Protection.CONFIDENTIAL
    assert Confidant.objects.get().user == coordinator


@pytest.mark.parametrize("role", [Role.COUNTY_READER, Role.ADMINISTRATOR])
def test_only_staff_of_the_municipality_can_be_named_or_barred(
    role: Role, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    stranger = MembershipFactory(role=role, municipality=None).user
    elsewhere = MembershipFactory(role=Role.THERAPIST).user
    client = client_for(coordinator)
    for user in (stranger, elsewhere):
        client.post(address(case, "skjerming/"), {"name": "1", "name-user": user.pk})
        client.post(
            address(case, "skjerming/"),
            {"bar": "1", "bar-user": user.pk, "bar-kind": "own", "bar-reason": REASON},
        )
    assert not Confidant.objects.exists() and not Barring.objects.exists()


@pytest.mark.parametrize("key", ["0", "x", "9" * 30, "-1"])
def test_a_forged_key_ends_nothing(
    key: str, secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    ConfidantFactory(person=secret)
    BarringFactory(person=secret)
    other = ConfidantFactory(person=PersonFactory(municipality=secret.municipality))
    client = client_for(coordinator)
    for name in ("dismiss", "lift"):
        assert client.post(address(case, "skjerming/"), {name: key}).status_code == 302
    client.post(address(case, "skjerming/"), {"dismiss": other.pk})
    assert Confidant.objects.present().count() == 2
    assert Barring.objects.valid(TODAY).count() == 1


# ---------------------------------------------------------------- barred staff


@pytest.mark.parametrize("kind", BarringKind)
@pytest.mark.parametrize("who", ["coordinator", "therapist_user", "manager"])
def test_whoever_is_barred_meets_the_case_as_shielded_and_nothing_opens_it(
    kind: str,
    who: str,
    secret: Person,
    case: Referral,
    client_for: ClientFor,
    request: pytest.FixtureRequest,
) -> None:
    InstallationFactory()
    user = request.getfixturevalue(who)
    BarringFactory(person=secret, user=user, kind=kind)
    ConfidantFactory(person=secret, user=user)
    OpeningFactory(person=secret, user=user)
    here, client = secret.municipality, client_for(user)
    for rest in ("", "skjermet/", "nodtilgang/", "skjerming/", "prioritet/", "oppstart/", "avslutt/"):
        for ask in (client.get, client.post):
            assert leaks(ask(address(case, rest), {"reason": REASON}, follow=True), secret) == [], rest
    assert Opening.objects.count() == 1
    assert "Skjermet" in markup(client.get(place(here, "venteliste/?status=open")))
    for typed in ("Xenia", secret.identifier):
        page = client.post(place(here, "venteliste/sok/"), {"q": typed}, follow=True)
        assert case.number not in markup(page)


def test_barring_and_lifting_work_at_the_next_request(
    secret: Person, case: Referral, coordinator: User, therapist_user: User, client_for: ClientFor
) -> None:
    office, therapist = client_for(coordinator), client_for(therapist_user)
    assert therapist.get(address(case)).status_code == 200
    facts = {"bar": "1", "bar-user": therapist_user.pk, "bar-kind": "relative", "bar-reason": "Nevø"}
    assert "Nevø" in markup(office.post(address(case, "skjerming/"), facts, follow=True))
    assert therapist.get(address(case)).status_code == 302
    assert client_is_told(office.post(address(case, "skjerming/"), facts))
    office.post(address(case, "skjerming/"), {"lift": Barring.objects.get().pk})
    assert therapist.get(address(case)).status_code == 200
    barring = Barring.objects.get()
    assert (barring.registered_by, barring.lifted_by, barring.valid_to) == (coordinator, coordinator, TODAY)


def client_is_told(page: HttpResponse) -> bool:
    """The form came back with what is wrong."""
    return page.status_code == 200 and bool(page.context["form"].errors)


def test_nobody_lifts_their_own_barring(
    secret: Person, case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    barring = BarringFactory(person=secret, user=coordinator)
    client_for(coordinator).post(address(case, "skjerming/"), {"lift": barring.pk})
    assert Barring.objects.valid(TODAY).exists()


# ---------------------------------------------------------------- emergency access


def test_staff_open_with_emergency_access_for_an_hour_and_the_manager_sees_it(
    secret: Person, case: Referral, therapist_user: User, manager: User, client_for: ClientFor
) -> None:
    protect(secret, Protection.STRICTLY_CONFIDENTIAL)
    client, here = client_for(therapist_user), secret.municipality
    page = client.post(address(case, "nodtilgang/"), {"reason": "Fall i natt, må ringe nå"}, follow=True)
    assert "Xenia Ærlingsdotter" in markup(page)
    listed = client_for(manager).get(place(here, "apninger/"))
    assert "Fall i natt, må ringe nå" in markup(listed) and "Nødtilgang" in markup(listed)
    assert leaks(listed, secret) == []
    for minutes in (29, 58, 59):  # at work all the time, so that the session stays
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            assert client.get(address(case)).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=60), tick=False):
        assert client.get(address(case)).status_code == 302


def test_the_manager_ends_somebody_elses_opening_and_a_coordinator_does_not(
    secret: Person,
    case: Referral,
    therapist_user: User,
    coordinator: User,
    manager: User,
    client_for: ClientFor,
) -> None:
    protect(secret, Protection.CONFIDENTIAL)
    opening = OpeningFactory(person=secret, user=therapist_user, emergency=True)
    end = place(secret.municipality, f"apninger/{opening.pk}/avslutt/")
    assert client_for(coordinator).post(end).status_code == 403
    assert client_for(therapist_user).get(address(case)).status_code == 200
    assert client_for(manager).post(end, {"from_list": "1"}).url == place(secret.municipality, "apninger/")
    assert client_for(therapist_user).get(address(case)).status_code == 302


def test_krav_13_a_withdrawn_membership_closes_what_was_opened(
    secret: Person, case: Referral, therapist_user: User, client_for: ClientFor
) -> None:
    """An opening opens nothing for somebody who no longer works there."""
    protect(secret, Protection.CONFIDENTIAL)
    OpeningFactory(person=secret, user=therapist_user)
    client = client_for(therapist_user)
    assert client.get(address(case)).status_code == 200
    Membership.objects.filter(user=therapist_user).update(valid_to=TODAY)
    assert client.get(address(case)).status_code in (403, 404)


def test_a_case_that_is_not_shielded_has_no_gate(
    case: Referral, coordinator: User, client_for: ClientFor
) -> None:
    client = client_for(coordinator)
    for rest in ("skjermet/", "nodtilgang/"):
        for ask in (client.get, client.post):
            assert ask(address(case, rest), {"reason": REASON}).url == address(case)
    assert not Opening.objects.exists()
