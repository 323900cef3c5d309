"""Whose rows a test itself may touch: every municipality it has made, and no other.

Requests made by the test client have their own scope, from the memberships of whoever is signed in.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorWrapper

from ergo import scope

# As outside the tests, but for the whole session: a transactional test has no transaction open.
SET_SCOPE_OF_SESSION = scope.SET_SCOPE.replace("true", "false")

_made: set[int] = set()


@contextmanager
def of_all_tests() -> Iterator[None]:
    """The tests of this process run within a scope that `reach` widens; threads begin with none, as ever."""
    connection_created.connect(_remember)
    try:
        with scope.entered(scope.Scope(municipality_ids=_made)):
            yield
    finally:
        connection_created.disconnect(_remember)


@contextmanager
def of_one_test() -> Iterator[None]:
    """What is reached in here is forgotten afterwards."""
    before = set(_made)
    try:
        yield
    finally:
        _made.intersection_update(before)


def reach(municipality_ids: Iterable[int]) -> None:
    """Take municipalities into scope."""
    _made.update(municipality_ids)
    if connection.in_atomic_block:
        with scope.entered(scope.current()):
            return
    with connection.cursor() as cursor:
        _send(cursor)


def _remember(connection: Any, **_signal: Any) -> None:
    """Only for the test's own connection: those of other threads are as they are outside the tests."""
    if current_thread() is main_thread():
        with connection.cursor() as cursor:
            _send(cursor)


def _send(cursor: CursorWrapper) -> None:
    cursor.execute(SET_SCOPE_OF_SESSION, scope.current().settings())
