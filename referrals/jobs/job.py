"""What a job is, and what it is told when it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from croniter import croniter
from django.utils.functional import Promise


@dataclass(frozen=True)
class Occasion:
    """One run: the instant it began, and what it is about. Ids only: a job's arguments hold nothing about a person."""

    at: datetime
    municipality_id: int | None = None
    row_id: int | None = None


@dataclass(frozen=True)
class Job:
    """A kind of work; its title is for administrators.

    `schedule` is a line of cron in UTC; without one it runs when somebody asks for it. `has_lock`: only one of
    its kind runs at a time, on whichever machine. `retries`: how often it is tried again before its next turn; while
    it waits for that, its next turn waits too. `is_wanted` is asked when a worker starts: a job that is not
    configured has no time-table.
    """

    name: str
    title: str | Promise
    work: Callable[[Occasion], None]
    schedule: str = ""
    has_lock: bool = True
    retries: int = 5
    is_wanted: Callable[[], bool] = lambda: True

    def next_run(self, after: datetime) -> datetime | None:
        """When its time-table has it run next; None for one that waits to be asked, or is not configured."""
        if not self.schedule or not self.is_wanted():
            return None
        found: datetime = croniter(self.schedule, after.astimezone(UTC)).get_next(datetime)
        return found
