"""Working a referral through the pages: each move, what is refused, and two people who save at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import Outcome, PauseReason, Status
from referrals.models import Category, Municipality, Referral, Therapist, User
from tests.factories import (
    NOW,
    TODAY,
    EmploymentFactory,
    PersonFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    TherapistFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    """Received ten days ago and not assessed."""
    person = PersonFactory(municipality=municipality)
    return ReferralFactory(municipality=municipality, person=person, category=category)


@pytest.fixture
def waiting(municipality: Municipality, category: Category) -> Referral:
    """Somebody waiting with priority 2 since ten days."""
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


def address(referral: Referral, slug: str = "") -> str:
    place = {"code": referral.municipality.code, "number": referral.number}
    return reverse("referral", kwargs=place) + (f"{slug}/" if slug else "")


def send(client: Client, referral: Referral, slug: str, **typed: Any) -> HttpResponse:
    """Fills in a move's form on the present version and sends it."""
    version = Referral.objects.get(pk=referral.pk).version
    return client.post(
        address(referral, slug), {"version": version, "on": f"{TODAY:%d%m%Y}"} | typed, follow=True
    )


def now(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


def said(response: HttpResponse) -> list[str]:
    """The messages on the page."""
    return [str(message) for message in response.context["messages"]]


class TestPriority:
    def test_offers_the_municipalitys_own_key_with_days_and_criteria(
        self, office: Client, referral: Referral, category: Category
    ) -> None:
        key = PriorityKeyFactory(municipality=referral.municipality, valid_from=days_ago(30))
        PriorityTargetFactory(key=key, category=category, level=1, days=7, criteria="Fare for liv og helse")
        page = markup(office.get(address(referral, "prioritet")))
        assert "Prioritet 1: oppstart innen 7 dager" in page and "Fare for liv og helse" in page
        assert "Prioritet 2" not in page

    def test_is_judged_by_the_key_on_the_day_of_receipt(
        self, office: Client, referral: Referral, category: Category
    ) -> None:
        later = PriorityKeyFactory(municipality=referral.municipality, valid_from=days_ago(5))
        PriorityTargetFactory(key=later, category=category, level=1, days=3)
        assert "oppstart innen 14 dager" in markup(office.get(address(referral, "prioritet")))

    def test_puts_the_referral_on_the_waitlist(self, office: Client, referral: Referral) -> None:
        page = send(office, referral, "prioritet", priority="2", note="Fallfare 😀 Čáhci")
        assert (now(referral).status, now(referral).priority) == (Status.WAITING, 2)
        assert said(page) == ["Prioriteten er lagret."] and "Fallfare 😀 Čáhci" in markup(page)

    @pytest.mark.parametrize("priority", ["", "7", "x", "-1", "1.5"])
    def test_a_priority_outside_the_key_is_refused(
        self, office: Client, referral: Referral, priority: str
    ) -> None:
        page = send(office, referral, "prioritet", priority=priority)
        assert list(page.context["form"].errors) == ["priority"]
        assert now(referral).status == Status.RECEIVED

    def test_the_same_priority_again_changes_nothing(self, office: Client, waiting: Referral) -> None:
        page = send(office, waiting, "prioritet", priority="2")
        assert page.context["form"].errors["priority"] == ["Ingenting ble endret."]

    def test_without_a_key_the_page_says_whom_to_ask(
        self, office: Client, municipality: Municipality, other_category: Category
    ) -> None:
        municipality.priority_keys.update(replaced_at=NOW)
        bare = ReferralFactory(municipality=municipality, category=other_category, key=False)
        page = markup(office.get(address(bare, "prioritet")))
        assert "ingen prioriteringsnøkkel" in page

    def test_a_therapist_may_not(
        self, client_for: ClientFor, therapist_user: User, referral: Referral
    ) -> None:
        client = client_for(therapist_user)
        assert client.get(address(referral, "prioritet")).status_code == 403
        assert send(client, referral, "prioritet", priority="1").status_code == 403
        assert now(referral).priority is None


class TestTherapist:
    def test_offers_those_employed_here_now(
        self, office: Client, waiting: Referral, therapist: Therapist, other_municipality: Municipality
    ) -> None:
        TherapistFactory(name="Nabo", employed_in=other_municipality)
        gone = TherapistFactory(name="Sluttet")
        EmploymentFactory(therapist=gone, municipality=waiting.municipality, valid_to=days_ago(1))
        offered = office.get(address(waiting, "ergoterapeut")).context["form"].fields["therapist"].queryset
        assert list(offered) == [therapist]

    def test_is_assigned(self, office: Client, waiting: Referral, therapist: Therapist) -> None:
        page = send(office, waiting, "ergoterapeut", therapist=therapist.pk)
        assert now(waiting).therapist == therapist and "Fordelt til Tea Terapeut." in markup(page)

    def test_can_be_taken_back(
        self, office: Client, municipality: Municipality, therapist: Therapist
    ) -> None:
        assigned = ReferralFactory(
            municipality=municipality, waiting=True, therapist=therapist, assigned_on=days_ago(3)
        )
        send(office, assigned, "ergoterapeut", therapist="")
        assert now(assigned).therapist is None

    def test_one_of_another_municipality_is_refused(
        self, office: Client, waiting: Referral, other_municipality: Municipality
    ) -> None:
        stranger = TherapistFactory(employed_in=other_municipality)
        page = send(office, waiting, "ergoterapeut", therapist=stranger.pk)
        assert list(page.context["form"].errors) == ["therapist"] and now(waiting).therapist is None

    def test_one_not_yet_employed_on_the_day_is_refused_at_the_field(
        self, office: Client, waiting: Referral
    ) -> None:
        new = TherapistFactory()
        EmploymentFactory(therapist=new, municipality=waiting.municipality, valid_from=days_ago(2))
        page = send(office, waiting, "ergoterapeut", therapist=new.pk, on=f"{days_ago(5):%d%m%Y}")
        assert list(page.context["form"].errors) == ["therapist"]


class TestPause:
    def test_each_reason_says_what_it_does_to_the_target(self, office: Client, waiting: Referral) -> None:
        page = markup(office.get(address(waiting, "pause")))
        assert page.count("Dagene trekkes fra når fristen vurderes.") == 3
        assert page.count("Registreres bare: dagene teller fullt ut.") == len(PauseReason) - 3

    def test_puts_the_wait_on_hold_and_back(self, office: Client, waiting: Referral) -> None:
        page = send(office, waiting, "pause", reason="own_wish", on=f"{days_ago(4):%d%m%y}")
        assert "Satt på vent: Ønsker selv å vente." in markup(page)
        page = send(office, waiting, "gjenoppta", hold="own_wish", on=f"{days_ago(1):%d.%m.%y}")
        pause = waiting.pauses.get()
        assert (pause.started_on, pause.ended_on) == (days_ago(4), days_ago(1))
        assert said(page) == ["Henvisningen er tilbake på listen."]

    def test_may_end_in_the_future(self, office: Client, waiting: Referral) -> None:
        send(office, waiting, "pause", reason="away", until="01052026")
        assert f"{waiting.pauses.get().ended_on}" == "2026-05-01"

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"reason": "ferie"}, "reason"),
            ({"until": "16032026"}, "until"),
            ({"until": "01.01.2026"}, "until"),
            ({"on": "17032026"}, "on"),
            ({"on": "01.01.2026"}, "on"),
            ({"on": "32.01.2026"}, "on"),
            ({"on": ""}, "on"),
        ],
        ids=lambda value: "" if isinstance(value, str) else str(value),
    )
    def test_bad_input_is_told_at_its_field(
        self, office: Client, waiting: Referral, typed: dict[str, str], field: str
    ) -> None:
        page = send(office, waiting, "pause", **{"reason": "away", **typed})
        assert list(page.context["form"].errors) == [field]
        assert not waiting.pauses.exists()

    def test_an_overlap_for_one_reason_is_told_at_the_date(self, office: Client, waiting: Referral) -> None:
        WaitPauseFactory(referral=waiting, reason="away", started_on=days_ago(8), ended_on=days_ago(5))
        page = send(office, waiting, "pause", reason="away", on=f"{days_ago(6):%d%m%Y}")
        assert page.context["form"].errors == {
            "on": ["Henvisningen er allerede satt på vent av denne grunnen i denne perioden."]
        }

    def test_cannot_be_resumed_before_it_began(self, office: Client, municipality: Municipality) -> None:
        paused = ReferralFactory(municipality=municipality, paused=True)
        page = send(office, paused, "gjenoppta", hold="own_wish", on=f"{days_ago(5):%d%m%Y}")
        assert list(page.context["form"].errors) == ["on"]


