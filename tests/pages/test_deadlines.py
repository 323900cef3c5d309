"""The page of deadlines: what is counted is what is listed, for whom, and the one move that settles each line."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.choices import Move, Protection, Task, ValidationResult, ViewKind
from referrals.models import Category, Municipality, Referral, Therapist, User, Validation, ViewLog
from referrals.views.case import SLUGS
from tests.factories import (
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
    UserFactory,
    ValidationFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.pages.seen import markup, text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/frister/"


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals that wait with priority 2, whose target is 56 days."""

    def make(days: int = 60, **traits: object) -> Referral:
        given = {"municipality": municipality, "category": category, "waiting": True}
        return ReferralFactory(**given | {"received_on": days_ago(days)} | traits)

    return make


@pytest.fixture
def one_of_each(log: Log, category: Category) -> dict[Task, Referral]:
    """A referral with each task alone."""
    category.is_vedtak = True
    category.save()
    held, changed, asked = log(50, priority=4), log(90, priority=4), log(100, priority=4)
    WaitPauseFactory(referral=held, started_on=days_ago(45), reason="nav")
    ValidationFactory(
        referral=changed, asked_on=days_ago(9), answered_on=days_ago(1), result=ValidationResult.CHANGED
    )
    ValidationFactory(referral=asked, asked_on=days_ago(30))
    return {
        Task.OVER_TARGET: log(60),
        Task.DUE_SOON: log(55),
        Task.REPLY: log(27, application=True),
        Task.REVIEW: held,
        Task.REASSESS: changed,
        Task.ASK: log(95, priority=4),
        Task.ANSWER: asked,
    }


def listed(page: HttpResponse) -> dict[Task, list[Referral]]:
    return {group.task: list(group.table.records) for group in page.context["listed"]}


def test_each_task_has_its_list_and_each_line_its_move(
    office: Client, address: str, one_of_each: dict[Task, Referral]
) -> None:
    page = office.get(address)
    assert listed(page) == {task: [one_of_each[task]] for task in Task}
    moves = {
        Task.OVER_TARGET: Move.ASSIGN,
        Task.DUE_SOON: Move.ASSIGN,
        Task.REPLY: Move.REPLY,
        Task.REVIEW: Move.REVIEW,
        Task.REASSESS: Move.PRIORITISE,
        Task.ASK: Move.ASK,
        Task.ANSWER: Move.ANSWER,
    }
    for task, move in moves.items():
        case = f"{address.replace('frister', 'henvisninger')}{one_of_each[task].number}/"
        assert f'href="{case}{SLUGS[move]}/"' in markup(page), task
        assert office.get(f"{case}{SLUGS[move]}/").status_code == 200, task


def test_what_is_counted_is_what_is_listed_however_it_is_narrowed(
    office: Client, address: str, one_of_each: dict[Task, Referral], log: Log
) -> None:
    for days in range(40, 70):
        log(days)
    for query in ("", "naar=over", "naar=week", "naar=four_weeks", "hva=over_target", "ergoterapeut=none"):
        for group in office.get(f"{address}?{query}").context["groups"]:
            rows: list[Referral] = []
            for number in group.table.paginator.page_range:
                page = office.get(f"{address}?{query}&{group.task}-page={number}")
                rows += listed(page).get(group.task, [])
            assert len(rows) == len(set(rows)) == group.count, (query, group.task)


def test_a_long_list_has_pages_of_its_own(office: Client, address: str, log: Log) -> None:
    cases = [log(60 + nth) for nth in range(30)]
    first = office.get(address)
    second = office.get(f"{address}?{Task.OVER_TARGET}-page=2")
    rows = listed(first)[Task.OVER_TARGET] + listed(second)[Task.OVER_TARGET]
    assert rows == sorted(cases, key=lambda case: case.received_on)
    assert first.context["listed"][0].count == 30 and "viser 26–30 av 30" in text(second)


def test_a_therapist_chooses_their_own(
    client_for: ClientFor, therapist_user: User, therapist: Therapist, address: str, log: Log
) -> None:
    mine = log(60, therapist=therapist, assigned_on=days_ago(1))
    others, nobodys = log(61, assigned=True), log(62)
    office = client_for(therapist_user)
    for query, found in {
        "": [nobodys, others, mine],
        "ergoterapeut=mine": [mine],
        "ergoterapeut=none": [nobodys],
        f"ergoterapeut={others.therapist_id}": [others],
        "ergoterapeut=999999&naar=never&hva=x": [nobodys, others, mine],
    }.items():
        assert listed(office.get(f"{address}?{query}"))[Task.OVER_TARGET] == found, query


def test_a_therapist_is_not_led_to_what_only_the_coordinator_may_do(
    client_for: ClientFor, therapist_user: User, address: str, one_of_each: dict[Task, Referral]
) -> None:
    page = markup(client_for(therapist_user).get(address))
    assert f"/{SLUGS[Move.ASSIGN]}/" not in page and f"/{SLUGS[Move.PRIORITISE]}/" not in page
    assert f"/{SLUGS[Move.START]}/" in page and f"/{SLUGS[Move.REPLY]}/" in page


def test_a_manager_reads_and_is_led_to_no_move_but_assigning(
    client_for: ClientFor, manager: User, address: str, one_of_each: dict[Task, Referral]
) -> None:
    page = client_for(manager).get(address)
    assert len(listed(page)) == 7
    led_to = {move for move, slug in SLUGS.items() if f"/{slug}/" in markup(page)}
    assert led_to == {Move.ASSIGN}


