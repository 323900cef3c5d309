"""How psycopg and PostgreSQL's own programs reach a database in one of our roles."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from ergo.database import CONNECT_SECONDS, Purpose, login_for
from ergo.embedded import shared_server
from ergo.env import ConfigurationError


@dataclass(frozen=True)
class Address:
    """A database, and a role in it. `words` are libpq's, without the password."""

    words: tuple[tuple[str, str], ...]
    password: str = field(repr=False)

    def of_database(self, name: str) -> "Address":
        """The same role in another database of the same server."""
        return replace(self, words=tuple((dict(self.words) | {"dbname": name}).items()))

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection of our own, past Django. Raises ConfigurationError when none comes about."""
        words: dict[str, Any] = dict(self.words)
        try:
            return psycopg.connect(**words, password=self.password, **options)
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigurationError(
                f"Cannot connect to the database as {words['user']}: {reason}"
            ) from error

    def conninfo(self) -> str:
        """What a program is told on its command line, which everybody on the machine can read: no password."""
        words: dict[str, Any] = dict(self.words)
        return make_conninfo("", **words)

    def environment(self) -> dict[str, str]:
        """What it is told besides: the password, and nothing else of PostgreSQL's that happens to be set."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return kept | {"PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"}


def address_for(purpose: Purpose, data_dir: Path, name: str) -> Address:
    """Where the database of this name is reached in the role of a purpose. Starts the embedded server if need be.

    Raises ConfigurationError when the purpose has no address.
    """
    login = login_for(purpose, data_dir)
    words = {"dbname": name, "user": login["USER"], "connect_timeout": str(CONNECT_SECONDS)}
    if "EMBEDDED" in login:
        share = shared_server(data_dir).login(login["USER"])
        words |= {"host": share.host, "port": str(share.port)}
        return Address(tuple(words.items()), share.password)
    given = {"host": login["HOST"], "port": str(login["PORT"])} | login["OPTIONS"]
    return Address(
        tuple((words | {key: value for key, value in given.items() if value}).items()), login["PASSWORD"]
    )
