"""Which PostgreSQL a process talks to, and as whom.

One connection, `default`; its role follows from what the process is for. Migrations and the making of test
databases run as the owner, everything else as the app. A second alias would be a second connection, whose
uncommitted rows the first does not see. Backups are dumped past Django, as a role of their own.
"""

from enum import Enum
from pathlib import Path
from typing import Any

import psycopg
from django.db import Error, NotSupportedError
from psycopg.conninfo import conninfo_to_dict

from ergo import env, roles
from ergo.env import ConfigurationError
from ergo.postgresql.base import CannotConnect

KEEP_CONNECTION_SECONDS = 600
CONNECT_SECONDS = 10

COMMAND_LINES = frozenset({"manage.py", "django-admin", "django/__main__.py"})
OWNER_COMMANDS = frozenset(
    {
        "migrate",
        "makemigrations",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
        "flush",
        "sqlflush",
        "test",
    }
)
SERVING_COMMANDS = frozenset({"runserver", "demo"})

URL_SCHEMES = ("postgresql://", "postgres://")
URL_FORM = "postgresql://user:password@host:5432/database"


class Purpose(Enum):
    """What a process wants of the database."""

    OWN = "changes tables"
    WORK = "a command that may take its time"
    SERVE = "pages, for which nobody waits long"
    BACKUP = "reads everything, to dump it"


ROLES = {
    Purpose.OWN: roles.OWNER,
    Purpose.WORK: roles.APP,
    Purpose.SERVE: roles.APP,
    Purpose.BACKUP: roles.BACKUP,
}
ADDRESSES = {Purpose.OWN: "DATABASE_OWNER_URL", Purpose.BACKUP: "DATABASE_BACKUP_URL"}
"""The variables of those who hold more than the app does; nobody else is given these passwords."""

# What a role sets for itself (ergo.roles) is said again: not every administrator of a database has run it all.
SESSION_SETTINGS = {
    Purpose.OWN: "-c lock_timeout=4s",
    Purpose.WORK: "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
    Purpose.SERVE: "-c statement_timeout=20s -c idle_in_transaction_session_timeout=60s",
    Purpose.BACKUP: "-c default_transaction_read_only=on",
}


def purpose_of(arguments: list[str]) -> Purpose:
    """What this process is for, from its command line: a command of manage.py, or else a web server.

    Started by `python -m`, a program is a __main__.py, and only its folder tells which: Django's or gunicorn's.
    """
    program = Path(arguments[0])
    name = f"{program.parent.name}/{program.name}" if program.name == "__main__.py" else program.name
    if name not in COMMAND_LINES:
        return Purpose.SERVE
    command = arguments[1] if len(arguments) > 1 else ""
    if command in OWNER_COMMANDS:
        return Purpose.OWN
    return Purpose.SERVE if command in SERVING_COMMANDS else Purpose.WORK


def settings_for(purpose: Purpose, data_dir: Path) -> dict[str, Any]:
    """Django's settings of the one connection: from DATABASE_URL, else the embedded server.

    Raises ConfigurationError when an address cannot be understood.
    """
    login = login_for(purpose, data_dir)
    session = {"connect_timeout": CONNECT_SECONDS, "options": SESSION_SETTINGS[purpose]}
    return login | {
        "ENGINE": "ergo.postgresql",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": KEEP_CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": session | login.get("OPTIONS", {}),
        "OWNS_TABLES": purpose is Purpose.OWN,
        "IS_HELD_BY_POLICIES": ROLES[purpose] == roles.APP,
    }


def login_for(purpose: Purpose, data_dir: Path) -> dict[str, Any]:
    """Where to connect and as whom. Raises ConfigurationError when the address of this purpose is not set."""
    url = env.secret("DATABASE_URL")
    others = {other: env.secret(variable) for other, variable in ADDRESSES.items()}
    if not url and (lonely := [ADDRESSES[other] for other in others if others[other]]):
        raise ConfigurationError(f"{lonely[0]} is set, DATABASE_URL is not: set both, or neither.")
    if not url:
        return {"NAME": "ergo", "USER": ROLES[purpose], "EMBEDDED": str(data_dir)}
    if purpose not in ADDRESSES:
        return parsed(url, "DATABASE_URL")
    if not others[purpose]:
        raise ConfigurationError(
            f"{ADDRESSES[purpose]} is not set: what {purpose.value} runs as {ROLES[purpose]}, not as the app."
        )
    return parsed(others[purpose], ADDRESSES[purpose])


def parsed(url: str, variable: str) -> dict[str, Any]:
    """A database address in Django's words. Raises ConfigurationError, without showing the password in it."""
    if not url.startswith(URL_SCHEMES):
        raise ConfigurationError(f"{variable} must be the address of a PostgreSQL: {URL_FORM}.")
    try:
        words: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        words = {}
    if "dbname" not in words:
        raise ConfigurationError(
            f"{variable} cannot be understood: write {URL_FORM}, special characters of the password as %XX."
        )
    return {
        "NAME": words.pop("dbname"),
        "USER": words.pop("user", ""),
        "PASSWORD": words.pop("password", ""),
        "HOST": words.pop("host", ""),
        "PORT": words.pop("port", ""),
        "OPTIONS": words,
    }


def advice(error: Error) -> str | None:
    """One line for a database that cannot be used at all; None for any other error: that is our fault."""
    if isinstance(error, NotSupportedError):
        return f"DATABASE_URL: {error}"
    if isinstance(error.__cause__, CannotConnect):
        reason = str(error).strip().splitlines()[0].removeprefix("connection failed: ").rstrip(".")
        return f"Cannot connect to the database: {reason} (start it, or correct DATABASE_URL)"
    return None
