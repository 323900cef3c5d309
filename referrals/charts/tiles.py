"""The tile map: a square for each municipality, about where it lies, so that small and large ones count alike.

Drawn as a list of links in a CSS grid, not as a picture: the figures survive forced colours, the links are real.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

COLUMNS, ROWS = 29, 36
MOST_STEPS = 5
MISSING = "–"


class Tile(NamedTuple):
    """A municipality. `tone` is q0 to q5 for steps, or own, purchased, agreement, none, unknown for coverage.

    `text` is what stands in the square, three characters at most; `label` is everything in words. `chosen`: it belongs
    to what the page is about, and gets a frame.

    A tuple, since a template takes apart many faster than it looks up names.
    """

    column: int
    row: int
    text: str
    label: str
    tone: str
    href: str
    chosen: bool = False


@dataclass(frozen=True)
class LegendEntry:
    """What a colour means; `symbol` is what stands in the squares of that colour, where that is one thing."""

    tone: str
    label: str
    symbol: str = ""


@dataclass(frozen=True)
class TileMap:
    """The map, from north to south and west to east, as it is read aloud."""

    tiles: tuple[Tile, ...]
    legend: tuple[LegendEntry, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no municipality to show."""
        return not self.tiles


def tile_map(tiles: Iterable[Tile], legend: Sequence[LegendEntry]) -> TileMap:
    """Puts the tiles in reading order. Raises ValueError for a tile outside the grid."""
    ordered = sorted(tiles, key=lambda tile: (tile.row, tile.column))
    for tile in ordered:
        if not (1 <= tile.column <= COLUMNS and 1 <= tile.row <= ROWS):
            raise ValueError(f"{tile.label} lies outside the grid: column {tile.column}, row {tile.row}.")
    return TileMap(tuple(ordered), tuple(legend))


def step(value: float | None, breaks: Sequence[float]) -> str:
    """The tone of a value: q1 below the first break, q2 from the first on, and so forth; q0 for no value."""
    return "q0" if value is None else f"q{1 + sum(value >= limit for limit in breaks)}"


def step_legend(breaks: Sequence[int], missing: str) -> tuple[LegendEntry, ...]:
    """The legend to `step` for whole numbers. Raises ValueError for more breaks than there are shades."""
    if not 1 <= len(breaks) < MOST_STEPS:
        raise ValueError(f"{len(breaks)} breaks: the map has {MOST_STEPS} shades.")
    entries = [LegendEntry("q1", _("under %(limit)s") % {"limit": breaks[0]})]
    for number, (low, high) in enumerate(zip(breaks, breaks[1:], strict=False), start=2):
        entries.append(LegendEntry(f"q{number}", f"{low}–{high - 1}"))
    entries.append(LegendEntry(f"q{len(breaks) + 1}", _("%(limit)s or more") % {"limit": breaks[-1]}))
    return (*entries, LegendEntry("q0", missing, MISSING))
