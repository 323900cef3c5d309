"""How long somebody referred today will wait if all goes on as in a period: the Aalen–Johansen estimate.

Works from a life table, so from counts alone; knows no referral and no date. A wait is `day` days old on the day it
was received plus `day`. A table is of one period: each wait is followed on the days that lie in the period, so one
that was running when the period began enters at the age it had by then (late entry, left truncation).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

# Observed starts behind an estimate, and waits followed on each day of its curve while later days have more.
LEAST_STARTS = 20
LEAST_AT_RISK = 5
# Shares are products of up to some thousand fractions: what differs less is the same, so that exactly half is half.
SAME_SHARE = 1e-9


@dataclass(frozen=True)
class LifeDay:
    """One day of age: how many waits were followed from it on, and how many of those followed ended on it, and how.

    `served`: by a start. `other`: in any other way. `censored`: followed no longer, still waiting at the end of it.
    """

    day: int
    entered: int = 0
    served: int = 0
    other: int = 0
    censored: int = 0


@dataclass(frozen=True)
class Step:
    """The curve at the end of a day of age: of all, the share served by then, ended otherwise, and still waiting.

    `at_risk` were followed on that day, `ended` of them ended on it.
    """

    day: int
    at_risk: int
    ended: int
    served: float
    other: float
    waiting: float

    @property
    def gone(self) -> float:
        """The share that waits no longer, for whatever reason."""
        return 1 - self.waiting


class Lack(StrEnum):
    """Why a time is not told.

    TOO_FEW: too few starts. THIN: on an early day too few waits were followed, so that one of them decides the whole.
    BEYOND: not reached within the waits that were observed. NEVER: so many end otherwise that it cannot be reached.
    """

    TOO_FEW = "too_few"
    THIN = "thin"
    BEYOND = "beyond"
    NEVER = "never"


@dataclass(frozen=True)
class Curve:
    """The estimate for a whole life table: `starts` are those observed, with which it stands or falls."""

    starts: int
    other_ends: int
    steps: tuple[Step, ...]
    is_thin: bool

    @property
    def lack(self) -> Lack | None:
        """Why nothing can be told at all."""
        if self.starts < LEAST_STARTS:
            return Lack.TOO_FEW
        if self.is_thin:
            return Lack.THIN
        return None if self.steps else Lack.BEYOND

    @property
    def last(self) -> Step:
        """Where the curve ends: with the longest wait observed, or before ages of which nothing was observed."""
        return self.steps[-1]

    def served_by(self, share: float) -> int | Lack:
        """The first day by whose end this share has started, or why there is none."""
        if self.lack:
            return self.lack
        for step in self.steps:
            if step.served >= share - SAME_SHARE:
                return step.day
        return Lack.NEVER if 1 - self.last.other < share - SAME_SHARE else Lack.BEYOND

    def gone_by(self, share: float) -> int | Lack:
        """The first day by whose end this share waits no longer, for whatever reason; or why there is none."""
        if self.lack:
            return self.lack
        days = (step.day for step in self.steps if step.gone >= share - SAME_SHARE)
        return next(days, Lack.BEYOND)

    def without_start(self) -> float | Lack:
        """The share that has ended without a start by the end of the curve."""
        return self.lack or self.last.other


def curve(table: Iterable[LifeDay]) -> Curve:
    """The curve of a life table. Raises ValueError where a day comes twice or more leave than are there."""
    days = tuple(_followed(sorted(table, key=lambda row: row.day)))
    rows = [day.row for day in days]
    starts, other_ends = sum(row.served for row in rows), sum(row.other for row in rows)
    return Curve(starts, other_ends, tuple(_steps(days)), _is_thin(days))


@dataclass(frozen=True)
class _Followed:
    """A day of the table with how many were followed on it; `is_gap`: the day before it nobody was."""

    row: LifeDay
    at_risk: int
    is_gap: bool

    @property
    def ended(self) -> int:
        return self.row.served + self.row.other


def _followed(table: Sequence[LifeDay]) -> Iterator[_Followed]:
    at_risk, next_day = 0, 0
    for row in table:
        is_gap = not at_risk and row.day > next_day
        at_risk += row.entered
        _check(row, at_risk, next_day)
        yield _Followed(row, at_risk, is_gap)
        at_risk -= row.served + row.other + row.censored
        next_day = row.day + 1


def _steps(days: Iterable[_Followed]) -> Iterator[Step]:
    """Day by day: of those followed, which share goes which way.

    An age at which nobody was followed tells nothing of what happens at it, so the curve ends before it.
    """
    waiting, served, other = 1.0, 0.0, 0.0
    for day in takewhile(lambda day: not day.is_gap, days):
        served += waiting * day.row.served / day.at_risk
        other += waiting * day.row.other / day.at_risk
        waiting *= (day.at_risk - day.ended) / day.at_risk
        yield Step(day.row.day, day.at_risk, day.ended, served, other, waiting)


def _check(row: LifeDay, at_risk: int, next_day: int) -> None:
    leaving = row.served + row.other + row.censored
    if row.day < next_day or min(row.entered, row.served, row.other, row.censored) < 0:
        raise ValueError("each day of a life table comes once, and counts are not negative")
    if not 0 < at_risk >= leaving:
        raise ValueError("nobody can leave who is not there")


def _is_thin(days: Sequence[_Followed]) -> bool:
    """Whether somebody ended on a day on which few were followed, although many were on a later one.

    With late entry those of a young age can be few while the old are many; the end of one of the few would decide how
    all later ones count. That few are left at the end of the curve is no fault of it.
    """
    enough = [place for place, day in enumerate(days) if day.at_risk >= LEAST_AT_RISK]
    return any(day.ended and day.at_risk < LEAST_AT_RISK for day in days[: enough[-1] if enough else 0])
