"""The map of boundaries of an invented country: every tone, with what is hidden and what is not known among them."""

import shapely

from referrals.charts.areas import Area, AreaMap, Sea, area_map
from referrals.charts.tiles import LegendEntry, step_legend
from tests.look.awkward import HOSTILE
from tests.unit.importers.boundaries import country

HEIGHT = 2_000
# No wiggle that is smaller is drawn, in metres.
SMALLEST = 1_500
SIGNS = {"own": "", "purchased": "K", "agreement": "A", "none": "0", "unknown": "?"}
STEPS = {"q1": "", "q2": "", "q3": "", "q4": "", "q5": "", "q0": ":"}


def by_state() -> AreaMap:
    """The states one after another, from number to number."""
    return _map(SIGNS, [LegendEntry(state, state.capitalize(), sign) for state, sign in SIGNS.items()])


def by_step() -> AreaMap:
    """The steps of a number, and none."""
    return _map(STEPS, step_legend([5, 10, 25, 50], "skjult"))


def _map(tones: dict[str, str], legend: list[LegendEntry] | tuple[LegendEntry, ...]) -> AreaMap:
    shapes = country.areas()
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    scale = HEIGHT / (north - south)
    turned = {
        code: shapely.transform(
            shapely.simplify(shape, SMALLEST), lambda at: (at - [west, north]) * [scale, -scale]
        )
        for code, shape in shapes.items()
    }
    chosen = list(tones.items())
    areas = [
        _area(code, shape, *chosen[number % len(chosen)])
        for number, (code, shape) in enumerate(turned.items())
    ]
    width = round((east - west) * scale)
    return area_map((width, HEIGHT), areas, [Sea("M40 900l60 0 0 60z", HOSTILE)], legend)


def _area(code: str, shape: shapely.Geometry, tone: str, sign: str) -> Area:
    """Those of Oslo and around it belong to what the page is about."""
    inside = shape.representative_point()
    label = f"{HOSTILE} {code}: {tone}"
    path = "".join(_ring(part.exterior) for part in shapely.get_parts(shape))
    return Area(
        path,
        round(inside.x),
        round(inside.y),
        sign,
        label,
        tone,
        f"?area={code}",
        chosen=code[:2] in ("03", "32"),
    )


def _ring(ring: shapely.LinearRing) -> str:
    points = [f"{round(x)} {round(y)}" for x, y in shapely.get_coordinates(ring)]
    return f"M{'L'.join(points)}z"
