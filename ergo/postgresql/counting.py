"""Functions that count over every municipality, as an operation for migrations.

Whoever reads figures of a county or the nation has no municipality in scope, and sees no row. These functions belong
to a role that sees every row and that nobody logs in as; they hand out counts, never a row. What has been counted once
the same role keeps in tables of its own.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations

from ergo import roles
from ergo.postgresql.policies import EVERYTHING, Statements

# With the path of the function itself no table or operator of the caller's can take the place of ours.
FOR_THE_APP = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"


class CountingFunction(migrations.RunSQL):
    """A query with arguments, run as the role that sees every row. Tables and functions of ours are named with schema.

    `signature`: the name, and the arguments with their types. `columns`: what it returns, one row for each group.
    `is_private`: a step of the others, which the app itself cannot call and PostgreSQL folds into their plans.
    """

    def __init__(self, signature: str, columns: str, query: str, *, is_private: bool = False) -> None:
        self.arguments, self.is_private = [signature, columns, query], is_private
        body = (
            f"RETURNS TABLE ({columns}) LANGUAGE sql STABLE PARALLEL SAFE"
            f" {'' if is_private else FOR_THE_APP} AS $counting${query}$counting$"
        )
        super().__init__(
            _create(signature, body, is_private=is_private), f"DROP FUNCTION {_named(signature)}"
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """How a migration names this operation."""
        return type(self).__name__, self.arguments, {"is_private": self.is_private}

    def describe(self) -> str:
        """The operation in words, for `migrate --plan`."""
        return f"Count with {self.arguments[0]}"


class KeepingFunction(migrations.RunSQL):
    """A procedure in plpgsql by which the counting role keeps what it has counted; the app may call it.

    `returns`: the type of its answer. Each of its statements sees what was committed before that statement began.
    """

    def __init__(self, signature: str, returns: str, body: str) -> None:
        self.arguments = [signature, returns, body]
        definition = f"RETURNS {returns} LANGUAGE plpgsql {FOR_THE_APP} AS $keeping${body}$keeping$"
        super().__init__(
            _create(signature, definition, is_private=False), f"DROP FUNCTION {_named(signature)}"
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """How a migration names this operation."""
        return type(self).__name__, self.arguments, {}

    def describe(self) -> str:
        """The operation in words, for `migrate --plan`."""
        return f"Keep counts with {self.arguments[0]}"


class KeptTable(migrations.RunSQL):
    """A table of true counts: the counting role fills and reads it, and the app has no right in it at all."""

    def __init__(self, table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
        self.table, self.options = table, {"grants": grants}
        super().__init__(
            [f"REVOKE ALL ON {table} FROM {roles.APP}", f"GRANT {grants} ON {table} TO {roles.STATS}"],
            [f"REVOKE ALL ON {table} FROM {roles.STATS}", f"GRANT {EVERYTHING} ON {table} TO {roles.APP}"],
        )

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """How a migration names this operation."""
        return type(self).__name__, [self.table], self.options

    def describe(self) -> str:
        """The operation in words, for `migrate --plan`."""
        return f"Close {self.table} to all but the counting role"


def _create(signature: str, definition: str, *, is_private: bool) -> Statements:
    named = _named(signature)
    statements: Statements = [
        f"CREATE FUNCTION public.{signature} {definition}",
        f"REVOKE ALL ON FUNCTION {named} FROM PUBLIC",
    ]
    if not is_private:
        statements.append(f"GRANT EXECUTE ON FUNCTION {named} TO {roles.APP}")
    return [
        *statements,
        # Whom a function is given to must be allowed to make one: for this moment only.
        f"GRANT CREATE ON SCHEMA public TO {roles.STATS}",
        f"ALTER FUNCTION {named} OWNER TO {roles.STATS}",
        f"REVOKE CREATE ON SCHEMA public FROM {roles.STATS}",
    ]


def _named(signature: str) -> str:
    """The function as statements about it name it; names of arguments may stand there."""
    return f"public.{signature}"
