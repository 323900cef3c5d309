"""Rows under named columns, written as CSV for Norwegian Excel or as text for a terminal."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from referrals.reports.recipe import Recipe

Cell = str | int | float | Decimal | date | None

# Excel runs a cell that begins like this as a formula; an apostrophe in front makes it text again.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Sheet:
    """What a file or a terminal shows: the names of the columns, and rows of as many cells. None: not defined.

    `recipes` say how it is made again; `last` are the rows that say so where there is no second sheet for it.
    `days_as_codes`: as text a day is written as in JSON, since it tells rows apart. `is_public`: nobody's true numbers
    are in it. `licence`: under which it may be used, if not as its reports say.
    """

    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    recipes: tuple[Recipe, ...] = ()
    last: tuple[tuple[Cell, ...], ...] = ()
    days_as_codes: bool = False
    is_public: bool = True
    licence: str = ""

    def written(self) -> Iterable[tuple[Cell, ...]]:
        """The rows as text has them, one after the other, and the recipe last."""
        for row in chain(self.rows, self.last):
            yield tuple(map(_as_code, row)) if self.days_as_codes else row


def as_csv(sheet: Sheet) -> str:
    """Semicolons, decimal commas, dd.mm.yyyy, and the byte order mark by which Excel knows UTF-8."""
    buffer = io.StringIO(newline="")
    buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in sheet.written())
    return buffer.getvalue()


def as_text(sheet: Sheet) -> str:
    """Aligned columns with two spaces between them: numbers to the right, all else to the left."""
    rows = list(sheet.written())
    written = [[written_cell(cell) or "–" for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(sheet.columns, *written, strict=True)]
    lines = [_line(sheet.columns, widths, numbers=())]
    for row, cells in zip(rows, written, strict=True):
        numbers = [place for place, cell in enumerate(row) if isinstance(cell, int | float | Decimal)]
        lines.append(_line(cells, widths, numbers))
    return "\n".join(lines) + "\n"


def written_cell(cell: Cell) -> str:
    """A cell as Norwegians write it, without separators in thousands; nothing for what is not defined."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return str(cell).replace(".", ",") if isinstance(cell, float | Decimal) else str(cell)


def is_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text."""
    return text.lstrip(" \u00a0\ufeff").startswith(FORMULA_STARTS)


def _harmless(cell: Cell) -> str:
    text = written_cell(cell)
    return f"'{text}" if isinstance(cell, str) and is_like_a_formula(text) else text


def _as_code(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, date) else cell


def _line(cells: Sequence[str], widths: Sequence[int], numbers: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if place in numbers else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
