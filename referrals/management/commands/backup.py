"""`manage.py backup`: a dump of the whole database with a manifest, as the role that reads past every policy."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ergo.backup.store import BackupFailed
from referrals.jobs.backups import back_up, last_backup
from referrals.views.clock import now


class Command(BaseCommand):
    """Make a backup, and say how old the last one was and how long this one took."""

    help = "Dumps the database with a manifest into ERGO_BACKUP_DIR or --to; keys are kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", help="the folder of the backups, instead of ERGO_BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = backup_folder(options["to"])
        at, last = now(), last_backup(folder)
        age = f"{(at - last.made_at).total_seconds() / 3600:.1f} hours old" if last else "none"
        try:
            made = back_up(folder, at=at)
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        size = made.dump.stat().st_size / 1e6
        rows = sum(table.rows for table in made.contents.tables.values())
        self.stdout.write(
            f"{made.folder}: {rows} rows, {size:.1f} MB in {made.seconds:.1f} s. The last one: {age}."
        )


def backup_folder(named: str | None) -> Path:
    """The folder asked for, else the installation's. Raises CommandError when there is none."""
    if not (named or settings.BACKUP_DIR):
        raise CommandError("Where? Set ERGO_BACKUP_DIR, or name a folder.", returncode=2)
    return Path(named or settings.BACKUP_DIR).resolve()
