"""Risk while somebody waits: what is written, that nothing of the wait is lost, and when it asks for no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from referrals.actions import bulk, referrals
from referrals.choices import Move, RiskKind, Status
from referrals.errors import (
    DateAfter,
    DateBefore,
    FutureDate,
    NoSuchRisk,
    NothingChanged,
    ReasonRequired,
    UnknownCode,
)
from referrals.models import Category, Municipality, Referral, RiskEvent, User
from tests.factories import NOW, TODAY, ReferralFactory, RiskEventFactory, WaitPauseFactory, days_ago
from tests.unit.actions.acting import acting, do

Log = Callable[..., Referral]


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals of the municipality that have waited 100 days, with priority 2."""

    def make(**traits: object) -> Referral:
        given = {
            "municipality": municipality,
            "category": category,
            "waiting": True,
            "received_on": days_ago(100),
        }
        return ReferralFactory(**given | traits)

    return make


def wait_of(referral: Referral) -> dict[str, Any]:
    """Everything that the clock and the seniority say of it, and where it stands."""
    names = ("received_on", "seniority_on", "wait_end", "status", "priority", "prioritised_on", "therapist")
    clock = ("gross_days", "paused_days", "held_days", "target_days")
    rows = Referral.objects.with_wait(on=TODAY).with_held_days(on=TODAY)
    return rows.values(*names, *clock).get(pk=referral.pk)


def to_assess(municipality: Municipality) -> list[Referral]:
    return list(Referral.objects.to_assess(municipality=municipality).order_by_intake())


@pytest.mark.parametrize("kind", RiskKind)
def test_it_is_to_be_assessed_the_same_day_and_loses_not_a_day(
    coordinator: User, municipality: Municipality, log: Log, kind: RiskKind
) -> None:
    referral = log()
    WaitPauseFactory(referral=referral, started_on=days_ago(20))
    before = wait_of(referral)
    assert to_assess(municipality) == []
    do(Move.RISK, referral, coordinator, kind=kind, on=days_ago(2), note="Fant vedkommende på badet.")
    assert to_assess(municipality) == [referral]
    assert wait_of(referral) == before
    row = RiskEvent.objects.get()
    assert (row.kind, row.happened_on, row.registered_by, row.registered_at) == (
        kind,
        days_ago(2),
        coordinator,
        NOW,
    )


def test_one_that_is_not_assessed_yet_comes_first(
    coordinator: User, municipality: Municipality, log: Log
) -> None:
    older, fallen = log(waiting=False, received_on=days_ago(30)), log(waiting=False, received_on=days_ago(3))
    assert to_assess(municipality) == [older, fallen]
    do(Move.RISK, fallen, coordinator)
    assert to_assess(municipality) == [fallen, older]
    do(Move.PRIORITISE, Referral.objects.get(pk=fallen.pk), coordinator, priority=1)
    assert to_assess(municipality) == [older]
    assert not RiskEvent.objects.to_reassess().exists()


@pytest.mark.parametrize("priority", [1, 2])
def test_any_priority_settles_it_also_the_same(
    coordinator: User, municipality: Municipality, log: Log, priority: int
) -> None:
    referral = log()
    with pytest.raises(NothingChanged):
        do(Move.PRIORITISE, referral, coordinator, priority=2)
    risky = do(Move.RISK, referral, coordinator)
    assessed_before = risky.prioritised_on
    done = do(Move.PRIORITISE, risky, coordinator, priority=priority)
    assert (done.priority, done.prioritised_on, done.received_on) == (
        priority,
        assessed_before,
        days_ago(100),
    )
    assert RiskEvent.objects.get().reassessed_on == TODAY
    assert to_assess(municipality) == []
    with pytest.raises(NothingChanged):
        do(Move.PRIORITISE, done, coordinator, priority=priority)


def test_an_assessment_from_before_the_event_does_not_settle_it(
    coordinator: User, municipality: Municipality, log: Log
) -> None:
    risky = do(Move.RISK, log(), coordinator, on=days_ago(1))
    do(Move.PRIORITISE, risky, coordinator, priority=1, on=days_ago(2))
    assert [one.pk for one in to_assess(municipality)] == [risky.pk]


@pytest.mark.parametrize(
    ("ago", "error"), [(-1, FutureDate), (0, None), (100, None), (101, DateBefore)], ids=str
)
def test_it_happened_between_receipt_and_today(
    coordinator: User, log: Log, ago: int, error: type[Exception] | None
) -> None:
    if error is None:
        assert do(Move.RISK, log(), coordinator, on=days_ago(ago)).version == 2
        return
    with pytest.raises(error):
        do(Move.RISK, log(), coordinator, on=days_ago(ago))


