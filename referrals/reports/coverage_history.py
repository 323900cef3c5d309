"""What one municipality had since 2018: its states one after another, and its gaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from referrals.choices import CoverageState, Definition, states_in
from referrals.reports import coverage_periods
from referrals.reports.coverage_periods import Periods
from referrals.reports.coverage_series import FIRST_YEAR
from referrals.reports.gaps import Gap, gaps
from referrals.reports.intervals import Interval, hold

BEGIN = date(FIRST_YEAR, 1, 1)


@dataclass(frozen=True)
class Span:
    """Days [begun, ended) in one state. The first span begins with 2018, whenever its state began."""

    state: CoverageState
    begun: date
    ended: date


@dataclass(frozen=True)
class History:
    """Up to the end of a day: the spans in order of time, without holes; the gaps, the newest first."""

    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...]


def of_municipality(municipality: int, definition: Definition, on: date) -> History:
    """The history of one municipality, as is now known; before 2018 there are gaps, but no spans. 4 queries."""
    periods = coverage_periods.read(places={municipality})
    return History(spans(periods, municipality, definition, on), gaps(periods, municipality, definition, on))


def spans(periods: Periods, municipality: int, definition: Definition, on: date) -> tuple[Span, ...]:
    """The states that the definition tells apart, from 2018 to the end of the day."""
    held = {state: _held(periods, municipality, state, definition) for state in states_in(definition)}
    joined: list[Span] = []
    for begun, ended in pairwise(_edges(held, on + timedelta(days=1))):
        state = next((one for one, known in held.items() if hold(known, begun)), CoverageState.UNKNOWN)
        if joined and joined[-1].state == state:
            joined[-1] = Span(state, joined[-1].begun, ended)
        else:
            joined.append(Span(state, begun, ended))
    return tuple(joined)


def _held(
    periods: Periods, municipality: int, state: CoverageState, definition: Definition
) -> list[Interval]:
    """When the municipality had what the state says. Where posts do not count, own in another one is own."""
    if state == CoverageState.UNKNOWN:
        return []
    found = periods.of_state(municipality, state)
    if state == CoverageState.OWN and CoverageState.OTHER_POST not in states_in(definition):
        return [*found, *periods.of_state(municipality, CoverageState.OTHER_POST)]
    return found


def _edges(held: dict[CoverageState, list[Interval]], end: date) -> Iterator[date]:
    """The days on which something may have changed, from 2018 to the end; nothing for an end before 2018."""
    days = {day for known in held.values() for interval in known for day in interval}
    if BEGIN < end:
        yield from [BEGIN, *sorted(day for day in days if BEGIN < day < end), end]
