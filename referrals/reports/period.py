"""What came and went in any period, beside the period before it and the same dates of the year before: own staff's."""

from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import flow, own_waits, rereferred
from referrals.reports.beginnings import own_first_received
from referrals.reports.flow import FlowReport
from referrals.reports.periods import Period
from referrals.reports.recipe import Recipe
from referrals.reports.rereferred import Rereferred
from referrals.reports.scopes import Scope
from referrals.reports.three_figures import Started

NAME = "period"


@dataclass(frozen=True)
class PeriodFigures:
    """The flow of a period, what those had waited who started in it, and who came back of those who finished in it.

    `known_from`: the day the first referral was received, as the period is looked at; None before any was known. What
    was before that day is not in the counts.
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

    Looked at with what was known then, each as it was known by the end of its own last day.
    """

    scope: Scope
    now: PeriodFigures
    before: PeriodFigures
    year_before: PeriodFigures
    recipe: Recipe


def build(
    scope: Scope, period: Period, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN
) -> PeriodReport:
    """The report for a period, from the rows as they are at `data_as_of`. 12 queries.

    Raises ValueError for outsiders: from two periods that overlap they could work out a few.
    """
    if not scope.exact:
        raise ValueError("only own staff choose the period")
    now, before, earlier = (
        _figures(scope, one, data_as_of, hindsight) for one in (period, period.before(), period.year_before())
    )
    filters = (("period", str(period)),)
    recipe = Recipe(NAME, period.last_day, scope, data_as_of, filters, knowledge=hindsight.knowledge)
    return PeriodReport(scope, now, before, earlier, recipe)


def _figures(scope: Scope, period: Period, at: datetime, hindsight: Hindsight) -> PeriodFigures:
    moved = flow.build(scope, period, data_as_of=at, hindsight=hindsight)
    started = Started.own(period, own_waits.starts(period, scope, hindsight).of())
    known_from = own_first_received(scope, period.last_day, hindsight)
    returned = rereferred.build(scope, period, data_as_of=at, hindsight=hindsight)
    return PeriodFigures(moved, started, returned, known_from)
