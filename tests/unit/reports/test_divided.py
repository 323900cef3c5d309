"""How those who wait in counties and the nation are divided: true, as everywhere else, and of many by category too."""

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ergo.scope import scoped
from referrals.choices import Knowledge
from referrals.models import County, Hindsight, Municipality
from referrals.permissions import NO_ACCESS
from referrals.reports import divided, waiting_times
from referrals.reports.scopes import Scope
from tests.factories import NOW, TODAY, ReferralFactory, days_ago
from tests.unit.reports import plain
from tests.unit.reports.worlds import SOURCES, World, make_world

DAYS = [TODAY, days_ago(200)]


@pytest.fixture
def large_world(db: None) -> World:
    """So many that category and priority can be shown together."""
    return make_world(Random(3), 9_000, counties=(2, 1))


def test_the_shaded_table_adds_up_to_the_plain_counts(large_world: World) -> None:
    for on in DAYS:
        with scoped():
            report = divided.build(Scope.nation(), on, data_as_of=NOW)
        assert report.heat
        told = {
            (row.codes, column.codes): count
            for row, counts in zip(report.heat.categories, report.heat.counts, strict=True)
            for column, count in zip(report.heat.priorities, counts, strict=True)
        }
        waits = [case for case in large_world.cases if plain.waits(case, on)]
        for (categories, levels), count in told.items():
            assert count == sum(
                large_world.categories[case.category].code in categories
                and ("null" if plain.level(case, on) is None else str(plain.level(case, on))) in levels
                for case in waits
            )
        assert sum(told.values()) == len(waits) == report.whole.waiting.value


def test_by_source_it_adds_up_to_the_plain_counts(large_world: World) -> None:
    with scoped():
        report = divided.build(Scope.nation(), TODAY, data_as_of=NOW)
    for source in report.by_source:
        expected = [
            plain.gross(case, TODAY)
            for number, case in enumerate(large_world.cases)
            if SOURCES[number % len(SOURCES)] == source.code and plain.waits(case, TODAY)
        ]
        assert source.waiting.value == len(expected)
        assert source.median_days.value == plain.percentile(expected, 0.5)
    assert {source.code for source in report.by_source} == set(SOURCES)


def test_how_many_wait_is_the_dashboards_number(world: World) -> None:
    scopes = [Scope.nation(), *(Scope.counties([county]) for county in County.objects.all())]
    with scoped():
        for scope in scopes:
            report = divided.build(scope, TODAY, data_as_of=NOW)
            board = waiting_times.build(scope, TODAY, data_as_of=NOW)
            assert report.whole.waiting == board.waiting.figure
            assert report.whole.median_days == board.median_days.figure
            assert report.whole.p90_days == board.p90_days.figure


def test_of_a_county_category_and_priority_are_not_shown_together(large_world: World) -> None:
    with scoped():
        for county in County.objects.all():
            report = divided.build(Scope.counties([county]), TODAY, data_as_of=NOW)
            assert report.by_source and report.heat is None


def test_a_municipality_is_not_divided_for_outsiders(municipality: Municipality) -> None:
    with pytest.raises(ValueError, match="own staff"):
        divided.build(Scope.municipality(municipality, NO_ACCESS), TODAY, data_as_of=NOW)


def test_as_it_was_known_then_leaves_out_what_was_registered_later(municipality: Municipality) -> None:
    ReferralFactory.create_batch(6, municipality=municipality, received_on=days_ago(60))
    ReferralFactory.create_batch(5, municipality=municipality, received_on=days_ago(60), registered_at=NOW)
    then = Hindsight(Knowledge.THEN)
    with scoped():
        now = divided.build(Scope.nation(), days_ago(30), data_as_of=NOW)
        known = divided.build(Scope.nation(), days_ago(30), data_as_of=NOW, hindsight=then)
    assert (now.whole.waiting.value, known.whole.waiting.value) == (11, 6)


def test_three_queries_whatever_the_scope(world: World) -> None:
    for scope in (Scope.nation(), Scope.counties(County.objects.all())):
        with scoped(), CaptureQueriesContext(connection) as queries:
            divided.build(scope, TODAY, data_as_of=NOW)
        assert len([one for one in queries if "set_config" not in one["sql"]]) == 3
