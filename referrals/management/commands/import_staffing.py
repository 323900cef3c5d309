"""`manage.py import_staffing FILE`: official figures of ergoterapeuter from a file of Statistics Norway's."""

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from referrals.actions import official_statistics as actions
from referrals.importers.official_statistics import reading
from referrals.importers.official_statistics.reading import MOST_BYTES, Preview
from referrals.importers.rows import BrokenFiles
from referrals.views.clock import now

# Of each reason, how much of what is passed over is named; JSON has all of it.
NAMED = 5


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("“%(value)s” is not a date (YYYY-MM-DD).") % {"value": text}) from error


class Command(BaseCommand):
    help = (
        "Import official figures of ergoterapeuter: JSON-stat, CSV or xlsx of Statistics Norway’s. All or nothing; the "
        "same file twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")
        parser.add_argument("--format", choices=["table", "json"], default="table")
        parser.add_argument("--table", default="", help="the table’s number, where the file does not say it")
        parser.add_argument(
            "--updated",
            type=_day,
            help="the day the table was updated (YYYY-MM-DD), where the file does not say it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["format"] == "json"
        try:
            found = self._import(**options)
        except BrokenFiles as error:
            if as_json:
                self.stdout.write(_as_json({"problems": [vars(problem) for problem in error.problems]}))
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(_as_json(as_dict(found, is_dry=options["dry_run"])))
        else:
            self.stdout.write("\n".join(as_text(found, is_dry=options["dry_run"])))

    def _import(self, file: Path, table: str, updated: date | None, dry_run: bool, **options: Any) -> Preview:
        found = reading.preview(file.name, _content(file), table=table, updated_on=updated)
        reading.check(found)
        if not dry_run:
            skipped = len(found.reading.skips)
            figures = found.reading.figures
            seen = found.comparison.state
            actions.record(
                source=found.source, figures=figures, skipped=skipped, seen=seen, by=None, at=now()
            )
        return found


def _content(file: Path) -> bytes:
    """No more of it than is ever read. Raises CommandError."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}") from error


def _as_json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2, default=str)


def as_dict(found: Preview, *, is_dry: bool) -> dict[str, Any]:
    """What was done or, of a dry run, would be."""
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
            {"reason": reason, "count": len(some), "what": [{"what": s.what, "place": s.place} for s in some]}
            for reason, some in found.reading.reasons
        ],
    }


def as_text(found: Preview, *, is_dry: bool) -> Iterator[str]:
    """The same in lines for people."""
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
