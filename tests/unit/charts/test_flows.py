import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.flows import FLOW_BOTTOM, FLOW_TOP, STOCK_BOTTOM, STOCK_TOP, Flow, flows
from referrals.charts.scales import Count
from tests.look.months import months

value = st.one_of(st.none(), st.integers(0, 100_000))
numbers = st.lists(st.tuples(value, value, value, value), max_size=60)


def drawn(rows):
    return flows([Flow(month, *map(Count, row)) for month, row in zip(months(len(rows)), rows, strict=True)])


def piece(chart, kind, month=0):
    return next((piece for piece in chart.columns[month].pieces if piece.kind == kind), None)


@given(numbers)
def test_everything_stays_in_its_plot(rows):
    chart = drawn(rows)
    for column in chart.columns:
        assert chart.frame.left <= column.x and column.x + column.width <= chart.frame.plot_right
        for one in column.pieces:
            assert one.height > 0
            assert FLOW_TOP - chart.cap_height <= one.y
            assert one.y + one.height <= FLOW_BOTTOM + 2 * chart.cap_height
    for point in chart.points:
        assert STOCK_TOP <= point.y <= STOCK_BOTTOM
    assert STOCK_BOTTOM < FLOW_TOP - chart.cap_height


@given(numbers)
def test_who_came_is_above_zero_and_who_left_below_it_on_the_same_scale(rows):
    chart = drawn(rows)
    up = (chart.flow_ticks[-1].value, chart.zero - FLOW_TOP)
    down = (chart.flow_ticks[0].value, FLOW_BOTTOM - chart.zero)
    assert up[1] / up[0] == pytest.approx(down[1] / down[0], rel=0.01)
    for column in chart.columns:
        for one in column.pieces:
            assert (one.y < chart.zero) == (one.kind == "referred")


@given(numbers)
def test_ticks_are_round_numbers_without_a_sign_about_one_zero(rows):
    values = [tick.value for tick in drawn(rows).flow_ticks]
    assert values.count(0) == 1
    assert min(values) == 0
    assert 3 <= len(values) <= 7


def test_who_left_otherwise_lies_beyond_who_started():
    chart = drawn([(10, 6, 4, 50)])
    started, ended = piece(chart, "started"), piece(chart, "ended")
    assert started.y == chart.zero
    assert ended.y == pytest.approx(started.y + started.height, abs=0.1)
    assert started.height + ended.height == pytest.approx(piece(chart, "referred").height, abs=0.2)


def test_a_hidden_number_is_a_mark_and_never_nothing():
    chart = drawn([(None, None, None, None)])
    assert [one.is_hidden for one in chart.columns[0].pieces] == [True] * 3
    assert {one.height for one in chart.columns[0].pieces} == {chart.cap_height}
    assert not chart.is_empty
    assert chart.has_hidden
    assert not chart.points[0].is_last


def test_zero_is_nothing_to_draw_but_a_point_of_the_line():
    chart = drawn([(0, 0, 0, 0), (1, 0, 0, 1)])
    assert chart.columns[0].pieces == ()
    assert chart.points[0].y == STOCK_BOTTOM
    assert not chart.has_hidden


def test_the_line_has_a_gap_where_the_list_is_hidden_and_its_last_known_number_is_written():
    chart = drawn(
        [(1, 1, 0, 30), (1, 1, 0, 31), (1, 1, 0, None), (1, 1, 0, 32), (1, 1, 0, 33), (1, 1, 0, None)]
    )
    assert len(chart.strokes) == 2
    assert [point.is_last for point in chart.points] == [False] * 4 + [True, False]


def test_dots_are_quiet_where_there_are_many():
    assert not any(point.is_quiet for point in drawn([(1, 1, 1, 1)] * 24).points)
    assert [point.is_quiet for point in drawn([(1, 1, 1, 1)] * 60).points] == [True] * 59 + [False]


@pytest.mark.parametrize("rows", [[], [(0, 0, 0, 0)]], ids=["none", "zeros"])
def test_nothing_ever_is_an_empty_chart(rows):
    assert drawn(rows).is_empty


def test_the_numbers_of_both_axes_and_the_last_one_have_room():
    small, large = drawn([(3, 2, 1, 30)]).frame, drawn([(3, 2, 1, 123_456)]).frame
    assert large.left > small.left
    assert large.right > small.right


def test_links_are_known():
    (month,) = months(1)
    assert flows([Flow(month, Count(1), Count(1), Count(0), Count(4, "?rows"))]).has_links
