"""Reference systems: from whichever the file is in to UTM zone 33, in which all of Norway is drawn, in metres.

PROJ does the reckoning. ETRS89 and WGS84 differ by less than a metre, which no drawing shows.
"""

from functools import cache

import numpy as np
from pyproj import Transformer

WGS84, DRAWN_IN = "4326", "25833"
KNOWN = (WGS84, "4258", "25832", DRAWN_IN, "25834", "25835")
# East and north in metres: the mainland and its islands with the sea that belongs to municipalities, and some more.
WEST, SOUTH, EAST, NORTH = -200_000, 6_350_000, 1_250_000, 8_050_000


@cache
def _transformer(system: str) -> Transformer:
    """East before north, longitude before latitude, as GeoJSON has them whatever the system's own order."""
    return Transformer.from_crs(f"EPSG:{system}", f"EPSG:{DRAWN_IN}", always_xy=True)


def to_drawn(system: str, positions: np.ndarray) -> np.ndarray:
    """Pairs of one known system in that of the drawing; infinite where there is no answer."""
    if system == DRAWN_IN:
        return positions
    return np.column_stack(_transformer(system).transform(positions[:, 0], positions[:, 1]))


def first_outside(drawn: np.ndarray) -> int | None:
    """Which of the positions is the first that does not lie in Norway; None where all do."""
    east, north = drawn[:, 0], drawn[:, 1]
    inside = (east >= WEST) & (east <= EAST) & (north >= SOUTH) & (north <= NORTH)
    return None if inside.all() else int(np.argmin(inside))
