"""Two priority keys line by line, with what differs in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from referrals.norwegian import number
from referrals.reports.priority_keys import Cell, Matrix, Row, Side


class About(TextChoices):
    """What a line is about: a priority, from when on a target is due soon, or the preliminary reply."""

    TARGET = "target", gettext_lazy("Priority")
    DUE_SOON = "due_soon", gettext_lazy("Due soon, before the target")
    REPLY = "reply", gettext_lazy("Preliminary reply")


@dataclass(frozen=True)
class Line:
    """A priority of a category in two keys (`level`), or something else that they say; `difference` in words."""

    about: About
    level: int | None = None
    one: Cell | None = None
    other: Cell | None = None
    difference: str = ""
    one_reply: bool = False
    other_reply: bool = False


@dataclass(frozen=True)
class Group:
    """The lines of one category, or of what is said of all of them."""

    name: str
    lines: tuple[Line, ...]


def side_by_side(one: Side, other: Side) -> list[Group]:
    """Two municipalities' versions, category by category and level by level."""
    names = one.name, other.name
    others = {row.category.pk: row for row in other.matrix.rows}
    groups = [_group(row, others[row.category.pk], names) for row in one.matrix.rows]
    return [_of_all(one.matrix, other.matrix, names), *groups]


def differences(groups: Sequence[Group]) -> int:
    """How many lines differ."""
    return sum(1 for group in groups for line in group.lines if line.difference)


def _of_all(one: Matrix, other: Matrix, names: tuple[str, str]) -> Group:
    more = other.due_soon_days - one.due_soon_days
    difference = _longer(more, names) if more else ""
    cells = Cell(one.due_soon_days, ""), Cell(other.due_soon_days, "")
    return Group(_("All categories"), (Line(About.DUE_SOON, None, *cells, difference),))


def _group(one: Row, other: Row, names: tuple[str, str]) -> Group:
    last = max(len(one.cells), len(other.cells))
    pairs = [(level, _cell(one, level), _cell(other, level)) for level in range(1, last + 1)]
    lines = [
        Line(About.TARGET, level, *_without_the_same_words(a, b), _difference(a, b, names))
        for level, a, b in pairs
        if a or b
    ]
    differs = "" if one.reply_is_due == other.reply_is_due else _("Different")
    replies = {"one_reply": one.reply_is_due, "other_reply": other.reply_is_due}
    return Group(one.category.name, (*lines, Line(About.REPLY, difference=differs, **replies)))


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
