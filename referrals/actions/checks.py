"""Checks that several actions share: days, values, therapists. Each raises a DomainError that names the input."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models

from referrals.errors import (
    DateBefore,
    DateTooOld,
    ForeignRecord,
    FutureDate,
    InvalidValue,
    ReasonRequired,
    ReasonTooShort,
    Shielded,
    UnknownCode,
)
from referrals.models import Person, Therapist
from referrals.models.periods import EARLIEST
from referrals.permissions import Access

# Of a reason that somebody else will read when asking whether it was right.
SHORTEST_REASON = 15  # characters


def check_day(day: date, *, field: str, today: date, earliest: date = EARLIEST) -> None:
    """A day on which something happened: from `earliest` to today, both included.

    Raises FutureDate, DateTooOld or DateBefore.
    """
    if day > today:
        raise FutureDate(field=field)
    if day < EARLIEST:
        raise DateTooOld(field=field)
    if day < earliest:
        raise DateBefore(field=field, earliest=earliest)


def check_values(record: models.Model, names: Iterable[str]) -> None:
    """The rules of the model's own fields: choices, lengths, formats. Raises UnknownCode or InvalidValue."""
    wanted = set(names)
    try:
        record.clean_fields(exclude={field.name for field in record._meta.fields} - wanted)
    except ValidationError as error:
        name, problem = next((name, found[0]) for name, found in error.error_dict.items())
        if problem.code == "invalid_choice":
            raise UnknownCode(field=name, value=getattr(record, name)) from error
        raise InvalidValue(field=name, reason=problem.messages[0]) from error


def check_reason(reason: str, *, field: str, least: int = SHORTEST_REASON) -> str:
    """The written reason, trimmed; at least so many characters. Raises ReasonRequired or ReasonTooShort."""
    reason = reason.strip()
    if not reason:
        raise ReasonRequired(field=field)
    if len(reason) < least:
        raise ReasonTooShort(field=field, least=least)
    return reason


def check_open(person: Person, access: Access) -> None:
    """The citizen may be shown to the user. Raises Shielded."""
    if access.is_shielded(person.pk, person.protection):
        raise Shielded


def check_employed(therapist_id: int, municipality_id: int, *, on: date) -> None:
    """The therapist works in the municipality on the day. Raises ForeignRecord."""
    if not Therapist.objects.employed_in(municipality_id, on).filter(pk=therapist_id).exists():
        raise ForeignRecord(field="therapist_id")
