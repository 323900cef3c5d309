"""The features of a file: which municipality each is of, and its area in the drawing's reference system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from referrals.importers.boundaries import systems
from referrals.importers.boundaries.geojson import MULTIPOLYGON, POLYGON, Collection, Polygons
from referrals.importers.official_statistics.regions import ELSEWHERE, NOT_MAINLAND
from referrals.importers.rows import Problem, broken, raise_any
from referrals.models.boundaries import LONGEST_NAME

# What Kartverket and others call the properties, in small letters.
CODES = ("kommunenummer", "kommunenr")
NAMES = ("kommunenavn", "navn", "name")
KINDS = ("objtype", "objekttype")
DATES = ("datauttaksdato",)
# Parts of the words for what is no municipality's but is drawn all the same, with its name.
SEA = ("hav", "sjø", "sea", "ocean")
CLOSED_TRIANGLE = 4


@dataclass(frozen=True)
class Feature:
    """An area of the file in metres: of a municipality by its `code`, or of a sea, which has none."""

    number: int
    code: str
    name: str
    area: shapely.MultiPolygon

    @property
    def place(self) -> str:
        """Which feature of the file it is, in words."""
        return place_of(self.number, self.code, self.name)


@dataclass(frozen=True)
class Skip:
    """A feature that is passed over, and why."""

    place: str
    reason: str


@dataclass(frozen=True)
class Found:
    """What a file has of municipalities and of seas, what is passed over, and of which years it says it is."""

    municipalities: list[Feature]
    seas: list[Feature]
    skips: list[Skip]
    years: frozenset[int]


@dataclass(frozen=True)
class _Head:
    """What a feature says of itself beside its geometry."""

    number: int
    code: str
    name: str
    kind: str
    year: int | None

    @property
    def place(self) -> str:
        return place_of(self.number, self.code, self.name)

    @property
    def is_sea(self) -> bool:
        return not self.code and any(word in self.kind.casefold() for word in SEA)


def place_of(number: int, code: str, name: str) -> str:
    """Which feature of a file, the first being 1: feature 12, 3103 Moss."""
    said = f"{code} {name}".strip()
    text = _("feature %(number)s, %(said)s") if said else _("feature %(number)s")
    return text % {"number": number, "said": said}


def read(collection: Collection) -> Found:
    """Every feature of a file. Raises BrokenFiles with all that is wrong, by feature."""
    if collection.system not in systems.KNOWN:
        text = _("the coordinates are in EPSG:%(system)s; known are %(known)s.")
        known = ", ".join(f"EPSG:{one}" for one in systems.KNOWN)
        raise broken(collection.file, text % {"system": collection.system, "known": known})
    found = Found([], [], [], frozenset())
    problems: list[Problem] = []
    years: set[int] = set()
    for number, raw in enumerate(collection.features, start=1):
        head = _head(number, raw)
        problem = _take(found, head, raw, collection.system)
        if problem:
            problems.append(Problem(collection.file, 0, problem, head.place))
        elif head.year and head.code:
            years.add(head.year)
    raise_any(problems)
    return Found(found.municipalities, found.seas, found.skips, frozenset(years))


def _take(found: Found, head: _Head, raw: Any, system: str) -> str:
    """Puts a feature where it belongs; what is wrong with it, or nothing."""
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        return _("is no feature.")
    geometry = raw.get("geometry")
    if not head.code and not head.is_sea:
        if isinstance(geometry, Polygons) and geometry.kind not in (POLYGON, MULTIPOLYGON):
            found.skips.append(Skip(head.place, _("a line or a point, not an area")))
            return ""
        return _("has no municipality number (kommunenummer).")
    if head.code and not (len(head.code) == 4 and head.code.isascii() and head.code.isdigit()):
        return _("“%(value)s” is no municipality number.") % {"value": head.code}
    if head.code[:2] in ELSEWHERE:
        found.skips.append(Skip(head.place, str(NOT_MAINLAND)))
        return ""
    area, problem = _area(geometry, system)
    if area is not None:
        taken = Feature(head.number, head.code, head.name, area)
        (found.seas if head.is_sea else found.municipalities).append(taken)
    return problem


def _head(number: int, raw: Any) -> _Head:
    said = raw.get("properties") if isinstance(raw, dict) else None
    properties = {key.casefold(): value for key, value in said.items()} if isinstance(said, dict) else {}
    code = _first(properties, CODES)
    # A program that takes numbers for numbers loses the zero in front of Oslo's.
    code = code.zfill(4) if code.isdigit() else code
    kind, name = _first(properties, KINDS), _first(properties, NAMES)
    return _Head(number, code, (name or ("" if code else kind))[:LONGEST_NAME], kind, _year(properties))


def _first(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of these properties that says something; of a name in several languages the first."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0].get("navn")
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return " ".join(str(value).split())
    return ""


def _year(properties: Mapping[str, Any]) -> int | None:
    """In which year the feature was taken out of the publisher's register."""
    said = _first(properties, DATES)[:4]
    return int(said) if said.isascii() and said.isdigit() else None


def _area(geometry: Any, system: str) -> tuple[shapely.MultiPolygon | None, str]:
    """The area of a geometry in metres, with its small faults mended; or what is wrong with it."""
    if not isinstance(geometry, Polygons) or geometry.kind not in (POLYGON, MULTIPOLYGON):
        kind = geometry.kind if isinstance(geometry, Polygons) else _("nothing")
        return None, _("its geometry is %(kind)s, not Polygon or MultiPolygon.") % {"kind": kind}
    if geometry.problem:
        return None, geometry.problem
    parts = []
    for polygon in geometry.polygons:
        drawn = [systems.to_drawn(system, ring) for ring in polygon]
        for before, after in zip(polygon, drawn, strict=True):
            if (outside := systems.first_outside(after)) is not None:
                return None, _outside(before[outside])
        parts += _polygon([_closed(ring) for ring in drawn])
    mended = _mended(parts)
    return (mended, "") if mended.area > 0 else (None, _("has no area."))


def _outside(position: np.ndarray) -> str:
    text = _(
        "the position %(x)s, %(y)s lies outside Norway. Is it in another system than crs says, or north first?"
    )
    return text % {"x": f"{position[0]:g}", "y": f"{position[1]:g}"}


def _closed(ring: np.ndarray) -> np.ndarray:
    """In whole metres and with its first position once more at its end, as it should have been."""
    ring = np.round(ring)
    return ring if len(ring) == 0 or (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])


def _polygon(rings: list[np.ndarray]) -> list[shapely.Polygon]:
    """A polygon of its outer ring and its holes; what is less than a triangle is none."""
    if not rings or len(rings[0]) < CLOSED_TRIANGLE:
        return []
    return [shapely.Polygon(rings[0], [hole for hole in rings[1:] if len(hole) >= CLOSED_TRIANGLE])]


def _mended(parts: list[shapely.Polygon]) -> shapely.MultiPolygon:
    """One area of all parts: rings that touch or cross themselves become those they look like, lines are dropped."""
    whole = shapely.make_valid(shapely.MultiPolygon(parts), method="structure", keep_collapsed=False)
    polygons = [part for part in shapely.get_parts(whole) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(polygons)
