"""Areas in metres drawn as a small picture: simplified together, so that neighbours keep sharing their boundary.

GEOS simplifies a coverage (`coverage_simplify`, by Visvalingam and Whyatt): a boundary of two areas is one line to it,
and both get the same corners, which are rounded to whole units alike. Each by itself would leave gaps and overlaps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _

from referrals.actions.boundaries import Area, Drawing
from referrals.importers.boundaries.features import Feature
from referrals.importers.boundaries.matching import Matched
from referrals.importers.rows import broken

# The longer side of the picture and the margin around it, in its units. A unit is some 800 metres.
LONGER_SIDE, MARGIN = 2_000, 20
# All outlines together, in characters. With their links and titles 357 of them stay under 200 kB.
MOST_CHARACTERS = 110_000
# How coarse: from half a unit on, and each time that much coarser until the outlines are short enough.
FINEST, COARSER, MOST_TIMES = 0.5, 1.25, 30
# Of the mainland with its lakes there are 324 000 km², with the sea that belongs to municipalities 470 000.
MOST_LAND = 400_000 * 1e6
FEWEST_CORNERS = 3


@dataclass(frozen=True)
class _Frame:
    """Where the picture lies: its upper left corner and how long a unit is, in metres, and its size in units."""

    west: float
    north: float
    unit: float
    width: int
    height: int

    def place(self, positions: np.ndarray) -> np.ndarray:
        """Positions in metres as whole units from the upper left corner."""
        moved = (positions - (self.west, self.north)) / (self.unit, -self.unit)
        return np.rint(moved).astype(int) + MARGIN


def draw(file: str, matched: Sequence[Matched], seas: Sequence[Feature]) -> Drawing:
    """The picture of all areas. Raises BrokenFiles where it cannot be made small enough."""
    areas = [one.area for one in matched]
    frame = _frame(areas)
    near_seas = [(sea, area) for sea in seas if (area := _within(frame, sea.area))]
    paths = _paths(file, [*areas, *(area for _sea, area in near_seas)], frame)
    shapes = [
        Area(one.municipality, "", path, *_sign(frame, one.point))
        for one, path in zip(matched, paths, strict=False)
    ]
    for (sea, area), path in zip(near_seas, paths[len(matched) :], strict=True):
        inside = area.representative_point()
        shapes.append(Area(None, sea.name, path, *_sign(frame, (inside.x, inside.y))))
    return Drawing(frame.width, frame.height, _area_of(areas) > MOST_LAND, shapes)


def _area_of(areas: Iterable[shapely.MultiPolygon]) -> float:
    return float(sum(area.area for area in areas))


def _frame(areas: Sequence[shapely.MultiPolygon]) -> _Frame:
    west, south, east, north = shapely.total_bounds(areas)
    unit = max(east - west, north - south) / (LONGER_SIDE - 2 * MARGIN)
    width, height = (round(side / unit) + 2 * MARGIN for side in (east - west, north - south))
    return _Frame(west, north, unit, width, height)


def _within(frame: _Frame, sea: shapely.MultiPolygon) -> shapely.MultiPolygon | None:
    """As much of a sea as lies in the picture."""
    across, down = frame.width - 2 * MARGIN, frame.height - 2 * MARGIN
    east, south = frame.west + across * frame.unit, frame.north - down * frame.unit
    cut = shapely.get_parts(sea.intersection(shapely.box(frame.west, south, east, frame.north)))
    polygons = [part for part in cut if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(polygons) if polygons else None


def _sign(frame: _Frame, point: tuple[float, float]) -> tuple[int, int]:
    """Where a sign stands, within the picture."""
    x, y = frame.place(np.array([point]))[0]
    return int(min(max(x, 0), frame.width)), int(min(max(y, 0), frame.height))


def _paths(file: str, areas: Sequence[shapely.MultiPolygon], frame: _Frame) -> list[str]:
    """The outlines, as fine as there is room for."""
    coarseness = FINEST * frame.unit
    for _time in range(MOST_TIMES):
        areas = shapely.coverage_simplify([_without_specks(area, coarseness) for area in areas], coarseness)
        paths = [_path(area, frame) for area in areas]
        if sum(map(len, paths)) <= MOST_CHARACTERS:
            return paths
        coarseness *= COARSER
    text = _("cannot be drawn in %(most)s kB: it has too many areas.")
    raise broken(file, text % {"most": MOST_CHARACTERS // 1000})


def _without_specks(area: shapely.MultiPolygon, coarseness: float) -> shapely.MultiPolygon:
    """Without islands and lakes that would be a dot; the largest part always stays."""
    parts = sorted(shapely.get_parts(area), key=lambda part: part.area, reverse=True)
    large = [part for number, part in enumerate(parts) if number == 0 or part.area >= coarseness**2]
    return shapely.MultiPolygon([_without_small_holes(part, coarseness) for part in large])


def _without_small_holes(part: shapely.Polygon, coarseness: float) -> shapely.Polygon:
    holes = [hole for hole in part.interiors if shapely.Polygon(hole).area >= coarseness**2]
    return shapely.Polygon(part.exterior, holes)


def _path(area: shapely.MultiPolygon, frame: _Frame) -> str:
    """An outline as SVG writes it: `M` to begin a ring, `l` with steps in whole units, `z` to close it."""
    rings = [ring for part in shapely.get_parts(area) for ring in (part.exterior, *part.interiors)]
    drawn = [_corners(frame.place(shapely.get_coordinates(ring))) for ring in rings]
    seen = [corners for corners in drawn if _is_seen(corners)]
    return "".join(map(_ring, seen or [_dot(area, frame)]))


def _corners(positions: np.ndarray) -> np.ndarray:
    """A closed ring without what does not turn: the same position twice, and the middle of a straight line.

    Both neighbours of a boundary leave out the same, so that none shows between them.
    """
    ring: np.ndarray = positions[:-1]
    ring = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    if len(ring) < FEWEST_CORNERS:
        return ring
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turns = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    onward = (before * after).sum(axis=1) > 0
    turning: np.ndarray = ring[(turns != 0) | ~onward]
    return turning


def _is_seen(corners: np.ndarray) -> bool:
    """Whether there is anything within the ring, and it is not a line there and back."""
    x, y = corners[:, 0], corners[:, 1]
    return len(corners) >= FEWEST_CORNERS and bool(x @ np.roll(y, 1) != y @ np.roll(x, 1))


def _dot(area: shapely.MultiPolygon, frame: _Frame) -> np.ndarray:
    """A municipality too small to be seen: a square about where it lies."""
    inside = area.representative_point()
    middle = frame.place(np.array([[inside.x, inside.y]]))[0]
    corners: np.ndarray = middle + np.array([[-1, 0], [0, -1], [1, 0], [0, 1]])
    return corners


def _ring(corners: np.ndarray) -> str:
    steps = np.diff(corners, axis=0)
    first, *rest = (f"{x} {y}" if y >= 0 else f"{x}{y}" for x, y in [corners[0], *steps])
    return f"M{first}l{_joined(rest)}z"


def _joined(steps: Iterable[str]) -> str:
    """Numbers beside each other; a minus sign divides them as well as a space."""
    return " ".join(steps).replace(" -", "-")
