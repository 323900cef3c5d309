"""How the list grew and aged: those who waited at the end of each of many days, in one pass over the rows for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import Hindsight
from referrals.reports import counts, own_rows
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Scope
from referrals.reports.splits import Counter
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE, Tallies


@dataclass(frozen=True)
class TrendPoint:
    """Those who waited at the end of one day, as we now know that it was."""

    on: date
    waiting: Figure
    median_days: Figure
    p90_days: Figure


def build(
    scope: Scope, days: Sequence[date], places: Places, *, until: datetime | None = None
) -> tuple[TrendPoint, ...]:
    """A point for each day, by what was registered before the instant `until`. `days` come oldest first. One query."""
    hindsight = Hindsight(until=until)
    tallies = (
        _of_own(scope, days, hindsight) if scope.exact else counts.waiting_each_day(days, scope, hindsight)
    )
    return tuple(_point(day, scope, Counter(tallies.get(day, Tallies({}))), places) for day in days)


def _of_own(scope: Scope, days: Sequence[date], hindsight: Hindsight) -> dict[date, Tallies]:
    found = own_rows.waiting_each_day(days, scope, hindsight)
    return {day: Tallies({frozenset({IN_SCOPE}): tally}) for day, tally in found.items()}


def _point(day: date, scope: Scope, counter: Counter, places: Places) -> TrendPoint:
    waiting, tally = look_at(scope, counter, places).waiting(), counter.tally(IN_SCOPE)
    return TrendPoint(day, waiting.figure, waiting.median(tally.median_days), waiting.p90(tally.p90_days))
