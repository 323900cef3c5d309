"""A municipality's own staff: employments, leaves, vacant posts, agreements with others, its word that it has nobody.

Every row has a period [valid_from, valid_to): it is corrected, changed from a day on or ended, and never removed here.
What the rows together must not say, the database refuses; `transactions` has the words.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import Field, Model
from django.utils.crypto import salted_hmac

from referrals.actions.checks import check_values
from referrals.actions.transactions import action, judged_together
from referrals.errors import (
    DateAfter,
    DateBefore,
    ForeignRecord,
    LeaveOutsideEmployment,
    NothingChanged,
    RecordChanged,
    RecordEnded,
)
from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Leave,
    Municipality,
    Submission,
    Therapist,
    User,
    Vacancy,
)
from referrals.models.periods import refusals_of_days
from referrals.permissions import Access, Permission
from referrals.waiting import oslo_date

Record = Employment | Leave | Vacancy | CoverageAgreement | CoverageStatement
AnyRecord = TypeVar("AnyRecord", bound=Record)
Row = TypeVar("Row", bound=Record | Therapist)
Values = Mapping[str, Any]

PERIOD = ("valid_from", "valid_to")
# What may be corrected in a row, besides whose it is: another person or another municipality is another row.
FACTS: dict[type[Model], tuple[str, ...]] = {
    Employment: ("occupation", "engagement", "fte", "is_temporary", *PERIOD),
    Leave: PERIOD,
    Vacancy: ("occupation", "fte", *PERIOD),
    CoverageAgreement: ("fte", "reference", *PERIOD),
    CoverageStatement: ("source", *PERIOD),
}
# What a row is tied to when it is added.
TIED: dict[type[Model], tuple[str, ...]] = {
    Employment: ("therapist", "municipality"),
    Leave: ("employment",),
    Vacancy: ("municipality",),
    CoverageAgreement: ("provider", "recipient"),
    CoverageStatement: ("municipality",),
}
OF_THERAPIST = ("name", "authorised_from", "authorised_to", "is_licence", "is_student")
# What the database looks at when a post and its leaves have all been changed.
LEAVES_MOVED = (
    "leave_within_employment",
    "employment_holds_leaves",
    "leave_fte_sum",
    "employment_fte_sum",
    "employment_fte_sum_added",
)


@dataclass(frozen=True)
class Seen:
    """The row as the form showed it: its id, and `state_of` it then."""

    pk: int
    state: str


def state_of(row: Model) -> str:
    """A keyed hash of what can be changed in a row: another one after every change, readable by nobody."""
    names = OF_THERAPIST if isinstance(row, Therapist) else FACTS[type(row)]
    fields = [cast(Field, row._meta.get_field(name)) for name in names]
    # As the database gives it back: 0.5 and 0.50 are the same.
    values = [field.to_python(field.value_from_object(row)) for field in fields]
    text = json.dumps([row._meta.label, row.pk, *map(_written, values)])
    return salted_hmac("referrals.actions.workforce", text, algorithm="sha256").hexdigest()


def _written(value: Any) -> str:
    return "" if value is None else format(value, ".2f") if hasattr(value, "quantize") else str(value)


@action
def employ(
    *,
    municipality: Municipality,
    hpr_number: str,
    person: Values | None,
    values: Values,
    submission: UUID,
    access: Access,
    by: User,
    at: datetime,
) -> Employment | None:
    """Employ the therapist with the number. `person`: what is known of somebody whom nobody has registered before.

    Of somebody who is registered nothing is changed here. None: the form was saved already.
    Raises NotAllowed, ForeignRecord (registered, or not, since the form was shown) and what `add` raises.
    """
    access.check(Permission.EDIT_STAFF, municipality.pk)
    if _is_saved(municipality, submission, by, at):
        return None
    known = Therapist.objects.with_hpr(hpr_number).first()
    if (known is None) == (person is None):
        raise ForeignRecord
    new = Therapist(hpr_number=hpr_number, **(person or {}))
    therapist = known or _save(new, (*OF_THERAPIST, "hpr_number"))
    return _add(Employment(therapist=therapist, municipality=municipality, **values), municipality, at)


@action
def add(
    *,
    municipality: Municipality,
    row: Record,
    submission: UUID,
    access: Access,
    by: User,
    at: datetime,
) -> Record | None:
    """Add a row of the municipality. None: the form was saved already, and nothing is added once more.

    Raises NotAllowed, ForeignRecord, DateTooOld, DateAfter, UnknownCode or InvalidValue, and what the database refuses:
    InvalidValue, TooMuchAtOnce, LeaveOutsideEmployment, CircleOfAgreements.
    """
    access.check(Permission.EDIT_STAFF, municipality.pk)
    if _is_saved(municipality, submission, by, at):
        return None
    return _add(row, municipality, at)


@action
def change(
    *,
    municipality: Municipality,
    model: type[Record],
    seen: Seen,
    values: Values,
    since: date | None = None,
    access: Access,
    by: User,
    at: datetime,
) -> Record:
    """Correct a row, or change it from the day `since` on: then what stood until that day stays as a row of its own.

    Raises NotAllowed, ForeignRecord, RecordChanged, NothingChanged, DateBefore or DateAfter (`since` outside the
    period) and what `add` raises.
    """
    access.check(Permission.EDIT_STAFF, municipality.pk)
    row = _taken(model, municipality, seen.pk)
    before = state_of(row)
    if since is not None:
        values = {**values, "valid_from": row.valid_from}
    _fill(row, values)
    if before != seen.state:
        return _saved_as(row, before)
    if state_of(row) == before:
        raise NothingChanged
    _check_period(row, at)
    if since is None:
        return _save(row, FACTS[model])
    was = model.objects.get(pk=row.pk)
    _check_within(was, since)
    return _split(row, was, since)


@action
def end(
    *,
    municipality: Municipality,
    model: type[Record],
    seen: Seen,
    on: date,
    access: Access,
    by: User,
    at: datetime,
) -> Record:
    """End a row: `on` is the first day it no longer holds. Leaves end with the employment; later ones never come.

    Raises NotAllowed, ForeignRecord, RecordChanged, RecordEnded, DateBefore or DateAfter.
    """
    access.check(Permission.EDIT_STAFF, municipality.pk)
    row = _taken(model, municipality, seen.pk)
    before, ended = state_of(row), row.valid_to
    row.valid_to = on
    if before != seen.state:
        return _saved_as(row, before)
    if ended is not None and ended <= oslo_date(at):
        raise RecordEnded(ended=ended)
    if on <= row.valid_from:
        raise DateBefore(field="on", earliest=row.valid_from + timedelta(days=1))
    _check_period(row, at, named="on")
    if not isinstance(row, Employment):
        return _save(row, FACTS[model])
    with judged_together(*LEAVES_MOVED):
        _save(row, FACTS[model])
        row.leaves.filter(valid_from__gte=on).delete()
        row.leaves.running_from(on).update(valid_to=on)
    return row


@action
def change_therapist(
    *, municipality: Municipality, seen: Seen, values: Values, access: Access, by: User, at: datetime
) -> Therapist:
    """Correct what is known of a therapist who is or was employed here: name, authorisation, licence.

    Raises NotAllowed, ForeignRecord, RecordChanged, NothingChanged or InvalidValue.
    """
    access.check(Permission.EDIT_STAFF, municipality.pk)
    here = Employment.objects.of(municipality.pk).values("therapist")
    row = (
        Therapist.objects.select_for_update(no_key=True, of=("self",)).filter(pk=seen.pk, pk__in=here).first()
    )
    if row is None:
        raise ForeignRecord
    before = state_of(row)
    _fill(row, values)
    if before != seen.state:
        return _saved_as(row, before)
    if state_of(row) == before:
        raise NothingChanged
    return _save(row, OF_THERAPIST)


def _is_saved(municipality: Municipality, submission: UUID, by: User, at: datetime) -> bool:
    """Whether the form was saved before; else its key is kept. One at a time for a municipality."""
    Municipality.objects.select_for_update(no_key=True, of=("self",)).get(pk=municipality.pk)
    if Submission.objects.filter(municipality=municipality, key=submission).exists():
        return True
    Submission.objects.create(municipality=municipality, key=submission, user=by, created_at=at)
    return False


def _add(row: AnyRecord, municipality: Municipality, at: datetime) -> AnyRecord:
    if not _is_of(row, municipality):
        raise ForeignRecord
    _check_period(row, at)
    return _save(row, (*TIED[type(row)], *FACTS[type(row)]))


def _is_of(row: Record, municipality: Municipality) -> bool:
    if isinstance(row, Leave):
        return row.employment.municipality_id == municipality.pk
    if isinstance(row, CoverageAgreement):
        return municipality.pk in (row.provider_id, row.recipient_id)
    return row.municipality_id == municipality.pk


def _taken(model: type[Record], municipality: Municipality, pk: int) -> Record:
    """The row, which nobody else changes until this is done."""
    rows = model.objects.select_for_update(no_key=True, of=("self",)).of(municipality.pk)
    found: Record | None = rows.filter(pk=pk).first()
    if found is None:
        raise ForeignRecord
    return found


def _saved_as(row: Row, before: str) -> Row:
    """The row, if what was typed stands there already: the same form, sent twice. Else raises RecordChanged."""
    if state_of(row) != before:
        row.refresh_from_db()
        raise RecordChanged(current=row)
    return row


def _fill(row: Row, values: Values) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _save(row: Row, names: tuple[str, ...]) -> Row:
    check_values(row, names)
    row.save()
    return row


def _split(row: Record, before: Record, since: date) -> Record:
    """The row as it was until the day, and as it is from then on; leaves go along with their days."""
    names = (*TIED[type(row)], *FACTS[type(row)])
    facts = {name: getattr(row, name) for name in names} | {"valid_from": since}
    before.valid_to = since
    if not isinstance(before, Employment):
        _save(before, FACTS[type(row)])
        return _save(type(row)(**facts), names)
    later = Employment(**facts)
    with judged_together(*LEAVES_MOVED):
        _save(before, FACTS[Employment])
        _save(later, names)
        for leave in before.leaves.running_from(since):
            _move(leave, later, since)
    return later


def _move(leave: Leave, later: Employment, since: date) -> None:
    if leave.valid_from < since:
        Leave.objects.create(employment=later, valid_from=since, valid_to=leave.valid_to)
        leave.valid_to = since
    else:
        leave.employment = later
    leave.save()


def _check_within(row: Record, since: date) -> None:
    """The change comes after the first day, and before the end."""
    if since <= row.valid_from:
        raise DateBefore(field="since", earliest=row.valid_from + timedelta(days=1))
    if row.valid_to is not None and since >= row.valid_to:
        raise DateAfter(field="since", latest=row.valid_to - timedelta(days=1))


def _check_period(row: Record, at: datetime, named: str = "valid_to") -> None:
    """Days that somebody living can mean. That the end comes after the beginning the database says.

    A leave that begins too early is told of its first day; the database, which only sees both, tells of the end.
    """
    for refusal in refusals_of_days(row.valid_from, row.valid_to, oslo_date(at), named):
        raise refusal
    if isinstance(row, Leave) and row.valid_from < row.employment.valid_from:
        raise LeaveOutsideEmployment(field="valid_from")
