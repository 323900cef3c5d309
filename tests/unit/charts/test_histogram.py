from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.charts.histogram import Class, Mark, fitted, histogram

BANDS = [
    Class(0, 15, 30),
    Class(15, 29, None),
    Class(29, 57, 12),
    Class(57, 85, 4),
    Class(85, 183, 20),
    Class(183, 366, 9),
    Class(366, None, 3),
]
waits = st.dictionaries(st.integers(0, 4000), st.integers(0, 500), max_size=60)
marks = st.lists(
    st.builds(
        Mark,
        st.floats(0, 5000, allow_nan=False),
        st.text(alphabet="Median P90 0123456789", min_size=1, max_size=22),
        st.sampled_from(["target", "year", "median", "p90"]),
    ),
    max_size=6,
)


def weeks(counts):
    """Classes of a week out of how many waited each number of days."""
    made = [0] * (max(counts, default=0) // 7 + 1)
    for days, count in counts.items():
        made[days // 7] += count
    return [Class(7 * number, 7 * number + 7, count, over=count // 2) for number, count in enumerate(made)]


@given(waits)
def test_classes_that_fit_hold_everybody_once_without_holes(counts):
    made = fitted(weeks(counts))
    assert len(made) <= 30
    assert sum(one.count for one in made) == sum(counts.values())
    assert made[0].start == 0
    assert all(one.end == other.start for one, other in zip(made, made[1:], strict=False))
    assert len({one.end - one.start for one in made}) == 1


def test_few_classes_stay_as_they_are():
    assert fitted(BANDS) == tuple(BANDS)


def test_classes_are_put_together_with_those_over_their_target():
    made = fitted([Class(7 * number, 7 * number + 7, 2, over=1) for number in range(61)])
    assert [(one.code, one.count, one.over) for one in made[:2]] == [("0-27", 8, 4), ("28-55", 8, 4)]
    assert (made[-1].code, made[-1].count) == ("420-447", 2)


def test_what_is_hidden_stays_hidden_in_a_wider_class():
    made = fitted([Class(7 * number, 7 * number + 7, None, hidden="<5") for number in range(31)])
    assert {(one.count, one.hidden) for one in made} == {(None, "<5")}


def test_nobody_waiting_is_an_empty_chart_not_a_broken_one():
    assert histogram(weeks({})).is_empty
    assert histogram([], [Mark(84, "Target 84", "target")]).is_empty


def test_a_withheld_number_is_neither_nobody_nor_a_height():
    chart = histogram([Class(0, 15, None)])
    assert not chart.is_empty
    assert chart.columns[0].height == 0


@given(waits, marks)
def test_columns_and_marks_stay_on_the_paper(counts, marks):
    chart = histogram(fitted(weeks(counts)), marks)
    frame = chart.frame
    for column in chart.columns:
        assert frame.left <= column.x <= column.x + column.width <= frame.plot_right + 1
        assert frame.top <= column.y <= frame.plot_bottom
        assert column.height >= 0 and column.width > 0
    for mark in chart.marks:
        assert frame.left <= mark.x <= frame.plot_right


@given(marks)
def test_labels_of_marks_never_collide_and_stay_on_the_paper(marks):
    chart = histogram(BANDS, marks)
    assert len(chart.marks) == len(marks)
    for mark in chart.marks:
        assert 0 <= mark.span[0] and mark.span[1] <= chart.frame.width
        assert mark.label_y <= chart.frame.top
    for one, other in combinations(chart.marks, 2):
        if one.label_y == other.label_y:
            assert one.span[1] < other.span[0] or other.span[1] < one.span[0]


@pytest.mark.parametrize(
    ("days", "number", "share"),
    [
        pytest.param(0, 0, 0, id="first day"),
        pytest.param(14, 0, 14 / 15, id="last day of a class"),
        pytest.param(15, 1, 0, id="first day of the next"),
        pytest.param(84, 3, 27 / 28, id="inside"),
        pytest.param(366, 6, 0, id="first day of the open class"),
        pytest.param(9999, 6, 1, id="far beyond"),
    ],
)
def test_a_mark_stands_inside_its_class(days, number, share):
    chart = histogram(BANDS, [Mark(days, "x", "median")])
    width = chart.frame.plot_width / len(BANDS)
    assert chart.marks[0].x == pytest.approx(chart.frame.left + (number + share) * width, abs=0.1)


def test_columns_over_target_and_over_a_year_have_their_own_tone():
    chart = histogram(BANDS, [Mark(84, "Target", "target"), Mark(366, "A year", "year")])
    assert [column.tone for column in chart.columns] == ["within"] * 4 + ["over"] * 2 + ["year"]


def test_those_over_their_target_are_the_upper_part_of_their_column():
    column = histogram([Class(0, 7, 10, over=4)]).columns[0]
    assert column.over_y == column.y
    assert column.over_height == pytest.approx(column.height * 0.4, abs=0.1)


def test_the_target_of_a_line_does_not_colour_columns_whose_numbers_over_target_are_known():
    chart = histogram([Class(0, 7, 5, over=0), Class(7, 14, 5, over=2)], [Mark(3, "P1", "target")])
    assert {column.tone for column in chart.columns} == {"within"}
    assert chart.has_over
    assert chart.tones == {"within", "over"}


def test_what_stands_for_a_hidden_number_is_given_with_it():
    chart = histogram([Class(0, 15, None, hidden="Withheld")])
    assert chart.columns[0].of.hidden == "Withheld"
