"""Ageing and monthly flow: true for own staff, and for outsiders nothing below five by all that is told of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest

from ergo.scope import scoped
from referrals.models import County
from referrals.permissions import NO_ACCESS
from referrals.reports import ageing, flow, flow_months, waiting_times
from referrals.reports.ageing import AgeingReport
from referrals.reports.flow_months import FlowMonthsReport
from referrals.reports.periods import Period, last_weeks
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.suppression import LEAST_SHOWN, Figure, Hidden
from tests.factories import NOW, TODAY
from tests.unit.reports import plain
from tests.unit.reports.attacker import Attacker, Published
from tests.unit.reports.own import own
from tests.unit.reports.worlds import World, make_world

# The 13 weeks that end with this day are three whole months: what is told of both is told twice.
NOVEMBER_ENDS = date(2025, 11, 30)
KINDS = ("referred", "started", "other_ends", "finished")


def movements(scope: Scope, on: date) -> FlowMonthsReport:
    return flow_months.build(scope, on, Places.about(scope), data_as_of=NOW)


def aged(scope: Scope, on: date) -> AgeingReport:
    return ageing.build(scope, on, Places.about(scope), data_as_of=NOW)


def test_own_staff_see_the_plain_counts_of_each_month(world: World) -> None:
    for place in range(2):
        cases = [case for case in world.cases if case.municipality == place]
        report = movements(own(world.municipalities[place]), TODAY)
        assert [report.months[0].month.start, report.months[-1].month.end] == [
            date(2021, 3, 1),
            date(2026, 3, 1),
        ]
        for month in report.months:
            expected = plain.flow(cases, month.month.start, month.month.end)
            assert {kind: getattr(month, kind).value for kind in KINDS} == expected
            assert month.waiting.value == sum(plain.waits(case, month.month.last_day) for case in cases)


def test_own_staff_see_the_plain_bands_of_each_month_end(world: World) -> None:
    cases = [case for case in world.cases if case.municipality == 0]
    report = aged(own(world.municipalities[0]), TODAY)
    assert len(report.points) == 60 and report.points[-1].on == date(2026, 2, 28)
    for point in report.points:
        assert [figure.value for figure in point.bands] == list(plain.bands(cases, point.on).values())
        assert point.waiting.value == sum(plain.bands(cases, point.on).values())


@pytest.fixture(params=range(3), ids="seed {}".format)
def small_world(request: pytest.FixtureRequest, db: None) -> World:
    """So few cases that most numbers are small somewhere."""
    return make_world(Random(200 + request.param), 160)


def scopes(world: World) -> Iterator[tuple[Scope, frozenset[int]]]:
    everywhere = range(len(world.municipalities))
    yield Scope.nation(), frozenset(everywhere)
    for county in County.objects.all():
        yield Scope.counties([county]), frozenset(p for p in everywhere if world.county_of(p) == county.pk)
    for place, municipality in enumerate(world.municipalities):
        yield Scope.municipality(municipality, NO_ACCESS), frozenset({place})


def test_a_month_end_ages_as_the_dashboard_of_that_day_says(small_world: World) -> None:
    with scoped():
        for scope, _places in scopes(small_world):
            last = aged(scope, NOVEMBER_ENDS).points[-1]
            board = waiting_times.build(scope, NOVEMBER_ENDS, data_as_of=NOW)
            assert last.on == NOVEMBER_ENDS
            assert last.waiting == board.waiting.figure
            assert last.bands == tuple(each.waiting for each in board.bands)


@dataclass(frozen=True)
class Told:
    """A figure: of some places, in a period."""

    places: frozenset[int]
    period: Period
    figure: Figure


def told(world: World, kind: str) -> Iterator[Told]:
    """Each figure of a kind of flow on every page of the day, of two years' months and the dashboards' periods."""
    periods = [last_weeks(NOVEMBER_ENDS, weeks) for weeks in (13, 52)]
    for scope, places in scopes(world):
        for month in movements(scope, NOVEMBER_ENDS).months[-26:]:
            yield Told(places, month.month, getattr(month, kind))
        for period in periods:
            line = getattr(flow.build(scope, period, data_as_of=NOW), kind)
            yield Told(places, period, line.figure)
            yield Told(places, period.before(), line.before)


@pytest.mark.parametrize("kind", KINDS)
def test_krav_11_no_month_below_five_can_be_worked_out(small_world: World, kind: str) -> None:
    """Months and the 13 and 52 weeks of the same day, added and subtracted: each "<5" can still be 1, 2, 3 or 4."""
    with scoped():
        everything = list(told(small_world, kind))
    edges = sorted({edge for each in everything for edge in (each.period.start, each.period.end)})
    pieces = list(zip(edges, edges[1:], strict=False))
    counts = {
        (place, start): plain.flow(
            [case for case in small_world.cases if case.municipality == place], start, end
        )[kind]
        for place in range(len(small_world.municipalities))
        for start, end in pieces
    }

    def names(each: Told) -> frozenset[tuple[int, date]]:
        return frozenset(
            (place, start) for place in each.places for start, _end in pieces if start in each.period
        )

    published = []
    for each in everything:
        if each.figure.hidden is Hidden.SMALL:
            published.append(Published(names(each), 1, LEAST_SHOWN - 1))
        elif not each.figure.suppressed:
            assert each.figure.value == sum(counts[name] for name in names(each))
            assert each.figure.value == 0 or each.figure.value >= LEAST_SHOWN
            published.append(Published(names(each), each.figure.value, each.figure.value))
    attacker = Attacker(counts, published, most=sum(counts.values()) + LEAST_SHOWN)
    for each in everything:
        if each.figure.hidden is Hidden.SMALL:
            can_be = [number for number in range(1, LEAST_SHOWN) if attacker.can_be(names(each), number)]
            assert can_be == [1, 2, 3, 4], each


def test_months_beside_the_dashboard_are_shown_where_nothing_is_hidden(db: None) -> None:
    """With many everywhere outsiders see every month."""
    world = make_world(Random(1), 12_000, counties=(1,))
    with scoped():
        months = movements(Scope.nation(), TODAY).months
        recent = [month for month in months if month.month.end > TODAY - timedelta(weeks=26)]
        hidden = {getattr(month, kind).suppressed for month in recent for kind in KINDS}
    assert len(recent) == 6 and len(world.municipalities) == 1
    assert hidden == {False}
