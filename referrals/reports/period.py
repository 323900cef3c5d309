"""What came and went in any period, beside the period before it and the same dates of the year before.

For outsiders in whole months, each as it is shown by itself: from other periods that overlap a few could be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from referrals.choices import Knowledge
from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import flow, flow_months, own_waits, rereferred
from referrals.reports.beginnings import first_received
from referrals.reports.flow import FlowReport
from referrals.reports.periods import Period
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.rereferred import Rereferred
from referrals.reports.scopes import Scope
from referrals.reports.suppression import WITHHELD, Cell, combined
from referrals.reports.tallies import FLOWS
from referrals.reports.three_figures import Started

NAME = "period"


@dataclass(frozen=True)
class PeriodFigures:
    """The flow of a period, what those had waited who started in it, and who came back of those who finished in it.

    `known_from`: the day the first referral was received, as the period is looked at; None before any was known. What
    was before that day is not in the counts. For outsiders 1 January of its year, and the flow alone.
    """

    flow: FlowReport
    started: Started
    rereferred: Rereferred
    known_from: date | None

    @property
    def period(self) -> Period:
        """The days that are counted."""
        return self.flow.period

    @property
    def is_known(self) -> bool:
        """Whether anything had been received by its end: else its zeros would say nothing."""
        return self.known_from is not None and self.known_from < self.period.end

    @property
    def is_partly_known(self) -> bool:
        """Whether the first referral was received within it, after its first day."""
        return self.is_known and self.known_from is not None and self.period.start < self.known_from


@dataclass(frozen=True)
class PeriodReport:
    """The period asked for, the one of the same length before it, and the same dates of the year before.

    Looked at with what was known then, each as it was known by the end of its own last day. For outsiders each is the
    sum of its months, and the one before has as many of them.
    """

    scope: Scope
    now: PeriodFigures
    before: PeriodFigures
    year_before: PeriodFigures
    recipe: Recipe

    @property
    def on(self) -> date:
        """The last day of the period asked for, whose limit of small numbers holds."""
        return self.now.period.last_day


def is_withheld(report: PeriodReport) -> bool:
    """Whether nothing of what came and went in the period may be shown."""
    flows = report.now.flow
    return all(line.figure.suppressed for line in (flows.referred, flows.started, flows.other_ends))


def build(
    scope: Scope,
    period: Period,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    asked_on: date | None = None,
) -> PeriodReport:
    """The report for a period, from the rows as they are at `data_as_of`. 12 queries for own staff, 7 for others.

    For outsiders as we now know it, on the day `asked_on`, the dashboard of which tells of periods beside the months.
    Raises ValueError where they ask for other than whole months that are over, or for what was known then.
    """
    if not scope.exact:
        if hindsight.knowledge != Knowledge.NOW or not asked_on:
            raise ValueError("outsiders see a period as it is now known, on a day")
        return _outside(scope, period, asked_on, data_as_of, hindsight)
    now, before, earlier = (
        _figures(scope, one, data_as_of, hindsight) for one in (period, period.before(), period.year_before())
    )
    recipe = _recipe(scope, period, period.last_day, data_as_of, hindsight)
    return PeriodReport(scope, now, before, earlier, recipe)


def _recipe(scope: Scope, period: Period, on: date, as_of: datetime, hindsight: Hindsight) -> Recipe:
    return Recipe(NAME, on, scope, as_of, (("period", str(period)),), knowledge=hindsight.knowledge)


def _figures(scope: Scope, period: Period, at: datetime, hindsight: Hindsight) -> PeriodFigures:
    moved = flow.build(scope, period, data_as_of=at, hindsight=hindsight)
    started = Started.own(period, own_waits.starts(period, scope, hindsight).of())
    returned = rereferred.build(scope, period, data_as_of=at, hindsight=hindsight)
    return PeriodFigures(moved, started, returned, moved.known_from)


def _outside(scope: Scope, period: Period, on: date, at: datetime, hindsight: Hindsight) -> PeriodReport:
    """Each period as the sum of its months, withheld where one of them is."""
    if not period.months() or period.last_day > on:
        raise ValueError("outsiders ask for whole months that are over")
    columns = (period, period.months_before(), period.year_before())
    months = Period(min(one.start for one in columns), period.end).months()
    places = Places.about(scope)
    cells, as_of = flow_months.outside_cells(scope, on, months, places, at=at, hindsight=hindsight)
    shown = dict(zip(months, cells, strict=True))
    recipe = _recipe(scope, period, on, as_of, hindsight)
    known_from = first_received(scope, hindsight)
    now, before, earlier = (
        _sum_of(scope, one, shown, recipe, known_from, places.limits.on(one.last_day)) for one in columns
    )
    return PeriodReport(scope, now, before, earlier, recipe)


Shown = Mapping[Period, Mapping[str, Cell]]


def _sum_of(
    scope: Scope,
    period: Period,
    shown: Shown,
    recipe: Recipe,
    known_from: date | None,
    least_shown: int,
) -> PeriodFigures:
    before = period.months_before()
    cells = _summed(period, shown)
    cells |= {f"{kind}_before": cell for kind, cell in _summed(before, shown).items()}
    cells["waiting"] = shown[period.months()[-1]]["waiting"]
    moved = flow.report_of(scope, period, before, cells, recipe, least_shown=least_shown)
    started = Started(period, moved.started.figure, WITHHELD, WITHHELD, WITHHELD)
    return PeriodFigures(moved, started, Rereferred(WITHHELD, WITHHELD), known_from)


def _summed(period: Period, shown: Shown) -> dict[str, Cell]:
    """What came and went in all of its months; withheld where these were not asked for."""
    months = [shown[month] for month in period.months() if month in shown]
    if len(months) < len(period.months()):
        return {kind: Cell.withheld(0) for kind in FLOWS}
    return {kind: combined([month[kind] for month in months]) for kind in FLOWS}
