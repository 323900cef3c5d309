"""Thin coverage of random registers, by the report and by a plain computation."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from referrals.choices import Definition
from referrals.models import Municipality, access_of
from referrals.reports import coverage, thin
from tests import plain_thin
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    LeaveFactory,
    MembershipFactory,
    MunicipalityFactory,
    OccupationFactory,
    PopulationFactory,
    TherapistFactory,
)
from tests.unit.reports.plain_rows import read_register

# Days from the one that is looked at on which something begins or ends: on the edges of each rule, and well inside.
BEGINS, ENDS = (-400, -75, -1, 0, 1), (0, 1, 45, 89, 90, 91, 92, 400)
PLACES, THERAPISTS, POSTS = 12, 10, 18


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def a_period(rng: Random) -> dict[str, Any]:
    end = rng.choice([None, None, rng.choice(ENDS)])
    begin = rng.choice([day for day in BEGINS if end is None or day < end])
    return {"valid_from": ahead(begin), "valid_to": None if end is None else ahead(end)}


def random_register(rng: Random) -> list[Municipality]:
    """Few municipalities with few therapists, some of whom work in several, and many ends near the 90 days."""
    places = [MunicipalityFactory() for _number in range(PLACES)]
    occupations = [
        OccupationFactory(),
        OccupationFactory(support=True),
        OccupationFactory(code="1120102", kind="other"),
    ]
    therapists = [_therapist(rng) for _number in range(THERAPISTS)]
    pairs = {(rng.randrange(THERAPISTS), rng.randrange(PLACES)) for _number in range(POSTS)}
    for therapist, place in sorted(pairs):
        post = EmploymentFactory(
            therapist=therapists[therapist],
            municipality=places[place],
            occupation=rng.choice([occupations[0], *occupations]),
            engagement=rng.choice(["own", "own", "purchased"]),
            fte=rng.choice(["0.10", "0.20", "0.50"]),
            valid_from=ahead(rng.choice([-400, -400, 0])),
        )
        away = a_period(rng)
        begin, end = max(away["valid_from"], post.valid_from), away["valid_to"]
        if rng.random() < 0.6 and (end is None or begin < end):
            LeaveFactory(employment=post, valid_from=begin, valid_to=end)
    for provider, recipient in sorted({_two(rng) for _number in range(8)}):
        between = {"provider": places[provider], "recipient": places[recipient]}
        first = CoverageAgreementFactory(**between, fte=rng.choice([None, "0.10", "2.00"]), **a_period(rng))
        if first.valid_to and rng.random() < 0.7:
            CoverageAgreementFactory(
                **between, valid_from=first.valid_to + timedelta(days=rng.choice([0, 0, 1]))
            )
    for place in rng.sample(places, 9):
        PopulationFactory(
            municipality=place, year=rng.choice([2024, 2026, 2027]), persons=rng.choice([500, 2_500, 9_000])
        )
    for place in rng.sample(places, 3):
        CoverageStatementFactory(municipality=place)
    return places


def _two(rng: Random) -> tuple[int, int]:
    """The first serves the other: never in a circle."""
    provider, recipient = sorted(rng.sample(range(PLACES), 2))
    return provider, recipient


def _therapist(rng: Random) -> Any:
    end = rng.choice([None, ahead(rng.choice(ENDS))])
    is_licence = rng.random() < 0.3
    is_student = is_licence and rng.random() < 0.3
    return TherapistFactory(
        authorised_from=rng.choice([LONG_AGO, ahead(-75)]),
        authorised_to=end,
        is_licence=is_licence,
        is_student=is_student,
    )


@pytest.mark.parametrize("seed", range(6))
def test_random_registers_are_as_a_plain_computation_says(db: None, seed: int) -> None:
    rng = Random(seed)
    places = random_register(rng)
    rows, least = read_register(), Decimal("2.00")
    user = MembershipFactory(municipality=places[0]).user
    for place in places[1:]:
        MembershipFactory(user=user, municipality=place)
    access = access_of(user, on=TODAY)
    for on in (TODAY, ahead(-1), ahead(1), ahead(-80)):
        for definition in Definition:
            report = coverage.build(on, data_as_of=NOW, definition=definition)
            assert report.lone.people == plain_thin.lone(rows, on, 5)
            for row in report.rows:
                made = thin.build(row.pk, on, access, definition)
                expected = plain_thin.facts(rows, row.pk, on, definition.value, least)
                assert {name: getattr(made, name) for name in expected} == expected
                assert row.is_under == expected["is_under"]
                assert {(one.what.value, one.name, one.on) for one in made.endings} == plain_thin.endings(
                    rows, row.pk, on
                )


def test_random_registers_hold_every_case(db: None) -> None:
    """Else the comparison above would show less than it says."""
    for seed in range(3):
        random_register(Random(seed))
    rows, seen = read_register(), set()
    for place in [row["id"] for row in rows.municipalities]:
        for on in (TODAY, ahead(1)):
            facts = plain_thin.facts(rows, place, on, "attached", Decimal("2.00"))
            seen |= {name for name, is_so in facts.items() if is_so}
            seen |= {what for what, _name, _on in plain_thin.endings(rows, place, on)}
    assert seen >= {"is_lone", "is_shared", "is_under", "is_away", "agreement", "authorisation"}
