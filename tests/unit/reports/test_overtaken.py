"""Who was started before somebody with a higher priority and a longer wait: each word of it, on its edge."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.choices import EventKind, Outcome, PauseReason, Status
from referrals.models import Category, Municipality, Referral, User, access_of
from referrals.reports.overtaken import OvertakenReport, build
from referrals.reports.periods import until_day
from tests.factories import (
    TODAY,
    CategoryFactory,
    ReferralEventFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
)

START = days_ago(5)
MONTH_AGO = days_ago(29)
Log = Callable[..., Referral]


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes a referral that waits with priority 1 since forty days, unless it is told otherwise."""

    def make(**traits: Any) -> Referral:
        usual = {"municipality": municipality, "category": category, "waiting": True, "priority": 1}
        return ReferralFactory(**usual | {"received_on": days_ago(40)} | traits)

    return make


@pytest.fixture
def first(log: Log) -> Referral:
    """Received thirty days ago, priority 2, started five days ago."""
    return log(received_on=days_ago(30), priority=2, started=True, started_on=START)


@pytest.fixture
def report(municipality: Municipality, coordinator: User, first: Referral) -> Callable[..., OvertakenReport]:
    def make(since: date = MONTH_AGO, until: date = TODAY) -> OvertakenReport:
        access = access_of(coordinator, on=TODAY)
        visible = Referral.objects.visible_to(access).in_municipality(municipality)
        return build(visible, access, until_day(since, until))

    return make


Report = Callable[..., OvertakenReport]


def overtaken(report: OvertakenReport) -> dict[str, list[tuple[str, int, int]]]:
    return {row.number: [(one.number, one.level, one.days) for one in row.passed] for row in report.rows}


def test_who_waited_longer_with_a_higher_priority_was_overtaken_the_longest_wait_first(
    report: Report, first: Referral, log: Log
) -> None:
    one, other = (
        log(received_on=days_ago(31)),
        log(received_on=days_ago(100), category=CategoryFactory(code="test-home")),
    )
    made = report()
    assert overtaken(made) == {first.number: [(other.number, 1, 70), (one.number, 1, 1)]}
    [row] = made.rows
    assert (row.priority, row.count, row.same, row.reason) == (2, 2, 1, "")
    assert (made.started, made.unassessed) == (1, 0)


@pytest.mark.parametrize(
    "traits",
    [
        {"received_on": days_ago(30)},  # an equal wait
        {"received_on": days_ago(29)},
        {"priority": 2},
        {"priority": 3},
        {"started": True, "started_on": START},  # on the same day
        {"started": True, "started_on": days_ago(6)},
        {"withdrawn": True, "closed_on": START},
        {"waiting": False, "priority": None},  # not assessed
        {"prioritised_on": START + timedelta(days=1)},
        {"status": Status.CLOSED, "closed_on": days_ago(1), "outcome": Outcome.ENTERED_IN_ERROR},
    ],
    ids=str,
)
def test_nobody_was_overtaken(report: Report, log: Log, traits: dict[str, Any]) -> None:
    log(**traits)
    assert report().rows == ()


@pytest.mark.parametrize(
    "traits",
    [
        {"started": True, "started_on": START + timedelta(days=1)},
        {"withdrawn": True, "closed_on": START + timedelta(days=1)},
        {"prioritised_on": START},
    ],
    ids=str,
)
def test_who_still_waited_at_the_end_of_that_day_was(
    report: Report, first: Referral, log: Log, traits: dict[str, Any]
) -> None:
    other = log(**traits)
    assert (other.number, 1, 10) in overtaken(report())[first.number]


@pytest.mark.parametrize(
    ("since", "until", "is_overtaken"),
    [
        (days_ago(9), None, False),
        (START, START + timedelta(days=1), False),
        (days_ago(9), START, True),  # the first day not on hold
        (START + timedelta(days=1), None, True),
    ],
)
@pytest.mark.parametrize("reason", [PauseReason.OWN_WISH, PauseReason.INFORMATION])
def test_who_was_on_hold_that_day_was_not(
    report: Report, log: Log, since: date, until: date | None, is_overtaken: bool, reason: str
) -> None:
    WaitPauseFactory(referral=log(), started_on=since, ended_on=until, reason=reason)
    assert bool(report().rows) == is_overtaken


def changed(referral: Referral, day: date, before: int | None, after: int | None) -> None:
    ReferralEventFactory(
        referral=referral,
        kind=EventKind.PRIORITISED,
        happened_on=day,
        registered_at=referral.changed_at,
        details={"changes": {"priority": [before, after]}},
    )


@pytest.mark.parametrize(
    ("day", "is_overtaken"), [(START, True), (START + timedelta(days=1), False), (days_ago(9), True)]
)
def test_a_higher_priority_counts_from_the_day_it_was_set(
    report: Report, log: Log, day: date, is_overtaken: bool
) -> None:
    changed(log(), day, 3, 1)
    assert bool(report().rows) == is_overtaken


def test_a_lower_priority_later_takes_nothing_back_and_the_first_change_after_the_day_tells(
    report: Report, first: Referral, log: Log
) -> None:
    other = log(priority=4)
    changed(other, START + timedelta(days=1), 1, 3)
    changed(other, START + timedelta(days=2), 3, 4)
    assert overtaken(report()) == {first.number: [(other.number, 1, 10)]}


def test_its_own_priority_is_that_of_the_day_too(report: Report, first: Referral, log: Log) -> None:
    log()
    changed(first, START + timedelta(days=2), 1, 2)
    assert report().rows == ()


def test_of_who_started_unassessed_nothing_is_said(report: Report, first: Referral, log: Log) -> None:
    log()
    Referral.objects.filter(pk=first.pk).update(prioritised_on=START + timedelta(days=1))
    made = report()
    assert (made.rows, made.started, made.unassessed) == ((), 1, 1)


@pytest.mark.parametrize(
    ("since", "until", "number"),
    [(START, START, 1), (START + timedelta(days=1), TODAY, 0), (days_ago(29), START - timedelta(days=1), 0)],
)
def test_both_days_of_the_period_are_in_it(
    report: Report, log: Log, since: date, until: date, number: int
) -> None:
    log()
    assert len(report(since, until).rows) == number


def test_another_municipality_overtakes_nobody_here(
    report: Report, other_municipality: Municipality, category: Category, log: Log
) -> None:
    log(municipality=other_municipality)
    assert report().rows == ()


def test_one_query_for_all(report: Report, first: Referral, log: Log) -> None:
    log(), log(received_on=days_ago(28), priority=3, started=True, started_on=START)
    with CaptureQueriesContext(connection) as sent:
        assert len(report().rows) == 2
    assert sum('"referrals_waitpause"' in query["sql"] for query in sent) == 1
