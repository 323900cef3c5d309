"""What came and went, row by row, as JSON and as rows. Of a citizen nothing but the referral's number, to own staff."""

from typing import Any

from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.moved_rows import MovedReport, MovedRow

LISTED = (
    "number",
    "received_on",
    "category",
    "priority",
    "due_on",
    "gross_days",
    "status",
    "on_hold",
    "therapist",
)


def as_dict(report: MovedReport) -> dict[str, Any]:
    """The rows in the order of the list; days as JSON writes them."""
    return {
        "on": report.on.isoformat(),
        "line": report.line,
        "from": report.period.start.isoformat(),
        "to": report.period.last_day.isoformat(),
        "rows": [_json_row(row) for row in report.rows],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: MovedReport) -> Sheet:
    """The rows, each with the recipe."""
    rows = ((*_row(row).values(), report.recipe.hash) for row in report.rows)
    return Sheet((*LISTED, "recipe"), rows, (report.recipe,))


def as_statistics(report: MovedReport) -> Statistics:
    """None: these are cases, one by one, and whose they are no statistical table tells."""
    return Statistics((), (), (report.recipe,))


def _row(row: MovedRow) -> dict[str, Cell]:
    values = (
        row.number,
        row.received_on,
        row.category,
        row.priority,
        row.due_on,
        row.gross_days,
        row.status.value,
        "yes" if row.is_paused else "no",
        row.therapist,
    )
    return dict(zip(LISTED, values, strict=True))


def _json_row(row: MovedRow) -> dict[str, Any]:
    return _row(row) | {
        "received_on": row.received_on.isoformat(),
        "due_on": row.due_on and row.due_on.isoformat(),
        "on_hold": row.is_paused,
    }
