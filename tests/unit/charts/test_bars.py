import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.bars import LABEL_CHARACTERS, Part, Row, bars

PARTS = [Part("Innen frist"), Part("Snart", "near"), Part("Over frist", "over")]
value = st.one_of(st.none(), st.integers(0, 100_000))
rows = st.lists(st.builds(Row, st.text(max_size=80), st.lists(value, min_size=3, max_size=3)), max_size=20)


@given(rows, st.booleans())
def test_segments_follow_each_other_and_stay_on_the_paper(rows, share):
    chart = bars(rows, PARTS, share=share)
    assert len(chart.bars) == len(rows)
    for bar in chart.bars:
        assert bar.segments[0].x == chart.frame.left
        for segment in bar.segments:
            assert segment.width >= 0
            assert segment.x + segment.width <= chart.frame.plot_right + 0.1
        assert bar.y + chart.bar_height <= chart.frame.plot_bottom


@given(rows)
def test_shares_of_a_row_sum_to_the_whole_or_to_nothing(rows):
    for bar in bars(rows, PARTS, share=True).bars:
        total = sum(segment.share for segment in bar.segments)
        assert total == pytest.approx(1) or total == 0


@given(rows)
def test_rows_never_overlap(rows):
    chart = bars(rows, PARTS)
    for upper, lower in zip(chart.bars, chart.bars[1:], strict=False):
        assert upper.y + chart.bar_height < lower.y
        assert upper.label_lines[-1].y < lower.label_lines[0].y


def test_a_long_label_takes_several_lines_and_loses_no_word():
    label = "Forebyggende hjemmebesøk og boligrådgivning for eldre"
    (bar,) = bars([Row(label, [1])], [Part("Venter")]).bars
    assert " ".join(line.text for line in bar.label_lines) == label
    assert all(len(line.text) <= LABEL_CHARACTERS for line in bar.label_lines)


@pytest.mark.parametrize(
    "rows", [[], [Row("A", [0])], [Row("A", [0]), Row("B", [0])]], ids=["none", "zero", "zeros"]
)
def test_nothing_to_show_is_an_empty_chart(rows):
    assert bars(rows, [Part("Venter")]).is_empty


def test_a_withheld_value_is_not_nothing_and_hides_the_total():
    chart = bars([Row("A", [None, 4, 0])], PARTS)
    assert not chart.is_empty
    assert chart.bars[0].shown_total is None


def test_a_row_with_too_few_values_is_refused():
    with pytest.raises(ValueError, match="1 values for 3 parts"):
        bars([Row("A", [1])], PARTS)
