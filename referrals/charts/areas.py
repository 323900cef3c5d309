"""The map of boundaries: each municipality as the area it has, beside the tiles, in which all count alike.

Drawn as SVG whose areas are links. The outlines come as they are drawn, in units of the map.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from referrals.charts.tiles import ROWS, LegendEntry


@dataclass(frozen=True)
class Area:
    """A municipality. `tone` and `label` are those of its tile; `x` and `y` are where `text` stands, its sign.

    `chosen`: it belongs to what the page is about, and has a heavier border.
    """

    path: str
    x: int
    y: int
    text: str
    label: str
    tone: str
    href: str
    chosen: bool = False


@dataclass(frozen=True)
class Sea:
    """A sea area, with its name."""

    path: str
    name: str


@dataclass(frozen=True)
class AreaMap:
    """The map, from north to south and west to east, as it is read aloud. `width` and `height` in its own units."""

    width: int
    height: int
    areas: tuple[Area, ...]
    seas: tuple[Sea, ...]
    legend: tuple[LegendEntry, ...]


def area_map(
    size: tuple[int, int], areas: Iterable[Area], seas: Iterable[Sea], legend: Sequence[LegendEntry]
) -> AreaMap:
    """Puts the areas in reading order, in as many rows as the tile map has."""
    width, height = size
    row = height / ROWS
    ordered = sorted(areas, key=lambda area: (area.y // row, area.x))
    return AreaMap(width, height, tuple(ordered), tuple(seas), tuple(legend))
