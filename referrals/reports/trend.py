"""How the list grew: those who waited at the end of each of many days."""

from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import Hindsight
from referrals.reports import kept_or_counted
from referrals.reports.beginnings import Beginning
from referrals.reports.kept_or_counted import ReadMonths
from referrals.reports.periods import month_ends
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Scope
from referrals.reports.splits import Counter
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE

MONTHS = 60


@dataclass(frozen=True)
class TrendPoint:
    """Those who waited at the end of one day, by what is known of it; undefined where nothing is."""

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
    on: date,
    places: Places,
    *,
    at: datetime,
    hindsight: Hindsight,
    begun: Beginning,
    read: ReadMonths | None = None,
) -> Trend:
    """A point for each of the last 60 month-ends, oldest first, the last `on` itself if it ends one. At most 2 queries.

    `hindsight` of THEN: all of them with what was registered by the end of the day `on`, none by its own end, and by
    one reading of the history; `read`: where that has been read already. `begun`: from when on anything is known.
    """
    days, look = month_ends(on, MONTHS), hindsight.of_all_before(on)
    found = kept_or_counted.waiting_each_day(days, scope, at=at, hindsight=look, read=read)
    points = [_point(day, scope, Counter(found.on(day)), places) for day in days]
    return Trend(tuple(_known(point, begun) for point in points), found.as_of)


def _known(point: TrendPoint, begun: Beginning) -> TrendPoint:
    told = begun.tells(point.on, point.waiting)
    return point if told else TrendPoint(point.on, Figure(), Figure(), Figure())


def _point(day: date, scope: Scope, counter: Counter, places: Places) -> TrendPoint:
    waiting, tally = look_at(scope, counter, places, day).waiting(), counter.tally(IN_SCOPE)
    return TrendPoint(day, waiting.figure, waiting.median(tally.median_days), waiting.p90(tally.p90_days))
