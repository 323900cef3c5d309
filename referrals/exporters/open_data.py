"""The datasets that lie open to everybody: what is in each, and how each is written.

A dataset is one table with the columns that are named here and no others. Source, licence and recipe stand in every row
of its sheet, so that no row loses them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.choices import Definition, GroupedBy
from referrals.exporters.axes import DAY, GROUP_AND_DAY, PLACE
from referrals.exporters.coverage import as_number
from referrals.exporters.jsonstat import as_jsonstat
from referrals.exporters.lines import Line, cell, counted
from referrals.exporters.sources import source_of
from referrals.exporters.statistics import Axis, Statistics, Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.exporters.words import Text, figure_word
from referrals.reports.coverage_series import CoverageSeries, Point
from referrals.reports.open_coverage import OpenCoverage, OpenPlace
from referrals.reports.open_waits import OpenMonth, OpenWaits
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure

LICENCE, LICENCE_ADDRESS = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.no"

COVERED = tuple(f"covered_{definition.value}" for definition in Definition)
WITHOUT = tuple(f"without_{definition.value}" for definition in Definition)
STAFFED = ("fte", "fte_per_10000")
TERMS = ("source", "licence", "recipe")
# What the columns say that hold no figure; figures have their words in `words`.
KEY_WORDS: dict[str, Text] = {
    "on": _("The figures are of the end of this day"),
    "code": _("Number of the municipality, or code of the group"),
    "name": _("Name of the municipality or group"),
    "county_code": _("Number of the county"),
    "county": _("Name of the county"),
    "source": _("Whose figures these are"),
    "licence": _("Under which licence they may be used"),
    "recipe": _("How they are made again: manage.py report --recipe"),
}


@dataclass(frozen=True)
class Dataset:
    """`name` stands in the addresses of its files. `row`: what one row is. `keys`: the columns that tell rows apart."""

    name: str
    label: Text
    row: Text
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    axes: tuple[Axis, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All of the sheet."""
        return (*self.keys, *self.figures, *TERMS)


POINT = ("municipalities", *WITHOUT, "unknown", *STAFFED)
MUNICIPALITIES = Dataset(
    "dekning",
    _("Occupational therapists of the municipalities, by the three definitions"),
    _("a municipality"),
    ("on", "code", "name", "county_code", "county"),
    (*COVERED, *STAFFED, "population", "population_year"),
    (PLACE,),
)
COUNTRY = Dataset(
    "dekning-serie",
    _("Municipalities without occupational therapist since 2018, the whole country"),
    _("a month-end"),
    ("on",),
    POINT,
    (DAY,),
)
WAITS = Dataset(
    "ventetall",
    _("Those who wait for an occupational therapist at month-ends, the whole country"),
    _("a month-end"),
    ("on",),
    ("waiting", "median_days", "p90_days", "over_one_year", "over_target", "not_assessed"),
    (DAY,),
)


def _grouped(name: str, label: Text, row: Text) -> Dataset:
    return Dataset(f"{COUNTRY.name}-{name}", label, row, ("on", "code", "name"), POINT, GROUP_AND_DAY)


BY = {
    GroupedBy.COUNTY: _grouped(
        "fylke",
        _("Municipalities without occupational therapist since 2018, by county"),
        _("a county at a year-end, and last at the newest month-end"),
    ),
    GroupedBy.CENTRALITY: _grouped(
        "sentralitet",
        _("Municipalities without occupational therapist since 2018, by centrality"),
        _("a centrality class at a year-end, and last at the newest month-end"),
    ),
    GroupedBy.POPULATION: _grouped(
        "folketall",
        _("Municipalities without occupational therapist since 2018, by population size"),
        _("a size of municipality at a year-end, and last at the newest month-end"),
    ),
}
DATASETS = (MUNICIPALITIES, COUNTRY, *BY.values(), WAITS)


@dataclass(frozen=True)
class Record:
    """One row: what its keys say, and its figures."""

    keys: tuple[Cell, ...]
    line: Line

    @property
    def told(self) -> tuple[Any, ...]:
        """All that it says."""
        figures = ((name, one.value, one.hidden) for name, one in self.line.figures.items())
        return (*map(str, self.keys), *figures)


