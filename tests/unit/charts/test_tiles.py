import re
from pathlib import Path

import pytest
from django.conf import settings

from referrals.charts.tiles import COLUMNS, ROWS, Tile, step, step_legend, tile_map

STYLES = Path(settings.BASE_DIR) / "referrals/static/app/tiles.css"
BREAKS = (28, 56, 84, 112)


def tile(column=1, row=1, **kwargs):
    return Tile(column, row, kwargs.get("text", "1"), kwargs.get("label", "Oslo"), "q1", "/")


@pytest.mark.parametrize(
    ("value", "tone"),
    [(None, "q0"), (0, "q1"), (27, "q1"), (28, "q2"), (111.9, "q4"), (112, "q5"), (9999, "q5")],
)
def test_a_value_belongs_to_the_step_that_begins_at_or_below_it(value, tone):
    assert step(value, BREAKS) == tone


def test_the_legend_names_the_steps_and_what_is_missing():
    legend = step_legend(BREAKS, "no figures")
    assert [entry.tone for entry in legend] == ["q1", "q2", "q3", "q4", "q5", "q0"]
    assert [entry.label for entry in legend[1:4]] == ["28–55", "56–83", "84–111"]
    assert legend[-1].label == "no figures"


@pytest.mark.parametrize("breaks", [(), (1, 2, 3, 4, 5)], ids=["none", "too many"])
def test_more_steps_than_shades_are_refused(breaks):
    with pytest.raises(ValueError, match="5 shades"):
        step_legend(breaks, "no figures")


def test_tiles_are_read_from_north_to_south_and_west_to_east():
    ordered = tile_map([tile(2, 2), tile(1, 2), tile(5, 1)], ())
    assert [(one.column, one.row) for one in ordered.tiles] == [(5, 1), (1, 2), (2, 2)]


def test_no_tiles_is_an_empty_map():
    assert tile_map([], ()).is_empty


@pytest.mark.parametrize(("column", "row"), [(0, 1), (COLUMNS + 1, 1), (1, ROWS + 1)])
def test_a_tile_outside_the_grid_is_refused(column, row):
    with pytest.raises(ValueError, match="outside the grid"):
        tile_map([tile(column, row)], ())


def test_the_style_sheet_has_every_place_of_the_grid():
    styles = STYLES.read_text()
    assert re.findall(r"\.c(\d+)\{", styles) == [str(number) for number in range(1, COLUMNS + 1)]
    assert re.findall(r"\.r(\d+)\{", styles) == [str(number) for number in range(1, ROWS + 1)]
