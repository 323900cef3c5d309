"""Row-level security, as operations for migrations: one policy, in the same words, for every table of a municipality.

The scope that the policies ask for is sent by `ergo.postgresql.base`. A sub-select, because PostgreSQL then reads the
setting once for a query and not for every row; `string_to_array`, because a setting that has ended is an empty string;
CASE, because a condition that could use an index misleads the planner: it guesses at ten municipalities, and reads all
rows of one where the index behind the query's own filter would find the one row. The policy only checks what is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import migrations

from ergo import roles

IN_SCOPE = (
    "CASE WHEN municipality_id = ANY"
    " ((SELECT string_to_array(current_setting('ergo.{}', true), ',')::bigint[])::bigint[])"
    " THEN true ELSE false END"
)
OF_ITS_CASES = IN_SCOPE.format("municipality_ids")
OF_ITS_LOGS = f"{OF_ITS_CASES} OR {IN_SCOPE.format('log_municipality_ids')}"

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
APPEND = "SELECT, INSERT"

Statements = list[str | tuple[str, Any]]


@dataclass(frozen=True)
class Policy:
    """One policy that lets rows through: to whom, for which command, which may be read and which may be written.

    `narrows`: it lets none through, and holds back of those that others let through (RESTRICTIVE).
    """

    name: str
    command: str
    role: str
    using: str = ""
    check: str = ""
    narrows: bool = False

    def create(self, table: str) -> str:
        """The statement that makes it."""
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        kind = " AS RESTRICTIVE" if self.narrows else ""
        return f"CREATE POLICY {self.name} ON {table}{kind} FOR {self.command} TO {self.role}{using}{check}"


TENANT = Policy("tenant", "ALL", "public", OF_ITS_CASES, OF_ITS_CASES)
DATA_MIGRATION = Policy(
    "data_migration", "ALL", roles.OWNER, "current_setting('ergo.data_migration', true) = 'on'"
)
# Of whoever is signed in only their own; nobody is signed in where a job or a command goes through a municipality.
IS_OWN = (
    "CASE WHEN nullif(current_setting('ergo.user_id', true), '') IS NULL THEN true"
    " ELSE user_id = nullif(current_setting('ergo.user_id', true), '')::bigint END"
)
OWN = Policy("own", "ALL", "public", IS_OWN, IS_OWN, narrows=True)
COUNTED = Policy("counted", "SELECT", roles.STATS, "true")


def readable_where(condition: str) -> Policy:
    """Rows that may be read where the condition holds, besides those of TENANT."""
    return Policy("readable", "SELECT", "public", condition)


class TenantTable(migrations.RunSQL):
    """Close a table that has `municipality_id` to whoever has not that municipality in scope, its owner included.

    `grants`: what the app may do with rows in scope. `readable`: the condition for reading, where it is wider than
    the one for writing. A data migration says `SET LOCAL ergo.data_migration = 'on'`, or it changes no row at all; the
    same words do nothing for the app. `counted`: the owner of the counting functions reads every row.
    """

    def __init__(
        self, table: str, *, grants: str = EVERYTHING, readable: str = OF_ITS_CASES, counted: bool = False
    ) -> None:
        self.table = table
        self.options: dict[str, Any] = {"grants": grants, "readable": readable, "counted": counted}
        super().__init__(_close(table, grants, readable, counted), _open(table))

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """How a migration names this operation."""
        return type(self).__name__, [self.table], self.options

    def describe(self) -> str:
        """The operation in words, for `migrate --plan`."""
        return f"Close {self.table} to all but the municipalities in scope"


def _close(table: str, grants: str, readable: str, counted: bool) -> Statements:
    statements: Statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        TENANT.create(table),
        DATA_MIGRATION.create(table),
        f"REVOKE ALL ON {table} FROM {roles.APP}",
        f"GRANT {grants} ON {table} TO {roles.APP}",
    ]
    if readable != OF_ITS_CASES:
        statements.append(readable_where(readable).create(table))
    if counted:
        statements += [COUNTED.create(table), f"GRANT SELECT ON {table} TO {roles.STATS}"]
    return statements


def _open(table: str) -> Statements:
    policies = ("tenant", "data_migration", "readable", "counted")
    return [
        *(f"DROP POLICY IF EXISTS {policy} ON {table}" for policy in policies),
        f"REVOKE ALL ON {table} FROM {roles.STATS}",
        f"GRANT {EVERYTHING} ON {table} TO {roles.APP}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]


class OwnRows(migrations.RunSQL):
    """Close a table that is closed to other municipalities (TenantTable) to all other users, too."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(OWN.create(table), f"DROP POLICY {OWN.name} ON {table}")

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """How a migration names this operation."""
        return type(self).__name__, [self.table], {}

    def describe(self) -> str:
        """The operation in words, for `migrate --plan`."""
        return f"Close {self.table} to all but the user of the row"


class SameMunicipality(migrations.RunSQL):
    """A row may only point at a row of its own municipality: foreign keys are checked past every policy.

    `child.column` names a row of `parent`, which has UNIQUE (municipality_id, id).
    """

    def __init__(self, child: str, column: str, parent: str) -> None:
        self.arguments = [child, column, parent]
        name = f"{child.removeprefix('referrals_')}_{column.removesuffix('_id')}_same_municipality"
        super().__init__(
            f"ALTER TABLE {child} ADD CONSTRAINT {name} FOREIGN KEY (municipality_id, {column})"
            f" REFERENCES {parent} (municipality_id, id) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE {child} DROP CONSTRAINT {name}",
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """How a migration names this operation."""
        return type(self).__name__, self.arguments, {}
