"""What the posts' own course does not tell: who is away, who has a temporary post, students, posts where nobody is.

Nothing here changes who counts on any day, nor how many årsverk.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from referrals.choices import CoverageState, Engagement
from referrals.demo import names
from referrals.demo.coverage import Spans
from referrals.demo.places import Municipal
from referrals.demo.workforce import ACTIVITY_WORKER, THERAPIST, Away, Job, Staff, Vacant, Worker

LEAVE_SHARE, LEAVE_DAYS, LEAST_YEARS = 0.25, (60, 330), timedelta(days=600)
AWAY_NOW_SHARE, OPEN_SHARE = 0.03, 0.4
TEMPORARY_SHARE, SHORT = 0.6, timedelta(days=400)
TEMPORARY_NOW_SHARE = 0.04
STUDENTS = 8
VACANT_SHARE = 0.35


def add(staff: Staff, places: list[Municipal], until: date, rng: Random) -> None:
    """Put leaves, temporary posts and students into the staff, by a stream of chance of its own."""
    for number, job in enumerate(staff.jobs):
        staff.away += _leaves(number, job, until, rng)
        if _is_temporary(job, rng):
            staff.jobs[number] = replace(job, is_temporary=True)
    for place in rng.sample(places, STUDENTS):
        _add_student(staff, place, until, rng)


def add_vacant(staff: Staff, spans: Spans, rng: Random) -> None:
    """Some of the municipalities that have nobody have a post all the same, for as long as they have nobody."""
    for code, found in spans.items():
        for span in found:
            if span.state == CoverageState.NONE and rng.random() < VACANT_SHARE:
                fte = Decimal(rng.choice(("0.50", "1.00")))
                staff.vacant.append(Vacant(code, THERAPIST, fte, span.start, span.end))


def _leaves(number: int, job: Job, until: date, rng: Random) -> list[Away]:
    """One past leave for some who stayed long, and for a few one that runs."""
    found = []
    end = job.end or until
    if job.occupation != ACTIVITY_WORKER and end - job.start > LEAST_YEARS and rng.random() < LEAVE_SHARE:
        days = rng.randint(*LEAVE_DAYS)
        start = job.start + timedelta(days=rng.randrange(150, (end - job.start).days - days - 90))
        found.append(Away(number, start, start + timedelta(days=days)))
    if job.end is None and job.start < until - timedelta(days=180) and rng.random() < AWAY_NOW_SHARE:
        start = until - timedelta(days=rng.randint(5, 80))
        back = None if rng.random() < OPEN_SHARE else until + timedelta(days=rng.randint(10, 200))
        found.append(Away(number, start, back))
    return found


def _is_temporary(job: Job, rng: Random) -> bool:
    """Most posts that did not last long, and a few of the present ones."""
    if job.end is not None:
        return job.end - job.start < SHORT and rng.random() < TEMPORARY_SHARE
    return rng.random() < TEMPORARY_NOW_SHARE


def _add_student(staff: Staff, place: Municipal, until: date, rng: Random) -> None:
    """Somebody in the last year, with a student's licence, in an ergoterapeut's post."""
    name = names.pick(rng, age=rng.randint(22, 29), county=place.county, woman_share=0.9)
    highest = max(int(worker.hpr_number) for worker in staff.workers)
    licensed = until - timedelta(days=rng.randint(60, 200))
    worker = Worker(
        str(highest + rng.randint(1, 5_000)),
        f"{name.given} {name.family}",
        licensed,
        licensed + timedelta(days=365),
        is_licence=True,
        is_student=True,
    )
    staff.workers.append(worker)
    start = licensed + timedelta(days=rng.randint(1, 50))
    fte = Decimal(rng.choice(("0.20", "0.40")))
    staff.jobs.append(Job(worker, place.code, THERAPIST, Engagement.OWN, fte, start, None, is_temporary=True))
