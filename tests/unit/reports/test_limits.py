"""The limit of small numbers: by the day of the figures, for ever, and never below three."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from referrals.models import Municipality, SmallNumberLimit
from referrals.permissions import NO_ACCESS
from referrals.reports import flow, waiting_times
from referrals.reports.limits import Limits
from referrals.reports.periods import last_weeks
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure, Hidden
from tests.factories import (
    NOW,
    TODAY,
    MunicipalityFactory,
    ReferralFactory,
    SmallNumberLimitFactory,
    days_ago,
    noon,
)

TOMORROW = TODAY + timedelta(days=1)


def figure(place: Municipality, on: date) -> Figure:
    scope = Scope.municipality(place, NO_ACCESS)
    return waiting_times.build(scope, on, data_as_of=NOW).waiting.figure


@pytest.fixture
def three_wait(municipality: Municipality) -> Municipality:
    """Three who wait since long, beside places with many, so that only the limit hides them."""
    for _number in range(3):
        ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(60))
    for _place in range(2):
        place = MunicipalityFactory(county=municipality.county)
        for _number in range(12):
            ReferralFactory(municipality=place, waiting=True, received_on=days_ago(60))
    return municipality


def test_without_a_limit_it_is_five() -> None:
    assert Limits().on(TODAY) == 5


def test_each_day_has_the_limit_that_began_last() -> None:
    limits = Limits(((TODAY, 3), (days_ago(10), 8)))
    days = (TOMORROW, TODAY, days_ago(1), days_ago(10), days_ago(11))
    assert [limits.on(day) for day in days] == [3, 3, 8, 8, 5]


@pytest.mark.django_db
def test_of_two_from_the_same_day_the_one_registered_last_holds() -> None:
    SmallNumberLimitFactory(least_shown=8)
    SmallNumberLimitFactory(least_shown=4)
    assert Limits.read().on(TOMORROW) == 4


@pytest.mark.django_db
def test_figures_of_a_day_keep_its_limit_whatever_is_registered_later(three_wait: Municipality) -> None:
    before = figure(three_wait, TODAY)
    assert (before.hidden, before.in_place) == (Hidden.SMALL, "<5")
    SmallNumberLimitFactory(least_shown=3)
    assert figure(three_wait, TODAY) == before
    assert figure(three_wait, TOMORROW) == Figure(3)


@pytest.mark.django_db
def test_a_small_number_is_written_below_the_limit_of_its_day(three_wait: Municipality) -> None:
    SmallNumberLimitFactory(least_shown=4)
    assert figure(three_wait, TOMORROW).in_place == "<4"


@pytest.mark.django_db
def test_the_trend_has_each_month_by_its_own_limit(three_wait: Municipality) -> None:
    """TODAY is 16 March: the list of February was hidden by five, and stays so when April looks back at it."""
    SmallNumberLimitFactory(least_shown=3)
    scope = Scope.municipality(three_wait, NO_ACCESS)
    april = waiting_times.build(scope, date(2026, 4, 30), data_as_of=NOW).trend
    shown = {point.on: point.waiting for point in april}
    assert shown[date(2026, 2, 28)].in_place == "<5"
    assert shown[date(2026, 3, 31)] == shown[date(2026, 4, 30)] == Figure(3)


@pytest.mark.django_db
def test_what_came_and_went_is_hidden_by_the_limit_of_the_periods_last_day(
    municipality: Municipality,
) -> None:
    for place in (municipality, *(MunicipalityFactory(county=municipality.county) for _ in range(2))):
        for _number in range(3 if place == municipality else 12):
            ReferralFactory(municipality=place, waiting=True, received_on=days_ago(20))
    scope = Scope.municipality(municipality, NO_ACCESS)
    SmallNumberLimitFactory(least_shown=3)
    today, tomorrow = (
        flow.build(scope, last_weeks(on, 13), data_as_of=NOW).referred.figure for on in (TODAY, TOMORROW)
    )
    assert today.suppressed
    assert tomorrow == Figure(3)


@pytest.mark.django_db
@pytest.mark.parametrize("least", [0, 1, 2, 21])
def test_krav_11_the_database_refuses_a_limit_below_three(least: int) -> None:
    """Nobody, not even an administrator, can have 1 or 2 shown."""
    with pytest.raises(IntegrityError, match="small_number_limit_range"), transaction.atomic():
        SmallNumberLimitFactory(least_shown=least)


@pytest.mark.django_db
@pytest.mark.parametrize("valid_from", [TODAY, days_ago(1), date(2020, 1, 1)])
def test_krav_11_the_database_refuses_one_for_a_day_that_may_have_been_shown(valid_from: date) -> None:
    """Figures of a day are hidden by one limit for ever: two publications by two limits could be subtracted."""
    with pytest.raises(IntegrityError, match="small_number_limit_begins_later"), transaction.atomic():
        SmallNumberLimitFactory(valid_from=valid_from, least_shown=8)


@pytest.mark.django_db
def test_the_day_of_registering_is_norways() -> None:
    """Half an hour before midnight UTC it is tomorrow in Norway."""
    late = noon(TODAY).replace(hour=23, minute=30)
    with pytest.raises(IntegrityError, match="small_number_limit_begins_later"), transaction.atomic():
        SmallNumberLimitFactory(least_shown=8, registered_at=late)


@pytest.mark.django_db
def test_nobody_changes_or_removes_one_that_is_registered() -> None:
    limit = SmallNumberLimitFactory(least_shown=8)
    rows = SmallNumberLimit.objects.filter(pk=limit.pk)
    for change in (lambda: rows.update(least_shown=3), rows.delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