@dataclass(frozen=True)
class Filled:
    """A dataset with its rows, of the days from `first` to `last`."""

    dataset: Dataset
    records: tuple[Record, ...]
    recipes: tuple[Recipe, ...]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of which it tells. Raises ValueError where it has no rows."""
        days = [record.keys[0] for record in self.records]
        return min(days), max(days)  # type: ignore[type-var, return-value]  # the first key is always the day

    @property
    def fingerprint(self) -> str:
        """The same as long as everything that it says is the same, whenever it is made."""
        version = [recipe.definition_version for recipe in self.recipes]
        told = repr((self.dataset.columns, version, [record.told for record in self.records]))
        return hashlib.sha256(told.encode()).hexdigest()


def coverage(report: OpenCoverage) -> Filled:
    """The municipalities of the day."""
    records = (
        Record(
            (report.on, place.code, place.name, place.county_code, place.county_name),
            Line("", place.code, place.name, _of_place(place)),
        )
        for place in report.places
    )
    return Filled(MUNICIPALITIES, tuple(records), report.recipes)


def country(series: CoverageSeries) -> Filled:
    """The nation's month-ends."""
    records = (Record((point.on,), Line("", point.on, "", _of_point(point))) for point in series.months)
    return Filled(COUNTRY, tuple(records), (series.recipe,))


def groups(series: CoverageSeries, by: GroupedBy) -> Filled:
    """The year-ends of the groups, and the last day of the series."""
    return Filled(BY[by], tuple(_of_groups(series)), (series.recipe,))


def waits(report: OpenWaits) -> Filled:
    """The nation's frozen month-ends."""
    records = (Record((month.on,), Line("", month.on, "", _of_month(month))) for month in report.months)
    return Filled(WAITS, tuple(records), report.recipes)


def as_dict(filled: Filled) -> dict[str, Any]:
    """The columns with what they say, and the rows; `suppressed` names each figure that is null for being withheld."""
    dataset = filled.dataset
    return {
        "dataset": dataset.name,
        "label": str(dataset.label),
        "row": str(dataset.row),
        "source": source_of(filled.recipes[0]),
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
        "updated": filled.recipes[0].data_as_of.isoformat(timespec="seconds"),
        "columns": {name: str(word) for name, word in words((*dataset.keys, *dataset.figures))},
        "recipes": [recipe.as_dict() for recipe in filled.recipes],
        "rows": [_keyed(dataset, record) | counted(record.line.figures) for record in filled.records],
    }


def as_sheet(filled: Filled) -> Sheet:
    """The columns of the dataset, days as in JSON."""
    terms = (
        source_of(filled.recipes[0]),
        LICENCE,
        " ".join(recipe.hash for recipe in filled.recipes),
    )
    rows = ((*record.keys, *map(cell, record.line.figures.values()), *terms) for record in filled.records)
    return Sheet(filled.dataset.columns, tuple(rows), filled.recipes, days_as_codes=True, licence=LICENCE)


def as_statistics(filled: Filled) -> Statistics:
    """The dataset as its one table."""
    table = Table(filled.dataset.name, filled.dataset.label, by=filled.dataset.axes)
    return Statistics((table,), (record.line for record in filled.records), filled.recipes)


def as_open_jsonstat(filled: Filled) -> dict[str, Any]:
    """The one table, with the licence and all recipes of the dataset."""
    made = as_jsonstat(as_statistics(filled).cube(filled.dataset.name))
    made["extension"] |= {
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
        "recipes": [recipe.as_dict() for recipe in filled.recipes],
    }
    return made


def words(columns: Iterable[str]) -> Iterator[tuple[str, Text]]:
    """Each column with what it says."""
    for name in columns:
        yield name, KEY_WORDS.get(name) or figure_word(name).label


def _keyed(dataset: Dataset, record: Record) -> dict[str, Any]:
    written = (key.isoformat() if isinstance(key, date) else key for key in record.keys)
    return dict(zip(dataset.keys, written, strict=True))


def _of_place(place: OpenPlace) -> dict[str, Figure]:
    covered = (place.is_covered(definition) for definition in Definition)
    values = (None if is_so is None else int(is_so) for is_so in covered)
    staffed = (float(place.fte), as_number(place.fte_per_10000), place.population, place.population_year)
    return _figures(MUNICIPALITIES, (*values, *staffed))


def _of_point(point: Point) -> dict[str, Figure]:
    without = (point.without[definition] for definition in Definition)
    staffed = (float(point.fte), as_number(point.fte_per_10000))
    return _figures(COUNTRY, (point.municipalities, *without, point.unknown, *staffed))


def _figures(dataset: Dataset, values: Iterable[int | float | None]) -> dict[str, Figure]:
    return {name: Figure(value) for name, value in zip(dataset.figures, values, strict=True)}


def _of_groups(series: CoverageSeries) -> Iterator[Record]:
    for group in series.groups:
        for point in filter(None, group.points):
            keys = ((group.code, group.name), (point.on.isoformat(), f"{point.on:%d.%m.%Y}"))
            line = Line("", group.code, group.name, _of_point(point), keys=keys)
            yield Record((point.on, group.code, str(group.name)), line)


def _of_month(month: OpenMonth) -> dict[str, Figure]:
    one = month.shown
    told = (one.waiting, one.median_days, one.p90_days, one.over_a_year, one.over_target, one.not_assessed)
    return dict(zip(WAITS.figures, told, strict=True))
