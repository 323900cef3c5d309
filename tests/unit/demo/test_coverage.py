"""Who is without own ergoterapeut when, and that the employments made for it say the same."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from referrals.choices import WITHOUT_OWN, CoverageState, Engagement
from referrals.demo import coverage, workforce
from referrals.demo.coverage import Spans
from referrals.demo.workforce import ACTIVITY_WORKER, Job, Staff
from tests.unit.demo.real_places import real_places

PLACES = real_places()
UNTILS = [date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 22), date(2028, 2, 29)]
PUBLISHED = {2018: 83, 2021: 43, 2022: 44, 2023: 49, 2024: 41}


def planned(until: date, seed: int) -> Spans:
    return coverage.plan(PLACES, until, Random(seed))


def states(spans: Spans, on: date) -> dict[str, CoverageState]:
    return {code: next(span.state for span in found if span.holds(on)) for code, found in spans.items()}


def staffed(staff: Staff, on: date, engagement: Engagement) -> set[str]:
    """Municipalities with somebody authorised in an ergoterapeut's post on the day."""
    return {job.code for job in staff.jobs if job.engagement == engagement and counts(job, on)}


def counts(job: Job, on: date) -> bool:
    employed = job.start <= on and (job.end is None or job.end > on)
    return employed and job.occupation != ACTIVITY_WORKER and job.worker.is_authorised(on)


@pytest.mark.parametrize("until", UNTILS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_the_published_numbers_are_without_own_and_of_each_something_is_known(until, seed):
    spans = planned(until, seed)
    for year, number in PUBLISHED.items():
        known = list(states(spans, date(year, 12, 31)).values())
        assert len(known) == 357
        assert sum(state in WITHOUT_OWN for state in known) == number
        assert CoverageState.UNKNOWN not in known
        assert CoverageState.NONE in known
        assert {CoverageState.PURCHASED, CoverageState.AGREEMENT} & set(known)


@pytest.mark.parametrize("until", UNTILS, ids=str)
def test_today_about_forty_are_without_and_of_a_handful_nothing_is_known(until):
    now = list(states(planned(until, 1), until).values())
    assert 35 <= sum(state in WITHOUT_OWN for state in now) <= 48
    assert now.count(CoverageState.UNKNOWN) <= 3


@pytest.mark.parametrize("until", UNTILS, ids=str)
def test_spans_follow_each_other_and_nothing_begins_in_the_future(until):
    for spans in planned(until, 2).values():
        assert all(one.end == next_one.start for one, next_one in pairwise(spans))
        assert all(span.end is None or span.start < span.end <= until for span in spans)
        assert spans[-1].start <= until
        assert spans[-1].end is None


def test_gaps_open_and_close_and_some_last_for_years():
    gaps = [
        span
        for spans in planned(date(2026, 11, 22), 1).values()
        for span in spans
        if span.state in WITHOUT_OWN
    ]
    assert sum(span.end is not None for span in gaps) > 50
    assert any(span.end is None and span.start < date(2022, 1, 1) for span in gaps)
    assert any(span.end and span.end - span.start < timedelta(days=200) for span in gaps)


@pytest.mark.parametrize("until", UNTILS, ids=str)
def test_employments_say_what_was_planned(until):
    spans = planned(until, 1)
    staff = workforce.staff(PLACES, spans, until, Random(1))
    days = [date(year, 12, 31) for year in PUBLISHED] + [date(2019, 8, 13), until - timedelta(days=1), until]
    for on in days:
        plan = states(spans, on)
        own = staffed(staff, on, Engagement.OWN)
        assert own == {code for code, state in plan.items() if state == CoverageState.OWN}
        bought = staffed(staff, on, Engagement.PURCHASED)
        assert bought == {code for code, state in plan.items() if state == CoverageState.PURCHASED}


def test_some_3_400_work_now_more_than_in_2018_and_nobody_works_twice_at_once():
    until = date(2026, 11, 22)
    staff = workforce.staff(PLACES, planned(until, 1), until, Random(1))
    now = [job for job in staff.jobs if job.end is None]
    assert 3_250 <= len(now) <= 3_550
    in_2018 = [job for job in staff.jobs if counts(job, date(2018, 12, 31))]
    assert 2_750 <= len(in_2018) <= 3_100
    assert len({job.worker.hpr_number for job in now}) == len(now)
    assert all(Decimal("0.2") <= job.fte <= 1 for job in staff.jobs)


def test_licences_expired_authorisations_and_activity_workers_are_there_but_few():
    until = date(2026, 11, 22)
    staff = workforce.staff(PLACES, planned(until, 1), until, Random(1))
    employed = [job.worker for job in staff.jobs if job.end is None]
    assert 5 <= sum(worker.is_licence for worker in staff.workers) <= 100
    assert 3 <= sum(not worker.is_authorised(until) for worker in employed) <= 100
    assert sum(worker.authorised_from is None for worker in employed) == workforce.ACTIVITY_WORKERS


def test_hpr_numbers_are_unique_and_none_that_anybody_has():
    until = date(2026, 11, 22)
    staff = workforce.staff(PLACES, planned(until, 1), until, Random(1))
    numbers = [worker.hpr_number for worker in staff.workers]
    assert len(set(numbers)) == len(numbers)
    assert all(7 <= len(number) <= 9 and int(number) >= 90_000_000 for number in numbers)
