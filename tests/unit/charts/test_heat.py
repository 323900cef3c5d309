from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.heat import NOTHING, HeatRow, heat, shades
from referrals.charts.scales import Count

value = st.one_of(st.none(), st.integers(0, 100_000))


def shaded(*rows):
    columns = [str(number) for number in range(len(rows[0]))] if rows else []
    made = [
        HeatRow(f"row {number}", [Count(one) for one in row], Count(0)) for number, row in enumerate(rows)
    ]
    return heat(columns, made, [Count(0)] * len(columns), Count(0))


@given(st.integers(1, 1_000_000))
def test_steps_are_equally_wide_without_holes_from_one_to_the_highest(highest):
    made = shades(highest)
    assert 1 <= len(made) <= 5
    assert made[0].first == 1
    assert made[-1].first <= highest <= made[-1].last
    assert all(one.last + 1 == other.first for one, other in pairwise(made))
    assert len({one.last - one.first for one in made}) == 1
    tones = [one.tone for one in made]
    assert tones == sorted(set(tones))


@given(st.lists(st.lists(value, min_size=4, max_size=4), min_size=1, max_size=10))
def test_every_cell_has_the_shade_the_legend_says(rows):
    chart = shaded(*rows)
    by_tone = {shade.tone: shade for shade in chart.legend}
    for row, drawn in zip(rows, chart.rows, strict=True):
        for number, cell in zip(row, drawn.cells, strict=True):
            if number is None:
                assert cell.tone == "hidden"
            elif number == 0:
                assert cell.tone == "zero"
            else:
                assert by_tone[cell.tone].first <= number <= by_tone[cell.tone].last


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        pytest.param(0, [], id="nobody"),
        pytest.param(1, [("q3", 1, 1)], id="one"),
        pytest.param(3, [("q1", 1, 1), ("q3", 2, 2), ("q5", 3, 3)], id="few"),
        pytest.param(
            50,
            [("q1", 1, 10), ("q2", 11, 20), ("q3", 21, 30), ("q4", 31, 40), ("q5", 41, 50)],
            id="five steps",
        ),
        pytest.param(51, [("q1", 1, 20), ("q3", 21, 40), ("q5", 41, 60)], id="one more"),
    ],
)
def test_few_steps_lie_far_apart_in_shade(highest, expected):
    assert [(shade.tone, shade.first, shade.last) for shade in shades(highest)] == expected


def test_a_hidden_cell_is_not_nobody():
    chart = shaded([None, 0])
    assert not chart.is_empty
    assert chart.hidden == "<5"
    assert shaded([0, 0]).is_empty
    assert shaded().is_empty
    assert shaded([1]).hidden == ""


def test_sums_are_shown_as_given_since_they_may_be_hidden_on_their_own():
    total = Count(None, hidden="Withheld")
    chart = heat(["1"], [HeatRow("A", [Count(9)], total)], [total], Count(9, "?all"))
    assert (chart.rows[0].total, chart.totals, chart.whole) == (total, (total,), Count(9, "?all"))


def test_rows_and_sums_of_another_length_are_refused():
    with pytest.raises(ValueError, match="A has 1 counts for 2 columns"):
        heat(["1", "2"], [HeatRow("A", [Count(1)], Count(1))], [Count(1), Count(0)], Count(1))
    with pytest.raises(ValueError, match="The bottom row has 1 counts for 2 columns"):
        heat(["1", "2"], [], [Count(1)], Count(1))


def shares(*row):
    counts = [Count(None, hidden=NOTHING) if one is None else Count(one) for one in row]
    return heat(["1"] * len(row), [HeatRow("row", counts, Count(0))], [Count(0)] * len(row), Count(0), "%")


def test_a_share_of_nobody_has_no_shade_and_hides_nothing():
    chart = shares(None, 0, 100)
    assert [cell.tone for cell in chart.rows[0].cells] == ["zero", "zero", "q5"]
    assert chart.hidden == "" and chart.unit == "%"


def test_a_share_of_nought_is_a_figure_and_no_share_is_none():
    assert not shares(0, None).is_empty
    assert shares(None, None).is_empty
