"""The report of who has an ergoterapeut, as JSON and as rows. Nothing in it is about one person."""

from typing import Any

from referrals.exporters.tabular import Sheet
from referrals.reports.coverage import CoverageReport, MunicipalityCoverage

COLUMNS = ("code", "name", "county_code", "state", "fte", "fte_per_10000", "source")


def as_dict(report: CoverageReport) -> dict[str, Any]:
    """The states of all municipalities at the end of the day, their number, and årsverk as numbers.

    `without_own` is without ergoterapeut in the published sense: purchased + agreement + none.
    """
    totals = report.totals
    return {
        "on": report.on.isoformat(),
        "municipalities": totals.municipalities,
        "states": {state.value: number for state, number in totals.states.items()},
        "without_own": totals.without_own,
        "rows": [_row(row) for row in report.rows],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: CoverageReport) -> Sheet:
    """One municipality a row, in Norwegian order."""
    return Sheet(COLUMNS, tuple(tuple(_row(row).values()) for row in report.rows))


def _row(row: MunicipalityCoverage) -> dict[str, Any]:
    per_10000 = row.fte_per_10000
    values = (
        row.code,
        row.full_name,
        row.county_code,
        row.state.value,
        float(row.fte),
        None if per_10000 is None else float(per_10000),
        row.source,
    )
    return dict(zip(COLUMNS, values, strict=True))
