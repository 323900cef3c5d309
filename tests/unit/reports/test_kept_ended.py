"""Waits that have ended, kept: those who started and the life tables are what the rows say, whatever is changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ergo.database import Purpose
from ergo.scope import scoped
from referrals.actions import rollups
from referrals.models import Municipality, Referral
from referrals.permissions import NO_ACCESS
from referrals.reports import counts, kept, own_rows, own_waits
from referrals.reports.periods import Period, last_weeks, last_year
from referrals.reports.scopes import Scope
from tests.factories import TODAY, CountyFactory, PersonFactory, ReferralFactory, days_ago
from tests.harness.app_role import connected_for
from tests.unit.reports import plain
from tests.unit.reports.own import own
from tests.unit.reports.test_kept import change
from tests.unit.reports.test_three_figures import DAYS, assert_same_tables
from tests.unit.reports.worlds import Case, World, make_world, write_cases

YESTERDAY = days_ago(1)


def as_it_is(world: World) -> World:
    """The world with the cases that the database has now."""
    places = {place.pk: number for number, place in enumerate(world.municipalities)}
    categories = {category.pk: number for number, category in enumerate(world.categories)}
    cases = [
        Case(
            places[row.municipality_id], categories[row.category_id], row.received_on, row.priority,
            row.prioritised_on, row.started_on, row.closed_on, row.outcome,
        )
        for row in Referral.objects.order_by("pk")
    ]  # fmt: skip
    return replace(world, cases=cases)


def scopes(world: World) -> Iterator[tuple[Scope, set[int]]]:
    """Every kind of scope that outsiders have, with the municipalities in it."""
    everywhere = set(range(len(world.municipalities)))
    yield Scope.nation(), everywhere
    counties = list({place.county_id: place.county for place in world.municipalities}.values())
    for chosen in (counties[:1], counties[:2]):
        yield Scope.counties(chosen), {n for n in everywhere if world.municipalities[n].county in chosen}
    for number, place in enumerate(world.municipalities):
        yield Scope.municipality(place, NO_ACCESS), {number}


def assert_same_starts(world: World, period: Period) -> None:
    """Of outsiders: how many started, and the percentiles of many."""
    for scope, places in scopes(world):
        cases = [case for case in world.cases if case.municipality in places]
        days = plain.waited_at_start(cases, period.start, period.end)
        with scoped():
            found = counts.started(period, scope)
        assert found.started == len(days)
        assert found.median_days == (plain.percentile(days, 0.5) if len(days) >= 10 else None)
        assert found.p90_days == (plain.percentile(days, 0.9) if len(days) >= 20 else None)


def assert_same_of_own_staff(place: Municipality, on: date) -> None:
    """Of own staff: every group, by what is kept and by the rows themselves."""
    scope = own(place)
    edges = [on - timedelta(days=days) for days in (400, 181, 90, -1)]
    with scoped([place.pk]):
        for weeks in (13, 26, 52):
            rows = own_waits.starts(last_weeks(on, weeks), scope)
            assert kept.own_started(on, weeks, scope)._groups == {
                group: tally for group, tally in rows._groups.items() if tally.started
            }
        tables = own_waits.life_tables(last_year(on), scope)._groups
        found = kept.own_life_tables(on, scope)._groups
        assert {group: sorted(days, key=lambda row: row.day) for group, days in found.items()} == {
            group: sorted(days, key=lambda row: row.day) for group, days in tables.items()
        }
        assert kept.own_flow(edges, scope) == own_rows.flow_between(edges, scope)


def assert_same(world: World, on: date = TODAY) -> None:
    now = as_it_is(world)
    assert_same_starts(now, last_weeks(on, 13))
    assert_same_tables(now, last_year(on))
    for place in world.municipalities:
        assert_same_of_own_staff(place, on)


def assert_taken_up() -> None:
    """What has changed was marked, and is true once it is counted."""
    assert rollups.roll_ended(TODAY) > 0
    assert rollups.check(at_most=1).differences == ()


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_change_is_missed(db: None, seed: int) -> None:
    """Before a refresh the places concerned are counted, after it everything is kept: both are what the rows say."""
    rng = Random(seed)
    with transaction.atomic():
        world = make_world(rng, 90)
        rollups.refresh(today=TODAY, at_most=1)
        for _number in range(3):
            change(rng, world)
            assert_same(world)
            assert rollups.check(at_most=1).differences == ()
            rollups.refresh(today=TODAY, at_most=1)
            assert_same(world)
            assert rollups.check(at_most=1).differences == ()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("assessed", [YESTERDAY, None], ids=["assessed", "never assessed"])
@pytest.mark.parametrize("started", [YESTERDAY, None], ids=["started", "never started"])
def test_a_wait_that_has_ended_is_taken_up_whatever_else_is_known_of_it(
    started: date | None, assessed: date | None
) -> None:
    """Where it is added, where it moves to another municipality, and where it is removed."""
    world = make_world(Random(0), 0)
    rollups.roll_ended(TODAY)
    closed, outcome = (None, "") if started else (YESTERDAY, "declined")
    ended = Case(0, 0, days_ago(40), 2 if assessed else None, assessed, started, closed, outcome)
    [added] = write_cases(replace(world, cases=[ended]))
    assert_taken_up()
    elsewhere = PersonFactory(municipality=world.municipalities[-1])
    Referral.objects.filter(pk=added.pk).update(municipality=elsewhere.municipality, person=elsewhere)
    assert_taken_up()
    Referral.objects.filter(pk=added.pk).delete()
    assert_taken_up()


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_day_can_be_kept(world: World, day: date) -> None:
    """Also leap days, and days after which some ended that waited then."""
    rollups.roll_ended(day)
    assert_same(world, day)
    assert rollups.roll_ended(day) == 0


def test_the_day_after_counts_until_it_is_kept(world: World) -> None:
    rollups.roll_ended(YESTERDAY)
    for kept_day in (YESTERDAY, TODAY, YESTERDAY):
        rollups.roll_ended(kept_day)
        assert_same(world, TODAY)
        assert_same(world, YESTERDAY)


def test_a_municipality_that_has_moved_counts_in_its_new_county(world: World) -> None:
    rollups.roll_ended(TODAY)
    moved, elsewhere = world.municipalities[0], CountyFactory()
    Municipality.objects.filter(pk=moved.pk).update(county=elsewhere)
    moved.refresh_from_db()
    for _time in range(2):
        assert_same(world)
        rollups.roll_ended(TODAY)
    assert rollups.check(at_most=1).differences == ()


def test_nothing_is_told_of_a_municipality_out_of_scope(world: World) -> None:
    place, other = world.municipalities[:2]
    for _time in range(2):
        with scoped([other.pk]):
            assert kept.own_started(TODAY, 52, own(place))._groups == {}
            assert kept.own_life_tables(TODAY, own(place))._groups == {}
            assert kept.own_flow([days_ago(91), TODAY], own(place)) == {}
        rollups.refresh(today=TODAY, at_most=1)


# ---------------------------------------------------------------- whether it is read, and found out


def tamper(statement: str) -> None:
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def many_started(municipality: Municipality) -> None:
    ReferralFactory.create_batch(
        20, municipality=municipality, started=True, received_on=days_ago(40), started_on=days_ago(10)
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_is_read_until_something_changes(many_started: None, municipality: Municipality) -> None:
    """Neither by own staff nor by outsiders are a year's rows read again; a new start is there at once."""
    rollups.refresh(today=TODAY, at_most=1)
    tamper("UPDATE referrals_startstat SET median_days = 77")
    tamper("UPDATE referrals_endedstat SET ages = ARRAY[88] WHERE period = 'quarter'")
    scope, outside = own(municipality), Scope.municipality(municipality, NO_ACCESS)
    quarter = last_weeks(TODAY, 13)
    assert kept.own_started(TODAY, 13, scope).of().median_days == 77
    assert counts.started(quarter, outside).median_days == 88
    ReferralFactory(municipality=municipality, started=True, received_on=days_ago(40), started_on=TODAY)
    assert kept.own_started(TODAY, 13, scope).of().median_days == 30
    assert kept.own_started(TODAY, 13, scope).of().started == 21
    assert counts.started(quarter, outside).median_days == 30


