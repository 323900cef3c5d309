"""The deviations of a month, as JSON and as rows. Of a citizen nothing but the referral's number, to own staff."""

from typing import Any

from referrals.exporters.lines import day_of
from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.deviations import Deviation, DeviationsReport

LISTED = (
    "number",
    "category",
    "priority",
    "received_on",
    "due_on",
    "late_on",
    "days_late",
    "therapist",
    "reason",
    "reported_on",
    "reported_by",
    "reference",
    "later_corrected",
)


def as_dict(report: DeviationsReport) -> dict[str, Any]:
    """The lines in the order of the list, and what months before it have left to report; days as JSON writes them."""
    return {
        "month": f"{report.month.start:%Y-%m}",
        "on": report.on.isoformat(),
        "new": len(report.lines),
        "reported": report.reported,
        "not_reported": report.not_reported,
        "not_reported_before": {f"{month:%Y-%m}": count for month, count in report.left},
        "rows": [_json_row(line) for line in report.lines],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: DeviationsReport) -> Sheet:
    """The lines, each with the recipe."""
    rows = ((*_row(line).values(), report.recipe.hash) for line in report.lines)
    return Sheet((*LISTED, "recipe"), rows, (report.recipe,), is_public=False)


def as_statistics(report: DeviationsReport) -> Statistics:
    """None: these are cases, one by one, and whose they are no statistical table tells."""
    return Statistics((), (), (report.recipe,))


def _row(line: Deviation) -> dict[str, Cell]:
    values = (
        line.number,
        line.category,
        line.priority,
        line.received_on,
        line.due_on,
        line.late_on,
        line.days_late,
        line.therapist,
        line.reason,
        line.reported_on,
        line.reported_by,
        line.reference,
        " ".join(line.corrected),
    )
    return dict(zip(LISTED, values, strict=True))


def _json_row(line: Deviation) -> dict[str, Any]:
    days = ("received_on", "due_on", "late_on", "reported_on")
    return (
        _row(line)
        | {name: day_of(getattr(line, name)) for name in days}
        | {"later_corrected": list(line.corrected)}
    )
