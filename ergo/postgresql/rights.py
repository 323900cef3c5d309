"""Whether the roles are what the walls between municipalities need: too much in one, and no policy holds.

Asked at each new connection that serves, and before each migration, so that no way of starting goes past it.
"""

from typing import Any, Protocol

from django.core.checks import CheckMessage
from django.db.backends.base.validation import BaseDatabaseValidation

from ergo import roles
from ergo.env import ConfigurationError

HOW_TO_MAKE_ROLES = "make it with `python -m ergo.roles` (docs/operations.md)"

# What a role may be that is too much for serving, in the order of the columns of TOO_MUCH.
EXCESSES = (
    "is a superuser",
    "has BYPASSRLS",
    "may make roles",
    "may replicate",
    "owns tables",
    "is a member of other roles",
)
TOO_MUCH = """
SELECT current_user::text, rolsuper, rolbypassrls, rolcreaterole, rolreplication,
       EXISTS (SELECT FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace
               WHERE relowner = role.oid AND relkind IN ('r', 'p', 'v', 'm') AND nspname !~ '^pg_(temp|toast)'),
       EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid)
FROM pg_roles AS role WHERE rolname = current_user
"""

MISSING = (
    "SELECT name FROM unnest(%s::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)"
)
OWNER_AND_STATS = "SELECT current_user::text, pg_has_role(current_user, %s, 'SET')"


class Cursor(Protocol):
    """What is asked of a cursor here, psycopg's or Django's."""

    def execute(self, query: str, params: Any = None, /) -> Any: ...

    def fetchone(self) -> Any: ...


def refuse_too_much(cursor: Cursor) -> None:
    """Raises ConfigurationError when the role is more than serving needs: policies would not hold for it."""
    cursor.execute(TOO_MUCH)
    name, *answers = cursor.fetchone()
    if excesses := [excess for excess, is_so in zip(EXCESSES, answers, strict=True) if is_so]:
        raise ConfigurationError(
            f"Ergo does not serve as {name}, which {' and '.join(excesses)}: DATABASE_URL is for {roles.APP}."
        )


def refuse_wrong_owner(cursor: Cursor) -> None:
    """Raises ConfigurationError when a migration would run without the roles that it grants to, or as another role."""
    cursor.execute(MISSING, [list(roles.ATTRIBUTES)])
    if missing := cursor.fetchone():
        raise ConfigurationError(f"The database has no role {missing[0]}: {HOW_TO_MAKE_ROLES}.")
    cursor.execute(OWNER_AND_STATS, [roles.STATS])
    name, may_become_stats = cursor.fetchone()
    if name != roles.OWNER:
        raise ConfigurationError(
            f"Migrations run as {roles.OWNER}, not as {name}: correct DATABASE_OWNER_URL."
        )
    if not may_become_stats:
        raise ConfigurationError(f"{name} is no member of {roles.STATS}: {roles.GRANTS[roles.OWNER][0]}.")


class DatabaseValidation(BaseDatabaseValidation):
    """Django asks this before `migrate`, and in `check --database default`."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing, or ConfigurationError: one line, where Django's own messages would be six."""
        if self.connection.settings_dict.get("OWNS_TABLES"):
            with self.connection.cursor() as cursor:
                refuse_wrong_owner(cursor)
        return []
