"""The clock in Python against the clock in the database: over fifty thousand cases that hypothesis invents.

A case is a wait, looked at at the end of a day. `test_waiting.py` looks for single ones that part the two; here they
are held together in bulk, in every situation.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import BooleanField, DateField, ExpressionWrapper, F
from hypothesis import Phase, given, settings

from referrals import waiting
from referrals.choices import NOT_COUNTED, STOPS_CLOCK, ContactKind, Reply, Status
from referrals.models import (
    Category,
    Contact,
    Municipality,
    Person,
    PreliminaryReply,
    PriorityKey,
    PriorityTarget,
    Referral,
    WaitPause,
)
from tests.factories import LONG_AGO, NOW, CategoryFactory, MunicipalityFactory, PersonFactory, noon
from tests.unit.invented_waits import SITUATIONS, Batch, Wait, batches
from tests.unit.situations.test_rows import PLAYED

CASES = 50_000
EXAMPLES = 165  # of some 165 waits, in 136 situations, each looked at on two days
# Those of the rows that are no wait's own: they ask what was known when.
OF_THE_HISTORY = {"two ways to look back"}

# By (category, level) in the two versions of the key; the newer one has no fourth level for the first category.
OLDER = {(c, level): days for c in (0, 1) for level, days in ((1, 14), (2, 56), (3, 84), (4, 182))}
NEWER = {
    (c, level): days for c in (0, 1) for level, days in ((1, 7), (2, 30), (3, 90), (4, 182)) if c or level < 4
}
NEWER_FROM = date(2025, 6, 1)
# From how many days before its target on a referral is due soon, by the version in force on the day one looks at.
SOON = {LONG_AGO: 3, NEWER_FROM: 21}
# Whether a preliminary reply is due by category: the older version says nothing of it, so the category does.
REPLIES = {LONG_AGO: {0: True, 1: False}, NEWER_FROM: {0: False, 1: True}}

SEEN = (
    *(
        "is_over_target",
        "is_due_soon",
        "over_a_year",
        "near_a_year",
        "over_ten_years",
        "held_days",
        "paused_days",
    ),
    *("waits", "assessed"),
)
# What makes a day on hold count once, of the pauses that stop the clock and of all.
TOGETHER = ("overlap", "overlap_of_stopping", "open_at_once", "open_at_once_of_stopping")
FROM_THE_ROW = (
    *("gross_days", "paused_days", "net_days", "target_days", "days_left", "due_on", "due_soon_days"),
    *("is_over_target", "is_due_soon", "reply_state", "needs_reply"),
)


class Place:
    """A municipality with two versions of its key, one citizen and two categories."""

    def __init__(self) -> None:
        self.municipality: Municipality = MunicipalityFactory()
        self.person: Person = PersonFactory(municipality=self.municipality)
        self.categories: list[Category] = [
            CategoryFactory(code=f"test-{place}", is_vedtak=due) for place, due in REPLIES[LONG_AGO].items()
        ]
        self._key(LONG_AGO, OLDER)
        rules = self._key(NEWER_FROM, NEWER).reply_rules
        for place, is_due in REPLIES[NEWER_FROM].items():
            rules.create(category=self.categories[place], is_due=is_due)

    def _key(self, valid_from: date, targets: dict[tuple[int, int], int]) -> PriorityKey:
        key = PriorityKey.objects.create(
            municipality=self.municipality,
            valid_from=valid_from,
            due_soon_days=SOON[valid_from],
            registered_at=noon(LONG_AGO),
        )
        PriorityTarget.objects.bulk_create(
            PriorityTarget(key=key, category=self.categories[c], level=level, days=days)
            for (c, level), days in targets.items()
        )
        return key

    def write(self, waits: list[Wait]) -> None:
        """All of them at once, numbered in their order."""
        rows = Referral.objects.bulk_create(self._referral(wait, number) for number, wait in enumerate(waits))
        pairs = list(zip(rows, waits, strict=True))
        WaitPause.objects.bulk_create(
            WaitPause(**self._of(row), **vars(pause))
            for row, wait in pairs
            for pause in (wait.holds if wait.stored is None else wait.stored)
        )
        PreliminaryReply.objects.bulk_create(
            PreliminaryReply(**self._of(row), sent_on=wait.replied) for row, wait in pairs if wait.replied
        )
        Contact.objects.bulk_create(
            Contact(**self._of(row), kind=ContactKind.NO_SHOW, held_on=day)
            for row, wait in pairs
            for day in wait.no_shows
        )

    def _of(self, referral: Referral) -> dict[str, Any]:
        return {"municipality": self.municipality, "referral": referral}

    def _referral(self, wait: Wait, number: int) -> Referral:
        return Referral(
            municipality=self.municipality,
            number=f"2026-{number:06}",
            person=self.person,
            category=self.categories[wait.category],
            received_on=wait.received,
            seniority_on=wait.seniority or wait.received,
            registered_at=noon(wait.registered or wait.received),
            source="gp",
            channel="letter",
            handling="application" if wait.is_application else "referral",
            status=status_of(wait),
            priority=wait.priority,
            prioritised_on=wait.assessed,
            started_on=wait.started,
            closed_on=wait.closed,
            outcome=wait.outcome,
            changed_at=NOW,
        )


def status_of(wait: Wait) -> Status:
    if wait.closed:
        return Status.CLOSED
    if wait.started:
        return Status.STARTED
    return Status.WAITING if wait.priority else Status.RECEIVED


def by_python(wait: Wait, on: date) -> dict[str, Any]:
    """Rule by rule."""
    clock = {
        "received_on": wait.received,
        "ended_on": waiting.wait_end(wait.started, wait.closed),
        "on": on,
    }
    gross, paused = waiting.gross_days(**clock), waiting.paused_days(wait.holds, **clock)
    is_assessed = waiting.is_assessed(wait.assessed, on)
    targets = NEWER if wait.received >= NEWER_FROM else OLDER
    target = targets.get((wait.category, wait.priority)) if is_assessed else None
    net = waiting.net_days(gross, paused)
    left = waiting.days_left(net, target)
    soon = SOON[NEWER_FROM if on >= NEWER_FROM else LONG_AGO]
    return {
        "gross_days": gross,
        "paused_days": paused,
        "net_days": net,
        "target_days": target,
        "days_left": left,
        "due_on": None if target is None else waiting.due_on(wait.received, target, paused),
        "is_over_target": waiting.is_over_target(left),
        "due_soon_days": soon,
        "is_due_soon": waiting.is_due_soon(left, soon),
        "band": waiting.band(gross).code,
        "over_a_year": waiting.is_over_a_year(gross),
        "near_a_year": waiting.is_near_a_year(gross),
        "over_ten_years": waiting.is_over_ten_years(gross),
        "held_days": waiting.held_days(wait.holds, **clock),
        "waits": waiting.is_waiting(**clock),
        "assessed": is_assessed,
        **reply_by_python(wait, on),
    }


def reply_by_python(wait: Wait, on: date) -> dict[str, Any]:
    rules = REPLIES[NEWER_FROM if wait.received >= NEWER_FROM else LONG_AGO]
    is_asked = wait.is_application and rules[wait.category] and wait.outcome not in NOT_COUNTED
    days = {"received_on": wait.received, "sent_on": wait.replied, "closed_on": wait.closed, "on": on}
    return {
        "reply_due": waiting.preliminary_reply_due(wait.received),
        "needs_reply": is_asked,
        "reply_state": waiting.reply_state(**days, is_asked=is_asked),
    }


def by_database(on: date) -> dict[str, dict[str, Any]]:
    """Everything the clock says of every referral received by the day, by its number. One query."""
    said = {name: F(name) for name in FROM_THE_ROW} | {
        "band": waiting.band_sql(),
        "over_a_year": ExpressionWrapper(waiting.over_a_year_q(), BooleanField()),
        "near_a_year": ExpressionWrapper(waiting.near_a_year_q(), BooleanField()),
        "over_ten_years": ExpressionWrapper(waiting.over_ten_years_q(), BooleanField()),
        "held_days": waiting.held_days_sql(WaitPause.objects.all(), on),
        "waits": ExpressionWrapper(waiting.waiting_q(on), BooleanField()),
        "assessed": F("is_assessed"),
        "reply_due": ExpressionWrapper(waiting.preliminary_reply_due_sql(), DateField()),
    }
    rows = Referral.objects.with_wait(on=on).with_reply_state(on=on)
    found = rows.annotate(**{f"_{name}": how for name, how in said.items()}).order_by()
    return {
        row.pop("number"): {name[1:]: value for name, value in row.items()}
        for row in found.values("number", *(f"_{name}" for name in said))
    }


def together(wait: Wait, on: date) -> dict[str, bool]:
    """Whether, by the end of the day, days of the wait were on hold more than once, and whether several pauses run."""
    end = min(wait.started or wait.closed or on, on)
    begun = [pause for pause in wait.holds if pause.started_on < end]
    found = {}
    for name, held in (("", begun), ("_of_stopping", [p for p in begun if p.reason in STOPS_CLOCK])):
        days = Counter(
            day
            for pause in held
            for day in range(
                max(pause.started_on, wait.received).toordinal(), min(pause.ended_on or end, end).toordinal()
            )
        )
        found[f"overlap{name}"] = max(days.values(), default=0) > 1
        found[f"open_at_once{name}"] = sum(pause.ended_on is None for pause in held) > 1
    return found


def compared(place: Place, batch: Batch) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each wait on each of the days by which it had been received: its situation, and what both said of it."""
    waits = [(name, wait) for name, situation in batch.situations for wait in situation]
    with transaction.atomic():
        place.write([wait for _name, wait in waits])
        found = {on: by_database(on) for on in batch.days}
        transaction.set_rollback(True)
    for on in batch.days:
        for number, (name, wait) in enumerate(waits):
            if wait.received <= on:
                expected = by_python(wait, on)
                assert found[on].pop(f"2026-{number:06}") == expected, (name, wait, on)
                yield name, expected | together(wait, on)
        assert not found[on]


@pytest.mark.django_db
def test_fifty_thousand_cases_are_the_same_in_both() -> None:
    place, situations, seen = Place(), Counter[str](), Counter[str]()

    # What fails names its wait and day; a smaller batch around it would tell no more.
    @settings(max_examples=EXAMPLES, phases=[Phase.generate])
    @given(batch=batches())
    def hold_together(batch: Batch) -> None:
        for name, said in compared(place, batch):
            situations[name] += 1
            seen.update(key for key in (*SEEN, *TOGETHER) if said[key])
            seen[said["band"]] += 1
            seen[said["reply_state"]] += 1

    hold_together()
    assert situations.total() >= CASES
    assert set(situations) == set(SITUATIONS) and min(situations.values()) > 1000, situations
    assert set(seen) == {*SEEN, *TOGETHER, *(band.code for band in waiting.Band), *Reply}
    assert min(seen.values()) > 100 and seen["overlap_of_stopping"] > 2000, seen


def test_every_row_of_the_situations_is_invented() -> None:
    assert set(PLAYED) - OF_THE_HISTORY <= set(SITUATIONS)
