"""Who may serve and who may migrate: a role with too much is refused, whatever was configured."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection

from ergo import roles
from ergo.database import Purpose
from ergo.env import ConfigurationError
from ergo.postgresql import rights
from tests.harness.app_role import connected_for

KEYS = {
    "ERGO_SECRET_KEY": "correct horse battery staple" * 2,
    "ERGO_IDENTIFIER_KEYS": f"k1:{'A' * 43}=",
    "ERGO_INDEX_KEY": f"{'A' * 43}=",
    "ERGO_HOSTS": "ergo.example",
}


class Answering:
    """A cursor that answers every question alike."""

    def __init__(self, *answer: Any) -> None:
        self.answer = answer

    def execute(self, query: str, params: Any = None, /) -> None:
        """Asked for nothing."""

    def fetchone(self) -> tuple[Any, ...]:
        return self.answer


@contextmanager
def logged_in(purpose: Purpose) -> Iterator[psycopg.Cursor]:
    """A cursor in the role of a purpose, without what Ergo refuses at the door."""
    with connected_for(purpose):
        connection.settings_dict["IS_HELD_BY_POLICIES"] = False
        with connection.cursor() as cursor:
            yield cursor


@pytest.mark.django_db(transaction=True)
def test_krav_03_the_serving_role_has_no_more_rights_than_it_needs() -> None:
    """The role that serves is no superuser, passes no policy, owns no table and belongs to no other role."""
    with logged_in(Purpose.SERVE) as cursor:
        rights.refuse_too_much(cursor)
        cursor.execute(rights.TOO_MUCH)
        assert cursor.fetchone() == (roles.APP, False, False, False, False, False, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("purpose", "why"),
    [
        (Purpose.OWN, "ergo_migrator, which owns tables and is a member of other roles:"),
        (Purpose.BACKUP, "ergo_backup, which has BYPASSRLS and is a member of other roles:"),
    ],
)
def test_krav_03_a_role_with_more_rights_is_refused(purpose: Purpose, why: str) -> None:
    """Ergo does not serve as the owner of the tables, nor as the role that dumps."""
    with logged_in(purpose) as cursor, pytest.raises(ConfigurationError, match=why):
        rights.refuse_too_much(cursor)


@pytest.mark.parametrize("excess", range(len(rights.EXCESSES)))
def test_krav_03_each_excess_alone_is_enough(excess: int) -> None:
    """A superuser, for one, is refused even where it owns nothing."""
    answers = [number == excess for number in range(len(rights.EXCESSES))]
    with pytest.raises(ConfigurationError, match=f"as admin, which {rights.EXCESSES[excess]}: DATABASE_URL"):
        rights.refuse_too_much(Answering("admin", *answers))


@pytest.mark.django_db(transaction=True)
def test_krav_03_every_new_connection_is_asked() -> None:
    """However the process was started, no connection comes about in a role that policies do not hold."""
    with connected_for(Purpose.OWN):
        connection.settings_dict["IS_HELD_BY_POLICIES"] = True
        with pytest.raises(ConfigurationError, match="does not serve as ergo_migrator"):
            connection.ensure_connection()


@pytest.mark.django_db(transaction=True)
def test_krav_03_the_web_server_stops_at_a_role_with_too_much() -> None:
    """Gunicorn ends, and says in one line why."""
    with connected_for(Purpose.OWN):
        connection.settings_dict["IS_HELD_BY_POLICIES"] = False
        connection.ensure_connection()
        url = "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}&port={PORT}".format(
            **connection.settings_dict
        )
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "DJANGO", "ERGO"))
    }
    result = subprocess.run(
        [sys.executable, "-m", "gunicorn", "ergo.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"],
        cwd=settings.BASE_DIR, env=kept | KEYS | {"DATABASE_URL": url}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    said = [line for line in result.stderr.splitlines() if line.startswith("ergo: ")]
    assert result.returncode != 0
    assert set(said) == {
        "ergo: Ergo does not serve as ergo_migrator, which owns tables and is a member of other roles: "
        "DATABASE_URL is for ergo_app."
    }


@pytest.mark.django_db(transaction=True)
def test_migrations_run_as_the_owner_and_as_nobody_else() -> None:
    with connected_for(Purpose.OWN):
        assert run_checks(tags=["database"], databases=["default"]) == []
    with logged_in(Purpose.BACKUP) as cursor, pytest.raises(ConfigurationError, match="not as ergo_backup"):
        rights.refuse_wrong_owner(cursor)


@pytest.mark.django_db(transaction=True)
def test_migrations_stop_where_a_role_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(roles.ATTRIBUTES, "ergo_nobody", "NOLOGIN")
    with (
        connected_for(Purpose.OWN),
        pytest.raises(ConfigurationError, match="no role ergo_nobody: make it with"),
    ):
        run_checks(tags=["database"], databases=["default"])


def test_an_administrator_is_given_a_script_without_passwords() -> None:
    script = list(roles.for_administrators())
    for role in roles.ATTRIBUTES:
        assert sum(line.startswith(f"CREATE ROLE {role} ") for line in script) == 1
    assert "GRANT pg_read_all_data TO ergo_backup;" in script
    assert not [line for line in script if " PASSWORD " in line]
    assert [line for line in script if line.startswith("\\password")] == [
        "\\password ergo_migrator", "\\password ergo_app", "\\password ergo_backup",
    ]  # fmt: skip
