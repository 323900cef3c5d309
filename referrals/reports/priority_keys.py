"""Priority keys as they are read: one version as a table, and those of two municipalities in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import ALL_KNOWN, Category, Hindsight, Municipality, PriorityKey, keys_as, looking_back
from referrals.permissions import NO_ACCESS
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope

NAME = "keys"


@dataclass(frozen=True)
class Cell:
    """One priority in one category."""

    days: int
    criteria: str


@dataclass(frozen=True)
class Row:
    """One category: its priorities by level, None where the key has none, and whether a preliminary reply is due."""

    category: Category
    cells: tuple[Cell | None, ...]
    reply_is_due: bool


@dataclass(frozen=True)
class Matrix:
    """One version. `criteria`: by level, the words that all categories share; empty where they differ.

    `due_soon_days`: from so many days before a target on it is due soon.
    """

    levels: tuple[int, ...]
    criteria: tuple[str, ...]
    rows: tuple[Row, ...]
    due_soon_days: int

    @property
    def columns(self) -> list[tuple[int, str]]:
        """The levels with their shared criteria."""
        return list(zip(self.levels, self.criteria, strict=True))

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Cell | None, str]]]]:
        """The rows, each cell with the criteria that do not stand above it already."""
        return [
            (
                row,
                [
                    (cell, cell.criteria if cell and not shared else "")
                    for cell, shared in zip(row.cells, self.criteria, strict=True)
                ],
            )
            for row in self.rows
        ]


@dataclass(frozen=True)
class Side:
    """The key of one municipality in force on the day."""

    code: str
    name: str
    full_name: str
    valid_from: date
    note: str
    matrix: Matrix


@dataclass(frozen=True)
class KeysReport:
    """Two municipalities' keys in force on the day `on`, each as it stands."""

    on: date
    scope: Scope
    sides: tuple[Side, Side]
    recipe: Recipe


def build(
    places: Sequence[Municipality], on: date, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN
) -> KeysReport | None:
    """The report of two municipalities; None where one of them has no key in force on the day. 7 queries.

    `hindsight`: until when versions were saved, where it is made once more. A key is nobody's secret, so the scope is
    the first place's as everybody sees it.
    """
    one, other = places
    with looking_back(hindsight, on):
        keys = [keys_as(hindsight).newest_of(place.pk, on).first() for place in (one, other)]
        categories = list(Category.objects.all())
        sides = [_side(place, key, categories) for place, key in zip((one, other), keys, strict=True) if key]
    if len(sides) < len(places):
        return None
    scope = Scope.municipality(one, NO_ACCESS)
    recipe = Recipe(NAME, on, scope, data_as_of, (("with", other.code),), hindsight.knowledge)
    return KeysReport(on, scope, (sides[0], sides[1]), recipe)


def _side(place: Municipality, key: PriorityKey, categories: Sequence[Category]) -> Side:
    return Side(place.code, place.name, place.full_name, key.valid_from, key.note, matrix(key, categories))


def matrix(key: PriorityKey, categories: Sequence[Category]) -> Matrix:
    """The version with a row for each category, also those that it says nothing of."""
    cells = {
        (target.category_id, target.level): Cell(target.days, target.criteria)
        for target in key.targets.order_by()
    }
    replies = dict(key.reply_rules.order_by().values_list("category_id", "is_due"))
    levels = tuple(range(1, max((level for _category, level in cells), default=0) + 1))
    rows = tuple(
        Row(
            category=category,
            cells=tuple(cells.get((category.pk, level)) for level in levels),
            reply_is_due=replies.get(category.pk, category.is_vedtak),
        )
        for category in categories
    )
    shared = tuple(_shared(rows, column) for column in range(len(levels)))
    return Matrix(levels, shared, rows, key.due_soon_days)


def _shared(rows: Sequence[Row], column: int) -> str:
    """The criteria of a level, where every category that has it says the same."""
    found = {cell.criteria for row in rows if (cell := row.cells[column])}
    return found.pop() if len(found) == 1 else ""
