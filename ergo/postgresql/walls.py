"""Whether the walls stand: every table with a municipality is closed, and by the policies that were meant for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from ergo.postgresql.policies import DATA_MIGRATION, TENANT, Policy

OF_EVERY_TABLE = frozenset({TENANT, DATA_MIGRATION})

# Everything that names a municipality, whether it has a policy or not. A view holds with the policies of whoever asks.
TABLES = """
SELECT relname, CASE relkind WHEN 'v' THEN COALESCE(reloptions @> ARRAY['security_invoker=true'], false)
                             ELSE relrowsecurity AND relforcerowsecurity END, relkind = 'v'
FROM pg_class AS c
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = 'public'::regnamespace AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'municipality_id' AND NOT attisdropped)
ORDER BY relname
"""
POLICIES = """
SELECT tablename, policyname, cmd, array_to_string(roles, ', '), COALESCE(qual, ''), COALESCE(with_check, '')
FROM pg_policies WHERE schemaname = 'public' AND permissive = 'PERMISSIVE'
"""
# How PostgreSQL writes a condition down, and we do not: casts, brackets, the name of a column of a sub-select.
WORDING = re.compile(r"::\w+(\[\])?|\bas string_to_array\b|[\s()]")


@dataclass(frozen=True)
class Walls:
    """What is meant: the tables that name a municipality and are open all the same, each with the reason, and the
    policies that a table has besides those of every table.
    """

    open_tables: Mapping[str, str]
    besides: Mapping[str, frozenset[Policy]]


def faults(walls: Walls) -> list[str]:
    """What the database has otherwise than meant, table by table; empty when the walls stand."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [row for row in cursor.fetchall() if row[0] not in walls.open_tables]
        cursor.execute(POLICIES)
        found: dict[str, set[Policy]] = {}
        for table, *policy in cursor.fetchall():
            found.setdefault(table, set()).add(_plain(Policy(*policy)))
    told = [] if tables else ["no table is closed"]
    for table, is_closed, is_view in tables:
        if not is_closed:
            told.append(f"{table} is open")
        if not is_view:
            meant = {_plain(policy) for policy in OF_EVERY_TABLE | walls.besides.get(table, frozenset())}
            told += _differences(table, meant, found.get(table, set()))
    return told


def _differences(table: str, meant: set[Policy], found: set[Policy]) -> list[str]:
    names = sorted({policy.name for policy in meant ^ found})
    return [f"{table} has another policy {name} than meant" for name in names]


def _plain(policy: Policy) -> Policy:
    using, check = (WORDING.sub("", condition.casefold()) for condition in (policy.using, policy.check))
    return Policy(policy.name, policy.command, policy.role, using, check)
