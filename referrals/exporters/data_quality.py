"""The list of errors as JSON and as rows. Of a citizen nothing but the referral's number, to own staff."""

from typing import Any

from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.data_quality import DataQuality, Finding

LISTED = ("rule", "what", "number", "category", "status", "received_on", "wrong", "right_as_it_is")


def as_dict(report: DataQuality) -> dict[str, Any]:
    """How many cases each rule names, and all of them."""
    return {
        "on": report.on.isoformat(),
        "rules": [
            {"rule": count.rule.code.value, "wrong": count.wrong, "right_as_they_are": count.right}
            for count in report.counts
        ],
        "rows": [_row(one) | {"received_on": one.received_on.isoformat()} for one in report.findings],
    }


def as_sheet(report: DataQuality) -> Sheet:
    """All cases, rule by rule. A list of work is not made again, and has no recipe."""
    return Sheet(LISTED, (tuple(_row(one).values()) for one in report.findings), is_public=False)


def as_statistics(report: DataQuality) -> Statistics:
    """None: these are cases, one by one."""
    return Statistics((), (), ())


def _row(one: Finding) -> dict[str, Cell]:
    values = (
        one.rule.value,
        str(one.rule.label),
        one.number,
        one.category,
        one.status,
        one.received_on,
        one.wrong,
        "yes" if one.is_right else "no",
    )
    return dict(zip(LISTED, values, strict=True))
