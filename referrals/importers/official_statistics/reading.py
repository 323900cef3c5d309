"""The door: a file's bytes, in whichever format, to figures and to what they would do to those that are stored."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import PurePath

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from referrals.actions.official_statistics import (
    Comparison,
    Figure,
    Replacement,
    Source,
    compare,
)
from referrals.choices import FigureStatus
from referrals.importers.official_statistics import delimited, jsonstat, workbook
from referrals.importers.official_statistics.figures import Reading, interpret
from referrals.importers.official_statistics.regions import Map
from referrals.importers.official_statistics.table import LICENCE, Table
from referrals.importers.rows import Problem, broken, raise_any, too_large
from referrals.models import StaffingFigure
from referrals.models.official_statistics import (
    LONGEST_FILE_NAME,
    LONGEST_PUBLISHER,
    LONGEST_TABLE,
    LONGEST_TITLE,
)
from referrals.norwegian import number
from referrals.waiting import OSLO

# A table of all municipalities, ten years and fifty contents is some 5 MB as JSON.
MOST_BYTES = 20_000_000

READERS: dict[str, Callable[[str, bytes], Table]] = {
    ".json": jsonstat.read,
    ".csv": delimited.read,
    ".txt": delimited.read,
    ".xlsx": workbook.read,
}
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Preview:
    """What a file is, what is read from it and passed over, and what it would do. Nothing is written."""

    source: Source
    reading: Reading
    comparison: Comparison

    @property
    def conflicts(self) -> list[Problem]:
        """Figures that contradict stored ones and may not replace them, with the place of each."""
        older = _("the file is older than what is stored: %(stored)s, and here %(value)s.")
        undated = _(
            "another file of the same table says something else of the same day: %(stored)s, and here %(value)s. State "
            "when each table was updated, so that it is known which is newer."
        )
        if self.source.updated_at:
            undated = _(
                "another file of the same table, not known to be older, says something else of the same day: "
                "%(stored)s, and here %(value)s. Download the table once more, or ask its publisher which is right."
            )
        return [
            *(self._conflict(one, older) for one in self.comparison.older),
            *(self._conflict(one, undated) for one in self.comparison.undated),
        ]

    def _conflict(self, one: Replacement, text: str) -> Problem:
        figure = one.figure
        words = {"stored": said(one.stored), "value": said(figure)}
        day = date_format(figure.counted_on, "SHORT_DATE_FORMAT")
        where = f"{figure.municipality.code} {day}: {text % words}"
        return Problem(self.source.file_name, figure.row, where, figure.column)


def said(figure: Figure | StaffingFigure) -> str:
    """A figure in few words: its number, or the sign that stands instead."""
    if figure.value is None:
        return str(FigureStatus(figure.status).label)
    return number(figure.value, 2 if figure.decimals is None else figure.decimals)


def preview(
    file_name: str, content: bytes, *, today: date, table: str = "", updated_on: date | None = None
) -> Preview:
    """Read a file and compare it with what is stored. Raises BrokenFiles with all that is wrong.

    `table` and `updated_on` are for files that do not say it themselves; they may not say otherwise. Figures of a
    later day than `today` are wrong.
    """
    name = PurePath(file_name).name[-LONGEST_FILE_NAME:]
    found = _updated(_numbered(_read(name, content), table.strip()), updated_on)
    source = Source(
        file_name=name,
        digest=hashlib.sha256(content).hexdigest(),
        table=found.number[:LONGEST_TABLE],
        title=found.title[:LONGEST_TITLE],
        publisher=found.publisher[:LONGEST_PUBLISHER],
        licence=LICENCE,
        updated_at=found.updated_at,
    )
    reading = interpret(found, found.number, Map.read(), latest=today)
    return Preview(source, reading, compare(source, reading.figures))


def check(found: Preview) -> None:
    """Raises BrokenFiles where the file contradicts what is stored and is not known to be newer."""
    raise_any(found.conflicts)


def _read(name: str, content: bytes) -> Table:
    """By the name's ending, if the content is of that kind."""
    ending = PurePath(name).suffix.casefold()
    if not content.strip():
        raise broken(name, _("is empty."))
    if len(content) > MOST_BYTES:
        raise too_large(name, MOST_BYTES)
    if content.startswith(OLD_EXCEL):
        raise broken(
            name, _("is of the old Excel kind (xls): save it as xlsx or download the table once more.")
        )
    if ending not in READERS:
        text = _("the name ends in none of the kinds that are read: %(endings)s.")
        raise broken(name, text % {"endings": ", ".join(READERS)})
    if _kind(content) not in (ending, ".csv" if ending == ".txt" else ending):
        text = _("the name ends in %(ending)s, but the content is %(kind)s.")
        raise broken(name, text % {"ending": ending, "kind": _kind(content)})
    return READERS[ending](name, content)


def _kind(content: bytes) -> str:
    if content.startswith(ZIP):
        return ".xlsx"
    return ".json" if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") else ".csv"


def _numbered(table: Table, typed: str) -> Table:
    """With the number that the file has, or else the one that was typed."""
    if table.number and typed and typed != table.number:
        text = _("the file is of table %(number)s, not of %(typed)s.")
        raise broken(table.file, text % {"number": table.number, "typed": typed})
    if not table.number and not typed:
        raise broken(table.file, _("the file does not say which table it is of: state the number."))
    return replace(table, number=table.number or typed)


def _updated(table: Table, typed: date | None) -> Table:
    """With the file's own time of change, or else the day that was typed."""
    if table.updated_at or typed is None:
        return table
    return replace(table, updated_at=datetime.combine(typed, time(), OSLO))
