"""What people register late: on top of a demo, in which nearly everything is registered as it happens.

All of it by the real actions, at random instants of the past and about days before them, so that what was known on a
day differs from what is known now in every way there is.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from referrals.actions import priority_keys, referrals
from referrals.actions.priority_keys import KeyData, Target
from referrals.choices import Channel, Move, Outcome, PauseReason, Protection, Source, Status
from referrals.errors import DomainError
from referrals.models import Category, Municipality, Person, PriorityKey, Referral, User
from referrals.waiting import REOPEN_DAYS, oslo_date
from tests.unit.actions.acting import acting, do

LATEST_ENTRY_DAYS = 90
MOST_MOVES = 4
RESUMED_SHARE = 0.5

# What is done to a referral in each status.
MOVES = {
    Status.RECEIVED: (Move.PRIORITISE, Move.PAUSE, Move.RESUME, Move.START, Move.CLOSE, Move.CORRECT),
    Status.WAITING: (Move.PRIORITISE, Move.PAUSE, Move.RESUME, Move.START, Move.CLOSE, Move.CORRECT),
    Status.STARTED: (Move.CLOSE, Move.CORRECT),
    Status.CLOSED: (Move.REOPEN, Move.CORRECT),
}


class Latecomer:
    """Somebody who registers late in some municipalities until a day; `done` counts what was."""

    def __init__(self, by: User, until: date, rng: Random) -> None:
        self.by, self.until, self.rng = by, until, rng
        self.categories = list(Category.objects.all())
        self.done: Counter[str] = Counter()

    def rework(self, rows: Iterable[Referral]) -> None:
        """Up to four moves on each referral, one after the other."""
        for referral in rows:
            for _move in range(self.rng.randint(1, MOST_MOVES)):
                referral = self._move(referral)

    def register(self, municipality: Municipality, number: int) -> None:
        """So many referrals of citizens who are known already, some of them long after they came in."""
        persons = Person.objects.filter(municipality=municipality, protection=Protection.NONE)
        for person in persons.order_by("pk")[:number]:
            at = self._instant(oslo_date(self._noon(self.until)) - timedelta(days=900))
            received_on = self._before(at, person.birth_date)
            data = referrals.ReferralData(
                received_on=received_on,
                category=self.rng.choice(self.categories),
                source=Source.GP,
                channel=Channel.PHONE,
            )
            new = referrals.register(
                municipality=municipality,
                person=person,
                data=data,
                accept_duplicate=True,
                late_because="Lå i feil postkasse",
                **acting(self.by, at),
            )
            self.done["register"] += 1
            self.rework([new])

    def find_in_a_drawer(self, municipality: Municipality) -> None:
        """The longest wait of all while it lasts: received long ago, registered late, and soon declined."""
        person = Person.objects.filter(municipality=municipality, protection=Protection.NONE).earliest(
            "birth_date"
        )
        found = referrals.register(
            municipality=municipality,
            person=person,
            data=referrals.ReferralData(
                received_on=self.until - timedelta(days=3_000),
                category=self.categories[0],
                source=Source.GP,
                channel=Channel.LETTER,
            ),
            accept_duplicate=True,
            late_because="Lå i en skuff",
            **acting(self.by, self._noon(self.until - timedelta(days=500))),
        )
        on = self.until - timedelta(days=450)
        do(Move.CLOSE, found, self.by, at=self._noon(on), on=on, outcome="declined")
        self.done["register"] += 1

    def hold_twice(self, rows: Iterable[Referral]) -> None:
        """On hold early in the wait for two reasons that stop the clock, mostly at once; registered later."""
        for referral in rows:
            first = referral.received_on + timedelta(days=self.rng.randint(0, 20))
            for reason, on in ((PauseReason.HOSPITAL, first), (PauseReason.AWAY, first + timedelta(days=8))):
                over = on + timedelta(days=60)
                at = max(self._noon(over), referral.changed_at + timedelta(minutes=1))
                with suppress(DomainError):  # on hold for this reason already
                    referral = do(Move.PAUSE, referral, self.by, at=at, on=on, until=over, reason=reason)
                    self.done[Move.PAUSE] += 1

    def refer_again(self, finished: Iterable[Referral]) -> None:
        """The citizen once more for the same need, within some months of closing, registered some days later."""
        for former in finished:
            received_on = former.closed_on + timedelta(days=self.rng.randint(0, 120))
            data = referrals.ReferralData(
                received_on=received_on, category=former.category, source=Source.GP, channel=Channel.PHONE
            )
            referrals.register(
                municipality=former.municipality,
                person=former.person,
                data=data,
                accept_duplicate=True,
                **acting(self.by, self._noon(received_on + timedelta(days=self.rng.randint(0, 30)))),
            )
            self.done["register"] += 1

    def correct_key(self, municipality: Municipality, at: datetime) -> None:
        """Half the days in every target, from the version's first day on."""
        key = PriorityKey.objects.in_force(municipality.pk, oslo_date(at)).get()
        said = KeyData.of(key)
        targets = [Target(t.category_id, t.level, max(1, t.days // 2), t.criteria) for t in said.targets]
        priority_keys.save_version(
            municipality=municipality,
            data=KeyData(valid_from=said.valid_from, targets=targets, replies=said.replies),
            corrects=key,
            reason="Fristene ble lest feil av",
            seen=priority_keys.state_of(municipality),
            **acting(self.by, at),
        )

    def _move(self, referral: Referral) -> Referral:
        move, earliest = self.rng.choice(MOVES[Status(referral.status)]), referral.started_on
        running = list(referral.pauses.running(oslo_date(referral.changed_at)))
        on_hold = self.rng.choice(running) if running else None
        if on_hold and self.rng.random() < RESUMED_SHARE:
            move, earliest = Move.RESUME, on_hold.started_on
        at = self._instant(oslo_date(referral.changed_at), most_days=20 if move == Move.REOPEN else None)
        if at <= referral.changed_at:
            return referral
        on = self._before(at, earliest or referral.received_on)
        try:
            arguments = self._arguments(move, referral, on)
            if on_hold and move == Move.RESUME:
                arguments["reason"] = on_hold.reason
            saved = do(move, referral, self.by, at=at, **arguments)
        except DomainError:  # not from where the referral stands, or nothing changed
            return referral
        self.done[move] += 1
        return saved

    def _arguments(self, move: Move, referral: Referral, on: date) -> dict[str, object]:
        rng = self.rng
        match move:
            case Move.PRIORITISE:
                return {"on": on, "priority": rng.randint(1, 4)}
            case Move.PAUSE:
                until = rng.choice([None, on + timedelta(days=rng.randint(1, 60))])
                return {"on": on, "until": until, "reason": rng.choice(list(PauseReason))}
            case Move.CLOSE:
                return {"on": on, "outcome": rng.choice(list(Outcome))}
            case Move.REOPEN:
                latest = referral.closed_on + timedelta(days=rng.randint(0, REOPEN_DAYS))
                return {"on": min(latest, oslo_date(referral.changed_at)), "note": "Lukket for tidlig"}
            case Move.CORRECT:
                return {"changes": self._corrections(referral), "reason": "Feil lest"}
        return {"on": on}

    def _corrections(self, referral: Referral) -> dict[str, object]:
        """One fact of the registration, or a day that a move wrote."""
        days = timedelta(days=self.rng.randint(-20, 20))
        written = [name for name in ("prioritised_on", "started_on", "closed_on") if getattr(referral, name)]
        choices: list[Callable[[], dict[str, object]]] = [
            lambda: {"category": self.rng.choice(self.categories)},
            lambda: {"received_on": referral.received_on + days},
            lambda: {name: getattr(referral, name) + days for name in self.rng.sample(written, 1)},
        ]
        return self.rng.choice(choices if written else choices[:2])()

    def _instant(self, earliest: date, most_days: int | None = None) -> datetime:
        """Any minute of the day and night, so also around midnight in Norway."""
        days = max(0, (self.until - earliest).days)
        after = self.rng.randint(0, min(days, most_days) if most_days else days)
        midnight = datetime.combine(earliest + timedelta(days=after), time(), UTC)
        return midnight + timedelta(minutes=self.rng.randrange(24 * 60))

    def _before(self, at: datetime, earliest: date) -> date:
        """The day of the instant or one of the last months before it."""
        today = oslo_date(at)
        days = max(0, min(LATEST_ENTRY_DAYS, (today - earliest).days))
        return today - timedelta(days=self.rng.randint(0, days))

    @staticmethod
    def _noon(day: date) -> datetime:
        return datetime.combine(day, time(12), UTC)
