"""The frame around every job: its scope, and what administrators are told of it."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import F

from ergo.scope import scoped
from referrals.jobs.job import Job, Occasion
from referrals.models import JobResult, JobState

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class JobFailed(Exception):
    """A job did not do its work. Says what kind of error it was, never its words: they may quote a row."""


def perform(job: Job, occasion: Occasion, clock: Clock) -> None:
    """Run a job within the scope of its municipality, or of none. Raises JobFailed.

    The job opens its own transactions, so that the record of a failure is not undone with its work.
    """
    own = () if occasion.municipality_id is None else (occasion.municipality_id,)
    with recorded(job.name, clock), scoped(own, request_id=f"job {job.name}"):
        job.work(occasion)


@contextmanager
def recorded(name: str, clock: Clock) -> Iterator[None]:
    """Write down when it began, when it ended and how. Raises JobFailed for any error, without its words."""
    started = clock()
    JobState.objects.update_or_create(
        name=name, defaults={"result": JobResult.RUNNING, "started_at": started, "ended_at": None}
    )
    state = JobState.objects.filter(name=name)
    try:
        yield
    except Exception as error:
        kind = type(error).__name__
        logger.error("Job %s failed: %s at %s", name, kind, place_of(error))
        state.update(
            result=JobResult.FAILED, ended_at=clock(), failures=F("failures") + 1, error_kind=kind[:100]
        )
        raise JobFailed(kind) from None
    ended = clock()
    state.update(result=JobResult.DONE, ended_at=ended, succeeded_at=ended, failures=0, error_kind="")


def place_of(error: Exception) -> str:
    """Where in the code it happened, innermost last; neither values nor messages."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-4:])
