from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.months import NAME_GAP, Slots, month_axis
from referrals.charts.scales import text_width
from tests.look.months import months


def axis(count, width=440):
    slots = Slots(44, 44 + width, count)
    return month_axis(months(count), slots.middles, slots.left, slots.right)


@pytest.mark.parametrize(
    ("count", "names"),
    [
        pytest.param(1, ["okt"], id="one"),
        pytest.param(2, ["sep", "okt"], id="two"),
        pytest.param(12, "nov des jan feb mar apr mai jun jul aug sep okt".split(), id="a year"),
        pytest.param(24, ["jan", "apr", "jul", "okt"] * 2, id="two years"),
        pytest.param(60, ["jan", "jul"] * 5, id="five years"),
    ],
)
def test_the_same_months_are_named_in_every_year(count, names):
    assert [tick.value for tick in axis(count).names] == names


def test_where_only_january_has_room_the_years_alone_are_named():
    drawn = axis(106)
    assert drawn.names == ()
    assert [year.text for year in drawn.years][:-1] == [str(year) for year in range(2018, 2026)]


@given(st.integers(0, 200), st.integers(100, 900))
def test_names_and_years_stand_clear_of_each_other_and_in_order(count, width):
    drawn = axis(count, width)
    for one, other in pairwise(drawn.names):
        assert (
            other.position - one.position
            >= (text_width(one.value) + text_width(other.value)) / 2 + NAME_GAP - 0.1
        )
    assert bool(drawn.years) == (count > 0)
    ends = [year.start for year in drawn.years[1:]] + [44 + width][: len(drawn.years)]
    for year, end in zip(drawn.years, ends, strict=True):
        assert 44 <= year.start < end
        if year.text:
            assert year.start <= year.middle - text_width(year.text) / 2
            assert year.middle + text_width(year.text) / 2 <= end


@given(st.integers(1, 60))
def test_every_year_begins_once_and_the_last_whole_ones_are_named(count):
    years = axis(count).years
    assert len(years) == len({month.year for month in months(count)})
    if count >= 12:
        assert years[-1].text == "2026"


def test_a_month_of_a_year_that_has_no_room_has_a_line_but_no_text():
    assert [year.text for year in axis(59).years] == ["", "2022", "2023", "2024", "2025", "2026"]


@given(st.integers(0, 120))
def test_columns_are_side_by_side_and_no_wider_than_looks_well(count):
    slots = Slots(44, 584, count)
    assert slots.column_width <= 48
    for one, other in pairwise(slots.middles):
        assert slots.column_x(one) + slots.column_width < slots.column_x(other)
    for middle in slots.middles:
        assert 44 <= slots.column_x(middle) and slots.column_x(middle) + slots.column_width <= 584
