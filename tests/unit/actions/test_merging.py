"""Two open referrals that are one need: what the kept one takes over, what is refused, and no day lost or doubled."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import waiting
from referrals.actions.merging import left_of
from referrals.choices import (
    EventKind,
    Handling,
    Move,
    Outcome,
    PauseReason,
    Status,
    Urgency,
    ValidationResult,
)
from referrals.errors import MergeLosesStart, NotTheSameNeed, StaleVersion
from referrals.models import AuditEvent, Category, Municipality, Person, Referral, User, Validation
from referrals.waiting import Pause
from tests.factories import (
    TODAY,
    PersonFactory,
    PreliminaryReplyFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    ValidationFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.unit.actions.acting import do, everything, pauses

NAV, WISH, HOSPITAL = PauseReason.NAV, PauseReason.OWN_WISH, PauseReason.HOSPITAL
FIRST_DAY = date(2026, 1, 1)


@pytest.fixture
def person(municipality: Municipality) -> Person:
    return PersonFactory(municipality=municipality)


@pytest.fixture
def pair(municipality: Municipality, category: Category, person: Person) -> tuple[Referral, Referral]:
    """Received 50 days ago with priority 2, and 20 days ago, not assessed."""
    facts = {"municipality": municipality, "category": category, "person": person}
    return (
        ReferralFactory(**facts, waiting=True, received_on=days_ago(50)),
        ReferralFactory(**facts, received_on=days_ago(20)),
    )


def merge(kept: Referral, gone: Referral, by: User, **more: Any) -> Referral:
    return do(
        Move.MERGE, kept, by, other_id=gone.pk, other_version=gone.version, **{"keep_id": kept.pk} | more
    )


# ---------------------------------------------------------------- what is taken over


def test_the_earliest_receipt_and_seniority_are_kept_and_the_rest_is_the_kept_ones(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    Referral.objects.filter(pk=first.pk).update(seniority_on=days_ago(70))
    saved = merge(second, first, coordinator)
    assert (saved.pk, saved.received_on, saved.seniority_on) == (second.pk, days_ago(50), days_ago(70))
    assert (saved.status, saved.priority, saved.version) == (Status.RECEIVED, None, 2)
    gone = Referral.objects.get(pk=first.pk)
    assert (gone.status, gone.outcome, gone.closed_on) == (Status.CLOSED, Outcome.DUPLICATE, TODAY)
    assert (gone.merged_into, gone.priority, gone.received_on) == (second, 2, days_ago(50))


def test_urgency_and_that_it_is_an_application_are_not_lost(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    Referral.objects.filter(pk=second.pk).update(handling=Handling.APPLICATION, urgency=Urgency.FALL)
    saved = merge(first, second, coordinator)
    assert (saved.handling, saved.urgency) == (Handling.APPLICATION, Urgency.FALL)


def test_the_first_reply_that_was_sent_stands(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    PreliminaryReplyFactory(referral=first, sent_on=days_ago(5))
    PreliminaryReplyFactory(referral=second, sent_on=days_ago(12))
    saved = merge(first, second, coordinator)
    assert Referral.objects.get(pk=saved.pk).preliminary_reply.sent_on == days_ago(12)


def rounds(referral: Referral) -> list[tuple[date, date | None, str]]:
    """The rounds of asking of a referral: asked, answered, result."""
    return list(referral.validations.order_by("asked_on").values_list("asked_on", "answered_on", "result"))


OPEN = (days_ago(4), None, "")
CHANGED = (days_ago(9), days_ago(8), ValidationResult.CHANGED)


def with_rounds(referral: Referral, *told: tuple[date, date | None, str]) -> None:
    for asked_on, answered_on, result in told:
        ValidationFactory(referral=referral, asked_on=asked_on, answered_on=answered_on, result=result)


def test_whoever_was_asked_answers_for_the_one_that_stays(
    coordinator: User, therapist_user: User, pair: tuple[Referral, Referral]
) -> None:
    """The round is the same, and the need that had changed is still to be assessed anew."""
    first, second = pair
    with_rounds(first, CHANGED)
    ValidationFactory(referral=first, asked_on=OPEN[0], registered_by=therapist_user)
    saved = merge(second, first, coordinator)
    assert rounds(saved) == [CHANGED, OPEN]
    assert saved.validations.open().get().registered_by == therapist_user
    answered = do(Move.ANSWER, saved, coordinator)
    assessed = do(Move.PRIORITISE, answered, coordinator, priority=1)
    assert not Validation.objects.to_reassess().filter(referral=assessed).exists()


def test_of_two_open_rounds_the_kept_ones_stays_and_what_is_settled_is_not_taken_over(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    own = (days_ago(2), None, "")
    with_rounds(first, OPEN, (days_ago(12), days_ago(11), ValidationResult.STILL_WAITING))
    ValidationFactory(
        referral=first,
        asked_on=days_ago(9),
        answered_on=days_ago(8),
        result=ValidationResult.CHANGED,
        reassessed_on=days_ago(7),
    )
    with_rounds(second, own)
    assert rounds(merge(second, first, coordinator)) == [own]


def test_nobody_is_asked_for_one_that_has_started(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    with_rounds(second, OPEN, CHANGED)
    started = do(Move.START, first, coordinator)
    assert rounds(merge(started, second, coordinator)) == []


def test_one_that_stands_by_itself_again_has_its_rounds(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    with_rounds(second, CHANGED, OPEN)
    saved = merge(first, second, coordinator)
    again = do(Move.REOPEN, Referral.objects.get(pk=second.pk), coordinator)
    assert rounds(again) == rounds(saved) == [CHANGED, OPEN]
    assert do(Move.ANSWER, again, coordinator).last_answer == ValidationResult.STILL_WAITING
    assert saved.is_asked


def test_a_priority_that_the_key_on_the_new_day_of_receipt_does_not_have_is_dropped(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    newer = PriorityKeyFactory(municipality=first.municipality, valid_from=days_ago(30))
    PriorityTargetFactory(key=newer, category=first.category, level=5, days=365)
    second = do(Move.PRIORITISE, second, coordinator, priority=5)
    saved = merge(second, first, coordinator)
    assert (saved.status, saved.priority, saved.prioritised_on) == (Status.RECEIVED, None, None)


def test_the_former_referral_is_of_the_new_day_of_receipt(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    between = ReferralFactory(
        municipality=first.municipality,
        category=first.category,
        person=first.person,
        closed=True,
        received_on=days_ago(60),
        started_on=days_ago(40),
        closed_on=days_ago(30),
    )
    Referral.objects.filter(pk=second.pk).update(former=between)
    assert merge(second, first, coordinator).former is None


def test_the_history_of_the_one_that_stays_tells_of_a_reply_that_it_took_over(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    PreliminaryReplyFactory(referral=first, sent_on=days_ago(12))
    assert merge(second, first, coordinator).events.get().details["reply"] == days_ago(12).isoformat()


def test_of_its_own_earlier_reply_nothing_is_told_again(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    for referral, days in ((first, 11), (second, 12)):
        PreliminaryReplyFactory(referral=referral, sent_on=days_ago(days))
    assert "reply" not in merge(second, first, coordinator).events.get().details


def test_both_histories_tell_of_it_with_the_number_of_the_other(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    saved = merge(second, first, coordinator, note="Samme behov, sendt to ganger")
    merged, closed = saved.events.get(), first.events.get()
    assert (merged.kind, merged.happened_on, merged.details["other"]) == (
        EventKind.MERGED,
        TODAY,
        first.number,
    )
    assert merged.details["changes"]["received_on"] == [days_ago(20).isoformat(), days_ago(50).isoformat()]
    assert (closed.kind, closed.details["other"]) == (EventKind.CLOSED, second.number)
    assert closed.details["changes"]["merged_into"] == [None, second.number]
    assert merged.note == closed.note == "Samme behov, sendt to ganger"


def test_the_change_log_has_both(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    merge(first, second, coordinator)
    changed = AuditEvent.objects.filter(table_name="referrals_referral", operation="U")
    assert {(event.row_id, event.after.get("merged_into_id")) for event in changed} == {
        (first.pk, None),
        (second.pk, first.pk),
    }


def test_contacts_stay_where_they_are(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    second = do(Move.NO_SHOW, second, coordinator)
    merge(first, second, coordinator)
    assert (first.contacts.count(), second.contacts.count()) == (0, 1)


# ---------------------------------------------------------------- pauses


def test_pauses_for_several_reasons_overlap_as_they_did(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    WaitPauseFactory(referral=first, reason=NAV, started_on=days_ago(18), ended_on=days_ago(8))
    WaitPauseFactory(referral=second, reason=WISH, started_on=days_ago(15), ended_on=days_ago(10))
    saved = merge(first, second, coordinator)
    assert pauses(saved) == [(NAV, days_ago(18), days_ago(8)), (WISH, days_ago(15), days_ago(10))]


def test_a_day_on_hold_in_both_for_one_reason_stays_in_the_own_one(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    WaitPauseFactory(referral=first, reason=NAV, started_on=days_ago(15), ended_on=days_ago(10))
    WaitPauseFactory(referral=first, reason=NAV, started_on=days_ago(12), ended_on=days_ago(12))
    WaitPauseFactory(referral=second, reason=NAV, started_on=days_ago(18))
    saved = merge(first, second, coordinator)
    assert set(pauses(saved)) == {
        (NAV, days_ago(18), days_ago(15)),
        (NAV, days_ago(15), days_ago(10)),
        (NAV, days_ago(12), days_ago(12)),
        (NAV, days_ago(10), None),
    }
    told = saved.events.latest("pk").details["pauses"]
    assert [(pause["from"], pause["to"]) for pause in told] == [
        (f"{days_ago(18)}", f"{days_ago(15)}"),
        (f"{days_ago(10)}", None),
    ]


def test_one_that_is_wholly_covered_is_not_taken_over(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    WaitPauseFactory(referral=first, reason=HOSPITAL, started_on=days_ago(15), ended_on=days_ago(10))
    WaitPauseFactory(referral=second, reason=HOSPITAL, started_on=days_ago(12), ended_on=days_ago(11))
    merge(first, second, coordinator)
    assert pauses(first) == [(HOSPITAL, days_ago(15), days_ago(10))]
    assert pauses(second) == [(HOSPITAL, days_ago(12), days_ago(11))]


def test_all_that_run_go_on(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    WaitPauseFactory(referral=first, reason=NAV, started_on=days_ago(12))
    WaitPauseFactory(referral=second, reason=NAV, started_on=days_ago(9))
    WaitPauseFactory(referral=second, reason=WISH, started_on=days_ago(3))
    saved = merge(first, second, coordinator)
    assert pauses(saved) == [(NAV, days_ago(12), None), (WISH, days_ago(3), None)]


def test_one_that_runs_goes_on_and_ends_on_the_duplicate(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    WaitPauseFactory(referral=second, started_on=days_ago(3))
    saved = merge(first, second, coordinator)
    assert pauses(saved) == [(WISH, days_ago(3), None)]
    assert pauses(second) == [(WISH, days_ago(3), TODAY)]


def test_none_outlasts_a_wait_that_has_ended(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    first = do(Move.START, first, coordinator, on=days_ago(10))
    WaitPauseFactory(referral=second, started_on=days_ago(15), ended_on=days_ago(5))
    WaitPauseFactory(referral=second, reason=HOSPITAL, started_on=days_ago(4))
    saved = merge(first, second, coordinator)
    assert pauses(saved) == [(WISH, days_ago(15), days_ago(10))]


@st.composite
def held(draw: st.DrawFn) -> list[Pause]:
    """Pauses of which those of one reason do not overlap, some without a day, some running."""
    found = []
    for reason in draw(st.sets(st.sampled_from(PauseReason), max_size=3)):
        day = FIRST_DAY
        for _number in range(draw(st.integers(1, 3))):
            first = day + timedelta(days=draw(st.integers(0, 9)))
            day = first + timedelta(days=draw(st.integers(0, 9)))
            found.append(Pause(first, day, reason))
        if draw(st.booleans()):
            found[-1] = Pause(found[-1].started_on, None, reason)
    return found


def on_hold(held: Sequence[Pause], day: date) -> list[str]:
    return [
        one.reason for one in held if one.started_on <= day and (one.ended_on is None or day < one.ended_on)
    ]


@given(own=held(), theirs=held())
def test_no_day_is_lost_or_twice_on_hold_for_one_reason(own: list[Pause], theirs: list[Pause]) -> None:
    added = left_of(theirs, own)
    joined = [*own, *added]
    assert all(piece.started_on != piece.ended_on for piece in added)
    for day in (FIRST_DAY + timedelta(days=number) for number in range(100)):
        both = {*on_hold(own, day), *on_hold(theirs, day)}
        assert sorted(on_hold(joined, day)) == sorted(both)
    wait: dict[str, Any] = {"received_on": FIRST_DAY, "ended_on": None, "on": FIRST_DAY + timedelta(days=99)}
    assert waiting.paused_days(joined, **wait) == waiting.paused_days([*own, *theirs], **wait)


# ---------------------------------------------------------------- one that has started


def test_of_two_the_one_that_started_first_is_kept(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    second = do(Move.START, second, coordinator, on=days_ago(10))
    before = everything()
    with pytest.raises(MergeLosesStart):
        merge(first, second, coordinator)
    assert everything() == before
    saved = merge(second, first, coordinator)
    assert (saved.started_on, saved.received_on, saved.status) == (
        days_ago(10),
        days_ago(50),
        Status.STARTED,
    )


@pytest.mark.parametrize(("days", "may"), [(11, True), (10, True), (9, False)])
def test_of_two_that_have_started(
    coordinator: User, pair: tuple[Referral, Referral], days: int, may: bool
) -> None:
    first, second = pair
    second = do(Move.START, second, coordinator, on=days_ago(10))
    first = do(Move.START, first, coordinator, on=days_ago(days))
    if may:
        assert merge(first, second, coordinator).started_on == days_ago(days)
        return
    with pytest.raises(MergeLosesStart):
        merge(first, second, coordinator)


# ---------------------------------------------------------------- what is refused


def test_only_the_same_citizen_and_category(
    coordinator: User, pair: tuple[Referral, Referral], other_category: Category
) -> None:
    first, _second = pair
    facts = {"municipality": first.municipality, "category": first.category, "person": first.person}
    others = [
        ReferralFactory(**facts | {"category": other_category}),
        ReferralFactory(**facts | {"person": PersonFactory(municipality=first.municipality)}),
        first,
    ]
    before = everything()
    for other in others:
        with pytest.raises(NotTheSameNeed):
            merge(first, other, coordinator)
    assert everything() == before


def test_the_kept_one_is_one_of_the_two(coordinator: User, pair: tuple[Referral, Referral]) -> None:
    first, second = pair
    with pytest.raises(NotTheSameNeed):
        merge(first, second, coordinator, keep_id=0)


@pytest.mark.parametrize("stale", ["this", "the other"])
def test_each_of_the_two_must_be_as_it_was_seen(
    coordinator: User, pair: tuple[Referral, Referral], stale: str
) -> None:
    first, second = pair
    changed = first if stale == "this" else second
    do(Move.CORRECT, Referral.objects.get(pk=changed.pk), coordinator)
    before = everything()
    with pytest.raises(StaleVersion) as caught:
        merge(first, second, coordinator)
    assert caught.value.current == changed
    assert everything() == before


def test_the_other_one_must_be_one_that_the_user_sees(
    coordinator: User, pair: tuple[Referral, Referral], other_municipality: Municipality
) -> None:
    first, _second = pair
    with pytest.raises(Referral.DoesNotExist):
        merge(first, ReferralFactory(municipality=other_municipality), coordinator)


def test_a_case_that_was_one_of_two_can_be_merged_once_more(
    coordinator: User, pair: tuple[Referral, Referral]
) -> None:
    first, second = pair
    kept = merge(first, second, coordinator)
    third = ReferralFactory(
        municipality=first.municipality,
        category=first.category,
        person=first.person,
        received_on=days_ago(60),
    )
    assert merge(kept, third, coordinator).received_on == days_ago(60)
    assert set(Referral.objects.filter(merged_into=kept)) == {second, third}
