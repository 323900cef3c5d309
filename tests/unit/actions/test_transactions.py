"""What the database refuses is said in the service's words, and only where people can do something about it."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from referrals.actions.transactions import action
from referrals.errors import DomainError, DuplicatePerson, InvalidValue, PauseOverlap
from referrals.models import Municipality, Person, Referral, User, WaitPause
from tests.factories import (
    TODAY,
    PersonFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
    identifier_of,
    noon,
)


@action
def write(deed: Callable[[], object]) -> object:
    """An action that forgot to check."""
    return deed()


def same_number_twice(municipality: Municipality) -> Person:
    number = identifier_of(days_ago(20_000))
    PersonFactory(municipality=municipality, identifier=number, birth_date=days_ago(20_000))
    return PersonFactory(municipality=municipality, identifier=number, birth_date=days_ago(20_000))


def overlapping_pauses(municipality: Municipality) -> WaitPause:
    return WaitPauseFactory(referral=ReferralFactory(municipality=municipality, paused=True))


def received_in_the_future(municipality: Municipality) -> Referral:
    return ReferralFactory(municipality=municipality, received_on=TODAY, registered_at=noon(days_ago(1)))


def closed_before_start(municipality: Municipality) -> Referral:
    return ReferralFactory(municipality=municipality, closed=True, closed_on=days_ago(3))


def resumed_before_paused(municipality: Municipality) -> WaitPause:
    referral = ReferralFactory(municipality=municipality, waiting=True)
    return WaitPauseFactory(referral=referral, ended_on=days_ago(4))


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        (same_number_twice, DuplicatePerson),
        (overlapping_pauses, PauseOverlap),
        (received_in_the_future, InvalidValue),
        (closed_before_start, InvalidValue),
        (resumed_before_paused, InvalidValue),
    ],
)
def test_a_refusal_that_people_can_mend_reaches_them_in_words(
    municipality: Municipality, deed: Callable[[Municipality], object], kind: type[DomainError]
) -> None:
    with pytest.raises(kind) as caught:
        write(lambda: deed(municipality))
    assert str(caught.value) and isinstance(caught.value.__cause__, IntegrityError)


def test_a_refused_action_leaves_nothing_and_the_page_goes_on(municipality: Municipality) -> None:
    with pytest.raises(DuplicatePerson):
        write(lambda: same_number_twice(municipality))
    assert not Person.objects.exists()


def test_a_refusal_that_is_our_fault_stays_an_error(municipality: Municipality) -> None:
    with pytest.raises(IntegrityError, match="referral_closed_with_outcome"):
        write(lambda: ReferralFactory(municipality=municipality, outcome="other"))


def test_a_domain_error_takes_everything_back(municipality: Municipality, coordinator: User) -> None:
    def half() -> None:
        PersonFactory(municipality=municipality)
        raise DuplicatePerson

    with pytest.raises(DuplicatePerson):
        write(half)
    assert not Person.objects.exists()
