"""The neutral table that every format is read into: one cell a number, with what it is about and where it stood."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from django.utils.translation import gettext as _

from referrals.choices import SIGNS, FigureStatus
from referrals.importers.rows import BadValue, Problem

PUBLISHER = "Statistisk sentralbyrå"
LICENCE = "CC BY 4.0"
PROVISIONAL = "*"
# A table has far fewer different texts than cells.
REMEMBERED = 20_000


class Role(Enum):
    """What a dimension of a table is about."""

    REGION = "region"
    TIME = "time"
    CONTENTS = "contents"
    OTHER = "other"


NAMES = {
    Role.REGION: {"region", "regioner", "kommune", "kommuner", "kokkommuneregion0000"},
    Role.TIME: {"tid", "år", "kvartal", "måned", "time", "year", "quarter", "month"},
    Role.CONTENTS: {"contentscode", "statistikkvariabel", "contents"},
}


def role_of(name: str) -> Role:
    """What the code or the label of a dimension says that it is about."""
    folded = name.strip().casefold()
    return next((role for role, names in NAMES.items() if folded in names), Role.OTHER)


@dataclass(frozen=True)
class Category:
    """A value of a dimension. Files with codes only have no label, files with texts only no code."""

    code: str = ""
    label: str = ""

    @property
    def text(self) -> str:
        """What it is called to people."""
        return self.label or self.code


@dataclass(frozen=True)
class Amount:
    """What stands in a cell: a number with so many decimals, or a sign instead."""

    status: FigureStatus
    value: Decimal | None = None
    decimals: int = 0
    is_provisional: bool = False


@dataclass(frozen=True)
class Cell:
    """A number or sign, and what it is about. `row` is the line in the file, 0 in one that has none."""

    region: Category
    time: Category
    contents: Category
    amount: Amount
    row: int
    column: str
    others: tuple[Category, ...] = ()


@dataclass(frozen=True)
class Table:
    """A file's table: its number or empty, its title, who made it and when it was last changed, and its cells.

    `units` and `decimals`: by the contents' code, where the file has them. `problems`: of what could not be read, so
    that they are told together with what else is wrong.
    """

    file: str
    number: str
    title: str
    cells: tuple[Cell, ...]
    publisher: str = PUBLISHER
    updated_at: datetime | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def problem(self, cell: Cell, text: str) -> Problem:
        """A problem in a cell."""
        return Problem(self.file, cell.row, text, cell.column)


def number_in(title: str) -> str:
    """The table's number, with which Statistics Norway begins a title; empty where it does not."""
    found = re.match(r"\s*([0-9]{5})\s*:", title)
    return found[1] if found else ""


_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


@lru_cache(maxsize=REMEMBERED)
def amount_of(text: str, sign: str = ".") -> Amount:
    """What a cell's text says. `sign` is the decimal sign of the file. Raises BadValue.

    An empty cell is a missing figure: not 0, and not suppressed.
    """
    stripped = text.strip()
    is_provisional = len(stripped) > 1 and stripped.endswith(PROVISIONAL)
    stripped = stripped.removesuffix(PROVISIONAL).rstrip() if is_provisional else stripped
    if not stripped:
        return Amount(FigureStatus.MISSING)
    if stripped in SIGNS:
        return _sign(stripped, is_provisional)
    if not _NUMBER.fullmatch(stripped):
        raise BadValue(
            _("“%(value)s” is neither a number nor a sign of Statistics Norway’s.") % {"value": text}
        )
    if decimal_sign(stripped) not in ("", sign):
        raise BadValue(_("“%(value)s” has another decimal sign than the rest of the file.") % {"value": text})
    whole, _point, after = stripped.replace(",", ".").partition(".")
    return number(Decimal(f"{whole}.{after or 0}"), len(after), stripped, is_provisional)


def number(value: Decimal, decimals: int, written: str, is_provisional: bool = False) -> Amount:
    """A number, `written` so in the file. Raises BadValue for one below 0."""
    if value < 0:
        raise BadValue(_("%(value)s is less than 0.") % {"value": written})
    return Amount(FigureStatus.VALUE, value, decimals, is_provisional)


def signed(status: FigureStatus) -> Amount:
    """A sign in place of a number; nil counts as 0."""
    return Amount(status, Decimal(0) if status == FigureStatus.NIL else None)


def _sign(text: str, is_provisional: bool) -> Amount:
    found = signed(SIGNS[text])
    return Amount(found.status, found.value, 0, is_provisional)


@lru_cache(maxsize=REMEMBERED)
def decimal_sign(text: str) -> str:
    """The decimal sign in a text that is a number; empty where there is none."""
    return next((sign for sign in ".," if sign in text and _NUMBER.fullmatch(text.strip())), "")
