"""Prioritising, assigning and replying."""

from datetime import date
from decimal import Decimal

import pytest

from referrals.choices import Handling, Move, Status
from referrals.errors import ForeignRecord, NoPriorityKey, NothingChanged, ReplyNotDue
from referrals.models import Category, Municipality, Referral, Therapist, User
from tests.factories import (
    NOW,
    TODAY,
    EmploymentFactory,
    PreliminaryReplyFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    TherapistFactory,
    days_ago,
)
from tests.unit.actions.acting import do


@pytest.fixture
def received(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category)


@pytest.fixture
def waiting(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


# ---------------------------------------------------------------- prioritise


def test_the_first_priority_puts_the_referral_on_the_list(coordinator: User, received: Referral) -> None:
    saved = do(Move.PRIORITISE, received, coordinator, priority=3, on=days_ago(4))
    assert (saved.status, saved.priority, saved.prioritised_on) == (Status.WAITING, 3, days_ago(4))


def test_a_new_priority_keeps_the_day_of_assessment_and_every_day_waited(
    coordinator: User, waiting: Referral
) -> None:
    saved = do(Move.PRIORITISE, waiting, coordinator, priority=1)
    listed = Referral.objects.with_wait(on=TODAY).get()
    assert (saved.priority, saved.prioritised_on) == (1, days_ago(10))
    assert (listed.gross_days, listed.target_days) == (10, 14)


def test_a_new_priority_is_not_set_before_the_first(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    referral = ReferralFactory(
        municipality=municipality, category=category, waiting=True, prioritised_on=days_ago(5)
    )
    assert do(Move.PRIORITISE, referral, coordinator, on=days_ago(5)).priority == 1


@pytest.mark.parametrize("priority", [0, 5, 9, -1, 2**40])
def test_a_priority_that_the_key_does_not_have_is_refused(
    coordinator: User, received: Referral, priority: int
) -> None:
    with pytest.raises(NoPriorityKey) as caught:
        do(Move.PRIORITISE, received, coordinator, priority=priority)
    assert caught.value.field == "priority"


def test_the_key_of_the_day_of_receipt_decides(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    newer = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(5))
    PriorityTargetFactory(key=newer, category=category, level=5, days=90)
    old = ReferralFactory(municipality=municipality, category=category, received_on=days_ago(6))
    new = ReferralFactory(municipality=municipality, category=category, received_on=days_ago(5))
    for referral, refused, priority in [(old, 5, 4), (new, 4, 5)]:
        with pytest.raises(NoPriorityKey):
            do(Move.PRIORITISE, referral, coordinator, priority=refused)
        assert do(Move.PRIORITISE, referral, coordinator, priority=priority).priority == priority


def test_another_municipalitys_key_does_not_help(
    coordinator: User, municipality: Municipality, other_municipality: Municipality, received: Referral
) -> None:
    municipality.priority_keys.update(replaced_at=NOW)
    with pytest.raises(NoPriorityKey):
        do(Move.PRIORITISE, received, coordinator)


def test_a_category_without_targets_cannot_be_prioritised(
    coordinator: User, municipality: Municipality, category: Category, other_category: Category
) -> None:
    key = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(30))
    PriorityTargetFactory(key=key, category=category)
    referral = ReferralFactory(municipality=municipality, category=other_category)
    with pytest.raises(NoPriorityKey):
        do(Move.PRIORITISE, referral, coordinator)


def test_the_same_priority_again_changes_nothing(coordinator: User, waiting: Referral) -> None:
    with pytest.raises(NothingChanged):
        do(Move.PRIORITISE, waiting, coordinator, priority=2)


def test_prioritising_on_hold_leaves_the_pause_running(
    coordinator: User, municipality: Municipality, category: Category
) -> None:
    referral = ReferralFactory(municipality=municipality, category=category, paused=True)
    do(Move.PRIORITISE, referral, coordinator)
    assert referral.pauses.get().ended_on is None


# ---------------------------------------------------------------- assign


def test_a_referral_is_assigned_from_a_day(
    coordinator: User, received: Referral, therapist: Therapist
) -> None:
    saved = do(Move.ASSIGN, received, coordinator, therapist_id=therapist.pk, on=days_ago(2))
    assert (saved.therapist, saved.assigned_on) == (therapist, days_ago(2))
    assert saved.status == Status.RECEIVED
    assert saved.events.get().details["changes"]["therapist"] == [None, therapist.pk]


def test_it_is_given_to_another(coordinator: User, municipality: Municipality, therapist: Therapist) -> None:
    referral = ReferralFactory(municipality=municipality, started=True)
    saved = do(Move.ASSIGN, referral, coordinator, therapist_id=therapist.pk)
    assert (saved.therapist, saved.assigned_on, saved.started_on) == (therapist, TODAY, days_ago(2))


def test_it_is_taken_from_everybody(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, assigned=True)
    saved = do(Move.ASSIGN, referral, coordinator, therapist_id=None)
    assert (saved.therapist, saved.assigned_on) == (None, None)


@pytest.mark.parametrize("assigned", [True, False])
def test_the_same_therapist_again_changes_nothing(
    coordinator: User, municipality: Municipality, assigned: bool
) -> None:
    referral = ReferralFactory(municipality=municipality, assigned=assigned)
    with pytest.raises(NothingChanged):
        do(Move.ASSIGN, referral, coordinator, therapist_id=referral.therapist_id)


def test_a_therapist_of_another_municipality_is_refused(
    coordinator: User, received: Referral, other_municipality: Municipality
) -> None:
    stranger = TherapistFactory(employed_in=other_municipality)
    with pytest.raises(ForeignRecord) as caught:
        do(Move.ASSIGN, received, coordinator, therapist_id=stranger.pk)
    assert caught.value.field == "therapist_id"


def test_a_therapist_who_does_not_exist_is_refused(coordinator: User, received: Referral) -> None:
    with pytest.raises(ForeignRecord):
        do(Move.ASSIGN, received, coordinator, therapist_id=0)


@pytest.mark.parametrize(
    ("on", "works"),
    [(days_ago(6), False), (days_ago(5), True), (days_ago(2), True), (days_ago(1), False)],
    ids=["the day before", "the first day", "the last day", "the first day not employed"],
)
def test_the_employment_holds_on_the_day(
    coordinator: User, municipality: Municipality, received: Referral, on: date, works: bool
) -> None:
    post = EmploymentFactory(
        municipality=municipality, valid_from=days_ago(5), valid_to=days_ago(1), fte=Decimal("0.2")
    )
    if works:
        do(Move.ASSIGN, received, coordinator, therapist_id=post.therapist_id, on=on)
        return
    with pytest.raises(ForeignRecord):
        do(Move.ASSIGN, received, coordinator, therapist_id=post.therapist_id, on=on)


def test_a_purchased_therapist_can_have_referrals(
    coordinator: User, municipality: Municipality, received: Referral
) -> None:
    post = EmploymentFactory(municipality=municipality, purchased=True)
    saved = do(Move.ASSIGN, received, coordinator, therapist_id=post.therapist_id)
    assert saved.therapist == post.therapist


# ---------------------------------------------------------------- reply


def test_the_day_of_the_reply_is_kept(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, application=True)
    do(Move.REPLY, referral, coordinator, on=days_ago(1))
    assert referral.preliminary_reply.sent_on == days_ago(1)


def test_a_reply_is_registered_once(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, application=True)
    PreliminaryReplyFactory(referral=referral)
    with pytest.raises(ReplyNotDue):
        do(Move.REPLY, Referral.objects.get(pk=referral.pk), coordinator)


@pytest.mark.parametrize(
    ("handling", "is_vedtak"), [(Handling.REFERRAL, True), (Handling.APPLICATION, False)]
)
def test_no_reply_is_registered_where_none_is_due(
    coordinator: User, received: Referral, handling: Handling, is_vedtak: bool
) -> None:
    received.category.is_vedtak = is_vedtak
    received.category.save()
    received.handling = handling
    received.save()
    with pytest.raises(ReplyNotDue):
        do(Move.REPLY, received, coordinator)


def test_a_reply_leaves_the_wait_as_it_was(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, application=True)
    saved = do(Move.REPLY, referral, coordinator)
    assert (saved.status, saved.wait_end) == (Status.RECEIVED, None)
    assert saved.changed_at.date() == TODAY
