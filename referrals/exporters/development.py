"""60 months of a place, as JSON and as rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import BANDS, DAY
from referrals.exporters.lines import Line, counted, day_of, sheet, waits
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.development import DevelopmentReport
from referrals.reports.suppression import Figure
from referrals.reports.tallies import FLOWS

TABLES = (
    Table(
        "month", _("Who waited at the ends of the months, and what came and left in them"), ("month",), (DAY,)
    ),
    Table("bands", _("Who waited at the ends of the months, by days waited"), ("bands",), (DAY,), BANDS),
)


@dataclass(frozen=True)
class _Month:
    """A month by its last day: its list and the waits in it, what came and went, and how long they had waited."""

    on: date
    figures: Mapping[str, Figure]
    bands: Mapping[str, Figure]


def as_dict(report: DevelopmentReport) -> dict[str, Any]:
    """The whole months, oldest first: who waited at the end of each, gross days, and what came and went in it.

    `suppressed` names every figure beside it that is null because it may not be shown; null without a name there is a
    figure that is not defined, as the median of nobody, or all of a month before anything is known:
    `nothing_known_before` is the first day that is, where there are such months.
    """
    return {
        "on": report.on.isoformat(),
        "nothing_known_before": day_of(report.begins_on),
        "months": [
            {"on": month.on.isoformat(), **counted(month.figures), "bands": counted(month.bands)}
            for month in _months(report)
        ],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: DevelopmentReport) -> Sheet:
    """One figure a row, month after month; the code is its last day."""
    return sheet(_lines(report), (report.recipe,))


def as_statistics(report: DevelopmentReport) -> Statistics:
    """The months, and the bands of each."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: DevelopmentReport) -> Iterator[Line]:
    for month in _months(report):
        yield Line("month", month.on, "", month.figures)
        yield Line("bands", month.on, "", month.bands)


def _months(report: DevelopmentReport) -> Iterator[_Month]:
    aged, moved = report.ageing, report.flow
    for point, age, flow in zip(report.trend, aged.points, moved.months, strict=True):
        flows = {name: getattr(flow, name) for name in FLOWS}
        bands = {band.code: figure for band, figure in zip(aged.bands, age.bands, strict=True)}
        yield _Month(point.on, waits(point) | flows, bands)
