"""What came in and what went out in a period: referred, started, other ends, closed; load and clearance."""

from dataclasses import dataclass

from referrals.reports.periods import Period
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure


@dataclass(frozen=True)
class FlowLine:
    """A count in the period, beside the period of the same length before it. `per_week` belongs to the first."""

    figure: Figure
    before: Figure
    per_week: Figure

    @property
    def change(self) -> Figure:
        """The period minus the one before; hidden where one of the two is."""
        return self.figure.minus(self.before)


@dataclass(frozen=True)
class FlowReport:
    """The flow in a period, half-open.

    `referred`: received in it. `started`: first contact in it. `other_ends`: closed in it without ever having
    started. `finished`: closed in it after a start. `closed`: both kinds of closing. Removals from the list are
    `started` + `other_ends`. `load`: referred for each removal; undefined when nobody was removed (`no_removals`).
    `clearance_weeks`: how long the list would last at this pace if nobody came; 0 when nobody waits.
    """

    period: Period
    before: Period
    scope: Scope
    referred: FlowLine
    started: FlowLine
    other_ends: FlowLine
    finished: FlowLine
    closed: FlowLine
    removals: FlowLine
    load: Figure
    clearance_weeks: Figure
    no_removals: bool
    recipe: Recipe
