"""One line that stands for everything a demo put into the database, whatever its primary keys are."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from referrals.models import (
    Contact,
    CoverageAgreement,
    CoverageStatement,
    Employment,
    InformationRequest,
    Leave,
    Membership,
    NumberSeries,
    Person,
    PreliminaryReply,
    PriorityTarget,
    Referral,
    ReferralEvent,
    Therapist,
    Vacancy,
    WaitPause,
)

# Sealed identifiers differ from run to run; the index stands for them.
WITHOUT = {"id", "identifier_sealed", "details", "wait_end"}
LINKS = {
    "municipality": "municipality__code",
    "provider": "provider__code",
    "recipient": "recipient__code",
    "category": "category__code",
    "occupation": "occupation__code",
    "therapist": "therapist__hpr_number",
    "employment": "employment__therapist__hpr_number",
    "person": "person__identifier_index",
    "referral": "referral__number",
    "former": "former__number",
    "merged_into": "merged_into__number",
    "key": "key__municipality__code",
    "user": "user__username",
    "registered_by": "registered_by__username",
}
MODELS = (
    Membership,
    Therapist,
    Employment,
    Leave,
    Vacancy,
    CoverageAgreement,
    CoverageStatement,
    PriorityTarget,
    Person,
    Referral,
    ReferralEvent,
    WaitPause,
    Contact,
    PreliminaryReply,
    InformationRequest,
    NumberSeries,
)


def digest() -> str:
    """The same for the same content, in the same order of primary keys."""
    found = sha256()
    for row in _rows():
        found.update(repr(row).encode())
    return found.hexdigest()


def _rows() -> Iterator[tuple[Any, ...]]:
    for model in MODELS:
        names = [field.name for field in model._meta.fields if field.name not in WITHOUT]
        columns = [LINKS.get(name, name) for name in names]
        for row in model._default_manager.order_by("pk").values_list(*columns).iterator():
            yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
