"""The history of one referral: steps in order of their days, each registered in office hours by whoever keeps the list.

A line says what `actions` would have written: which codes and dates changed, which pause, which contact.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from referrals.choices import EventKind
from referrals.demo.rows import EventRow
from referrals.demo.workdays import Workdays
from referrals.waiting import OSLO

OFFICE_OPENS, OFFICE_MINUTES = time(7, 45, tzinfo=OSLO), 470
LATE_ENTRY_SHARE = 0.12

Facts = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """Something that happened on a day (an ordinal); `changes` are the codes and dates it left the referral with."""

    day: int
    kind: EventKind
    changes: Facts = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Journal:
    """Writes histories in one municipality; `by_id` is the user who registers, None where nobody can sign in."""

    municipality_id: int
    workdays: Workdays
    rng: Random
    by_id: int | None

    def lines(self, referral_id: int, steps: list[Step]) -> list[EventRow]:
        """A line a step, in the order of their days; of one day, in the order given."""
        facts: Facts = {}
        lines: list[EventRow] = []
        at = datetime.min.replace(tzinfo=OSLO)
        for step in sorted(steps, key=lambda step: step.day):
            at = self._registered(step, at)
            changes = {name: [facts.get(name), value] for name, value in step.changes.items()}
            facts |= step.changes
            details = {"changes": changes, **step.more} if changes else step.more
            lines.append(
                EventRow(
                    self.municipality_id,
                    referral_id,
                    step.kind,
                    date.fromordinal(step.day),
                    at,
                    self.by_id,
                    json.dumps(details),
                    step.note,
                )
            )
        return lines

    def _registered(self, step: Step, after: datetime) -> datetime:
        """The same or the next working day, now and then later; never before what was registered already."""
        is_late = step.kind == EventKind.RECEIVED and self.rng.random() < LATE_ENTRY_SHARE
        day = self.workdays.on_or_after(step.day, self.rng.randint(1, 4) if is_late else 0)
        office = datetime.combine(date.fromordinal(day or self.workdays.last()), OFFICE_OPENS)
        at = office + timedelta(minutes=self.rng.randrange(OFFICE_MINUTES))
        return at if at > after else after + timedelta(minutes=self.rng.randint(1, 15))
