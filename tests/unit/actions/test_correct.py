"""Correcting what was registered: the reason, the history, and dates that must go on fitting each other."""

from datetime import date, timedelta
from typing import Any

import pytest

from referrals.choices import Channel, EventKind, Handling, Move, Outcome, Source, Status
from referrals.errors import (
    DateAfter,
    DateBefore,
    DateMissing,
    DateTooOld,
    FutureDate,
    InvalidValue,
    NothingChanged,
    ReasonRequired,
    UnknownCode,
)
from referrals.models import Category, Municipality, Referral, User
from tests.factories import (
    TODAY,
    PreliminaryReplyFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
    noon,
)
from tests.unit.actions.acting import data, do, everything, pauses


def correct(referral: Referral, by: User, reason: str = "Feil lest", **changes: Any) -> Referral:
    """Correct some facts by name."""
    return do(Move.CORRECT, referral, by, changes=changes, reason=reason)


@pytest.fixture
def waiting(municipality: Municipality, category: Category) -> Referral:
    """Received ten days ago and registered today, so that the received date has room on both sides."""
    return ReferralFactory(
        municipality=municipality, category=category, waiting=True, registered_at=noon(TODAY)
    )


# ---------------------------------------------------------------- facts


def test_all_facts_can_be_corrected_at_once(
    coordinator: User, waiting: Referral, other_category: Category
) -> None:
    right = data(
        other_category,
        received_on=days_ago(20),
        seniority_on=days_ago(30),
        source=Source.HOSPITAL,
        channel=Channel.PHONE,
        handling=Handling.APPLICATION,
        reason="Skal hjem fra sykehus",
    )
    saved = do(Move.CORRECT, waiting, coordinator, changes=right)
    stored = Referral.objects.get(pk=saved.pk)
    assert {name: getattr(stored, name) for name in right.values()} == right.values()


def test_the_history_holds_old_and_new_codes_and_dates_but_no_text(
    coordinator: User, waiting: Referral, other_category: Category
) -> None:
    changes = {
        "category": other_category,
        "received_on": days_ago(12),
        "source": Source.SELF,
        "reason": "Falt på badet i går",
    }
    saved = do(Move.CORRECT, waiting, coordinator, changes=changes, reason="Feil bunke")
    event = saved.events.get()
    assert (event.kind, event.happened_on, event.note) == (EventKind.CORRECTED, TODAY, "Feil bunke")
    assert event.details == {
        "changes": {
            "category": ["test-aids", "test-home"],
            "received_on": ["2026-03-06", "2026-03-04"],
            "seniority_on": ["2026-03-06", "2026-03-04"],
            "source": ["gp", "self"],
        },
        "texts": ["reason"],
    }


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_correction_needs_a_reason(coordinator: User, waiting: Referral, reason: str) -> None:
    with pytest.raises(ReasonRequired):
        correct(waiting, coordinator, reason, source=Source.SELF)


def test_a_reason_too_long_for_the_history_is_refused(coordinator: User, waiting: Referral) -> None:
    with pytest.raises(InvalidValue):
        correct(waiting, coordinator, "x" * 501, source=Source.SELF)


@pytest.mark.parametrize("changes", [{}, {"source": Source.GP}, {"received_on": days_ago(10)}], ids=str)
def test_a_correction_without_a_change_is_refused(
    coordinator: User, waiting: Referral, changes: dict[str, Any]
) -> None:
    with pytest.raises(NothingChanged):
        do(Move.CORRECT, waiting, coordinator, changes=changes)


def test_a_change_of_text_alone_is_a_change(coordinator: User, waiting: Referral) -> None:
    saved = correct(waiting, coordinator, what_matters="Å bade igjen")
    assert saved.events.get().details == {"texts": ["what_matters"]}


