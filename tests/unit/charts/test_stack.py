from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.scales import LINE_HEIGHT, Count
from referrals.charts.stack import Pile, stack
from tests.look.months import BANDS, months

numbers = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 100_000)), min_size=7, max_size=7), max_size=60
)


def piled(rows, bands=BANDS):
    piles = [
        Pile(month, [Count(value) for value in row])
        for month, row in zip(months(len(rows)), rows, strict=True)
    ]
    return stack(piles, bands)


@given(numbers)
def test_layers_follow_each_other_up_from_the_base_line_and_stay_on_the_paper(rows):
    chart = piled(rows)
    for column in chart.columns:
        upwards = column.layers[::-1]
        assert upwards[0].y + upwards[0].height == pytest.approx(chart.frame.plot_bottom, abs=0.1)
        for below, above in pairwise(upwards):
            assert above.y + above.height == pytest.approx(below.y, abs=0.11)
        assert chart.frame.top <= upwards[-1].y
        assert chart.frame.left <= column.x and column.right <= chart.frame.plot_right


@given(numbers)
def test_names_of_the_key_stand_apart_in_the_order_of_the_layers(rows):
    chart = piled(rows)
    assert [entry.band for entry in chart.key] == (BANDS if rows else [])
    for upper, lower in pairwise(chart.key):
        assert lower.y - upper.y >= LINE_HEIGHT - 0.1
    for entry in chart.key:
        assert 0 < entry.y <= chart.frame.plot_bottom


@given(numbers)
def test_a_column_says_that_something_in_it_is_hidden_and_has_then_no_sum(rows):
    for row, column in zip(rows, piled(rows).columns, strict=True):
        assert (column.cap_y is not None) == (None in row)
        assert column.total == (None if None in row else sum(row))
        assert len(column.hidden_layers) == row.count(None)


def test_the_mark_of_what_is_hidden_lies_upon_what_is_shown():
    chart = piled([[0, 0, 0, 0, None, 10, 10]])
    (column,) = chart.columns
    assert column.cap_y + chart.cap_height == pytest.approx(column.layers[5].y, abs=0.1)


def test_only_hidden_numbers_are_not_nobody():
    chart = piled([[None] * 7])
    assert not chart.is_empty
    assert chart.has_hidden
    assert chart.columns[0].cap_y + chart.cap_height == chart.frame.plot_bottom
    assert {entry.lead for entry in chart.key} == {""}


@pytest.mark.parametrize("rows", [[], [[0] * 7], [[0] * 7] * 12], ids=["none", "zeros", "a year of zeros"])
def test_nobody_is_an_empty_chart(rows):
    assert piled(rows).is_empty


@pytest.mark.parametrize(
    ("count", "steps"), [(1, [7]), (2, [1, 7]), (4, [1, 3, 5, 7]), (7, [1, 2, 3, 4, 5, 6, 7])]
)
def test_the_last_band_has_the_most_alarming_colour_however_many_there_are(count, steps):
    chart = piled([[1] * count], BANDS[:count])
    assert [layer.step for layer in chart.columns[0].layers] == steps


def test_a_line_of_the_key_leads_from_its_layer():
    chart = piled([[5, 0, 0, 0, 0, 0, 20]])
    assert [bool(entry.lead) for entry in chart.key] == [True, *[False] * 5, True]
    assert chart.key[0].lead.startswith(f"{chart.columns[0].right},{chart.columns[0].layers[0].middle} ")


def test_what_stands_for_a_hidden_number_is_written_only_where_it_has_room():
    assert piled([[None] * 7] * 12).columns[0].has_room
    assert not piled([[None] * 7] * 60).columns[0].has_room


def test_links_are_known():
    assert not piled([[1] * 7]).has_links
    assert stack([Pile(months(1)[0], [Count(3, "?rows")])], ["0–14"]).has_links


def test_too_many_bands_and_too_few_counts_are_refused():
    with pytest.raises(ValueError, match="8 bands: there are 7 colours"):
        stack([], [*BANDS, "730+"])
    with pytest.raises(ValueError, match="okt 26 has 1 counts for 7 bands"):
        piled([[1]])
