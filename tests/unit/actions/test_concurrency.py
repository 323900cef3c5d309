"""Eight people at once, each on a connection of their own: one outcome, and everybody is told which."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from referrals.actions import persons
from referrals.actions.persons import PersonData
from referrals.actions.referrals import register
from referrals.choices import Move
from referrals.errors import DomainError, DuplicateOpenReferral, DuplicatePerson, StaleVersion
from referrals.models import (
    Category,
    Municipality,
    NumberSeries,
    Person,
    Referral,
    ReferralEvent,
    Submission,
    User,
)
from tests.factories import MembershipFactory, PersonFactory, ReferralFactory, identifier_of
from tests.unit.actions.acting import acting, data, do

PEOPLE = 8

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deed: Callable[[int], Any], people: int = PEOPLE) -> list[Any]:
    """Results of the deed done by all at the same moment; a DomainError is a result too."""
    start = Barrier(people)

    def one(nth: int) -> Any:
        try:
            start.wait(timeout=30)
            return deed(nth)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        deeds = [pool.submit(copy_context().run, one, nth) for nth in range(people)]
        return [deed.result() for deed in deeds]


def kinds(results: list[Any], kind: type) -> list[Any]:
    return [result for result in results if isinstance(result, kind)]


def test_no_number_is_given_twice_and_none_is_skipped(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    people = [PersonFactory(municipality=municipality) for _nth in range(PEOPLE)]
    arguments = {"municipality": municipality, "data": data(category)} | acting(coordinator)
    saved = at_once(lambda nth: register(person=people[nth], **arguments))
    assert sorted(referral.number for referral in saved) == [f"2026-{n:06}" for n in range(1, PEOPLE + 1)]
    assert NumberSeries.objects.get().last == PEOPLE


def test_municipalities_count_each_for_itself_at_once(
    coordinator: User, municipality: Municipality, other_municipality: Municipality, category: Category
) -> None:
    MembershipFactory(user=coordinator, municipality=other_municipality)
    places = [municipality, other_municipality] * (PEOPLE // 2)
    people = [PersonFactory(municipality=place) for place in places]
    arguments = {"data": data(category)} | acting(coordinator)
    at_once(lambda nth: register(municipality=places[nth], person=people[nth], **arguments))
    for place in (municipality, other_municipality):
        numbers = Referral.objects.in_municipality(place).values_list("number", flat=True)
        assert sorted(numbers) == [f"2026-{n:06}" for n in range(1, PEOPLE // 2 + 1)]


def test_krav_35_the_same_form_sent_by_all_at_once_is_one_referral_of_one_citizen(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    """Eight threads send one form with the same key at the same moment: one referral, one citizen, one answer."""
    form = {
        "municipality": municipality,
        "person": PersonData(given_name="Ola", family_name="Ny", birth_date=date(1990, 1, 1)),
        "data": data(category),
        "submission": uuid4(),
    } | acting(coordinator)
    saved = at_once(lambda _nth: register(**form))
    assert len({referral.pk for referral in saved}) == 1
    counts = [model.objects.count() for model in (Referral, Person, Submission, ReferralEvent)]
    assert counts == [1, 1, 1, 1]


def test_of_all_who_register_the_same_need_at_once_one_succeeds(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    person = PersonFactory(municipality=municipality)
    arguments = {"municipality": municipality, "person": person, "data": data(category)} | acting(coordinator)
    results = at_once(lambda _nth: register(**arguments, submission=uuid4()))
    [saved] = kinds(results, Referral)
    refusals = kinds(results, DuplicateOpenReferral)
    assert [refusal.referrals for refusal in refusals] == [[saved]] * (PEOPLE - 1)
    assert NumberSeries.objects.get().last == 1


def test_one_number_becomes_one_citizen(coordinator: User, municipality: Municipality) -> None:
    newcomer = PersonData(given_name="Ola", family_name="Ny", identifier=identifier_of(date(1990, 1, 1)))
    arguments = {"municipality": municipality, "data": newcomer} | acting(coordinator)
    results = at_once(lambda _nth: persons.register(**arguments))
    assert len(kinds(results, Person)) == Person.objects.count() == 1
    assert [refusal.field for refusal in kinds(results, DuplicatePerson)] == ["identifier"] * (PEOPLE - 1)


@pytest.mark.parametrize("move", [Move.PRIORITISE, Move.PAUSE, Move.START, Move.CLOSE])
def test_krav_34_of_all_who_move_the_same_version_at_once_one_succeeds_and_nothing_is_overwritten(
    coordinator: User, municipality: Municipality, category: Category, move: Move
) -> None:
    """Eight editors save the same version at the same moment: one is saved, seven are told."""
    referral = ReferralFactory(municipality=municipality, category=category, waiting=True)
    results = at_once(lambda _nth: do(move, referral, coordinator))
    [saved] = kinds(results, Referral)
    refusals = kinds(results, StaleVersion)
    assert len(refusals) == PEOPLE - 1
    assert {refusal.current.version for refusal in refusals} == {saved.version} == {2}
    assert (referral.events.count(), referral.contacts.count()) == (1, int(move == Move.START))


def test_krav_34_in_fifty_races_nobody_is_told_that_an_overwritten_text_is_saved(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    """Fifty races on one referral: each time exactly one is saved, and its history line stays."""
    referral = ReferralFactory(municipality=municipality, category=category, waiting=True, priority=2)
    for race in range(50):
        priority = 1 + race % 2
        results = at_once(
            lambda _nth, p=priority: do(Move.PRIORITISE, referral, coordinator, priority=p), people=3
        )
        assert len(kinds(results, Referral)) == 1
        referral.refresh_from_db()
        assert (referral.priority, referral.version) == (priority, race + 2)
    assert referral.events.count() == 50
