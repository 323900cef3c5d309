"""The form of a GeoJSON file: its features, and the reference system that its coordinates are in."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from django.utils.translation import gettext as _

from referrals.importers.boundaries.systems import WGS84
from referrals.importers.escapes import refuse_impossible_characters
from referrals.importers.rows import broken

Ring = np.ndarray
ZIP = b"PK\x03\x04"
# How deep coordinates lie in lists: the rings of one polygon, or of several.
POLYGON, MULTIPOLYGON = "Polygon", "MultiPolygon"
# Geonorge's files hold several collections; that of the municipalities is called so, with or without a prefix.
MUNICIPALITIES = "kommune"

_EPSG = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:EPSG:[0-9.]*:|EPSG:|https?://.*/EPSG/[0-9.]+/)([0-9]{4,6})", re.I
)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:1\.3:)?CRS84", re.I)


@dataclass(frozen=True)
class Polygons:
    """A geometry of polygons, each with its outer ring first and its holes after it; `problem` where it is none."""

    kind: str
    polygons: Sequence[Sequence[Ring]] = ()
    problem: str = ""


@dataclass(frozen=True)
class Collection:
    """The features of a file, as they stand there, and the EPSG number of the system they are in."""

    file: str
    system: str
    features: Sequence[Any]


def read(file: str, content: bytes) -> Collection:
    """The municipalities of a GeoJSON file. Raises BrokenFiles."""
    if not content.strip():
        raise broken(file, _("is empty."))
    if content.startswith(ZIP):
        raise broken(
            file, _("is packed (zip): unpack it, and import the file ending in .geojson that is in it.")
        )
    whole = _parsed(file, content)
    found = _collection(whole)
    if found is None:
        raise broken(file, _("is no GeoJSON with municipalities: it holds no FeatureCollection of them."))
    features = found.get("features")
    if not isinstance(features, list) or not features:
        raise broken(file, _("holds no features."))
    return Collection(file, _system(file, found if "crs" in found else whole), features)


def _parsed(file: str, content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
        whole = json.loads(text, object_hook=_compact, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise broken(file, _("is not text in UTF-8.")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        problem = _("is no whole JSON: it breaks off or goes wrong at character %(column)s of the line.")
        raise broken(file, problem % place, line=error.lineno) from error
    except RecursionError as error:
        raise broken(file, _("is nested too deeply to be GeoJSON.")) from error
    except ValueError as error:  # a number of thousands of digits, or none
        raise broken(file, _("holds a number that cannot be read: %(what)s") % {"what": error}) from error
    refuse_impossible_characters(file, text)
    return whole


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _collection(whole: Any) -> dict[str, Any] | None:
    """The file itself, or the one of several collections in it that is of municipalities."""
    if not isinstance(whole, dict):
        return None
    if whole.get("type") == "FeatureCollection":
        return whole
    for name, part in whole.items():
        is_of_municipalities = name.casefold().rpartition(".")[2] == MUNICIPALITIES
        if is_of_municipalities and isinstance(part, dict) and part.get("type") == "FeatureCollection":
            return part
    return None


def _system(file: str, holder: Mapping[str, Any]) -> str:
    """The EPSG number that the member `crs` says. Raises BrokenFiles where it says something else."""
    if "crs" not in holder:
        return WGS84  # RFC 7946 knows no `crs`
    crs = holder["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str):
        if _CRS84.fullmatch(name):
            return WGS84
        if number := _EPSG.fullmatch(name):
            return number[1]
    said = json.dumps(crs, ensure_ascii=False, default=str)[:100]
    raise broken(file, _("the member crs names no reference system that is known: %(said)s") % {"said": said})


def _compact(found: dict[str, Any]) -> Any:
    """A geometry as arrays, as soon as it is read: as Python's lists, those of a country would take gigabytes."""
    kind = found.get("type")
    if "coordinates" not in found or not isinstance(kind, str):
        return found
    if kind not in (POLYGON, MULTIPOLYGON):
        return Polygons(kind)
    try:
        listed = found["coordinates"] if kind == MULTIPOLYGON else [found["coordinates"]]
        return Polygons(kind, [[_ring(ring) for ring in polygon] for polygon in listed])
    except (TypeError, ValueError, OverflowError):
        return Polygons(kind, problem=_("its coordinates are not rings of pairs of numbers."))


def _ring(positions: Any) -> Ring:
    """Positions as pairs; a height is left out. Raises ValueError where they are anything but numbers."""
    if not isinstance(positions, list):
        raise ValueError
    if not positions:
        return np.empty((0, 2))
    ring = np.array(positions)
    if ring.dtype.kind not in "if" or ring.ndim != 2 or ring.shape[1] < 2:
        raise ValueError
    return ring[:, :2].astype(float)
