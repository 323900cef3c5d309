"""`manage.py import_boundaries FILE`: the map of the municipalities' boundaries, from Kartverket's GeoJSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from referrals.actions import boundaries as actions
from referrals.importers.boundaries import reading
from referrals.importers.boundaries.reading import MOST_BYTES, Preview
from referrals.importers.rows import BrokenFiles
from referrals.norwegian import number
from referrals.views.clock import now, today


class Command(BaseCommand):
    help = (
        "Import the boundaries of the municipalities, as GeoJSON of Kartverket’s, and show them as a map beside the "
        "tiles. All or nothing; the same file twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")
        parser.add_argument("--format", choices=["table", "json"], default="table")
        parser.add_argument(
            "--year", type=int, help="the year of the boundaries, where the file does not say it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_json, is_dry = options["format"] == "json", options["dry_run"]
        try:
            found = self._import(options["file"], options["year"], is_dry)
        except BrokenFiles as error:
            if as_json:
                self.stdout.write(_as_json({"problems": [vars(problem) for problem in error.problems]}))
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(_as_json(as_dict(found, is_dry=is_dry)))
        else:
            self.stdout.write("\n".join(as_text(found, is_dry=is_dry)))

    def _import(self, file: Path, year: int | None, is_dry: bool) -> Preview:
        found = reading.preview(file.name, _content(file), today=today(), year=year)
        if not is_dry:
            actions.record(source=found.source, drawing=found.drawing, by=None, at=now())
        return found


def _content(file: Path) -> bytes:
    """All of it, if it is of a size that is read at all. Raises CommandError and BrokenFiles."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise reading.too_large(file.name)
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}") from error


def _as_json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2)


def as_dict(found: Preview, *, is_dry: bool) -> dict[str, Any]:
    """What was done or, of a dry run, would be."""
    return vars(found.source) | {
        "dry_run": is_dry,
        "municipalities": found.municipalities,
        "seas": found.seas,
        "with_sea": found.drawing.with_sea,
        "characters": found.characters,
        "changed": not found.is_shown,
        "skipped": [vars(skip) for skip in found.skips],
    }


def as_text(found: Preview, *, is_dry: bool) -> Iterator[str]:
    """The same in lines for people."""
    source = found.source
    yield _("Municipal boundaries of %(year)s, %(publisher)s, %(licence)s, in %(system)s") % {
        "year": source.year,
        "publisher": source.publisher,
        "licence": source.licence,
        "system": source.reference_system,
    }
    yield _("%(count)s municipalities, %(size)s kB of outlines.") % {
        "count": number(found.municipalities),
        "size": number(found.characters / 1000, 1),
    }
    if found.drawing.with_sea:
        yield _("The boundaries go out into the sea.")
    for sea in found.seas:
        yield _("Sea area: %(name)s") % {"name": sea}
    for skip in found.skips:
        yield _("Skipped %(what)s: %(reason)s") % {"what": skip.place, "reason": skip.reason}
    if is_dry:
        yield _("Nothing is written: this was a dry run.")
    elif found.is_shown:
        yield _("Nothing was new; nothing is changed.")