class TestStart:
    def test_ends_the_wait(self, office: Client, waiting: Referral, therapist: Therapist) -> None:
        page = send(
            office, waiting, "oppstart", kind="visit", therapist=therapist.pk, on=f"{days_ago(2):%d%m%Y}"
        )
        assert (now(waiting).status, now(waiting).started_on) == (Status.STARTED, days_ago(2))
        assert "Første kontakt: Hjemmebesøk, ved Tea Terapeut." in markup(page)
        assert "Ventetiden endte innen fristen" in markup(page)

    def test_proposes_the_therapist_who_is_signed_in(
        self, client_for: ClientFor, therapist_user: User, waiting: Referral
    ) -> None:
        form = client_for(therapist_user).get(address(waiting, "oppstart")).context["form"]
        assert form["therapist"].value() == therapist_user.therapist.pk

    def test_before_the_day_of_receipt_is_refused(self, office: Client, waiting: Referral) -> None:
        page = send(office, waiting, "oppstart", kind="visit", on=f"{days_ago(11):%d%m%Y}")
        assert list(page.context["form"].errors) == ["on"]


class TestReply:
    def test_is_registered_once(self, office: Client, municipality: Municipality) -> None:
        application = ReferralFactory(municipality=municipality, application=True)
        assert said(send(office, application, "forelopig-svar")) == ["Foreløpig svar er registrert."]
        page = office.get(address(application, "forelopig-svar"), follow=True)
        assert "allerede registrert" in " ".join(said(page))


