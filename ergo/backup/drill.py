"""The restore drill: restore a backup beside the database it came from, compare, and throw the copy away."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from ergo import roles
from ergo.backup import contents
from ergo.backup.address import Address
from ergo.backup.programs import ProgramFailed, fitting
from ergo.backup.store import Backup, BackupFailed

SUFFIX = "_drill_"
CREATE = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
DROP = sql.SQL("DROP DATABASE IF EXISTS {}")
CLOSED_TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relrowsecurity
"""


@dataclass(frozen=True)
class Logins:
    """The three roles of the drill: who restores, who compares, and who must see nothing."""

    owner: Address
    backup: Address
    app: Address


@contextmanager
def restored(backup: Backup, logins: Logins) -> Iterator[str]:
    """A copy of the database in the same server, by its name, dropped at the end.

    Raises BackupFailed when the dump is damaged or does not restore.
    """
    backup.check()
    home = dict(logins.owner.words)["dbname"]
    with logins.owner.connect(autocommit=True) as server:
        _sweep(server, f"{home}{SUFFIX}")
        name = f"{home}{SUFFIX}{server.info.backend_pid}_{secrets.token_hex(3)}"
        try:
            _make_copy(server, name, backup, logins.owner)
            yield name
        finally:
            server.execute(DROP.format(sql.Identifier(name)))  # waits for those who are just leaving


def compare(backup: Backup, name: str, logins: Logins) -> list[str]:
    """In what the copy differs from what was dumped, and what the app sees in it without a scope; a line for each."""
    with logins.backup.of_database(name).connect() as connection:
        found = contents.differences(backup.contents, contents.read(connection))
    return found + _seen_by_app(logins.app.of_database(name))


def _make_copy(server: psycopg.Connection, name: str, backup: Backup, owner: Address) -> None:
    copy, programs = owner.of_database(name), fitting(server.info.server_version // 10000)
    try:
        server.execute(CREATE.format(sql.Identifier(name)))
        with copy.connect(autocommit=True) as connection:
            # Who gives a function away must give it to somebody who may make one; pg_restore is no superuser here.
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {roles.STATS}")
        programs.run("pg_restore", "--exit-on-error", backup.dump, at=copy)
    except (ProgramFailed, psycopg.Error) as error:
        raise BackupFailed(f"{backup.dump} could not be restored: {str(error).splitlines()[0]}") from error


def _seen_by_app(app: Address) -> list[str]:
    lines = []
    with app.connect(autocommit=True) as connection:
        for (table,) in connection.execute(CLOSED_TABLES).fetchall():
            try:
                row = connection.execute(
                    sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
                ).fetchone()
            except psycopg.errors.InsufficientPrivilege:
                continue
            if row and row[0]:
                lines.append(f"{table}: the app sees {row[0]} rows without a scope")
    return lines


def _sweep(server: psycopg.Connection, prefix: str) -> None:
    """Copies that a killed drill left: the session whose number they bear is gone."""
    left = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND split_part(substr(datname, length(%s) + 1), '_', 1) NOT IN (SELECT pid::text FROM pg_stat_activity)",
        [prefix, prefix],
    ).fetchall()
    for (name,) in left:
        server.execute(DROP.format(sql.Identifier(name)))
