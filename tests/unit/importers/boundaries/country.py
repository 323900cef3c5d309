"""An invented country: an area for each of the 357 municipalities around its real point, as Geonorge would deliver it.

The areas share their boundaries exactly, and those are as winding as real ones. They are nobody's real boundaries.
"""

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from pyproj import Transformer

FILE = settings.BASE_DIR / "referrals" / "data" / "municipalities.csv"
METRES = "25833"
# How far from the nearest point the country ends.
COAST = 45_000
STEP = 800
# Bends: how long and how deep, in metres.
WINDINGS = ((40_000, 1_200), (9_000, 270), (2_500, 70))
# How coordinates are written in degrees and in metres.
DECIMALS = {True: 7, False: 2}

Shapes = dict[str, shapely.Geometry]


@cache
def names() -> dict[str, str]:
    """The name of each municipality by its number."""
    with FILE.open(encoding="utf-8") as opened:
        return {row["code"]: row["name"] for row in csv.DictReader(opened)}


@cache
def points() -> dict[str, tuple[float, float]]:
    """The point of each municipality in metres, east and north."""
    to_metres = Transformer.from_crs("EPSG:4326", f"EPSG:{METRES}", always_xy=True)
    with FILE.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return {row["code"]: to_metres.transform(float(row["longitude"]), float(row["latitude"])) for row in rows}


@cache
def _areas() -> dict[str, shapely.Geometry]:
    codes, found = list(points()), np.array(list(points().values()))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(found)))
    land = shapely.union_all(shapely.buffer(shapely.points(found), COAST))
    holders = shapely.STRtree(cells).query(shapely.points(found), predicate="within")[1]
    cut = shapely.segmentize(shapely.intersection(cells[holders], land), STEP)
    return dict(zip(codes, shapely.transform(cut, _wind), strict=True))


def _wind(positions: np.ndarray) -> np.ndarray:
    """Moves positions a little; the same position always to the same place, so that shared boundaries stay shared."""
    east, north = positions[:, 0], positions[:, 1]
    moved = positions.copy()
    for number, (length, depth) in enumerate(WINDINGS):
        moved[:, 0] += depth * np.sin(6 * east / length + 5 * north / length + number)
        moved[:, 1] += depth * np.cos(6 * north / length - 4 * east / length + 2 * number)
    return np.round(moved)


def areas() -> Shapes:
    """A fresh set of areas by number, to be changed at will."""
    return dict(_areas())


@dataclass
class Country:
    """A file in the making. `change` gets each feature just before it is written, `crs` None leaves the member out."""

    shapes: Shapes = field(default_factory=areas)
    system: str = METRES
    crs: Any = ...
    properties: Mapping[str, Any] = field(default_factory=lambda: {"datauttaksdato": "2026-01-15T03:00:00"})
    change: Callable[[list[dict[str, Any]]], None] = lambda features: None

    def collection(self) -> dict[str, Any]:
        """The FeatureCollection."""
        features = [self._feature(code, shape) for code, shape in self.shapes.items()]
        self.change(features)
        crs = {"type": "name", "properties": {"name": f"EPSG:{self.system}"}} if self.crs is ... else self.crs
        return {"type": "FeatureCollection"} | ({"crs": crs} if crs else {}) | {"features": features}

    def content(self) -> bytes:
        """The file."""
        return json.dumps(self.collection(), ensure_ascii=False).encode()

    def _feature(self, code: str, shape: shapely.Geometry) -> dict[str, Any]:
        named = {"objtype": "Kommune", "kommunenummer": code, "kommunenavn": names().get(code, "")}
        return {"type": "Feature", "properties": named | self.properties, "geometry": self._geometry(shape)}

    def _geometry(self, shape: shapely.Geometry) -> dict[str, Any]:
        moved = shapely.transform(shape, lambda positions: self._written(positions))
        return json.loads(shapely.to_geojson(moved))

    def _written(self, positions: np.ndarray) -> np.ndarray:
        if self.system == METRES:
            return positions
        to_system = Transformer.from_crs(f"EPSG:{METRES}", f"EPSG:{self.system}", always_xy=True)
        written = np.column_stack(to_system.transform(positions[:, 0], positions[:, 1]))
        return np.round(written, DECIMALS[self.system in ("4326", "4258")])


def drawn(path: str) -> shapely.Geometry:
    """The area that an outline shows: what lies within an odd number of its rings."""
    rings = []
    for ring in path.removeprefix("M").removesuffix("z").split("zM"):
        start, steps = ring.split("l")
        numbers = [int(one) for one in re.findall(r"-?\d+", f"{start} {steps}")]
        corners = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)
        rings.append(shapely.make_valid(shapely.Polygon(corners), method="structure"))
    return reduce(shapely.symmetric_difference, rings)
