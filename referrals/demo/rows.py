"""Rows as they go into the database, by column, and the model each belongs to. What the database fills is left out."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Model

from referrals.models import (
    Contact,
    Employment,
    InformationRequest,
    Leave,
    Person,
    PreliminaryReply,
    PriorityTarget,
    Referral,
    ReferralEvent,
    Therapist,
    Vacancy,
    WaitPause,
)


class TherapistRow(NamedTuple):
    id: int
    hpr_number: str
    name: str
    sort_key: str
    authorised_from: date | None
    authorised_to: date | None
    is_licence: bool
    is_student: bool
    user_id: int | None


class EmploymentRow(NamedTuple):
    id: int
    therapist_id: int
    municipality_id: int
    occupation_id: int
    engagement: str
    fte: Decimal
    is_temporary: bool
    valid_from: date
    valid_to: date | None


class LeaveRow(NamedTuple):
    employment_id: int
    valid_from: date
    valid_to: date | None


class VacancyRow(NamedTuple):
    municipality_id: int
    occupation_id: int
    fte: Decimal
    valid_from: date
    valid_to: date | None


class TargetRow(NamedTuple):
    key_id: int
    category_id: int
    level: int
    days: int
    criteria: str


class PersonRow(NamedTuple):
    id: int
    municipality_id: int
    given_name: str
    family_name: str
    name_key: str
    identifier_kind: str
    identifier_sealed: bytes | None
    identifier_index: bytes | None
    birth_date: date
    phone: str
    email: str
    address: str
    postal_code: str
    postal_place: str
    protection: str
    written_form: str
    interpreter_language: str


class ReferralRow(NamedTuple):
    id: int
    municipality_id: int
    number: str
    person_id: int
    category_id: int
    former_id: int | None
    merged_into_id: int | None
    received_on: date
    seniority_on: date
    registered_at: datetime
    registered_by_id: int | None
    source: str
    channel: str
    handling: str
    urgency: str
    reason: str
    what_matters: str
    referrer_name: str
    referrer_phone: str
    external_reference: str
    status: str
    priority: int | None
    prioritised_on: date | None
    therapist_id: int | None
    assigned_on: date | None
    started_on: date | None
    closed_on: date | None
    outcome: str
    next_step: str
    follow_up_on: date | None
    changed_at: datetime
    version: int


class PauseRow(NamedTuple):
    municipality_id: int
    referral_id: int
    reason: str
    started_on: date
    ended_on: date | None


class ContactRow(NamedTuple):
    municipality_id: int
    referral_id: int
    kind: str
    held_on: date
    therapist_id: int | None


class ReplyRow(NamedTuple):
    municipality_id: int
    referral_id: int
    sent_on: date


class InformationRow(NamedTuple):
    municipality_id: int
    referral_id: int
    what: str
    asked_of: str
    asked_on: date
    wanted_by: date
    received_on: date | None


class EventRow(NamedTuple):
    municipality_id: int
    referral_id: int
    kind: str
    happened_on: date
    registered_at: datetime
    registered_by_id: int | None
    details: str
    note: str


# In the order they are written: a row's foreign keys point to rows that are there.
MODELS: dict[type[NamedTuple], type[Model]] = {
    TargetRow: PriorityTarget,
    TherapistRow: Therapist,
    EmploymentRow: Employment,
    LeaveRow: Leave,
    VacancyRow: Vacancy,
    PersonRow: Person,
    ReferralRow: Referral,
    PauseRow: WaitPause,
    ContactRow: Contact,
    ReplyRow: PreliminaryReply,
    InformationRow: InformationRequest,
    EventRow: ReferralEvent,
}
