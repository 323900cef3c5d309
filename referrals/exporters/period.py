"""Any period of a municipality beside the one before it and that of the year before, as JSON and as rows."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters import flow as flow_export
from referrals.exporters.axes import PERIOD
from referrals.exporters.lines import Line, sheet, value_of
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.period import PeriodFigures, PeriodReport
from referrals.reports.suppression import Figure

COLUMNS = ("now", "before", "year_before")
WAITED = ("median_days", "p90_days", "mean_days")
TABLES = (
    Table("period", _("A period, the one before it, and the same of the year before"), COLUMNS, (PERIOD,)),
)


def as_dict(report: PeriodReport) -> dict[str, Any]:
    """The three periods, half-open, each with its flow and what those had waited who started in it; the mean last.

    `rereferred`: of those closed after a start who were `followed` for 90 days how many were referred anew in them.

    A period that ended before the first referral was received (`known_from`) has no figures at all.
    """
    return {
        **{name: _column(getattr(report, name)) for name in COLUMNS},
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: PeriodReport) -> Sheet:
    """One figure a row, period after period."""
    return sheet(_lines(report), (report.recipe,))


def as_statistics(report: PeriodReport) -> Statistics:
    """The three periods in one table."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: PeriodReport) -> Iterator[Line]:
    for name in COLUMNS:
        one: PeriodFigures = getattr(report, name)
        yield Line(name, str(one.period), "", _figures(one))


def _column(one: PeriodFigures) -> dict[str, Any]:
    return {
        "from": one.period.start.isoformat(),
        "on": one.period.last_day.isoformat(),
        "known_from": one.known_from and one.known_from.isoformat(),
        **{name: value_of(figure) for name, figure in _figures(one).items()},
    }


def _figures(one: PeriodFigures) -> dict[str, Figure]:
    waited = {f"started_{name}": getattr(one.started, name) for name in WAITED}
    returned = {
        "followed_90_days": one.rereferred.followed,
        "rereferred": one.rereferred.again,
        "rereferred_share": one.rereferred.share,
    }
    figures = flow_export.of_period(one.flow) | returned | waited
    return figures if one.is_known else dict.fromkeys(figures, Figure())
