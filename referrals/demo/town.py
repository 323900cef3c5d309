"""One municipality played through: its referrals in order of receipt, each with its citizen, as rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from referrals.choices import NOT_COUNTED, Outcome
from referrals.demo.cases import Case, Cases
from referrals.demo.persons import Citizens, are_alike
from referrals.demo.queue import Course
from referrals.demo.rows import (
    MODELS,
    ContactRow,
    EventRow,
    InformationRow,
    PauseRow,
    PersonRow,
    ReferralRow,
    ReplyRow,
)
from referrals.waiting import REREFERRED_DAYS

# So many referrals are about somebody who was referred before, among the last ones.
KNOWN_SHARE, REMEMBERED = 0.2, 200
# And so many about somebody whose case for the same need was just closed, if there is somebody.
SOON_SHARE = 0.05
GONE = frozenset({Outcome.DEAD, Outcome.MOVED})


class Known(NamedTuple):
    """A citizen who was referred once, and what became of it. `closed` is an ordinal."""

    person_id: int
    category: str
    closed: int | None
    referral: ReferralRow

    def was_just_closed(self, case: Case) -> bool:
        """Whether a case for the same need was closed within 90 days before this one comes in."""
        received = case.course.received
        return (
            self.category == case.course.category.code
            and self.closed is not None
            and received - REREFERRED_DAYS <= self.closed < received
        )

    def links(self, case: Case) -> dict[str, int]:
        """What the next referral of the citizen has to do with this one, if it is the same need."""
        if self.category != case.course.category.code or self.referral.outcome in NOT_COUNTED:
            return {}
        if case.outcome != Outcome.DUPLICATE:
            return {"former_id": self.referral.id}
        is_open = self.closed is None or (case.closed is not None and self.closed > case.closed)
        return {"merged_into_id": self.referral.id} if is_open else {}

    def is_open(self, case: Case) -> bool:
        """Whether the citizen's referral for the same need is open when this one comes in."""
        is_closed = self.closed is not None and self.closed < case.course.received
        return self.category == case.course.category.code and not is_closed

    def may_need(self, case: Case) -> bool:
        """Whether somebody of this age may need this, and does not have an open referral for it."""
        return are_alike(self.category, case.course.category.code) and not self.is_open(case)


@dataclass
class Batch:
    """Rows by kind, until there are enough of them to write."""

    rows: dict[type[NamedTuple], list[NamedTuple]]

    @classmethod
    def empty(cls) -> "Batch":
        """A batch without rows."""
        return cls({kind: [] for kind in MODELS})

    @property
    def referrals(self) -> int:
        """How many referrals it holds."""
        return len(self.rows[ReferralRow])

    def add(self, referral: ReferralRow, case: Case, citizen: PersonRow | None) -> None:
        """One referral with everything that belongs to it, and the citizen when it is a new one."""
        if citizen:
            self.rows[PersonRow].append(citizen)
        self.rows[ReferralRow].append(referral)
        self.rows[PauseRow] += case.pauses
        self.rows[ContactRow] += case.contacts
        self.rows[ReplyRow] += case.replies
        self.rows[InformationRow] += case.requests
        self.rows[EventRow] += case.events


class Town:
    """Turns the courses of one municipality into rows."""

    def __init__(
        self,
        cases: Cases,
        citizens: Citizens,
        rng: Random,
        next_referral: Callable[[], int],
        next_person: Callable[[], int],
    ) -> None:
        self.cases, self.citizens, self.rng = cases, citizens, rng
        self._next_referral, self._next_person = next_referral, next_person
        self._known: list[Known] = []

    def play(self, courses: list[Course]) -> Iterator[tuple[ReferralRow, Case, PersonRow | None]]:
        """Each referral with its case, and its citizen when a new one."""
        for course in courses:
            case = self.cases.play(self._next_referral(), course)
            if known := self._somebody_known(case):
                yield self.cases.row(case, known.person_id, **known.links(case)), case, None
                continue
            citizen = self.citizens.make(self._next_person(), course.category.code, course.received)
            referral = self.cases.row(case, citizen.id)
            if case.outcome not in GONE:
                self._remember(Known(citizen.id, course.category.code, case.closed, referral))
            yield referral, case, citizen

    def _remember(self, known: Known) -> None:
        if len(self._known) < REMEMBERED:
            self._known.append(known)
        else:
            self._known[self.rng.randrange(REMEMBERED)] = known

    def _somebody_known(self, case: Case) -> Known | None:
        """Somebody who was referred before: with the same need for a duplicate, else now and then with another.

        Or with the same need again, when the case was closed. Nobody returns who died or moved away.
        """
        if not self._known or case.outcome in GONE:
            return None
        if case.outcome == Outcome.DUPLICATE:
            return next((known for known in reversed(self._known) if known.is_open(case)), None)
        chance = self.rng.random()
        if chance > KNOWN_SHARE:
            return None
        place = self.rng.randrange(len(self._known))
        if not self._known[place].may_need(case):
            return None
        soon = (at for at, known in enumerate(self._known) if known.was_just_closed(case))
        return self._known.pop(next(soon, place) if chance < SOON_SHARE else place)
