from dataclasses import replace
from datetime import date

import pytest

from referrals.choices import Outcome
from referrals.reports.beginnings import first_known_workforce, first_received
from referrals.reports.scopes import Level, Scope
from tests.factories import (
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    ReferralFactory,
    StaffingFigureFactory,
    days_ago,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(municipality):
    return Scope(Level.MUNICIPALITY, ids=(municipality.pk,), county_ids=(municipality.county_id,), exact=True)


def test_before_the_first_referral_there_is_no_beginning(own):
    assert first_received(own) is None


def test_own_staff_see_the_day_of_the_first_referral(own, municipality):
    for days in (10, 500, 30):
        ReferralFactory(municipality=municipality, received_on=days_ago(days))
    assert first_received(own) == days_ago(500)


def test_outsiders_see_the_year_since_the_day_is_one_citizens(own, municipality):
    ReferralFactory(municipality=municipality, received_on=date(2024, 11, 6))
    assert first_received(replace(own, exact=False)) == date(2024, 1, 1)
    assert first_received(Scope.counties([municipality.county])) == date(2024, 1, 1)
    assert first_received(Scope.nation()) == date(2024, 1, 1)


def test_other_places_do_not_count(own, municipality):
    ReferralFactory(municipality=MunicipalityFactory(county=municipality.county), received_on=days_ago(900))
    assert first_received(own) is None


def test_what_was_no_need_does_not_begin_anything(own, municipality):
    ReferralFactory(municipality=municipality, withdrawn=True, outcome=Outcome.ENTERED_IN_ERROR)
    assert first_received(own) is None


def test_nothing_known_of_the_workforce_has_no_beginning():
    assert first_known_workforce() is None


@pytest.mark.parametrize(
    ("factory", "field"),
    [
        (EmploymentFactory, "valid_from"),
        (CoverageAgreementFactory, "valid_from"),
        (CoverageStatementFactory, "valid_from"),
        (StaffingFigureFactory, "counted_on"),
    ],
)
def test_the_workforce_is_known_from_the_first_thing_said_of_it(factory, field):
    EmploymentFactory(valid_from=days_ago(50))
    factory(**{field: days_ago(70)})
    assert first_known_workforce() == days_ago(70)
