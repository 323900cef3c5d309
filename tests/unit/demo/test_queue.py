"""One municipality's queue: days in order, lists of the length that was drawn."""

from datetime import date
from random import Random
from statistics import median

import pytest

from referrals.choices import NOT_COUNTED
from referrals.demo.places import DRAWN, Fortune, allocate
from referrals.demo.queue import URGENT, Course, Inflow, Queue
from referrals.demo.users import MOSS, STRAND
from referrals.demo.workdays import Workdays
from tests.unit.demo.real_places import real_places

UNTIL = date(2026, 11, 22)
WORKDAYS = Workdays(date(2021, 10, 22), UNTIL)
INFLOW = Inflow(WORKDAYS)
TEMPLATE = (14, 56, 84, 182)
SHARES = (0.1, 0.3, 0.42, 0.18)


def courses(fortune: Fortune, count: int, *, seed: int = 1, staffed_from: date = date.min) -> list[Course]:
    rng = Random(seed)
    queue = Queue(fortune, WORKDAYS, rng, lambda day: day >= staffed_from.toordinal(), INFLOW.weekly(count))
    return queue.run(INFLOW.draw(rng, count))


def waiting(played: list[Course]) -> list[Course]:
    return [course for course in played if course.ended is None]


def over_target(played: list[Course], key_days: tuple[int, ...]) -> list[Course]:
    today = UNTIL.toordinal()
    return [
        course
        for course in waiting(played)
        if course.priority and today - course.received > key_days[course.priority - 1]
    ]


def waits_of_started(played: list[Course], priority: int) -> list[int]:
    return [
        course.started - course.received
        for course in played
        if course.started is not None and course.priority == priority
    ]


@pytest.mark.parametrize("weeks", [3.0, 25.0, 70.0])
@pytest.mark.parametrize("seed", range(5))
def test_days_come_in_order_and_none_is_in_the_future(weeks, seed):
    for course in courses(Fortune(weeks, 0.8, 3.0, TEMPLATE, SHARES), 400, seed=seed):
        days = [course.received, course.assessed, course.ended]
        known = [day for day in days if day is not None]
        assert known == sorted(known)
        assert known[-1] < UNTIL.toordinal()
        assert all(day in WORKDAYS for day in known[1:])
        assert (course.assessed is None) == (course.priority is None)


@pytest.mark.parametrize("weeks", [3.0, 25.0, 70.0])
def test_the_list_has_the_length_that_was_drawn(weeks):
    played = courses(Fortune(weeks, 1.2, 3.0, TEMPLATE, SHARES), 2_000)
    assert len(waiting(played)) == pytest.approx(weeks * INFLOW.weekly(2_000), abs=3)


def test_the_more_urgent_wait_less():
    played = courses(Fortune(25.0, 1.0, 3.0, TEMPLATE, SHARES), 3_000)
    medians = [median(waits_of_started(played, priority)) for priority in (1, 2, 3, 4)]
    assert medians == sorted(medians)
    assert medians[0] <= 14 < medians[1]


def test_a_municipality_without_anybody_starts_nobody_until_somebody_comes():
    back = date(2024, 9, 1)
    played = courses(Fortune(10.0, 1.0, 3.0, TEMPLATE, SHARES), 500, staffed_from=back)
    starts = [course.started for course in played if course.started is not None]
    assert starts
    assert min(starts) >= back.toordinal()
    left = [course for course in played if course.outcome and course.outcome not in NOT_COUNTED]
    assert any(course.ended < back.toordinal() for course in left)


@pytest.mark.parametrize("seed", range(3))
def test_moss_waits_as_it_was_published(seed):
    """163 waiting, 144 of them past their limit, priority 1 kept, some over a year. Pauses move a few back."""
    fortune = DRAWN[MOSS]
    played = courses(fortune, allocate(60_000, real_places())[MOSS], seed=seed)
    late = over_target(played, fortune.key_days)
    assert len(waiting(played)) == pytest.approx(163, abs=8)
    assert len(late) == pytest.approx(147, abs=10)
    assert not any(course.priority == URGENT for course in late)
    assert sum(UNTIL.toordinal() - course.received > 365 for course in late) >= 5


@pytest.mark.parametrize("seed", range(3))
def test_strand_waits_as_it_was_published(seed):
    """About 150 waiting, 100 past their limit; priority 3, which should start in a month, really waits five or six."""
    fortune = DRAWN[STRAND]
    played = courses(fortune, allocate(60_000, real_places())[STRAND], seed=seed)
    assert len(waiting(played)) == pytest.approx(150, abs=8)
    assert len(over_target(played, fortune.key_days)) == pytest.approx(105, abs=12)
    assert 130 < median(waits_of_started(played, 3)) < 200


def test_fewer_come_in_july_and_hardly_anybody_on_free_days():
    days = [date.fromordinal(day) for day in INFLOW.draw(Random(1), 20_000)]
    by_month = [sum(day.month == month for day in days) for month in range(1, 13)]
    assert min(by_month) == by_month[6]
    assert sum(day.toordinal() not in WORKDAYS for day in days) < 600
