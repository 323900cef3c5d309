"""Registering citizens, and keeping what is known about them right."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from referrals.actions.checks import check_day, check_values
from referrals.actions.shielding import name_who_protects
from referrals.actions.transactions import action
from referrals.choices import Protection, WrittenForm
from referrals.errors import BirthDateMismatch, DateMissing, DuplicatePerson, ProtectionStays
from referrals.identity import Identifier
from referrals.models import Municipality, Person, User
from referrals.permissions import Access, Permission
from referrals.waiting import oslo_date


@dataclass(frozen=True, kw_only=True)
class ContactData:
    """How to reach and address a citizen. Empty text: not known."""

    phone: str = ""
    email: str = ""
    address: str = ""
    postal_code: str = ""
    postal_place: str = ""
    protection: str = Protection.NONE
    written_form: str = WrittenForm.NB
    interpreter_language: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonData(ContactData):
    """Everything about a citizen. `birth_date` None: as the identity number tells it."""

    given_name: str
    family_name: str
    identifier: Identifier | None = None
    birth_date: date | None = None


CONTACT_FIELDS = tuple(field.name for field in fields(ContactData))


@action
def register(
    *, municipality: Municipality, data: PersonData, access: Access, by: User, at: datetime
) -> Person:
    """Register a citizen in a municipality.

    Raises NotAllowed, DuplicatePerson (the number is known in the municipality), DateMissing,
    BirthDateMismatch, FutureDate, DateTooOld, UnknownCode or InvalidValue.
    """
    access.check(Permission.REGISTER, municipality.pk)
    person = _written(Person(municipality=municipality), data, today=oslo_date(at))
    name_who_protects(person, Protection.NONE, by=by, at=at)
    return person


@action
def correct(*, person_id: int, data: PersonData, access: Access, by: User, at: datetime) -> Person:
    """Correct who the citizen is: name, identity number, birth date, and contact details with them.

    Raises Person.DoesNotExist when the user may not see the citizen, ProtectionStays, and what `register` raises.
    """
    person = _taken(person_id, access, Permission.CORRECT)
    before = person.protection
    _check_protection_stays(person, data.protection)
    person = _written(person, data, today=oslo_date(at))
    name_who_protects(person, before, by=by, at=at)
    return person


@action
def update_contact(
    *, person_id: int, contact: Mapping[str, str], access: Access, by: User, at: datetime
) -> Person:
    """Change how the citizen is reached and addressed: some of the fields of ContactData, by name.

    Raises Person.DoesNotExist when the user may not see the citizen, NotAllowed, ProtectionStays, UnknownCode or
    InvalidValue.
    """
    person = _taken(person_id, access, Permission.REGISTER)
    if unknown := set(contact) - set(CONTACT_FIELDS):
        raise ValueError(f"not contact details: {', '.join(sorted(unknown))}")
    before = person.protection
    _check_protection_stays(person, contact.get("protection", before))
    for name, value in contact.items():
        setattr(person, name, value)
    check_values(person, contact)
    person.save(update_fields=list(contact))
    name_who_protects(person, before, by=by, at=at)
    return person


def _taken(person_id: int, access: Access, permission: Permission) -> Person:
    """The person under lock, in a municipality where the user holds the permission."""
    person = Person.objects.open_to(access).select_for_update(of=("self",)).get(pk=person_id)
    access.check(permission, person.municipality_id)
    return person


def _check_protection_stays(person: Person, protection: str) -> None:
    """Protecting somebody is part of registering; from then on it is `shielding.change_protection`'s."""
    if person.is_address_protected and protection != person.protection:
        raise ProtectionStays(field="protection")


def _written(person: Person, data: PersonData, *, today: date) -> Person:
    """The person saved with the data, after every check."""
    person.given_name, person.family_name = data.given_name.strip(), data.family_name.strip()
    person.birth_date = _birth_date(data, today=today)
    for name in CONTACT_FIELDS:
        setattr(person, name, getattr(data, name))
    check_values(person, ["given_name", "family_name", *CONTACT_FIELDS])
    if data.identifier:
        others = Person.objects.with_identifier(data.identifier, person.municipality_id)
        if others.exclude(pk=person.pk).exists():
            raise DuplicatePerson(field="identifier")
    person.set_identifier(data.identifier)
    person.save()
    return person


def _birth_date(data: PersonData, *, today: date) -> date:
    """The birth date, typed or told by the identity number; the two must agree."""
    told = data.identifier.birth_date if data.identifier else None
    birth_date = data.birth_date or told
    if birth_date is None:
        raise DateMissing(field="birth_date")
    if told is not None and birth_date != told:
        raise BirthDateMismatch(field="birth_date")
    check_day(birth_date, field="birth_date", today=today)
    return birth_date
