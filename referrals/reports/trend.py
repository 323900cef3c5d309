"""How the list grew: those who waited at the end of each of many days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import Hindsight
from referrals.reports import kept_or_counted
from referrals.reports.kept_or_counted import ReadMonths
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Scope
from referrals.reports.splits import Counter
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE


@dataclass(frozen=True)
class TrendPoint:
    """Those who waited at the end of one day, by what is known of it."""

    on: date
    waiting: Figure
    median_days: Figure
    p90_days: Figure


@dataclass(frozen=True)
class Trend:
    """A point for each day, all of them true of the instant `as_of`."""

    points: tuple[TrendPoint, ...]
    as_of: datetime


def build(
    scope: Scope,
    days: Sequence[date],
    places: Places,
    *,
    at: datetime,
    until: datetime | None = None,
    read: ReadMonths | None = None,
) -> Trend:
    """A point for each day. `days` come oldest first. At most 2 queries.

    `until`: by what was registered before that instant; `read`: where that has been read already.
    """
    found = kept_or_counted.waiting_each_day(days, scope, at=at, hindsight=Hindsight(until=until), read=read)
    points = tuple(_point(day, scope, Counter(found.on(day)), places) for day in days)
    return Trend(points, found.as_of)


def _point(day: date, scope: Scope, counter: Counter, places: Places) -> TrendPoint:
    waiting, tally = look_at(scope, counter, places, day).waiting(), counter.tally(IN_SCOPE)
    return TrendPoint(day, waiting.figure, waiting.median(tally.median_days), waiting.p90(tally.p90_days))