class TestClose:
    def test_asks_for_the_outcome(self, office: Client, waiting: Referral) -> None:
        assert list(send(office, waiting, "avslutt").context["form"].errors) == ["outcome"]

    def test_a_wait_cannot_be_finished_only_a_started_case(
        self, office: Client, waiting: Referral, municipality: Municipality
    ) -> None:
        started = ReferralFactory(municipality=municipality, started=True)
        assert list(send(office, waiting, "avslutt", outcome="finished").context["form"].errors) == [
            "outcome"
        ]
        send(office, started, "avslutt", outcome="finished")
        assert [now(waiting).status, now(started).status] == [Status.WAITING, Status.CLOSED]

    def test_says_which_outcomes_are_left_out_of_the_figures(self, office: Client, waiting: Referral) -> None:
        assert markup(office.get(address(waiting, "avslutt"))).count("Holdes utenfor alle tall.") == 2

    @pytest.mark.parametrize("outcome", [o for o in Outcome if o != Outcome.FINISHED])
    def test_ends_a_wait(self, office: Client, waiting: Referral, outcome: Outcome) -> None:
        send(office, waiting, "avslutt", outcome=outcome)
        assert (now(waiting).status, now(waiting).outcome) == (Status.CLOSED, outcome)

    def test_is_reopened_within_thirty_days(self, office: Client, municipality: Municipality) -> None:
        closed = ReferralFactory(municipality=municipality, withdrawn=True)
        page = send(office, closed, "gjenapne", note="Angret seg")
        assert now(closed).status == Status.WAITING and "regnes som pause" in markup(page)

    def test_is_not_reopened_later(self, office: Client, municipality: Municipality) -> None:
        closed = ReferralFactory(
            municipality=municipality, withdrawn=True, received_on=days_ago(90), closed_on=days_ago(31)
        )
        page = send(office, closed, "gjenapne", note="Angret seg")
        assert list(page.context["form"].errors) == ["on"] and now(closed).status == Status.CLOSED


