"""What one referral leaves behind: rows and a history that agree."""

import json
from datetime import date, datetime
from random import Random

import pytest

from referrals.choices import (
    ON_WAITLIST,
    STOPS_CLOCK,
    ContactKind,
    EventKind,
    Handling,
    Outcome,
    PauseReason,
    Status,
)
from referrals.demo.cases import Case, Cases
from referrals.demo.places import Fortune
from referrals.demo.queue import CATEGORIES, Inflow, Queue
from referrals.demo.rows import ReferralRow
from referrals.demo.teams import Member, Team
from referrals.demo.workdays import Workdays
from referrals.waiting import OSLO, oslo_date
from tests.unit.demo.real_places import real_places

UNTIL = date(2026, 11, 22)
WORKDAYS = Workdays(date(2021, 10, 22), UNTIL)
LEFT, CAME = date(2024, 6, 1).toordinal(), date(2024, 3, 1).toordinal()
TEAM = Team([Member(0, LEFT, 1), Member(0, date.max.toordinal(), 2), Member(CAME, date.max.toordinal(), 3)])


@pytest.fixture(scope="module")
def played() -> list[tuple[Case, ReferralRow]]:
    """A municipality's 1500 cases with long waits."""
    rng, inflow = Random(7), Inflow(WORKDAYS)
    fortune = Fortune(30.0, 1.0, 12.0, (14, 56, 84, 182), (0.1, 0.3, 0.42, 0.18))
    queue = Queue(fortune, WORKDAYS, rng, lambda day: True, inflow.weekly(1_500))
    ids = {category.code: pk for pk, category in enumerate(CATEGORIES.choices)}
    cases = Cases(real_places()[0], TEAM, WORKDAYS, rng, category_ids=ids, by_id=None)
    found = []
    for pk, course in enumerate(queue.run(inflow.draw(rng, 1_500)), start=1):
        case = cases.play(pk, course)
        found.append((case, cases.row(case, person_id=pk)))
    return found


def test_the_history_adds_up_to_the_row(played):
    for case, row in played:
        facts = {}
        for event in case.events:
            for name, (before, after) in json.loads(event.details).get("changes", {}).items():
                assert facts.get(name) == before
                facts[name] = after
        assert facts["status"] == row.status
        assert facts.get("priority") == row.priority
        assert facts.get("therapist") == row.therapist_id
        for name in ("received_on", "prioritised_on", "assigned_on", "started_on", "closed_on"):
            day = getattr(row, name)
            assert facts.get(name) == (day and day.isoformat())
        assert facts.get("outcome", "") == row.outcome
        assert row.version == len(case.events)


def test_the_history_tells_of_every_pause_as_it_stands(played):
    for case, _row in played:
        told = {}
        for event in case.events:
            for pause in json.loads(event.details).get("pauses", []):
                told[pause["reason"], pause["from"]] = pause["to"]
        rows = [(pause.reason, pause.started_on, pause.ended_on) for pause in case.pauses]
        assert told == {(reason, day.isoformat()): end and end.isoformat() for reason, day, end in rows}


def test_the_history_is_registered_in_order_in_office_hours_and_never_before_it_happened(played):
    for case, row in played:
        instants = [event.registered_at for event in case.events]
        assert instants == sorted(set(instants))
        assert row.registered_at == instants[0]
        assert row.changed_at == instants[-1]
        for event in case.events:
            day = oslo_date(event.registered_at)
            assert event.happened_on <= day < UNTIL
            assert day.toordinal() in WORKDAYS
            assert 7 <= event.registered_at.astimezone(OSLO).hour < 19


def test_numbers_have_no_gaps_and_bear_the_year_of_registration(played):
    by_year: dict[str, list[int]] = {}
    for _case, row in played:
        year, number = row.number.split("-")
        assert int(year) == oslo_date(row.registered_at).year
        by_year.setdefault(year, []).append(int(number))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_year.values())


