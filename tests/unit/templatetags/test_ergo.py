from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from referrals.templatetags import ergo

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("written", "language", "expected"),
    [
        ("number:1234567", "nb", f"1{NBSP}234{NBSP}567"),
        ("number:999", "nb", "999"),
        ("number:0", "nb", "0"),
        ("fte:0.84", "nb", "0,8"),
        ("fte:0.84", "en", "0.8"),
        ("per_10000:3.456", "nb", "3,46"),
        ("percent:0.123", "nb", f"12{NBSP}%"),
        ("percent:1", "nb", f"100{NBSP}%"),
    ],
)
def test_numbers_are_written_as_in_the_language(written, language, expected):
    name, value = written.split(":")
    with translation.override(language):
        assert getattr(ergo, name)(Decimal(value)) == expected


@pytest.mark.parametrize(
    "name", ["number", "decimals", "fte", "per_10000", "percent", "day_month_year", "wait"]
)
def test_what_was_not_computed_is_a_dash(name):
    assert getattr(ergo, name)(None) == "–"


def test_a_withheld_count_is_neither_zero_nor_a_dash():
    assert (ergo.shown(None), ergo.shown(0), ergo.shown(7)) == ("<5", "0", "7")


def test_a_withheld_count_is_escaped_in_a_page():
    page = Template("{% load ergo %}{{ count|shown }}").render(Context({"count": None}))
    assert page == "&lt;5"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_dates_are_the_same_in_every_language(language):
    with translation.override(language):
        assert ergo.day_month_year(date(2026, 3, 5)) == "05.03.2026"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_coordinates_have_a_point_in_every_language(language):
    with translation.override(language):
        assert ergo.shifted(12.5, -0.25) == "12.25"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kari Nordmann Åsen", "KÅ"),
        ("kari", "K"),
        ("", ""),
        ("  ", ""),
        ("Čáhppe Ŋuorra", "ČŊ"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_the_last_name(name, expected):
    assert ergo.initials(name) == expected


@pytest.mark.parametrize(
    ("cookie", "scheme"),
    [
        ("dark", "dark"),
        ("light", "light"),
        ("auto", "auto"),
        ("", "auto"),
        ('"><script>', "auto"),
        ("DARK", "auto"),
    ],
)
def test_the_colour_scheme_is_one_of_three_whatever_the_cookie_says(cookie, scheme):
    request = RequestFactory().get("/")
    request.COOKIES[settings.COLOUR_SCHEME_COOKIE_NAME] = cookie
    assert ergo.colour_scheme({"request": request}) == scheme


def test_without_a_request_the_colours_are_the_device_s():
    assert ergo.colour_scheme({}) == "auto"


@pytest.mark.parametrize(
    ("level", "colour"),
    [
        ("success", "success"),
        ("warning", "warning"),
        ("error", "danger"),
        ("info", "info"),
        ("debug", "info"),
    ],
)
def test_messages_have_the_colours_of_the_design_system(level, colour):
    assert ergo.alert_colour(SimpleNamespace(level_tag=level)) == colour
