"""The list of errors: counts, the cases with the way to mend them, and saying that one is right as it is."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.actions import data_quality as actions
from referrals.choices import DataRule, PauseReason, Protection
from referrals.errors import NotAllowed, NothingChanged, ReasonTooShort, UnknownCode
from referrals.models import Category, Membership, Municipality, Referral, RightAsItIs, User, ViewLog
from tests.factories import NOW, PersonFactory, ReferralFactory, UnitFactory, WaitPauseFactory, days_ago
from tests.pages.seen import markup, text
from tests.unit.actions.acting import acting

ClientFor = Callable[[User], Client]
BECAUSE = "Avtalt med pårørende, ny vurdering i april."


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


@pytest.fixture
def held(municipality: Municipality, category: Category) -> Callable[..., Referral]:
    """Makes a case on hold for 200 days without an end."""

    def make(**traits: Any) -> Referral:
        case = ReferralFactory(
            **{"municipality": municipality, "category": category, "waiting": True} | traits,
            received_on=days_ago(300),
        )
        WaitPauseFactory(referral=case, reason=PauseReason.CAPACITY, started_on=days_ago(200))
        return case

    return make


Held = Callable[..., Referral]


def look(browser: Client, place: Municipality, **asked: str) -> HttpResponse:
    return browser.get(f"/k/{place.code}/datakvalitet/", asked)


def address(case: Referral, rule: str = "long_pause") -> str:
    return f"/k/{case.municipality.code}/datakvalitet/{rule}/{case.number}/"


def numbers(page: HttpResponse) -> list[str]:
    return [row.number for row in page.context["table"].records]


def say(by: User, case: Referral, **what: Any) -> RightAsItIs:
    usual = {"number": case.number, "rule": DataRule.LONG_PAUSE, "reason": BECAUSE}
    return actions.say_right(municipality=case.municipality, **usual | what, **acting(by))


def test_without_errors_every_rule_shows_a_calm_zero(office: Client, municipality: Municipality) -> None:
    page = look(office, municipality)
    assert "ingenting å se på" in text(page)
    assert [count.wrong for count in page.context["report"].counts] == [0] * len(DataRule)
    assert page.context["table"] is None and 'data-color="danger"' not in markup(page).split("<main")[1]


def test_the_first_rule_with_errors_shows_its_cases_and_the_way_to_mend_them(
    office: Client, municipality: Municipality, held: Held
) -> None:
    case = held()
    page = look(office, municipality)
    assert numbers(page) == [case.number] and "1 ting å se på" in text(page)
    assert "På vent siden 28.08.2025." in text(page)
    mend = f"/k/{municipality.code}/henvisninger/{case.number}/gjenoppta/"
    assert f'href="{mend}"' in markup(page) and office.get(mend).status_code == 200
    assert numbers(look(office, municipality, regel="two_open")) == []


def test_a_manager_who_may_not_make_the_move_is_led_to_the_case(
    client_for: ClientFor, municipality: Municipality, manager: User, held: Held
) -> None:
    case = held()
    page = look(client_for(manager), municipality)
    assert f"/henvisninger/{case.number}/gjenoppta/" not in markup(page) and "Åpne saken" in text(page)


def test_a_therapist_does_not_come_in(
    client_for: ClientFor, municipality: Municipality, therapist_user: User, held: Held
) -> None:
    case = held()
    assert look(client_for(therapist_user), municipality).status_code == 403
    assert client_for(therapist_user).post(address(case), {"reason": BECAUSE}).status_code == 403
    with pytest.raises(NotAllowed):
        say(therapist_user, case)


def test_a_case_is_right_as_it_is_with_a_reason_and_can_be_put_back(
    office: Client, municipality: Municipality, coordinator: User, held: Held
) -> None:
    case = held()
    assert office.post(address(case), {"reason": "Ja"}).context["form"].errors["reason"]
    page = office.post(address(case), {"reason": BECAUSE}, follow=True)
    assert numbers(page) == [] and page.context["report"].wrong == 0
    said = RightAsItIs.objects.get()
    assert (said.said_by, said.said_at, said.reason) == (coordinator, NOW, BECAUSE)
    page = look(office, municipality, regel="long_pause", vis="riktige")
    assert numbers(page) == [case.number] and BECAUSE in text(page) and coordinator.shown_name in text(page)
    assert BECAUSE in text(office.get(address(case)))
    page = office.post(address(case), {"back": "1"}, follow=True)
    assert numbers(page) == [case.number]
    said.refresh_from_db()
    assert said.withdrawn_by == coordinator


def test_said_twice_the_first_stays_and_the_second_is_told(
    office: Client, manager: User, coordinator: User, held: Held
) -> None:
    case = held()
    first = say(manager, case)
    assert say(coordinator, case, reason="En helt annen begrunnelse.") == first
    page = office.post(address(case), {"reason": "En helt annen begrunnelse."}, follow=True)
    assert f"{manager.shown_name} har alt sagt" in text(page)
    assert RightAsItIs.objects.get().reason == BECAUSE


def test_right_on_one_list_is_not_right_on_another(coordinator: User, held: Held) -> None:
    case = held()
    say(coordinator, case)
    say(coordinator, case, rule=DataRule.TWO_OPEN)
    assert RightAsItIs.objects.count() == 2
    with pytest.raises(UnknownCode):
        say(coordinator, case, rule="nonsense")
    with pytest.raises(ReasonTooShort):
        say(coordinator, case, reason="Ja")


def test_what_was_never_said_cannot_be_taken_back(coordinator: User, held: Held) -> None:
    case = held()
    with pytest.raises(NothingChanged):
        actions.take_back(
            municipality=case.municipality, number=case.number, rule="long_pause", **acting(coordinator)
        )


def test_a_case_that_the_rule_does_not_name_any_more_leads_back(
    office: Client, municipality: Municipality, held: Held
) -> None:
    case = held()
    case.pauses.update(ended_on=days_ago(1))
    page = office.get(address(case), follow=True)
    assert "ikke lenger" in text(page)
    assert office.get(address(case, "nonsense")).status_code == 404


def test_a_shielded_case_is_counted_and_says_no_more(
    office: Client, municipality: Municipality, held: Held
) -> None:
    person = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
    case = held(person=person)
    page = look(office, municipality)
    assert numbers(page) == [case.number] and "Skjermet" in text(page)
    assert "På vent siden" not in text(page) and str(person) not in text(page)
    assert office.post(address(case), {"reason": BECAUSE}).url.endswith("/skjermet/")
    assert not RightAsItIs.objects.exists()
    assert "På vent siden" not in look(office, municipality, fil="csv").content.decode()


def test_a_shielded_case_is_not_where_standing_tells_of_its_citizen(
    office: Client, municipality: Municipality, category: Category
) -> None:
    for protection in (Protection.CONFIDENTIAL, Protection.NONE):
        person = PersonFactory(municipality=municipality, protection=protection)
        twins = [
            ReferralFactory(municipality=municipality, category=category, person=person) for _ in range(2)
        ]
    page = look(office, municipality, regel="two_open")
    assert set(numbers(page)) == {twin.number for twin in twins}
    assert {row.rule.code: row.wrong for row in page.context["report"].counts}[DataRule.TWO_OPEN] == 2


def test_whoever_is_bound_to_a_unit_sees_its_cases(
    client_for: ClientFor, municipality: Municipality, manager: User, held: Held
) -> None:
    ours, theirs = (UnitFactory(municipality=municipality) for _number in range(2))
    Membership.objects.filter(user=manager).update(unit=ours)
    mine = held(unit=ours)
    held(unit=theirs)
    assert numbers(look(client_for(manager), municipality)) == [mine.number]


def test_more_than_a_page_is_paged_and_the_log_has_those_on_it(
    office: Client, municipality: Municipality, held: Held
) -> None:
    for _nth in range(51):
        held()
    page = look(office, municipality, regel="long_pause", page="2")
    assert len(numbers(page)) == 1
    line = ViewLog.objects.latest("pk")
    assert (line.kind, line.query) == ("data_quality", "regel=long_pause")
    assert list(line.persons.values_list("number", flat=True)) == numbers(page)


def test_the_file_has_all_rules_and_no_citizen(
    office: Client, municipality: Municipality, coordinator: User, held: Held
) -> None:
    first, second = held(), held()
    ReferralFactory(
        municipality=municipality, category=first.category, person=first.person, number="2026-000001"
    )
    say(coordinator, second)
    raw = look(office, municipality, fil="csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw), delimiter=";"))
    found = {(row["rule"], row["number"], row["right_as_it_is"]) for row in rows}
    assert found == {
        ("two_open", first.number, "no"),
        ("two_open", "2026-000001", "no"),
        ("long_pause", first.number, "no"),
        ("long_pause", second.number, "yes"),
    }
    assert first.person.family_name not in raw and str(first.person) not in raw
