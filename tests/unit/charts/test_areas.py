"""The map of boundaries: what is read first, and that every tone it may have has a colour."""

import re
from pathlib import Path

from django.conf import settings

from referrals.charts.areas import Area, Sea, area_map
from referrals.charts.tiles import MOST_STEPS
from referrals.choices import CoverageState

STYLES = Path(settings.BASE_DIR) / "referrals/static/app/areas.css"


def area(x: int, y: int) -> Area:
    return Area("M0 0l1 0 0 1z", x, y, "", f"{x}, {y}", "own", "/")


def test_areas_are_read_from_north_to_south_and_west_to_east() -> None:
    """Those of about the same height are one row, as on the tile map: 36 of them."""
    drawn = area_map((360, 360), [area(90, 200), area(300, 12), area(20, 19), area(10, 20)], (), ())
    assert [(one.x, one.y) for one in drawn.areas] == [(20, 19), (300, 12), (10, 20), (90, 200)]


def test_seas_are_kept_apart_with_their_names() -> None:
    assert area_map((9, 9), [], [Sea("M0 0z", "Vestfjorden")], ()).seas[0].name == "Vestfjorden"


def test_every_tone_has_a_colour() -> None:
    coloured = set(re.findall(r"\.tile-([a-z_]+\d?)", STYLES.read_text("utf-8")))
    assert {state.value for state in CoverageState} <= coloured
    assert {f"q{place}" for place in range(MOST_STEPS + 1)} <= coloured
