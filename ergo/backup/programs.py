"""pg_dump and pg_restore that fit the server: an older pg_dump refuses a newer server."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ergo.backup.address import Address
from ergo.embedded.binaries import program_folders
from ergo.embedded.cluster import last_line
from ergo.env import ConfigurationError

NAMES = ("pg_dump", "pg_restore")


class ProgramFailed(Exception):
    """One of the programs gave up. Its last line, which names tables but quotes no row."""


@dataclass(frozen=True)
class Programs:
    """A folder with both programs, and their major version."""

    folder: Path
    major: int

    def run(self, name: str, *arguments: str | Path, at: Address) -> str:
        """Run one of them on a database; what it prints. What it writes is ours alone. Raises ProgramFailed."""
        result = subprocess.run(
            [self.folder / name, "--no-password", f"--dbname={at.conninfo()}", *arguments],
            capture_output=True, text=True, check=False, env=at.environment(), umask=0o077,
        )  # fmt: skip
        if result.returncode:
            raise ProgramFailed(f"{name}: {last_line(result.stderr) or result.returncode}")
        return result.stdout


def fitting(server_major: int) -> Programs:
    """The first programs that are not older than the server. Raises ConfigurationError without any."""
    found = list(_candidates(server_major))
    for programs in found:
        if programs.major >= server_major:
            return programs
    older = f", those found are {found[0].major}" if found else ""
    raise ConfigurationError(
        f"The server is PostgreSQL {server_major}{older}: install its pg_dump and pg_restore, or set ERGO_PG_BIN."
    )


def _candidates(server_major: int) -> Iterator[Programs]:
    debian = Path(f"/usr/lib/postgresql/{server_major}/bin")
    for folder in (*program_folders(NAMES), debian):
        if all((folder / name).is_file() for name in NAMES) and (major := _major(folder)):
            yield Programs(folder, major)


def _major(folder: Path) -> int:
    """The major version, 0 for a program that does not run here."""
    try:
        told = subprocess.run(
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = told.split("(PostgreSQL)")[-1].split(".")[0].strip()
    return int(number) if number.isdecimal() else 0
