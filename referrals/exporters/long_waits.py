"""The report of the long waits, as JSON and as rows. Of a citizen nothing but the referral's number, to own staff."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import DAY, PLACE
from referrals.exporters.lines import Line, counted, day_of, sheet
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.long_rows import LongWait
from referrals.reports.long_waits import LongCounts, LongPlace, LongWaitsReport
from referrals.reports.suppression import Figure

# As files name them, in the order files show them.
FIGURES = {"waiting": "waiting", "over_one_year": "over_a_year", "near_one_year": "near_a_year"}
LISTED = (
    "number",
    "received_on",
    "gross_days",
    "category",
    "priority",
    "days_on_hold",
    "on_hold",
    "hold_reasons",
    "hold_reason_days",
    "running_reasons",
    "last_contact_on",
    "last_contact",
    "next_step",
    "over_183_days_on",
)
TABLES = (
    Table(
        "long", _("Who has waited long, at the ends of the months and of the day"), ("history", "now"), (DAY,)
    ),
    Table("place", _("Who has waited long, by place"), ("place",), (PLACE,)),
)


def as_dict(report: LongWaitsReport) -> dict[str, Any]:
    """Counts at the end of the day and of the month-ends before it, oldest first, and of places or rows within.

    `suppressed` names every figure beside it that is null because it may not be shown; null without a name is what lies
    before anything is known, and `nothing_known_before` is the first day that is, where the day is not.
    """
    return {
        "on": report.on.isoformat(),
        "nothing_known_before": day_of(report.begins_on),
        **_counts(report.now),
        "history": [{"on": counts.on.isoformat(), **_counts(counts)} for counts in report.history],
        "places": [{"code": place.code, "name": place.name, **_counts(place)} for place in report.places],
        "rows": [_json_row(row) for row in report.rows],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: LongWaitsReport) -> Sheet:
    """For own staff the rows, each with the recipe; for all others counts, one figure a row, and the recipe last."""
    if not report.scope.exact:
        return sheet(_lines(report), (report.recipe,))
    rows = ((*_row(row).values(), report.recipe.hash) for row in report.rows)
    return Sheet((*LISTED, "recipe"), rows, (report.recipe,))


def as_statistics(report: LongWaitsReport) -> Statistics:
    """The counts, never a row."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: LongWaitsReport) -> Iterator[Line]:
    """Of the day, of the places within, and of the month-ends before it."""
    yield Line("now", report.on, "", _figures(report.now))
    yield from (Line("place", place.code, place.name, _figures(place)) for place in report.places)
    yield from (Line("history", counts.on, "", _figures(counts)) for counts in report.history)


def _figures(counts: LongCounts | LongPlace) -> dict[str, Figure]:
    return {name: getattr(counts, attribute) for name, attribute in FIGURES.items()}


def _counts(counts: LongCounts | LongPlace) -> dict[str, Any]:
    return counted(_figures(counts))


def _row(row: LongWait) -> dict[str, Cell]:
    last = row.last_contact
    values = (
        row.number,
        row.received_on,
        row.gross_days,
        row.category,
        row.priority,
        row.held_days,
        "yes" if row.is_paused else "no",
        " ".join(held.reason.value for held in row.held),
        " ".join(str(held.days) for held in row.held),
        " ".join(held.reason.value for held in row.held if held.running),
        last and last.on,
        last and last.code,
        row.next_step.value if row.next_step else "",
        row.over_half_a_year_on,
    )
    return dict(zip(LISTED, values, strict=True))


def _json_row(row: LongWait) -> dict[str, Any]:
    """The same with days as JSON writes them, and each reason with its days; not beside each other as in a sheet."""
    last, told = row.last_contact, _row(row)
    del told["hold_reason_days"]
    return told | {
        "received_on": row.received_on.isoformat(),
        "on_hold": row.is_paused,
        "hold_reasons": {held.reason.value: held.days for held in row.held},
        "running_reasons": [held.reason.value for held in row.held if held.running],
        "last_contact_on": last and last.on.isoformat(),
        "over_183_days_on": row.over_half_a_year_on.isoformat(),
    }
