"""`manage.py import_boundaries FILE`: the map of the municipalities' boundaries, from Kartverket's GeoJSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from referrals.actions import boundaries as actions
from referrals.importers.boundaries import reading
from referrals.importers.boundaries.reading import MOST_BYTES, Preview
from referrals.management.importing import ImportCommand
from referrals.norwegian import number
from referrals.views.clock import now, today


class Command(ImportCommand):
    help = (
        "Import the boundaries of the municipalities, as GeoJSON of Kartverket’s, and show them as a map beside the "
        "tiles. All or nothing; the same file twice changes nothing."
    )
    most_bytes = MOST_BYTES

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--year", type=int, help="the year of the boundaries, where the file does not say it"
        )

    def read(self, file_name: str, content: bytes, options: Mapping[str, Any]) -> Preview:
        return reading.preview(file_name, content, today=today(), year=options["year"])

    def write(self, found: Preview) -> None:
        actions.record(source=found.source, drawing=found.drawing, by=None, at=now())

    def as_dict(self, found: Preview, *, is_dry: bool) -> dict[str, Any]:
        return vars(found.source) | {
            "dry_run": is_dry,
            "municipalities": found.municipalities,
            "seas": found.seas,
            "with_sea": found.drawing.with_sea,
            "characters": found.characters,
            "changed": not found.is_shown,
            "skipped": [vars(skip) for skip in found.skips],
        }

    def as_text(self, found: Preview, *, is_dry: bool) -> Iterator[str]:
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
