"""The intake meeting: whose turn it is, what is decided and kept, and what two who decide at once see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import EventKind, Protection, Status, Urgency
from referrals.models import Category, Municipality, Referral, Therapist, User, ViewLog
from tests.factories import (
    NOW,
    TODAY,
    InformationRequestFactory,
    MembershipFactory,
    PersonFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    TherapistFactory,
    UnitFactory,
    UserFactory,
    days_ago,
)
from tests.pages.seen import markup, text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/inntaksmote/"


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals in the municipality, not assessed."""

    def make(ago: int = 10, **traits: object) -> Referral:
        facts = {"municipality": municipality, "category": category, "received_on": days_ago(ago)}
        return ReferralFactory(**facts | traits)

    return make


def order(page: HttpResponse) -> list[str]:
    return [row.number for row in page.context["meeting"].rows]


def focus(page: HttpResponse) -> str:
    return page.context["meeting"].focus.number


def decide(client: Client, page: HttpResponse, **typed: Any) -> HttpResponse:
    """Sends the decision of the one in focus, on the version that the page showed."""
    sent = {"version": page.context["referral"].version, "priority": "2", "therapist": "", "note": ""}
    return client.post(page.context["action"], sent | typed, follow=True)


def now(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


def key_with(municipality: Municipality, category: Category, *, since: int, **target: Any) -> None:
    """A version of the key from so many days ago, which judges what was received later."""
    key = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(since))
    PriorityTargetFactory(key=key, category=category, **target)


