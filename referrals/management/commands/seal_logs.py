"""`manage.py seal_logs [--export FILE]`: what has been logged is sealed, and the last seals are copied outside."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.actions import sealing
from referrals.management import seal_files


class Command(BaseCommand):
    """Prints how many lines of each log were sealed."""

    help = "Seals the logs. With --export the last seals are added to a file that is to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", metavar="FILE", type=Path, help="add the last seals to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        for log, lines in sealing.seal().items():
            self.stdout.write(f"{log}: {lines} lines sealed")
        if path := options["export"]:
            try:
                count = seal_files.append(path, sealing.last_seals())
            except (OSError, ValueError) as error:
                raise CommandError(f"The seals were not exported: {error}") from error
            self.stdout.write(f"{path}: {count} seals added")