@pytest.mark.parametrize("name", ["status", "priority", "therapist", "person", "number", "outcome"])
def test_what_other_moves_decide_is_no_fact_of_the_registration(
    coordinator: User, waiting: Referral, name: str
) -> None:
    with pytest.raises(ValueError, match=name):
        do(Move.CORRECT, waiting, coordinator, changes={name: 1})


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"received_on": TODAY + timedelta(days=1)}, FutureDate, "received_on"),
        ({"received_on": date(1899, 1, 1)}, DateTooOld, "received_on"),
        ({"received_on": date(1948, 5, 16)}, DateBefore, "received_on"),
        ({"seniority_on": days_ago(9)}, DateAfter, "seniority_on"),
        ({"source": "x"}, UnknownCode, "source"),
        ({"channel": ""}, InvalidValue, "channel"),
        ({"reason": "x" * 4001}, InvalidValue, "reason"),
        ({"started_on": None}, DateMissing, "started_on"),
        ({"started_on": TODAY + timedelta(days=1)}, FutureDate, "started_on"),
        ({"started_on": days_ago(11)}, DateBefore, "started_on"),
        ({"started_on": TODAY}, DateAfter, "started_on"),
        ({"closed_on": days_ago(3)}, DateBefore, "closed_on"),
        ({"started_on": days_ago(4), "closed_on": days_ago(5)}, DateBefore, "closed_on"),
        ({"closed_on": TODAY + timedelta(days=1)}, FutureDate, "closed_on"),
        ({"prioritised_on": days_ago(11)}, DateBefore, "prioritised_on"),
        ({"received_on": days_ago(1)}, DateAfter, "received_on"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_right_is_refused_and_named(
    coordinator: User, municipality: Municipality, changes: dict[str, Any], error: type, field: str
) -> None:
    referral = ReferralFactory(municipality=municipality, closed=True, registered_at=noon(TODAY))
    before = everything()
    with pytest.raises(error) as caught:
        do(Move.CORRECT, referral, coordinator, changes=changes)
    assert caught.value.field == field
    assert everything() == before


# ---------------------------------------------------------------- the received date


def test_a_corrected_received_date_moves_the_clock(coordinator: User, waiting: Referral) -> None:
    correct(waiting, coordinator, received_on=days_ago(40))
    assert Referral.objects.with_wait(on=TODAY).get().gross_days == 40


def test_a_seniority_from_elsewhere_stays_where_it_was(coordinator: User, waiting: Referral) -> None:
    waiting.seniority_on = days_ago(100)
    waiting.save()
    assert correct(waiting, coordinator, received_on=days_ago(12)).seniority_on == days_ago(100)


def happened(referral: Referral, what: str, on: date) -> None:
    """Let something have happened to the referral on the day."""
    if what == "paused":
        WaitPauseFactory(referral=referral, started_on=on, ended_on=TODAY)
    elif what == "replied":
        PreliminaryReplyFactory(referral=referral, sent_on=on)
    else:
        Referral.objects.filter(pk=referral.pk).update(**{what: noon(on) if what.endswith("_at") else on})


@pytest.mark.parametrize("what", ["registered_at", "prioritised_on", "assigned_on", "paused", "replied"])
def test_nothing_happened_before_the_referral_was_received(
    coordinator: User, municipality: Municipality, what: str
) -> None:
    referral = ReferralFactory(
        municipality=municipality,
        waiting=True,
        assigned=True,
        registered_at=noon(TODAY),
        prioritised_on=TODAY,
        assigned_on=TODAY,
    )
    happened(referral, what, days_ago(5))
    with pytest.raises(DateAfter) as caught:
        correct(referral, coordinator, received_on=days_ago(4))
    assert (caught.value.field, caught.value.values["latest"]) == ("received_on", days_ago(5))
    assert correct(referral, coordinator, received_on=days_ago(5)).received_on == days_ago(5)


def test_received_started_and_closed_can_move_together(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, closed=True, registered_at=noon(TODAY))
    saved = correct(
        referral,
        coordinator,
        received_on=days_ago(300),
        prioritised_on=days_ago(299),
        started_on=days_ago(250),
        closed_on=days_ago(200),
    )
    assert (saved.received_on, saved.started_on, saved.closed_on, saved.wait_end) == (
        days_ago(300),
        days_ago(250),
        days_ago(200),
        days_ago(250),
    )


# ---------------------------------------------------------------- dates that moves wrote


def test_a_corrected_start_moves_the_first_contact(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, started=True)
    saved = correct(referral, coordinator, started_on=days_ago(5))
    assert saved.contacts.get().held_on == saved.wait_end == days_ago(5)


def test_no_pause_outlasts_a_corrected_start(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, started=True)
    WaitPauseFactory(referral=referral, started_on=days_ago(6), ended_on=days_ago(2))
    saved = correct(referral, coordinator, started_on=days_ago(5))
    assert pauses(saved)[0][1:] == (days_ago(6), days_ago(5))
    assert saved.events.get().details["pauses"] == [
        {"reason": "own_wish", "from": "2026-03-10", "to": "2026-03-11"}
    ]


@pytest.mark.parametrize("name", ["started_on", "closed_on"])
def test_a_date_that_no_move_wrote_cannot_be_corrected(
    coordinator: User, waiting: Referral, name: str
) -> None:
    with pytest.raises(ValueError, match=name):
        correct(waiting, coordinator, **{name: TODAY})


def test_a_closed_case_stays_closed(coordinator: User, municipality: Municipality) -> None:
    referral = ReferralFactory(municipality=municipality, withdrawn=True)
    saved = correct(referral, coordinator, source=Source.NAV)
    assert (saved.status, saved.outcome) == (Status.CLOSED, Outcome.DECLINED)


# ---------------------------------------------------------------- the priority


def test_the_priority_stays_where_the_key_has_the_level(
    coordinator: User, waiting: Referral, other_category: Category
) -> None:
    saved = correct(waiting, coordinator, category=other_category)
    assert (saved.priority, saved.status) == (2, Status.WAITING)


def test_without_the_level_in_the_new_category_the_referral_is_to_be_assessed_again(
    coordinator: User, municipality: Municipality, waiting: Referral, other_category: Category
) -> None:
    newer = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(300))
    PriorityTargetFactory(key=newer, category=other_category, level=1)
    saved = correct(waiting, coordinator, category=other_category)
    assert (saved.priority, saved.prioritised_on, saved.status) == (None, None, Status.RECEIVED)
    assert saved.events.get().details["changes"]["priority"] == [2, None]


def test_a_received_date_under_an_older_key_is_judged_by_that_key(
    coordinator: User, municipality: Municipality, waiting: Referral, category: Category
) -> None:
    older = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(50))
    PriorityTargetFactory(key=older, category=category, level=1)
    newer = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(20))
    PriorityTargetFactory(key=newer, category=category, level=2)
    assert correct(waiting, coordinator, received_on=days_ago(21)).priority is None


def test_a_started_case_stays_started_without_its_priority(
    coordinator: User, municipality: Municipality, category: Category, other_category: Category
) -> None:
    referral = ReferralFactory(municipality=municipality, category=category, started=True)
    newer = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(300))
    PriorityTargetFactory(key=newer, category=category)
    saved = correct(referral, coordinator, category=other_category)
    assert (saved.priority, saved.status) == (None, Status.STARTED)


def test_a_correction_of_something_else_leaves_a_priority_that_the_key_lost(
    coordinator: User, municipality: Municipality, waiting: Referral
) -> None:
    PriorityKeyFactory(municipality=municipality, valid_from=days_ago(300))
    assert correct(waiting, coordinator, source=Source.SELF).priority == 2
