"""Gaps: the periods in which a municipality had no ergoterapeut by a definition, and which are new or closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from referrals.choices import WITHOUT, CoverageState, Definition
from referrals.reports.coverage_periods import Periods
from referrals.reports.intervals import between, hold, within


@dataclass(frozen=True)
class Gap:
    """Days without ergoterapeut by a definition, as seen at the end of a day.

    `began`: the first day without; None: none was ever registered before. `ended`: the first day with one again;
    None: it goes on. `days`: from the one to the other, or to the day; that of `began` is 0. None where the beginning
    is not known, or where nothing is known any more (`is_known`).
    """

    began: date | None
    ended: date | None
    days: int | None
    is_known: bool


def gaps(periods: Periods, municipality: int, definition: Definition, on: date) -> tuple[Gap, ...]:
    """The municipality's gaps up to the end of the day, the newest first.

    Days of which nothing is known belong to a gap that somebody knows of on another day, and make none by themselves.
    """
    lacking = periods.known_without(municipality, definition)
    found = [
        _gap(begun, ended, on, is_known=hold(lacking, on))
        for begun, ended in between(periods.covered(municipality, definition))
        if begun <= on and any(since <= on for since, _until in within(lacking, (begun, ended)))
    ]
    return tuple(reversed(found))


def _gap(begun: date, ended: date, on: date, *, is_known: bool) -> Gap:
    is_over = ended <= on
    since = None if begun == date.min else begun
    days = (min(ended, on) - since).days if since and (is_over or is_known) else None
    return Gap(since, ended if is_over else None, days, is_known or is_over)


def running_since(periods: Periods, municipality: int, definition: Definition, on: date) -> date | None:
    """The first day of the time without that the day lies in; None where the day is covered, or none was registered."""
    for begun, ended in between(periods.covered(municipality, definition)):
        if begun <= on < ended:
            return None if begun == date.min else begun
    return None


@dataclass(frozen=True)
class Turnover:
    """How those without became others, by id. What was without + new - closed - lost = what is without.

    `new`: without now, and not then. `closed`: without then, and has one now. `lost`: without then, and nothing is
    known now.
    """

    new: frozenset[int]
    closed: frozenset[int]
    lost: frozenset[int]


def turnover(
    then: Mapping[int, CoverageState], now: Mapping[int, CoverageState], definition: Definition
) -> Turnover:
    """From the states of one day to those of a later one."""
    before, after = _without(then, definition), _without(now, definition)
    unknown = {place for place, state in now.items() if state == CoverageState.UNKNOWN}
    ended = before - after
    return Turnover(new=after - before, closed=ended - unknown, lost=ended & unknown)


def _without(states: Mapping[int, CoverageState], definition: Definition) -> frozenset[int]:
    return frozenset(place for place, state in states.items() if state in WITHOUT[definition])
