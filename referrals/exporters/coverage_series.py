"""The series of coverage since 2018, as JSON and as rows."""

from collections.abc import Iterable, Iterator
from typing import Any

from referrals.choices import Definition
from referrals.exporters.coverage import ASKED, as_number
from referrals.exporters.tabular import Sheet
from referrals.reports.coverage_series import CoverageSeries, Point

FIGURES = ("on", "municipalities", "without", "unknown", "fte", "fte_per_10000")
COLUMNS = ("part", "code", "name", *FIGURES, *ASKED)


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
        "recipe": series.recipe.as_dict(),
    }


def as_sheet(series: CoverageSeries) -> Sheet:
    """One day of one group a row: first the nation's month-ends, then its year-ends, then those of the groups."""
    parts: list[tuple[str, str, str, Iterable[Point | None]]] = [
        ("month", "", "", series.months),
        ("year", "", "", series.years),
        *((_part(series), group.code, group.name, group.points) for group in series.groups),
    ]
    rows = [
        (part, code, name, *values)
        for part, code, name, points in parts
        for values in _rows(points, series.question.definition)
    ]
    told = (series.question.definition.value, series.question.borders.value)
    return Sheet(COLUMNS, tuple((*row, *told) for row in rows))


def _codes(series: CoverageSeries, places: Iterable[int]) -> list[str]:
    return sorted(series.named[pk][0] for pk in places)


def _part(series: CoverageSeries) -> str:
    return series.question.by.value if series.question.by else ""


def _rows(points: Iterable[Point | None], definition: Definition) -> Iterator[tuple[Any, ...]]:
    for point in _points(points, definition):
        yield tuple(point.values())


def _points(points: Iterable[Point | None], definition: Definition) -> list[dict[str, Any]]:
    return [_point(point, definition) for point in points if point]


def _point(point: Point, definition: Definition) -> dict[str, Any]:
    values = (
        point.on.isoformat(),
        point.municipalities,
        point.without[definition],
        point.unknown,
        float(point.fte),
        as_number(point.fte_per_10000),
    )
    return dict(zip(FIGURES, values, strict=True))
