"""Tests run as the role that serves: the owner makes the test database, then the connection changes hands."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from ergo import database
from ergo.roles import STATS

LOGIN = ("USER", "PASSWORD", "OPTIONS", "OWNS_TABLES", "IS_HELD_BY_POLICIES")


def login_for(purpose: database.Purpose) -> dict[str, Any]:
    """The part of the settings in which the roles differ."""
    wanted = database.settings_for(purpose, settings.DATA_DIR)
    return {key: wanted.get(key, "") for key in LOGIN}


@contextmanager
def connected_for(purpose: database.Purpose) -> Iterator[None]:
    """Let the connection be of this purpose's role, then of the role it was."""
    before = {key: connection.settings_dict[key] for key in LOGIN}
    connection.close()
    connection.settings_dict.update(login_for(purpose))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def as_the_counting_role() -> Iterator[None]:
    """As whom the counting functions run: it sees every row, and may call each of their steps."""
    with connected_for(database.Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {STATS}")
        yield


@contextmanager
def owner_empties_tables() -> Iterator[None]:
    """Transactional tests empty the tables when they end, which the serving role rightly may not."""
    original = TransactionTestCase._fixture_teardown

    def as_owner(case: TransactionTestCase) -> None:
        with connected_for(database.Purpose.OWN):
            original(case)

    TransactionTestCase._fixture_teardown = as_owner
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = original
