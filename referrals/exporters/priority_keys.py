"""Two municipalities' priority keys, as JSON and as rows."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import CATEGORY_AND_PRIORITY, PLACE
from referrals.exporters.lines import COLUMNS, Line, recipe_rows
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.priority_keys import Cell as Target
from referrals.reports.priority_keys import KeysReport, Row, Side
from referrals.reports.suppression import Figure
from referrals.reports.waiting_times import priority_code, priority_name

NOT_COMPARED = ("valid_from", "note")
TABLES = (
    Table(
        "target",
        _("Targets of the priority keys, by category and priority"),
        ("target",),
        (PLACE, *CATEGORY_AND_PRIORITY),
    ),
    Table("key", _("Due soon, days before the target"), ("key",), (PLACE,)),
)


def as_dict(report: KeysReport) -> dict[str, Any]:
    """Each key whole: in days, by category and level.

    `differences`: what the two say differently, and the days of the second minus those of the first; null where it is
    no number of days, or only one of them has the priority.
    """
    return {
        "on": report.on.isoformat(),
        "keys": [_key(side) for side in report.sides],
        "differences": list(_differences(report)),
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: KeysReport) -> Sheet:
    """One word or number a row, municipality after municipality, then what differs."""
    rows = [row for side in report.sides for row in _rows(side)]
    rows += [("difference", one["code"], one["name"], one["of"], one["days"]) for one in _differences(report)]
    return Sheet(COLUMNS, rows, (report.recipe,), tuple(recipe_rows(report.recipe)), days_as_codes=True)


def as_statistics(report: KeysReport) -> Statistics:
    """The days of both keys; what is words, and what differs, is in the other files."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: KeysReport) -> Iterator[Line]:
    for side in report.sides:
        soon = {"due_soon_days": Figure(side.matrix.due_soon_days)}
        yield Line("key", side.code, side.full_name, soon)
        for row, level, cell in _targets(side):
            of_category = (row.category.code, row.category.name)
            keys = (of_category, (priority_code(level), priority_name(level)))
            yield Line("target", side.code, side.full_name, {"target_days": Figure(cell.days)}, keys=keys)


def _targets(side: Side) -> Iterator[tuple[Row, int, Target]]:
    for row in side.matrix.rows:
        for level, cell in enumerate(row.cells, start=1):
            if cell:
                yield row, level, cell


def _key(side: Side) -> dict[str, Any]:
    return {
        "code": side.code,
        "name": side.full_name,
        "valid_from": side.valid_from.isoformat(),
        "note": side.note,
        "due_soon_days": side.matrix.due_soon_days,
        "categories": [_category(row) for row in side.matrix.rows],
    }


def _category(row: Row) -> dict[str, Any]:
    return {
        "code": row.category.code,
        "name": row.category.name,
        "preliminary_reply_due": row.reply_is_due,
        "targets": [
            {"level": level, "days": cell.days, "criteria": cell.criteria}
            for level, cell in enumerate(row.cells, start=1)
            if cell
        ],
    }


def _rows(side: Side) -> Iterator[tuple[Cell, ...]]:
    key = _key(side) | {"valid_from": side.valid_from}
    for what in ("valid_from", "note", "due_soon_days"):
        yield side.code, "", side.full_name, what, key[what]
    for category in key["categories"]:
        place = side.code, category["code"], category["name"]
        for target in category["targets"]:
            yield *place, f"days_{target['level']}", target["days"]
            yield *place, f"criteria_{target['level']}", target["criteria"]
        yield *place, "preliminary_reply_due", "yes" if category["preliminary_reply_due"] else "no"


def _differences(report: KeysReport) -> Iterator[dict[str, Any]]:
    one, other = ({row[1:4]: row for row in _said(side)} for side in report.sides)
    for what in dict.fromkeys([*one, *other]):
        values = [said[what][4] if what in said else None for said in (one, other)]
        if values[0] != values[1]:
            code, name, of = what
            days = [value for value in values if isinstance(value, int)]
            yield {
                "code": code,
                "name": name,
                "of": of,
                "days": days[1] - days[0] if len(days) == 2 else None,
            }


def _said(side: Side) -> Iterator[tuple[Cell, ...]]:
    """The lines that are compared: what the keys say, and not of whom, since when or by whom."""
    for place, code, name, what, value in _rows(side):
        if what not in NOT_COMPARED:
            yield place, code, name if code else "", what, value
