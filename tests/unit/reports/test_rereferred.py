"""Who was referred again within 90 days of closing: the edges, who is followed, and to whom it is told."""

from collections.abc import Callable
from datetime import date

import pytest

from referrals.choices import Knowledge, Outcome
from referrals.models import Category, Hindsight, Municipality, Person, Referral, User, access_of
from referrals.reports import rereferred
from referrals.reports.periods import until_day
from referrals.reports.scopes import Scope
from tests.factories import NOW, TODAY, PersonFactory, ReferralFactory, days_ago, noon

Log = Callable[..., Referral]
CLOSED = days_ago(200)


@pytest.fixture
def scope(municipality: Municipality, manager: User) -> Scope:
    return Scope.municipality(municipality, access_of(manager, on=TODAY))


@pytest.fixture
def person(municipality: Municipality) -> Person:
    return PersonFactory(municipality=municipality)


@pytest.fixture
def log(municipality: Municipality, category: Category, person: Person) -> Log:
    def make(**facts: object) -> Referral:
        usual = {"municipality": municipality, "category": category, "person": person}
        return ReferralFactory(**usual | facts)

    return make


@pytest.fixture
def finish(log: Log) -> Log:
    """A case that was closed after a start, on a day."""

    def make(closed_on: date = CLOSED, **facts: object) -> Referral:
        return log(
            **{"closed": True, "received_on": days_ago(400), "started_on": days_ago(380)} | facts,
            closed_on=closed_on,
        )

    return make


def counted(
    scope: Scope, first: date, last: date, knowledge: Knowledge = Knowledge.NOW
) -> tuple[int | float | None, int | float | None]:
    found = rereferred.build(scope, until_day(first, last), data_as_of=NOW, hindsight=Hindsight(knowledge))
    return found.followed.value, found.again.value


@pytest.mark.parametrize(("days", "again"), [(201, 0), (200, 1), (199, 1), (110, 1), (109, 0)])
def test_from_the_day_of_closing_to_the_ninetieth_after_it(
    scope: Scope, finish: Log, log: Log, days: int, again: int
) -> None:
    finish()
    log(received_on=days_ago(days))
    assert counted(scope, CLOSED, CLOSED) == (1, again)


def test_two_that_come_are_one_who_came_back_and_each_closing_asks_for_itself(
    scope: Scope, finish: Log, log: Log
) -> None:
    finish()
    finish(days_ago(150), received_on=days_ago(190), started_on=days_ago(180))
    log(received_on=days_ago(120))
    assert counted(scope, days_ago(300), TODAY) == (2, 2)
    assert counted(scope, CLOSED, CLOSED) == (1, 1)


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR])
def test_what_is_out_of_all_counts_is_out_of_this(
    scope: Scope, finish: Log, log: Log, outcome: Outcome
) -> None:
    finish()
    log(withdrawn=True, received_on=days_ago(150), outcome=outcome)
    finish(outcome=outcome)
    assert counted(scope, CLOSED, CLOSED) == (1, 0)


def test_another_need_and_another_citizen_are_nobody_who_came_back(
    scope: Scope, finish: Log, log: Log, other_category: Category, municipality: Municipality
) -> None:
    finish()
    log(received_on=days_ago(150), category=other_category)
    log(received_on=days_ago(150), person=PersonFactory(municipality=municipality))
    assert counted(scope, CLOSED, CLOSED) == (1, 0)


def test_who_never_started_is_not_asked_about(scope: Scope, log: Log) -> None:
    log(withdrawn=True, received_on=days_ago(300), closed_on=CLOSED)
    log(received_on=days_ago(150))
    assert counted(scope, CLOSED, CLOSED) == (0, 0)


def test_nobody_is_judged_before_the_ninety_days_have_passed(scope: Scope, finish: Log, log: Log) -> None:
    finish(days_ago(90))
    finish(days_ago(89), person=PersonFactory(municipality=log().municipality))
    assert counted(scope, days_ago(90), TODAY) == (1, 1)
    assert counted(scope, days_ago(89), TODAY) == (0, 0)
    found = rereferred.build(scope, until_day(days_ago(89), TODAY), data_as_of=NOW)
    assert found.share.value is None


def test_as_it_was_known_then_ends_with_the_period(scope: Scope, finish: Log, log: Log) -> None:
    finish(registered_at=noon(days_ago(400)))
    log(received_on=days_ago(150), registered_at=noon(days_ago(30)))  # written down late
    last = days_ago(100)
    assert counted(scope, CLOSED, last) == (1, 1)
    assert counted(scope, CLOSED, last, Knowledge.THEN) == (1, 0)
    assert counted(scope, CLOSED, days_ago(111), Knowledge.THEN) == (0, 0)
    assert counted(scope, CLOSED, days_ago(110), Knowledge.THEN) == (1, 0)
    assert counted(scope, CLOSED, days_ago(30), Knowledge.THEN) == (1, 1)


def test_outsiders_are_not_told() -> None:
    with pytest.raises(ValueError, match="own staff only"):
        rereferred.build(Scope.nation(), until_day(CLOSED, TODAY), data_as_of=NOW)
