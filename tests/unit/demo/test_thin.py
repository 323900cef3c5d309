"""Ergoterapeuter in another post in the demo: a handful, and on no day does it change who is covered."""

from datetime import date
from random import Random

import pytest

from referrals.choices import Engagement
from referrals.demo import coverage, leaves, thin, workforce
from referrals.demo.workforce import ACTIVITY_WORKER, OTHER_POST, Job, Staff
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
