"""The database of a measurement: emptied, filled, and twin tables to copy into without any of our code."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction

from ergo.database import Purpose
from referrals.importers import registers
from referrals.importers.register_files import FOLDER
from referrals.models import (
    Contact,
    Municipality,
    Person,
    PreliminaryReply,
    Referral,
    ReferralEvent,
    WaitPause,
)
from tests.harness.ambient import reach
from tests.harness.app_role import connected_for

TABLES = [
    model._meta.db_table for model in (Person, Referral, WaitPause, Contact, PreliminaryReply, ReferralEvent)
]
COUNTING = r"ergo_(?:count_\w+|waiting|first_years\w*)"
WITH_TWIN = re.compile(rf"\b({'|'.join(TABLES)}|{COUNTING})\b")
# What makes a counting function pass the policies of its caller.
AS_ITS_OWNER = re.compile(r" SECURITY DEFINER|\n SET search_path TO [^\n]*")
KEPT = {"django_migrations"}


@dataclass(frozen=True)
class Dump:
    """The rows of one table as COPY writes them; generated columns are left out."""

    table: str
    columns: str
    rows: int
    content: bytes


def start_afresh() -> None:
    """Empty every table, which only their owner may, and load the registers."""
    models = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    tables = {model._meta.db_table for model in models} - KEPT
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} RESTART IDENTITY CASCADE")
    registers.load(FOLDER)
    reach(Municipality.objects.values_list("pk", flat=True))


def dumps() -> list[Dump]:
    """All rows of persons, referrals and what belongs to them, in the order they can be copied."""
    return [_dump(table) for table in TABLES]


def _dump(table: str) -> Dump:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        columns = cursor.fetchone()[0]
        with cursor.copy(f"COPY (SELECT {columns} FROM {table} ORDER BY id) TO STDOUT") as copy:
            content = b"".join(bytes(part) for part in copy)
    return Dump(table, columns, content.count(b"\n"), content)


@contextmanager
def twins() -> Iterator[None]:
    """Tables twin_… with the same columns, indexes, checks, foreign keys and triggers, and no policies.

    And twins of the counting functions, which count in those tables as whoever calls them.
    """
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")
        for table in TABLES:
            for statement in _foreign_keys(cursor, table) + _triggers(cursor, table):
                cursor.execute(among_twins(statement))
        for definition in _counting_functions(cursor):
            cursor.execute(AS_ITS_OWNER.sub("", among_twins(definition)))
    try:
        yield
    finally:
        with connected_for(Purpose.OWN), connection.cursor() as cursor:
            for function in _twin_functions(cursor):
                cursor.execute(f"DROP FUNCTION {function}")
            cursor.execute(f"DROP TABLE {', '.join(f'twin_{table}' for table in TABLES)}")


def _foreign_keys(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT format('ALTER TABLE %%s ADD %%s', conrelid::regclass, pg_get_constraintdef(oid))"
        " FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    return [statement for (statement,) in cursor.fetchall()]


def _triggers(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [table],
    )
    return [statement for (statement,) in cursor.fetchall()]


def _counting_functions(cursor) -> list[str]:
    """In the order in which they were made, since some call others."""
    cursor.execute(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proowner = 'ergo_stats'::regrole AND proname ~ %s"
        " ORDER BY oid",
        [f"^{COUNTING}$"],
    )
    return [definition for (definition,) in cursor.fetchall()]


def _twin_functions(cursor) -> list[str]:
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE starts_with(proname, 'twin_') ORDER BY oid DESC"
    )
    return [signature for (signature,) in cursor.fetchall()]


def among_twins(statement: str) -> str:
    """The statement with every table and function that has a twin replaced by it."""
    return WITH_TWIN.sub(r"twin_\g<0>", statement.replace("public.", ""))


def analyze_twins() -> None:
    """Let the planner know them as it knows the tables."""
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(f'twin_{table}' for table in TABLES)}")


def copy_into_twins(found: list[Dump]) -> None:
    """Raw COPY of everything in one transaction: what no code of ours can beat."""
    with transaction.atomic(), connection.cursor() as cursor:
        for dump in found:
            with cursor.copy(f"COPY twin_{dump.table} ({dump.columns}) FROM STDIN") as copy:
                copy.write(dump.content)


def empty_twins() -> None:
    """Take the copied rows away again."""
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'twin_{table}' for table in TABLES)}")
