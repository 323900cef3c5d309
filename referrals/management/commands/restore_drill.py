"""`manage.py restore_drill`: whether the newest backup restores to what was dumped. Changes nothing."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from ergo.backup import drill, store
from ergo.backup.address import address_for
from ergo.backup.store import BackupFailed
from ergo.database import Purpose
from referrals.management.commands.backup import backup_folder


class Command(BaseCommand):
    """Restore beside, compare rows, contents, policies and rights, and throw the copy away."""

    help = "Restores the newest backup beside, compares, and drops it. Exit code 1: it differs, or took too long."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", help="a backup, or the folder of the backups, instead of ERGO_BACKUP_DIR"
        )
        parser.add_argument(
            "--within",
            type=float,
            default=60,
            help="minutes that it may take, 60 if not said: longer is a fault",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            backup, found = rehearse(backup_folder(options["from"]))
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - began
        if seconds > 60 * options["within"]:
            found.append(f"it took {seconds / 60:.1f} minutes, more than {options['within']:g}")
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{backup.folder} does not restore as it must: {len(found)} faults.")
        tables = backup.contents.tables.values()
        self.stdout.write(
            f"{backup.folder} restores to what was dumped: {sum(table.rows for table in tables)} rows in {len(tables)}"
            f" tables, {sum(table.policies for table in tables)} policies, in {seconds:.1f} s."
        )


def rehearse(folder: Path) -> tuple[store.Backup, list[str]]:
    """The backup that was tried, and in what its copy differs. Raises BackupFailed when it does not restore."""
    backup = store.opened(folder) if (folder / store.MANIFEST).exists() else store.newest(folder)
    logins = logins_of_drill()
    with drill.restored(backup, logins) as name:
        return backup, drill.compare(backup, name, logins)


def logins_of_drill() -> drill.Logins:
    """The three roles, in the database that this process works with."""
    name = connection.settings_dict["NAME"]
    owner, backup, app = (
        address_for(purpose, settings.DATA_DIR, name)
        for purpose in (Purpose.OWN, Purpose.BACKUP, Purpose.WORK)
    )
    return drill.Logins(owner, backup, app)
