"""Starting, closing and reopening: where the clock stops, and how it goes on."""

from datetime import date, timedelta

import pytest

from referrals.choices import CITIZENS_CHOICE, ContactKind, Move, Outcome, PauseReason, Status
from referrals.errors import ForeignRecord, IllegalMove, ReasonRequired, ReopenTooLate, UnknownCode
from referrals.models import Category, Municipality, Referral, Therapist, User
from tests.factories import (
    TODAY,
    ContactFactory,
    ReferralFactory,
    TherapistFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.unit.actions.acting import do, pauses

LATER_TODAY = TODAY + timedelta(days=14)


@pytest.fixture
def waiting(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


def closed(municipality: Municipality, days: int, outcome: Outcome, **traits: bool) -> Referral:
    """A referral closed so many days ago, from the waitlist or after a start before that."""
    dates = {"received_on": days_ago(days + 100), "closed_on": days_ago(days), "outcome": outcome}
    if traits.get("closed"):
        dates["started_on"] = days_ago(days + 50)
    return ReferralFactory(municipality=municipality, **traits, **dates)


# ---------------------------------------------------------------- start


def test_the_first_contact_ends_the_wait(coordinator: User, waiting: Referral, therapist: Therapist) -> None:
    saved = do(
        Move.START, waiting, coordinator, kind=ContactKind.PHONE, on=days_ago(2), therapist_id=therapist.pk
    )
    contact = saved.contacts.get()
    assert (saved.status, saved.started_on, saved.wait_end) == (Status.STARTED, days_ago(2), days_ago(2))
    assert (contact.kind, contact.held_on, contact.therapist) == (ContactKind.PHONE, days_ago(2), therapist)
    assert not Referral.objects.waiting(on=TODAY).exists()


def test_a_referral_without_priority_may_start(coordinator: User, municipality: Municipality) -> None:
    saved = do(Move.START, ReferralFactory(municipality=municipality), coordinator)
    assert (saved.status, saved.priority) == (Status.STARTED, None)


def test_who_starts_an_unassigned_referral_has_it(
    therapist_user: User, waiting: Referral, therapist: Therapist
) -> None:
    saved = do(Move.START, waiting, therapist_user, therapist_id=therapist.pk, on=days_ago(1))
    assert (saved.therapist, saved.assigned_on) == (therapist, days_ago(1))


def test_a_colleague_who_has_the_first_contact_does_not_take_over(
    coordinator: User, municipality: Municipality, therapist: Therapist
) -> None:
    referral = ReferralFactory(municipality=municipality, waiting=True, assigned=True)
    saved = do(Move.START, referral, coordinator, therapist_id=therapist.pk)
    assert saved.therapist == referral.therapist != saved.contacts.get().therapist


def test_who_had_the_contact_may_be_left_unsaid(coordinator: User, waiting: Referral) -> None:
    saved = do(Move.START, waiting, coordinator)
    assert (saved.therapist, saved.contacts.get().therapist) == (None, None)
    assert saved.events.get().details["contact"] == {"kind": "visit", "therapist": None}


def test_a_contact_by_somebody_who_does_not_work_here_is_refused(
    coordinator: User, waiting: Referral, other_municipality: Municipality
) -> None:
    stranger = TherapistFactory(employed_in=other_municipality)
    with pytest.raises(ForeignRecord):
        do(Move.START, waiting, coordinator, therapist_id=stranger.pk)
    assert not waiting.contacts.exists()


def test_an_unknown_kind_of_contact_is_refused(coordinator: User, waiting: Referral) -> None:
    with pytest.raises(UnknownCode) as caught:
        do(Move.START, waiting, coordinator, kind="letter")
    assert caught.value.field == "kind"


def test_a_running_pause_ends_with_the_wait(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, paused=True)
    saved = do(Move.START, referral, coordinator, on=days_ago(1))
    assert pauses(referral) == [(PauseReason.OWN_WISH, days_ago(3), days_ago(1))]
    assert saved.events.get().details["pauses"] == [
        {"reason": "own_wish", "from": "2026-03-13", "to": "2026-03-15"}
    ]


def test_pauses_are_clipped_to_a_wait_that_ended_earlier(
    coordinator: User, municipality: Municipality
) -> None:
    referral = ReferralFactory(municipality=municipality, waiting=True)
    WaitPauseFactory(referral=referral, started_on=days_ago(9), ended_on=days_ago(8))
    WaitPauseFactory(referral=referral, started_on=days_ago(7), ended_on=days_ago(4))
    WaitPauseFactory(referral=referral, started_on=days_ago(3), ended_on=LATER_TODAY)
    do(Move.START, referral, coordinator, on=days_ago(5))
    own_wish = PauseReason.OWN_WISH
    assert pauses(referral) == [
        (own_wish, days_ago(9), days_ago(8)),
        (own_wish, days_ago(7), days_ago(5)),
        (own_wish, days_ago(3), days_ago(3)),
    ]
    assert Referral.objects.with_wait(on=TODAY).get().paused_days == 3


# ---------------------------------------------------------------- close


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("traits", [{}, {"waiting": True}, {"started": True}], ids=str)
def test_a_case_is_closed_with_the_reasons_that_fit_its_status(
    coordinator: User, municipality: Municipality, traits: dict[str, bool], outcome: Outcome
) -> None:
    referral = ReferralFactory(municipality=municipality, **traits)
    if outcome == Outcome.FINISHED and not referral.started_on:
        with pytest.raises(IllegalMove) as caught:
            do(Move.CLOSE, referral, coordinator, outcome=outcome)
        assert caught.value.field == "outcome"
        return
    saved = do(Move.CLOSE, referral, coordinator, outcome=outcome)
    assert (saved.status, saved.outcome, saved.closed_on) == (Status.CLOSED, outcome, TODAY)


def test_an_unknown_closing_reason_is_refused(coordinator: User, waiting: Referral) -> None:
    with pytest.raises(UnknownCode) as caught:
        do(Move.CLOSE, waiting, coordinator, outcome="lost")
    assert caught.value.field == "outcome"


def test_a_case_is_not_closed_before_its_start(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, started=True)
    saved = do(Move.CLOSE, referral, coordinator, on=days_ago(2), outcome=Outcome.FINISHED)
    assert saved.closed_on == saved.started_on == days_ago(2)


def test_a_death_learnt_late_ends_the_wait_on_the_day_of_death(
    coordinator: User, municipality: Municipality
) -> None:
    referral = ReferralFactory(
        municipality=municipality, paused=True, prioritised_on=days_ago(2), received_on=days_ago(60)
    )
    saved = do(Move.CLOSE, referral, coordinator, outcome=Outcome.DEAD, on=days_ago(30))
    assert saved.wait_end == days_ago(30)
    assert pauses(referral) == [(PauseReason.OWN_WISH, days_ago(3), days_ago(3))]
    assert not Referral.objects.waiting(on=days_ago(20)).exists()


def test_closing_ends_a_planned_pause(coordinator: User, waiting: Referral) -> None:
    WaitPauseFactory(referral=waiting, ended_on=LATER_TODAY)
    do(Move.CLOSE, waiting, coordinator)
    assert pauses(waiting) == [(PauseReason.OWN_WISH, days_ago(3), TODAY)]


# ---------------------------------------------------------------- reopen


@pytest.mark.parametrize(
    ("traits", "status"),
    [
        ({"withdrawn": True}, Status.WAITING),
        ({"withdrawn": True, "priority": None, "prioritised_on": None}, Status.RECEIVED),
        ({"closed": True}, Status.STARTED),
        ({"closed": True, "priority": None, "prioritised_on": None}, Status.STARTED),
    ],
    ids=["prioritised", "not assessed", "started", "started without priority"],
)
def test_a_reopened_case_is_what_it_was(
    coordinator: User, municipality: Municipality, traits: dict[str, bool], status: Status
) -> None:
    referral = ReferralFactory(municipality=municipality, **traits)
    saved = do(Move.REOPEN, referral, coordinator)
    assert (saved.status, saved.closed_on, saved.outcome) == (status, None, "")
    assert (saved.received_on, saved.started_on) == (referral.received_on, referral.started_on)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome != Outcome.FINISHED])
