"""Who was started before whom, as rows and as JSON, to own staff. Of citizens nothing but the referrals' numbers."""

from collections.abc import Iterator
from typing import Any

from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.overtaken import OvertakenReport

LISTED = (
    "number",
    "category",
    "priority",
    "received_on",
    "started_on",
    "therapist",
    "reason_for_urgency",
    "overtaken",
    "overtaken_priority",
    "days_longer",
    "same_category",
)


def as_dict(report: OvertakenReport) -> dict[str, Any]:
    """How many were started, and each with each whom it overtook."""
    days = ("received_on", "started_on")
    rows = (dict(zip(LISTED, row, strict=True)) for row in _rows(report))
    return {
        "from": report.period.start.isoformat(),
        "to": report.period.last_day.isoformat(),
        "started": report.started,
        "not_assessed": report.unassessed,
        "rows": [row | {name: row[name].isoformat() for name in days} for row in rows],
    }


def as_sheet(report: OvertakenReport) -> Sheet:
    """One row for each that was overtaken by each. A list to look into, which is not made again."""
    return Sheet(LISTED, _rows(report), is_public=False)


def as_statistics(report: OvertakenReport) -> Statistics:
    """None: these are cases, one by one."""
    return Statistics((), (), ())


def _rows(report: OvertakenReport) -> Iterator[tuple[Any, ...]]:
    for row in report.rows:
        case = row.referral
        started: tuple[Cell, ...] = (
            case.number,
            case.category.code,
            row.priority,
            case.received_on,
            case.started_on,
            case.therapist.name if case.therapist else "",
            row.reason,
        )
        for one in row.passed:
            yield (*started, one.number, one.level, one.days, "yes" if one.same else "no")