class TestCorrect:
    def filled(self, client: Client, referral: Referral, **changed: Any) -> dict[str, Any]:
        """The form as the browser would send it, with what the user changes."""
        form = client.get(address(referral, "rett")).context["form"]
        data = {"version": form["version"].value(), "because": "Leste feil"}
        for bound in form:
            if bound.name in form.FACTS:
                shown = bound.value()
                shown = f"{shown:%d.%m.%Y}" if hasattr(shown, "year") else shown
                data |= {bound.name: shown, bound.html_initial_name: shown}
        return data | changed

    def test_writes_what_was_changed_with_the_reason(self, office: Client, waiting: Referral) -> None:
        data = self.filled(office, waiting, received_on="01032026", reason="Ny tekst 😀\nto linjer")
        page = office.post(address(waiting, "rett"), data, follow=True)
        assert (f"{now(waiting).received_on}", now(waiting).reason) == (
            "2026-03-01",
            "Ny tekst 😀\nto linjer",
        )
        assert said(page) == ["Rettingen er lagret."] and "Leste feil" in markup(page)

    def test_the_reason_must_be_written(self, office: Client, waiting: Referral) -> None:
        data = self.filled(office, waiting, received_on="01032026", because=" ")
        page = office.post(address(waiting, "rett"), data)
        assert list(page.context["form"].errors) == ["because"]

    def test_nothing_changed_is_told(self, office: Client, waiting: Referral) -> None:
        page = office.post(address(waiting, "rett"), self.filled(office, waiting))
        assert "Ingenting ble endret." in markup(page)

    def test_offers_only_the_dates_that_the_referral_has(
        self, office: Client, waiting: Referral, municipality: Municipality
    ) -> None:
        closed = ReferralFactory(municipality=municipality, closed=True)
        dates = {"prioritised_on", "started_on", "closed_on"}
        waiting_form = office.get(address(waiting, "rett")).context["form"]
        closed_form = office.get(address(closed, "rett")).context["form"]
        assert dates & set(waiting_form.fields) == {"prioritised_on"}
        assert dates <= set(closed_form.fields)

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"received_on": "17.03.2026"}, "received_on"),
            ({"received_on": ""}, "received_on"),
            ({"seniority_on": "15.03.2026"}, "seniority_on"),
            ({"source": "nabo"}, "source"),
            ({"category": "999999"}, "category"),
            ({"reason": "x" * 4001}, "reason"),
        ],
        ids=lambda value: "" if isinstance(value, str) else str(value)[:30],
    )
    def test_bad_input_is_told_at_its_field(
        self, office: Client, waiting: Referral, changed: dict[str, str], field: str
    ) -> None:
        page = office.post(address(waiting, "rett"), self.filled(office, waiting, **changed))
        assert list(page.context["form"].errors) == [field] and now(waiting).version == waiting.version

    def test_a_therapist_may_not(
        self, client_for: ClientFor, therapist_user: User, waiting: Referral
    ) -> None:
        assert client_for(therapist_user).get(address(waiting, "rett")).status_code == 403


class TestRefused:
    @pytest.mark.parametrize(
        ("traits", "slug"),
        [
            ({}, "gjenoppta"),
            ({}, "gjenapne"),
            ({}, "forelopig-svar"),
            ({"started": True}, "prioritet"),
            ({"started": True}, "oppstart"),
            ({"closed": True}, "avslutt"),
            ({"closed": True}, "ergoterapeut"),
        ],
        ids=lambda value: value if isinstance(value, str) else "+".join(value) or "received",
    )
    def test_a_move_that_the_state_forbids_is_refused_by_address(
        self, office: Client, municipality: Municipality, traits: dict[str, bool], slug: str
    ) -> None:
        case = ReferralFactory(municipality=municipality, **traits)
        page = office.get(address(case, slug), follow=True)
        assert page.redirect_chain[-1][0] == address(case) and len(said(page)) == 1
        answer = send(office, case, slug, priority="1", reason="away", kind="visit", outcome="other")
        assert answer.status_code == 409 and "Lagre mitt likevel" not in markup(answer)
        assert now(case).version == case.version

    def test_an_unknown_move_is_not_found(self, office: Client, referral: Referral) -> None:
        assert office.get(address(referral, "slett")).status_code == 404

    @pytest.mark.parametrize("slug", ["prioritet", "pause", "oppstart", "avslutt", "gjenoppta", "rett"])
    def test_a_manager_may_not_by_address_either(
        self, client_for: ClientFor, manager: User, waiting: Referral, slug: str
    ) -> None:
        client = client_for(manager)
        assert client.get(address(waiting, slug)).status_code == 403
        assert send(client, waiting, slug).status_code == 403

    @pytest.mark.parametrize("method", ["put", "delete", "patch"])
    def test_other_methods_are_refused(self, office: Client, waiting: Referral, method: str) -> None:
        assert getattr(office, method)(address(waiting, "avslutt")).status_code == 405


