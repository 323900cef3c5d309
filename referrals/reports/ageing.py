"""How the list aged: those who waited at the end of each month, by how long they had waited then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import kept_or_counted
from referrals.reports.kept_or_counted import ReadMonths
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import Figure
from referrals.waiting import Band

NAME = "ageing"
MONTHS = 60


@dataclass(frozen=True)
class AgeingPoint:
    """Those who waited at the end of one day, by what is known: all, and in each band, shortest first."""

    on: date
    waiting: Figure
    bands: tuple[Figure, ...]


@dataclass(frozen=True)
class AgeingReport:
    """A point for each month-end, oldest first; the last is `on` itself if it ends a month. `bands` name the parts."""

    on: date
    scope: Scope
    bands: tuple[Band, ...]
    points: tuple[AgeingPoint, ...]
    recipe: Recipe


def build(
    scope: Scope,
    on: date,
    places: Places,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: ReadMonths | None = None,
) -> AgeingReport:
    """The report of the last 60 month-ends, asked for at the instant `data_as_of`. At most 2 queries.

    Each day is decided as the dashboard of that day decides it: a figure is hidden on every page or on none.
    `hindsight` of THEN: all of them with what was registered by the end of the day `on`; `read`: where that has been
    read already.
    """
    days = month_ends(on, MONTHS)
    look = hindsight.of_all_before(on)
    found = kept_or_counted.bands_each_day(days, scope, at=data_as_of, hindsight=look, read=read)
    return AgeingReport(
        on=on,
        scope=scope,
        bands=tuple(Band),
        points=tuple(_points(scope, days, found, places)),
        recipe=Recipe(NAME, on, scope, found.as_of, (("months", str(MONTHS)),), hindsight.knowledge),
    )


def _points(
    scope: Scope, days: Sequence[date], found: kept_or_counted.FoundDays, places: Places
) -> Sequence[AgeingPoint]:
    looks = [(day, look_at(scope, Counter(found.on(day)), places, day)) for day in days]
    return [
        AgeingPoint(day, look.waiting().figure, tuple(cell.figure for cell in look.cells(Split.BAND)))
        for day, look in looks
    ]
