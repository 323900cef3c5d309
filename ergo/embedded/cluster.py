"""The files of the embedded server: where they lie, how they come to be, and how one logs in."""

import json
import os
import re
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ergo import roles
from ergo.embedded.account import Account, account_for
from ergo.embedded.binaries import Binaries, find_binaries, within_reach
from ergo.env import ConfigurationError

DATABASE = "ergo"
PORT = 5432
ELSEWHERE = Path("/var/lib/ergo")
PASSWORDS = "ergo_passwords.json"
LONGEST_SOCKET_FOLDER = 80
"""A socket's whole path has room for 103 bytes on some systems; PostgreSQL adds `/.s.PGSQL.5432.lock`."""

PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
UNQUOTABLE = re.compile(r'["$`\\\n]')

# The log must not repeat what stands in a row, or in a statement that failed.
CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
jit = off
"""
ACCESS_RULES = "local all all scram-sha-256\n"


@dataclass(frozen=True)
class Cluster:
    """A place on disk, the user who owns it, and the programs that serve it."""

    home: Path
    account: Account
    binaries: Binaries

    @property
    def data(self) -> Path:
        """The server's data folder; it exists only when it is complete."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"

    def password(self, role: str) -> str:
        """The password of one of our roles. Raises ConfigurationError for one that an older server has not got yet."""
        try:
            return self._passwords()[role]
        except KeyError:
            raise ConfigurationError(
                f"The embedded PostgreSQL was started by an older Ergo and has no {role}: end its processes, try again."
            ) from None

    def _passwords(self) -> dict[str, str]:
        passwords: dict[str, str] = json.loads((self.data / PASSWORDS).read_text(encoding="utf-8"))
        return passwords

    def create(self) -> None:
        """Make the data folder under another name, with roles and database, then move it into place."""
        if found := UNQUOTABLE.search(f"{self.home}{self.binaries.folder}"):
            raise ConfigurationError(
                f"PostgreSQL cannot be set up in a path with {found[0]!r}: move {self.home}."
            )
        draft = self.home / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        self._must(
            self.binaries.initdb, "-D", draft, "-U", "ergo_super", "-E", "UTF8", "--locale=C.UTF-8",
            "--auth=reject", "--data-checksums",
        )  # fmt: skip
        passwords = {role: secrets.token_urlsafe(24) for role in roles.LOGINS}
        self._sql(draft, "postgres", *roles.create_all(passwords))
        self._sql(draft, "postgres", f"CREATE DATABASE {DATABASE} OWNER {roles.OWNER}")
        self._write(draft / PASSWORDS, json.dumps(passwords))
        self._write(draft / "pg_hba.conf", ACCESS_RULES)
        self._write(draft / "postgresql.auto.conf", CONFIGURATION)
        draft.rename(self.data)

    def complete(self) -> None:
        """Give data that an earlier version made the role it lacks. Only while no server runs."""
        passwords = self._passwords()
        if roles.BACKUP in passwords:
            return
        password = secrets.token_urlsafe(24)
        self._sql(self.data, "postgres", *roles.add_backup(password))
        draft = self.data / f"{PASSWORDS}.draft"
        self._write(draft, json.dumps(passwords | {roles.BACKUP: password}))
        draft.rename(self.data / PASSWORDS)

    def check_version(self) -> None:
        """Raises ConfigurationError when the data were made by another major version."""
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self.binaries.major):
            raise ConfigurationError(
                f"{self.data} was made by PostgreSQL {made_by}, these programs are {self.binaries.major}: "
                f"set ERGO_PG_BIN to programs of {made_by}, or move {self.home} away to begin anew."
            )

    def socket_folder(self) -> Path:
        """A folder of ours alone with a path short and plain enough for a socket; the same until a reboot."""
        here = self.home / "run"
        if len(os.fsencode(here)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(here)):
            if not here.exists():
                here.mkdir(mode=0o700)
                self.account.own(here)
            return here
        return self._temporary_socket_folder()

    def sweep_socket_folder(self) -> None:
        """Leave nothing in the temporary folder when the server has stopped."""
        pointer = self.home / "socket-folder"
        if pointer.exists() and self._is_ours(folder := Path(pointer.read_text(encoding="utf-8"))):
            shutil.rmtree(folder, ignore_errors=True)

    def _temporary_socket_folder(self) -> Path:
        """A folder in the temporary one, remembered beside the data and made anew when it has been swept."""
        pointer = self.home / "socket-folder"
        if pointer.exists() and self._is_ours(folder := Path(pointer.read_text(encoding="utf-8"))):
            return folder
        folder = Path(tempfile.mkdtemp(prefix="ergo-", dir=self._temporary_place()))
        self.account.own(folder)
        pointer.write_text(str(folder), encoding="utf-8")
        return folder

    def _temporary_place(self) -> str:
        usual = tempfile.gettempdir()
        fits = len(usual) < LONGEST_SOCKET_FOLDER - 20 and PLAIN_PATH.fullmatch(usual)
        return usual if fits and self.account.can_write(Path(usual)) else "/tmp"

    def _is_ours(self, folder: Path) -> bool:
        if folder.is_symlink() or not folder.is_dir():
            return False
        status = folder.stat()
        return status.st_uid == self.account.uid and not status.st_mode & 0o077

    def _must(self, *command: str | Path, stdin: str = "") -> None:
        """Run one of the programs; its last words become the error."""
        result = self.account.run(*command, stdin=stdin)
        if result.returncode:
            words = last_line(result.stdout) or f"exit code {result.returncode}"
            raise ConfigurationError(f"PostgreSQL could not be set up in {self.home}: {words}")

    def _sql(self, data: Path, database: str, *statements: str) -> None:
        """Run statements without a server: it has never listened before its passwords are set."""
        self._must(
            self.binaries.postgres, "--single", "-c", "exit_on_error=on", "-D", data, database,
            stdin="".join(f"{statement};\n" for statement in statements),
        )  # fmt: skip

    def _write(self, path: Path, content: str) -> None:
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
        self.account.own(path)


def cluster_in(data_dir: Path) -> Cluster:
    """The cluster of one checkout, found or given a place. Raises ConfigurationError if it can have none."""
    binaries = find_binaries()
    place = data_dir / "postgres"
    if place.is_symlink() and not place.exists():
        place.unlink()  # what lay elsewhere is gone: begin anew
    account = account_for(place)
    if not (place / "data").exists():
        give_place(place, account)
    home = place.resolve()
    return Cluster(home, account, within_reach(binaries, account, home))


def give_place(place: Path, account: Account) -> None:
    """Make the folder; where the server's user cannot get in, link to one under /var/lib/ergo and say so."""
    place.mkdir(mode=0o700, exist_ok=True)
    account.own(place.resolve())
    if account.can_write(place.resolve()):
        return
    place.rmdir()
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="data-", dir=ELSEWHERE))
    account.own(home)
    place.symlink_to(home)
    print(
        f"ergo: user {account.name} cannot get into {place.parent}; the database lies in {home} instead.",
        file=sys.stderr,
    )


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
