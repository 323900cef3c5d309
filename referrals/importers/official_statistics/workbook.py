"""The xlsx of the statistics' web page: its first sheet that has a table, read without formulas, macros or entities."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from referrals.importers.official_statistics import grid
from referrals.importers.official_statistics.grid import Line, letter
from referrals.importers.official_statistics.table import Table
from referrals.importers.rows import BrokenFiles, broken
from referrals.norwegian import number as in_norwegian

# The largest real tables of municipalities are some 10 MB unpacked; a bomb is a thousand times that.
MOST_UNPACKED = 60_000_000
MOST_PARTS = 500
MOST_ROWS = 100_000
MOST_COLUMNS = 500
SHEETS = "xl/worksheets/"
CHUNK = 1 << 16

# What openpyxl is known to raise at files that are no workbook, or a damaged one.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    ValueError,  # also those of defusedxml
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,  # encrypted
    NotImplementedError,
)


def read(file: str, content: bytes) -> Table:
    """The table in a workbook. Raises BrokenFiles."""
    if not openpyxl.DEFUSEDXML:
        raise ImproperlyConfigured("defusedxml is missing or switched off: openpyxl would read entities.")
    _refuse_bomb(file, content)
    try:
        _refuse_many_rows(file, content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        lines = _first_table(file, book.worksheets)
    except UNREADABLE as error:
        raise broken(file, _("is not a workbook (xlsx), or is damaged.")) from error
    if lines is None:
        raise broken(file, _("no sheet of the workbook has a table."))
    return grid.table(file, lines, is_sheet=True)


def _refuse_bomb(file: str, content: bytes) -> None:
    """By what the archive says of itself: Python reads no more of a part than its stated size."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise broken(file, _("is not a workbook (xlsx), or is damaged.")) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        words = {"unpacked": unpacked // 1_000_000, "most": MOST_UNPACKED // 1_000_000}
        raise broken(file, _("would be %(unpacked)s MB unpacked; at most %(most)s MB are read.") % words)


def _refuse_many_rows(file: str, content: bytes) -> None:
    """Counted before they are read, which takes far longer. One that two chunks share is found while reading."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith(SHEETS):
                with archive.open(name) as sheet:
                    chunks = iter(partial(sheet.read, CHUNK), b"")
                    if sum(chunk.count(b"<row ") for chunk in chunks) > MOST_ROWS:
                        raise _too_many_rows(file)


def _too_many_rows(file: str) -> BrokenFiles:
    return broken(file, _("more than %(count)s rows.") % {"count": in_norwegian(MOST_ROWS)}, MOST_ROWS + 1)


def _first_table(file: str, sheets: Iterable[Any]) -> list[Line] | None:
    """The lines of the first sheet where one of them has more than one cell."""
    for sheet in sheets:
        lines = list(_lines(file, sheet))
        if any(len(line.filled) > 1 for line in lines):
            return lines
    return None


def _lines(file: str, sheet: Any) -> Iterator[Line]:
    """The rows of a sheet as texts. What the sheet says of its own size is not believed."""
    if not hasattr(sheet, "reset_dimensions"):  # a sheet with a chart only
        return
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), start=1):
        if number > MOST_ROWS:
            raise _too_many_rows(file)
        if cells[MOST_COLUMNS:] and cells[MOST_COLUMNS] is not None:
            text = _("more than %(count)s columns.") % {"count": MOST_COLUMNS}
            raise broken(file, text, number, letter(MOST_COLUMNS))
        yield Line(number, tuple(map(_text, cells[:MOST_COLUMNS])))


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV with decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")  # 3.4 may be kept as 3.4000000000000004
    if isinstance(value, datetime | date):
        return (
            value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value.isoformat()
        )
    return str(value)
