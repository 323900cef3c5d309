"""Asking whether somebody still waits, and reviewing a long hold: what is written, and that no clock moves."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from referrals.choices import Move, PauseReason, ValidationResult
from referrals.errors import (
    AskedAlready,
    DateBefore,
    NotAsked,
    NothingChanged,
    NotOnHold,
    ReasonRequired,
    UnknownCode,
)
from referrals.models import Category, Municipality, PauseReview, Referral, User, Validation, WaitPause
from tests.factories import (
    TODAY,
    ReferralFactory,
    ValidationFactory,
    WaitPauseFactory,
    days_ago,
    noon,
)
from tests.unit.actions.acting import do

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


def clock(referral: Referral) -> dict[str, Any]:
    """Everything that the clock says of it."""
    return (
        Referral.objects.with_wait(on=TODAY)
        .with_held_days(on=TODAY)
        .values(
            "gross_days",
            "paused_days",
            "held_days",
            "target_days",
            "received_on",
            "priority",
            "prioritised_on",
            "status",
            "wait_end",
        )
        .get(pk=referral.pk)
    )


@pytest.mark.parametrize("result", ValidationResult)
def test_no_answer_moves_a_clock(coordinator: User, log: Log, result: ValidationResult) -> None:
    referral = log()
    WaitPauseFactory(referral=referral, started_on=days_ago(20))
    before = clock(referral)
    asked = do(Move.ASK, referral, coordinator, on=days_ago(5))
    assert clock(referral) == before
    do(Move.ANSWER, asked, coordinator, result=result, on=days_ago(1))
    assert clock(referral) == before
    row = Validation.objects.get()
    assert (row.asked_on, row.answered_on, row.result) == (days_ago(5), days_ago(1), result)


def test_a_citizen_is_not_asked_again_before_the_answer(coordinator: User, log: Log) -> None:
    asked = do(Move.ASK, log(), coordinator)
    with pytest.raises(AskedAlready):
        do(Move.ASK, asked, coordinator)
    answered = do(Move.ANSWER, asked, coordinator)
    with pytest.raises(NotAsked):
        do(Move.ANSWER, answered, coordinator)
    do(Move.ASK, answered, coordinator)
    assert Validation.objects.count() == 2


def test_an_answer_does_not_come_before_the_question(coordinator: User, log: Log) -> None:
    asked = do(Move.ASK, log(), coordinator, on=days_ago(5))
    with pytest.raises(DateBefore) as caught:
        do(Move.ANSWER, asked, coordinator, on=days_ago(6))
    assert caught.value.values["earliest"] == days_ago(5)


@pytest.mark.parametrize(
    ("move", "field", "value"), [(Move.ASK, "channel", "owl"), (Move.ANSWER, "result", "maybe")]
)
def test_a_code_that_nobody_knows_is_refused(
    coordinator: User, log: Log, move: Move, field: str, value: str
) -> None:
    referral = log()
    ValidationFactory(referral=referral) if move == Move.ANSWER else None
    with pytest.raises(UnknownCode) as caught:
        do(move, referral, coordinator, **{field: value})
    assert caught.value.field == field


def test_a_changed_need_may_be_given_the_same_priority_anew(coordinator: User, log: Log) -> None:
    referral = log()
    with pytest.raises(NothingChanged):
        do(Move.PRIORITISE, referral, coordinator, priority=2)
    asked = do(Move.ASK, referral, coordinator)
    answered = do(Move.ANSWER, asked, coordinator, result=ValidationResult.CHANGED)
    before = clock(referral)
    assert Validation.objects.to_reassess().count() == 1
    again = do(Move.PRIORITISE, answered, coordinator, priority=2)
    assert clock(referral) == before
    assert Validation.objects.get().reassessed_on == TODAY
    with pytest.raises(NothingChanged):
        do(Move.PRIORITISE, again, coordinator, priority=2)


def test_an_assessment_from_before_the_answer_is_not_the_one_that_was_asked_for(
    coordinator: User, log: Log
) -> None:
    asked = do(Move.ASK, log(), coordinator, on=days_ago(3))
    answered = do(Move.ANSWER, asked, coordinator, result=ValidationResult.CHANGED, on=days_ago(1))
    do(Move.PRIORITISE, answered, coordinator, priority=1, on=days_ago(2))
    assert Validation.objects.to_reassess().count() == 1


# ---------------------------------------------------------------- holds


def test_a_review_says_why_the_hold_goes_on(coordinator: User, log: Log) -> None:
    referral = log()
    pause = WaitPauseFactory(referral=referral, started_on=days_ago(50))
    before = clock(referral)
    saved = do(Move.REVIEW, referral, coordinator, note="  Ringt: er fortsatt på reise.  ", on=days_ago(1))
    review = PauseReview.objects.get()
    assert (review.pause, review.reviewed_on, review.note) == (
        pause,
        days_ago(1),
        "Ringt: er fortsatt på reise.",
    )
    assert (review.registered_by, saved.events.get().details) == (coordinator, {"review": "own_wish"})
    assert clock(referral) == before


def test_a_review_without_a_word_or_of_another_hold_is_refused(coordinator: User, log: Log) -> None:
    referral = log()
    WaitPauseFactory(referral=referral, started_on=days_ago(50))
    with pytest.raises(ReasonRequired):
        do(Move.REVIEW, referral, coordinator, note="  ")
    with pytest.raises(NotOnHold):
        do(Move.REVIEW, referral, coordinator, reason=PauseReason.NAV)


@pytest.mark.parametrize(
    ("began", "reviews", "due"),
    [
        (date(2026, 1, 1), [], date(2026, 2, 12)),
        (date(2024, 1, 31), [], date(2024, 3, 13)),  # over 29 February
        (date(2026, 3, 1), [], date(2026, 4, 12)),  # over the change to summer time
        (date(2025, 10, 1), [], date(2025, 11, 12)),  # and back
        (date(2026, 1, 1), [date(2026, 2, 13)], date(2026, 5, 8)),
        (date(2026, 1, 1), [date(2026, 2, 13), date(2026, 2, 1)], date(2026, 5, 8)),
    ],
)
def test_a_hold_is_reviewed_after_42_days_and_84_after_each_review(
    coordinator: User, log: Log, began: date, reviews: list[date], due: date
) -> None:
    referral = log(received_on=min(began, days_ago(100)), changed_at=noon(date(2026, 6, 1)))
    WaitPauseFactory(referral=referral, started_on=began)
    for day in reviews:
        referral = do(Move.REVIEW, referral, coordinator, on=day, at=noon(date(2026, 6, 1)))
    assert WaitPause.objects.with_review_due().get().review_due_on == due
    on = due + timedelta(days=1)
    assert Referral.objects.with_review_due(on=on).get().review_due_on == due
