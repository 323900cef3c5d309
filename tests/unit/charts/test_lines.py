from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.lines import Series, lines
from referrals.charts.scales import LINE_HEIGHT, text_width
from tests.look.months import months

values = st.one_of(st.none(), st.floats(0, 100_000, allow_nan=False))


@st.composite
def charts(draw):
    count = draw(st.integers(0, 30))
    series = draw(
        st.lists(
            st.builds(Series, st.text(max_size=15), st.lists(values, min_size=count, max_size=count)),
            max_size=5,
        )
    )
    return months(count), series


@given(charts())
def test_every_known_value_is_a_point_on_the_paper(given_chart):
    axis, series = given_chart
    chart = lines(axis, series)
    known = [value for one in series for value in one.values if value is not None]
    assert sum(len(line.points) for line in chart.lines) == len(known)
    assert chart.is_empty == (not known)
    for line in chart.lines:
        for point in line.points:
            assert chart.frame.left <= point.x <= chart.frame.plot_right
            assert chart.frame.top <= point.y <= chart.frame.plot_bottom


@given(charts())
def test_names_stand_apart(given_chart):
    chart = lines(*given_chart)
    heights = sorted(line.name_y for line in chart.lines)
    assert all(lower - upper >= LINE_HEIGHT - 0.1 for upper, lower in pairwise(heights))


def test_a_gap_breaks_the_line_and_a_lone_value_is_only_a_dot():
    (line,) = lines(months(6), [Series("Median", [1, 2, None, 3, None, 4])]).lines
    assert len(line.strokes) == 1
    assert [point.label for point in line.points] == ["mai 26", "jun 26", "aug 26", "okt 26"]


def test_one_value_stands_in_the_middle():
    chart = lines(months(1), [Series("Median", [7])])
    assert chart.lines[0].points[0].x == pytest.approx(
        (chart.frame.left + chart.frame.plot_right) / 2, abs=0.1
    )
    assert not chart.is_empty


def test_only_zeros_lie_on_the_base_line():
    chart = lines(months(2), [Series("Venter", [0, 0])])
    assert {point.y for point in chart.lines[0].points} == {chart.frame.plot_bottom}


def test_the_table_has_a_row_for_each_month_also_where_nothing_is_known():
    chart = lines(months(2), [Series("Median", [1, None]), Series("P90", [2, 3])])
    assert chart.rows == [
        ("sep 26", [(1, "–", ""), (2, "–", "")]),
        ("okt 26", [(None, "–", ""), (3, "–", "")]),
    ]
    assert not chart.has_links


def test_the_table_says_why_a_value_is_hidden():
    chart = lines(months(2), [Series("Waiting", [None, 7], ["<5", "–"])])
    assert chart.rows == [("sep 26", [(None, "<5", "")]), ("okt 26", [(7, "–", "")])]


def test_the_table_leads_from_its_values_to_their_rows():
    chart = lines(months(2), [Series("Waiting", [6, 7], hrefs=["?sep", "?okt"]), Series("Median", [1, 2])])
    assert chart.has_links
    assert chart.rows == [
        ("sep 26", [(6, "–", "?sep"), (1, "–", "")]),
        ("okt 26", [(7, "–", "?okt"), (2, "–", "")]),
    ]


def test_a_hidden_value_has_a_mark_of_its_own_and_one_that_is_not_there_has_none():
    hidden = Series("Median", [None, None, 7], ["<5", "–", "–"])
    chart = lines(months(3), [hidden, Series("P90", [None, 2, 3], ["Withheld", "–", "–"])])
    assert [(gap.label, gap.texts) for gap in chart.gaps] == [
        ("aug 26", (("Median", "<5"), ("P90", "Withheld"))),
    ]


def test_only_hidden_values_are_not_an_empty_chart():
    assert not lines(months(1), [Series("Median", [None], ["<5"])]).is_empty
    assert lines(months(1), [Series("Median", [None])]).is_empty


def test_sixty_months_are_a_line_with_a_dot_only_where_it_is_needed():
    values = [None if number in (10, 12) else number for number in range(60)]
    (line,) = lines(months(60), [Series("Waiting", values)]).lines
    assert [point.label for point in line.points if not point.is_quiet] == ["okt 22", "okt 26"]
    assert len(line.strokes) == 2


def test_months_have_their_years_below_them_and_their_whole_names_in_the_table():
    chart = lines(months(12), [Series("Waiting", range(12))])
    assert [year.text for year in chart.axis.years] == ["2025", "2026"]
    assert [row[0] for row in chart.rows][:3] == ["nov 25", "des 25", "jan 26"]
    assert chart.frame.plot_bottom == lines(months(1), [Series("Waiting", [1])]).frame.plot_bottom


def test_the_numbers_of_the_axis_have_room():
    narrow, wide = (lines(months(1), [Series("Waiting", [highest])]).frame.left for highest in (90, 90_000))
    assert wide > narrow


def test_a_series_of_another_length_is_refused():
    with pytest.raises(ValueError, match="2 values for 1 months"):
        lines(months(1), [Series("Median", [1, 2])])


def test_with_a_legend_the_lines_have_the_room_of_their_names():
    series = [Series("Ansatt i stilling", [1, 2]), Series("Ansatt", [1, 2])]
    beside, above = lines(months(2), series), lines(months(2), series, has_legend=True)
    assert (beside.has_legend, above.has_legend) == (False, True)
    assert above.frame.plot_right - beside.frame.plot_right >= text_width("Ansatt i stilling")