def test_only_days_that_the_citizen_chose_count_as_a_pause(
    coordinator: User, municipality: Municipality, outcome: Outcome
) -> None:
    referral = closed(municipality, 12, outcome, withdrawn=True)
    do(Move.REOPEN, referral, coordinator, on=days_ago(2))
    gap = [(PauseReason.OWN_WISH, days_ago(12), days_ago(2))]
    assert pauses(referral) == (gap if outcome in CITIZENS_CHOICE else [])


def test_the_wait_goes_on_from_the_day_of_receipt(coordinator: User, municipality: Municipality) -> None:
    referral = closed(municipality, 12, Outcome.DECLINED, withdrawn=True)
    do(Move.REOPEN, referral, coordinator)
    listed = Referral.objects.waiting(on=TODAY).with_wait(on=TODAY).get()
    assert (listed.gross_days, listed.paused_days) == (112, 12)


def test_a_case_that_had_started_gets_no_pause(coordinator: User, municipality: Municipality) -> None:
    referral = closed(municipality, 12, Outcome.DECLINED, closed=True)
    do(Move.REOPEN, referral, coordinator)
    assert pauses(referral) == []


def test_reopened_on_the_day_it_was_closed_there_is_no_gap(
    coordinator: User, municipality: Municipality
) -> None:
    referral = closed(municipality, 0, Outcome.NOT_NEEDED, withdrawn=True)
    do(Move.REOPEN, referral, coordinator)
    assert pauses(referral) == []


