"""What must hold of the database before pages are served from it: it answers, and its walls stand."""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ergo.env import ConfigurationError
from ergo.postgresql import walls
from ergo.postgresql.rights import refuse_too_much


def role_fault() -> str:
    """Why the role of this process is too much for serving; empty when it is not."""
    try:
        with connection.cursor() as cursor:
            refuse_too_much(cursor)
    except ConfigurationError as error:
        return str(error)
    return ""


def walls_fault(meant: walls.Walls) -> str:
    """What of the walls is not as meant; empty when they stand."""
    return ", ".join(walls.faults(meant))


def migrations_fault() -> str:
    """How many migrations of this version the database lacks; empty when none."""
    missing = names_of_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    return f"{len(missing)} migrations are missing" if missing else ""


@cache
def names_of_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of this version; they do not change while it runs."""
    return frozenset(MigrationLoader(None).disk_migrations)
