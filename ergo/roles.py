"""The roles of the database, by name, the same in the embedded server and in an installation for real.

The serving process never owns a table: it can read and write rows, but not change what the database refuses.
`python -m ergo.roles` prints what a database administrator gives to psql, once.
"""

from collections.abc import Iterator, Mapping

OWNER = "ergo_migrator"
"""Owns and migrates. Only migrations, the making of test databases and the restore drill run as this role."""

APP = "ergo_app"
"""Serves and works off jobs: reads and writes the rows in its scope, owns nothing, may not change tables."""

STATS = "ergo_stats"
"""Nobody logs in as this role: it owns the functions that count over municipalities."""

BACKUP = "ergo_backup"
"""Dumps: reads every row past every policy, and writes none."""

LOGINS = (OWNER, APP, BACKUP)
"""The roles that somebody logs in as; each has a password of its own."""

ATTRIBUTES = {
    OWNER: "LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB",
    APP: "LOGIN NOSUPERUSER NOBYPASSRLS",
    STATS: "NOLOGIN NOSUPERUSER NOBYPASSRLS",
    BACKUP: "LOGIN NOSUPERUSER BYPASSRLS",
}

GRANTS = {
    OWNER: [f"GRANT {STATS} TO {OWNER} WITH INHERIT FALSE, SET TRUE"],
    BACKUP: [f"GRANT pg_read_all_data TO {BACKUP}"],
}

# Who changes tables gives up rather than queue behind a long transaction: all others would queue behind it.
SESSIONS = {
    OWNER: {"lock_timeout": "4s"},
    APP: {"statement_timeout": "20s", "idle_in_transaction_session_timeout": "60s"},
    BACKUP: {"default_transaction_read_only": "on"},
}


def create(role: str, password: str = "") -> list[str]:
    """Statements that make one role. The password must need no quoting."""
    words = f"{ATTRIBUTES[role]} PASSWORD '{password}'" if password else ATTRIBUTES[role]
    return [
        f"CREATE ROLE {role} {words}",
        *(f"ALTER ROLE {role} SET {name} = '{value}'" for name, value in SESSIONS.get(role, {}).items()),
    ]


def create_all(passwords: Mapping[str, str]) -> list[str]:
    """Statements that make all roles in an empty cluster."""
    made = [statement for role in ATTRIBUTES for statement in create(role, passwords.get(role, ""))]
    return [*made, *(grant for role in ATTRIBUTES for grant in GRANTS.get(role, []))]


def add_backup(password: str) -> list[str]:
    """Statements that give a cluster of an earlier version the role it lacks; they may be run again."""
    return [f"DROP ROLE IF EXISTS {BACKUP}", *create(BACKUP, password), *GRANTS[BACKUP]]


def for_administrators() -> Iterator[str]:
    """The lines of a psql script. It asks for the passwords, so that none stands in a file or a log."""
    yield "-- Run as a superuser: python -m ergo.roles | psql --dbname=postgres"
    yield from (f"{statement};" for statement in create_all({}))
    yield from (f"\\password {role}" for role in LOGINS)
    yield f"CREATE DATABASE ergo OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;"


if __name__ == "__main__":
    print("\n".join(for_administrators()))
