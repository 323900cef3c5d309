"""The nightly backup, where ERGO_BACKUP_DIR says that this installation makes its own."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from ergo.backup import store
from ergo.backup.address import address_for
from ergo.backup.store import Backup, BackupFailed
from ergo.database import Purpose
from referrals.jobs.job import Occasion


def is_configured() -> bool:
    """Whether backups are made here at all."""
    return bool(settings.BACKUP_DIR)


def backup_nightly(occasion: Occasion) -> None:
    """Dump everything into the folder of the backups."""
    back_up(Path(settings.BACKUP_DIR), at=occasion.at)


def back_up(folder: Path, *, at: datetime) -> Backup:
    """Dump the database this process works with. Raises BackupFailed, and ConfigurationError without an address."""
    source = address_for(Purpose.BACKUP, settings.DATA_DIR, connection.settings_dict["NAME"])
    return store.make(folder, source, at=at, keep=settings.BACKUPS_KEPT)


def last_backup(folder: Path) -> Backup | None:
    """The newest backup that can be read; None without any."""
    try:
        return store.newest(folder)
    except BackupFailed:
        return None
