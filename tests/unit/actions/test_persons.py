"""Registering citizens, and keeping what is known about them right."""

from datetime import date, timedelta
from typing import Any

import pytest

from referrals.actions import persons
from referrals.actions.persons import PersonData
from referrals.choices import Protection
from referrals.errors import (
    BirthDateMismatch,
    DateMissing,
    DateTooOld,
    DuplicatePerson,
    FutureDate,
    InvalidValue,
    NotAllowed,
    ProtectionStays,
    UnknownCode,
)
from referrals.models import Municipality, Person, User, access_of
from tests.factories import NOW, TODAY, OpeningFactory, PersonFactory, identifier_of
from tests.unit.actions.acting import acting

BORN = date(1948, 5, 17)


def someone(**values: Any) -> PersonData:
    return PersonData(**({"given_name": "Áile", "family_name": "Østby-Ås", "birth_date": BORN} | values))


def test_a_citizen_is_registered_with_everything_known(coordinator: User, municipality: Municipality) -> None:
    data = someone(
        identifier=identifier_of(BORN), phone="99 88 77 66", interpreter_language="Davvisámegiella"
    )
    person = persons.register(municipality=municipality, data=data, **acting(coordinator))
    stored = Person.objects.get(pk=person.pk)
    assert (stored.name, stored.birth_date, stored.phone) == ("Áile Østby-Ås", BORN, "99 88 77 66")
    assert stored.identifier == identifier_of(BORN).digits


def test_a_citizen_whose_number_is_not_known_is_registered(
    coordinator: User, municipality: Municipality
) -> None:
    person = persons.register(municipality=municipality, data=someone(), **acting(coordinator))
    assert person.identifier == ""


