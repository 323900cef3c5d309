"""How a list developed over 60 months: how long it was and its waits, how it aged, and what came and went."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import ageing, flow_months, trend
from referrals.reports.ageing import AgeingPoint, AgeingReport
from referrals.reports.beginnings import Beginning
from referrals.reports.flow_months import FlowMonth, FlowMonthsReport
from referrals.reports.kept_or_counted import read_months
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure
from referrals.reports.trend import MONTHS, TrendPoint

NAME = "development"


@dataclass(frozen=True)
class DevelopmentReport:
    """Whole months, oldest first; the last is the one that ended with or before the day `on`.

    What lies before anything is known has no figures: then `begins_on` is the first day that is known.
    """

    on: date
    scope: Scope
    trend: tuple[TrendPoint, ...]
    ageing: AgeingReport
    flow: FlowMonthsReport
    recipe: Recipe
    begins_on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are figures of any of the months, hidden ones too."""
        return self.flow.months[-1].referred.is_defined

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever waited, came or went in these months, and nothing is hidden that could be somebody."""
        months = self.flow.months
        moved = [figure for one in months for figure in (one.referred, one.started, one.other_ends)]
        return not any(
            figure.value or figure.suppressed for figure in [*moved, *(point.waiting for point in self.trend)]
        )


def build(
    scope: Scope, on: date, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN
) -> DevelopmentReport:
    """The report of the last 60 whole months, asked for at the instant `data_as_of`. At most 11 queries, one
    of them where in some month nobody waited.

    `hindsight` of THEN: all months with what was registered by the end of the day `on`, none by its own end.
    """
    places, days = Places.about(scope), month_ends(on, MONTHS)
    begun = Beginning(scope, on, hindsight, at=data_as_of)
    read = read_months(days, flow_months.edges(on), scope, hindsight.of_all_before(on))
    look: Any = {"data_as_of": data_as_of, "hindsight": hindsight, "read": read}
    past = trend.build(scope, on, places, at=data_as_of, hindsight=hindsight, begun=begun, read=read)
    aged = ageing.build(scope, on, places, **look)
    moved = flow_months.build(scope, on, places, **look)
    as_of = min(past.as_of, aged.recipe.data_as_of, moved.recipe.data_as_of)
    recipe = Recipe(NAME, on, scope, as_of, (("months", str(MONTHS)),), hindsight.knowledge)
    report = DevelopmentReport(on, scope, past.points, aged, moved, recipe)
    return report if past.points[0].waiting.is_defined else _as_far_as_known(report, begun)


def _as_far_as_known(report: DevelopmentReport, begun: Beginning) -> DevelopmentReport:
    """The same, without figures of what was before anything is known; the month in which it begins has its figures."""
    points = [
        point if begun.tells(point.on, point.waiting) else _nothing_at(point)
        for point in report.ageing.points
    ]
    months = [
        month if begun.tells(month.month.last_day, month.waiting) else _nothing_in(month)
        for month in report.flow.months
    ]
    return replace(
        report,
        ageing=replace(report.ageing, points=tuple(points)),
        flow=replace(report.flow, months=tuple(months)),
        begins_on=begun.told,
    )


def _nothing_at(point: AgeingPoint) -> AgeingPoint:
    return AgeingPoint(point.on, Figure(), (Figure(),) * len(point.bands))


def _nothing_in(month: FlowMonth) -> FlowMonth:
    return FlowMonth(month.month, *(Figure(),) * (len(fields(month)) - 1))
