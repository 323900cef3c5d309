"""The system user the embedded server runs as: whoever started Ergo, but never root: PostgreSQL refuses."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ergo.env import ConfigurationError

INSTEAD_OF_ROOT = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system user, and whether we have to change to it."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True when the server runs as another user than we do (we are root)."""
        return self.uid != os.geteuid()

    def run(self, *command: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as this user, in a session of its own and without our PG variables."""
        change: dict[str, Any] = {}
        if self.is_other:
            change = {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return subprocess.run(
            [str(word) for word in command],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
            env=environment | {"LC_ALL": "C.UTF-8"},
            umask=0o077,
            start_new_session=True,
            **change,
        )

    def can_write(self, folder: Path) -> bool:
        """Whether this user can pass every parent of the folder and write in it."""
        return self.run("/bin/sh", "-c", 'test -w "$1" && test -x "$1"', "sh", folder).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether this user can start the program."""
        try:
            return self.run(program, "--version").returncode == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """Hand a file or folder of ours to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(home: Path) -> Account:
    """Who runs the server whose files lie in `home`: its owner if it exists, else ourselves or our stand-in.

    Raises ConfigurationError when it belongs to somebody else, or when root has no stand-in.
    """
    owner = home.stat().st_uid if home.exists() else os.geteuid()
    if os.geteuid() == 0:
        return stand_in_for_root() if owner == 0 else account_of(owner)
    if owner != os.geteuid():
        raise ConfigurationError(
            f"{home} belongs to {account_of(owner).name}: run as that user, or work in a copy of your own."
        )
    return account_of(owner)


def account_of(uid: int) -> Account:
    """The account with this number; a number without a name is its own name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid())
    return Account(entry.pw_name, uid, entry.pw_gid)


def stand_in_for_root() -> Account:
    """The unprivileged user that runs the server when we are root. Raises ConfigurationError without one."""
    for name in INSTEAD_OF_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ConfigurationError(
        "PostgreSQL refuses to run as root, and there is no user postgres: run Ergo as an ordinary user."
    )
