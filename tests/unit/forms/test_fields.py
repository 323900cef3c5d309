from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from referrals.forms.fields import LongTextField, NorwegianDateField

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed",
    [
        "22112026",
        "221126",
        "22.11.2026",
        "22.11.26",
        "22/11/2026",
        "22/11-26",
        "22-11-2026",
        "22 11 2026",
        " 22.11.2026 ",
        "22. 11. 2026",
        "22.11.2026.",
        "2026-11-22",
    ],
)
def test_a_date_is_read_as_people_type_it(typed):
    assert NorwegianDateField().clean(typed) == TODAY


@pytest.mark.parametrize("typed", ["2.1.26", "02.01.26", "020126", "2026-1-2"])
def test_day_and_month_may_have_one_figure(typed):
    assert NorwegianDateField().clean(typed) == date(2026, 1, 2)


@pytest.mark.parametrize(
    "typed", ["31.02.2026", "29022025", "00.11.2026", "22.13.2026", "99999999", "2026-02-30"]
)
def test_a_date_that_does_not_exist_is_named(typed):
    with pytest.raises(ValidationError) as refused:
        NorwegianDateField().clean(typed)
    assert refused.value.code == "impossible"


def test_the_message_repeats_the_date_as_it_was_understood():
    with pytest.raises(ValidationError, match=r"31\.02\.2026"):
        NorwegianDateField().clean("310226")


@pytest.mark.parametrize(
    "typed",
    ["i går", "22112", "2211202", "22.11.126", "22.11", "november", "٢٢.١١.٢٠٢٦", "1" * 5000, "22.11.2026x"],
)
def test_anything_else_is_answered_with_an_example(typed):
    with pytest.raises(ValidationError) as refused:
        NorwegianDateField().clean(typed)
    assert refused.value.code == "invalid"


@pytest.mark.parametrize(
    ("figures", "latest_year", "year"),
    [
        (26, 2026, 2026),
        (27, 2026, 1927),
        (45, 2026, 1945),
        (0, 2026, 2000),
        (68, 2068, 2068),
        (69, 2068, 1969),
    ],
)
def test_two_figures_are_the_latest_such_year_not_after_the_latest(figures, latest_year, year):
    assert NorwegianDateField(latest_year=latest_year).clean(f"01.02.{figures:02}").year == year


@given(st.dates(date(1900, 1, 1), date(2067, 12, 31)))
def test_what_is_shown_can_be_sent_back(day):
    field = NorwegianDateField()
    assert field.clean(field.widget.format_value(day)) == day


@pytest.mark.parametrize(
    ("typed", "code"),
    [("23.11.2026", "too_late"), ("31.12.2025", "too_early"), ("22.11.2026", None), ("01.01.2026", None)],
)
def test_the_first_and_the_last_date_are_allowed(typed, code):
    field = NorwegianDateField(not_before=date(2026, 1, 1), not_after=TODAY)
    if code is None:
        assert field.clean(typed)
        return
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert refused.value.code == code


def test_a_year_before_anybody_living_was_born_is_refused():
    with pytest.raises(ValidationError) as refused:
        NorwegianDateField().clean("22.11.0026")
    assert refused.value.code == "too_early"


def test_an_empty_date_may_be_allowed():
    assert NorwegianDateField(required=False).clean("") is None


@pytest.mark.parametrize(
    "text", ["Kárášjohka – čállin ŋ đ ŧ", "👩‍🦽 🏠", "æøå ÆØÅ", "<script>", "a" * 10_000]
)
def test_text_comes_through_as_it_was_written(text):
    assert LongTextField().clean(text) == text


def test_a_line_break_is_one_character_on_every_system():
    field = LongTextField(max_length=3)
    assert field.clean("a\r\nb") == field.clean("a\rb") == "a\nb"