class TestTwoAtOnce:
    def test_the_second_sees_both_versions_and_nothing_is_overwritten(
        self, office: Client, waiting: Referral, therapist: Therapist
    ) -> None:
        seen = waiting.version
        send(office, waiting, "prioritet", priority="1", note="Trykksår")
        page = office.post(
            address(waiting, "prioritet"),
            {"version": seen, "priority": "3", "on": "16032026", "note": "Kan vente 😀"},
        )
        body = markup(page)
        assert page.status_code == 409 and now(waiting).priority == 1
        assert "En annen har endret henvisningen" in body
        assert "Prioriteten er endret fra 2 til 1." in body and "Trykksår" in body
        assert page.context["form"]["priority"].value() == "3" and "Kan vente 😀" in body

    def test_saving_again_on_purpose_is_a_change_of_its_own(self, office: Client, waiting: Referral) -> None:
        send(office, waiting, "prioritet", priority="1")
        typed = {"version": waiting.version, "priority": "3", "on": "16032026"}
        form = office.post(address(waiting, "prioritet"), typed).context["form"]
        page = office.post(address(waiting, "prioritet"), typed | {"version": form["version"].value()})
        assert page.status_code == 302 and now(waiting).priority == 3
        assert now(waiting).events.count() == 2

    def test_the_focus_is_on_what_happened(self, office: Client, waiting: Referral) -> None:
        page = office.post(address(waiting, "avslutt"), {"version": 0, "outcome": "moved", "on": "16032026"})
        assert markup(page).count("autofocus") == 1 and "conflict-heading" in markup(page)

    @pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "²"])
    def test_a_form_without_a_version_is_treated_as_old(
        self, office: Client, waiting: Referral, version: str
    ) -> None:
        page = office.post(
            address(waiting, "avslutt"), {"version": version, "outcome": "moved", "on": "16032026"}
        )
        assert page.status_code == 409 and now(waiting).status == Status.WAITING

    def test_a_move_that_is_no_longer_possible_keeps_what_was_typed(
        self, office: Client, waiting: Referral
    ) -> None:
        send(office, waiting, "avslutt", outcome="moved")
        page = office.post(
            address(waiting, "prioritet"),
            {"version": waiting.version, "priority": "3", "on": "16032026", "note": "Lang begrunnelse"},
        )
        assert page.status_code == 409 and "Lang begrunnelse" in markup(page)
        assert "Lagre mitt likevel" not in markup(page)

    def test_two_corrections_of_different_facts_both_stand(self, office: Client, waiting: Referral) -> None:
        mine = TestCorrect().filled(office, waiting, source="hospital", because="Min")
        theirs = TestCorrect().filled(office, waiting, referrer_name="Ny henviser", because="Deres")
        office.post(address(waiting, "rett"), theirs)
        conflict = office.post(address(waiting, "rett"), mine)
        assert conflict.status_code == 409
        again = {bound.html_name: bound.value() for bound in conflict.context["form"]}
        again |= {
            bound.html_initial_name: conflict.context["form"].data[bound.html_initial_name]
            for bound in conflict.context["form"]
            if bound.html_initial_name in conflict.context["form"].data
        }
        assert again["referrer_name"] == "Ny henviser" and again["source"] == "hospital"
        again = {
            name: f"{value:%d.%m.%Y}" if hasattr(value, "year") else value for name, value in again.items()
        }
        assert office.post(address(waiting, "rett"), again).status_code == 302
        assert (now(waiting).source, now(waiting).referrer_name) == ("hospital", "Ny henviser")


class TestFocus:
    @pytest.mark.parametrize(
        ("traits", "slug", "focused"),
        [
            ({}, "prioritet", 'value="1"'),
            ({"waiting": True}, "prioritet", 'value="2"'),
            ({"waiting": True}, "pause", 'value="hospital"'),
            ({"waiting": True}, "ergoterapeut", 'name="therapist"'),
            ({"paused": True}, "gjenoppta", 'name="on"'),
            ({"waiting": True}, "rett", 'name="received_on"'),
        ],
        ids=lambda value: value if isinstance(value, str) else "+".join(value) or "received",
    )
    def test_a_form_begins_in_its_first_field_and_on_the_choice_already_made(
        self, office: Client, municipality: Municipality, traits: dict[str, bool], slug: str, focused: str
    ) -> None:
        page = markup(office.get(address(ReferralFactory(municipality=municipality, **traits), slug)))
        controls = [control for control in page.split("<") if "autofocus" in control]
        assert len(controls) == 1 and focused in controls[0]
