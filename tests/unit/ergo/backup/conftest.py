"""A backup of a demo that was really saved, and copies restored from it."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql
from pytest_django import DjangoDbBlocker

from ergo.backup import drill, store
from ergo.backup.address import address_for
from ergo.backup.drill import Logins
from ergo.backup.store import Backup
from ergo.database import Purpose
from ergo.scope import scoped
from referrals.demo.seed import Order, seed
from referrals.importers import registers
from referrals.importers.register_files import FOLDER
from referrals.management.commands.restore_drill import logins_of_drill
from referrals.models import Municipality, Person
from tests.harness.app_role import connected_for

MADE_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def identifiers() -> list[str]:
    """The identity numbers of the demo that was dumped."""
    return []


@pytest.fixture(scope="module")
def logins(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Logins:
    """The three roles of the drill, in the test database."""
    with django_db_blocker.unblock():
        return logins_of_drill()


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    identifiers: list[str],
) -> Iterator[Backup]:
    """A demo is saved, dumped and emptied again; the backup remains."""
    with django_db_blocker.unblock():
        registers.load(FOLDER)
        seed(Order(referrals=500, seed=5, until=date(2026, 3, 1)), lambda done: None)
        with scoped(Municipality.objects.values_list("pk", flat=True)), transaction.atomic():
            identifiers += [person.identifier for person in Person.objects.all() if person.identifier]
        source = address_for(Purpose.BACKUP, settings.DATA_DIR, connection.settings_dict["NAME"])
        backup = store.make(tmp_path_factory.mktemp("backups"), source, at=MADE_AT, keep=3)
        with connected_for(Purpose.OWN):
            call_command("flush", interactive=False, verbosity=0)
    yield backup


@pytest.fixture(scope="module")
def copy(made: Backup, logins: Logins) -> Iterator[str]:
    """The backup, restored; nobody changes this one."""
    with drill.restored(made, logins) as name:
        yield name


@pytest.fixture
def spoilt(made: Backup, copy: str, logins: Logins) -> Iterator[Callable[..., list[str]]]:
    """Spoils a copy of the copy by some statements, as its owner; in what it differs from the backup."""
    name = f"{copy}_{secrets.token_hex(2)}"

    def spoil(*statements: str) -> list[str]:
        with logins.owner.connect(autocommit=True) as server:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, copy)))
            )
        with logins.owner.of_database(name).connect() as owner:
            owner.execute("SET LOCAL ergo.data_migration = 'on'")
            for statement in statements:
                owner.execute(statement)
        return drill.compare(made, name, logins)

    yield spoil
    with logins.owner.connect(autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture
def another(made: Backup, tmp_path: Path) -> Backup:
    """A copy of the backup's files, for the tests that spoil them."""
    shutil.copytree(made.folder, tmp_path / made.folder.name)
    return store.opened(tmp_path / made.folder.name)
