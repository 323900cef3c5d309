"""Alphabetical order, waits in words, numbers and initials."""

import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from referrals.norwegian import (
    days_in_words,
    initials,
    inside_a_sentence,
    listed,
    number,
    per_cent,
    sort_key,
)

# The names of the 357 municipalities as Intl.Collator("nb") of Node.js 20 (ICU 78.2) sorts them.
NAMES_IN_ORDER = (Path(__file__).parent / "municipality_names_in_order.txt").read_text("utf-8").splitlines()


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def test_the_names_of_all_municipalities_sort_as_icu_sorts_them():
    assert len(NAMES_IN_ORDER) == 357
    assert sorted(reversed(NAMES_IN_ORDER), key=sort_key) == NAMES_IN_ORDER


def test_the_order_is_the_same_byte_for_byte_as_in_the_database():
    assert sorted(NAMES_IN_ORDER, key=lambda name: sort_key(name).encode()) == NAMES_IN_ORDER


@pytest.mark.parametrize(
    "in_order",
    [
        pytest.param(["Alta", "Zakarias", "Ærlig", "Østre Toten", "Ålesund"], id="æ ø å last"),
        pytest.param(["Bykle", "Bærum", "Bø", "Båtsfjord"], id="inside a word"),
        pytest.param(["Zorro", "Ärlig", "Östlund", "Aarborte"], id="Swedish letters and double a"),
        pytest.param(["Haram", "Hustadvika", "Haakon", "Håland"], id="aa among the å-s"),
        pytest.param(["Ås", "Åsane", "Åsnes"], id="short before long"),
        pytest.param(["Nord-Aurdal", "Nord-Fron", "Nordkapp", "Nordre Follo"], id="hyphen before letters"),
        pytest.param(["Desember", "Đorđević", "Drammen"], id="Sámi đ among the d-s"),
        pytest.param(["Lukas", "Łukasz", "Luz"], id="Polish ł among the l-s"),
        pytest.param(["Thea", "Þór", "Tiller"], id="Icelandic þ as th"),
    ],
)
def test_words_sort_as_in_a_norwegian_phone_book(in_order):
    assert sorted(reversed(in_order), key=sort_key) == in_order


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÅSE", "åse"),
        ("Aase", "Åse"),
        ("AASE", "åse"),
        ("Kárášjohka", "karasjohka"),
        ("Unjárga", "UNJARGA"),
        ("Porsáŋgu", "porsangu"),
        ("Björn", "Bjørn"),
        ("Märtha", "Mærtha"),
        ("Müller", "Muller"),
        ("Ǻse", "Åse"),
        ("Ǿrn", "Ørn"),
        ("Strauß", "Strauss"),
        ("Şahin", "Sahin"),
        ("Yıldız", "Yildiz"),
    ],
)
def test_case_accents_and_old_spellings_do_not_count(one, other):
    assert sort_key(one) == sort_key(other)


@pytest.mark.parametrize(("one", "other"), [("Bår", "Bar"), ("Bær", "Bar"), ("Bør", "Bor"), ("Bør", "Bær")])
def test_æ_ø_and_å_are_letters_of_their_own(one, other):
    assert sort_key(one) != sort_key(other)


@given(st.text())
def test_the_key_does_not_depend_on_how_letters_are_composed(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert sort_key(composed) == sort_key(decomposed)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøåABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ -"))
def test_the_key_does_not_depend_on_case(text):
    assert sort_key(text.upper()) == sort_key(text.lower()) == sort_key(text)


@given(st.text(), st.text())
def test_code_points_and_bytes_give_the_same_order(one, other):
    first, second = sort_key(one), sort_key(other)
    assert (first < second) == (first.encode() < second.encode())


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 dager"),
        (1, "1 dag"),
        (2, "2 dager"),
        (55, "55 dager"),
        (56, "56 dager"),
        (57, "8 uker"),
        (62, "8 uker"),
        (63, "9 uker"),
        (182, "26 uker"),
        (183, "6 måneder"),
        (213, "6 måneder"),
        (214, "7 måneder"),
        (365, "11 måneder"),
        (366, "12 måneder"),
        (730, "23 måneder"),
        (731, "24 måneder"),
        (3653, "120 måneder"),
    ],
)
def test_a_wait_is_said_in_days_then_weeks_then_months(days, words):
    assert days_in_words(days) == words


