"""Where an ergoterapeut is there and counts by some of the definitions only.

Nothing here changes whether a municipality has an own or a purchased ergoterapeut on any day until the end of the data,
nor how many årsverk.
"""

from collections import Counter
from dataclasses import replace
from random import Random

from referrals.choices import CoverageState
from referrals.demo.coverage import Spans
from referrals.demo.places import DRAWN
from referrals.demo.workforce import ACTIVITY_WORKER, OTHER_POST, Staff

IN_ANOTHER_POST = 6  # municipalities


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
