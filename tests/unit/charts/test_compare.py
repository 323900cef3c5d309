import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.compare import LEAST_WIDTH, MOST_ROWS, Amount, Compared, compare

amounts = st.builds(Amount, st.one_of(st.none(), st.floats(0, 100_000, allow_nan=False)), st.text(max_size=9))
rows = st.lists(st.builds(Compared, st.text(), amounts, amounts, st.text()), max_size=MOST_ROWS)


@given(rows)
def test_bars_are_on_one_scale_and_stay_on_the_paper(rows):
    chart = compare(rows)
    bars = [bar for row in chart.rows for bar in (row.now, row.before)]
    highest = max((bar.of.value or 0 for bar in bars), default=0)
    for bar in bars:
        assert 0 <= bar.width <= chart.paper_width
        if bar.of.value and bar.width > LEAST_WIDTH:
            assert bar.width == pytest.approx(chart.paper_width * bar.of.value / highest, abs=0.1)


def test_the_order_is_kept():
    made = [Compared(label, Amount(1, "1"), Amount(2, "2"), "1 fewer") for label in "cab"]
    assert [row.of.label for row in compare(made).rows] == ["c", "a", "b"]


def test_something_small_is_seen_and_nothing_is_not():
    (row, _) = compare(
        [
            Compared("A", Amount(1, "1"), Amount(0, "0"), "1 more"),
            Compared("B", Amount(12_345, "12 345"), Amount(9, "9"), "12 336 more"),
        ]
    ).rows
    assert row.now.width == LEAST_WIDTH
    assert row.before.width == 0


def test_hidden_is_not_empty_and_unknown_is():
    unknown, hidden = Amount(None, "–"), Amount(None, "<5", is_hidden=True)
    assert compare([]).is_empty
    assert compare([Compared("A", unknown, unknown, "")]).is_empty
    assert not compare([Compared("A", unknown, hidden, "")]).is_empty
    assert not compare([Compared("A", Amount(0, "0"), unknown, "")]).is_empty


def test_more_rows_than_one_takes_in_are_refused():
    with pytest.raises(ValueError, match="9 rows: no more than 8"):
        compare([Compared("A", Amount(1, "1"), Amount(1, "1"), "")] * 9)
