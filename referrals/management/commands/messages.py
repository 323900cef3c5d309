"""Keep the translations: `manage.py messages {extract,compile,check}`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ergo import catalogues


class Command(BaseCommand):
    """Extract texts from the code, compile the catalogues, or check that they are complete."""

    help = "Extracts translatable texts, compiles the catalogues, or checks that nothing is untranslated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", choices=["extract", "compile", "check"])
        parser.add_argument("--prune", action="store_true", help="extract: also drop texts that nothing uses")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [
            path for folder in settings.LOCALE_PATHS for path in catalogues.catalogue_files(Path(folder))
        ]
        if options["task"] == "compile":
            for path in files:
                catalogues.compile_catalogue(path)
            return
        sources = [settings.BASE_DIR / name for name in ("ergo", "referrals", "templates")]
        found = catalogues.texts_in(sources)
        if options["task"] == "extract":
            self.extract(files, found, prune=options["prune"])
        else:
            self.check_files(files, found)

    def extract(self, files: list[Path], found: catalogues.Catalog, *, prune: bool) -> None:
        """Bring the catalogues up to date with the code."""
        for path in files:
            catalogue = catalogues.read(path)
            catalogues.take_in(catalogue, found, prune=prune)
            catalogues.write(path, catalogue)

    def check_files(self, files: list[Path], found: catalogues.Catalog) -> None:
        """Raise CommandError when a catalogue has a fault; tell of texts that nothing uses any more."""
        total = 0
        for path in files:
            catalogue = catalogues.read(path)
            for fault in catalogues.faults(catalogue, found):
                total += 1
                self.stderr.write(f"{path.relative_to(settings.BASE_DIR)}: {fault}")
            if spare := catalogues.unused(catalogue, found):
                self.stdout.write(
                    f"{len(spare)} texts are used nowhere: `manage.py messages extract --prune`."
                )
        if total:
            raise CommandError(f"{total} faults in the translations: mend them in the files named above.")