@pytest.mark.parametrize("days", [1, 29, 30])
def test_within_thirty_days_a_case_is_reopened(
    coordinator: User, municipality: Municipality, days: int
) -> None:
    referral = closed(municipality, days, Outcome.OTHER, withdrawn=True)
    assert do(Move.REOPEN, referral, coordinator).status == Status.WAITING


def test_after_thirty_days_it_is_a_new_referral(coordinator: User, municipality: Municipality) -> None:
    referral = closed(municipality, 31, Outcome.OTHER, withdrawn=True)
    with pytest.raises(ReopenTooLate) as caught:
        do(Move.REOPEN, referral, coordinator)
    assert caught.value.field == "on" and "30" in str(caught.value)


def test_a_reopening_registered_after_the_thirty_days_needs_a_reason(
    coordinator: User, municipality: Municipality
) -> None:
    referral = closed(municipality, 40, Outcome.OTHER, withdrawn=True)
    with pytest.raises(ReasonRequired) as caught:
        do(Move.REOPEN, referral, coordinator, on=days_ago(10), note=" ")
    assert caught.value.field == "note"
    saved = do(Move.REOPEN, referral, coordinator, on=days_ago(10), note="Glemt å føre")
    assert saved.status == Status.WAITING


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR])
def test_what_was_out_of_every_count_can_come_back(
    coordinator: User, municipality: Municipality, outcome: Outcome
) -> None:
    do(Move.REOPEN, closed(municipality, 3, outcome, withdrawn=True), coordinator)
    assert Referral.objects.counted().count() == 1


def test_closed_and_reopened_again_and_again_the_gaps_never_overlap(
    coordinator: User, municipality: Municipality
) -> None:
    referral = closed(municipality, 20, Outcome.DECLINED, withdrawn=True)
    saved = do(Move.REOPEN, referral, coordinator, on=days_ago(10))
    saved = do(Move.CLOSE, saved, coordinator, on=days_ago(15), outcome=Outcome.DECLINED)
    saved = do(Move.REOPEN, saved, coordinator, on=days_ago(5))
    assert pauses(saved) == [
        (PauseReason.OWN_WISH, days_ago(20), days_ago(15)),
        (PauseReason.OWN_WISH, days_ago(15), days_ago(5)),
    ]


def test_the_first_contact_survives_closing_and_reopening(
    coordinator: User, municipality: Municipality
) -> None:
    referral = ReferralFactory(municipality=municipality, closed=True)
    ContactFactory(referral=referral, held_on=days_ago(1))
    saved = do(Move.REOPEN, referral, coordinator)
    assert saved.contacts.count() == 2 and saved.wait_end == days_ago(2)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 12, 31), date(2025, 3, 30)], ids=str)
def test_leap_days_year_ends_and_clock_changes_are_days_as_any_other(
    coordinator: User, municipality: Municipality, day: date
) -> None:
    referral = ReferralFactory(municipality=municipality, waiting=True, received_on=day)
    do(Move.START, referral, coordinator, on=day)
    assert Referral.objects.with_wait(on=TODAY).get().gross_days == 0
