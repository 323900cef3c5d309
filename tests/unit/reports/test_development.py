"""Side by side on one page: what its three reports tell of the same month-end is the same, shown or hidden."""

from collections.abc import Callable
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ergo.scope import scoped
from referrals.choices import Knowledge
from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import development
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Hidden
from tests.factories import NOW, TODAY, days_ago
from tests.unit.reports.own import own
from tests.unit.reports.test_months import scopes
from tests.unit.reports.worlds import World, make_world


@pytest.fixture(params=[160, 600], ids="{} cases".format)
def any_world(request: pytest.FixtureRequest, db: None) -> World:
    """With few cases most numbers are small somewhere."""
    return make_world(Random(request.param), request.param)


def test_the_three_tell_outsiders_the_same_of_each_list(any_world: World) -> None:
    hidden = set()
    with scoped():
        for scope, _places in scopes(any_world):
            report = development.build(scope, TODAY, data_as_of=NOW)
            told = zip(report.trend, report.ageing.points, report.flow.months, strict=True)
            for point, aged, month in told:
                assert point.on == aged.on == month.month.last_day
                assert point.waiting == aged.waiting == month.waiting, (scope, point.on)
                hidden.add(point.waiting.hidden)
    assert hidden >= {None, Hidden.SMALL}


def test_it_is_empty_only_where_nothing_is_told_and_nothing_hidden(any_world: World) -> None:
    report = development.build(own(any_world.municipalities[0]), TODAY, data_as_of=NOW)
    assert not report.is_empty
    assert development.build(
        own(any_world.municipalities[0]), TODAY.replace(year=2015), data_as_of=NOW
    ).is_empty


def test_eleven_queries_at_most(any_world: World, django_assert_max_num_queries: Callable) -> None:
    with scoped():
        for scope, _places in scopes(any_world):
            for hindsight in (ALL_KNOWN, Hindsight(Knowledge.THEN)):
                # Each reading of the history says from when on, before it and after.
                with transaction.atomic(), django_assert_max_num_queries(11 + 8 * hindsight.reads_history):
                    development.build(scope, TODAY, data_as_of=NOW, hindsight=hindsight)


def test_the_history_of_the_country_is_read_once(any_world: World) -> None:
    """All three are of one day of knowledge."""
    with scoped(), transaction.atomic(), CaptureQueriesContext(connection) as queries:
        development.build(Scope.nation(), TODAY, data_as_of=NOW, hindsight=Hindsight(Knowledge.THEN))
    assert sum("_as_known(" in query["sql"] for query in queries) == 1


def test_then_the_three_tell_the_same_of_each_list_too(any_world: World) -> None:
    with scoped(), transaction.atomic():
        for scope, _places in scopes(any_world):
            report = development.build(
                scope, days_ago(40), data_as_of=NOW, hindsight=Hindsight(Knowledge.THEN)
            )
            told = zip(report.trend, report.ageing.points, report.flow.months, strict=True)
            for point, aged, month in told:
                assert point.waiting == aged.waiting == month.waiting, (scope, point.on)