def test_what_no_code_says_must_be_said(coordinator: User, log: Log) -> None:
    with pytest.raises(ReasonRequired) as caught:
        do(Move.RISK, log(), coordinator, kind=RiskKind.OTHER, note=" ")
    assert caught.value.field == "note"
    with pytest.raises(UnknownCode):
        do(Move.RISK, log(), coordinator, kind="storm")


def test_one_entered_in_error_stays_with_who_and_why_and_asks_for_nothing(
    coordinator: User, therapist_user: User, municipality: Municipality, log: Log
) -> None:
    risky = do(Move.RISK, log(), therapist_user)
    with pytest.raises(ReasonRequired):
        do(Move.RISK_ERROR, risky, coordinator, reason=" ")
    gone = do(Move.RISK_ERROR, risky, coordinator, reason="Gjaldt naboen.")
    row = RiskEvent.objects.get()
    assert (row.withdrawn_by, row.withdrawn_at, row.withdrawn_because) == (coordinator, NOW, "Gjaldt naboen.")
    assert row.registered_by == therapist_user
    assert to_assess(municipality) == []
    with pytest.raises(NoSuchRisk):
        do(Move.RISK_ERROR, gone, coordinator, risk_id=row.pk)


def test_one_of_another_case_cannot_be_taken_back(coordinator: User, log: Log) -> None:
    theirs = RiskEventFactory(referral=log())
    with pytest.raises(NoSuchRisk):
        do(Move.RISK_ERROR, log(), coordinator, risk_id=theirs.pk)


def test_the_first_of_two_that_is_in_error_leaves_the_other(
    coordinator: User, municipality: Municipality, log: Log
) -> None:
    referral = log()
    first = RiskEventFactory(referral=referral)
    RiskEventFactory(referral=referral, kind=RiskKind.ADMISSION)
    do(Move.RISK_ERROR, referral, coordinator, risk_id=first.pk)
    assert to_assess(municipality) == [referral]


@pytest.mark.parametrize("move", [Move.START, Move.CLOSE])
def test_whose_wait_has_ended_is_not_to_be_assessed(
    coordinator: User, municipality: Municipality, log: Log, move: Move
) -> None:
    risky = do(Move.RISK, log(), coordinator)
    ended = do(move, risky, coordinator)
    assert to_assess(municipality) == [] and not ended.is_at_risk
    if move == Move.CLOSE:  # and comes back with the wait
        do(Move.REOPEN, ended, coordinator)
        assert [one.status for one in to_assess(municipality)] == [Status.WAITING]


def test_the_day_of_receipt_does_not_pass_it(coordinator: User, log: Log) -> None:
    risky = do(Move.RISK, log(waiting=False, registered_at=NOW), coordinator, on=days_ago(50))
    who = {"reason": "Feil dato på brevet", **acting(coordinator)}
    with pytest.raises(DateAfter) as caught:
        referrals.correct(
            referral_id=risky.pk, version=risky.version, changes={"received_on": days_ago(49)}, **who
        )
    assert caught.value.values["latest"] == days_ago(50)


def test_one_that_is_merged_takes_its_risk_along(
    coordinator: User, municipality: Municipality, log: Log
) -> None:
    kept = log()
    twin = log(person=kept.person, category=kept.category, received_on=days_ago(50))
    RiskEventFactory(referral=twin)
    do(Move.MERGE, kept, coordinator)
    assert to_assess(municipality) == [kept]


def test_what_is_done_to_many_settles_it_and_undoing_brings_it_back(
    coordinator: User, municipality: Municipality, log: Log
) -> None:
    risky, calm = log(), log(priority=3)
    RiskEventFactory(referral=risky)
    done = bulk.do_to_many(
        move=Move.PRIORITISE,
        municipality=municipality,
        chosen={one.pk: one.version for one in (risky, calm)},
        arguments={"priority": 2, "on": TODAY},
        key=uuid4(),
        **acting(coordinator),
    )
    assert done.count == 2 and to_assess(municipality) == []
    bulk.undo(bulk_id=done.pk, **acting(coordinator, at=NOW + timedelta(minutes=1)))
    assert to_assess(municipality) == [risky]


@pytest.mark.parametrize(
    "wrong",
    [
        {"happened_on": days_ago(-1)},
        {"reassessed_on": days_ago(2)},
        {"kind": RiskKind.OTHER, "note": ""},
        {"withdrawn_at": NOW},
        {"withdrawn_because": "Feil"},
    ],
    ids=str,
)
def test_the_database_refuses_what_cannot_be(log: Log, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskEventFactory(referral=log(), **wrong)


@pytest.mark.parametrize("column", ["kind", "happened_on", "note", "registered_at"])
def test_what_happened_is_not_rewritten_and_no_row_is_removed(log: Log, column: str) -> None:
    row = RiskEventFactory(referral=log())
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(update_fields=[column])
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
