"""A day is worked out again where something has changed: municipalities concerned, their counties and the nation."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from ergo.database import Purpose
from referrals.actions import rollups
from referrals.models import Category, Municipality, Referral
from tests.factories import TODAY, ReferralFactory, days_ago
from tests.harness.app_role import as_the_counting_role, connected_for

ANEW = """
SELECT count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY days)::numeric, 1),
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY days)::numeric, 1)
FROM unnest(%s::bigint[]) AS days
"""
IN_ORDER = """
SELECT waiting, median_days, p90_days FROM (
    SELECT array_agg(each ORDER BY each) AS waits FROM unnest(%s::bigint[]) AS each
) AS ordered CROSS JOIN LATERAL ergo_percentiles(ordered.waits, %s, %s)
"""
BITS = 22
"""By so many a part stands before the days in a wait in order (migration 0031_rollups_places)."""


@pytest.fixture
def many_waiting(municipality: Municipality, other_municipality: Municipality, category: Category) -> None:
    """Some in each of two municipalities, in different counties."""
    for number, place in enumerate([municipality, other_municipality]):
        for days in (0, 14, 15, 90, 365, 366, 400 + number):
            ReferralFactory(municipality=place, category=category, received_on=days_ago(days))


@pytest.fixture(scope="module")
def counting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Steps of the counting functions are nobody's to call but their owner's."""
    with django_db_blocker.unblock(), as_the_counting_role():
        yield


def fetch(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def stale_places() -> dict[object, list[int]]:
    """Of each stale day the municipalities in which something has changed."""
    with connected_for(Purpose.OWN):
        rows = fetch("SELECT day, stale_places FROM referrals_rolledday WHERE is_stale")
    return {day: sorted(places) for day, places in rows}


def assess(place: Municipality) -> None:
    """Whoever has come today is given a priority today."""
    received_today = Referral.objects.filter(municipality=place, received_on=TODAY)
    received_today.update(priority=1, prioritised_on=TODAY, status="waiting")


def tamper(statement: str) -> None:
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(statement)


def differing() -> set[str]:
    return {f"{each.place}: {each.column}" for each in rollups.check().differences}


# ---------------------------------------------------------------- percentiles

waits = st.lists(st.integers(0, 900) | st.sampled_from([0, 1, 365, 366]), min_size=1, max_size=60)


@given(days=waits)
def test_percentiles_of_waits_in_order_are_those_of_postgresql(counting: None, days: list[int]) -> None:
    """Of one, of ties, of any number: R type 7, as `percentile_cont`, and exact to the tenth."""
    assert fetch(IN_ORDER, days, 0, max(days)) == fetch(ANEW, days)


@given(parts=st.dictionaries(st.integers(0, 5), waits, min_size=1))
def test_a_part_is_a_slice_of_the_waits_in_order(counting: None, parts: dict[int, list[int]]) -> None:
    numbers = [(part << BITS) + day for part, days in parts.items() for day in days]
    for part in range(6):
        lowest = part << BITS
        found = fetch(IN_ORDER, numbers, lowest, lowest + (1 << BITS) - 1)
        assert found == (fetch(ANEW, parts[part]) if part in parts else [])


@given(days=waits, low=st.integers(0, 400), length=st.integers(0, 400))
def test_a_band_is_a_slice_of_the_waits_in_order(
    counting: None, days: list[int], low: int, length: int
) -> None:
    within = [day for day in days if low <= day <= low + length]
    assert fetch(IN_ORDER, days, low, low + length) == (fetch(ANEW, within) if within else [])


# ---------------------------------------------------------------- where something has changed


@pytest.mark.django_db(transaction=True)
def test_what_has_not_changed_is_not_counted_again(
    many_waiting: None, municipality: Municipality, other_municipality: Municipality
) -> None:
    """A wrong figure of a municipality in which nothing changed stays until it is worked out everywhere."""
    rollups.refresh(today=TODAY)
    tamper(f"UPDATE referrals_waitstat SET paused = 3 WHERE split = 'all' AND rank = 2 AND day = '{TODAY}'")
    assess(municipality)
    rollups.refresh(today=TODAY)
    assert differing() >= {f"municipality {other_municipality.code}: paused"}
    assert f"municipality {municipality.code}: paused" not in differing()
    rollups.roll(TODAY)
    assert differing() == set()


@pytest.mark.django_db(transaction=True)
def test_changes_that_were_taken_up_and_not_worked_out_add_up(
    many_waiting: None, municipality: Municipality, other_municipality: Municipality
) -> None:
    rollups.refresh(today=TODAY)
    for place in (municipality, other_municipality):
        assess(place)
        assert rollups.refresh(today=TODAY, at_most=0).days == 0
    assert stale_places() == {TODAY: sorted([municipality.pk, other_municipality.pk])}
    rollups.refresh(today=TODAY)
    assert (stale_places(), differing()) == ({}, set())


@pytest.mark.django_db(transaction=True)
def test_a_day_is_stale_only_where_a_change_reaches_it(
    many_waiting: None, municipality: Municipality, other_municipality: Municipality
) -> None:
    rollups.refresh(today=TODAY)
    rollups.roll(days_ago(3))
    assess(municipality)
    earlier = days_ago(5)
    Referral.objects.filter(municipality=other_municipality, received_on=TODAY).update(
        received_on=earlier, seniority_on=earlier
    )
    rollups.refresh(today=TODAY, at_most=0)
    assert stale_places()[days_ago(3)] == [other_municipality.pk]
    assert stale_places()[TODAY] == sorted([municipality.pk, other_municipality.pk])
    rollups.tidy(today=TODAY)
    assert (stale_places(), differing()) == ({}, set())


@pytest.mark.django_db(transaction=True)
def test_a_stale_day_of_which_no_place_is_known_is_worked_out_everywhere(many_waiting: None) -> None:
    rollups.refresh(today=TODAY)
    tamper("UPDATE referrals_waitstat SET waiting = 99")
    tamper("UPDATE referrals_rolledday SET is_stale = true")
    rollups.refresh(today=TODAY)
    assert differing() == set()


@pytest.mark.django_db
def test_where_nobody_waits_any_more_there_is_no_figure(
    many_waiting: None, municipality: Municipality, other_municipality: Municipality
) -> None:
    """The last one of a municipality has started: its county has no cells either."""
    rollups.refresh(today=TODAY)
    Referral.objects.filter(municipality=municipality).update(started_on=TODAY, status="started")
    rollups.refresh(today=TODAY)
    assert differing() == set()
    Referral.objects.filter(municipality=other_municipality).update(started_on=TODAY, status="started")
    rollups.refresh(today=TODAY)
    assert differing() == set()


@pytest.mark.django_db
def test_a_wait_of_a_lifetime_is_in_the_last_band(municipality: Municipality, category: Category) -> None:
    long_ago = TODAY - timedelta(days=365 * 100)
    ReferralFactory(municipality=municipality, category=category, received_on=long_ago)
    rollups.refresh(today=TODAY, at_most=1)
    assert differing() == set()
