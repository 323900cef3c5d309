"""Statistical tables: figures by place, by what divides them and by day, whoever writes them out.

A report's lines are taken apart by the tables that its exporter names (`Table`), and become cubes: every cell is a
figure of one place, one time and one code of each division.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.exporters.lines import Line
from referrals.exporters.words import Text, figure_word
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure

Codes = tuple[str, ...]

GEO, TIME, METRIC = "geo", "time", "metric"
WHOLE_COUNTRY = "0"  # as Statistics Norway writes it
NOT_DEFINED = Figure()


@dataclass(frozen=True)
class Axis:
    """A division of lines. `read` gives a line's code and label on it; `role` is geo or time, or nothing of these."""

    id: str
    label: Text
    read: Callable[[Line], tuple[str, Text]]
    role: str = ""


@dataclass(frozen=True)
class Across:
    """A division that lies in the names of the figures, as bands of days do; all of them count `figure`."""

    id: str
    label: Text
    figure: str
    name: Callable[[str], Text]


@dataclass(frozen=True)
class Table:
    """One statistical table of a report: its lines of these `parts` (none: all), divided `by` axes and `across`.

    `name` stands in addresses. `made_by`: by which of the report's recipes. `told`: by what rules it counts, where a
    reader can choose them. `place`: code and name of whose it is, where the recipe is of more. `is_public`: nobody's
    true numbers are in it.
    """

    name: str
    label: Text
    parts: Codes = ()
    by: tuple[Axis, ...] = ()
    across: Across | None = None
    made_by: int = 0
    told: Text = ""
    place: tuple[str, str] | None = None
    is_public: bool = True

    def holds(self, line: Line) -> bool:
        """Whether the line is one of its own."""
        return not self.parts or line.part in self.parts


@dataclass(frozen=True)
class Dimension:
    """The codes of a division in their order, each with its label."""

    id: str
    label: str
    role: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Cube:
    """A table filled in. A code of each dimension leads to a cell; where there is none, no such figure can be.

    `lacks` say in a word why a figure could not be computed.
    """

    name: str
    label: str
    recipe: Recipe
    dimensions: tuple[Dimension, ...]
    cells: Mapping[Codes, Figure]
    lacks: Mapping[Codes, str] = field(default_factory=dict)
    is_public: bool = True

    def ordered(self) -> Iterator[tuple[Codes, Figure]]:
        """All cells, the last dimension fastest."""
        for codes in product(*(dimension.labels for dimension in self.dimensions)):
            yield codes, self.cells.get(codes, NOT_DEFINED)


class Statistics:
    """The tables of a report in which there is something, the main one first; each is filled in when asked for."""

    def __init__(self, tables: Sequence[Table], lines: Iterable[Line], recipes: Sequence[Recipe]) -> None:
        self._all, self._recipes = tables, recipes
        self._coming = (line for line in lines if line.figures)
        self._lines: list[Line] = []

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Reads no more lines than it takes to know: a page only names them."""
        found: set[str] = set()
        for line in self._coming:
            self._lines.append(line)
            found |= {table.name for table in self._all if table.holds(line)}
            if len(found) == len(self._all):
                break
        return tuple(table for table in self._all if table.name in found)

    def cube(self, name: str) -> Cube:
        """The table of the name. Raises KeyError where there is none."""
        table = {one.name: one for one in self.tables}[name]
        self._lines.extend(self._coming)
        lines = [line for line in self._lines if table.holds(line)]
        return _cube(table, lines, self._recipes[table.made_by])


def _cube(table: Table, lines: Sequence[Line], recipe: Recipe) -> Cube:
    place, time = _whole_of(table, recipe)
    axes = [*place, *table.by, *time]
    cells: dict[Codes, Figure] = {}
    lacks: dict[Codes, str] = {}
    for line in lines:
        codes = tuple(axis.read(line)[0] for axis in axes)
        for name, figure in line.figures.items():
            key = (*codes, name) if table.across is None else (*codes, name, table.across.figure)
            cells[key] = figure
            if name in line.lacks:
                lacks[key] = line.lacks[name]
    dimensions = (*(_dimension(axis, lines) for axis in axes), *_of_figures(table, lines))
    return Cube(table.name, _label(table, recipe), recipe, dimensions, cells, lacks, table.is_public)


def _whole_of(table: Table, recipe: Recipe) -> tuple[list[Axis], list[Axis]]:
    """The one place and the one day of a table that is not divided by them: as SSB has it, dimensions of one code."""
    roles = {axis.role for axis in table.by}
    code, name = table.place or ("+".join(recipe.scope.codes) or WHOLE_COUNTRY, place_name(recipe))
    on = recipe.on
    place = Axis("place", gettext_lazy("place"), lambda line: (code, name), GEO)
    day = Axis("day", gettext_lazy("day"), lambda line: (on.isoformat(), f"{on:%d.%m.%Y}"), TIME)
    return [] if GEO in roles else [place], [] if TIME in roles else [day]


def place_name(recipe: Recipe) -> str:
    """Of which place its figures are."""
    return recipe.scope.name or _("The whole country")


def _label(table: Table, recipe: Recipe) -> str:
    """What the table says, of where and when, and by which definitions."""
    return _("%(table)s. %(place)s, %(day)s. Definitions version %(version)s") % {
        "table": f"{table.label}. {table.told}" if table.told else table.label,
        "place": table.place[1] if table.place else place_name(recipe),
        "day": f"{recipe.on:%d.%m.%Y}",
        "version": recipe.definition_version,
    }


def _dimension(axis: Axis, lines: Sequence[Line]) -> Dimension:
    """Times in their order, all else as the lines have it."""
    labels = {code: str(label) for code, label in map(axis.read, lines)}
    return Dimension(
        axis.id, str(axis.label), axis.role, dict(sorted(labels.items())) if axis.role == TIME else labels
    )


def _of_figures(table: Table, lines: Sequence[Line]) -> list[Dimension]:
    """The figures last; before them the division that lies in their names."""
    names = list(dict.fromkeys(name for line in lines for name in line.figures))
    across = table.across
    divided = [Dimension(across.id, str(across.label), "", _named(across.name, names))] if across else []
    labels = _named(lambda name: figure_word(name).label, [across.figure] if across else names)
    return [*divided, Dimension("figure", _("figure"), METRIC, labels)]


def _named(name: Callable[[str], Text], codes: Iterable[str]) -> dict[str, str]:
    return {code: str(name(code)) for code in codes}
