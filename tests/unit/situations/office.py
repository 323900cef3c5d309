"""Those who act, by the real actions, and the clocks that are read afterwards.

Every number is asked of the clock in Python and of the one in the database, which must agree.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q

from referrals import waiting
from referrals.actions.referrals import register
from referrals.choices import NOT_COUNTED, Knowledge, Move
from referrals.models import (
    Category,
    Hindsight,
    Municipality,
    Person,
    Referral,
    User,
    looking_back,
    referrals_as,
)
from referrals.waiting import DUE_SOON_DAYS, Pause
from tests.factories import TARGET_DAYS, TODAY, PersonFactory, noon
from tests.unit.actions.acting import acting, data, do

FROM_THE_ROW = (
    "gross_days",
    "paused_days",
    "net_days",
    "target_days",
    "days_left",
    "due_on",
    "is_over_target",
    "is_due_soon",
)


@dataclass(frozen=True)
class Office:
    """An intake office: registers and makes moves, at noon of the day it is about unless told when."""

    municipality: Municipality
    category: Category
    by: User

    def person(self) -> Person:
        return PersonFactory(municipality=self.municipality)

    def register(
        self,
        received_on: date,
        *,
        at: datetime | None = None,
        person: Person | None = None,
        accept_duplicate: bool = False,
        note: str = "",
        late_because: str = "Lå i feil postkasse",
        **values: Any,
    ) -> Referral:
        facts = data(**{"category": self.category, "received_on": received_on, **values})
        return register(
            municipality=self.municipality,
            person=person or self.person(),
            data=facts,
            accept_duplicate=accept_duplicate,
            note=note,
            late_because=late_because if at else "",
            **acting(self.by, at or noon(received_on)),
        )

    def does(
        self, move: Move, referral: Referral, on: date, *, at: datetime | None = None, **values: Any
    ) -> Referral:
        present = Referral.objects.get(pk=referral.pk)
        return do(move, present, self.by, at=at or noon(on), on=on, **values)

    def waits(self, received_on: date, priority: int = 2, **values: Any) -> Referral:
        """Registered and assessed on the day of receipt."""
        return self.does(
            Move.PRIORITISE, self.register(received_on, **values), received_on, priority=priority
        )

    def merges(self, referral: Referral, *, keep: Referral, at: datetime | None = None) -> Referral:
        """With the citizen's other open one in the category."""
        present = Referral.objects.get(pk=referral.pk)
        return do(Move.MERGE, present, self.by, at=at or noon(TODAY), keep_id=keep.pk)

    def corrects(self, referral: Referral, on: date, reason: str = "Feil lest", **changes: Any) -> Referral:
        present = Referral.objects.get(pk=referral.pk)
        return do(Move.CORRECT, present, self.by, at=noon(on), changes=changes, reason=reason)


@dataclass(frozen=True)
class Said:
    """What the clock says of a referral at the end of a day."""

    gross: int
    paused: int = 0
    waits: bool = True
    over_target: bool | None = False


def clock(referral: Referral, on: date) -> Said:
    """By Python and by the database, which say the same of everything they both know."""
    row = by_database(Referral.objects.filter(pk=referral.pk), on)
    assert row == by_python(referral, on)
    return said(row)


def clock_then(referral: Referral, on: date) -> Said | None:
    """What was known at the end of the day; None: nothing of the referral."""
    hindsight = Hindsight(Knowledge.THEN)
    with looking_back(hindsight, on):
        row = by_database(referrals_as(hindsight).filter(pk=referral.pk), on)
    return said(row) if row else None


def said(row: dict[str, Any]) -> Said:
    return Said(row["gross_days"], row["paused_days"], row["waits"], row["is_over_target"])


def by_database(rows: Any, on: date) -> dict[str, Any] | None:
    known = {name: F(name) for name in FROM_THE_ROW} | {
        "band": waiting.band_sql(),
        "waits": ExpressionWrapper(waiting.waiting_q(on) & ~counted_out(), BooleanField()),
        "over_a_year": ExpressionWrapper(waiting.over_a_year_q(), BooleanField()),
    }
    return rows.with_wait(on=on).annotate(**known).values(*known).first()


def counted_out() -> Q:
    return Q(outcome__in=NOT_COUNTED)


def by_python(referral: Referral, on: date) -> dict[str, Any]:
    row = Referral.objects.get(pk=referral.pk)
    ended_on = waiting.wait_end(row.started_on, row.closed_on)
    held = [Pause(pause.started_on, pause.ended_on, pause.reason) for pause in row.pauses.all()]
    wait = {"received_on": row.received_on, "ended_on": ended_on, "on": on}
    gross, paused = waiting.gross_days(**wait), waiting.paused_days(held, **wait)
    target = TARGET_DAYS[row.priority] if waiting.is_assessed(row.prioritised_on, on) else None
    left = waiting.days_left(waiting.net_days(gross, paused), target)
    return {
        "gross_days": gross,
        "paused_days": paused,
        "net_days": waiting.net_days(gross, paused),
        "target_days": target,
        "days_left": left,
        "due_on": None if target is None else waiting.due_on(row.received_on, target, paused),
        "is_over_target": waiting.is_over_target(left),
        "is_due_soon": waiting.is_due_soon(left, DUE_SOON_DAYS),
        "band": waiting.band(gross).code,
        "waits": waiting.is_waiting(**wait) and row.outcome not in NOT_COUNTED,
        "over_a_year": waiting.is_over_a_year(gross),
    }


def listed(office: Office, on: date) -> list[Referral]:
    """The waitlist of the municipality at the end of the day, as we now know it."""
    return list(Referral.objects.in_municipality(office.municipality).waiting(on=on).order_by("pk"))
