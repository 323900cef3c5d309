"""JSON-stat, as both generations of Statistics Norway's interface send it: 2.0, and 1.x under a key `dataset`.

No library reads it here: those that were tried drop `status`, and with it what is suppressed (docs/adr/0023).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any, NoReturn

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from referrals.choices import SIGNS, FigureStatus
from referrals.importers.escapes import refuse_impossible_characters
from referrals.importers.official_statistics.table import (
    PROVISIONAL,
    PUBLISHER,
    Amount,
    Category,
    Cell,
    Role,
    Table,
    number,
    number_in,
    role_of,
    signed,
)
from referrals.importers.rows import BadValue, Problem, broken
from referrals.norwegian import number as in_norwegian
from referrals.waiting import OSLO

# What Statistics Norway gives in one answer at most, and well above what its tables of municipalities have.
MOST_CELLS = 800_000
ROLE_KEYS = {Role.TIME: "time", Role.REGION: "geo", Role.CONTENTS: "metric"}

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Dimension:
    """A dimension: what it is about, and its categories in the order of the values."""

    id: str
    role: Role
    categories: tuple[Category, ...]
    units: Mapping[str, Mapping[str, Any]]


class NotJsonStat(Exception):
    """The text says what is not as JSON-stat has it."""


def read(file: str, content: bytes) -> Table:
    """The table in a JSON-stat file. Raises BrokenFiles."""
    body = _body(file, content)
    try:
        dimensions = _dimensions(body)
        amounts = _Amounts(body, prod(len(dimension.categories) for dimension in dimensions))
        return _table(file, body, dimensions, amounts)
    except NotJsonStat as error:
        raise broken(file, str(error)) from error


def _body(file: str, content: bytes) -> Json:
    """The dataset in the file, wherever its generation puts it."""
    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise broken(file, _("not text in UTF-8, as JSON must be."), line, str(column)) from error
    except json.JSONDecodeError as error:
        problem = _("the JSON is cut off or broken here: the file must be downloaded once more.")
        raise broken(file, problem, error.lineno, str(error.colno)) from error
    except (RecursionError, ValueError) as error:
        raise broken(file, _("the JSON cannot be read.")) from error
    refuse_impossible_characters(file, text)
    body = data.get("dataset", data) if isinstance(data, dict) else None
    if not isinstance(body, dict) or "dimension" not in body or "value" not in body:
        raise broken(
            file, _("is JSON, but not JSON-stat: a data set with “dimension” and “value” is missing.")
        )
    return body


def _no_number(_constant: str) -> NoReturn:
    """NaN and Infinity, which Python's reader lets through, are no JSON."""
    raise ValueError


def _dimensions(body: Json) -> tuple[Dimension, ...]:
    described = _object(body["dimension"], "dimension")
    ids = _list(body.get("id", described.get("id")), "id")
    sizes = _list(body.get("size", described.get("size")), "size")
    roles = _object(body.get("role", described.get("role")) or {}, "role")
    found = tuple(_dimension(str(name), described, roles) for name in ids)
    if [len(dimension.categories) for dimension in found] != sizes:
        raise NotJsonStat(_("“size” is not the number of categories that the dimensions have."))
    return found


def _dimension(name: str, described: Json, roles: Json) -> Dimension:
    one = _object(described.get(name), f"dimension.{name}")
    category = _object(one.get("category"), f"dimension.{name}.category")
    labels = _object(category.get("label") or {}, f"dimension.{name}.category.label")
    codes = _codes(category.get("index", list(labels)), name)
    named = [role for role, key in ROLE_KEYS.items() if name in _list(roles.get(key) or [], f"role.{key}")]
    role = named[0] if named else role_of(name)
    return Dimension(
        id=name,
        role=role_of(str(one.get("label", ""))) if role == Role.OTHER else role,
        categories=tuple(Category(code, str(labels.get(code, ""))) for code in codes),
        units=_object(category.get("unit") or {}, f"dimension.{name}.category.unit"),
    )


def _codes(index: Any, name: str) -> list[str]:
    """The codes in order: a list of them, or an object with their places."""
    if isinstance(index, dict):
        places = list(index.values())
        if sorted(map(str, places)) != sorted(map(str, range(len(places)))):
            raise NotJsonStat(_("%(name)s: a place is missing or there twice.") % {"name": name})
        return sorted(index, key=index.__getitem__)
    return [str(code) for code in _list(index, name)]


