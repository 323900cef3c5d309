import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.boards.figures import (
    as_written,
    count,
    count_change,
    days,
    days_change,
    longer_unit,
    share_change,
)
from referrals.norwegian import number
from referrals.reports.suppression import SMALL, WITHHELD, Figure

BEFORE = "13 uker tidligere"


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Figure(0), "0"),
        (Figure(1234), "1\N{NO-BREAK SPACE}234"),
        (SMALL, "<5"),
        (WITHHELD, "Skjermet"),
        (Figure(), "–"),
    ],
    ids=["nobody", "many", "few", "withheld", "undefined"],
)
def test_a_count_is_a_number_or_says_why_not(figure, shown):
    assert count(figure) == shown


@pytest.mark.parametrize(
    ("figure", "shown"),
    [(Figure(1), "1 dag"), (Figure(48.5), "49 dager"), (Figure(219.3), "219 dager"), (WITHHELD, "Skjermet")],
)
def test_days_are_whole_halves_rounded_up(figure, shown):
    assert days(figure) == shown


@pytest.mark.parametrize(
    ("figure", "words"), [(Figure(56), ""), (Figure(57), "8 uker"), (Figure(400), "13 måneder"), (SMALL, "")]
)
def test_a_long_wait_is_also_said_in_weeks_or_months(figure, words):
    assert longer_unit(figure) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Figure(3), "3 flere enn 13 uker tidligere"),
        (Figure(1), "Én flere enn 13 uker tidligere"),
        (Figure(-1), "Én færre enn 13 uker tidligere"),
        (Figure(-3), "3 færre enn 13 uker tidligere"),
        (Figure(0), "Uendret fra 13 uker tidligere"),
        (WITHHELD, "Endringen vises ikke, tallene er for små"),
        (Figure(), "Ikke noe tall å sammenligne med 13 uker tidligere"),
    ],
)
def test_the_change_of_a_count_is_said_in_words(change, words):
    assert count_change(change, BEFORE) == words


@pytest.mark.parametrize(
    ("now", "past", "words"),
    [
        (49.0, 48.0, "1 dag lengre enn 13 uker tidligere"),
        (30.0, 49.2, "19 dager kortere enn 13 uker tidligere"),
        (48.3, 48.0, "Uendret fra 13 uker tidligere"),
        (256.5, 216.6, "40 dager lengre enn 13 uker tidligere"),  # 257 and 217 are shown, 39.9 lie between
        (605.4, 560.5, "44 dager lengre enn 13 uker tidligere"),  # 605 and 561, 44.9
        (48.5, 48.4, "1 dag lengre enn 13 uker tidligere"),  # 49 and 48
    ],
)
def test_the_change_of_a_wait_is_the_difference_of_what_is_shown(now, past, words):
    assert days_change(Figure(now), Figure(past), BEFORE) == words


@pytest.mark.parametrize(
    ("now", "past", "words"),
    [
        (0.614, 0.605, "Uendret fra 13 uker tidligere"),  # 61 % both
        (0.615, 0.604, "2 prosentpoeng høyere enn 13 uker tidligere"),  # 62 % and 60 %
        (0.285, 0.30, "1 prosentpoeng lavere enn 13 uker tidligere"),  # 28.5 % is 29 %
    ],
)
def test_the_change_of_a_share_is_the_difference_of_what_is_shown(now, past, words):
    assert share_change(Figure(now), Figure(past), BEFORE) == words


@pytest.mark.parametrize("change", [days_change, share_change])
def test_what_is_hidden_or_missing_has_no_change(change):
    assert change(Figure(0.5), WITHHELD, BEFORE) == "Endringen vises ikke, tallene er for små"
    assert change(Figure(0.5), Figure(), BEFORE) == "Ikke noe tall å sammenligne med 13 uker tidligere"


@given(
    st.floats(0, 4000).map(lambda days: round(days, 1)), st.floats(0, 4000).map(lambda days: round(days, 1))
)
def test_a_change_is_always_the_difference_of_the_two_that_are_written(now, past):
    change = as_written(Figure(now)).minus(as_written(Figure(past)))
    assert change.value == int(number(now).replace("\xa0", "")) - int(number(past).replace("\xa0", ""))
