"""The three figures on a dashboard: the period that the address asks for, the report, and how it is shown."""

from django.http import HttpRequest

from referrals.actions import recipes
from referrals.boards.three_figures import ThreeBoard
from referrals.boards.three_figures import three_figures as board_of
from referrals.models import Hindsight
from referrals.reports import three_figures
from referrals.reports.flow import FlowReport
from referrals.reports.periods import WEEKS_A_QUARTER, WEEKS_A_YEAR
from referrals.reports.waiting_times import WaitingReport

PERIOD = "uker"
CHOICES = (WEEKS_A_YEAR, WEEKS_A_QUARTER)  # the first where none or another is asked for
ANCHOR = "#three-title"


def three_figures_of(
    request: HttpRequest, report: WaitingReport, quarter: FlowReport, hindsight: Hindsight
) -> ThreeBoard:
    """The section beside a report of who waits; `quarter` is the flow of the 13 weeks that end with its day.

    Own staff choose the period of the starts; everybody else sees those of the quarter.
    """
    weeks = _asked(request) if report.scope.exact else WEEKS_A_QUARTER
    look = {"data_as_of": report.recipe.data_as_of, "hindsight": hindsight}
    figures = three_figures.build(report.scope, report.on, weeks=weeks, quarter=quarter, **look)
    recipes.keep(**figures.recipe.as_kept())
    choices = CHOICES if report.scope.exact else ()
    return board_of(report, figures, {number: _address(request, number) for number in choices}, weeks)


def _asked(request: HttpRequest) -> int:
    """The weeks of the address, if they can be chosen."""
    offered = {str(weeks): weeks for weeks in CHOICES}
    return offered.get(request.GET.get(PERIOD, ""), CHOICES[0])


def _address(request: HttpRequest, weeks: int) -> str:
    """The same page with another period."""
    query = request.GET.copy()
    query[PERIOD] = str(weeks)
    return f"?{query.urlencode()}{ANCHOR}"
