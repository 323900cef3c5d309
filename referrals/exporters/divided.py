"""How those who wait in counties or the nation are divided, as JSON and as rows. Of citizens only counts."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import CATEGORY_AND_PRIORITY, SOURCE
from referrals.exporters.lines import Line, counted, day_of, sheet, waits
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.divided import DividedReport, HeatTable, Named
from referrals.reports.suppression import Figure

BETWEEN = ", "
TABLES = (
    Table("all", _("All who wait"), ("all",)),
    Table("source", _("The waiting list by source"), ("source",), (SOURCE,)),
    Table(
        "category-priority",
        _("The waiting list by category and priority"),
        ("category and priority",),
        CATEGORY_AND_PRIORITY,
    ),
)


def as_dict(report: DividedReport) -> dict[str, Any]:
    """All who wait, by source, and by category and priority together; days are gross days.

    `by_category_and_priority`: each count with the codes of the categories and priorities that it is of, which are
    several where too few wait to tell them apart; null where it is not shown at all. `suppressed` names every figure
    beside it that is null because it may not be shown; of a day before anything is known all are null without a name,
    and `nothing_known_before` is the first day that is known.
    """
    return {
        "on": report.on.isoformat(),
        "nothing_known_before": day_of(report.begins_on),
        **counted(waits(report.whole)),
        "by_source": [{"code": one.code, "name": one.name} | counted(waits(one)) for one in report.by_source],
        "by_category_and_priority": None
        if report.heat is None
        else [
            {"categories": list(row.codes), "priorities": list(column.codes), "waiting": count}
            for row, column, count in _cells(report.heat)
        ],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: DividedReport) -> Sheet:
    """One figure a row, one way of dividing after the other."""
    return sheet(_lines(report), (report.recipe,))


def as_statistics(report: DividedReport) -> Statistics:
    """Each way of dividing as a table of its own; what is put together has one code."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: DividedReport) -> Iterator[Line]:
    yield Line("all", report.on, "", waits(report.whole))
    yield from (Line("source", one.code, one.name, waits(one)) for one in report.by_source)
    for row, column, count in _cells(report.heat) if report.heat else ():
        code, name = (BETWEEN.join([*of_row, *of_column]) for of_row, of_column in _told(row, column))
        keys = (_together(row), _together(column))
        yield Line("category and priority", code, name, {"waiting": Figure(count)}, keys=keys)


def _told(row: Named, column: Named) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    yield row.codes, column.codes
    yield row.names, column.names


def _together(part: Named) -> tuple[str, str]:
    return "+".join(part.codes), BETWEEN.join(part.names)


def _cells(heat: HeatTable) -> Iterator[tuple[Named, Named, int]]:
    for row, counts in zip(heat.categories, heat.counts, strict=True):
        for column, count in zip(heat.priorities, counts, strict=True):
            yield row, column, count