class TestOrder:
    def test_a_coded_urgency_comes_first_then_the_oldest(
        self, office: Client, address: str, log: Log
    ) -> None:
        newest, oldest = log(1), log(40)
        fall, sore = log(2, urgency=Urgency.FALL), log(9, urgency=Urgency.PRESSURE_SORE)
        log(waiting=True), log(started=True), log(closed=True)
        page = office.get(address)
        assert order(page) == [row.number for row in (sore, fall, oldest, newest)]
        assert "De med hasteårsak eller risikohendelse først" in text(page) and "1 av 4" in text(page)

    def test_shows_what_the_meeting_decides_on(
        self, office: Client, address: str, log: Log, municipality: Municipality
    ) -> None:
        person = PersonFactory(municipality=municipality, given_name="Máret", family_name="Sara")
        log(12, person=person, urgency=Urgency.DETERIORATION, what_matters="Å komme ut i hagen")
        other = log(300, person=person, waiting=True)
        case = Referral.objects.get(status=Status.RECEIVED)
        InformationRequestFactory(referral=case)
        page = text(office.get(address))
        for told in ("Máret Sara", "77 år", "12 dager", "Rask forverring", "Fastlege", "Å komme ut i hagen"):
            assert told in page
        assert case.reason in page and other.number in page and "Vurdering fra sykehuset" in page

    def test_only_those_of_ones_own_units(
        self, client_for: ClientFor, municipality: Municipality, address: str, log: Log
    ) -> None:
        own, theirs = UnitFactory(municipality=municipality), UnitFactory(municipality=municipality)
        user = UserFactory()
        MembershipFactory(user=user, municipality=municipality, unit=own)
        mine, unplaced = log(unit=own), log(5)
        log(unit=theirs)
        assert order(client_for(user).get(address)) == [mine.number, unplaced.number]

    def test_says_so_kindly_when_nobody_waits_to_be_assessed(self, office: Client, address: str) -> None:
        assert "Ingen venter på vurdering." in text(office.get(address))
        assert "20 henvisninger ble avgjort i dette møtet." in text(office.get(f"{address}?avgjort=20"))

    @pytest.mark.parametrize("query", ["nr=2026-999999", "nr=x", "nr=%00", "avgjort=-1", "avgjort=x" * 40])
    def test_an_address_that_makes_no_sense_leads_to_the_first(
        self, office: Client, address: str, log: Log, query: str
    ) -> None:
        first = log(20)
        log(3)
        page = office.get(f"{address}?{query}")
        assert focus(page) == first.number and "1 av 2" in text(page)

    def test_thirty_cost_no_more_queries_than_three(
        self, office: Client, address: str, log: Log, municipality: Municipality
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert office.get(address).status_code == 200
            return len(captured)

        for _nth in range(3):
            log()
        queries()
        few = queries()
        for _nth in range(27):
            InformationRequestFactory(referral=log(urgency=Urgency.FALL))
        assert queries() == few


class TestDecision:
    def test_saves_and_goes_on_to_the_next(
        self, office: Client, address: str, log: Log, therapist: Therapist
    ) -> None:
        first, second = log(20), log(10)
        page = decide(office, office.get(address), priority="1", therapist=therapist.pk, note="Trykksår 😀")
        saved = now(first)
        assert (saved.status, saved.priority, saved.prioritised_on) == (Status.WAITING, 1, TODAY)
        assert saved.therapist == therapist and saved.events.count() == 2
        assert focus(page) == second.number and "2 av 2" in text(page)
        assert f"{first.number} har prioritet 1." in text(page)

    def test_the_last_one_ends_the_meeting(self, office: Client, address: str, log: Log) -> None:
        log()
        page = decide(office, office.get(f"{address}?avgjort=19"))
        assert "20 henvisninger ble avgjort i dette møtet." in text(page)

    def test_whoever_is_skipped_comes_back_at_the_end(self, office: Client, address: str, log: Log) -> None:
        first, second, third = log(30), log(20), log(10)
        page = office.get(office.get(address).context["meeting"].next_url)
        assert focus(page) == second.number and "2 av 3" in text(page)
        page = decide(office, page)
        assert focus(page) == third.number and "3 av 3" in text(page)
        page = decide(office, page)
        assert focus(page) == first.number and "3 av 3" in text(page)
        assert page.context["meeting"].next_url == ""

    def test_before_the_first_comes_the_last(self, office: Client, address: str, log: Log) -> None:
        log(30), log(20)
        last = log(10)
        assert focus(office.get(office.get(address).context["meeting"].previous_url)) == last.number

    def test_each_priority_stands_with_days_and_criteria_and_its_key(
        self, office: Client, address: str, log: Log, municipality: Municipality, category: Category
    ) -> None:
        key = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(30))
        PriorityTargetFactory(key=key, category=category, level=1, days=7, criteria="Fare for liv og helse")
        log()
        page = text(office.get(address))
        assert "Prioritet 1: oppstart innen 7 dager" in page and "Fare for liv og helse" in page
        assert 'aria-keyshortcuts="1"' in page and 'aria-keyshortcuts="2"' not in page

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"priority": ""}, "priority"),
            ({"priority": "7"}, "priority"),
            ({"therapist": "0"}, "therapist"),
            ({"note": "x" * 501}, "note"),
        ],
    )
    def test_bad_input_is_told_and_nothing_is_decided(
        self, office: Client, address: str, log: Log, typed: dict[str, str], field: str
    ) -> None:
        case = log()
        page = decide(office, office.get(address), **typed)
        assert list(page.context["form"].errors) == [field]
        assert now(case).version == 1 and focus(page) == case.number

    def test_a_therapist_who_does_not_work_here_decides_nothing_at_all(
        self, office: Client, address: str, log: Log, other_municipality: Municipality
    ) -> None:
        case, stranger = log(), TherapistFactory(employed_in=other_municipality)
        page = decide(office, office.get(address), therapist=stranger.pk)
        assert list(page.context["form"].errors) == ["therapist"] and now(case).priority is None

    def test_without_a_key_the_page_says_whom_to_ask(
        self, office: Client, address: str, municipality: Municipality, other_category: Category
    ) -> None:
        municipality.priority_keys.update(replaced_at=NOW)
        ReferralFactory(municipality=municipality, category=other_category, key=False)
        assert "ingen prioriteringsnøkkel" in text(office.get(address))


