"""Month-ends as they were known then and as they are now, as JSON and as rows."""

from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import DAY, REASONS, SIDE
from referrals.exporters.lines import Line, counted, sheet
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.frozen import FrozenLine, FrozenReport
from referrals.reports.suppression import Figure

SIDES = ("then", "now", "change")
# As files name them, in the order files show them.
FIGURES = {
    "waiting": "waiting",
    "median_days": "median_days",
    "p90_days": "p90_days",
    "over_one_year": "over_a_year",
    "over_target": "over_target",
    "not_assessed": "not_assessed",
}


def _why(name: str, title: str | Promise) -> Table:
    return Table(name, title, (name,), (DAY,), REASONS)


TABLES = (
    Table("month-ends", _("Month-ends as they were known then, and as we now know them"), SIDES, (DAY, SIDE)),
    _why("reasons", _("Why they differ, by how many wait")),
    _why("reasons-over-target", _("Why they differ, by how many are over target")),
    _why("reasons-over-one-year", _("Why they differ, by how many are over a year")),
    _why("reasons-not-assessed", _("Why they differ, by how many are not assessed")),
)
# What the reasons of each count are called, of how many wait simply `reasons`.
OF_REASONS = {
    "waiting": "reasons",
    "over_target": "reasons-over-target",
    "over_a_year": "reasons-over-one-year",
    "not_assessed": "reasons-not-assessed",
}


def as_dict(report: FrozenReport) -> dict[str, Any]:
    """The month-ends of the year, newest first: counts, and gross days; `change` is now minus then.

    `standing`: frozen in_time or late, before anything was registered, or due. `reasons`, for own staff: by how much
    each changed how many wait, and the others how many are over target, over one year and not assessed.
    `suppressed` names every figure beside it that may not be shown.
    """
    return {
        "on": report.on.isoformat(),
        "year": report.year,
        "month_ends": [_month_end(line) for line in report.lines],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: FrozenReport) -> Sheet:
    """One figure a row, month-end after month-end; the name says how it stands with the freezing."""
    return sheet(_lines(report), (report.recipe,))


def as_statistics(report: FrozenReport) -> Statistics:
    """The month-ends, and to own staff why they differ."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: FrozenReport) -> Iterator[Line]:
    for line in report.lines:
        for side in SIDES:
            yield Line(side, line.on, line.standing.value, _figures(line, side))
        for name, part in OF_REASONS.items():
            reasons = {why.value: Figure(change) for why, change in line.reasons.get(name, ())}
            yield Line(part, line.on, line.standing.value, reasons)


def _month_end(line: FrozenLine) -> dict[str, Any]:
    return {
        "on": line.on.isoformat(),
        "standing": line.standing.value,
        "frozen_at": line.frozen_at and line.frozen_at.isoformat(timespec="seconds"),
        **{side: counted(_figures(line, side)) for side in SIDES},
        **{
            part.replace("-", "_"): {why.value: change for why, change in line.reasons.get(name, ())}
            for name, part in OF_REASONS.items()
        },
    }


def _figures(line: FrozenLine, side: str) -> dict[str, Figure]:
    return {name: getattr(getattr(line, attribute), side) for name, attribute in FIGURES.items()}
