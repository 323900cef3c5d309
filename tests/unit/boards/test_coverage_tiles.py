from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from referrals.boards import coverage_tiles as board
from referrals.choices import CoverageState
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from tests.unit.boards.test_coverage import address, report


def one(**changed):
    """A country of one municipality that is so."""
    made = report([CoverageState.OWN])
    return replace(made, rows=(replace(made.rows[0], **changed),))


def tile(shade, **changed):
    (drawn,) = board.shaded_map(one(**changed), address, "", shade).chart.tiles
    return drawn


@pytest.mark.parametrize(
    ("fte", "text", "tone"),
    [
        ("0", "0,0", "q1"),
        ("0.47", "0,9", "q1"),
        ("0.475", "1,0", "q2"),  # 0.95: written 1.0, and of the colour of 1.0
        ("0.99", "2,0", "q2"),
        ("1.99", "4,0", "q3"),
        ("5.00", "10", "q5"),
    ],
)
def test_the_colour_is_of_what_is_written(fte, text, tone):
    drawn = tile("arsverk", fte=Decimal(fte), population=5_000)
    assert (drawn.text, drawn.tone) == (text, tone)


def test_not_known_is_a_dash_and_no_nought():
    for changed in ({"population": None}, {"state": CoverageState.UNKNOWN}):
        drawn = tile("arsverk", **changed)
        assert (drawn.text, drawn.tone, drawn.label) == ("–", "q0", "Vik 1: ukjent")


@pytest.mark.parametrize(
    ("figure", "text", "tone"),
    [
        (Figure(0), "0", "q1"),
        (Figure(5), "5", "q2"),
        (Figure(49), "49", "q4"),
        (Figure(50), "50", "q5"),
        (Figure(1_999), "1k", "q5"),
        (SMALL, "<5", "q0"),
        (Figure(hidden=SMALL.hidden, below=10), "<10", "q0"),
        (WITHHELD, ":", "q0"),
        (Figure(), "–", "q0"),
    ],
)
def test_waits_are_shown_as_they_may_be(figure, text, tone):
    drawn = tile("venter", over_a_year=figure)
    assert (drawn.text, drawn.tone) == (text, tone)
    assert len(drawn.text) <= 3


def test_waits_that_are_not_known_are_told_as_such_and_have_a_place_in_the_legend():
    assert tile("venter", over_a_year=Figure()).label == "Vik 1: ukjent"
    legend = board.shaded_map(one(), address, "", "venter").chart.legend
    assert [(entry.symbol, entry.label) for entry in legend if entry.tone == "q0"] == [
        ("<", "lite (<) eller skjermet (:)"),
        ("–", "ukjent"),
    ]


@pytest.mark.parametrize("shade", sorted(board.SHADES))
def test_every_colour_leads_to_the_same_page_and_has_a_legend(shade):
    shaded = board.shaded_map(one(), address, "", shade)
    assert [drawn.href for drawn in shaded.chart.tiles] == ["/dekning/6001/"]
    assert {drawn.tone for drawn in shaded.chart.tiles} <= {entry.tone for entry in shaded.chart.legend}


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2018, 1, 1), 1),
        (date(2018, 1, 31), 1),
        (date(2018, 2, 1), 2),
        (date(2024, 12, 31), 84),
        (date(2026, 2, 28), 98),
        (date(2026, 3, 1), 99),
        (date(2026, 3, 16), 99),
    ],
)
def test_the_slider_stands_at_the_month_of_the_day(on, value):
    slider = board.day_slider(on, date(2026, 3, 16))
    assert (slider.value, slider.last, slider.shown) == (value, 99, f"{on:%d.%m.%Y}")
    assert slider.year_ends == tuple((12 * (year - 2017), year) for year in range(2018, 2026))


def test_the_years_end_with_today():
    choices = board.year_choices(date(2024, 12, 31), date(2026, 3, 16), lambda day: f"?{day}")
    assert [choice.label for choice in choices] == [*map(str, range(2018, 2026)), "I dag"]
    assert [choice.label for choice in choices if choice.is_chosen] == ["2024"]
    assert choices[-1].href == "?2026-03-16"
