"""Whatever people do in whatever order, on whatever days: what must always hold, holds.

And what was known at the end of each day can be read from the history later.

Hypothesis invents the sequences. Every step is one action, refused or done; a refusal of any other kind than a
DomainError fails the test.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from referrals import waiting
from referrals.choices import ContactKind, EventKind, Move, Outcome, PauseReason, Source, Status, can_move
from referrals.errors import DomainError
from referrals.models import (
    Category,
    KnownReferral,
    Municipality,
    Referral,
    Therapist,
    User,
    WaitPause,
    as_known_by,
)
from tests.factories import ReferralFactory, noon
from tests.unit.actions.acting import do

RECEIVED = date(2024, 1, 15)
LAST_DAY = date(2026, 3, 16)

days_back = st.sampled_from([0, 1, 3, 10, 40, -1])
days_after = st.sampled_from([0, 1, 10, 30, 31, -1])


# Some things happen to a referral first, or hardly any sequence would have a pause in it.
later = precondition(lambda sequence: sequence.lines >= 4)


def where_allowed(move: Move) -> Callable[[Any], Any]:
    """The table decides which steps come next; what it forbids is tried in test_moves."""
    return precondition(
        lambda sequence: can_move(move, status=sequence.referral.status, paused=bool(sequence.running))
    )


KNOWN = (
    "received_on",
    "category",
    "source",
    "status",
    "priority",
    "prioritised_on",
    "therapist",
    "started_on",
    "closed_on",
    "outcome",
    "wait_end",
)


def state_of(model: type[Referral] | type[KnownReferral], pk: int, on: date) -> tuple:
    """Every fact that figures are made of, the pauses that last at least a day, and how the reply stands on the day."""
    referral = model.objects.filter(pk=pk)
    pauses = referral.get().pauses.exclude(ended_on=F("started_on")).order_by("started_on", "reason")
    reply = referral.with_reply_state(on=on).values_list("needs_reply", "reply_state").get()
    held = list(pauses.values_list("reason", "started_on", "ended_on"))
    return referral.values_list(*KNOWN).get(), held, reply


class Sequences(RuleBasedStateMachine):
    """One referral over the months. The test sets whose world it is."""

    user: User
    municipality: Municipality
    categories: tuple[Category, Category]
    therapist: Therapist

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.today = RECEIVED + timedelta(days=60)  # room for days back from the first step on
        self.referral = ReferralFactory(
            municipality=self.municipality,
            category=self.categories[0],
            application=True,
            received_on=RECEIVED,
            changed_at=noon(self.today),
        )
        self.running: list[WaitPause] = []
        self.lines = 0
        self.first_assessed: date | None = None
        self.ends_of_days: dict[date, tuple] = {}

    def teardown(self) -> None:
        for day, state in self.ends_of_days.items():
            with as_known_by(day):
                assert state_of(KnownReferral, self.referral.pk, day) == state, day
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    def attempt(self, move: Move, **arguments: Any) -> None:
        """Make the move; a refusal must leave the referral as it was."""
        before = Referral.objects.values().get(pk=self.referral.pk)
        try:
            self.referral = do(move, self.referral, self.user, at=noon(self.today), **arguments)
            self.lines += 1
        except DomainError:
            assert Referral.objects.values().get(pk=self.referral.pk) == before
            self.referral = Referral.objects.get(pk=self.referral.pk)
        self.look()

    def look(self) -> None:
        """See why the referral is on hold now."""
        self.running = list(WaitPause.objects.running(self.today).filter(referral=self.referral))

    def day(self, back: int) -> date:
        return self.today - timedelta(days=back)

    @rule(days=st.integers(1, 45))
    def time_passes(self, days: int) -> None:
        self.ends_of_days[self.today] = state_of(Referral, self.referral.pk, self.today)
        self.today = min(self.today + timedelta(days=days), LAST_DAY)
        self.look()

    @where_allowed(Move.PRIORITISE)
    @rule(priority=st.integers(1, 5), back=days_back)
    def prioritise(self, priority: int, back: int) -> None:
        self.attempt(Move.PRIORITISE, priority=priority, on=self.day(back))

    @where_allowed(Move.ASSIGN)
    @rule(somebody=st.booleans(), back=days_back)
    def assign(self, somebody: bool, back: int) -> None:
        self.attempt(Move.ASSIGN, therapist_id=self.therapist.pk if somebody else None, on=self.day(back))

    @where_allowed(Move.PAUSE)
    @rule(reason=st.sampled_from(PauseReason), back=days_back, length=st.none() | st.sampled_from([0, 1, 60]))
    def pause(self, reason: PauseReason, back: int, length: int | None) -> None:
        on = self.day(back)
        until = None if length is None else on + timedelta(days=length)
        self.attempt(Move.PAUSE, reason=reason, on=on, until=until)

    @where_allowed(Move.RESUME)
    @rule(days=days_after, which=st.integers(0, 2))
    def resume(self, days: int, which: int) -> None:
        ended = self.running[which % len(self.running)]
        self.attempt(Move.RESUME, reason=ended.reason, on=ended.started_on + timedelta(days=days))

    @later
    @where_allowed(Move.START)
    @rule(kind=st.sampled_from(ContactKind), back=days_back, said=st.booleans())
    def start(self, kind: ContactKind, back: int, said: bool) -> None:
        therapist_id = self.therapist.pk if said else None
        self.attempt(Move.START, kind=kind, on=self.day(back), therapist_id=therapist_id)

    @precondition(lambda sequence: sequence.referral.takes_preliminary_reply)
    @where_allowed(Move.REPLY)
    @rule(back=days_back)
    def reply(self, back: int) -> None:
        self.attempt(Move.REPLY, on=self.day(back))

    @later
    @where_allowed(Move.CLOSE)
    @rule(outcome=st.sampled_from(Outcome), back=days_back)
    def close(self, outcome: Outcome, back: int) -> None:
        self.attempt(Move.CLOSE, outcome=outcome, on=self.day(back))

    @where_allowed(Move.REOPEN)
    @rule(days=days_after)
    def reopen(self, days: int) -> None:
        on = self.referral.closed_on + timedelta(days=days)
        self.attempt(Move.REOPEN, on=on, note="Angret")

    @rule(change=st.sampled_from(["source", "category", "started_on", "closed_on"]), back=days_back)
    def correct(self, change: str, back: int) -> None:
        """Correct a code, or a date where the referral has it."""
        codes = {"source": list(Source)[back % len(Source)], "category": self.categories[back % 2]}
        changes = {change: codes.get(change, self.day(back))}
        if getattr(self.referral, change) is not None:
            self.attempt(Move.CORRECT, changes=changes)

    @invariant()
    def the_status_says_what_the_dates_say(self) -> None:
        referral = self.referral
        expected = Status.RECEIVED if referral.priority is None else Status.WAITING
        if referral.started_on:
            expected = Status.STARTED
        if referral.closed_on:
            expected = Status.CLOSED
        assert referral.status == expected

    @invariant()
    def each_action_is_one_line_of_history_and_one_version(self) -> None:
        assert self.referral.events.count() == self.lines
        assert self.referral.version == self.lines + 1

    @invariant()
    def the_clock_never_restarts(self) -> None:
        assert self.referral.received_on == self.referral.seniority_on == RECEIVED

    @invariant()
    def a_new_priority_loses_no_day(self) -> None:
        assessed = self.referral.prioritised_on
        assert self.first_assessed in (None, assessed)
        self.first_assessed = assessed
        if assessed:
            first = self.referral.events.filter(kind=EventKind.PRIORITISED).earliest("pk")
            assert assessed == first.happened_on

    @invariant()
    def a_running_wait_grows_with_the_days_and_no_pause_outlasts_it(self) -> None:
        end = self.referral.wait_end
        rows = self.referral.pauses.values_list("started_on", "ended_on", "reason")
        pauses = [waiting.Pause(*row) for row in rows]
        clock = {"received_on": RECEIVED, "ended_on": end, "on": self.today}
        gross = waiting.gross_days(**clock)
        assert 0 <= waiting.paused_days(pauses, **clock) <= gross
        if end is None:
            reasons = [pause.reason for pause in self.running]
            assert len(reasons) == len(set(reasons))
            assert gross == (self.today - RECEIVED).days
        else:
            assert all(p.ended_on and p.ended_on <= max(end, p.started_on) for p in pauses)


def test_no_sequence_of_moves_breaks_what_must_hold(
    coordinator: User,
    municipality: Municipality,
    category: Category,
    other_category: Category,
    therapist: Therapist,
) -> None:
    Sequences.user, Sequences.municipality = coordinator, municipality
    Sequences.categories, Sequences.therapist = (category, other_category), therapist
    quick = settings(max_examples=30, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(Sequences, settings=quick)