class TestKept:
    def test_the_criteria_stay_as_they_were_whatever_becomes_of_the_key(
        self, office: Client, address: str, log: Log, municipality: Municipality, category: Category
    ) -> None:
        key_with(municipality, category, since=30, level=2, criteria="Bor alene")
        case = log()
        decide(office, office.get(address), note="Vurdert i møte")
        key_with(municipality, category, since=29, level=2, criteria="Noe ganske annet", days=99)
        page = office.get(f"/k/{municipality.code}/henvisninger/{case.number}/")
        assert page.context["judgement"].criteria == "Bor alene"
        assert "Etter nøkkelen fra 14.02.2026: oppstart innen 56 dager. Bor alene" in text(page)
        assert "Vurdert i møte" in text(page) and "Noe ganske annet" not in text(page)

    def test_the_ordinary_form_keeps_them_too(
        self, office: Client, log: Log, municipality: Municipality, category: Category
    ) -> None:
        key_with(municipality, category, since=30, level=1, criteria="Fare for fall")
        case = log()
        place = f"/k/{municipality.code}/henvisninger/{case.number}/"
        office.post(f"{place}prioritet/", {"version": 1, "priority": "1", "on": "16.03.2026"})
        event = case.events.get(kind=EventKind.PRIORITISED)
        told = {"days": 14, "criteria": "Fare for fall", "key": "2026-02-14"}
        assert event.details["judged_by"] == told
        assert "Fare for fall" in text(office.get(place))

    def test_a_priority_that_has_been_lost_has_no_criteria(
        self, office: Client, address: str, log: Log, municipality: Municipality, category: Category
    ) -> None:
        key_with(municipality, category, since=30, level=2, criteria="Bor alene")
        case = log()
        decide(office, office.get(address))
        Referral.objects.filter(pk=case.pk).update(priority=3)
        page = office.get(f"/k/{case.municipality.code}/henvisninger/{case.number}/")
        assert page.context["judgement"] is None


class TestCategory:
    def test_is_corrected_with_a_reason_and_judged_by_the_other_part_of_the_key(
        self, office: Client, address: str, log: Log, municipality: Municipality, other_category: Category
    ) -> None:
        case = log()
        key_with(municipality, other_category, since=30, level=1, days=3)
        page = office.get(address)
        sent = {"step": "category", "version": 1, "category": other_category.pk, "because": "Gjelder boligen"}
        page = office.post(page.context["action"], sent, follow=True)
        assert now(case).category == other_category and focus(page) == case.number
        assert "Prioritet 1: oppstart innen 3 dager" in text(page)
        event = case.events.get()
        assert (event.kind, event.note) == (EventKind.CORRECTED, "Gjelder boligen")

    @pytest.mark.parametrize("typed", [{"because": ""}, {"category": "0"}])
    def test_bad_input_is_told(
        self, office: Client, address: str, log: Log, other_category: Category, typed: dict[str, str]
    ) -> None:
        case = log()
        page = office.get(address)
        sent = {"step": "category", "version": 1, "category": other_category.pk, "because": "Feil"} | typed
        page = office.post(page.context["action"], sent)
        assert list(page.context["form"].errors) == list(typed) and now(case).version == 1
        assert page.context["category_is_open"]

    def test_the_same_category_is_no_correction(
        self, office: Client, address: str, log: Log, category: Category
    ) -> None:
        case = log()
        sent = {"step": "category", "version": 1, "category": category.pk, "because": "Feil"}
        page = office.post(office.get(address).context["action"], sent)
        assert "Ingenting ble endret." in text(page) and now(case).version == 1


class TestTwoAtOnce:
    def test_the_second_who_decides_sees_both(
        self, office: Client, address: str, log: Log, client_for: ClientFor, municipality: Municipality
    ) -> None:
        case, following = log(20), log(10)
        page = office.get(address)
        colleague = UserFactory()
        MembershipFactory(user=colleague, municipality=municipality)
        theirs = client_for(colleague)
        decide(theirs, theirs.get(address), priority="1", note="Haster")
        answer = decide(office, page, priority="3", note="Kan vente")
        assert answer.status_code == 409 and now(case).priority == 1
        assert "Gitt prioritet 1." in text(answer) and "Kan vente" in text(answer)
        assert following.number in answer.context["discard_url"]
        sent = {"version": now(case).version, "priority": "3", "note": "Kan vente"}
        onward = office.post(page.context["action"], sent, follow=True)
        assert now(case).priority == 3 and focus(onward) == following.number

    def test_the_same_form_sent_twice_is_decided_once(self, office: Client, address: str, log: Log) -> None:
        case, following = log(20), log(10)
        page = office.get(address)
        once = decide(office, page, note="En gang")
        twice = decide(office, page, note="En gang")
        assert focus(once) == focus(twice) == following.number
        assert "2 av 2" in text(twice) and case.events.count() == 1

    def test_one_that_was_decided_meanwhile_is_passed_by(
        self, office: Client, address: str, log: Log
    ) -> None:
        case, following = log(20, waiting=True), log(10)
        page = office.get(f"{address}?nr={case.number}")
        assert focus(page) == following.number and "ikke lenger blant dem som skal vurderes" in text(page)


