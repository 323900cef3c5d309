"""Thin coverage of the demo: every kind of it is there, and on no day does it change who is covered."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from referrals.choices import Engagement
from referrals.demo import coverage, leaves, thin, workforce
from referrals.demo.places import DRAWN
from referrals.demo.workforce import ACTIVITY_WORKER, OTHER_POST, Away, Job, Staff
from tests.unit.demo.real_places import real_places

PLACES = real_places()
UNTIL = date(2026, 11, 22)
DAYS = (date(2018, 12, 31), date(2019, 6, 30), date(2022, 12, 31), date(2024, 12, 31), UNTIL)


def employed(staff: Staff, on: date) -> list[Job]:
    """Those who count on the day, whatever the post."""
    return [
        job
        for job in staff.jobs
        if job.start <= on
        and (job.end is None or job.end > on)
        and job.occupation != ACTIVITY_WORKER
        and job.worker.is_authorised(on)
    ]


def places_of(staff: Staff, on: date, engagement: Engagement) -> set[str]:
    return {job.code for job in employed(staff, on) if job.engagement == engagement}


def staffed() -> tuple[Staff, coverage.Spans]:
    spans = coverage.plan(PLACES, UNTIL, Random(1))
    staff = workforce.staff(PLACES, spans, UNTIL, Random(1))
    leaves.add(staff, PLACES, UNTIL, Random(2))
    return staff, spans


@pytest.fixture(scope="module")
def before() -> Staff:
    return staffed()[0]


@pytest.fixture(scope="module")
def after() -> Staff:
    staff, spans = staffed()
    thin.add_other_posts(staff, spans, Random(3))
    thin.add_thin(staff, UNTIL, Random(4))
    return staff


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("engagement", Engagement)
def test_who_is_covered_stays_as_planned(
    before: Staff, after: Staff, on: date, engagement: Engagement
) -> None:
    assert places_of(after, on, engagement) == places_of(before, on, engagement)
    assert sum(job.fte for job in employed(after, on)) == sum(job.fte for job in employed(before, on))


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_a_handful_have_somebody_in_another_post_only(after: Staff, on: date) -> None:
    own = [job for job in employed(after, on) if job.engagement == Engagement.OWN]
    in_another = {job.code for job in own if job.occupation == OTHER_POST}
    assert len(in_another) == thin.IN_ANOTHER_POST
    assert not in_another & {job.code for job in own if job.occupation != OTHER_POST}


def test_some_serve_two_municipalities_alone_in_both(after: Staff) -> None:
    now = employed(after, UNTIL)
    places: dict[str, list[str]] = {}
    for job in now:
        places.setdefault(job.worker.hpr_number, []).append(job.code)
    shared = [codes for codes in places.values() if len(codes) > 1]
    assert len(shared) == thin.SHARED
    for code in (code for codes in shared for code in codes):
        assert sum(job.code == code for job in now) == 1, code


def test_some_have_one_only_who_is_on_leave(after: Staff) -> None:
    away = {
        leave.job for leave in after.away if leave.start <= UNTIL and (not leave.end or leave.end > UNTIL)
    }
    now = employed(after, UNTIL)
    at_work = {job.code for number, job in enumerate(after.jobs) if job in now and number not in away}
    assert len({job.code for job in now} - at_work) >= thin.ON_LEAVE
    assert any(leave.end is None for leave in after.away)


def test_leaves_of_one_post_do_not_overlap(after: Staff) -> None:
    by_job: dict[int, list[Away]] = {}
    for leave in sorted(after.away, key=lambda leave: leave.start):
        by_job.setdefault(leave.job, []).append(leave)
    for found in by_job.values():
        for one, other in pairwise(found):
            assert one.end is not None and one.end <= other.start


def test_authorisations_end_soon_also_where_the_demo_users_work(after: Staff) -> None:
    last = UNTIL + timedelta(days=90)
    soon = [
        job for job in employed(after, UNTIL) if job.worker.authorised_to and job.worker.authorised_to <= last
    ]
    assert {job.code for job in soon} >= set(DRAWN)
    assert len(soon) >= thin.ENDING + len(DRAWN)
    assert {job.worker.is_licence for job in soon} == {True, False}
