"""The report of what came in and went out, as JSON and as rows."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import PERIOD
from referrals.exporters.lines import Line, cell, counted, day_of
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.flow import NAME, FlowLine, FlowReport
from referrals.reports.suppression import Figure

LINES = ("referred", "started", "other_ends", "finished", "closed", "removals")
RATIOS = ("load", "clearance_weeks")
TABLE = Table(NAME, _("What came in and what went out"), (NAME,), (PERIOD,))


def as_dict(report: FlowReport) -> dict[str, Any]:
    """The counts of the period and of the one `before` (half-open), and how long the list would last.

    `from` is the first day of the period and `on` its last one. `suppressed` names every figure that is null because
    it may not be shown; null without a name there is a figure that is not defined, as all of a period that ended before
    `known_from`, the day of the first referral.
    """
    figures = _figures(report)
    return {
        "from": report.period.start.isoformat(),
        "on": report.period.last_day.isoformat(),
        "weeks": round(report.period.weeks, 2),
        "before": str(report.before),
        "known_from": day_of(report.known_from),
        **counted(figures),
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: FlowReport) -> Sheet:
    """One figure a row: its name as in JSON, and its value or why there is none."""
    rows: dict[str, Cell] = {"from": report.period.start, "on": report.period.last_day}
    rows |= {} if report.is_known else {"nothing_known_before": report.known_from}
    rows |= {name: cell(figure) for name, figure in _figures(report).items()}
    last = (("recipe", report.recipe.hash),)
    return Sheet(("figure", "value"), tuple(rows.items()), (report.recipe,), last)


def as_statistics(report: FlowReport) -> Statistics:
    """The period as a table of its own."""
    return Statistics((TABLE,), lines(report), (report.recipe,))


def lines(report: FlowReport) -> list[Line]:
    """The same for a longer sheet; the code is the period, half-open."""
    return [Line(report.recipe.report, str(report.period), "", _figures(report))]


def of_period(report: FlowReport) -> dict[str, Figure]:
    """The counts of the period alone, without the one before it."""
    counts = {name: getattr(report, name).figure for name in LINES}
    return counts | {name: getattr(report, name) for name in RATIOS}


def _figures(report: FlowReport) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for name in LINES:
        line: FlowLine = getattr(report, name)
        figures |= {
            name: line.figure,
            f"{name}_before": line.before,
            f"{name}_per_week": line.per_week,
        }
    return figures | {name: getattr(report, name) for name in RATIOS}