class _Amounts:
    """The numbers and signs by their place in `value`, the last dimension varying fastest."""

    def __init__(self, body: Json, count: int) -> None:
        self.values, self.status, self.count = body["value"], body.get("status"), count
        if count > MOST_CELLS:
            raise NotJsonStat(_("more than %(count)s cells.") % {"count": in_norwegian(MOST_CELLS)})
        if not isinstance(self.values, list | dict):
            raise NotJsonStat(_("“value” is neither a list nor an object."))
        if isinstance(self.values, list) and len(self.values) != count:
            words = {"found": len(self.values), "wanted": count}
            raise NotJsonStat(_("“value” has %(found)s numbers, but the dimensions make %(wanted)s.") % words)
        if isinstance(self.values, dict) and not self.values.keys() <= {str(place) for place in range(count)}:
            raise NotJsonStat(_("“value” has a place that the dimensions do not have."))

    def at(self, place: int) -> Amount:
        """Raises BadValue."""
        value, sign = _at(self.values, place), self._sign(place)
        is_provisional = sign == PROVISIONAL
        if value is not None:
            return _number(value, is_provisional)
        if not sign or is_provisional:
            return Amount(FigureStatus.MISSING, is_provisional=is_provisional)
        if sign not in SIGNS:
            raise BadValue(_("“%(value)s” is no sign of Statistics Norway’s.") % {"value": sign})
        return signed(SIGNS[sign])

    def _sign(self, place: int) -> str:
        """One sign for all, or one for each."""
        found = self.status if isinstance(self.status, str) else _at(self.status or {}, place)
        return str(found or "")


def _at(values: Any, place: int) -> Any:
    if isinstance(values, dict):
        return values.get(str(place))
    return values[place] if place < len(values) else None


def _number(value: Any, is_provisional: bool) -> Amount:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue(_("“%(value)s” is not a number.") % {"value": value})
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    return number(exact, max(0, -int(exponent)), str(value), is_provisional)


def _table(file: str, body: Json, dimensions: Sequence[Dimension], amounts: _Amounts) -> Table:
    problems: list[Problem] = []
    cells = tuple(_cells(file, dimensions, amounts, problems))
    title = str(body.get("label", ""))
    px = _extension(body).get("px")
    number_of_file = str(px.get("tableid", "")) if isinstance(px, dict) else ""
    units = next((d.units for d in dimensions if d.role == Role.CONTENTS), {})
    return Table(
        file=file,
        number=number_of_file or number_in(title),
        title=title,
        cells=cells,
        publisher=_publisher(str(body.get("source", ""))),
        updated_at=_instant(body.get("updated")),
        units={code: str(unit.get("base", "")) for code, unit in units.items() if isinstance(unit, dict)},
        decimals={
            code: unit["decimals"]
            for code, unit in units.items()
            if isinstance(unit, dict) and isinstance(unit.get("decimals"), int)
        },
        problems=tuple(problems),
    )


def _publisher(source: str) -> str:
    """Statistics Norway has one name here, in whichever language the table is."""
    return source if source and source != "Statistics Norway" else PUBLISHER


def _extension(body: Json) -> Json:
    found = body.get("extension")
    return found if isinstance(found, dict) else {}


def _cells(
    file: str, dimensions: Sequence[Dimension], amounts: _Amounts, problems: list[Problem]
) -> Iterator[Cell]:
    by_role = {role: _places_of(dimensions, role) for role in Role}
    for role, what in ((Role.REGION, _("region")), (Role.TIME, _("time")), (Role.CONTENTS, _("contents"))):
        if len(by_role[role]) != 1:
            raise NotJsonStat(
                _("a dimension for %(what)s is missing, or there are several.") % {"what": what}
            )
    region, time, contents = (by_role[role][0] for role in (Role.REGION, Role.TIME, Role.CONTENTS))
    # What has one value only says nothing: it may as well have been left out of the answer.
    others = [place for place in by_role[Role.OTHER] if len(dimensions[place].categories) > 1]
    for place, categories in enumerate(product(*(dimension.categories for dimension in dimensions))):
        column = _written(place, categories)
        try:
            amount = amounts.at(place)
        except BadValue as error:
            problems.append(Problem(file, 0, str(error), column))
            continue
        rest = tuple(categories[one] for one in others)
        yield Cell(categories[region], categories[time], categories[contents], amount, 0, column, rest)


def _places_of(dimensions: Sequence[Dimension], role: Role) -> list[int]:
    return [place for place, dimension in enumerate(dimensions) if dimension.role == role]


def _written(place: int, categories: Sequence[Category]) -> str:
    """Where a number stands, in a file that has no rows: its place in the list, and what it is about."""
    return f"value[{place}] ({', '.join(category.code for category in categories)})"


def _instant(text: Any) -> datetime | None:
    """When the table was last changed; what is no such time says nothing."""
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=OSLO) if found and is_naive(found) else found


def _object(value: Any, name: str) -> Json:
    if not isinstance(value, dict):
        raise NotJsonStat(_("“%(name)s” is missing or is not an object.") % {"name": name})
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotJsonStat(_("“%(name)s” is missing or is not a list.") % {"name": name})
    return value
