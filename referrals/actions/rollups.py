"""Bringing the finished statistics up to date, and looking whether they are what the rows say.

Each step is a transaction of its own under one lock, so that a refresh may be run twice, by two at once, or be killed
in the middle: what was not done stays due. Call it outside of any transaction. Why: docs/adr/0019-rollups.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from referrals.models import County, Municipality, Rank
from referrals.models.rollup import frozen_months
from referrals.reports.periods import EARLIEST, WEEKS_A_QUARTER, last_weeks, month_ends, year_before

KEEP_DAILY = timedelta(days=400)
"""How long days that do not end a month are kept. Month-ends are kept for ever."""

MONTHS_BEFORE = 60
"""Month-ends before the first referral: a report of that time looks back on months in which nobody waited."""

LONGEST_STEP = "10min"
"""The first filling of a large installation; a page may take seconds only."""


@dataclass(frozen=True)
class Refreshed:
    """How many changes were taken up, on how many days figures were worked out, and how many days are still due."""

    marks: int
    days: int
    left: int


@dataclass(frozen=True)
class KeptDay:
    """A day whose figures are kept, as of when, and whether nothing has changed that counts on it."""

    day: date
    as_of: datetime
    is_current: bool


@dataclass(frozen=True)
class Difference:
    """A figure that is kept and is not what the rows say. Without values: a percentile of a few, which is not told."""

    place: str
    split: str
    part: str
    day: date
    column: str
    kept: float | None
    true: float | None


@dataclass(frozen=True)
class Check:
    """What was compared. `outdated`: days of which it is known that they have to be worked out again."""

    days: int
    outdated: int
    differences: tuple[Difference, ...]


def refresh(*, today: date, at_most: int | None = None) -> Refreshed:
    """Take up what has changed, then work out the days that are due: today, 13 weeks and a year before, month-ends.

    The newest come first, `at_most` so many of them. Waits that have ended are worked out until today, at last: of a
    new day they are all counted.
    """
    marks = _step("SELECT ergo_roll_flow()")
    current = _current()
    due = [day for day in _wanted(today) if day not in current]
    now = due if at_most is None else due[:at_most]
    for day in now:
        roll(day)
    roll_ended(today)
    return Refreshed(marks, len(now), len(due) - len(now))


def tidy(*, today: date) -> int:
    """Forget days of long ago that end no month, and work out those others that are outdated; says how many."""
    _step("SELECT ergo_drop_days(%s)", today - KEEP_DAILY)
    _step("SELECT ergo_roll_flow()")
    outdated = [kept.day for kept in kept_days() if not kept.is_current]
    for day in sorted(outdated, reverse=True):
        roll(day)
    return len(outdated)


def freeze(*, today: date) -> list[date]:
    """Put down the figures of each month-end before today as they were known at its end, for good; says of which.

    Oldest first, from the month on in which the first referral was registered: before it nothing was known. Months
    that nobody put down in time are made up for, of the last 60.
    """
    [(first,)] = _rows("SELECT on_day FROM ergo_first_known_month()")
    frozen = frozen_months()
    ends = month_ends(today - timedelta(days=1), MONTHS_BEFORE) if first else ()
    missing = [day for day in ends if day >= first and day not in frozen]
    return [day for day in missing if _step("SELECT ergo_freeze(%s)", day)]


def roll(day: date) -> int:
    """Work out the figures of one day; says how many of them changed."""
    return _step("SELECT ergo_roll_day(%s)", day)


def roll_ended(day: date) -> int:
    """Bring the waits that ended until a day up to date; says of how many places and parts counts were written."""
    return _step("SELECT ergo_roll_ended(%s)", day)


def kept_days() -> list[KeptDay]:
    """Every day whose figures are kept, oldest first."""
    return [KeptDay(*row) for row in _rows("SELECT * FROM ergo_kept_days() ORDER BY on_day")]


def check(*, at_most: int | None = None) -> Check:
    """Work out everything that should be up to date once more, and name each difference.

    `at_most`: only so many of the newest days, all flows, and all waits that have ended.
    """
    days = kept_days()[-(at_most or 0) :]
    current = [kept.day for kept in days if kept.is_current]
    places = _names()
    found: list[Difference] = []
    for day in current:
        found += _differences_on(day, places)
    found += _differences_in_flow(places)
    found += _named(_rows("SELECT * FROM ergo_check_ended()"), places)
    return Check(len(current), len(days) - len(current), tuple(found))


def _wanted(today: date) -> list[date]:
    """The days that readers ask for, newest first."""
    wanted = {today, last_weeks(today, WEEKS_A_QUARTER).day_before, year_before(today)}
    [(first,)] = _rows("SELECT on_day FROM ergo_first_kept_month()")
    if first:
        months = (today.year - first.year) * 12 + today.month - first.month
        wanted.update(day for day in month_ends(today, max(months, 0) + MONTHS_BEFORE) if day >= EARLIEST)
    return sorted(wanted, reverse=True)


def _current() -> set[date]:
    return {kept.day for kept in kept_days() if kept.is_current}


def _differences_on(day: date, places: dict[tuple[int, int], str]) -> list[Difference]:
    rows = _rows("SELECT * FROM ergo_check_day(%s)", day)
    if rows and day not in _current():
        return []  # changed while it was looked at
    return _named(rows, places)


def _named(rows: list[tuple], places: dict[tuple[int, int], str]) -> list[Difference]:
    return [
        Difference(_name(places, rank, key), split, part, on_day, column, kept, true)
        for split, rank, key, part, on_day, column, kept, true in rows
    ]


def _differences_in_flow(places: dict[tuple[int, int], str]) -> list[Difference]:
    if not _flow_is_current():
        return []
    rows = _rows("SELECT * FROM ergo_check_flow()")
    if rows and not _flow_is_current():
        return []
    return [
        Difference(_name(places, rank, key), "flow", "month" if is_month else "day", day, column, kept, true)
        for rank, key, is_month, day, column, kept, true in rows
    ]


def _flow_is_current() -> bool:
    """Whether the flows are kept, and nothing has changed since."""
    rows = _rows("SELECT is_current FROM ergo_kept_flow(ARRAY[DATE '9999-12-01'], '{}') LIMIT 1")
    return any(is_current for (is_current,) in rows)


def _names() -> dict[tuple[int, int], str]:
    """The code of each place; the nation has none."""
    counties = {(Rank.COUNTY.value, pk): code for pk, code in County.objects.values_list("pk", "code")}
    municipalities = Municipality.objects.values_list("pk", "code")
    return counties | {(Rank.MUNICIPALITY.value, pk): code for pk, code in municipalities}


def _name(places: dict[tuple[int, int], str], rank: int, key: int) -> str:
    return f"{Rank(rank).name.lower()} {places.get((rank, key), key or '')}".strip()


def _step(statement: str, *arguments: Any) -> int:
    [(number,)] = _rows(statement, *arguments)
    return int(number)


def _rows(statement: str, *arguments: Any) -> list[tuple]:
    with _long_transaction(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        rows: list[tuple] = cursor.fetchall()
    return rows


@contextmanager
def _long_transaction() -> Iterator[None]:
    """One that may take its time. It does not wait for the disk: a step that is lost with the machine is still due."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_STEP}'; SET LOCAL synchronous_commit = off")
        yield
