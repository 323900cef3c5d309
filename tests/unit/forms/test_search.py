"""What a search means: a number, an identity number, or a name."""

from datetime import date

import pytest

from referrals import identity
from referrals.forms.search import LONGEST_SEARCH, SearchForm

TODAY = date(2026, 11, 22)
SYNTHETIC = identity.synthetic(date(1948, 5, 17), 0)


def read(text: str, *, allow_synthetic: bool = True) -> SearchForm:
    form = SearchForm({"q": text}, on=TODAY, allow_synthetic=allow_synthetic)
    form.is_valid()
    return form


@pytest.mark.parametrize("text", ["2026-000123", "2026-123", " 2026-0123 "])
def test_a_referral_number_is_read_with_or_without_zeros(text: str) -> None:
    assert read(text).numbers == ("2026-000123",)


@pytest.mark.parametrize(("text", "running"), [("123", "000123"), (" 000123 ", "000123"), ("1", "000001")])
def test_a_running_number_alone_is_that_of_every_year_until_now(text: str, running: str) -> None:
    numbers = read(text).numbers
    assert numbers[0] == f"1900-{running}" and numbers[-1] == f"{TODAY.year}-{running}"
    assert len(set(numbers)) == TODAY.year - 1899


@pytest.mark.parametrize("text", ["2026-", "26-123", "٣"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert read(text).numbers == ()


@pytest.mark.parametrize(
    "text", [SYNTHETIC, f"{SYNTHETIC[:6]} {SYNTHETIC[6:]}", f"{SYNTHETIC[:6]}-{SYNTHETIC[6:]}"]
)
def test_an_identity_number_is_read_as_people_write_it(text: str) -> None:
    form = read(text)
    assert form.identifier and form.identifier.digits == SYNTHETIC
    assert not form.numbers


@pytest.mark.parametrize("text", ["Kari Nordmann", "Ŋáŋá", "O'Hara", "12 Monkeys", "😀"])
def test_everything_else_is_a_name(text: str) -> None:
    form = read(text)
    assert form.is_valid() and not form.numbers and form.identifier is None


@pytest.mark.parametrize(
    "text",
    [
        "1234567",
        SYNTHETIC[:-1] + ("0" if SYNTHETIC[-1] != "0" else "1"),
        "1" * 30,
        "x" * (LONGEST_SEARCH + 1),
        "",
        "\x00",
    ],
)
def test_what_cannot_be_any_of_them_is_told(text: str) -> None:
    assert "q" in read(text).errors


def test_numbers_of_the_demo_are_refused_elsewhere() -> None:
    assert "q" in read(SYNTHETIC, allow_synthetic=False).errors
