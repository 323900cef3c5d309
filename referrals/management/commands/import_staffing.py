"""`manage.py import_staffing FILE`: official figures of ergoterapeuter from a file of Statistics Norway's."""

from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from referrals.actions import official_statistics as actions
from referrals.importers.official_statistics import reading
from referrals.importers.official_statistics.reading import MOST_BYTES, Preview
from referrals.management.importing import ImportCommand
from referrals.views.clock import now, today

# Of each reason, how much of what is passed over is named; JSON has all of it.
NAMED = 5


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("“%(value)s” is not a date (YYYY-MM-DD).") % {"value": text}) from error


class Command(ImportCommand):
    help = (
        "Import official figures of ergoterapeuter: JSON-stat, CSV or xlsx of Statistics Norway’s. All or nothing; the "
        "same file twice changes nothing."
    )
    most_bytes = MOST_BYTES

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--table", default="", help="the table’s number, where the file does not say it")
        parser.add_argument(
            "--updated",
            type=_day,
            help="the day the table was updated (YYYY-MM-DD), where the file does not say it",
        )

    def read(self, file_name: str, content: bytes, options: Mapping[str, Any]) -> Preview:
        found = reading.preview(
            file_name, content, today=today(), table=options["table"], updated_on=options["updated"]
        )
        reading.check(found)
        return found

    def write(self, found: Preview) -> None:
        actions.record(
            source=found.source,
            figures=found.reading.figures,
            skipped=len(found.reading.skips),
            seen=found.comparison.state,
            by=None,
            at=now(),
        )

    def as_dict(self, found: Preview, *, is_dry: bool) -> dict[str, Any]:
        source, comparison = found.source, found.comparison
        return {
            "file": source.file_name,
            "digest": source.digest,
            "table": source.table,
            "title": source.title,
            "source": source.publisher,
            "licence": source.licence,
            "updated": source.updated_at and source.updated_at.isoformat(),
            "dry_run": is_dry,
            "read": len(found.reading.figures),
            "created": len(comparison.created),
            "replaced": len(comparison.replaced),
            "same": comparison.same,
            "kept": comparison.kept,
            "skipped": [
                {
                    "reason": reason,
                    "count": len(some),
                    "what": [{"what": s.what, "place": s.place} for s in some],
                }
                for reason, some in found.reading.reasons
            ],
        }

    def as_text(self, found: Preview, *, is_dry: bool) -> Iterator[str]:
        source, comparison = found.source, found.comparison
        yield f"{source.table} {source.title}".strip()
        updated = source.updated_at and date_format(localtime(source.updated_at), "SHORT_DATETIME_FORMAT")
        yield f"{source.publisher}, {source.licence}, {_('updated %(when)s') % {'when': updated or _('not stated')}}"
        yield _(
            "%(read)s figures read: %(created)s new, %(replaced)s replace others, %(same)s same as before."
        ) % {
            "read": len(found.reading.figures),
            "created": len(comparison.created),
            "replaced": len(comparison.replaced),
            "same": comparison.same,
        }
        if comparison.kept:
            text = _("%(count)s have been replaced by a newer file since and are left alone.")
            yield text % {"count": comparison.kept}
        for reason, some in found.reading.reasons:
            named = ", ".join(f"{skip.what} ({skip.place})" for skip in some[:NAMED])
            rest = " …" if len(some) > NAMED else ""
            yield _("Skipped %(count)s: %(reason)s: %(named)s") % {
                "count": len(some),
                "reason": reason,
                "named": named + rest,
            }
        if is_dry:
            yield _("Nothing is written: this was a dry run.")
        elif not comparison.changes_anything:
            yield _("Nothing was new; nothing is changed.")
