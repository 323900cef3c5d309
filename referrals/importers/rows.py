"""Rows of a CSV file with their line numbers; every value is read strictly, every problem names its place.

A column is described by a function from its text to its value, which raises BadValue with words for people.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from referrals.errors import DomainError

Parse = Callable[[str], Any]

# More would only hide the first ones.
MOST_PROBLEMS = 50


class BadValue(Exception):
    """A value that its column cannot hold; the text says why."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in one line of a file; line 0 is the whole file. `column` is where in the line, if it is known."""

    file: str
    line: int
    text: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.text}" if self.place else f"{self.file}: {self.text}"

    @property
    def place(self) -> str:
        """Line and column in words; empty for the whole file."""
        return place_in_words(self.line, self.column)


def place_in_words(line: int, column: str) -> str:
    """Where in a file something stands; line 0 is no line, an empty column none."""
    words = {"line": line, "column": column}
    if line and column:
        return _("line %(line)s, column %(column)s") % words
    return _("line %(line)s") % words if line else column


class BrokenFiles(DomainError):
    """Files with problems, all of them listed. Nothing has been written."""

    code = "broken_files"

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def broken(file: str, text: str, line: int = 0, column: str = "") -> BrokenFiles:
    """The error of a file with one problem."""
    return BrokenFiles([Problem(file, line, text, column)])


def too_large(file: str, most_bytes: int) -> BrokenFiles:
    """The error of a file that has more than is ever read."""
    return broken(file, _("is larger than %(most)s MB.") % {"most": most_bytes // 1_000_000})


def raise_any(problems: Iterable[Problem]) -> None:
    """Raises BrokenFiles if there is any problem; of very many the first ones and how many more."""
    found = list(problems)
    if len(found) > MOST_PROBLEMS:
        more = _("%(count)s more problems.") % {"count": len(found) - MOST_PROBLEMS}
        found = [*found[:MOST_PROBLEMS], Problem(found[0].file, 0, more)]
    if found:
        raise BrokenFiles(found)


@dataclass(frozen=True)
class Row:
    """One line, its values read."""

    file: str
    line: int
    values: Mapping[str, Any]

    def problem(self, text: str) -> Problem:
        """A problem in this line."""
        return Problem(self.file, self.line, text)


def read_csv(path: Path, columns: Mapping[str, Parse]) -> tuple[list[Row], list[Problem]]:
    """The rows of a comma-separated UTF-8 file whose first line names exactly these columns, and what is wrong.

    A line with a problem is not among the rows.
    """
    try:
        lines = _lines(path)
    except BrokenFiles as error:
        return [], list(error.problems)
    if not lines or lines[0][1] != list(columns):
        wanted = ",".join(columns)
        return [], [Problem(path.name, 1, _("the first line must be: %(columns)s") % {"columns": wanted})]
    return _read_lines(path.name, lines[1:], columns)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Every line's number and cells. A byte order mark, as Excel writes it, does not matter. Raises BrokenFiles."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BrokenFiles([Problem(path.name, 0, error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BrokenFiles([Problem(path.name, line, _("not text in UTF-8."))]) from error
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise BrokenFiles(
            [Problem(path.name, reader.line_num, _("a quotation mark too many or too few."))]
        ) from error


def _read_lines(
    file: str, lines: list[tuple[int, list[str]]], columns: Mapping[str, Parse]
) -> tuple[list[Row], list[Problem]]:
    rows, problems = [], []
    for number, cells in lines:
        if len(cells) != len(columns):
            text = _("%(count)s values, but there are %(columns)s columns.")
            problems.append(Problem(file, number, text % {"count": len(cells), "columns": len(columns)}))
            continue
        values: dict[str, Any] = {}
        for (column, parse), cell in zip(columns.items(), cells, strict=True):
            try:
                values[column] = parse(cell)
            except BadValue as error:
                problems.append(Problem(file, number, f"{column}: {error}"))
        if len(values) == len(columns):
            rows.append(Row(file, number, values))
    return rows, problems


def text(longest: int) -> Parse:
    """Text of one line that is not empty and has no white space around it."""

    def parse(cell: str) -> str:
        if not cell or cell != cell.strip() or not cell.isprintable():
            raise BadValue(_("“%(value)s” is empty, or has spaces around it.") % {"value": cell})
        if len(cell) > longest:
            raise BadValue(_("longer than %(count)s characters.") % {"count": longest})
        return cell

    return parse


def digits(length: int) -> Parse:
    """A code of so many digits; zeros in front count."""

    def parse(cell: str) -> str:
        if not re.fullmatch(f"[0-9]{{{length}}}", cell):
            raise BadValue(_("“%(value)s” is not %(length)s digits.") % {"value": cell, "length": length})
        return cell

    return parse


def whole_number(lowest: int, highest: int) -> Parse:
    """A whole number from the lowest to the highest, both included."""

    def parse(cell: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", cell) or not lowest <= int(cell) <= highest:
            limits = {"value": cell, "lowest": lowest, "highest": highest}
            raise BadValue(_("“%(value)s” is not a whole number from %(lowest)s to %(highest)s.") % limits)
        return int(cell)

    return parse


def decimal(lowest: int, highest: int) -> Parse:
    """A number with a decimal point, from the lowest to the highest, both included."""

    def parse(cell: str) -> Decimal:
        try:
            value = Decimal(cell)
            if lowest <= value <= highest:
                return value
        except InvalidOperation:
            pass
        limits = {"value": cell, "lowest": lowest, "highest": highest}
        raise BadValue(_("“%(value)s” is not a number from %(lowest)s to %(highest)s.") % limits)

    return parse


def day(cell: str) -> date:
    """A date as YYYY-MM-DD."""
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise BadValue(_("“%(value)s” is not a date (YYYY-MM-DD).") % {"value": cell})


def optional(parse: Parse) -> Parse:
    """What the other reads, or nothing: an empty cell is None."""
    return lambda cell: parse(cell) if cell else None


def numbers(parse: Parse, most: int) -> Parse:
    """One to so many numbers with strokes between: 14/56/84."""

    def parse_all(cell: str) -> list[int]:
        parts = cell.split("/")
        if len(parts) > most:
            raise BadValue(
                _("“%(value)s” holds more than %(count)s numbers.") % {"value": cell, "count": most}
            )
        return [parse(part) for part in parts]

    return parse_all


def one_of(choices: Collection[str]) -> Parse:
    """One of some codes."""

    def parse(cell: str) -> str:
        if cell not in choices:
            known = {"value": cell, "choices": ", ".join(choices)}
            raise BadValue(_("“%(value)s” is not one of %(choices)s.") % known)
        return cell

    return parse


def yes_or_no(cell: str) -> bool:
    """The word yes or no."""
    return bool(one_of(("yes", "no"))(cell) == "yes")
