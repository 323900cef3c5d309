"""Who has an ergoterapeut in random countries, by the report and by a plain computation."""

from datetime import date, timedelta
from random import Random

import pytest

from referrals.choices import CoverageState, Engagement, OccupationKind
from referrals.reports import coverage
from tests import plain_coverage
from tests.factories import (
    NOW,
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    OccupationFactory,
    StaffingFigureFactory,
    TherapistFactory,
    days_ago,
)
from tests.unit.reports.plain_rows import read_register

DEFINITION = "authorised"  # whoever is employed counts, in whichever post
STATES = {"code": CoverageState.OWN, "post": CoverageState.OWN} | {
    state.value: state for state in CoverageState
}
LONGEST = 1_500  # days ago at which anything can have begun


def a_period(rng: Random) -> dict[str, date | None]:
    first = TODAY - timedelta(days=rng.randint(1, LONGEST))
    length = rng.choice([None, rng.randint(1, LONGEST)])
    return {"valid_from": first, "valid_to": first + timedelta(days=length) if length else None}


def random_country(rng: Random) -> None:
    """Twelve municipalities with whatever can be registered of them."""
    places = [MunicipalityFactory() for _number in range(12)]
    occupations = [
        OccupationFactory(),
        OccupationFactory(support=True),
        OccupationFactory(code="1120102", kind=OccupationKind.OTHER),
    ]
    for _number in range(25):
        since = rng.choice([None, TODAY - timedelta(days=rng.randint(0, 2000))])
        until = since + timedelta(days=rng.randint(1, 2500)) if since and rng.random() < 0.5 else None
        therapist = TherapistFactory(authorised_from=since, authorised_to=until)
        EmploymentFactory(
            therapist=therapist,
            municipality=rng.choice(places),
            occupation=rng.choice(occupations),
            engagement=rng.choice([Engagement.OWN, Engagement.OWN, Engagement.PURCHASED]),
            fte=rng.choice(["0.20", "0.50", "1.00"]),
            **a_period(rng),
        )
    for provider, recipient in {tuple(rng.sample(range(12), 2)) for _number in range(8)}:
        CoverageAgreementFactory(
            provider=places[provider],
            recipient=places[recipient],
            fte=rng.choice([None, "0.30", "2.00"]),
            **a_period(rng),
        )
    for municipality in rng.sample(places, 5):
        CoverageStatementFactory(municipality=municipality, **a_period(rng))
    for _number in range(10):
        StaffingFigureFactory(
            municipality=rng.choice(places),
            counted_on=TODAY - timedelta(days=rng.randint(0, 900)),
            source=f"Kilde {_number}",
            value=rng.choice([0, 0, 2]),
        )


@pytest.mark.parametrize("seed", range(4))
def test_random_countries_are_as_a_plain_computation_says(db: None, seed: int) -> None:
    rng = Random(seed)
    random_country(rng)
    rows = read_register()
    for on in (TODAY, days_ago(rng.randint(1, 400)), days_ago(rng.randint(401, 1200))):
        report = coverage.build(on, data_as_of=NOW)
        answers = plain_coverage.answers(rows, on)
        for row in report.rows:
            assert row.state == STATES[answers[row.pk]]
            if row in report.without:
                days = plain_coverage.days_without(rows, row.pk, on, DEFINITION, days_ago(LONGEST + 1))
                assert row.days_without == days
        assert report.totals.fte == plain_coverage.fte(rows, on)
