"""A municipality that is no longer there: whoever still waits in it is in every sum, and has no line of their own."""

import pytest
from django.test import Client

from referrals.models import Municipality
from referrals.permissions import NO_ACCESS
from referrals.reports import coverage, flow, waiting_times
from referrals.reports.periods import last_weeks
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure, Hidden
from tests.factories import NOW, TODAY, MunicipalityFactory, ReferralFactory, days_ago

QUARTER = last_weeks(TODAY, 13)


@pytest.fixture
def former(municipality: Municipality) -> Municipality:
    """In the same county, taken into another municipality at the turn of the year."""
    return MunicipalityFactory(
        county=municipality.county, name="Gamlevik", valid_to=TODAY.replace(month=1, day=1)
    )


def waiting_in(place: Municipality, number: int, days: int = 30) -> None:
    ReferralFactory.create_batch(number, municipality=place, received_on=days_ago(days))


def county(place: Municipality) -> Scope:
    return Scope.counties([place.county])


def test_it_is_in_the_sums_and_has_no_line(municipality: Municipality, former: Municipality) -> None:
    waiting_in(municipality, 20)
    waiting_in(former, 7)
    page = waiting_times.build(county(municipality), TODAY, data_as_of=NOW)
    assert page.waiting.figure == Figure(27)
    assert [(place.code, place.waiting) for place in page.places] == [(municipality.code, Figure(20))]
    nation = waiting_times.build(Scope.nation(), TODAY, data_as_of=NOW)
    assert nation.waiting.figure == Figure(27)


def test_coverage_counts_it_as_the_dashboards_do(municipality: Municipality, former: Municipality) -> None:
    waiting_in(municipality, 20, days=500)
    waiting_in(former, 7, days=500)
    report = coverage.build(TODAY, data_as_of=NOW)
    page = waiting_times.build(county(municipality), TODAY, data_as_of=NOW)
    assert report.over_a_year == page.over_a_year.figure == Figure(27)
    assert [(row.code, row.over_a_year) for row in report.rows] == [(municipality.code, Figure(20))]


def test_its_small_number_is_not_what_is_left_of_the_sum(
    municipality: Municipality, former: Municipality
) -> None:
    """It is protected as if it had a line: of the others one is withheld with it."""
    waiting_in(municipality, 20, days=500)
    waiting_in(MunicipalityFactory(county=municipality.county), 30, days=500)
    waiting_in(former, 3, days=500)
    page = waiting_times.build(county(municipality), TODAY, data_as_of=NOW)
    assert page.waiting.figure == Figure(53)
    assert Hidden.WITHHELD in {place.waiting.hidden for place in page.places}
    assert Hidden.WITHHELD in {row.over_a_year.hidden for row in coverage.build(TODAY, data_as_of=NOW).rows}


def test_own_staff_of_a_neighbour_cannot_subtract_it_either(
    municipality: Municipality, former: Municipality
) -> None:
    waiting_in(municipality, 20, days=500)
    waiting_in(former, 3, days=500)
    report = coverage.build(TODAY, data_as_of=NOW, own=[municipality.pk])
    assert {row.code: row.over_a_year for row in report.rows} == {municipality.code: Figure(20)}
    assert report.over_a_year.suppressed
    assert all(each.over_a_year.suppressed for each in report.counties if each.rows)


def test_the_flow_counts_it_in_the_county(municipality: Municipality, former: Municipality) -> None:
    waiting_in(municipality, 20)
    waiting_in(former, 7)
    assert flow.build(county(municipality), QUARTER, data_as_of=NOW).referred.figure == Figure(27)
    own_page = flow.build(Scope.municipality(municipality, NO_ACCESS), QUARTER, data_as_of=NOW)
    assert own_page.referred.figure == Figure(20)


def test_with_nobody_left_in_it_nothing_is_hidden_for_its_sake(
    municipality: Municipality, former: Municipality
) -> None:
    """The only municipality of a county is shown as the county is."""
    waiting_in(municipality, 3)
    waiting_in(MunicipalityFactory(), 30)
    page = waiting_times.build(Scope.municipality(municipality, NO_ACCESS), TODAY, data_as_of=NOW)
    assert page.waiting.figure == Figure(hidden=Hidden.SMALL)


def test_it_has_no_page_for_outsiders(former: Municipality, county_reader, client_for) -> None:
    client: Client = client_for(county_reader)
    assert client.get(f"/oversikt/{former.code}/").status_code == 404