def primary(page: HttpResponse) -> list[str]:
    """What stands on the filled buttons of the page in the colour that leads on."""
    main = markup(page).partition("<main")[2].partition("</main>")[0]
    buttons = re.findall(r'<(?:a|button) class="ds-button"([^>]*)>([^<]*)<', main)
    return [text for attributes, text in buttons if "data-variant" not in attributes]


class TestOneNextStep:
    def test_is_to_save_the_decision(self, office: Client, address: str, log: Log) -> None:
        log(), log()
        page = office.get(address)
        assert primary(page) == ["Lagre og gå videre"]
        assert '<button class="ds-button" data-color="accent" type="submit">Lagre og gå videre' in markup(
            page
        )

    def test_is_to_skip_what_cannot_be_decided(
        self, office: Client, address: str, log: Log, municipality: Municipality
    ) -> None:
        hidden = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        log(30, person=hidden), log(20)
        assert primary(office.get(address)) == ["Hopp til neste"]
        municipality.priority_keys.update(replaced_at=NOW)
        page = office.get(office.get(address).context["meeting"].next_url)
        assert page.context["key_is_missing"] and primary(page) == ["Hopp til neste"]

    def test_is_the_list_when_nobody_is_left(self, office: Client, address: str) -> None:
        assert primary(office.get(address)) == ["Til ventelisten"]


class TestShielded:
    def test_is_not_decided_and_not_named(
        self, office: Client, address: str, log: Log, municipality: Municipality
    ) -> None:
        hidden = PersonFactory(
            municipality=municipality, family_name="Hemmeligsen", protection=Protection.STRICTLY_CONFIDENTIAL
        )
        case, other = log(30, person=hidden, urgency=Urgency.FALL), log(20)
        page = office.get(address)
        assert focus(page) == case.number and "Skjermet" in text(page)
        assert "Hemmeligsen" not in text(page) and case.reason not in text(page)
        assert "Fall eller fallfare" not in text(page) and '<form class="form"' not in text(page)
        assert focus(office.get(page.context["meeting"].next_url)) == other.number
        office.post(f"{address}?nr={case.number}", {"version": 1, "priority": "1"})
        assert now(case).priority is None

    def test_its_row_tells_no_more_than_that(
        self, office: Client, address: str, log: Log, municipality: Municipality, other_category: Category
    ) -> None:
        hidden = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
        log(30)
        log(20, person=hidden, category=other_category)
        page = text(office.get(address))
        assert "Skjermet" in page and "Boligtilpasning (prøve) · 20 dager" not in page


class TestKeys:
    def test_are_turned_off_and_on_again(
        self, office: Client, address: str, log: Log, coordinator: User
    ) -> None:
        log(), log()
        assert 'aria-keyshortcuts="n"' in text(office.get(address))
        page = office.post("/taster/", {"single_keys": "off", "next": address}, follow=True)
        assert "aria-keyshortcuts" not in text(page) and "Enkelttaster er slått av" in text(page)
        coordinator.refresh_from_db()
        assert coordinator.single_keys is False
        page = office.post("/taster/", {"single_keys": "on", "next": address}, follow=True)
        assert 'aria-keyshortcuts="n"' in text(page)

    @pytest.mark.parametrize("value", ["", "x"])
    def test_nonsense_changes_nothing(self, office: Client, coordinator: User, value: str) -> None:
        assert office.post("/taster/", {"single_keys": value}).status_code == 302
        coordinator.refresh_from_db()
        assert coordinator.single_keys is True


def test_the_read_log_names_everybody_on_the_page_and_nobody_else(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    for _nth in range(15):
        log(20)
    page = office.get(address)
    shown = {entry.referral.number for entry in page.context["meeting"].listed}
    logged = set(ViewLog.objects.latest("id").persons.values_list("number", flat=True))
    assert len(shown) == 12 and logged == shown


def test_the_waitlist_leads_there_for_those_who_may(
    office: Client, client_for: ClientFor, therapist_user: User, municipality: Municipality, address: str
) -> None:
    waitlist = f"/k/{municipality.code}/venteliste/"
    assert address in text(office.get(waitlist))
    assert address not in text(client_for(therapist_user).get(waitlist))
    assert client_for(therapist_user).get(address).status_code == 403
