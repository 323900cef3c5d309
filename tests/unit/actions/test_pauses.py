"""Putting a wait on hold, and resuming it."""

from datetime import date, timedelta

import pytest

from referrals.choices import Move, PauseReason, Status
from referrals.errors import DateBefore, IllegalMove, NotOnHold, PauseOverlap, UnknownCode
from referrals.models import Category, Municipality, Referral, User
from tests.factories import TODAY, ReferralFactory, WaitPauseFactory, days_ago
from tests.unit.actions.acting import do, pauses

HOSPITAL, NAV = PauseReason.HOSPITAL, PauseReason.NAV
NEXT_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def waiting(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


@pytest.mark.parametrize("reason", PauseReason)
def test_a_pause_runs_from_its_day_with_its_reason(
    coordinator: User, waiting: Referral, reason: PauseReason
) -> None:
    do(Move.PAUSE, waiting, coordinator, reason=reason, on=days_ago(4))
    assert pauses(waiting) == [(reason, days_ago(4), None)]


def test_a_pause_is_a_fact_beside_the_status(coordinator: User, waiting: Referral) -> None:
    saved = do(Move.PAUSE, waiting, coordinator)
    assert saved.status == Status.WAITING
    assert saved.events.get().details == {
        "pauses": [{"reason": "own_wish", "from": "2026-03-16", "to": None}]
    }


def test_an_unassessed_referral_can_be_on_hold(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality)
    assert do(Move.PAUSE, referral, coordinator).status == Status.RECEIVED


def test_a_pause_may_end_in_the_future(coordinator: User, waiting: Referral) -> None:
    do(Move.PAUSE, waiting, coordinator, until=NEXT_WEEK)
    assert pauses(waiting) == [(PauseReason.OWN_WISH, TODAY, NEXT_WEEK)]


def test_a_pause_that_is_over_can_be_registered_afterwards(coordinator: User, waiting: Referral) -> None:
    saved = do(Move.PAUSE, waiting, coordinator, on=days_ago(8), until=days_ago(5))
    assert do(Move.PAUSE, saved, coordinator).version == 3
    assert Referral.objects.with_wait(on=TODAY).get().paused_days == 3


@pytest.mark.parametrize("until", [TODAY, days_ago(1)])
def test_a_pause_lasts_at_least_a_day(coordinator: User, waiting: Referral, until: date) -> None:
    with pytest.raises(DateBefore) as caught:
        do(Move.PAUSE, waiting, coordinator, until=until)
    assert caught.value.field == "until"


def test_an_unknown_reason_is_refused(coordinator: User, waiting: Referral) -> None:
    with pytest.raises(UnknownCode) as caught:
        do(Move.PAUSE, waiting, coordinator, reason="holiday")
    assert caught.value.field == "reason"


@pytest.mark.parametrize(
    ("on", "until"),
    [
        (days_ago(8), days_ago(5)),
        (days_ago(5), days_ago(4)),
        (days_ago(4), days_ago(1)),
        (days_ago(8), days_ago(1)),
        (days_ago(8), None),
    ],
    ids=["into it", "within it", "out of it", "around it", "open over it"],
)
def test_only_pauses_of_one_reason_do_not_overlap(
    coordinator: User, waiting: Referral, on: date, until: date | None
) -> None:
    WaitPauseFactory(referral=waiting, reason=HOSPITAL, started_on=days_ago(6), ended_on=days_ago(3))
    with pytest.raises(PauseOverlap) as caught:
        do(Move.PAUSE, waiting, coordinator, reason=HOSPITAL, on=on, until=until)
    assert caught.value.field == "on"
    do(Move.PAUSE, waiting, coordinator, reason=NAV, on=on, until=until)
    assert set(pauses(waiting)) == {(HOSPITAL, days_ago(6), days_ago(3)), (NAV, on, until)}


def test_a_day_on_hold_for_several_reasons_counts_once(coordinator: User, waiting: Referral) -> None:
    saved = do(Move.PAUSE, waiting, coordinator, reason=PauseReason.INFORMATION, on=days_ago(8))
    saved = do(Move.PAUSE, saved, coordinator, reason=HOSPITAL, on=days_ago(6), until=days_ago(2))
    do(Move.PAUSE, saved, coordinator, reason=PauseReason.AWAY, on=days_ago(3), until=days_ago(1))
    listed = Referral.objects.with_wait(on=TODAY).with_held_days(on=TODAY).with_pause(on=TODAY).get()
    assert (listed.paused_days, listed.held_days, listed.net_days, listed.is_paused) == (5, 8, 5, True)


@pytest.mark.parametrize(
    ("on", "until"), [(days_ago(9), days_ago(6)), (days_ago(3), None)], ids=["up to it", "from its end"]
)
def test_pauses_may_touch(coordinator: User, waiting: Referral, on: date, until: date | None) -> None:
    WaitPauseFactory(referral=waiting, started_on=days_ago(6), ended_on=days_ago(3))
    assert do(Move.PAUSE, waiting, coordinator, on=on, until=until).version == 2


def test_an_empty_pause_stands_in_nobodys_way(coordinator: User, waiting: Referral) -> None:
    WaitPauseFactory(referral=waiting, started_on=days_ago(4), ended_on=days_ago(4))
    assert do(Move.PAUSE, waiting, coordinator, on=days_ago(6)).version == 2


def test_a_pause_of_somebody_else_does_not_matter(
    coordinator: User, waiting: Referral, municipality: Municipality
) -> None:
    ReferralFactory(municipality=municipality, paused=True)
    assert do(Move.PAUSE, waiting, coordinator, on=days_ago(2)).version == 2


# ---------------------------------------------------------------- resume


@pytest.fixture
def on_hold(municipality: Municipality, category: Category) -> Referral:
    """On hold since three days."""
    return ReferralFactory(municipality=municipality, category=category, paused=True)


@pytest.mark.parametrize("on", [days_ago(3), days_ago(1), TODAY], ids=str)
def test_the_pause_ends_on_the_day(coordinator: User, on_hold: Referral, on: date) -> None:
    do(Move.RESUME, on_hold, coordinator, on=on)
    assert pauses(on_hold) == [(PauseReason.OWN_WISH, days_ago(3), on)]


def test_a_planned_end_is_moved_forward(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, waiting=True)
    WaitPauseFactory(referral=referral, ended_on=NEXT_WEEK)
    do(Move.RESUME, referral, coordinator)
    assert pauses(referral) == [(PauseReason.OWN_WISH, days_ago(3), TODAY)]


def test_of_two_each_ends_by_itself(coordinator: User, on_hold: Referral) -> None:
    saved = do(Move.PAUSE, on_hold, coordinator, reason=NAV, on=days_ago(2))
    saved = do(Move.RESUME, saved, coordinator, reason=NAV, on=days_ago(1))
    assert set(pauses(saved)) == {
        (PauseReason.OWN_WISH, days_ago(3), None),
        (NAV, days_ago(2), days_ago(1)),
    }
    assert saved.events.latest("pk").details == {
        "pauses": [{"reason": "nav", "from": "2026-03-14", "to": "2026-03-15"}]
    }
    do(Move.RESUME, saved, coordinator, reason=PauseReason.OWN_WISH)
    assert not on_hold.pauses.running(TODAY).exists()


@pytest.mark.parametrize("reason", [NAV, "holiday", ""])
def test_only_a_pause_that_runs_is_ended(coordinator: User, on_hold: Referral, reason: str) -> None:
    with pytest.raises(NotOnHold) as caught:
        do(Move.RESUME, on_hold, coordinator, reason=reason)
    assert caught.value.field == "reason"
    assert pauses(on_hold) == [(PauseReason.OWN_WISH, days_ago(3), None)]


@pytest.mark.parametrize(("on", "may"), [(days_ago(2), True), (days_ago(3), False)])
def test_each_ends_on_or_after_its_own_first_day(
    coordinator: User, on_hold: Referral, on: date, may: bool
) -> None:
    saved = do(Move.PAUSE, on_hold, coordinator, reason=NAV, on=days_ago(2))
    if may:
        assert do(Move.RESUME, saved, coordinator, reason=NAV, on=on).version == 3
        return
    with pytest.raises(DateBefore):
        do(Move.RESUME, saved, coordinator, reason=NAV, on=on)


def test_the_wait_ends_with_all_that_run(coordinator: User, on_hold: Referral) -> None:
    saved = do(Move.PAUSE, on_hold, coordinator, reason=NAV, on=days_ago(2))
    do(Move.START, saved, coordinator, on=days_ago(1))
    assert {end for _reason, _first, end in pauses(saved)} == {days_ago(1)}


def test_a_pause_that_ended_by_itself_needs_no_resuming(
    coordinator: User, municipality: Municipality
) -> None:
    referral = ReferralFactory(municipality=municipality, waiting=True)
    WaitPauseFactory(referral=referral, ended_on=TODAY)
    with pytest.raises(IllegalMove):
        do(Move.RESUME, referral, coordinator)


def test_resumed_and_on_hold_again_the_days_add_up(coordinator: User, on_hold: Referral) -> None:
    saved = do(Move.RESUME, on_hold, coordinator, on=days_ago(2))
    do(Move.PAUSE, saved, coordinator, on=days_ago(1))
    listed = Referral.objects.with_wait(on=TODAY).get()
    assert (listed.gross_days, listed.paused_days, listed.net_days) == (10, 2, 8)
