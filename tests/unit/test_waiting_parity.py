"""The clock in Python against the clock in the database: over fifty thousand waits, drawn to lie on the edges.

`test_waiting.py` looks for single cases that part the two; here they are held together in bulk.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import BooleanField, DateField, ExpressionWrapper, F

from referrals import waiting
from referrals.models import Referral, WaitPause
from referrals.waiting import Pause
from tests.factories import TODAY
from tests.unit.reports.worlds import EDGES, Case, World, make_world

WAITS = 8_000
# Both changes of the clock, a leap day and the days around it, and the turn of a year.
SPECIAL_DAYS = [
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 31),
    date(2025, 10, 26),
    date(2025, 12, 31),
    date(2026, 1, 1),
]
SEEN = ("is_over_target", "is_due_soon", "over_a_year", "near_a_year", "held_days")
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


@pytest.fixture
def world(db: None) -> World:
    """Many referrals in three municipalities."""
    return make_world(Random(7), WAITS, counties=(2, 1))


def days_to_look(rng: Random, received: date) -> date:
    """A day after receipt: an edge of the definitions, a special one, or any."""
    offset = rng.choice([rng.choice(EDGES), rng.randint(0, 900)])
    special = [day for day in SPECIAL_DAYS if day >= received]
    return rng.choice([received + timedelta(days=offset), TODAY, *special[:1]])


def by_python(world: World, case: Case, on: date) -> dict[str, Any]:
    """Rule by rule."""
    ended = waiting.wait_end(case.started, case.closed)
    clock = {"received_on": case.received, "ended_on": ended, "on": on}
    pauses = [Pause(hold.first, hold.last, hold.reason) for hold in case.holds]
    gross, paused = waiting.gross_days(**clock), waiting.paused_days(pauses, **clock)
    is_assessed = waiting.is_assessed(case.assessed, on)
    target = target_of(world, case) if is_assessed else None
    net = waiting.net_days(gross, paused)
    left = waiting.days_left(net, target)
    return {
        "gross_days": gross,
        "paused_days": paused,
        "net_days": net,
        "target_days": target,
        "days_left": left,
        "due_on": None if target is None else waiting.due_on(case.received, target, paused),
        "is_over_target": waiting.is_over_target(left),
        "is_due_soon": waiting.is_due_soon(left),
        "band": waiting.band(gross).code,
        "over_a_year": waiting.is_over_a_year(gross),
        "near_a_year": waiting.is_near_a_year(gross),
        "held_days": waiting.held_days(pauses, **clock),
        "waits": waiting.is_waiting(**clock),
        "assessed": is_assessed,
        "reply_due": waiting.preliminary_reply_due(case.received),
    }


def target_of(world: World, case: Case) -> int | None:
    """By the newest version of the municipality's key at receipt."""
    versions = [days for since, days in world.keys[case.municipality] if since <= case.received]
    return versions[-1].get((case.category, case.priority))


def by_database(on: date) -> dict[str, dict[str, Any]]:
    """Everything the clock says of every referral received by the day, by its number. One query."""
    said = {name: F(name) for name in FROM_THE_ROW} | {
        "band": waiting.band_sql(),
        "over_a_year": ExpressionWrapper(waiting.over_a_year_q(), BooleanField()),
        "near_a_year": ExpressionWrapper(waiting.near_a_year_q(), BooleanField()),
        "held_days": waiting.held_days_sql(WaitPause.objects.all(), on),
        "waits": ExpressionWrapper(waiting.waiting_q(on), BooleanField()),
        "assessed": F("is_assessed"),
        "reply_due": ExpressionWrapper(waiting.preliminary_reply_due_sql(), DateField()),
    }
    rows = Referral.objects.with_wait(on=on).annotate(**said).order_by()
    return {row.pop("number"): row for row in rows.values("number", *said)}


def looks(world: World) -> Iterator[date]:
    rng = Random(11)
    days = {days_to_look(rng, case.received) for case in rng.sample(world.cases, 16)}
    yield from sorted(days | {TODAY, *SPECIAL_DAYS})


def test_fifty_thousand_waits_are_the_same_in_both(world: World) -> None:
    compared, seen = 0, Counter()
    for on in looks(world):
        found = by_database(on)
        for number, case in enumerate(world.cases):
            if case.received <= on:
                expected = by_python(world, case, on)
                assert found.pop(f"2026-{number:06}") == expected, (case, on)
                compared += 1
                seen.update(key for key in SEEN if expected[key])
        assert not found
    assert compared >= 50_000
    assert min(seen.values()) > 100, seen