def test_a_wait_is_said_in_english_too(english):
    assert [days_in_words(days) for days in (1, 56, 57, 400)] == ["1 day", "56 days", "8 weeks", "13 months"]


def test_a_wait_is_never_negative():
    with pytest.raises(ValueError, match="negative"):
        days_in_words(-1)


@given(st.integers(0, 20_000))
def test_no_more_is_said_than_has_passed(days):
    amount, unit = days_in_words(days).split(" ")
    least = {"da": 1, "uk": 7, "må": 30}[unit[:2]]
    assert int(amount) * least <= days


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1000, 0, "1 000"),
        (5_627_400, 0, "5 627 400"),
        (1234.5, 1, "1 234,5"),
        (0.2, 1, "0,2"),
        (2, 1, "2,0"),
        (0.05, 1, "0,1"),
        (0.25, 1, "0,3"),
        (2.675, 2, "2,68"),
        (Decimal("2.005"), 2, "2,01"),
        (999.95, 1, "1 000,0"),
        (-3, 0, "−3"),
        (-1234.56, 1, "−1 234,6"),
        (-0.04, 1, "0,0"),
        (1e-7, 2, "0,00"),
    ],
)
def test_numbers_have_a_no_break_space_and_a_comma(value, decimals, shown):
    assert number(value, decimals) == shown.replace(" ", "\N{NO-BREAK SPACE}")


def test_english_has_a_decimal_point(english):
    assert number(1234.5, 1) == "1\N{NO-BREAK SPACE}234.5"


@pytest.mark.parametrize(
    ("share", "decimals", "shown"),
    [
        (0.12, 0, "12 %"),
        (0.125, 0, "13 %"),
        (1, 0, "100 %"),
        (0.0325, 1, "3,3 %"),
        (0, 0, "0 %"),
        (-0.5, 0, "−50 %"),
    ],
)
def test_per_cent_has_a_no_break_space(share, decimals, shown):
    assert per_cent(share, decimals) == shown.replace(" ", "\N{NO-BREAK SPACE}")


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=4), st.integers(0, 3))
def test_a_number_is_shown_within_half_of_its_last_decimal(value, decimals):
    shown = (
        number(value, decimals)
        .replace("\N{NO-BREAK SPACE}", "")
        .replace(",", ".")
        .replace("\N{MINUS SIGN}", "-")
    )
    assert abs(Decimal(shown) - value) <= Decimal("0.5").scaleb(-decimals)


@pytest.mark.parametrize(
    ("given_name", "family_name", "shown"),
    [
        ("Kari Áne", "Østby-Ås", "KØ"),
        ("ola", "nordmann", "ON"),
        ("Ánte", "Čállin", "ÁČ"),
        ("A\N{COMBINING RING ABOVE}se", "Ås", "ÅÅ"),
        ("Lars", "d'Arc", "LD"),
        ("«Kalle»", "(Berg)", "KB"),
        ("Kari", "", "K"),
        ("", "", ""),
        ("🦽", "3", ""),
        ("ßen", "ĳssel", "SsĲ"),
        ("c\N{COMBINING DIAERESIS}ira", "王", "C\N{COMBINING DIAERESIS}王"),
    ],
)
def test_initials_are_the_first_letters_of_given_and_family_name(given_name, family_name, shown):
    assert initials(given_name, family_name) == shown


@given(st.text(), st.text())
def test_initials_of_anything_are_short(given_name, family_name):
    assert len(initials(given_name, family_name).encode()) <= 4 * (len(given_name) + len(family_name))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(["Hitra"], "Hitra"), (["Heim", "Hitra"], "Heim og Hitra"), (["A", "B", "C"], "A, B og C")],
)
def test_names_in_a_sentence(names, sentence):
    assert listed(names, last="og") == sentence


@pytest.mark.parametrize(
    ("words", "inside"),
    [("Henviser", "henviser"), ("Åse", "åse"), ("GP", "GP"), ("NAV", "NAV"), ("A", "a"), ("", "")],
)
def test_words_inside_a_sentence(words, inside):
    assert inside_a_sentence(words) == inside
