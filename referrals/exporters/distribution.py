"""How the waitlist of a municipality is divided, for its own staff, as JSON and as rows. Of citizens only counts."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import CATEGORY, CATEGORY_AND_PRIORITY, PRIORITY, SOURCE, THERAPIST
from referrals.exporters.lines import Line, counted, day_of, sheet
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.parts import Part, PartsReport
from referrals.reports.suppression import Figure
from referrals.reports.waiting_times import NO_PRIORITY

MOVED = ("referred", "started", "other_ends", "load", "clearance_weeks")
TABLES = (
    Table("all", _("All who wait, and what came and left"), ("all",)),
    Table("category", _("The waiting list by category"), ("category",), (CATEGORY,)),
    Table("priority", _("The waiting list by priority"), ("priority",), (PRIORITY,)),
    Table(
        "category-priority",
        _("The waiting list by category and priority"),
        ("category and priority",),
        CATEGORY_AND_PRIORITY,
    ),
    Table("source", _("The waiting list by source"), ("source",), (SOURCE,)),
    Table("therapist", _("The waiting list by therapist"), ("therapist",), (THERAPIST,)),
)


def as_dict(report: PartsReport) -> dict[str, Any]:
    """All who wait, what came and went in the `period` (half-open), and each way of dividing both.

    Days are gross days, shares are of 1. The share of those over target is of all who wait in the part, and null
    without a priority or where nobody waits; the share within target is of those assessed. `code` of a therapist is
    null for the cases that no therapist has; of what came and went only the starts are a therapist's.
    Of a day before anything is known every figure is null: then `nothing_known_before` is the first day that is.
    """
    return {
        "on": report.on.isoformat(),
        "nothing_known_before": day_of(report.begins_on),
        "period": str(report.period),
        **counted(_of_part(report.whole)),
        "by_category": [_named(one) | counted(_of_part(one)) for one in report.categories],
        "by_priority": [_named(one) | counted(_of_part(one)) for one in report.priorities],
        "by_category_and_priority": [
            {"category": category.code, "priority": level.code} | counted(_of_cell(cell, level))
            for category, level, cell in _cells(report)
        ],
        "by_source": [_named(one) | counted(_of_part(one)) for one in report.by_source],
        "by_therapist": [_named(one) | counted(_of_therapist(one)) for one in report.by_therapist],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: PartsReport) -> Sheet:
    """One figure a row, one way of dividing after the other."""
    return sheet(_lines(report), (report.recipe,))


def as_statistics(report: PartsReport) -> Statistics:
    """Each way of dividing as a table of its own."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: PartsReport) -> Iterator[Line]:
    yield Line("all", report.on, "", _waiting(report.whole, is_assessed=True))
    yield Line("all", str(report.period), "", _moved(report.whole))
    yield from (Line("category", one.code, one.name, _of_part(one)) for one in report.categories)
    yield from (Line("priority", one.code, one.name, _of_part(one)) for one in report.priorities)
    for category, level, cell in _cells(report):
        code, name = f"{category.code} {level.code}", f"{category.name}, {level.name}"
        keys = ((category.code, category.name), (level.code, level.name))
        yield Line("category and priority", code, name, _of_cell(cell, level), keys=keys)
    yield from (Line("source", one.code, one.name, _of_part(one)) for one in report.by_source)
    yield from (Line("therapist", one.code, one.name, _of_therapist(one)) for one in report.by_therapist)


def _cells(report: PartsReport) -> Iterator[tuple[Part, Part, Part]]:
    """Category, priority, and those who wait with both."""
    for category, row in zip(report.categories, report.cells, strict=True):
        for level, cell in zip(report.priorities, row, strict=True):
            yield category, level, cell


def _of_part(part: Part) -> dict[str, Figure]:
    return _waiting(part, is_assessed=part.code != NO_PRIORITY) | _moved(part)


def _of_cell(cell: Part, level: Part) -> dict[str, Figure]:
    return _waiting(cell, is_assessed=level.code != NO_PRIORITY) | _moved(cell)


def _of_therapist(one: Part) -> dict[str, Figure]:
    return _waiting(one, is_assessed=True) | {"started": one.moved.started}


def _waiting(part: Part, *, is_assessed: bool) -> dict[str, Figure]:
    return {
        "waiting": part.waiting,
        "over_target": part.over_target,
        "over_target_share": _share(part, is_assessed=is_assessed),
        "within_target_share": part.within_target,
        "not_assessed": part.not_assessed,
        "over_one_year": part.over_a_year,
        "median_days": part.median_days,
        "p90_days": part.p90_days,
        "oldest_days": part.oldest_days,
    }


def _moved(part: Part) -> dict[str, Figure]:
    return {name: getattr(part.moved, name) for name in MOVED}


def _share(part: Part, *, is_assessed: bool) -> Figure:
    """Undefined where nobody can be over target."""
    waiting, over = part.waiting.value, part.over_target.value
    return Figure((over or 0) / waiting) if waiting and is_assessed else Figure()


def _named(one: Part) -> dict[str, Any]:
    return {"code": one.code or None, "name": one.name}
