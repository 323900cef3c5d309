"""Where an ergoterapeut is there and the coverage is thin all the same, or counts by some of the definitions only.

Nothing here changes whether a municipality has an own or a purchased ergoterapeut on any day until the end of the data,
nor how many årsverk.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from referrals.choices import CoverageState, Engagement
from referrals.demo.coverage import Spans
from referrals.demo.places import DRAWN
from referrals.demo.workforce import ACTIVITY_WORKER, OTHER_POST, Away, Job, Staff

IN_ANOTHER_POST = 6  # municipalities
SHARED, ON_LEAVE, ENDING = 3, 3, 8  # people
AWAY_SINCE, BACK_IN = (20, 90), (30, 120)  # days
ENDS_IN = (10, 85)  # days, within the 90 that are told of


def add_other_posts(staff: Staff, spans: Spans, rng: Random) -> None:
    """In a few small municipalities that always had their own, all of them in another post than an ergoterapeut's."""
    posts = Counter(job.code for job in staff.jobs if job.occupation != ACTIVITY_WORKER)
    always = [code for code in posts if _is_always_own(code, spans)]
    chosen = set(rng.sample(sorted(always, key=lambda code: (posts[code], code))[:40], IN_ANOTHER_POST))
    for number, job in enumerate(staff.jobs):
        if job.code in chosen and job.occupation != ACTIVITY_WORKER:
            staff.jobs[number] = replace(job, occupation=OTHER_POST)


def _is_always_own(code: str, spans: Spans) -> bool:
    return code not in DRAWN and all(span.state == CoverageState.OWN for span in spans[code])


def add_thin(staff: Staff, until: date, rng: Random) -> None:
    """People who serve two municipalities, who are away without a colleague, and whose authorisation ends soon."""
    _share(staff, until, rng)
    _send_on_leave(staff, until, rng)
    _let_end(staff, until, rng)


def _share(staff: Staff, until: date, rng: Random) -> None:
    """Some municipalities buy the service of somebody who is alone in another one, on top of the post there."""
    lone = [staff.jobs[number].worker for number in _lone(staff, until)]
    bought = [
        number
        for number, job in enumerate(staff.jobs)
        if job.engagement == Engagement.PURCHASED and job.end is None
    ]
    rng.shuffle(lone)
    for number in rng.sample(bought, min(SHARED, len(bought))):
        start = staff.jobs[number].start
        worker = next(one for one in lone if one.authorised_from is not None and one.authorised_from <= start)
        lone.remove(worker)
        staff.jobs[number] = replace(staff.jobs[number], worker=worker)


def _send_on_leave(staff: Staff, until: date, rng: Random) -> None:
    """One does not know yet when to be back."""
    away = {leave.job for leave in staff.away if leave.end is None or leave.end > until}
    begun = until - timedelta(days=AWAY_SINCE[1])
    chosen = [
        number for number in _lone(staff, until) if number not in away and staff.jobs[number].start < begun
    ]
    for place, number in enumerate(rng.sample(chosen, ON_LEAVE)):
        start = until - timedelta(days=rng.randint(*AWAY_SINCE))
        back = until + timedelta(days=rng.randint(*BACK_IN)) if place else None
        staff.away.append(Away(number, start, back))


def _let_end(staff: Staff, until: date, rng: Random) -> None:
    """One authorisation where each demo user works, the others anywhere; the first of them is a licence."""
    now = [job for job in staff.jobs if _counts_now(job, until) and job.worker.authorised_to is None]
    newest = {job.code: job for job in sorted(now, key=lambda job: (job.start, job.worker.hpr_number))}
    others = [job for job in now if job.code not in DRAWN]
    chosen = [*(newest[code] for code in sorted(DRAWN)), *rng.sample(others, ENDING)]
    for place, job in enumerate(chosen):
        job.worker.authorised_to = until + timedelta(days=rng.randint(*ENDS_IN))
        job.worker.is_licence = place == len(DRAWN)


def _lone(staff: Staff, until: date) -> list[int]:
    """The jobs, by their number, of those who are the only one that counts in a municipality, as its own."""
    now = [number for number, job in enumerate(staff.jobs) if _counts_now(job, until)]
    people = Counter(staff.jobs[number].code for number in now)
    return [
        number
        for number in now
        if people[staff.jobs[number].code] == 1 and staff.jobs[number].engagement == Engagement.OWN
    ]


def _counts_now(job: Job, until: date) -> bool:
    return job.end is None and job.occupation != ACTIVITY_WORKER and job.worker.is_authorised(until)
