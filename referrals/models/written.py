"""Querysets whose SQL is written once.

Putting together a list with its clock and turning it into SQL takes Django longer than PostgreSQL takes to answer, and
comes out the same for everybody who asks for the same. What is kept here is the statement, never a row: each asking is
a new query, in the transaction and the scope of who asks.
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import Count, Manager, Model, QuerySet

from referrals.permissions import Access

MOST_KEPT = 200  # statements a process; the one that nobody asked for longest goes first

# What a list is made of. What is not here, a queryset alone can do.
STEPS = frozenset(
    {
        "alias",
        "all",
        "annotate",
        "as_listed",
        "exclude",
        "filter",
        "for_list",
        "in_municipality",
        "of_therapist",
        "open",
        "order_by",
        "order_by_urgency",
        "select_related",
        "valid",
        "visible_to",
        "with_pause",
        "with_shield",
        "with_wait",
    }
)


@dataclass(frozen=True)
class Making:
    """How a queryset is made. `key` holds every step and every argument, so that equal keys mean equal SQL."""

    key: tuple[Any, ...]
    make: Callable[[], Any] = field(compare=False)


class Written:
    """A queryset that is only made where its SQL is not known yet; it takes the STEPS of one, slices and `count`.

    Arguments must be hashable and mean what they are equal to. What somebody searches for does not belong here: keys
    outlive the request.
    """

    ordered = True  # for the paginator; whoever pages gives an order

    def __init__(self, manager: Manager, making: Making | None = None) -> None:
        self._manager = manager
        self._making = making or Making((manager.model,), manager.all)

    @property
    def model(self) -> type[Model]:
        return self._manager.model

    def __getattr__(self, name: str) -> Callable[..., "Written"]:
        if name not in STEPS:
            raise AttributeError(f"{name} is no step of a queryset whose SQL is kept")
        return partial(
            self._step, name, lambda rows, /, *args, **kwargs: getattr(rows, name)(*args, **kwargs)
        )

    def then(self, step: Callable[..., QuerySet], *args: Any) -> "Written":
        """What a function of ours makes of the queryset."""
        return self._step(step, step, *args)

    def __getitem__(self, which: slice) -> "Written":
        return self._step(("slice", which.start, which.stop, which.step), lambda rows: rows[which])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def _rows(self) -> list[Any]:
        return _read(self._making)

    def queryset(self) -> Any:
        """The queryset itself, for what must not be kept."""
        return self._making.make()

    def aggregate(self, **counts: Count) -> dict[str, int]:
        """The counts by their names. Counts only: what comes back is not converted."""
        end = self._step("aggregate", lambda rows, /, **named: partial(rows.aggregate, **named), **counts)
        return _counted(end._making, tuple(counts))

    def count(self) -> int:
        """How many rows there are."""
        return self.aggregate(rows=Count("*"))["rows"]

    def _step(self, name: Any, step: Callable[..., Any], *args: Any, **kwargs: Any) -> "Written":
        before, meanings = self._making, tuple(map(_meaning, (*args, *kwargs.values())))
        key = (*before.key, (name, tuple(kwargs), meanings))
        return Written(self._manager, Making(key, lambda: step(before.make(), *args, **kwargs)))


def applied(rows: Any, step: Callable[..., QuerySet], *args: Any) -> Any:
    """What a function makes of rows, whether they are a queryset or one whose SQL is kept."""
    return rows.then(step, *args) if isinstance(rows, Written) else step(rows, *args)


def _meaning(value: Any) -> Any:
    """What an argument is in a key. Equality of two accesses says nothing of whom they are shielded from."""
    if isinstance(value, Access):
        return value, value.shield.barred, value.shield.named, value.shield.emergency
    if isinstance(value, QuerySet):
        raise TypeError("A queryset inside of another is equal to no other: take `queryset()` first.")
    return type(value), tuple(value) if isinstance(value, list) else value


class _Sql:
    """A statement with its values in it. From the second time on PostgreSQL keeps its plan, too."""

    def __init__(self, connection: Any, sql: str, params: Any) -> None:
        self.text: str = connection.ops.compose_sql(sql, params)
        self.comes_again = False

    def rows(self, connection: Any) -> list[tuple]:
        """Send it, in the present transaction."""
        cursor = connection.keeping_cursor if self.comes_again else connection.cursor
        self.comes_again = True
        with cursor() as sent:
            sent.execute(self.text)
            found: list[tuple] = sent.fetchall()
        return found


class _Statement:
    """The SQL of a queryset, and what Django knows of its columns."""

    def __init__(self, rows: QuerySet) -> None:
        self.rows, self.alias = rows, rows.db
        self.compiler = rows.query.get_compiler(self.alias)
        self.sql = _Sql(self.compiler.connection, *self.compiler.as_sql())
        self.compiler.connection = None  # that of the thread that wrote it

    def read(self) -> list[Any]:
        """What the rows are made into."""
        compiler = copy(self.compiler)
        compiler.connection = connections[self.alias]
        compiler.execute_sql = lambda *_args, **_kwargs: [self._found(compiler.connection)]
        again = self.rows.all()
        again.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
        return list(again)

    def _found(self, connection: Any) -> list[tuple]:
        """Without the columns that serve the order alone."""
        found, columns = self.sql.rows(connection), self.compiler.col_count
        return [row[:columns] for row in found] if self.compiler.has_extra_select else found


@lru_cache(maxsize=MOST_KEPT)
def _statement(making: Making) -> _Statement:
    return _Statement(making.make())


def _read(making: Making) -> list[Any]:
    try:
        return _statement(making).read()
    except EmptyResultSet:  # Django sees from the arguments that nothing can be found
        return []


class _Sent(Exception):
    """The statement that Django was about to send, and its parameters."""


@lru_cache(maxsize=MOST_KEPT)
def _count_sql(making: Making) -> _Sql | None:
    """The SQL of counts; None where Django sees from the arguments that there is nothing to count."""

    def instead_of_sending(_execute: Any, sql: str, params: Any, *_others: Any) -> None:
        raise _Sent(sql, params)

    count = making.make()
    try:
        with connection.execute_wrapper(instead_of_sending):
            count()
    except _Sent as sent:
        return _Sql(connection, *sent.args)
    return None


def _counted(making: Making, names: tuple[str, ...]) -> dict[str, int]:
    sql = _count_sql(making)
    if sql is None:
        return dict.fromkeys(names, 0)
    [counts] = sql.rows(connection)
    return dict(zip(names, counts, strict=True))