def test_the_number_tells_the_birth_date(coordinator: User, municipality: Municipality) -> None:
    data = someone(birth_date=None, identifier=identifier_of(BORN))
    assert persons.register(municipality=municipality, data=data, **acting(coordinator)).birth_date == BORN


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"birth_date": None}, DateMissing, "birth_date"),
        (
            {"birth_date": date(1950, 1, 1), "identifier": identifier_of(BORN)},
            BirthDateMismatch,
            "birth_date",
        ),
        ({"birth_date": TODAY + timedelta(days=1)}, FutureDate, "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, DateTooOld, "birth_date"),
        ({"given_name": "  "}, InvalidValue, "given_name"),
        ({"family_name": "Å" * 101}, InvalidValue, "family_name"),
        ({"email": "ikke en adresse"}, InvalidValue, "email"),
        ({"protection": "secret"}, UnknownCode, "protection"),
        ({"written_form": "se"}, UnknownCode, "written_form"),
        ({"postal_code": "12345"}, InvalidValue, "postal_code"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_right_is_refused_and_named(
    coordinator: User, municipality: Municipality, values: dict[str, Any], error: type, field: str
) -> None:
    with pytest.raises(error) as caught:
        persons.register(municipality=municipality, data=someone(**values), **acting(coordinator))
    assert caught.value.field == field
    assert not Person.objects.exists()


@pytest.mark.parametrize("birth_date", [TODAY, date(1900, 1, 1)])
def test_the_youngest_and_the_oldest_are_registered(
    coordinator: User, municipality: Municipality, birth_date: date
) -> None:
    data = someone(birth_date=birth_date)
    assert persons.register(municipality=municipality, data=data, **acting(coordinator)).pk


def test_one_number_belongs_to_one_citizen_of_the_municipality(
    coordinator: User, municipality: Municipality
) -> None:
    PersonFactory(municipality=municipality, identifier=identifier_of(BORN))
    with pytest.raises(DuplicatePerson) as caught:
        persons.register(
            municipality=municipality, data=someone(identifier=identifier_of(BORN)), **acting(coordinator)
        )
    assert caught.value.field == "identifier"


def test_the_same_number_may_be_known_in_another_municipality(
    coordinator: User, municipality: Municipality, other_municipality: Municipality
) -> None:
    PersonFactory(municipality=other_municipality, identifier=identifier_of(BORN))
    data = someone(identifier=identifier_of(BORN))
    assert persons.register(municipality=municipality, data=data, **acting(coordinator)).pk


def test_nobody_registers_in_another_municipality(
    coordinator: User, other_municipality: Municipality
) -> None:
    with pytest.raises(NotAllowed):
        persons.register(municipality=other_municipality, data=someone(), **acting(coordinator))


@pytest.mark.parametrize("role", ["manager", "county_reader", "national_reader", "administrator"])
def test_who_does_not_register_is_refused(
    request: pytest.FixtureRequest, municipality: Municipality, role: str
) -> None:
    with pytest.raises(NotAllowed):
        persons.register(municipality=municipality, data=someone(), **acting(request.getfixturevalue(role)))


def test_contact_details_change_only_where_named(therapist_user: User, municipality: Municipality) -> None:
    person = PersonFactory(municipality=municipality, address="Storgata 1", phone="11")
    persons.update_contact(person_id=person.pk, contact={"phone": "22 33 44 55"}, **acting(therapist_user))
    person.refresh_from_db()
    assert (person.phone, person.address) == ("22 33 44 55", "Storgata 1")


def test_contact_details_follow_the_fields_own_rules(coordinator: User, municipality: Municipality) -> None:
    person = PersonFactory(municipality=municipality)
    with pytest.raises(UnknownCode) as caught:
        persons.update_contact(
            person_id=person.pk, contact={"phone": "1", "protection": "x"}, **acting(coordinator)
        )
    person.refresh_from_db()
    assert (caught.value.field, person.phone, person.protection) == ("protection", "", Protection.NONE)


def test_only_contact_details_are_contact_details(coordinator: User, municipality: Municipality) -> None:
    person = PersonFactory(municipality=municipality)
    with pytest.raises(ValueError, match="family_name"):
        persons.update_contact(person_id=person.pk, contact={"family_name": "Ny"}, **acting(coordinator))


def test_a_managers_wish_to_change_contact_details_is_refused(
    manager: User, municipality: Municipality
) -> None:
    person = PersonFactory(municipality=municipality)
    with pytest.raises(NotAllowed):
        persons.update_contact(person_id=person.pk, contact={"phone": "1"}, **acting(manager))


def test_a_citizen_of_another_municipality_does_not_exist(
    coordinator: User, other_municipality: Municipality
) -> None:
    person = PersonFactory(municipality=other_municipality)
    with pytest.raises(Person.DoesNotExist):
        persons.update_contact(person_id=person.pk, contact={"phone": "1"}, **acting(coordinator))
    with pytest.raises(Person.DoesNotExist):
        persons.correct(person_id=person.pk, data=someone(), **acting(coordinator))


def test_who_the_citizen_is_can_be_corrected(coordinator: User, municipality: Municipality) -> None:
    person = PersonFactory(municipality=municipality)
    persons.correct(person_id=person.pk, data=someone(identifier=identifier_of(BORN)), **acting(coordinator))
    person.refresh_from_db()
    assert (person.family_name, person.identifier) == ("Østby-Ås", identifier_of(BORN).digits)


def test_a_correction_may_keep_the_citizens_own_number(coordinator: User, municipality: Municipality) -> None:
    person = PersonFactory(municipality=municipality, identifier=identifier_of(BORN))
    data = someone(identifier=identifier_of(BORN))
    assert persons.correct(person_id=person.pk, data=data, **acting(coordinator)).family_name == "Østby-Ås"


def test_a_correction_cannot_take_anothers_number(coordinator: User, municipality: Municipality) -> None:
    PersonFactory(municipality=municipality, identifier=identifier_of(BORN))
    person = PersonFactory(municipality=municipality)
    with pytest.raises(DuplicatePerson):
        persons.correct(
            person_id=person.pk, data=someone(identifier=identifier_of(BORN)), **acting(coordinator)
        )


def test_a_therapist_does_not_correct_who_the_citizen_is(
    therapist_user: User, municipality: Municipality
) -> None:
    person = PersonFactory(municipality=municipality)
    with pytest.raises(NotAllowed):
        persons.correct(person_id=person.pk, data=someone(), **acting(therapist_user))


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.CONFIDENTIAL])
def test_registering_and_correcting_leave_a_protection_as_it_is(
    coordinator: User, municipality: Municipality, protection: str
) -> None:
    person = PersonFactory(municipality=municipality, protection=Protection.STRICTLY_CONFIDENTIAL)
    OpeningFactory(person=person, user=coordinator)
    who = acting(coordinator) | {"access": access_of(coordinator, on=TODAY, at=NOW)}
    with pytest.raises(ProtectionStays):
        persons.update_contact(person_id=person.pk, contact={"protection": protection}, **who)
    with pytest.raises(ProtectionStays):
        persons.correct(person_id=person.pk, data=someone(protection=protection), **who)
    person.refresh_from_db()
    assert person.protection == Protection.STRICTLY_CONFIDENTIAL
