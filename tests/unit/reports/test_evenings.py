"""What the lists and the flow showed each evening is what they say of that evening later, as it was known then.

Days are played one after the other: people register, move, reply to, correct and merge referrals in random order, often
about earlier days. Each evening what is shown is written down; when all is played, it is asked for once more.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from referrals.actions import referrals
from referrals.choices import (
    ContactKind,
    Handling,
    Knowledge,
    Move,
    Outcome,
    PauseReason,
    Source,
    Status,
    can_move,
)
from referrals.errors import DomainError
from referrals.models import (
    ALL_KNOWN,
    Category,
    Hindsight,
    Municipality,
    Person,
    Referral,
    Therapist,
    User,
    looking_back,
    referrals_as,
)
from referrals.reports import flow, moved_rows
from referrals.reports.periods import last_weeks
from referrals.reports.tallies import FLOWS
from tests.factories import TODAY, PersonFactory, noon
from tests.unit.actions.acting import acting, data, do
from tests.unit.reports.own import manager_of, own

THEN = Hindsight(Knowledge.THEN)
DAYS = 30
WEEKS = 5
RESUMED_SHARE = 0.5
MOVES = (
    Move.PRIORITISE,
    Move.ASSIGN,
    Move.PAUSE,
    Move.RESUME,
    Move.START,
    Move.REPLY,
    Move.REPLY,
    Move.CLOSE,
    Move.REOPEN,
    Move.CORRECT,
    Move.MERGE,
)


@dataclass
class Office:
    """Who writes, in which municipality, about whom; `done` are the moves that were made."""

    by: User
    place: Municipality
    categories: tuple[Category, Category]
    therapist: Therapist
    persons: list[Person]
    rng: Random
    done: set[Move]

    def play(self, today: date) -> None:
        """A day: one or two referrals come in, and much is done to those that are there."""
        for _new in range(self.rng.randint(0, 2)):
            self._register(today)
        for referral in self._some():
            self._move(referral, today)

    def _some(self) -> list[Referral]:
        """Most of them open, and one that is closed."""
        there = Referral.objects.filter(municipality=self.place).order_by("pk")
        current, closed = list(there.open()), list(there.filter(status=Status.CLOSED))
        some = self.rng.sample(current, min(len(current), self.rng.randint(3, 6)))
        return some + self.rng.sample(closed, min(len(closed), 1))

    def _register(self, today: date) -> None:
        values = {
            "received_on": today - timedelta(days=self.rng.choice([0, 1, 5, 28, 35, 35])),
            "handling": self.rng.choice(list(Handling)),
        }
        referrals.register(
            municipality=self.place,
            person=self.rng.choice(self.persons),
            data=data(self.rng.choice(self.categories), **values),
            accept_duplicate=True,
            late_because="Lå i feil postkasse",
            **acting(self.by, noon(today)),
        )

    def _move(self, referral: Referral, today: date) -> None:
        on_hold = referral.pauses.running(today).exists()
        allowed = [move for move in MOVES if can_move(move, status=referral.status, paused=on_hold)]
        move, on = self.rng.choice(allowed), today - timedelta(days=self.rng.choice([0, 0, 1, 4, 20]))
        if on_hold and self.rng.random() < RESUMED_SHARE:
            move, on = Move.RESUME, today
        if move == Move.MERGE and not Referral.objects.twins_of(referral).exists():
            return
        try:
            do(
                move,
                referral,
                self.by,
                at=noon(today),
                **self._arguments(move, referral, max(on, referral.received_on)),
            )
        except DomainError:  # not from where the referral stands
            return
        self.done.add(move)

    def _arguments(self, move: Move, referral: Referral, on: date) -> dict[str, Any]:
        choose = self.rng.choice
        match move:
            case Move.PRIORITISE:
                return {"on": on, "priority": self.rng.randint(1, 3)}
            case Move.ASSIGN:
                return {"on": on, "therapist_id": choose([None, self.therapist.pk])}
            case Move.PAUSE:
                return {"on": on, "reason": choose(list(PauseReason))}
            case Move.START:
                return {"on": on, "kind": choose([ContactKind.VISIT, ContactKind.VIDEO])}
            case Move.CLOSE:
                is_started = referral.status == Status.STARTED
                return {"on": on, "outcome": Outcome.FINISHED if is_started else choose(list(Outcome))}
            case Move.CORRECT:
                earlier = referral.received_on - timedelta(days=3)
                changes = choose(
                    [
                        {"source": choose(list(Source))},
                        {"category": choose(self.categories)},
                        {"received_on": earlier, "seniority_on": earlier},
                    ]
                )
                return {"changes": changes, "reason": "Feil lest"}
            case Move.MERGE:
                return {}
        return {"on": on}


@pytest.fixture
def office(
    coordinator: User,
    municipality: Municipality,
    category: Category,
    other_category: Category,
    therapist: Therapist,
    request: pytest.FixtureRequest,
) -> Office:
    persons = [PersonFactory(municipality=municipality) for _number in range(6)]
    categories = (category, other_category)
    return Office(coordinator, municipality, categories, therapist, persons, Random(request.param), set())


def shown(place: Municipality, on: date, hindsight: Hindsight) -> dict[str, Any]:
    """Who waited with the state of the reply, what came and went row by row, and the figures of it."""
    period, told = last_weeks(on, WEEKS), {}
    with looking_back(hindsight, on):
        rows = referrals_as(hindsight).visible_to(manager_of(place)).in_municipality(place)
        for line in FLOWS:
            listed = moved_rows.moved_rows(rows, line, period, on=on).for_list().order_by("pk")
            told[line] = moved_rows.told(listed, on)
        waits = rows.waiting(on=on).with_wait(on=on).with_pause(on=on).with_reply_state(on=on)
        told["waiting"] = list(
            waits.order_by("pk").values_list(
                "number", "received_on", "priority", "gross_days", "paused_days", "is_paused", "reply_state"
            )
        )
    report = flow.build(own(place), period, data_as_of=noon(on), hindsight=hindsight)
    told["figures"] = {line: getattr(report, line).figure.value for line in FLOWS}
    return told


@pytest.mark.parametrize("office", [1, 2], ids="seed {}".format, indirect=True)
def test_each_evening_is_later_told_as_it_was_shown(office: Office) -> None:
    evenings = {}
    for number in range(DAYS):
        today = TODAY - timedelta(days=DAYS - number)
        office.play(today)
        evenings[today] = shown(office.place, today, ALL_KNOWN)
        evening = evenings[today]
        assert {line: len(evening[line]) for line in FLOWS} == evening["figures"]
    later = {on: shown(office.place, on, THEN) for on in evenings}
    for on, evening in evenings.items():
        assert later[on] == evening, on
    some = list(evenings)[:: DAYS // 6]
    differing = sum(shown(office.place, on, ALL_KNOWN) != evenings[on] for on in some)
    states = {row[-1] for evening in evenings.values() for row in evening["waiting"]}
    assert office.done == set(MOVES) and differing >= len(some) - 1  # or nothing was told apart
    assert states >= {"not_asked", "not_yet", "due", "late", "sent", "sent_late"}
