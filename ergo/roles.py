"""The roles of the database, by name, the same in the embedded server and in an installation for real.

The serving process never owns a table: it can read and write rows, but not change what the database refuses.
"""

OWNER = "ergo_migrator"
"""Owns and migrates. Only migrations and the making of test databases run as this role."""

APP = "ergo_app"
"""Serves: reads and writes rows, owns nothing, may not change tables."""

STATS = "ergo_stats"
"""Nobody logs in as this role: it will own the functions that count over municipalities."""


def create_roles(owner_password: str, app_password: str) -> list[str]:
    """Statements that make the roles in an empty cluster. The passwords must need no quoting."""
    return [
        f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB PASSWORD '{owner_password}'",
        f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{app_password}'",
        f"CREATE ROLE {STATS} NOLOGIN NOSUPERUSER NOBYPASSRLS",
        f"GRANT {STATS} TO {OWNER} WITH INHERIT FALSE, SET TRUE",
    ]
