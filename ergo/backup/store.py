"""Making backups, and the folder they lie in: one folder for each, complete or not there at all."""

import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

from ergo.backup import contents
from ergo.backup.address import Address
from ergo.backup.contents import Contents
from ergo.backup.programs import ProgramFailed, fitting

PREFIX = "ergo-"
DRAFT = ".draft-"
STAMP = "%Y%m%dT%H%M%SZ"
DUMP = "database.dump"
MANIFEST = "manifest.json"
CHUNK = 1 << 20


class BackupFailed(Exception):
    """No backup was made, or one cannot be used. One line for the person who runs the installation."""


@dataclass(frozen=True)
class Backup:
    """A complete backup. `seconds`: how long it took."""

    folder: Path
    made_at: datetime
    seconds: float
    sha256: str
    contents: Contents

    @property
    def dump(self) -> Path:
        """What pg_restore reads."""
        return self.folder / DUMP

    def check(self) -> None:
        """Raises BackupFailed when the dump is not the one that was made."""
        if not self.dump.is_file() or digest_of(self.dump) != self.sha256:
            raise BackupFailed(f"{self.dump} is damaged: it is not what the manifest says.")


def make(folder: Path, source: Address, *, at: datetime, keep: int) -> Backup:
    """Dump the database as `source` sees it, and remove all but the newest `keep`. Raises BackupFailed.

    Rows are counted in the very snapshot that is dumped, so that the copy must equal them to the last one.
    """
    name = f"{PREFIX}{at.astimezone(UTC).strftime(STAMP)}"
    draft = folder / f"{DRAFT}{name}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(folder, at)
        draft.mkdir(mode=0o700)
        _dump(draft, source, at)
        draft.rename(folder / name)
        _sync(folder)
    except (OSError, ProgramFailed) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise BackupFailed(f"No backup was made in {folder}: {_reason(error)}") from error
    for old in every(folder)[keep:]:
        shutil.rmtree(old)
    return opened(folder / name)


def every(folder: Path) -> list[Path]:
    """The complete backups in a folder, newest first."""
    return sorted((path for path in folder.glob(f"{PREFIX}*") if (path / MANIFEST).is_file()), reverse=True)


def newest(folder: Path) -> Backup:
    """The newest backup. Raises BackupFailed when there is none."""
    found = every(folder)
    if not found:
        raise BackupFailed(f"There is no backup in {folder}.")
    return opened(found[0])


def opened(folder: Path) -> Backup:
    """The backup in this folder. Raises BackupFailed when its manifest cannot be read."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Backup(
            folder,
            datetime.fromisoformat(told["made_at"]),
            told["seconds"],
            told["dump"]["sha256"],
            Contents.from_dict(told["contents"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupFailed(f"{folder / MANIFEST} cannot be read: {type(error).__name__}.") from error


def digest_of(path: Path) -> str:
    """SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _dump(draft: Path, source: Address, at: datetime) -> None:
    began = time.monotonic()
    with source.connect() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = _one(connection.execute("SELECT pg_export_snapshot()").fetchone())
        version = _one(connection.execute("SHOW server_version").fetchone())
        programs = fitting(connection.info.server_version // 10000)
        programs.run(
            "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={draft / DUMP}", at=source
        )
        migrations = connection.execute(
            "SELECT app || '.' || name FROM django_migrations ORDER BY id"
        ).fetchall()
        found = contents.read(connection)
    manifest = {
        "made_at": at.astimezone(UTC).isoformat(),
        "seconds": round(time.monotonic() - began, 1),
        "versions": {"postgresql": version, "pg_dump": programs.major, "django": django.get_version()},
        "migrations": [name for (name,) in migrations],
        "policies": sum(table.policies for table in found.tables.values()),
        "dump": {"bytes": (draft / DUMP).stat().st_size, "sha256": digest_of(draft / DUMP)},
        "contents": found.as_dict(),
    }
    with open(
        os.open(draft / MANIFEST, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(manifest, file, indent=1)
    for path in (draft / DUMP, draft / MANIFEST, draft):
        _sync(path)


def _one(row: tuple[Any, ...] | None) -> Any:
    assert row is not None
    return row[0]


def _sync(path: Path) -> None:
    """On disk, not only in the machine's memory."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _sweep(folder: Path, at: datetime) -> None:
    """What a killed backup left; a day old, so that one that runs now is left alone."""
    for draft in folder.glob(f"{DRAFT}*"):
        if at.timestamp() - draft.stat().st_mtime > 24 * 60 * 60:
            shutil.rmtree(draft)


def _reason(error: OSError | ProgramFailed) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'the disk'}: {error.strerror}."
    return str(error)
