"""What the files of several reports share: figures under their names, as JSON and as rows of one long sheet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from referrals.exporters.sources import licence_of, source_of
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure

COLUMNS = ("part", "code", "name", "figure", "value")
MOST_DECIMALS = 4


@dataclass(frozen=True)
class Line:
    """Figures that belong together, by name: of a whole, or of one band, category, place or month-end of a `part`.

    A day is a date, not the text of one, so that a workbook has a true date.
    `lacks` say in a word why a figure cannot be computed. `keys`: where the code says two things, each of them with
    its name.
    """

    part: str | date
    code: str | date
    name: str
    figures: Mapping[str, Figure]
    lacks: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it: code, name, and the figures."""
        return {"code": self.code, "name": self.name, **counted(self.figures)}

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """One figure a row, or why there is none."""
        for name, figure in self.figures.items():
            yield self.part, self.code, self.name, name, self.lacks.get(name) or cell(figure)


def counted(figures: Mapping[str, Figure]) -> dict[str, Any]:
    """The values, and under `suppressed` the name of each that is null because it may not be shown."""
    hidden = [name for name, figure in figures.items() if figure.suppressed]
    return {name: value_of(figure) for name, figure in figures.items()} | {"suppressed": hidden}


def day_of(day: date | None) -> str | None:
    """A day as JSON has it, or that there is none."""
    return day and day.isoformat()


def waits(of: Any) -> dict[str, Figure]:
    """How many wait, and how many gross days half and nine of ten have, of whatever part or day tells it."""
    return {name: getattr(of, name) for name in ("waiting", "median_days", "p90_days")}


def value_of(figure: Figure) -> int | float | None:
    """Without more decimals than anybody reads: a third is 0.3333, and 3.2 is not 3.2000000000000002."""
    value = figure.value
    return round(value, MOST_DECIMALS) if isinstance(value, float) else value


def cell(figure: Figure) -> Cell:
    """The value, or in its place why it may not be shown."""
    return figure.in_place or value_of(figure)


def sheet(lines: Iterable[Line], recipes: Iterable[Recipe], *, is_public: bool = True) -> Sheet:
    """All figures one below the other, and last how each report is made again. `is_public`: see Sheet."""
    made = tuple(recipes)
    rows = tuple(row for line in lines for row in line.rows())
    last = tuple(row for recipe in made for row in recipe_rows(recipe, is_public=is_public))
    return Sheet(COLUMNS, rows, made, last, days_as_codes=True, is_public=is_public)


def recipe_rows(recipe: Recipe, *, is_public: bool = True) -> Iterator[tuple[Cell, ...]]:
    """What a recipe says, one word a row; whose figures they are, and the licence of those for everybody."""
    told = recipe.as_dict()
    scope = told.pop("scope")
    told |= {"level": scope["level"], "codes": " ".join(scope["codes"]), "suppressed": scope["suppressed"]}
    told |= told.pop("filters")
    told["source"] = source_of(recipe)
    if is_public and (licence := licence_of(recipe)):
        told["licence"] = licence
    for name, value in told.items():
        yield "recipe", recipe.report, "", name, str(value)