def test_every_status_and_many_outcomes_are_there(played):
    assert {row.status for _case, row in played} == set(Status)
    outcomes = {row.outcome for _case, row in played}
    assert {
        Outcome.FINISHED,
        Outcome.DEAD,
        Outcome.REJECTED,
        Outcome.NOT_NEEDED,
        Outcome.DUPLICATE,
    } <= outcomes


def test_pauses_lie_within_the_wait_and_some_run_now(played):
    pauses = [(pause, row) for case, row in played for pause in case.pauses]
    for pause, row in pauses:
        end = min((day for day in (row.started_on, row.closed_on) if day), default=UNTIL)
        assert row.received_on <= pause.started_on < end
        assert pause.ended_on is None or pause.started_on < pause.ended_on <= end
        assert pause.ended_on is not None or end == UNTIL
    assert any(pause.ended_on is None for pause, _row in pauses)
    assert {pause.reason for pause, _row in pauses} == set(PauseReason)


def test_some_are_on_hold_for_two_reasons_at_once_and_of_some_both_run(played):
    pairs = [case.pauses for case, _row in played if len(case.pauses) > 1]
    for first, second in pairs:
        assert first.reason != second.reason
        assert first.started_on < second.started_on < (first.ended_on or UNTIL)
    once = sum(bool(case.pauses) for case, _row in played)
    assert 0.1 * once < len(pairs) < 0.3 * once
    assert any(first.ended_on is None and second.ended_on is None for first, second in pairs)
    assert any({first.reason, second.reason} <= STOPS_CLOCK for first, second in pairs)


def test_whoever_has_a_case_worked_there_when_it_was_given_and_begun(played):
    for _case, row in played:
        if row.therapist_id is not None:
            days = [row.assigned_on, row.started_on or row.assigned_on]
            assert all(row.therapist_id in TEAM.on(day.toordinal()) for day in days)


def test_the_first_contact_is_the_start_and_none_comes_after_the_end(played):
    for case, row in played:
        met = [contact for contact in case.contacts if contact.kind != ContactKind.NO_SHOW]
        held = sorted(contact.held_on for contact in met)
        assert (held[0] if held else None) == row.started_on
        assert not held or row.closed_on is None or held[-1] <= row.closed_on


def test_some_did_not_attend_while_they_waited_and_somebody_had_them(played):
    missed = [
        (contact, row)
        for case, row in played
        for contact in case.contacts
        if contact.kind == ContactKind.NO_SHOW
    ]
    assert len(missed) >= 10
    for contact, row in missed:
        assert row.assigned_on < contact.held_on < min(filter(None, (row.started_on, row.closed_on, UNTIL)))


def test_only_open_applications_get_a_preliminary_reply_and_not_all_of_them(played):
    applications = [case for case, row in played if row.handling == Handling.APPLICATION]
    replied = [case for case, _row in played if case.replies]
    assert all(case.intake.handling == Handling.APPLICATION for case in replied)
    assert 0.4 * len(applications) < len(replied) < len(applications)
    for case, row in played:
        assert not case.replies or row.closed_on is None or case.replies[0].sent_on < row.closed_on


def test_a_history_begins_with_the_registration(played):
    assert all(case.events[0].kind == EventKind.RECEIVED for case, _row in played)
    assert all(isinstance(case.events[0].registered_at, datetime) for case, _row in played)


def test_some_of_those_who_wait_lack_information_and_to_some_it_came(played):
    asked = [(case, request) for case, _row in played for request in case.requests]
    assert {case.status for case, _request in asked} <= ON_WAITLIST
    assert {request.received_on is None for _case, request in asked} == {True, False}
    for case, request in asked:
        told = [event for event in case.events if event.kind == EventKind.INFORMATION_ASKED]
        assert [event.note for event in told] == [request.what]
        assert request.asked_on < request.wanted_by and request.asked_on < UNTIL
        assert request.received_on is None or request.asked_on < request.received_on < UNTIL
