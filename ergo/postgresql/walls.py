"""Whether the walls stand: every table with a municipality is closed, and by the policies that were meant for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import connection

from ergo.postgresql.policies import DATA_MIGRATION, TENANT, Policy

OF_EVERY_TABLE = frozenset({TENANT, DATA_MIGRATION})

# Everything that names a municipality, whether it has a policy or not. A view holds with the policies of whoever asks.
TABLES = """
SELECT relname, CASE relkind WHEN 'v' THEN COALESCE(reloptions @> ARRAY['security_invoker=true'], false)
                             ELSE relrowsecurity AND relforcerowsecurity END, relkind = 'v',
    CASE WHEN relkind = 'v' AND reloptions @> ARRAY['security_barrier=true'] THEN pg_get_viewdef(c.oid) END
FROM pg_class AS c
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = 'public'::regnamespace AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'municipality_id' AND NOT attisdropped)
ORDER BY relname
"""
POLICIES = """
SELECT tablename, policyname, cmd, array_to_string(roles, ', '), COALESCE(qual, ''), COALESCE(with_check, ''),
    permissive = 'RESTRICTIVE'
FROM pg_policies WHERE schemaname = 'public'
"""
# How PostgreSQL writes a condition down, and we do not: casts, brackets, the name of a column of a sub-select, and in a
# view the table that a column is of.
WORDING = re.compile(r"::\w+(\[\])?|\bas string_to_array\b|[\s()]")
TABLE_OF_COLUMN = re.compile(r"\b\w+\.(?=municipality_id\b)")


@dataclass(frozen=True)
class OwnersView:
    """A view that reads with its owner's rights: why it does, and the condition that it must itself hold rows to."""

    reason: str
    condition: str


@dataclass(frozen=True)
class Walls:
    """What is meant: the tables that name a municipality and are open all the same, each with the reason, the policies
    that a table has besides those of every table, and the views that are not held by the policies of whoever asks.
    """

    open_tables: Mapping[str, str]
    besides: Mapping[str, frozenset[Policy]]
    owners_views: Mapping[str, OwnersView]


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
    for table, is_closed, is_view, behind_barrier in tables:
        if not (is_closed or (is_view and _holds(walls.owners_views.get(table), behind_barrier))):
            told.append(f"{table} is open")
        if not is_view:
            meant = {_plain(policy) for policy in OF_EVERY_TABLE | walls.besides.get(table, frozenset())}
            told += _differences(table, meant, found.get(table, set()))
    return told


def _differences(table: str, meant: set[Policy], found: set[Policy]) -> list[str]:
    names = sorted({policy.name for policy in meant ^ found})
    return [f"{table} has another policy {name} than meant" for name in names]


def _holds(view: OwnersView | None, behind_barrier: str | None) -> bool:
    """Whether a view of the owner's is meant to be there, has its barrier, and asks what it should before that."""
    if view is None or behind_barrier is None:
        return False
    return f"where{_worded(view.condition)}" in _worded(TABLE_OF_COLUMN.sub("", behind_barrier))


def _plain(policy: Policy) -> Policy:
    return replace(policy, using=_worded(policy.using), check=_worded(policy.check))


def _worded(condition: str) -> str:
    return WORDING.sub("", condition.casefold())
