"""Whose rights a process has, and how an address is read."""

from pathlib import Path

import psycopg
import pytest
from django.db import NotSupportedError, OperationalError

from ergo import database
from ergo.database import Purpose
from ergo.env import ConfigurationError
from ergo.postgresql.base import CannotConnect

DATA = Path("/srv/ergo/.data")
APP_URL = "postgresql://ergo_app:p%40ss@db.example:5433/ergo?sslmode=require"
OWNER_URL = "postgresql://ergo_migrator:secret@db.example/ergo"
BACKUP_URL = "postgresql://ergo_backup:secret@db.example/ergo"


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests begin without a database address, whatever the machine has."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


@pytest.mark.parametrize(
    ("words", "purpose"),
    [
        ("manage.py migrate", Purpose.OWN),
        ("manage.py makemigrations --check", Purpose.OWN),
        ("/srv/ergo/manage.py flush", Purpose.OWN),
        ("manage.py load_registers", Purpose.WORK),
        ("manage.py", Purpose.WORK),
        ("manage.py runserver", Purpose.SERVE),
        ("manage.py demo --port 8000", Purpose.SERVE),
        ("/srv/ergo/.venv/bin/gunicorn ergo.wsgi", Purpose.SERVE),
        ("gunicorn migrate", Purpose.SERVE),
        ("/lib/gunicorn/__main__.py ergo.wsgi", Purpose.SERVE),
        ("/lib/django/__main__.py migrate", Purpose.OWN),
    ],
)
def test_only_what_changes_tables_runs_as_the_owner(words: str, purpose: Purpose) -> None:
    assert database.purpose_of(words.split()) is purpose


@pytest.mark.parametrize(
    ("purpose", "role"),
    [
        (Purpose.OWN, "ergo_migrator"),
        (Purpose.WORK, "ergo_app"),
        (Purpose.SERVE, "ergo_app"),
        (Purpose.BACKUP, "ergo_backup"),
    ],
)
def test_without_an_address_the_embedded_server_is_used_in_the_right_role(
    purpose: Purpose, role: str
) -> None:
    found = database.settings_for(purpose, DATA)
    assert (found["USER"], found["EMBEDDED"]) == (role, str(DATA))


def test_an_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", APP_URL)
    found = database.settings_for(Purpose.SERVE, DATA)
    assert "EMBEDDED" not in found
    assert [found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "ergo_app", "p@ss", "db.example", "5433", "ergo",
    ]  # fmt: skip
    assert found["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout" in found["OPTIONS"]["options"]


def test_each_purpose_has_its_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", APP_URL)
    monkeypatch.setenv("DATABASE_OWNER_URL", OWNER_URL)
    monkeypatch.setenv("DATABASE_BACKUP_URL", BACKUP_URL)
    roles = [database.settings_for(purpose, DATA)["USER"] for purpose in Purpose]
    assert roles == ["ergo_migrator", "ergo_app", "ergo_app", "ergo_backup"]


@pytest.mark.parametrize(
    ("purpose", "variable"), [(Purpose.OWN, "DATABASE_OWNER_URL"), (Purpose.BACKUP, "DATABASE_BACKUP_URL")]
)
def test_the_apps_address_is_not_enough_to_migrate_or_to_dump(
    purpose: Purpose, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", APP_URL)
    with pytest.raises(ConfigurationError, match=f"{variable} is not set"):
        database.settings_for(purpose, DATA)
    assert database.settings_for(Purpose.SERVE, DATA)["USER"] == "ergo_app"


@pytest.mark.parametrize("variable", ["DATABASE_OWNER_URL", "DATABASE_BACKUP_URL"])
def test_another_address_without_the_apps_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, OWNER_URL)
    with pytest.raises(ConfigurationError, match="set both, or neither"):
        database.settings_for(Purpose.SERVE, DATA)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:s3cret@host/ergo",
        "me:s3cret@host/ergo",
        "postgresql://me:s3cret@host",
        "postgresql://me:s3cret@host:port/ergo?nonsense=1",
        "postgresql://me:s3%ret@host/ergo",
    ],
    ids=["other engine", "no scheme", "no database", "unknown option", "bad escape"],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ConfigurationError, match="postgresql://user:password@host") as caught:
        database.settings_for(Purpose.SERVE, DATA)
    assert "s3" not in str(caught.value)


def test_advice_is_given_for_a_database_out_of_reach() -> None:
    error = OperationalError("connection failed: Connection refused\n\tIs the server running?\n")
    error.__cause__ = CannotConnect()
    assert database.advice(error) == (
        "Cannot connect to the database: Connection refused (start it, or correct DATABASE_URL)"
    )


def test_advice_is_given_for_an_old_postgresql() -> None:
    error = NotSupportedError("PostgreSQL 16 or later is required (found 15.18).")
    assert database.advice(error) == "DATABASE_URL: PostgreSQL 16 or later is required (found 15.18)."


def test_no_advice_is_given_for_a_fault_of_ours() -> None:
    error = OperationalError("canceling statement due to statement timeout")
    error.__cause__ = psycopg.OperationalError()
    assert database.advice(error) is None
