"""Leaves, temporary and vacant posts and students of the demo: there, possible, and of no weight in the coverage."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from referrals.choices import CoverageState
from referrals.demo import coverage, leaves, workforce
from referrals.demo.workforce import Job, Staff
from tests.unit.demo.real_places import real_places

PLACES = real_places()
UNTIL = date(2026, 11, 22)


@pytest.fixture(scope="module")
def both() -> tuple[list[Job], Staff]:
    """The posts as they were planned, and everything after leaves and students were put in."""
    spans = coverage.plan(PLACES, UNTIL, Random(1))
    staff = workforce.staff(PLACES, spans, UNTIL, Random(1))
    planned = list(staff.jobs)
    leaves.add(staff, PLACES, UNTIL, Random(2))
    leaves.add_vacant(staff, spans, Random(3))
    return planned, staff


def test_the_posts_themselves_are_as_they_were_planned(both: tuple[list[Job], Staff]) -> None:
    planned, staff = both
    for before, after in zip(planned, staff.jobs, strict=False):
        assert (before.worker, before.fte, before.start, before.end) == (
            after.worker,
            after.fte,
            after.start,
            after.end,
        )


def test_leaves_lie_within_their_post_and_do_not_overlap(both: tuple[list[Job], Staff]) -> None:
    _planned, staff = both
    by_job: dict[int, list[workforce.Away]] = {}
    for away in staff.away:
        job = staff.jobs[away.job]
        assert job.start <= away.start and (away.end is None or away.start < away.end)
        assert job.end is None or (away.end is not None and away.end <= job.end)
        by_job.setdefault(away.job, []).append(away)
    for found in by_job.values():
        for one, other in pairwise(sorted(found, key=lambda away: away.start)):
            assert one.end is not None and one.end <= other.start
    running = [away for away in staff.away if away.end is None or away.end > UNTIL]
    assert len(staff.away) > 300 and 30 <= len(running) <= 200
    assert any(away.end is None for away in running)


def test_students_have_a_licence_and_never_count(both: tuple[list[Job], Staff]) -> None:
    planned, staff = both
    new = staff.jobs[len(planned) :]
    assert len(new) == leaves.STUDENTS
    for job in new:
        assert job.worker.is_student and job.worker.is_licence and job.fte <= Decimal("0.40")
        assert not any(job.worker.is_authorised(day) for day in (job.start, UNTIL))
        assert job.worker.authorised_to and job.worker.authorised_to > UNTIL
    numbers = [worker.hpr_number for worker in staff.workers]
    assert len(set(numbers)) == len(numbers) and all(7 <= len(number) <= 9 for number in numbers)


def test_some_posts_are_temporary_and_most_are_not(both: tuple[list[Job], Staff]) -> None:
    _planned, staff = both
    now = [job for job in staff.jobs if job.end is None]
    assert 50 <= sum(job.is_temporary for job in now) <= 300
    assert sum(job.is_temporary for job in staff.jobs if job.end) > 50


def test_some_of_those_with_nobody_have_a_vacant_post_all_the_while(
    both: tuple[list[Job], Staff],
) -> None:
    _planned, staff = both
    vacant = {(post.code, post.start, post.end) for post in staff.vacant}
    spans = coverage.plan(PLACES, UNTIL, Random(1))
    nobody = {
        (code, span.start, span.end)
        for code, found in spans.items()
        for span in found
        if span.state == CoverageState.NONE
    }
    assert 10 < len(nobody & vacant) < len(nobody)
    assert any(end is None for _code, _start, end in nobody & vacant)


def test_a_vacant_post_is_empty_for_a_while_and_some_are_now(both: tuple[list[Job], Staff]) -> None:
    _planned, staff = both
    assert all(post.start <= UNTIL and (post.end is None or post.start < post.end) for post in staff.vacant)
    assert sum(post.end is None for post in staff.vacant) >= 5
    assert len(staff.vacant) > 200
