"""How a list developed over 60 months: how long it was and its waits, how it aged, and what came and went."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import ageing, flow_months, trend
from referrals.reports.ageing import AgeingReport
from referrals.reports.flow_months import FlowMonthsReport
from referrals.reports.kept_or_counted import read_months
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.trend import TrendPoint
from referrals.reports.waiting_times import TREND_MONTHS

NAME = "development"


@dataclass(frozen=True)
class DevelopmentReport:
    """Whole months, oldest first; the last is the one that ended with or before the day `on`."""

    on: date
    scope: Scope
    trend: tuple[TrendPoint, ...]
    ageing: AgeingReport
    flow: FlowMonthsReport
    recipe: Recipe

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever waited, came or went in these months, and nothing is hidden that could be somebody."""
        months = self.flow.months
        moved = [figure for one in months for figure in (one.referred, one.started, one.other_ends)]
        return all(figure.value == 0 for figure in [*moved, *(point.waiting for point in self.trend)])


def build(
    scope: Scope, on: date, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN
) -> DevelopmentReport:
    """The report of the last 60 whole months, asked for at the instant `data_as_of`. At most 10 queries.

    `hindsight` of THEN: all months with what was registered by the end of the day `on`, none by its own end.
    """
    places, until, days = Places.about(scope), hindsight.known_before(on), month_ends(on, TREND_MONTHS)
    read = read_months(days, flow_months.edges(on), scope, hindsight.of_all_before(on))
    look: Any = {"data_as_of": data_as_of, "hindsight": hindsight, "read": read}
    past = trend.build(scope, days, places, at=data_as_of, until=until, read=read)
    aged = ageing.build(scope, on, places, **look)
    moved = flow_months.build(scope, on, places, **look)
    as_of = min(past.as_of, aged.recipe.data_as_of, moved.recipe.data_as_of)
    recipe = Recipe(NAME, on, scope, as_of, (("months", str(TREND_MONTHS)),), hindsight.knowledge)
    return DevelopmentReport(on, scope, past.points, aged, moved, recipe)
