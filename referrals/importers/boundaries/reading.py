"""The door: a file's bytes to a map that could be shown. Nothing is written."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from django.utils.translation import gettext as _

from referrals.actions.boundaries import Drawing, Source, shown
from referrals.importers.boundaries import features, geojson
from referrals.importers.boundaries.drawing import draw
from referrals.importers.boundaries.features import Skip
from referrals.importers.boundaries.matching import match
from referrals.importers.rows import broken, too_large
from referrals.models.boundaries import LONGEST_FILE_NAME

# All municipalities with every bend of their boundaries are some 100 MB.
MOST_BYTES = 300_000_000
PUBLISHER, LICENCE = "© Kartverket", "CC BY 4.0"
FIRST_YEAR = 2020

_YEAR_IN_NAME = re.compile(r"kommuner[ _-]?(20[0-9]{2})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class Preview:
    """What a file is, the map that it gives, what is passed over, and whether that very map is shown already."""

    source: Source
    drawing: Drawing
    skips: tuple[Skip, ...]
    is_shown: bool

    @property
    def municipalities(self) -> int:
        """How many areas are of municipalities."""
        return sum(area.municipality is not None for area in self.drawing.areas)

    @property
    def characters(self) -> int:
        """How long all outlines are together, as SVG writes them."""
        return sum(len(area.path) for area in self.drawing.areas)

    @property
    def seas(self) -> list[str]:
        """The sea areas in the map, by name."""
        return [area.name for area in self.drawing.areas if area.municipality is None]


def preview(file_name: str, content: bytes, *, today: date, year: int | None = None) -> Preview:
    """Read a file and draw it. Raises BrokenFiles with all that is wrong.

    `year`: that of the boundaries, for files that do not say it; it may not say otherwise.
    """
    name = PurePath(file_name).name[-LONGEST_FILE_NAME:]
    if len(content) > MOST_BYTES:
        raise too_large(name, MOST_BYTES)
    collection = geojson.read(name, content)
    found = features.read(collection)
    of_year = _year(name, found.years, year, today)
    matched = match(name, found.municipalities, of_year)
    source = Source(
        file_name=name,
        digest=hashlib.sha256(content).hexdigest(),
        year=of_year,
        publisher=PUBLISHER,
        licence=LICENCE,
        reference_system=f"EPSG:{collection.system}",
    )
    return Preview(source, draw(name, matched, found.seas), tuple(found.skips), shown(source))


def _year(file: str, said: frozenset[int], typed: int | None, today: date) -> int:
    """The year of the boundaries: when the features were taken out, else as the file is called, else as typed."""
    in_name = _YEAR_IN_NAME.search(file)
    known = max(said, default=int(in_name[1]) if in_name else None)
    if known and typed and known != typed:
        text = _("the boundaries are of %(known)s, not of %(typed)s.")
        raise broken(file, text % {"known": known, "typed": typed})
    year = known or typed
    if year is None:
        raise broken(file, _("the file does not say of which year the boundaries are: state it."))
    if not FIRST_YEAR <= year <= today.year:
        text = _("%(year)s cannot be the year of the boundaries: it is not between %(first)s and this year.")
        raise broken(file, text % {"year": year, "first": FIRST_YEAR})
    return year
