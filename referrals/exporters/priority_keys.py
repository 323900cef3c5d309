"""Two municipalities' priority keys, as JSON and as rows."""

from collections.abc import Iterator
from typing import Any

from referrals.exporters.lines import COLUMNS, recipe_rows
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.priority_keys import KeysReport, Row, Side

NOT_COMPARED = ("valid_from", "note")


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
    return Sheet(COLUMNS, (*rows, *recipe_rows(report.recipe)))


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
    key = _key(side)
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
