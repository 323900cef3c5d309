import pytest

from referrals.boards.figures import count, count_change, days, days_change, longer_unit
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
    ("change", "words"),
    [
        (Figure(1.0), "1 dag lengre enn 13 uker tidligere"),
        (Figure(-19.2), "19 dager kortere enn 13 uker tidligere"),
        (Figure(0.3), "Uendret fra 13 uker tidligere"),
    ],
)
def test_the_change_of_a_wait_is_longer_or_shorter(change, words):
    assert days_change(change, BEFORE) == words
