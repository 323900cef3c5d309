from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.scales import (
    LINE_HEIGHT,
    Frame,
    Scale,
    Tick,
    nice_ticks,
    spread,
    text_width,
    thinned,
    vertical_axis,
)

numbers = st.floats(min_value=0, max_value=10_000_000, allow_nan=False)


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        pytest.param(0, (0, 1), id="nothing"),
        pytest.param(1, (0, 1), id="one"),
        pytest.param(3, (0, 1, 2, 3), id="few"),
        pytest.param(8, (0, 2, 4, 6, 8), id="twos"),
        pytest.param(9, (0, 5, 10), id="fives"),
        pytest.param(100, (0, 25, 50, 75, 100), id="quarters"),
        pytest.param(437, (0, 200, 400, 600), id="hundreds"),
    ],
)
def test_ticks_are_round_numbers(highest, expected):
    assert nice_ticks(highest) == expected


@given(numbers)
def test_ticks_begin_at_zero_reach_the_highest_value_and_are_evenly_apart(highest):
    ticks = nice_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6
    assert len({b - a for a, b in pairwise(ticks)}) == 1


@given(numbers, numbers)
def test_a_scale_never_leaves_the_paper(highest, value):
    scale = Scale(highest, 44, 584)
    assert 44 <= scale(value) <= 584


def test_a_scale_of_nothing_stays_at_its_start():
    assert Scale(0, 44, 584)(5) == 44


@given(numbers)
def test_the_upright_axis_has_zero_on_the_base_line(highest):
    frame = Frame()
    scale, ticks = vertical_axis(frame, highest)
    assert ticks[0].position == scale(0) == frame.plot_bottom
    assert ticks[-1].position == frame.top


@given(st.lists(st.text(min_size=1, max_size=12), max_size=40))
def test_thinned_texts_never_touch(labels):
    ticks = [Tick(number * 20.0, label) for number, label in enumerate(labels)]
    kept = thinned(ticks)
    for one, other in pairwise(kept):
        assert one.position + text_width(one.value) / 2 < other.position - text_width(other.value) / 2
    if ticks:
        assert ticks[0] in kept


@given(st.lists(st.floats(12, 286), max_size=7).map(sorted))
def test_texts_beside_the_plot_stand_apart_in_their_order_above_the_base_line(wanted):
    heights = spread(wanted, 286)
    for upper, lower in pairwise(heights):
        assert lower - upper >= LINE_HEIGHT - 0.1
    assert all(height <= 286 for height in heights)


def test_texts_that_do_not_touch_stay_where_they_are():
    assert spread([20, 60, 100], 286) == [20, 60, 100]
