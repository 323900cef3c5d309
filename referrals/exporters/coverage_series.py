"""The series of coverage since 2018, as JSON and as rows."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.choices import Definition
from referrals.exporters.axes import DAY, GROUP_AND_DAY
from referrals.exporters.coverage import as_number, asked_tables, last_columns
from referrals.exporters.lines import Line
from referrals.exporters.sources import licence_of, source_of
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.coverage_series import CoverageSeries, Point
from referrals.reports.suppression import Figure

FIGURES = ("on", "municipalities", "without", "unknown", "fte", "fte_per_10000")
COLUMNS = ("part", "code", "name", *FIGURES)
TABLES = (
    Table("month", _("Municipalities without occupational therapist, by month"), ("month",), (DAY,)),
    Table("year", _("Municipalities without occupational therapist, by year"), ("year",), (DAY,)),
    Table(
        "group",
        _("Municipalities without occupational therapist, by group and year"),
        ("group",),
        GROUP_AND_DAY,
    ),
)


def as_dict(series: CoverageSeries) -> dict[str, Any]:
    """Month-ends and year-ends of the nation, year-ends of the groups; `without` by the `definition`.

    A group has no line for a day on which it had no municipality. `since_a_year` are municipalities that became
    without, that have one again, and of which nothing is known any more; in today's borders.
    """
    question, definition = series.question, series.question.definition
    return {
        "on": series.on.isoformat(),
        "definition": definition.value,
        "borders": question.borders.value,
        "by": question.by.value if question.by else None,
        "months": [_point(point, definition) for point in series.months],
        "years": [_point(point, definition) for point in series.years],
        "groups": [
            {"code": group.code, "name": group.name, "years": _points(group.points, definition)}
            for group in series.groups
        ],
        "since_a_year": {
            "new": _codes(series, series.turnover.new),
            "closed": _codes(series, series.turnover.closed),
            "lost": _codes(series, series.turnover.lost),
        },
        "splits": [
            {"old_code": split.old_code, "new_codes": list(split.new_codes), "on": split.on.isoformat()}
            for split in series.splits
        ],
        "source": source_of(series.recipe),
        "licence": licence_of(series.recipe),
        "recipe": series.recipe.as_dict(),
    }


def as_sheet(series: CoverageSeries) -> Sheet:
    """One day of one group a row: first the nation's month-ends, then its year-ends, then those of the groups."""
    parts: list[tuple[str, str, str, Iterable[Point | None]]] = [
        ("month", "", "", series.months),
        ("year", "", "", series.years),
        *((_part(series), group.code, group.name, group.points) for group in series.groups),
    ]
    told = last_columns(series.question, series.recipe)
    rows = [
        (part, code, name, *values, *told.values())
        for part, code, name, points in parts
        for values in _rows(points, series.question.definition)
    ]
    return Sheet((*COLUMNS, *told), rows, (series.recipe,), days_as_codes=True)


def as_statistics(series: CoverageSeries) -> Statistics:
    """The nation's month-ends and year-ends; the year-ends of the groups, where municipalities were put together."""
    return Statistics(asked_tables(TABLES, series.question), _lines(series), (series.recipe,))


def _lines(series: CoverageSeries) -> Iterator[Line]:
    definition = series.question.definition
    for part, points in (("month", series.months), ("year", series.years)):
        yield from (Line(part, point.on, "", _figures(point, definition)) for point in points)
    for group in series.groups:
        for point in filter(None, group.points):
            keys = ((group.code, group.name), (point.on.isoformat(), f"{point.on:%d.%m.%Y}"))
            yield Line("group", group.code, group.name, _figures(point, definition), keys=keys)


def _codes(series: CoverageSeries, places: Iterable[int]) -> list[str]:
    return sorted(series.named[pk][0] for pk in places)


def _part(series: CoverageSeries) -> str:
    return series.question.by.value if series.question.by else ""


def _rows(points: Iterable[Point | None], definition: Definition) -> Iterator[tuple[Cell, ...]]:
    for point in filter(None, points):
        yield point.on, *_values(point, definition)


def _points(points: Iterable[Point | None], definition: Definition) -> list[dict[str, Any]]:
    return [_point(point, definition) for point in points if point]


def _point(point: Point, definition: Definition) -> dict[str, Any]:
    return dict(zip(FIGURES, (point.on.isoformat(), *_values(point, definition)), strict=True))


def _figures(point: Point, definition: Definition) -> dict[str, Figure]:
    return {name: Figure(value) for name, value in zip(FIGURES[1:], _values(point, definition), strict=True)}


def _values(point: Point, definition: Definition) -> tuple[int | float | None, ...]:
    counts = (point.municipalities, point.without[definition], point.unknown)
    return (*counts, float(point.fte), as_number(point.fte_per_10000))
