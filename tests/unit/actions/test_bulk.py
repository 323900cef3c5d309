"""One move with several referrals: all of them or none, and undone as if it had never been."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.actions import bulk
from referrals.choices import (
    EventKind,
    Move,
    Outcome,
    PauseReason,
    Protection,
    Status,
    ValidationChannel,
    ValidationResult,
)
from referrals.errors import (
    AskedAlready,
    DateBefore,
    IllegalMove,
    NotAllowed,
    NothingChanged,
    SomeRefused,
    StaleVersion,
    TooManyChosen,
    UndoTooLate,
)
from referrals.models import (
    AuditEvent,
    BulkAction,
    BulkRow,
    Category,
    KnownReferral,
    Municipality,
    Referral,
    Therapist,
    User,
    Validation,
    as_known_by,
)
from tests.factories import (
    NOW,
    TODAY,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    TherapistFactory,
    UnitFactory,
    UserFactory,
    ValidationFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.unit.actions.acting import acting, do, everything

Log = Callable[..., Referral]
USUAL: dict[Move, dict[str, Any]] = {
    Move.PRIORITISE: {"priority": 1, "on": TODAY, "note": "Inntaksmøte"},
    Move.ASK: {"channel": ValidationChannel.SMS, "on": TODAY},
    Move.CLOSE: {"outcome": Outcome.MOVED, "on": TODAY, "note": ""},
}


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    def make(**traits: Any) -> Referral:
        return ReferralFactory(**{"municipality": municipality, "category": category} | traits)

    return make


def with_many(
    move: Move, referrals: list[Referral], by: User, *, key: UUID | None = None, **arguments: Any
) -> BulkAction:
    """Make the move with the referrals as they are at hand."""
    return bulk.do_to_many(
        move=move,
        municipality=referrals[0].municipality,
        chosen={one.pk: one.version for one in referrals},
        arguments=USUAL.get(move, {}) | arguments,
        key=key or uuid4(),
        **acting(by),
    )


def to(therapist: Therapist) -> dict[str, Any]:
    return {"therapist_id": therapist.pk, "on": TODAY}


def fresh(referrals: list[Referral]) -> list[Referral]:
    return list(Referral.objects.filter(pk__in=[one.pk for one in referrals]).order_by("pk"))


def facts(referrals: list[Referral]) -> list[dict[str, Any]]:
    """Everything the referrals say, but for what every save changes; their pauses and rounds of asking."""
    pks = [one.pk for one in referrals]
    rows = list(Referral.objects.filter(pk__in=pks).order_by("pk").values())
    for row in rows:
        del row["version"], row["changed_at"]
    pauses = [list(one.pauses.order_by("pk").values()) for one in fresh(referrals)]
    rounds = [list(one.validations.order_by("pk").values()) for one in fresh(referrals)]
    return [*rows, {"pauses": pauses, "rounds": rounds}]


def test_undoing_a_priority_brings_back_that_the_need_is_to_be_assessed_anew(
    coordinator: User, log: Log
) -> None:
    referral = log(waiting=True)
    asked = do(Move.ASK, referral, coordinator)
    answered = do(Move.ANSWER, asked, coordinator, result=ValidationResult.CHANGED)
    done = with_many(Move.PRIORITISE, [answered], coordinator)
    assert not Validation.objects.to_reassess().exists()
    bulk.undo(bulk_id=done.pk, **acting(coordinator))
    assert Validation.objects.to_reassess().get().referral_id == referral.pk


def test_a_priority_that_was_undone_held_on_no_day(coordinator: User, log: Log) -> None:
    referral = log(waiting=True)
    done = with_many(Move.PRIORITISE, [referral], coordinator, on=days_ago(3))
    bulk.undo(bulk_id=done.pk, **acting(coordinator))
    kinds = referral.events.order_by("pk").values_list("kind", "happened_on")
    assert list(kinds)[-2:] == [(EventKind.PRIORITISED, days_ago(3)), (EventKind.UNDONE, days_ago(3))]


class TestAsking:
    """Who waits is asked whether they still do: a round of each, which undoing takes away."""

    def test_each_has_a_round_of_its_own_and_a_line_of_history(self, coordinator: User, log: Log) -> None:
        chosen = [log(), log(waiting=True), log(paused=True)]
        with_many(Move.ASK, chosen, coordinator, on=days_ago(1))
        rounds = Validation.objects.open().order_by("referral_id")
        assert {(one.asked_on, one.channel, one.registered_by) for one in rounds} == {
            (days_ago(1), ValidationChannel.SMS, coordinator)
        }
        assert [one.referral for one in rounds] == chosen
        for one in fresh(chosen):
            assert (one.version, one.is_asked, one.events.get().kind) == (2, True, EventKind.ASKED)

    def test_who_is_asked_already_or_waits_no_more_is_in_the_way_and_nobody_is_asked(
        self, coordinator: User, log: Log
    ) -> None:
        asked, started, good = log(waiting=True), log(started=True), log(waiting=True)
        ValidationFactory(referral=asked)
        before = everything()
        with pytest.raises(SomeRefused) as refused:
            with_many(Move.ASK, [asked, started, good], coordinator)
        kinds = {pk: type(error) for pk, error in refused.value.refused.items()}
        assert kinds == {asked.pk: AskedAlready, started.pk: IllegalMove}
        assert everything() == before

    def test_undoing_takes_away_the_round_and_none_before_it(self, coordinator: User, log: Log) -> None:
        referral = log(waiting=True)
        earlier = ValidationFactory(
            referral=referral,
            asked_on=days_ago(9),
            answered_on=days_ago(8),
            result=ValidationResult.STILL_WAITING,
        )
        done = with_many(Move.ASK, [referral], coordinator)
        bulk.undo(bulk_id=done.pk, **acting(coordinator))
        assert Validation.objects.get() == earlier and not fresh([referral])[0].is_asked
        do(Move.ASK, *fresh([referral]), coordinator)
        removed = AuditEvent.objects.filter(table_name="referrals_validation", operation="D")
        assert removed.get().before["channel"] == ValidationChannel.SMS

    def test_who_has_answered_since_keeps_the_round_and_the_others_can_be_undone(
        self, coordinator: User, log: Log
    ) -> None:
        answered, other = log(waiting=True), log(waiting=True)
        done = with_many(Move.ASK, [answered, other], coordinator)
        do(Move.ANSWER, *fresh([answered]), coordinator)
        before = everything()
        with pytest.raises(SomeRefused) as refused:
            bulk.undo(bulk_id=done.pk, **acting(coordinator))
        assert list(refused.value.refused) == [answered.pk] and everything() == before
        assert bulk.undo(bulk_id=done.pk, all_or_none=False, **acting(coordinator))[1] == 1
        assert Validation.objects.get().referral == answered

    def test_who_was_answered_and_asked_anew_keeps_both_rounds(self, coordinator: User, log: Log) -> None:
        """The open round is another one than the action began."""
        referral = log(waiting=True)
        done = with_many(Move.ASK, [referral], coordinator)
        do(Move.ANSWER, *fresh([referral]), coordinator)
        do(Move.ASK, *fresh([referral]), coordinator)
        with pytest.raises(SomeRefused):
            bulk.undo(bulk_id=done.pk, all_or_none=False, **acting(coordinator))
        assert Validation.objects.count() == 2


class TestAllOrNone:
    def test_fifty_are_assigned_each_with_its_line_of_history(
        self, coordinator: User, therapist: Therapist, log: Log
    ) -> None:
        chosen = [log(waiting=True) for _one in range(50)]
        done = with_many(Move.ASSIGN, chosen, coordinator, **to(therapist))
        assert {(one.therapist_id, one.version) for one in fresh(chosen)} == {(therapist.pk, 2)}
        assert [one.events.get().kind for one in fresh(chosen)] == [EventKind.ASSIGNED] * 50
        assert (done.count, done.done_by, done.done_at, done.undone_at) == (50, coordinator, NOW, None)
        assert list(done.rows.values_list("version", flat=True)) == [2] * 50

    def test_two_of_fifty_are_in_the_way_and_none_is_changed(
        self, coordinator: User, therapist: Therapist, log: Log
    ) -> None:
        """One was saved by somebody else, one was received after the day: both are named, nothing is written."""
        chosen = [log(waiting=True, received_on=days_ago(20)) for _one in range(48)]
        stale, late = log(waiting=True, received_on=days_ago(20)), log(waiting=True, received_on=days_ago(1))
        do(Move.PRIORITISE, stale, coordinator)
        before = everything()
        with pytest.raises(SomeRefused) as refused:
            with_many(
                Move.ASSIGN, [*chosen, stale, late], coordinator, therapist_id=therapist.pk, on=days_ago(5)
            )
        kinds = {pk: type(error) for pk, error in refused.value.refused.items()}
        assert kinds == {stale.pk: StaleVersion, late.pk: DateBefore}
        assert everything() == before
        done = with_many(Move.ASSIGN, chosen, coordinator, therapist_id=therapist.pk, on=days_ago(5))
        assert done.count == 48

    def test_what_a_state_does_not_allow_is_in_the_way(self, coordinator: User, log: Log) -> None:
        waiting, started = log(waiting=True), log(started=True)
        with pytest.raises(SomeRefused) as refused:
            with_many(Move.PRIORITISE, [waiting, started], coordinator)
        [(pk, error)] = refused.value.refused.items()
        assert pk == started.pk and isinstance(error, IllegalMove)

    def test_what_is_so_already_is_no_hindrance_and_is_not_written(
        self, coordinator: User, therapist: Therapist, log: Log
    ) -> None:
        has = log(waiting=True, therapist=therapist, assigned_on=days_ago(3))
        other = log(waiting=True)
        done = with_many(Move.ASSIGN, [has, other], coordinator, **to(therapist))
        assert done.count == 1 and list(done.rows.values_list("referral", flat=True)) == [other.pk]
        has.refresh_from_db()
        assert (has.version, has.assigned_on) == (1, days_ago(3))
        with pytest.raises(NothingChanged):
            with_many(Move.ASSIGN, fresh([has, other]), coordinator, **to(therapist))

    def test_the_same_key_again_does_nothing_twice(
        self, coordinator: User, therapist: Therapist, log: Log
    ) -> None:
        chosen, key = [log(waiting=True), log(waiting=True)], uuid4()
        first = with_many(Move.ASSIGN, chosen, coordinator, key=key, **to(therapist))
        before = everything()
        assert with_many(Move.ASSIGN, chosen, coordinator, key=key, **to(therapist)) == first
        assert everything() == before

    def test_more_than_the_most_are_refused(self, coordinator: User, municipality: Municipality) -> None:
        with pytest.raises(TooManyChosen):
            bulk.do_to_many(
                move=Move.CLOSE,
                municipality=municipality,
                chosen=dict.fromkeys(range(bulk.MOST_AT_ONCE + 1), 1),
                arguments=USUAL[Move.CLOSE],
                key=uuid4(),
                **acting(coordinator),
            )

    def test_who_may_not_make_the_move_may_not_make_it_with_several(
        self, therapist_user: User, manager: User, log: Log
    ) -> None:
        chosen = [log(waiting=True)]
        for move, user in ((Move.PRIORITISE, therapist_user), (Move.CLOSE, manager)):
            with pytest.raises(NotAllowed):
                with_many(move, chosen, user)
        assert with_many(Move.CLOSE, chosen, therapist_user).count == 1

    def test_rows_are_locked_in_the_order_of_their_ids(
        self, coordinator: User, log: Log, django_assert_num_queries: Any
    ) -> None:
        """Whatever the order in which they were chosen, so that two who meet never wait for each other for ever."""
        first, second = log(waiting=True), log(waiting=True)
        asked: list[str] = []

        def listen(execute: Callable, sql: str, params: Any, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, params, *rest)

        with connection.execute_wrapper(listen):
            with_many(Move.CLOSE, [second, first], coordinator)
        locks = [sql for sql in asked if "FOR UPDATE" in sql and '"referrals_referral"' in sql]
        assert 'ORDER BY "referrals_referral"."id" ASC' in locks[0] and "IN (" in locks[0]


class TestWhoseTheyAre:
    def test_a_shielded_case_is_in_the_way_and_nothing_is_told_of_it(
        self, coordinator: User, municipality: Municipality, log: Log
    ) -> None:
        person = PersonFactory(municipality=municipality, protection=Protection.STRICTLY_CONFIDENTIAL)
        hidden, other = log(waiting=True, person=person), log(waiting=True)
        with pytest.raises(SomeRefused) as refused:
            with_many(Move.CLOSE, [hidden, other], coordinator)
        assert refused.value.refused == {hidden.pk: None}
        assert {one.version for one in fresh([hidden, other])} == {1}

    def test_a_case_of_another_unit_is_in_the_way(self, municipality: Municipality, log: Log) -> None:
        north, south = (UnitFactory(municipality=municipality, name=name) for name in ("Nord", "Sør"))
        user = UserFactory()
        MembershipFactory(user=user, role="coordinator", municipality=municipality, unit=north)
        mine, theirs = log(waiting=True, unit=north), log(waiting=True, unit=south)
        with pytest.raises(SomeRefused) as refused:
            with_many(Move.CLOSE, [mine, theirs], user)
        assert refused.value.refused == {theirs.pk: None}
        assert with_many(Move.CLOSE, [mine], user).count == 1

    def test_a_case_of_another_municipality_is_in_the_way(
        self, coordinator: User, other_municipality: Municipality, log: Log
    ) -> None:
        mine, theirs = log(waiting=True), ReferralFactory(municipality=other_municipality, waiting=True)
        with pytest.raises(SomeRefused) as refused:
            with_many(Move.CLOSE, [mine, theirs], coordinator)
        assert refused.value.refused == {theirs.pk: None}


class TestUndo:
    @pytest.fixture
    def chosen(self, log: Log) -> list[Referral]:
        """Not assessed, waiting, on hold for two reasons, and assigned to somebody."""
        received, waiting, on_hold = log(), log(waiting=True), log(paused=True)
        WaitPauseFactory(
            referral=on_hold, reason=PauseReason.NAV, started_on=days_ago(2), ended_on=TODAY + timedelta(9)
        )
        return [received, waiting, on_hold, log(waiting=True, assigned=True)]

    @pytest.mark.parametrize("move", sorted(bulk.TO_MANY))
    def test_everything_is_as_it_was_and_the_history_has_both(
        self, move: Move, coordinator: User, municipality: Municipality, chosen: list[Referral]
    ) -> None:
        before = facts(chosen)
        arguments = to(TherapistFactory(employed_in=municipality)) if move == Move.ASSIGN else {}
        done = with_many(move, chosen, coordinator, **arguments)
        assert facts(chosen) != before
        undone, count = bulk.undo(bulk_id=done.pk, **acting(coordinator, at=NOW + timedelta(minutes=15)))
        assert (count, undone.undone_at) == (4, NOW + timedelta(minutes=15))
        assert facts(chosen) == before
        for one in fresh(chosen):
            assert one.version == 3
            assert [event.kind for event in one.events.order_by("pk")][1:] == [EventKind.UNDONE]

    def test_the_change_log_has_it_too(self, coordinator: User, chosen: list[Referral]) -> None:
        done = with_many(Move.PRIORITISE, chosen, coordinator)
        bulk.undo(bulk_id=done.pk, **acting(coordinator))
        lines = AuditEvent.objects.filter(table_name="referrals_referral", row_id=chosen[0].pk, operation="U")
        assert [line.after.get("priority") for line in lines.order_by("pk")] == [1, None]

    def test_what_was_known_on_an_evening_between_stays_known(
        self, coordinator: User, chosen: list[Referral]
    ) -> None:
        """Closed before midnight and undone after it: on that evening they were closed, with no hold any more."""
        evening = NOW.replace(hour=22, minute=55)
        done = bulk.do_to_many(
            move=Move.CLOSE,
            municipality=chosen[0].municipality,
            chosen={one.pk: one.version for one in chosen},
            arguments=USUAL[Move.CLOSE],
            key=uuid4(),
            **acting(coordinator, at=evening),
        )
        bulk.undo(bulk_id=done.pk, **acting(coordinator, at=evening + timedelta(minutes=10)))
        with as_known_by(TODAY):
            known = KnownReferral.objects.filter(pk__in=[one.pk for one in chosen])
            assert {(one.status, one.outcome) for one in known} == {(Status.CLOSED, Outcome.MOVED)}
        with as_known_by(TODAY + timedelta(days=1)):
            known = KnownReferral.objects.filter(pk__in=[one.pk for one in chosen])
            assert [one.status for one in known.order_by("pk")] == [one.status for one in chosen]
            on_hold = known.get(pk=chosen[2].pk)
            assert on_hold.pauses.running(TODAY + timedelta(days=1)).count() == 2

    def test_what_somebody_changed_is_named_and_the_others_can_be_undone(
        self, coordinator: User, therapist: Therapist, chosen: list[Referral]
    ) -> None:
        done = with_many(Move.PRIORITISE, chosen, coordinator)
        changed = fresh(chosen)[1]
        do(Move.ASSIGN, changed, coordinator, therapist_id=therapist.pk)
        before = everything()
        with pytest.raises(SomeRefused) as refused:
            bulk.undo(bulk_id=done.pk, **acting(coordinator))
        assert list(refused.value.refused) == [changed.pk] and everything() == before
        assert bulk.undo(bulk_id=done.pk, all_or_none=False, **acting(coordinator))[1] == 3
        assert [one.priority for one in fresh(chosen)] == [None, 1, 2, 2]

    def test_where_all_were_changed_nothing_is_undone(self, coordinator: User, log: Log) -> None:
        chosen = [log(waiting=True)]
        done = with_many(Move.PRIORITISE, chosen, coordinator)
        do(Move.PAUSE, *fresh(chosen), coordinator)
        with pytest.raises(SomeRefused):
            bulk.undo(bulk_id=done.pk, all_or_none=False, **acting(coordinator))

    def test_twice_is_once(self, coordinator: User, chosen: list[Referral]) -> None:
        done = with_many(Move.CLOSE, chosen, coordinator)
        bulk.undo(bulk_id=done.pk, **acting(coordinator))
        before = everything()
        assert bulk.undo(bulk_id=done.pk, **acting(coordinator))[1] == 0
        assert everything() == before

    def test_too_late_is_refused(self, coordinator: User, chosen: list[Referral]) -> None:
        done = with_many(Move.CLOSE, chosen, coordinator)
        with pytest.raises(UndoTooLate):
            bulk.undo(bulk_id=done.pk, **acting(coordinator, at=NOW + timedelta(minutes=15, seconds=1)))

    def test_only_whoever_did_it_can_undo_it(
        self, coordinator: User, therapist_user: User, chosen: list[Referral]
    ) -> None:
        done = with_many(Move.CLOSE, chosen, coordinator)
        with pytest.raises(BulkAction.DoesNotExist):
            bulk.undo(bulk_id=done.pk, **acting(therapist_user))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(st.sampled_from(sorted(bulk.TO_MANY)), min_size=1, max_size=3),
    back=st.integers(0, 10),
    level=st.integers(1, 4),
)
def test_whatever_is_done_to_many_is_undone_to_the_letter(
    moves: list[Move], back: int, level: int, coordinator: User, therapist: Therapist, log: Log
) -> None:
    """One action after the other, undone in the opposite order: each leaves what was there before it."""
    chosen = [log(), log(paused=True), log(started=True)]
    for move in moves:
        before, rows = facts(chosen), fresh(chosen)
        arguments = {
            Move.ASSIGN: {"therapist_id": therapist.pk, "on": days_ago(back)},
            Move.PRIORITISE: {"priority": level, "on": days_ago(back), "note": ""},
            Move.ASK: {"channel": ValidationChannel.PHONE, "on": days_ago(back)},
            Move.CLOSE: {"outcome": Outcome.OTHER, "on": days_ago(back), "note": ""},
        }[move]
        try:
            done = with_many(move, rows, coordinator, **arguments)
        except (SomeRefused, NothingChanged):
            assert facts(chosen) == before and fresh(chosen) == rows
            continue
        bulk.undo(bulk_id=done.pk, **acting(coordinator))
        assert facts(chosen) == before
        assert BulkRow.objects.filter(bulk_action=done).count() == done.count
