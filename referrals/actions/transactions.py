"""The frame of every action: all or nothing, and what the database refuses is said in the service's words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, transaction

from referrals.errors import DomainError, DuplicatePerson, InvalidValue, KeyVersionExists, PauseOverlap
from referrals.models import Person, Referral, WaitPause

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Refusals that have a kind of their own, and the input they are about.
KNOWN_REFUSALS: dict[str, tuple[type[DomainError], str]] = {
    "person_identifier_once": (DuplicatePerson, "identifier"),
    "pause_no_overlap": (PauseOverlap, "on"),
    "priority_key_one_version_a_day": (KeyVersionExists, "valid_from"),
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
        return kind(field=field)
    for constraint in (c for model in (Person, Referral, WaitPause) for c in model._meta.constraints):
        worded = constraint.violation_error_message != constraint.default_violation_error_message
        if constraint.name == name and worded:
            return InvalidValue(reason=constraint.violation_error_message)
    return None
