"""Identity numbers: synthetic ones (month + 80), impossible ones, and ones of people born in 1854."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from referrals import identity
from referrals.errors import (
    DomainError,
    IdentifierCheckDigits,
    IdentifierFromTheFuture,
    IdentifierImpossibleDate,
    IdentifierImpossibleYear,
    IdentifierLength,
    IdentifierNotDigits,
    InvalidHprNumber,
    InvalidIdentifier,
    SyntheticIdentifier,
)
from referrals.identity import Identifier, IdentifierKind, parse, synthetic

TODAY = date(2026, 11, 22)
LAST_DAY_OF_OLD_RULES = date(2031, 12, 31)
FIRST_DAY_OF_NEW_RULES = date(2032, 1, 1)

birth_dates = st.dates(date(1854, 1, 1), date(2039, 12, 31))
past_birth_dates = st.dates(date(1854, 1, 1), TODAY)
serials = st.integers(0, 199)


def check_digits(nine: str, first_remainder: int = 0) -> str:
    """The two check digits that leave the remainder in k1; empty when one of them would be 10."""
    k1 = (
        first_remainder - sum(w * int(d) for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), nine, strict=True))
    ) % 11
    k2 = (
        -sum(w * int(d) for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), f"{nine}{k1}"[:10], strict=True)) % 11
    )
    return f"{k1}{k2}" if k1 < 10 and k2 < 10 else ""


def number(start: str, first_remainder: int = 0) -> str:
    """The first number that has check digits, counting the individual number up from the nine digits given."""
    nines = (f"{start[:6]}{individual:03}" for individual in range(int(start[6:]), 1000))
    return next(nine + ends for nine in nines if (ends := check_digits(nine, first_remainder)))


def parsed(text: str, on: date = TODAY, allow_synthetic: bool = True) -> Identifier:
    return parse(text, on=on, allow_synthetic=allow_synthetic)


@pytest.mark.parametrize(
    ("digits", "kind", "is_synthetic", "birth_date"),
    [
        pytest.param("01845112343", IdentifierKind.FNR, True, date(1951, 4, 1), id="synthetic fødselsnummer"),
        pytest.param("55896212353", IdentifierKind.DNR, True, date(1962, 9, 15), id="synthetic D-number"),
        pytest.param("18910561266", IdentifierKind.FNR, True, date(2005, 11, 18), id="born in this century"),
        pytest.param(number("010154500"), IdentifierKind.FNR, False, date(1854, 1, 1), id="fødselsnummer"),
        pytest.param(number("410154500"), IdentifierKind.DNR, False, date(1854, 1, 1), id="D-number"),
        pytest.param(number("014154500"), IdentifierKind.HNR, False, date(1854, 1, 1), id="H-number"),
        pytest.param(number("812345678"), IdentifierKind.FHN, False, None, id="common auxiliary number"),
        pytest.param(number("912345678"), IdentifierKind.FHN, False, None, id="another auxiliary number"),
    ],
)
def test_the_kind_and_birth_date_are_read_from_the_number(digits, kind, is_synthetic, birth_date):
    assert parsed(digits) == Identifier(digits, kind, is_synthetic, birth_date)


@pytest.mark.parametrize(
    "typed",
    [
        "018451 12343",
        "018451-12343",
        " 01845112343 ",
        "018451\N{NO-BREAK SPACE}12343",
        "01 84 51 12343",
        "018451\N{NARROW NO-BREAK SPACE}12343",
        "018451\N{NON-BREAKING HYPHEN}12343",
        "018451–12343",
        "\ufeff01845112343\u200b",
        "018451\t12343\r\n",
    ],
)
def test_spaces_and_hyphens_do_not_matter(typed):
    assert parsed(typed).digits == "01845112343"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        pytest.param("", IdentifierLength, id="nothing"),
        pytest.param(" - ", IdentifierLength, id="only separators"),
        pytest.param("0184511234", IdentifierLength, id="ten digits"),
        pytest.param("018451123430", IdentifierLength, id="twelve digits, as a DUF number"),
        pytest.param("1" * 10_000, IdentifierLength, id="ten thousand digits"),
        pytest.param("0184511234O", IdentifierNotDigits, id="the letter O"),
        pytest.param("018451.12343", IdentifierNotDigits, id="a full stop"),
        pytest.param("０１８４５１１２３４３", IdentifierNotDigits, id="fullwidth digits"),
        pytest.param("٠١٨٤٥١١٢٣٤٣", IdentifierNotDigits, id="Arabic digits"),
        pytest.param("²1845112343", IdentifierNotDigits, id="a superscript"),
        pytest.param("Kari 🦽 Áŋŧ", IdentifierNotDigits, id="a name"),
        pytest.param("01845112334", IdentifierCheckDigits, id="two digits swapped"),
        pytest.param("01845112344", IdentifierCheckDigits, id="last digit wrong"),
        pytest.param(number("000180123"), IdentifierImpossibleDate, id="day 0"),
        pytest.param(number("320180123"), IdentifierImpossibleDate, id="day 32"),
        pytest.param(number("310480124"), IdentifierImpossibleDate, id="31 April"),
        pytest.param(number("010080123"), IdentifierImpossibleDate, id="month 0"),
        pytest.param(number("011380123"), IdentifierImpossibleDate, id="month 13"),
        pytest.param(number("017180124"), IdentifierImpossibleDate, id="month 71"),
        pytest.param(number("414180123"), IdentifierImpossibleDate, id="D- and H-number at once"),
        pytest.param(number("290281123"), IdentifierImpossibleDate, id="29 February of a common year"),
        pytest.param(number("290200123"), IdentifierImpossibleDate, id="29 February 1900"),
        pytest.param(number("010145600"), IdentifierImpossibleYear, id="year 45 in the series 500–749"),
        pytest.param(number("010160800"), IdentifierImpossibleYear, id="year 60 in the series 750–899"),
    ],
)
def test_what_is_not_an_identity_number_is_refused_with_its_own_reason(typed, error):
    with pytest.raises(error):
        parsed(typed)


@pytest.mark.parametrize(
    ("year", "individual", "born"),
    [
        ("00", "000", 1900),
        ("99", "499", 1999),
        ("54", "500", 1854),
        ("99", "749", 1899),
        ("00", "500", 2000),
        ("26", "999", 2026),
        ("40", "900", 1940),
        ("99", "999", 1999),
        ("00", "900", 2000),
    ],
)
def test_the_individual_number_tells_the_century(year, individual, born):
    nines = (f"{day:02}81{year}{individual}" for day in range(1, 29))
    digits = next(nine + ends for nine in nines if (ends := check_digits(nine)))
    assert parsed(digits).birth_date == date(born, 1, int(digits[:2]))


def test_a_leap_day_of_the_year_2000_is_a_date():
    assert parsed(number("298200502")).birth_date == date(2000, 2, 29)


def test_a_birth_date_may_be_today_but_not_tomorrow():
    number = synthetic(date(2026, 11, 22), 0)
    assert parsed(number, on=date(2026, 11, 22)).birth_date == date(2026, 11, 22)
    with pytest.raises(IdentifierFromTheFuture):
        parsed(number, on=date(2026, 11, 21))


def test_a_synthetic_number_is_refused_outside_the_demo():
    with pytest.raises(SyntheticIdentifier):
        parsed("01845112343", allow_synthetic=False)
    with pytest.raises(SyntheticIdentifier):
        parsed("55896212353", allow_synthetic=False)


def test_a_typing_error_in_a_synthetic_number_is_called_a_typing_error():
    with pytest.raises(IdentifierCheckDigits):
        parsed("01845112344", allow_synthetic=False)


@pytest.mark.parametrize("first_remainder", [1, 2, 3])
@pytest.mark.parametrize("start", ["010154500", "410154500", "018180000"])
def test_new_remainders_hold_from_the_first_day_of_2032(start, first_remainder):
    digits = number(start, first_remainder)
    with pytest.raises(IdentifierCheckDigits):
        parsed(digits, on=LAST_DAY_OF_OLD_RULES)
    assert parsed(digits, on=FIRST_DAY_OF_NEW_RULES).digits == digits


@pytest.mark.parametrize("on", [LAST_DAY_OF_OLD_RULES, FIRST_DAY_OF_NEW_RULES])
@pytest.mark.parametrize("start", ["010154500", "014154500", "812345000"])
def test_a_remainder_of_four_is_never_right(start, on):
    with pytest.raises(IdentifierCheckDigits):
        parsed(number(start, 4), on=on)


@pytest.mark.parametrize("start", ["014154500", "812345000"])
def test_numbers_of_the_health_service_keep_the_old_rule(start):
    with pytest.raises(IdentifierCheckDigits):
        parsed(number(start, 1), on=FIRST_DAY_OF_NEW_RULES)


@pytest.mark.parametrize("start", ["018180000", "010160800", "298200000"])
def test_from_2032_the_century_cannot_be_told(start):
    assert parsed(number(start), on=FIRST_DAY_OF_NEW_RULES).birth_date is None


def test_an_h_number_tells_its_century_also_after_2032():
    assert parsed(number("014154500"), on=FIRST_DAY_OF_NEW_RULES).birth_date == date(1854, 1, 1)


def test_from_2032_a_date_that_no_century_has_is_still_refused():
    with pytest.raises(IdentifierImpossibleDate):
        parsed(number("290281123"), on=FIRST_DAY_OF_NEW_RULES)


@given(past_birth_dates, serials)
def test_synthetic_numbers_are_read_back_as_what_they_were_made_from(birth_date, nth):
    digits = synthetic(birth_date, nth)
    assert parsed(digits) == Identifier(digits, IdentifierKind.FNR, True, birth_date)


@given(birth_dates)
def test_synthetic_numbers_of_a_date_are_all_different_and_end(birth_date):
    numbers = [synthetic(birth_date, nth) for nth in (0, 1, 50, 199)]
    assert len(set(numbers)) == 4
    with pytest.raises(ValueError, match="No synthetic number"):
        synthetic(birth_date, 1000)


@pytest.mark.parametrize("birth_date", [date(1853, 12, 31), date(2040, 1, 1)])
def test_no_synthetic_number_outside_the_years_that_have_numbers(birth_date):
    with pytest.raises(ValueError, match="No synthetic number"):
        synthetic(birth_date, 0)


@given(past_birth_dates, serials, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(birth_date, nth, place, shift):
    digits = synthetic(birth_date, nth)
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    with pytest.raises(InvalidIdentifier):
        parsed(wrong)


@given(past_birth_dates, serials, st.integers(0, 9))
def test_two_neighbours_swapped_are_always_found(birth_date, nth, place):
    digits = synthetic(birth_date, nth)
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assume(swapped != digits)
    with pytest.raises(InvalidIdentifier):
        parsed(swapped)


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{11}", fullmatch=True), st.booleans(), st.dates())
def test_whatever_is_typed_gives_a_number_or_a_reason(text, allow_synthetic, on):
    try:
        found = parse(text, on=on, allow_synthetic=allow_synthetic)
    except DomainError as error:
        assert error.code.startswith("identifier_")
        assert str(error)
    else:
        assert len(found.digits) == 11
        assert found.birth_date is None or found.birth_date <= on


def test_no_message_repeats_the_number():
    for typed in ("01845112344", "320180123", "0184511234567"):
        with pytest.raises(InvalidIdentifier) as caught:
            parsed(typed)
        assert typed[:6] not in str(caught.value)


def test_numbers_are_shown_with_a_space_and_masked_in_lists():
    assert identity.format("01845112343") == "018451 12343"
    assert identity.mask("01845112343") == "018451 •••••"
    assert identity.format("") == ""
    assert identity.mask("") == ""


def test_an_identifier_in_a_log_line_is_masked():
    identifier = parsed("01845112343")
    assert "12343" not in f"{identifier} {identifier!r}"
    assert str(identifier) == "018451 •••••"


@pytest.mark.parametrize(
    "typed", ["1234567", "123456789", "00123456", " 1 234 567 ", "1234\N{NO-BREAK SPACE}567"]
)
def test_an_hpr_number_has_seven_to_nine_digits(typed):
    assert 7 <= len(identity.parse_hpr(typed)) <= 9


def test_an_hpr_number_keeps_its_leading_zeros():
    assert identity.parse_hpr("0012345") == "0012345"


@pytest.mark.parametrize("typed", ["", "123456", "1234567890", "ET123456", "١٢٣٤٥٦٧", "1234567\n8901"])
def test_other_hpr_numbers_are_refused(typed):
    with pytest.raises(InvalidHprNumber):
        identity.parse_hpr(typed)
