"""Each rule of the list of errors: a case that it names, and one beside it that it does not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from referrals.choices import DataRule, EventKind, Move, Outcome, PauseReason, Status
from referrals.models import Municipality, Referral
from referrals.permissions import Access, Grant, Role
from referrals.reports.data_quality import build, named_by
from referrals.reports.quality_rules import RULES
from tests.factories import (
    TODAY,
    CategoryFactory,
    EmploymentFactory,
    PersonFactory,
    PriorityKeyFactory,
    ReferralEventFactory,
    ReferralFactory,
    RightAsItIsFactory,
    TherapistFactory,
    WaitPauseFactory,
    days_ago,
    noon,
)

pytestmark = pytest.mark.django_db

TEN_YEARS, HALF_A_YEAR = 3653, 183


def everywhere() -> Access:
    """That of somebody who sees the cases of every municipality."""
    return Access(grants=tuple(Grant(Role.COORDINATOR, place.pk) for place in Municipality.objects.all()))


class Desk:
    """Makes cases in one municipality."""

    def __init__(self, municipality: Municipality, category: Any) -> None:
        self.place = {"municipality": municipality, "category": category}

    def case(self, **traits: Any) -> Referral:
        return ReferralFactory(**self.place | {"waiting": True} | traits)

    def held(self, started: int, ended: int | None = None, **traits: Any) -> Referral:
        case = self.case(**{"received_on": days_ago(300)} | traits)
        end = None if ended is None else days_ago(ended)
        WaitPauseFactory(
            referral=case, reason=PauseReason.CAPACITY, started_on=days_ago(started), ended_on=end
        )
        return case

    def twin(self, **traits: Any) -> Referral:
        case = self.case()
        return self.case(person=case.person, **traits)

    def assigned(self, until: date | None) -> Referral:
        therapist = TherapistFactory()
        EmploymentFactory(
            therapist=therapist,
            municipality=self.place["municipality"],
            valid_from=days_ago(900),
            valid_to=until,
        )
        return self.case(therapist=therapist, assigned_on=days_ago(5))

    def with_gone(self, outcome: Outcome, closed_days_ago: int, **traits: Any) -> Referral:
        """A case of a citizen of whom another one was closed so; received ten days ago."""
        person = PersonFactory(municipality=self.place["municipality"])
        self.case(
            person=person,
            received_on=days_ago(50),
            withdrawn=True,
            closed_on=days_ago(closed_days_ago),
            outcome=outcome,
        )
        return self.case(person=person, **traits)

    def registered(self, lag: int, *lines: dict[str, Any]) -> Referral:
        received = days_ago(100)
        case = self.case(received_on=received, registered_at=noon(received + timedelta(days=lag)))
        for line in lines:
            ReferralEventFactory(referral=case, **line)
        return case

    def other_key(self) -> Referral:
        """Of a priority that the key in force since long has not."""
        PriorityKeyFactory(municipality=self.place["municipality"], valid_from=days_ago(20))
        return self.case()


BECAUSE = {"note": "Brevet lå i feil skuff."}
CORRECTED = {"kind": EventKind.CORRECTED, "details": {"changes": {"received_on": ["a", "b"]}}}
Make = Callable[[Desk], Referral]
NAMED: list[tuple[DataRule, Make]] = [
    (DataRule.STARTED_UNASSESSED, lambda d: d.case(started=True, priority=None, prioritised_on=None)),
    (DataRule.STARTED_FIRST, lambda d: d.case(started=True, prioritised_on=days_ago(1))),
    (DataRule.NO_SUCH_PRIORITY, lambda d: d.case(priority=5)),
    (DataRule.NO_SUCH_PRIORITY, lambda d: d.other_key()),
    (DataRule.TEN_YEARS, lambda d: d.case(received_on=days_ago(TEN_YEARS + 1), priority=4)),
    (DataRule.REGISTERED_LATE, lambda d: d.registered(31)),
    (DataRule.REGISTERED_LATE, lambda d: d.registered(31, {}, CORRECTED)),
    (DataRule.BEFORE_BIRTH, lambda d: d.case(person__birth_date=days_ago(9))),
    (DataRule.TWO_OPEN, lambda d: d.twin()),
    (DataRule.LONG_PAUSE, lambda d: d.held(HALF_A_YEAR + 1)),
    (DataRule.ALWAYS_ON_HOLD, lambda d: d.held(HALF_A_YEAR + 1, 0, received_on=days_ago(HALF_A_YEAR + 1))),
    (DataRule.THERAPIST_GONE, lambda d: d.assigned(TODAY)),
    (DataRule.CITIZEN_GONE, lambda d: d.with_gone(Outcome.DEAD, 11)),
    (DataRule.CITIZEN_GONE, lambda d: d.with_gone(Outcome.MOVED, 10)),
]
BESIDE: list[tuple[DataRule, Make]] = [
    (DataRule.STARTED_UNASSESSED, lambda d: d.case(started=True)),
    (DataRule.STARTED_UNASSESSED, lambda d: d.case(waiting=False)),
    (DataRule.STARTED_FIRST, lambda d: d.case(started=True, prioritised_on=days_ago(2))),
    (DataRule.NO_SUCH_PRIORITY, lambda d: d.case(priority=4)),
    (DataRule.NO_SUCH_PRIORITY, lambda d: d.case(waiting=False)),
    (DataRule.TEN_YEARS, lambda d: d.case(received_on=days_ago(TEN_YEARS), priority=4)),
    (DataRule.TEN_YEARS, lambda d: d.case(received_on=days_ago(TEN_YEARS + 1), withdrawn=True)),
    (DataRule.REGISTERED_LATE, lambda d: d.registered(30)),
    (DataRule.REGISTERED_LATE, lambda d: d.registered(31, BECAUSE)),
    (DataRule.REGISTERED_LATE, lambda d: d.registered(31, {}, CORRECTED | BECAUSE)),
    (DataRule.BEFORE_BIRTH, lambda d: d.case(person__birth_date=days_ago(10))),
    (DataRule.TWO_OPEN, lambda d: d.twin(withdrawn=True)),
    (DataRule.TWO_OPEN, lambda d: d.twin(category=CategoryFactory(code="test-other"))),
    (DataRule.LONG_PAUSE, lambda d: d.held(HALF_A_YEAR)),
    (DataRule.LONG_PAUSE, lambda d: d.held(HALF_A_YEAR + 1, -1)),
    (DataRule.LONG_PAUSE, lambda d: d.held(HALF_A_YEAR + 1, 2, withdrawn=True)),
    (DataRule.ALWAYS_ON_HOLD, lambda d: d.held(HALF_A_YEAR, 0, received_on=days_ago(HALF_A_YEAR))),
    (DataRule.ALWAYS_ON_HOLD, lambda d: d.held(HALF_A_YEAR + 1, 0, received_on=days_ago(HALF_A_YEAR + 2))),
    (DataRule.ALWAYS_ON_HOLD, lambda d: d.held(HALF_A_YEAR + 1, 1, received_on=days_ago(HALF_A_YEAR + 1))),
    (DataRule.THERAPIST_GONE, lambda d: d.assigned(TODAY + timedelta(days=1))),
    (DataRule.THERAPIST_GONE, lambda d: d.assigned(None)),
    (DataRule.THERAPIST_GONE, lambda d: d.case()),
    (DataRule.CITIZEN_GONE, lambda d: d.with_gone(Outcome.MOVED, 11)),
    (DataRule.CITIZEN_GONE, lambda d: d.with_gone(Outcome.DECLINED, 10)),
    (DataRule.CITIZEN_GONE, lambda d: d.with_gone(Outcome.DEAD, 11, withdrawn=True)),
]


@pytest.fixture
def desk(municipality: Municipality, category: Any) -> Desk:
    return Desk(municipality, category)


def named(rule: DataRule) -> set[str]:
    return {row.number for row in named_by(RULES[rule], Referral.objects.all(), TODAY, everywhere())}


def ids(pairs: list[tuple[DataRule, Make]]) -> list[str]:
    return [f"{rule}-{number}" for number, (rule, _make) in enumerate(pairs)]


def test_every_code_has_a_rule_in_the_order_of_the_list_and_a_case_on_each_side() -> None:
    assert list(RULES) == list(DataRule.values)
    assert {rule for rule, _make in NAMED} == {rule for rule, _make in BESIDE} == set(DataRule)


@pytest.mark.parametrize(("rule", "make"), NAMED, ids=ids(NAMED))
def test_a_case_just_outside_is_named_and_says_what_is_wrong(desk: Desk, rule: DataRule, make: Make) -> None:
    case = make(desk)
    assert case.number in named(rule)
    row = named_by(RULES[rule], Referral.objects.all(), TODAY, everywhere()).get(pk=case.pk)
    assert any(character.isdigit() for character in RULES[rule].wrong(row)) or row.therapist


@pytest.mark.parametrize(("rule", "make"), BESIDE, ids=ids(BESIDE))
def test_a_case_just_inside_is_not(desk: Desk, rule: DataRule, make: Make) -> None:
    assert make(desk).number not in named(rule)


@pytest.mark.parametrize(("rule", "make"), NAMED, ids=ids(NAMED))
def test_duplicates_and_errors_are_out_of_the_list(desk: Desk, rule: DataRule, make: Make) -> None:
    case = make(desk)
    case.refresh_from_db()
    case.status, case.outcome, case.closed_on = Status.CLOSED, Outcome.ENTERED_IN_ERROR, TODAY
    case.save()
    assert case.number not in named(rule)


def test_a_case_that_is_right_as_it_is_is_counted_apart(desk: Desk) -> None:
    case = desk.held(HALF_A_YEAR + 1)
    mark = RightAsItIsFactory(referral=case, rule=DataRule.LONG_PAUSE)
    counts = {
        count.rule.code: count for count in build(Referral.objects.all(), TODAY, access=everywhere()).counts
    }
    assert (counts[DataRule.LONG_PAUSE].wrong, counts[DataRule.LONG_PAUSE].right) == (0, 1)
    type(mark).objects.update(withdrawn_at=noon(TODAY), withdrawn_by=mark.said_by)
    report = build(Referral.objects.all(), TODAY, access=everywhere())
    assert report.wrong == 1 and report.counts[7].wrong == 1


def test_the_move_that_mends_is_one_that_the_status_allows(desk: Desk) -> None:
    rule = RULES[DataRule.NO_SUCH_PRIORITY]
    assert rule.mend_of(desk.case(priority=5)) == Move.PRIORITISE
    assert rule.mend_of(desk.case(priority=5, started=True)) == Move.CORRECT
    assert RULES[DataRule.LONG_PAUSE].mend_of(desk.case(started=True)) is None


@pytest.mark.parametrize(
    "refused",
    [
        {"status": Status.CLOSED, "closed_on": TODAY, "outcome": ""},
        {"received_on": TODAY + timedelta(days=1)},
        {"status": Status.STARTED, "started_on": days_ago(11)},
    ],
)
def test_what_has_no_rule_the_database_refuses(desk: Desk, refused: dict[str, Any]) -> None:
    case = desk.case()
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=case.pk).update(**refused)