@pytest.mark.django_db(transaction=True)
def test_who_still_waits_marks_nothing(many_started: None, municipality: Municipality) -> None:
    """A new referral, and a priority of one that waits, leave a year of ended waits as it is kept."""
    rollups.refresh(today=TODAY, at_most=1)
    waiting = ReferralFactory(municipality=municipality, received_on=days_ago(3))
    Referral.objects.filter(pk=waiting.pk).update(priority=1, prioritised_on=TODAY, status="waiting")
    assert rollups.roll_ended(TODAY) == 0
    Referral.objects.filter(pk=waiting.pk).update(started_on=TODAY, status="started")
    assert rollups.roll_ended(TODAY) > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE referrals_startstat SET started = 7 WHERE split = 'all'", {"started_13", "started_52"}),
        ("UPDATE referrals_startstat SET p90_days = 7 WHERE weeks = 52", {"p90_days_52"}),
        ("DELETE FROM referrals_endedstat WHERE rank = 0 AND period = 'year'", {"entered_year", "served_year"}),
        ("UPDATE referrals_endedstat SET ages = ARRAY[31] WHERE period = 'quarter' AND rank = 1", {"served_quarter"}),
    ],
    ids=["a count", "a percentile", "a missing sum", "an age"],
)  # fmt: skip
def test_the_check_names_what_was_tampered_with(many_started: None, tampering: str, found: set[str]) -> None:
    rollups.refresh(today=TODAY, at_most=1)
    assert rollups.check(at_most=1).differences == ()
    tamper(tampering)
    assert {each.column for each in rollups.check(at_most=1).differences} == found
