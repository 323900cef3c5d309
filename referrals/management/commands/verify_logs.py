"""`manage.py verify_logs [--against FILE]`: whether anybody has touched what was sealed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.actions import sealing
from referrals.management import seal_files
from referrals.models import LogSeal

PROBLEMS = {
    sealing.GAP: "seals before it are missing",
    sealing.ADDED: "lines were added to what it sealed",
    sealing.REMOVED: "lines were removed from what it sealed",
    sealing.CHANGED: "a line of what it sealed, or the seal itself, was changed",
    sealing.GONE: "the seal is gone: the end of the log was cut off",
    sealing.OTHER: "another seal stands in its place",
}


class Command(BaseCommand):
    """One line for each seal that does not hold; exit code 1 where there is one."""

    help = "Verifies the seals of the logs. With --against also that no seal of the file is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", metavar="FILE", type=Path, help="seals that were kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = seal_files.read(options["against"]) if options["against"] else []
        except (OSError, ValueError) as error:
            raise CommandError(f"The file of seals cannot be read: {error}") from error
        faults = sealing.verify(kept)
        for fault in faults:
            self.stdout.write(f"{fault.log}, seal {fault.seal}: {PROBLEMS[fault.problem]}")
        if faults:
            raise CommandError(f"{len(faults)} seals do not hold.")
        compared = f", {len(kept)} of them compared with the file" if kept else ""
        self.stdout.write(f"All {LogSeal.objects.count()} seals hold{compared}.")
