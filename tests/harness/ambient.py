"""Whose rows a test itself may touch: every municipality it has made, and no other.

Requests made by the test client have their own scope, from the memberships of whoever is signed in.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from ergo import scope

_made: set[int] = set()


@contextmanager
def of_all_tests() -> Iterator[None]:
    """The tests of this process run within a scope that `reach` widens."""
    with scope.entered(scope.Scope(municipality_ids=_made)):
        yield


@contextmanager
def of_one_test() -> Iterator[None]:
    """What is reached in here is forgotten afterwards."""
    before = set(_made)
    try:
        yield
    finally:
        _made.intersection_update(before)


def reach(municipality_ids: Iterable[int]) -> None:
    """Take municipalities into scope. A transactional test has no transaction open: its connection remembers them."""
    _made.update(municipality_ids)
    if connection.in_atomic_block:
        with scope.entered(scope.current()):
            return
    with connection.cursor() as cursor:
        cursor.execute(scope.SET_SCOPE.replace("true", "false"), scope.current().settings())
