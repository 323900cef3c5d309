"""The frame of every action: all or nothing, and what the database refuses is said in the service's words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, connection, transaction

from referrals.errors import (
    CircleOfAgreements,
    DomainError,
    DuplicatePerson,
    InvalidValue,
    KeyVersionExists,
    LeaveOutsideEmployment,
    PauseOverlap,
    TemplateChanged,
    TherapistKnown,
    TooMuchAtOnce,
    ViewNameTaken,
)
from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    InformationRequest,
    Leave,
    Person,
    Referral,
    SmallNumberLimit,
    Therapist,
    ThinCoverageLimit,
    Vacancy,
    WaitPause,
)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Refusals that have a kind of their own, and the input they are about.
KNOWN_REFUSALS: dict[str, tuple[type[DomainError], str]] = {
    "person_identifier_once": (DuplicatePerson, "identifier"),
    "pause_no_overlap": (PauseOverlap, "on"),
    "priority_key_one_version_a_day": (KeyVersionExists, "valid_from"),
    "employment_fte_sum": (TooMuchAtOnce, "fte"),
    "leave_within_employment": (LeaveOutsideEmployment, "valid_to"),
    "agreement_no_circle": (CircleOfAgreements, "provider"),
    "letter_template_version_once": (TemplateChanged, ""),
    "letter_head_version_once": (TemplateChanged, ""),
    "saved_view_own_once": (ViewNameTaken, "name"),
    "saved_view_shared_once": (ViewNameTaken, "name"),
    "therapist_hpr_once": (TherapistKnown, "hpr_number"),
    "referrals_therapist_hpr_number_key": (TherapistKnown, "hpr_number"),
}
# Of these the database tells what people need to know, in a detail of ours; the details of others repeat values.
TOLD_IN_DETAIL = frozenset({"agreement_no_circle"})

# Models whose constraints have words for people, and which input a constraint is about.
WORDED = (
    Person,
    Referral,
    WaitPause,
    InformationRequest,
    Therapist,
    Employment,
    Leave,
    Vacancy,
    CoverageAgreement,
    CoverageStatement,
    SmallNumberLimit,
    ThinCoverageLimit,
)
ABOUT = {
    "information_wanted_after_asked": "wanted_by",
    "information_came_after_asked": "on",
    "therapist_authorised_to_after_from": "authorised_to",
    "therapist_student_has_licence": "is_student",
    "employment_fte_possible": "fte",
    "employment_to_after_from": "valid_to",
    "employment_no_overlap": "valid_from",
    "leave_to_after_from": "valid_to",
    "leave_no_overlap": "valid_from",
    "vacancy_fte_possible": "fte",
    "vacancy_to_after_from": "valid_to",
    "agreement_with_another": "provider",
    "agreement_fte_possible": "fte",
    "agreement_to_after_from": "valid_to",
    "agreement_no_overlap": "valid_from",
    "statement_to_after_from": "valid_to",
    "statement_no_overlap": "valid_from",
    "municipality_valid_to_after_from": "valid_to",
    "unit_to_after_from": "valid_to",
    "membership_to_after_from": "valid_to",
    "membership_municipal_role_with_municipality": "municipality",
    "small_number_limit_range": "least_shown",
    "small_number_limit_begins_later": "valid_from",
    "thin_coverage_limit_range": "least_fte",
    "thin_coverage_limit_begins_later": "valid_from",
}


def action(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Make a function one transaction that raises DomainError where the database refuses by a known rule.

    Inside a request's own transaction it is a savepoint: a refused action leaves nothing, and the page can go on.
    """

    @wraps(function)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with _refusals_in_words(), transaction.atomic():
            return function(*args, **kwargs)

    return run


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        refusal = refusal_in_words(error)
        if refusal is None:
            raise
        raise refusal from error


def refusal_in_words(error: IntegrityError) -> DomainError | None:
    """What a named constraint means to people; None when it has no words for them, so the fault is ours."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if name in KNOWN_REFUSALS:
        kind, field = KNOWN_REFUSALS[name]
        detail = getattr(diagnosis, "message_detail", None)
        told = {"detail": detail} if name in TOLD_IN_DETAIL else {}
        return kind(field=field, **told)
    for constraint in (c for model in WORDED for c in model._meta.constraints):
        worded = constraint.violation_error_message != constraint.default_violation_error_message
        if constraint.name == name and worded:
            return InvalidValue(field=ABOUT.get(name, ""), reason=constraint.violation_error_message)
    return None


def field_of(constraint: str) -> str:
    """The input that a constraint is about, as models and forms call it; empty for the whole."""
    _kind, field = KNOWN_REFUSALS.get(constraint, (None, ""))
    return ABOUT.get(constraint, field)


def one_at_a_time(table: str) -> None:
    """Wait for whoever else imports into the table, until the transaction ends: what is compared is what is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])


@contextmanager
def judged_together(*constraints: str) -> Iterator[None]:
    """Several changes that only make sense together: the database looks at the end of them, and refuses here.

    All of them or none are written, also where it refuses only at the end.
    """
    if not constraints:
        yield
        return
    names = ", ".join(constraints)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
        yield
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
