"""Identity numbers of persons and of health personnel: read what was typed, check it, show it.

A person's number has eleven digits, d1 d2 m1 m2 y1 y2 i1 i2 i3 k1 k2: date, individual number, check digits. From
2032 Skatteetaten gives numbers that fit 1, 2 or 3 more remainders in k1 and whose individual number tells nothing
(Skatteetaten/folkeregisteret-api-dokumentasjon, "Nytt fødselsnummer fra 2032"); nobody changes number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from operator import mul

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referrals.errors import (
    IdentifierCheckDigits,
    IdentifierFromTheFuture,
    IdentifierImpossibleDate,
    IdentifierImpossibleYear,
    IdentifierLength,
    IdentifierNotDigits,
    InvalidHprNumber,
    SyntheticIdentifier,
)

LENGTH = 11
NEW_NUMBERS_FROM = date(2032, 1, 1)

K1_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
K2_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

# Which individual numbers belong to which birth years, in numbers given before 2032.
SERIES = (
    (range(0, 500), range(1900, 2000)),
    (range(500, 750), range(1854, 1900)),
    (range(500, 1000), range(2000, 2040)),
    (range(900, 1000), range(1940, 2000)),
)

# White space of any width, hyphens, and what is invisible when copied from a document.
SEPARATORS = re.compile(
    "[\\s\\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{SOFT HYPHEN}\u200b\u2060\ufeff]+"
)


class IdentifierKind(TextChoices):
    """What sort of identity number a person is known by (code list 8116)."""

    FNR = "fnr", _("National identity number")
    DNR = "dnr", _("D-number")
    HNR = "hnr", _("H-number")
    FHN = "fhn", _("Common auxiliary number")


# H-numbers and common auxiliary numbers are made by the health service and follow the old rule for ever.
GIVEN_BY_SKATTEETATEN = frozenset({IdentifierKind.FNR, IdentifierKind.DNR})


@dataclass(frozen=True)
class Identifier:
    """A checked identity number. Printed or logged by accident, it shows itself masked.

    `birth_date` is None where the number does not tell it: a common auxiliary number, and every national identity
    number or D-number read from 2032 on, when the century can no longer be seen.
    """

    digits: str = field(repr=False)
    kind: IdentifierKind
    synthetic: bool
    birth_date: date | None

    def __str__(self) -> str:
        return mask(self.digits)


def parse(text: str, *, on: date, allow_synthetic: bool) -> Identifier:
    """The identity number in what was typed; spaces and hyphens do not matter.

    `on` decides which rules hold and what is the future; `allow_synthetic` is for the demo. Raises a kind of
    InvalidIdentifier that says what is wrong.
    """
    digits = _eleven_digits(text)
    kind, synthetic, day, month = _classify(digits)
    new_rules = on >= NEW_NUMBERS_FROM and kind in GIVEN_BY_SKATTEETATEN
    birth_date = None
    if kind != IdentifierKind.FHN:
        birth_date = _birth_date(day, month, digits, century_told=not new_rules)
    if not _check_digits_fit(digits, new_rules=new_rules):
        raise IdentifierCheckDigits
    if synthetic and not allow_synthetic:
        raise SyntheticIdentifier
    if birth_date is not None and birth_date > on:
        raise IdentifierFromTheFuture
    return Identifier(digits, kind, synthetic, birth_date)


def parse_hpr(text: str) -> str:
    """The HPR number in what was typed: 7 to 9 digits, no check digit is known. Raises InvalidHprNumber."""
    digits = SEPARATORS.sub("", text)
    if not re.fullmatch("[0-9]{7,9}", digits):
        raise InvalidHprNumber
    return digits


def format(digits: str) -> str:
    """As people write it: 010180 12345."""
    return f"{digits[:6]} {digits[6:]}".rstrip()


def mask(digits: str) -> str:
    """For lists: 010180 •••••. Empty when there is no number."""
    return f"{digits[:6]} •••••" if digits else ""


def synthetic(birth_date: date, nth: int) -> str:
    """The nth synthetic fødselsnummer of a birth date, counted from 0.

    Raises ValueError when the birth date has no more numbers (there are at least 200), or none (before 1854, after
    2039).
    """
    number = next(islice(synthetic_numbers(birth_date), nth, None), None)
    if number is None:
        raise ValueError(f"No synthetic number {nth} for a person born {birth_date}.")
    return number


def synthetic_numbers(birth_date: date, kind: IdentifierKind = IdentifierKind.FNR) -> Iterator[str]:
    """The synthetic fødselsnummer or D-numbers of a birth date: month + 80, as Skatteetaten's test persons.

    For the demo and the tests; no living person has such a number. Skips numbers whose check digit would be 10.
    """
    day = birth_date.day + (40 if kind == IdentifierKind.DNR else 0)
    start = f"{day:02}{birth_date.month + 80}{birth_date.year % 100:02}"
    individuals = chain.from_iterable(numbers for numbers, years in SERIES if birth_date.year in years)
    return (number for i in individuals if (number := _with_check_digits(f"{start}{i:03}")))


def _eleven_digits(text: str) -> str:
    digits = SEPARATORS.sub("", text)
    if digits and not (digits.isascii() and digits.isdecimal()):
        raise IdentifierNotDigits
    if len(digits) != LENGTH:
        raise IdentifierLength(count=len(digits))
    return digits


def _classify(digits: str) -> tuple[IdentifierKind, bool, int, int]:
    """Kind, whether synthetic, and day and month without what the kind adds to them."""
    day, month = int(digits[:2]), int(digits[2:4])
    if day >= 80:
        return IdentifierKind.FHN, False, 0, 0
    if 40 <= month < 60:
        return IdentifierKind.HNR, False, day, month - 40
    kind = IdentifierKind.DNR if day >= 40 else IdentifierKind.FNR
    return kind, month >= 80, day % 40, month % 80


def _birth_date(day: int, month: int, digits: str, *, century_told: bool) -> date | None:
    """The date the number begins with, or None when it is possible but its century is not told.

    A leap day is possible when the year is a leap year in this century, so year 00 counts as 2000, as in
    Skatteetaten's own validator.
    """
    year, individual = int(digits[4:6]), int(digits[6:9])
    _possible_date(2000 + year, month, day)
    if not century_told:
        return None
    return _possible_date(_birth_year(year, individual), month, day)


def _possible_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise IdentifierImpossibleDate from error


def _birth_year(year: int, individual: int) -> int:
    """The four digits of a two-digit year, told by the individual number. Raises IdentifierImpossibleYear."""
    for individuals, years in SERIES:
        candidate = years.start // 100 * 100 + year
        if individual in individuals and candidate in years:
            return candidate
    raise IdentifierImpossibleYear


def _weighted_sum(weights: tuple[int, ...], digits: str) -> int:
    """Of as many of the first digits as there are weights."""
    return sum(map(mul, weights, map(int, digits)))


def _check_digits_fit(digits: str, *, new_rules: bool) -> bool:
    first_remainder = (_weighted_sum(K1_WEIGHTS, digits) + int(digits[9])) % 11
    second_remainder = (_weighted_sum(K2_WEIGHTS, digits) + int(digits[10])) % 11
    return first_remainder <= (3 if new_rules else 0) and second_remainder == 0


def _with_check_digits(nine: str) -> str | None:
    """The whole number, or None when a check digit would be 10 and the number is never given to anybody."""
    k1 = -_weighted_sum(K1_WEIGHTS, nine) % 11
    if k1 == 10:
        return None
    k2 = -_weighted_sum(K2_WEIGHTS, f"{nine}{k1}") % 11
    return None if k2 == 10 else f"{nine}{k1}{k2}"
