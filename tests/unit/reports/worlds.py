"""Random small worlds of referrals: made in plain Python, written to the database in one go.

`plain.py` counts them again without asking the database or the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from referrals.choices import Outcome, PauseReason, Status
from referrals.models import Category, Municipality, Person, PriorityKey, PriorityTarget, Referral, WaitPause
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    CategoryFactory,
    CountyFactory,
    MunicipalityFactory,
    PersonFactory,
    noon,
)

OLDEST_DAYS = 900
ENDED_SHARE = 0.6
# Lengths of wait at which something changes, mixed with any other.
EDGES = (0, 1, 14, 15, 28, 56, 57, 84, 182, 183, 364, 365, 366, 730)
# Who referred the cases, the first, the second and so on, and then again.
SOURCES = ("gp", "gp", "hospital", "gp", "self", "hospital", "nav")
NOT_A_NEED = (Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR)


@dataclass
class Hold:
    """A pause [first, last) with its reason; `last` None is running."""

    first: date
    last: date | None
    reason: str


@dataclass
class Case:
    """One referral, by the places of its municipality and category in the world."""

    municipality: int
    category: int
    received: date
    priority: int | None
    assessed: date | None
    started: date | None
    closed: date | None
    outcome: str
    holds: list[Hold] = field(default_factory=list)


@dataclass
class World:
    """Municipalities with their county, categories, key versions by municipality, and cases."""

    municipalities: list[Municipality]
    categories: list[Category]
    # municipality → versions (valid from, {(category, level): days})
    keys: dict[int, list[tuple[date, dict[tuple[int, int], int]]]]
    cases: list[Case]

    def county_of(self, municipality: int) -> int:
        """The id of the county."""
        return self.municipalities[municipality].county_id


def random_cases(rng: Random, number: int, municipalities: int, categories: int) -> list[Case]:
    """Cases of the last years; the later municipalities have fewer, so that small numbers occur."""
    weights = [1 / (place + 1) ** 2 for place in range(municipalities)]
    return [
        _case(rng, rng.choices(range(municipalities), weights)[0], rng.randrange(categories))
        for _number in range(number)
    ]


def _case(rng: Random, municipality: int, category: int) -> Case:
    received = TODAY - timedelta(days=rng.choice([rng.randint(0, 120), rng.randint(0, OLDEST_DAYS)]))
    waited = rng.choice([rng.randint(0, 120), rng.randint(0, 700), rng.choice(EDGES)])
    end = received + timedelta(days=waited) if rng.random() < ENDED_SHARE else None
    end = end if end and end <= TODAY else None
    started = end if end and rng.random() < 0.8 else None
    closed = end if end and not started else None
    outcome = rng.choice([each for each in Outcome if each != Outcome.FINISHED]) if closed else ""
    if started and rng.random() < 0.5:
        closed = min(started + timedelta(days=rng.randint(0, 200)), TODAY)
        outcome = rng.choice([Outcome.FINISHED, Outcome.FINISHED, *Outcome])
    priority = rng.choice([None, 1, 2, 2, 3, 4, 9])
    assessed = (
        min(received + timedelta(days=rng.choice([0, 1, rng.randint(0, 60)])), TODAY) if priority else None
    )
    holds = _holds(rng, received)
    return Case(municipality, category, received, priority, assessed, started, closed, outcome, holds)


def _holds(rng: Random, received: date) -> list[Hold]:
    """Up to three pauses, some from before receipt or after the end, some running; of two reasons they may overlap."""
    day, holds = received + timedelta(days=rng.randint(-3, 60)), []
    for _number in range(rng.choice([0, 0, 1, 2, 3])):
        reason = rng.choice([each for each in PauseReason if each not in {hold.reason for hold in holds}])
        last = day + timedelta(days=rng.choice([0, 1, rng.randint(0, 200)]))
        holds.append(Hold(day, None if rng.random() < 0.15 else last, reason))
        day = rng.choice(
            [day + timedelta(days=rng.randint(0, 20)), last + timedelta(days=rng.randint(0, 40))]
        )
    return holds


def make_world(rng: Random, number: int, *, counties: Sequence[int] = (3, 2, 1)) -> World:
    """A world with so many municipalities in each county, written to the database.

    Every municipality has two versions of its key, and the newer one lacks a target.
    """
    places = [
        MunicipalityFactory(county=county)
        for size, county in zip(counties, CountyFactory.create_batch(len(counties)), strict=True)
        for _number in range(size)
    ]
    categories = [CategoryFactory(code=f"test-{place}", position=place) for place in range(3)]
    keys = {place: _keys(rng, len(categories)) for place in range(len(places))}
    world = World(places, categories, keys, random_cases(rng, number, len(places), len(categories)))
    write_keys(world)
    write_cases(world)
    return world


def _keys(rng: Random, categories: int) -> list[tuple[date, dict[tuple[int, int], int]]]:
    def version() -> dict[tuple[int, int], int]:
        return {
            (c, level): rng.choice([7, 14, 56, 84, 182]) for c in range(categories) for level in range(1, 5)
        }

    newer = version()
    del newer[0, 4]
    return [(LONG_AGO, version()), (TODAY - timedelta(days=rng.randint(50, 300)), newer)]


def write_keys(world: World) -> None:
    """The priority keys of the world, as rows; among them versions that were corrected and judge nobody."""
    _write_corrected(world)
    for place, versions in world.keys.items():
        for valid_from, days in versions:
            key = PriorityKey.objects.create(
                municipality=world.municipalities[place], valid_from=valid_from, registered_at=noon(LONG_AGO)
            )
            PriorityTarget.objects.bulk_create(
                PriorityTarget(key=key, category=world.categories[c], level=level, days=number)
                for (c, level), number in days.items()
            )


def _write_corrected(world: World) -> None:
    """For every version one from the same day that it replaced, in which everything starts within a day."""
    for place, versions in world.keys.items():
        for valid_from, days in versions:
            key = PriorityKey.objects.create(
                municipality=world.municipalities[place],
                valid_from=valid_from,
                registered_at=noon(LONG_AGO) - timedelta(hours=1),
                replaced_at=noon(LONG_AGO),  # when the version that holds was registered
            )
            PriorityTarget.objects.bulk_create(
                PriorityTarget(key=key, category=world.categories[c], level=level, days=1)
                for c, level in days
            )


def write_cases(world: World) -> list[Referral]:
    """The cases of the world, as rows in the order of the cases."""
    persons = {place: PersonFactory(municipality=m) for place, m in enumerate(world.municipalities)}
    referrals = Referral.objects.bulk_create(
        _referral(world, case, persons[case.municipality], number) for number, case in enumerate(world.cases)
    )
    WaitPause.objects.bulk_create(
        WaitPause(
            municipality_id=referral.municipality_id,
            referral=referral,
            reason=hold.reason,
            started_on=hold.first,
            ended_on=hold.last,
        )
        for referral, case in zip(referrals, world.cases, strict=True)
        for hold in case.holds
    )
    return referrals


def _referral(world: World, case: Case, person: Person, number: int) -> Referral:
    if case.closed:
        status = Status.CLOSED
    elif case.started:
        status = Status.STARTED
    else:
        status = Status.WAITING if case.priority else Status.RECEIVED
    return Referral(
        municipality=world.municipalities[case.municipality],
        number=f"2026-{number:06}",
        person=person,
        category=world.categories[case.category],
        received_on=case.received,
        seniority_on=case.received,
        registered_at=noon(case.received),
        source=SOURCES[number % len(SOURCES)],
        channel="letter",
        handling="referral",
        status=status,
        priority=case.priority,
        prioritised_on=case.assessed,
        started_on=case.started,
        closed_on=case.closed,
        outcome=case.outcome,
        changed_at=NOW,
    )
