"""The register files of `referrals/data`: what stands in them, read and checked. `registers` writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from referrals.choices import OccupationKind
from referrals.importers.rows import (
    BrokenFiles,
    Parse,
    Problem,
    Row,
    day,
    decimal,
    digits,
    numbers,
    one_of,
    optional,
    read_csv,
    text,
    whole_number,
    yes_or_no,
)
from referrals.models import (
    Category,
    County,
    Governor,
    LawReference,
    Municipality,
    MunicipalityChange,
    Occupation,
    Population,
    PriorityTemplate,
)
from referrals.models.priority import HIGHEST_LEVEL, MOST_DAYS

FOLDER = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Register:
    """A file, and the model that it fills. Columns have the names of the model's fields.

    `key` are the columns that tell one row from another, `unique` others that no two rows may share, `links` the
    columns that hold the key of a row in another register. `follows_file` is False where people edit the rows
    afterwards.
    """

    file: str
    model: type[models.Model]
    columns: Mapping[str, Parse]
    key: tuple[str, ...] = ("code",)
    unique: tuple[str, ...] = ()
    links: Mapping[str, "Register"] = field(default_factory=dict)
    follows_file: bool = True

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What tells the row apart."""
        return tuple(values[column] for column in self.key)


GOVERNORS = Register("governors.csv", Governor, {"name": text(100)}, key=("name",))
COUNTIES = Register(
    "counties.csv",
    County,
    {"code": digits(2), "name": text(100), "full_name": text(200), "governor": text(100)},
    links={"governor": GOVERNORS},
)
MUNICIPALITIES = Register(
    "municipalities.csv",
    Municipality,
    {
        "code": digits(4),
        "name": text(100),
        "full_name": text(200),
        "county": digits(2),
        "latitude": decimal(57, 72),
        "longitude": decimal(4, 32),
        "tile_column": whole_number(1, 99),
        "tile_row": whole_number(1, 99),
        "centrality": whole_number(1, 6),
        "valid_from": day,
    },
    unique=("tile_column", "tile_row"),
    links={"county": COUNTIES},
)
POPULATION = Register(
    "population.csv",
    Population,
    {"municipality": digits(4), "year": whole_number(1950, 2200), "persons": whole_number(0, 2_000_000_000)},
    key=("municipality", "year"),
    links={"municipality": MUNICIPALITIES},
)
CHANGES = Register(
    "municipality_code_changes.csv",
    MunicipalityChange,
    {"old_code": digits(4), "new_code": digits(4), "valid_from": day},
    key=("old_code", "new_code", "valid_from"),
)
OCCUPATIONS = Register(
    "occupations.csv",
    Occupation,
    {"code": digits(7), "title": text(100), "kind": one_of(OccupationKind.values)},
    follows_file=False,
)
CATEGORIES = Register(
    "categories.csv",
    Category,
    {
        "code": text(30),
        "name_nb": text(100),
        "name_nn": text(100),
        "name_en": text(100),
        "position": whole_number(1, 32_000),
        "is_vedtak": yes_or_no,
        "longest_start": optional(whole_number(1, MOST_DAYS)),
    },
    follows_file=False,
)
TEMPLATES = Register(
    "priority_templates.csv",
    PriorityTemplate,
    {
        "code": text(30),
        "name_nb": text(100),
        "name_nn": text(100),
        "name_en": text(100),
        "position": whole_number(1, 32_000),
        "days": numbers(whole_number(1, MOST_DAYS), HIGHEST_LEVEL),
    },
    follows_file=False,
)
LAW = Register(
    "law_references.csv",
    LawReference,
    {
        "code": text(30),
        "title_nb": text(100),
        "title_nn": text(100),
        "title_en": text(100),
        "text_nb": text(500),
        "text_nn": text(500),
        "text_en": text(500),
        "url": text(200),
        "valid_from": optional(day),
        "checked_on": optional(day),
        "position": whole_number(1, 32_000),
    },
    follows_file=False,
)
# In the order they are written: a row's links point to rows that are there.
REGISTERS = (
    GOVERNORS,
    COUNTIES,
    MUNICIPALITIES,
    POPULATION,
    CHANGES,
    OCCUPATIONS,
    CATEGORIES,
    TEMPLATES,
    LAW,
)

Rows = Mapping[str, list[Row]]


def read(folder: Path) -> Rows:
    """The rows of every file by its name, checked. Raises BrokenFiles with every problem of every file."""
    rows: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    for register in REGISTERS:
        rows[register.file], found = read_csv(folder / register.file, register.columns)
        problems += found
    # Rows that could not be read would only be missed by the others: say first what is wrong with them.
    problems = problems or _check(rows)
    if problems:
        raise BrokenFiles(problems)
    return rows


def _check(rows: Rows) -> list[Problem]:
    """What is wrong between rows: the same code twice, a code that another file does not have."""
    problems: list[Problem] = []
    for register in REGISTERS:
        problems += _repeated(rows[register.file], register.key)
        problems += _repeated(rows[register.file], register.unique) if register.unique else []
        problems += _dangling(register, rows)
    return problems + _misplaced(rows[MUNICIPALITIES.file])


def _repeated(rows: Sequence[Row], columns: tuple[str, ...]) -> list[Problem]:
    first_lines: dict[tuple[Any, ...], int] = {}
    problems = []
    for row in rows:
        line = first_lines.setdefault(tuple(row.values[column] for column in columns), row.line)
        if line != row.line:
            words = {"columns": ", ".join(columns), "line": line}
            problems.append(row.problem(_("%(columns)s: the same as in line %(line)s.") % words))
    return problems


def _dangling(register: Register, rows: Rows) -> list[Problem]:
    problems = []
    for column, target in register.links.items():
        known = {row.values[target.key[0]] for row in rows[target.file]}
        words = {"column": column, "file": target.file}
        problems += [
            row.problem(
                _("%(column)s: “%(value)s” is not in %(file)s.") % {**words, "value": row.values[column]}
            )
            for row in rows[register.file]
            if row.values[column] not in known
        ]
    return problems


def _misplaced(rows: Sequence[Row]) -> list[Problem]:
    """A municipality number begins with its county's number."""
    return [
        row.problem(
            _("code: “%(value)s” does not begin with its county’s number.") % {"value": row.values["code"]}
        )
        for row in rows
        if not row.values["code"].startswith(row.values["county"])
    ]