def test_somebody_shielded_is_a_number_and_no_more(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    hidden = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
    case = log(100, person=hidden)
    WaitPauseFactory(referral=case, started_on=days_ago(90), reason="hospital")
    page = office.get(address)
    assert listed(page)[Task.REVIEW] == [case] and "Skjermet" in text(page)
    assert str(hidden) not in text(page) and "Innlagt" not in text(page)
    assert not [slug for slug in SLUGS.values() if f"/{slug}/" in markup(page)]


def test_cases_of_other_units_are_not_there(
    client_for: ClientFor, address: str, log: Log, municipality: Municipality
) -> None:
    own, other = UnitFactory(municipality=municipality), UnitFactory(municipality=municipality)
    user = UserFactory()
    MembershipFactory(user=user, municipality=municipality, unit=own)
    mine = log(60, unit=own)
    log(61, unit=other)
    assert listed(client_for(user).get(address))[Task.OVER_TARGET] == [mine]


def test_whoever_is_on_the_page_stands_in_the_read_log_once(office: Client, address: str, log: Log) -> None:
    case = log(100)
    assert set(listed(office.get(f"{address}?ergoterapeut=none"))) == {Task.OVER_TARGET, Task.ASK}
    line = ViewLog.objects.get()
    assert (line.kind, line.query) == (ViewKind.DEADLINES, "ergoterapeut=none")
    assert [shown.number for shown in line.persons.all()] == [case.number]


def test_nothing_to_do_is_said(office: Client, address: str, log: Log) -> None:
    log(1)
    page = office.get(address)
    assert listed(page) == {} and "Ingen frist" in text(page)


# ---------------------------------------------------------------- the moves behind it


def move_to(office: Client, address: str, case: Referral, move: Move, **typed: object) -> HttpResponse:
    case.refresh_from_db()
    page = f"{address.replace('frister', 'henvisninger')}{case.number}/{SLUGS[move]}/"
    return office.post(page, {"version": case.version, "on": "16.03.2026"} | typed, follow=True)


def test_asked_and_answered_leads_on_to_what_follows(office: Client, address: str, log: Log) -> None:
    for result, leads_to, said in (
        (ValidationResult.STILL_WAITING, None, "Venter fortsatt"),
        (ValidationResult.NOT_NEEDED, Move.CLOSE, "Ikke behov lenger"),
        (ValidationResult.CHANGED, Move.PRIORITISE, "Behovet er endret"),
        (ValidationResult.NOT_REACHED, None, "Ikke nådd"),
    ):
        case = log(100)
        asked = move_to(office, address, case, Move.ASK, way="letter")
        assert "Innbyggeren ble spurt" in text(asked)
        answered = move_to(office, address, case, Move.ANSWER, result=result)
        end = f"{case.number}/{SLUGS[leads_to]}/" if leads_to else f"{case.number}/"
        assert answered.redirect_chain[-1][0].endswith(end)
        story = office.get(f"{address.replace('frister', 'henvisninger')}{case.number}/")
        assert f"Spurt om innbyggeren fortsatt venter: {said}." in text(story)
        if leads_to == Move.CLOSE:
            assert answered.context["form"].initial["outcome"] == "not_needed"


def test_a_therapist_who_hears_of_a_changed_need_comes_back_to_the_case(
    client_for: ClientFor, therapist_user: User, address: str, log: Log
) -> None:
    case = log(100)
    ValidationFactory(referral=case)
    page = move_to(client_for(therapist_user), address, case, Move.ANSWER, result=ValidationResult.CHANGED)
    assert page.redirect_chain[-1][0].endswith(f"{case.number}/") and "Skal vurderes på nytt" in text(page)


def test_an_assessment_with_the_same_priority_settles_a_changed_need(
    office: Client, address: str, log: Log
) -> None:
    case = log(100)
    ValidationFactory(
        referral=case, asked_on=days_ago(5), answered_on=days_ago(1), result=ValidationResult.CHANGED
    )
    page = move_to(office, address, case, Move.PRIORITISE, priority=2)
    assert "Vurdert på nytt: prioriteten står." in text(page)
    assert not Validation.objects.to_reassess().exists()


def test_a_long_hold_is_reviewed_with_a_word(office: Client, address: str, log: Log) -> None:
    case = log(100)
    WaitPauseFactory(referral=case, started_on=days_ago(50))
    assert "Skal vurderes" in text(office.get(f"{address.replace('frister', 'henvisninger')}{case.number}/"))
    typed = {"hold": "own_wish", "note": "Ringt: vil vente til over påske."}
    page = move_to(office, address, case, Move.REVIEW, **typed)
    assert "Pausen er vurdert og fortsetter: Ønsker selv å vente." in text(page)
    assert Task.REVIEW not in listed(office.get(address))
    empty = move_to(office, address, case, Move.REVIEW, hold="own_wish", note=" ")
    assert empty.context["form"].errors["note"]


def test_a_question_asked_meanwhile_is_no_second_one(office: Client, address: str, log: Log) -> None:
    case = log(100)
    move_to(office, address, case, Move.ASK, way="letter")
    page = move_to(office, address, case, Move.ASK, way="phone")
    assert page.status_code == 409 and Validation.objects.count() == 1
