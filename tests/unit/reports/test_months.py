"""Ageing and monthly flow: true for own staff, and for outsiders nothing below five by all that is told of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest

from ergo.scope import scoped
from referrals.choices import Knowledge
from referrals.models import County, Hindsight
from referrals.permissions import NO_ACCESS
from referrals.reports import ageing, flow, flow_months, period, waiting_times
from referrals.reports.ageing import AgeingReport
from referrals.reports.flow_months import FlowMonthsReport
from referrals.reports.periods import Beside, Period, last_weeks
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.suppression import LEAST_SHOWN, WITHHELD, Figure, Hidden, total_of
from tests.factories import NOW, TODAY, MunicipalityFactory, ReferralFactory
from tests.unit.reports import plain
from tests.unit.reports.attacker import Attacker, Published
from tests.unit.reports.own import own
from tests.unit.reports.worlds import World, make_world

# The 13 weeks that end with this day are three whole months: what is told of both is told twice.
NOVEMBER_ENDS = date(2025, 11, 30)
FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))
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
    boards = [last_weeks(NOVEMBER_ENDS, weeks) for weeks in (13, 52)]
    for scope, places in scopes(world):
        for month in movements(scope, NOVEMBER_ENDS).months[-26:]:
            yield Told(places, month.month, getattr(month, kind))
        for weeks, beside in product(boards, Beside):
            report = flow.build(scope, weeks, data_as_of=NOW, beside=beside)
            line = getattr(report, kind)
            yield Told(places, report.period, line.figure)
            if line.before != Figure():  # nothing stands beside a year of which not all is known
                yield Told(places, report.before, line.before)


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


PERIODS = [  # by how many months ago they begin, and how many they are
    (1, 1),
    (3, 2),
    (12, 12),
    (24, 3),
    (26, 2),
    (31, 7),
    (40, 12),
]


@pytest.mark.parametrize("cases", [160, 3_000])
def test_krav_11_a_period_tells_outsiders_nothing_but_its_months(db: None, cases: int) -> None:
    """Whichever months are asked for: the sum of what each is shown as beside all the others, or withheld."""
    world = make_world(Random(cases), cases, counties=(2, 1))
    met = set()
    with scoped():
        for scope, _places in scopes(world):
            months = movements(scope, NOVEMBER_ENDS).months
            for ago, length in PERIODS:
                asked = [one.month for one in months[-ago : len(months) - ago + length]]
                report = period.build(
                    scope,
                    Period(asked[0].start, asked[-1].end),
                    data_as_of=NOW,
                    asked_on=NOVEMBER_ENDS,
                )
                shown = {one.month: one for one in months}
                for column in (report.now, report.before, report.year_before):
                    for kind in KINDS:
                        told = [getattr(shown[month], kind) for month in column.period.months()]
                        assert getattr(column.flow, kind).figure == total_of(told), (
                            scope,
                            column.period,
                            kind,
                        )
                    met.add(column.flow.referred.figure.hidden)
                before = report.now.flow.referred.before
                assert before == report.before.flow.referred.figure
    assert met == {None, Hidden.WITHHELD} if cases > 1_000 else met >= {Hidden.WITHHELD}


def test_a_recent_month_is_not_opened_by_leaving_out_those_that_close_it(db: None) -> None:
    """Where one of the recent months has a hidden number, none of them is shown, whichever is asked for."""
    place = MunicipalityFactory()
    ReferralFactory.create_batch(40, municipality=place, received_on=date(2022, 5, 5))
    ReferralFactory.create_batch(8, municipality=place, received_on=date(2025, 11, 10))

    def february() -> Figure:
        with scoped():
            report = period.build(Scope.nation(), FEBRUARY, data_as_of=NOW, asked_on=TODAY)
        return report.now.flow.referred.figure

    assert february() == Figure(0)
    ReferralFactory.create_batch(2, municipality=place, received_on=date(2025, 10, 10))
    assert february().suppressed, "the same quarter has 10, and nothing but October's 2 is hidden"


def test_outsiders_ask_for_whole_months_that_are_over(small_world: World) -> None:
    for asked in (Period(date(2024, 1, 2), date(2024, 3, 1)), Period(date(2026, 3, 1), date(2026, 4, 1))):
        with pytest.raises(ValueError, match="whole months"):
            period.build(Scope.nation(), asked, data_as_of=NOW, asked_on=TODAY)
    then = Hindsight(Knowledge.THEN)
    with pytest.raises(ValueError, match="now known"):
        period.build(Scope.nation(), FEBRUARY, data_as_of=NOW, asked_on=TODAY, hindsight=then)


def test_what_is_for_own_staff_alone_is_withheld_from_others(small_world: World) -> None:
    with scoped():
        report = period.build(Scope.nation(), FEBRUARY, data_as_of=NOW, asked_on=TODAY)
    started, returned = report.now.started, report.now.rereferred
    for figure in (started.median_days, started.p90_days, started.mean_days, returned.again, returned.share):
        assert figure == WITHHELD


def test_months_beside_the_dashboard_are_shown_where_nothing_is_hidden(db: None) -> None:
    """With many everywhere outsiders see every month."""
    world = make_world(Random(1), 12_000, counties=(1,))
    with scoped():
        months = movements(Scope.nation(), TODAY).months
        recent = [month for month in months if month.month.end > TODAY - timedelta(weeks=26)]
        hidden = {getattr(month, kind).suppressed for month in recent for kind in KINDS}
    assert len(recent) == 6 and len(world.municipalities) == 1
    assert hidden == {False}
