"""A priority key as it is read: one version as a table, and two versions line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.models import Category, PriorityKey
from referrals.norwegian import number


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
    """One version. `criteria`: by level, the words that all categories share; empty where they differ."""

    levels: tuple[int, ...]
    criteria: tuple[str, ...]
    rows: tuple[Row, ...]

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
class Line:
    """One priority of a category in two keys, or the preliminary reply (level None); `difference` in words."""

    level: int | None
    one: Cell | None
    other: Cell | None
    difference: str = ""
    one_reply: bool = False
    other_reply: bool = False


@dataclass(frozen=True)
class Group:
    """The lines of one category."""

    category: Category
    lines: tuple[Line, ...]


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
    return Matrix(levels, tuple(_shared(rows, column) for column in range(len(levels))), rows)


def _shared(rows: Sequence[Row], column: int) -> str:
    """The criteria of a level, where every category that has it says the same."""
    found = {cell.criteria for row in rows if (cell := row.cells[column])}
    return found.pop() if len(found) == 1 else ""


def side_by_side(one: Matrix, other: Matrix, names: tuple[str, str]) -> list[Group]:
    """Two versions, category by category and level by level. `names` are the municipalities', for the words."""
    others = {row.category.pk: row for row in other.rows}
    return [_group(row, others[row.category.pk], names) for row in one.rows]


def differences(groups: Sequence[Group]) -> int:
    """How many lines differ."""
    return sum(1 for group in groups for line in group.lines if line.difference)


def _group(one: Row, other: Row, names: tuple[str, str]) -> Group:
    last = max(len(one.cells), len(other.cells))
    pairs = [(level, _cell(one, level), _cell(other, level)) for level in range(1, last + 1)]
    lines = [
        Line(level, *_without_the_same_words(a, b), _difference(a, b, names))
        for level, a, b in pairs
        if a or b
    ]
    reply = "" if one.reply_is_due == other.reply_is_due else _("Different")
    return Group(
        one.category,
        (*lines, Line(None, None, None, reply, one.reply_is_due, other.reply_is_due)),
    )


def _cell(row: Row, level: int) -> Cell | None:
    return row.cells[level - 1] if level <= len(row.cells) else None


def _without_the_same_words(one: Cell | None, other: Cell | None) -> tuple[Cell | None, Cell | None]:
    """Criteria stand in a line only where they differ: else the table would be of words that say nothing."""
    if one and other and one.criteria.split() == other.criteria.split():
        return replace(one, criteria=""), replace(other, criteria="")
    return one, other


def _difference(one: Cell | None, other: Cell | None, names: tuple[str, str]) -> str:
    """What differs, in words; empty when nothing does."""
    if one is None or other is None:
        return _("Only in %(place)s") % {"place": names[1] if one is None else names[0]}
    parts = []
    if more := other.days - one.days:
        parts.append(_longer(more, names))
    if one.criteria.split() != other.criteria.split():
        parts.append(_("other criteria") if parts else _("Other criteria"))
    return ", ".join(parts)


def _longer(more: int, names: tuple[str, str]) -> str:
    text = ngettext("%(days)s day longer in %(place)s", "%(days)s days longer in %(place)s", abs(more))
    return text % {"days": number(abs(more)), "place": names[1] if more > 0 else names[0]}
