"""Where backups lie, and which are kept."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from ergo.backup import programs, store
from ergo.backup.address import Address, address_for
from ergo.backup.store import Backup, BackupFailed
from ergo.database import Purpose
from ergo.env import ConfigurationError
from referrals.jobs import backups
from referrals.jobs.job import Occasion
from referrals.jobs.registry import JOBS

NIGHT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def source() -> Address:
    return address_for(Purpose.BACKUP, settings.DATA_DIR, connection.settings_dict["NAME"])


def test_a_backup_is_its_owners_alone_and_says_what_is_in_it(source: Address, tmp_path: Path) -> None:
    made = store.make(tmp_path / "backups", source, at=NIGHT, keep=2)
    assert made.folder.name == "ergo-20260302T013000Z"
    assert [path.stat().st_mode & 0o777 for path in (made.folder, made.dump, made.folder / store.MANIFEST)] == [
        0o700, 0o600, 0o600,
    ]  # fmt: skip
    told = json.loads((made.folder / store.MANIFEST).read_text())
    assert told["dump"] == {"bytes": made.dump.stat().st_size, "sha256": store.digest_of(made.dump)}
    assert "referrals.0005_walls" in told["migrations"] and told["policies"] > 10
    assert set(told["versions"]) == {"postgresql", "pg_dump", "django"}


def test_the_newest_few_are_kept(source: Address, tmp_path: Path) -> None:
    for day in range(4):
        store.make(tmp_path, source, at=NIGHT + timedelta(days=day), keep=2)
    assert [path.name for path in store.every(tmp_path)] == ["ergo-20260305T013000Z", "ergo-20260304T013000Z"]
    assert store.newest(tmp_path).made_at == NIGHT + timedelta(days=3)


def test_a_backup_that_fails_leaves_the_earlier_ones_and_no_half_one(
    source: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.make(tmp_path, source, at=NIGHT, keep=1)

    def fail(*arguments: object, **options: object) -> None:
        raise programs.ProgramFailed("pg_dump: error: no")

    monkeypatch.setattr(programs.Programs, "run", fail)
    with pytest.raises(BackupFailed, match="No backup was made in .*: pg_dump: error: no"):
        store.make(tmp_path, source, at=NIGHT + timedelta(days=1), keep=1)
    assert [path.name for path in tmp_path.iterdir()] == ["ergo-20260302T013000Z"]


def test_what_a_killed_backup_left_is_swept_after_a_day(source: Address, tmp_path: Path) -> None:
    for name, age in ((".draft-old", timedelta(days=2)), (".draft-new", timedelta(hours=1))):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, times=((NIGHT - age).timestamp(),) * 2)
    store.make(tmp_path, source, at=NIGHT, keep=1)
    assert {path.name for path in tmp_path.iterdir()} == {".draft-new", "ergo-20260302T013000Z"}


def test_a_folder_that_cannot_be_written_is_told(source: Address, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupFailed, match="No backup was made in .*file"):
        store.make(tmp_path / "file", source, at=NIGHT, keep=1)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"made_at": 1}', "\xff"])
def test_a_manifest_that_cannot_be_read_is_told(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "ergo-20260302T013000Z"
    folder.mkdir()
    (folder / store.MANIFEST).write_text(text, "latin-1")
    with pytest.raises(BackupFailed, match="manifest.json cannot be read"):
        store.newest(tmp_path)


def test_the_command_tells_the_age_of_the_last_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("backup", to=str(tmp_path))
    call_command("backup", to=str(tmp_path / "other"))
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{tmp_path}/ergo-") and said[0].endswith("The last one: none.")


def test_a_command_without_a_folder_asks_where() -> None:
    for command in ("backup", "restore_drill"):
        with pytest.raises(CommandError, match="Set ERGO_BACKUP_DIR"):
            call_command(command)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no backup in"):
        call_command("restore_drill", **{"from": str(tmp_path)})


def test_the_nightly_job_has_a_time_table_only_where_backups_are_configured(
    settings: object, tmp_path: Path
) -> None:
    assert JOBS["backup"].next_run(NIGHT) is None
    settings.BACKUP_DIR = str(tmp_path)  # type: ignore[attr-defined]
    assert JOBS["backup"].next_run(NIGHT) == NIGHT + timedelta(days=1)
    JOBS["backup"].work(Occasion(at=NIGHT))
    last = backups.last_backup(tmp_path)
    assert isinstance(last, Backup) and last.made_at == NIGHT


def test_programs_older_than_the_server_are_not_used() -> None:
    with pytest.raises(ConfigurationError, match="The server is PostgreSQL 99, those found are"):
        programs.fitting(99)


def test_the_password_stands_on_no_command_line(source: Address) -> None:
    assert source.password and source.password not in source.conninfo()
    assert source.environment()["PGPASSWORD"] == source.password
