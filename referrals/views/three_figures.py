"""The three figures on a dashboard: the period that the address asks for, the report, and how it is shown."""

from django.http import HttpRequest

from referrals.actions import recipes
from referrals.boards.links import Drilldown
from referrals.boards.three_figures import ThreeBoard
from referrals.boards.three_figures import three_figures as board_of
from referrals.models import Hindsight
from referrals.reports import three_figures
from referrals.reports.flow import FlowReport
from referrals.reports.periods import WEEKS_A_QUARTER, WEEKS_A_YEAR
from referrals.reports.three_figures import ThreeFigures
from referrals.reports.waiting_times import WaitingReport
from referrals.views.weeks import addresses_of_weeks, asked_weeks

PERIOD = "uker"
CHOICES = (WEEKS_A_YEAR, WEEKS_A_QUARTER)  # the first where none or another is asked for
ANCHOR = "#three-title"


def three_figures_of(
    request: HttpRequest, report: WaitingReport, quarter: FlowReport, hindsight: Hindsight
) -> ThreeFigures:
    """The report beside one of who waits; `quarter` is the flow of the 13 weeks until its day.

    Own staff choose the period of the starts; everybody else sees those of the 13 weeks.
    """
    look = {"data_as_of": report.recipe.data_as_of, "hindsight": hindsight}
    weeks = _weeks(request, report)
    figures = three_figures.build(report.scope, report.on, weeks=weeks, quarter=quarter, **look)
    recipes.keep(**figures.recipe.as_kept())
    return figures


def three_board(
    request: HttpRequest, report: WaitingReport, figures: ThreeFigures, drilldown: Drilldown
) -> ThreeBoard:
    """How both reports are shown, with the periods that can be chosen."""
    choices = CHOICES if report.scope.exact else ()
    addresses = addresses_of_weeks(request, PERIOD, choices, ANCHOR)
    return board_of(report, figures, addresses, _weeks(request, report), drilldown)


def _weeks(request: HttpRequest, report: WaitingReport) -> int:
    return asked_weeks(request, PERIOD, CHOICES) if report.scope.exact else WEEKS_A_QUARTER
