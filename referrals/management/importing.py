"""What the commands that import a file share: how it is read, and how they tell what it brings or what is wrong."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.importers.rows import BrokenFiles, too_large


class ImportCommand(BaseCommand):
    """Imports a file whole or not at all, or only shows what it would bring; in lines for people, or as JSON."""

    most_bytes: int

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        file, as_json, is_dry = options["file"], options["format"] == "json", options["dry_run"]
        try:
            found = self.read(file.name, self._content(file), options)
            if not is_dry:
                self.write(found)
        except BrokenFiles as error:
            if as_json:
                self.stdout.write(_json({"problems": [vars(problem) for problem in error.problems]}))
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(_json(self.as_dict(found, is_dry=is_dry)))
        else:
            self.stdout.write("\n".join(self.as_text(found, is_dry=is_dry)))

    def read(self, file_name: str, content: bytes, options: Mapping[str, Any]) -> Any:
        """What the file brings. Raises BrokenFiles; nothing is written."""
        raise NotImplementedError

    def write(self, found: Any) -> None:
        """Write what was read."""
        raise NotImplementedError

    def as_dict(self, found: Any, *, is_dry: bool) -> dict[str, Any]:
        """What was done or, of a dry run, would be."""
        raise NotImplementedError

    def as_text(self, found: Any, *, is_dry: bool) -> Iterator[str]:
        """The same in lines for people."""
        raise NotImplementedError

    def _content(self, file: Path) -> bytes:
        """All of it, if it is of a size that is read at all. Raises CommandError and BrokenFiles."""
        try:
            if file.stat().st_size > self.most_bytes:
                raise too_large(file.name, self.most_bytes)
            with file.open("rb") as opened:
                return opened.read(self.most_bytes + 1)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2, default=str)
