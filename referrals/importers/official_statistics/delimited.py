"""CSV: whichever separator, decimal sign and encoding Statistics Norway's interfaces and pages write it with."""

import csv
import io
from collections.abc import Sequence

from django.utils.translation import gettext as _

from referrals.importers.official_statistics import grid
from referrals.importers.official_statistics.grid import Line
from referrals.importers.official_statistics.table import Table, decimal_sign
from referrals.importers.rows import broken

# Space last: texts have spaces too.
SEPARATORS = (";", "\t", ",", " ")


def read(file: str, content: bytes) -> Table:
    """The table in a CSV file. Raises BrokenFiles."""
    text = _text(file, content)
    separator = _separator(text)
    if separator is None:
        raise broken(file, _("no separator is found: columns are divided by semicolon, comma, tab or space."))
    lines = _lines(file, text, separator)
    return grid.table(file, lines, _sign(file, lines, separator))


def _text(file: str, content: bytes) -> str:
    """UTF-8 with or without a byte order mark; what is not that is the Windows-1252 of older interfaces."""
    if b"\0" in content:
        raise broken(file, _("is not a text file."), content.count(b"\n", 0, content.index(b"\0")) + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("windows-1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise broken(file, _("the text is in neither UTF-8 nor Windows-1252."), line) from error


def _separator(text: str) -> str | None:
    """The first that divides the last line that has anything: a title on top may hold any of them."""
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    return next((one for one in SEPARATORS if _count(last, one) > 1), None)


def _count(line: str, separator: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=separator)))
    except csv.Error:
        return 0


def _lines(file: str, text: str, separator: str) -> list[Line]:
    """Every line with its number, empty ones too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = []
    try:
        for cells in reader:
            lines.append(Line(reader.line_num, tuple(cells)))
    except csv.Error as error:
        problem = _("a quotation mark too many or too few: the file may be cut off.")
        raise broken(file, problem, reader.line_num) from error
    return lines


def _sign(file: str, lines: Sequence[Line], separator: str) -> str:
    """The decimal sign, the same in every cell, and never a comma where commas divide columns. Raises BrokenFiles."""
    found = {
        sign: (line.number, place)
        for line in reversed(lines)
        for place, cell in enumerate(line.cells)
        if (sign := decimal_sign(cell.rstrip("*")))
    }
    if len(found) < 2:
        sign = next(iter(found), ".")
        return sign if separator != "," else "."
    (first_line, _first), (line, place) = sorted(found.values())
    text = _("has another decimal sign than line %(line)s.") % {"line": first_line}
    raise broken(file, text, line, grid.letter(place))
