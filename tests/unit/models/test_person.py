"""What a citizen's row tells about itself, and how names are found."""

from datetime import date

import pytest

from referrals.choices import Protection
from referrals.models import Municipality, Person
from tests.factories import PersonFactory


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1948, 5, 17), date(2026, 5, 16), 77),
        (date(1948, 5, 17), date(2026, 5, 17), 78),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2026, 3, 16), date(2026, 3, 16), 0),
    ],
)
def test_age_is_in_full_years(born: date, on: date, years: int) -> None:
    assert Person(birth_date=born).age(on) == years


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (("Bakken 3", "9730", "Kárášjohka"), ["Bakken 3", "9730 Kárášjohka"]),
        (("", "9730", "Kárášjohka"), ["9730 Kárášjohka"]),
        (("Bakken 3", "", ""), ["Bakken 3"]),
        (("", "", ""), []),
    ],
)
def test_an_address_has_no_empty_lines(address: tuple[str, str, str], lines: list[str]) -> None:
    person = Person(address=address[0], postal_code=address[1], postal_place=address[2])
    assert person.address_lines == lines


@pytest.mark.parametrize("protection", Protection)
def test_only_an_unprotected_address_may_be_shown(protection: Protection) -> None:
    assert Person(protection=protection).is_address_protected == (protection != Protection.NONE)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sara maret", True),
        ("SARA, MÁRET", True),
        ("Sar", True),
        ("Sara Per", False),
        ("Saara", False),
        (" , ", False),
    ],
)
def test_a_name_is_found_by_its_words(municipality: Municipality, typed: str, found: bool) -> None:
    PersonFactory(municipality=municipality, given_name="Máret", family_name="Sara")
    assert Person.objects.named(typed).exists() == found
