"""Citizens who do not exist."""

from datetime import date
from random import Random

import pytest

from referrals import identity
from referrals.choices import Protection
from referrals.demo.persons import Citizens, Numbers, are_alike
from referrals.demo.rows import PersonRow
from referrals.identity import IdentifierKind
from referrals.keyring import ring
from referrals.models.person import place_of_identifier
from referrals.norwegian import sort_key
from tests.unit.demo.real_places import real_places

RECEIVED = date(2026, 3, 16)
PLACE = real_places()[0]


def citizens(count: int, category: str = "reablement") -> list[PersonRow]:
    maker = Citizens(PLACE, Random(1), ring(), Numbers())
    return [maker.make(pk, category, RECEIVED.toordinal()) for pk in range(1, count + 1)]


@pytest.fixture(scope="module")
def many() -> list[PersonRow]:
    return citizens(3_000)


def digits_of(person: PersonRow) -> str:
    return ring().open(person.identifier_sealed, where=place_of_identifier(PLACE.pk))


def test_identifiers_are_valid_synthetic_and_tell_the_birth_date(many):
    with_number = [person for person in many if person.identifier_kind]
    for person in with_number:
        found = identity.parse(digits_of(person), on=RECEIVED, allow_synthetic=True)
        assert found.synthetic
        assert found.kind == person.identifier_kind
        assert found.birth_date == person.birth_date


def test_no_identifier_is_given_twice_and_its_index_finds_it(many):
    with_number = [person for person in many if person.identifier_kind]
    assert len({digits_of(person) for person in with_number}) == len(with_number)
    first = with_number[0]
    assert first.identifier_index == ring().index(digits_of(first), PLACE.pk)


def test_some_have_a_d_number_and_some_none_that_is_known(many):
    kinds = [person.identifier_kind for person in many]
    assert 5 <= kinds.count(IdentifierKind.DNR) <= 150
    assert 30 <= kinds.count("") <= 200


def test_most_are_over_65_and_children_come_for_habilitation(many):
    ages = [(RECEIVED - person.birth_date).days / 365.25 for person in many]
    assert sum(age > 65 for age in ages) > 0.65 * len(ages)
    assert min(ages) >= 18
    assert max(ages) < 102
    children = [
        (RECEIVED - person.birth_date).days / 365.25 for person in citizens(200, "child_habilitation")
    ]
    assert max(children) < 18


def test_protected_addresses_are_nowhere(many):
    hidden = [person for person in many if person.protection != Protection.NONE]
    assert 5 <= len(hidden) <= 80
    assert not any(person.address or person.postal_code or person.postal_place for person in hidden)


def test_telephone_numbers_are_nobodys(many):
    """No country code begins with 0, so 00 0… leads nowhere, from any telephone."""
    assert all(person.phone.startswith("000 ") for person in many if person.phone)


def test_names_have_norwegian_and_sami_letters_and_their_sort_key(many):
    letters = {letter for person in many for letter in person.given_name + person.family_name}
    assert set("ÆØÅæøåáš" if "š" in letters else "ØÅæøåá") <= letters
    assert many[0].name_key == sort_key(f"{many[0].family_name} {many[0].given_name}")


def test_people_of_different_ages_do_not_come_back_for_each_others_needs():
    assert are_alike("reablement", "assistive_devices")
    assert not are_alike("reablement", "child_habilitation")
    assert not are_alike("work_mental_health", "assistive_devices")


def test_when_all_numbers_of_a_day_are_given_the_next_one_has_none():
    numbers = Numbers()
    day = date(1930, 5, 5)
    given = [numbers.next(day, IdentifierKind.FNR) for _turn in range(1_000)]
    assert given[0] is not None
    assert given[-1] is None
