"""Those who started and the estimate: against a plain count of random worlds, on the edges, and what outsiders see."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ergo.scope import scoped
from referrals.choices import Outcome, Status
from referrals.models import County, Municipality
from referrals.permissions import NO_ACCESS
from referrals.reports import counts, flow, own_waits, three_figures
from referrals.reports.estimate import Lack, LifeDay, curve
from referrals.reports.periods import WEEKS_A_QUARTER, Period, last_weeks, last_year
from referrals.reports.scopes import Scope
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from referrals.reports.tallies import Key
from referrals.reports.three_figures import Answer, Started, ThreeFigures
from tests.factories import NOW, TODAY, ReferralFactory, days_ago
from tests.unit.reports import plain
from tests.unit.reports.own import own
from tests.unit.reports.worlds import EDGES, Case, World, make_world

LEAP_DAY = date(2024, 2, 29)
DAYS = [TODAY, days_ago(1), days_ago(91), days_ago(400), LEAP_DAY, date(2025, 2, 28), date(2025, 3, 30)]
PERIODS = [
    *map(last_year, DAYS),
    last_weeks(TODAY, 13),
    Period(LEAP_DAY, date(2024, 3, 1)),
    Period(date(2023, 1, 1), date(2027, 1, 1)),
]


def build(scope: Scope, on: date = TODAY, weeks: int = 52) -> ThreeFigures:
    quarter = flow.build(scope, last_weeks(on, WEEKS_A_QUARTER), data_as_of=NOW)
    return three_figures.build(scope, on, weeks=weeks, quarter=quarter, data_as_of=NOW)


def cases_in(world: World, municipalities: Iterable[int]) -> list[Case]:
    return [case for case in world.cases if case.municipality in set(municipalities)]


def plain_table(cases: Sequence[Case], period: Period) -> list[LifeDay]:
    rows = plain.life_table(cases, period.start, period.end)
    return [LifeDay(day, *row.values()) for day, row in sorted(rows.items())]


def in_order(table: Iterable[LifeDay]) -> list[LifeDay]:
    return sorted(table, key=lambda row: row.day)


def assert_same_tables(world: World, period: Period) -> None:
    """By own rows and by the database's function: of each municipality, of counties together, of all."""
    places = world.municipalities
    counties = list({place.county_id: place.county for place in places}.values())
    for number, place in enumerate(places):
        cases = cases_in(world, [number])
        table = plain_table(cases, period)
        assert in_order(own_waits.life_tables(period, own(place)).of()) == table
        assert_told(Scope.municipality(place, NO_ACCESS), period, table)
    for chosen in (counties[:1], counties[:2]):
        within = [n for n, place in enumerate(places) if place.county in chosen]
        assert_told(Scope.counties(chosen), period, plain_table(cases_in(world, within), period))
    assert_told(Scope.nation(), period, plain_table(world.cases, period))


def assert_told(scope: Scope, period: Period, table: list[LifeDay]) -> None:
    """The table, or nothing where fewer than 20 started."""
    with scoped():
        told = in_order(counts.life_table(period, scope))
    assert told == (table if sum(row.served for row in table) >= 20 else [])


class TestLifeTable:
    def test_rows_function_and_a_plain_count_say_the_same(self, world: World) -> None:
        for period in PERIODS:
            assert_same_tables(world, period)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(seed=st.integers(0, 2**32), offset=st.sampled_from(EDGES) | st.integers(0, 900))
    def test_whatever_happened_and_whenever_one_looks(self, db: None, seed: int, offset: int) -> None:
        with transaction.atomic():
            assert_same_tables(make_world(Random(seed), 80), last_year(days_ago(offset)))
            transaction.set_rollback(True)

    def test_at_risk_are_those_who_waited_so_long_on_a_day_of_the_period(self, world: World) -> None:
        """Counted for each age from the waits themselves, not from who entered and left."""
        for on in DAYS:
            year = last_year(on)
            for step in curve(own_waits.life_tables(year, own(world.municipalities[0])).of()).steps:
                cases = cases_in(world, [0])
                assert step.at_risk == plain.at_risk(cases, year.start, year.end, step.day)

    def test_the_parts_are_those_of_the_category_and_of_the_priority_by_then(self, world: World) -> None:
        for on in DAYS[:4]:
            year, cases = last_year(on), cases_in(world, [0])
            tables = own_waits.life_tables(year, own(world.municipalities[0]))
            for number, category in enumerate(world.categories):
                of_category = [case for case in cases if case.category == number]
                assert in_order(tables.of((Key.CATEGORY, category.pk))) == plain_table(of_category, year)
            for level in (None, 1, 2, 3, 4, 9):
                of_level = [case for case in cases if plain.level(case, on) == level]
                assert in_order(tables.of((Key.PRIORITY, level))) == plain_table(of_level, year)


class TestEdges:
    """One referral of the municipality, and which day of the table it is on."""

    YEAR = last_year(TODAY)

    def table(self, municipality: Municipality, **traits: object) -> list[LifeDay]:
        ReferralFactory(municipality=municipality, **traits)
        return in_order(own_waits.life_tables(self.YEAR, own(municipality)).of())

    def test_a_start_on_the_day_of_receipt_is_day_0(self, municipality: Municipality) -> None:
        found = self.table(municipality, started=True, received_on=TODAY, started_on=TODAY)
        assert found == [LifeDay(0, entered=1, served=1)]

    def test_who_waited_when_the_period_began_enters_at_that_age(self, municipality: Municipality) -> None:
        received = self.YEAR.start - timedelta(days=100)
        found = self.table(municipality, waiting=True, received_on=received)
        assert found == [LifeDay(100, entered=1), LifeDay(100 + 364, censored=1)]

    def test_a_start_on_the_first_day_counts_and_one_the_day_before_does_not(
        self, municipality: Municipality
    ) -> None:
        received = self.YEAR.start - timedelta(days=100)
        for day in (self.YEAR.start, self.YEAR.day_before):
            found = self.table(municipality, started=True, received_on=received, started_on=day)
            assert found == [LifeDay(100, entered=1, served=1)]

    def test_received_on_the_last_day_is_followed_for_one_day(self, municipality: Municipality) -> None:
        assert self.table(municipality, received_on=TODAY) == [LifeDay(0, entered=1, censored=1)]

    def test_what_happened_after_the_day_had_not_happened(self, municipality: Municipality) -> None:
        """As of the day before the start the wait was still running, and two days before receipt there was none."""
        ReferralFactory(
            municipality=municipality, started=True, received_on=days_ago(10), started_on=days_ago(2)
        )
        found = [
            own_waits.life_tables(last_year(days_ago(ago)), own(municipality)).of() for ago in (2, 3, 10, 11)
        ]
        assert [[(row.day, row.served, row.censored) for row in in_order(rows)] for rows in found] == [
            [(0, 0, 0), (8, 1, 0)],
            [(0, 0, 0), (7, 0, 1)],
            [(0, 0, 1)],
            [],
        ]

    def test_other_ends_are_told_apart_and_errors_are_in_no_table(self, municipality: Municipality) -> None:
        for outcome in (Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR):
            assert not self.table(municipality, withdrawn=True, outcome=outcome)
        assert self.table(municipality, withdrawn=True, outcome=Outcome.DEAD) == [
            LifeDay(0, entered=1),
            LifeDay(9, other=1),
        ]

    def test_the_leap_day_is_a_day(self, municipality: Municipality) -> None:
        ReferralFactory(
            municipality=municipality,
            started=True,
            received_on=date(2024, 2, 28),
            started_on=date(2024, 3, 1),
        )
        found = own_waits.life_tables(last_year(date(2025, 2, 27)), own(municipality)).of()
        assert in_order(found) == [LifeDay(0, entered=1), LifeDay(2, served=1)]
        found = own_waits.life_tables(last_year(date(2025, 2, 28)), own(municipality)).of()
        assert in_order(found) == [LifeDay(1, entered=1), LifeDay(2, served=1)]


class TestOwnStaff:
    def test_those_who_started(self, world: World) -> None:
        for weeks in (13, 52):
            for on in DAYS:
                for place, municipality in enumerate(world.municipalities):
                    period = last_weeks(on, weeks)
                    cases = cases_in(world, [place])
                    days = plain.waited_at_start(cases, period.start, period.end)
                    started = build(own(municipality), on, weeks).started
                    assert started.period == period
                    if (plain.known_from(cases) or TODAY) > on:
                        assert started == Started(period, *(Figure(),) * 4) and not days
                        continue
                    assert started.count == Figure(len(days))
                    assert started.median_days == Figure(plain.percentile(days, 0.5))
                    assert started.p90_days == Figure(plain.percentile(days, 0.9))
                    mean = sum(days) / len(days) if days else None
                    assert started.mean_days.value == (mean and pytest.approx(mean, abs=0.051))

    def test_the_estimate_is_the_curve_of_the_plain_table(self, world: World) -> None:
        for on in DAYS:
            found = curve(plain_table(cases_in(world, [0]), last_year(on)))
            estimate = build(own(world.municipalities[0]), on).estimate
            assert estimate.starts == Figure(found.starts)
            for answer, expected in (
                (estimate.half_started, found.served_by(0.5)),
                (estimate.most_started, found.served_by(0.8)),
                (estimate.half_gone, found.gone_by(0.5)),
                (estimate.most_gone, found.gone_by(0.8)),
                (estimate.without_start, found.without_start()),
            ):
                assert expected in (answer.lack, answer.figure.value)

    def test_each_category_and_priority(self, world: World) -> None:
        found, cases = build(own(world.municipalities[0])), cases_in(world, [0])
        period = found.started.period
        assert [part.code for part in found.by_category] == [category.code for category in world.categories]
        for number, part in enumerate(found.by_category):
            days = plain.waited_at_start(
                [case for case in cases if case.category == number], period.start, period.end
            )
            assert part.started.count == Figure(len(days))
            assert part.started.median_days == Figure(plain.percentile(days, 0.5))
        assert [part.code for part in found.by_priority] == ["1", "2", "3", "4", "9", "null"]
        assert sum(part.started.count.value for part in found.by_priority) == found.started.count.value
        assert sum(part.estimate.starts.value for part in found.by_priority) == found.estimate.starts.value

    @pytest.mark.parametrize(("starts", "lack"), [(19, Lack.TOO_FEW), (20, None)])
    def test_twenty_starts_in_the_year(
        self, municipality: Municipality, starts: int, lack: Lack | None
    ) -> None:
        start(municipality, starts, received_on=days_ago(40), started_on=days_ago(10))
        estimate = build(own(municipality)).estimate
        assert estimate.starts == Figure(starts)
        assert estimate.half_started.lack is lack
        assert estimate.half_started.figure == (Figure() if lack else Figure(30))
        assert estimate.without_start.figure == (Figure() if lack else Figure(0.0))

    def test_nobody_at_all(self, municipality: Municipality) -> None:
        found = build(own(municipality))
        assert found.started.count == Figure(0)
        assert found.started.median_days == found.started.mean_days == Figure()
        assert found.estimate.starts == Figure(0)
        assert found.estimate.half_started == Answer(Figure(), Lack.TOO_FEW)
        assert not found.by_priority

    def test_many_wait_and_nobody_starts(self, municipality: Municipality) -> None:
        ReferralFactory.create_batch(25, municipality=municipality, waiting=True)
        found = build(own(municipality))
        assert found.started.count == Figure(0)
        assert found.estimate.most_started.lack is found.estimate.without_start.lack is Lack.TOO_FEW

    def test_who_serves_only_the_first_priority_is_found_out(self, municipality: Municipality) -> None:
        """The finished waits are short, while somebody referred today has no prospect of a start."""
        start(municipality, 25, priority=1, received_on=days_ago(40), started_on=days_ago(35))
        ReferralFactory.create_batch(75, municipality=municipality, waiting=True, received_on=days_ago(300))
        found = build(own(municipality))
        assert found.started.median_days == Figure(5)
        assert found.estimate.half_started.lack is Lack.BEYOND
        assert found.by_priority[0].estimate.half_started == Answer(Figure(5))

    def test_three_queries_however_many(self, world: World) -> None:
        for municipality in world.municipalities:
            scope = own(municipality)
            quarter = flow.build(scope, last_weeks(TODAY, WEEKS_A_QUARTER), data_as_of=NOW)
            with CaptureQueriesContext(connection) as queries:
                three_figures.build(scope, TODAY, weeks=52, quarter=quarter, data_as_of=NOW)
            assert len(queries) == 3

    def test_the_recipe_names_both_periods(self, municipality: Municipality) -> None:
        recipe = build(own(municipality)).recipe
        assert dict(recipe.filters) == {
            "started": "2025-03-18/2026-03-17",
            "estimated_from": "2025-03-17/2026-03-17",
        }
        assert recipe.hash != build(own(municipality), weeks=13).recipe.hash


class TestOutsiders:
    """See the starts of the quarter, and an estimate where it tells nothing about a hidden count."""

    @pytest.fixture
    def outside(self, municipality: Municipality) -> list[Scope]:
        """Three ways to the same people."""
        return [
            Scope.municipality(municipality, NO_ACCESS),
            Scope.counties(County.objects.filter(pk=municipality.county_id)),
            Scope.nation(),
        ]

    def test_what_is_shown_is_true(self, world: World) -> None:
        for on in DAYS[:3]:
            for place, municipality in enumerate(world.municipalities):
                found = build(Scope.municipality(municipality, NO_ACCESS), on)
                true = build(own(municipality), on, WEEKS_A_QUARTER)
                assert found.started.period == true.started.period
                for name in ("count", "median_days", "p90_days"):
                    assert getattr(found.started, name) in (getattr(true.started, name), WITHHELD, SMALL)
                for name in three_figures.ALL_ANSWERS:
                    told, known = getattr(found.estimate, name), getattr(true.estimate, name)
                    assert told in (known, Answer(WITHHELD)) or (told.lack and known.lack), place
            nation = curve(plain_table(world.cases, last_year(on))).served_by(0.5)
            told = build(Scope.nation(), on).estimate.half_started
            assert told == Answer(WITHHELD) or nation in (told.figure.value, told.lack)

    @pytest.mark.parametrize(
        ("starts", "median", "p90"),
        [
            (9, WITHHELD, WITHHELD),
            (10, Figure(30), WITHHELD),
            (19, Figure(30), WITHHELD),
            (20, Figure(30), Figure(30)),
        ],
    )
    def test_percentiles_of_enough_only(
        self, outside: list[Scope], municipality: Municipality, starts: int, median: Figure, p90: Figure
    ) -> None:
        start(municipality, starts, received_on=days_ago(40), started_on=days_ago(10))
        for scope in outside:
            found = build(scope)
            assert found.started.count == Figure(starts)
            assert (found.started.median_days, found.started.p90_days) == (median, p90)
            assert found.started.mean_days == WITHHELD
            assert found.estimate.half_started == (
                Answer(Figure(30)) if starts >= 20 else Answer(Figure(), Lack.TOO_FEW)
            )
            assert found.estimate.starts == found.estimate.longest_day == WITHHELD
            assert not found.by_category
            assert not found.by_priority

    def test_it_is_hidden_where_a_quarters_starts_are(
        self, outside: list[Scope], municipality: Municipality
    ) -> None:
        """Twenty in the year, two of them in the quarter before: whether the year has twenty would bound the two."""
        start(municipality, 23, received_on=days_ago(40), started_on=days_ago(10))
        start(municipality, 2, received_on=days_ago(140), started_on=days_ago(100))
        for scope in outside:
            estimate = build(scope).estimate
            assert {getattr(estimate, name) for name in three_figures.ALL_ANSWERS} == {Answer(WITHHELD)}

    @pytest.mark.parametrize("others", [0, 1, 4, 5])
    def test_few_other_ends_cannot_be_worked_out_from_the_share(
        self, outside: list[Scope], municipality: Municipality, others: int
    ) -> None:
        """A year with 1 to 4 other ends, long before both quarters, tells only when people started."""
        start(municipality, 25, received_on=days_ago(40), started_on=days_ago(10))
        end_otherwise(municipality, others, received_on=days_ago(270), closed_on=days_ago(250))
        for scope in outside:
            estimate = build(scope).estimate
            assert estimate.half_started == Answer(Figure(30))
            hidden = [getattr(estimate, name) == Answer(WITHHELD) for name in three_figures.OF_ALL_ENDS]
            assert hidden == [0 < others < 5] * 3

    @pytest.mark.parametrize("hidden", [SMALL, WITHHELD])
    @pytest.mark.parametrize("when", ["figure", "before"])
    def test_nor_where_those_of_a_quarter_are_hidden(
        self, outside: list[Scope], municipality: Municipality, hidden: Figure, when: str
    ) -> None:
        """That more than a fifth ends otherwise, so that 80 % never start, is not said then either."""
        start(municipality, 30, received_on=days_ago(40), started_on=days_ago(10))
        end_otherwise(municipality, 30, received_on=days_ago(45), closed_on=days_ago(30))
        for scope in outside:
            assert build(scope).estimate.most_started.lack is Lack.NEVER
            quarter = flow.build(scope, last_weeks(TODAY, WEEKS_A_QUARTER), data_as_of=NOW)
            quarter = replace(quarter, other_ends=replace(quarter.other_ends, **{when: hidden}))
            found = three_figures.build(scope, TODAY, weeks=52, quarter=quarter, data_as_of=NOW).estimate
            assert found.half_started == Answer(Figure(30))
            assert found.most_started == Answer(Figure(), Lack.BEYOND)
            assert {getattr(found, name) for name in three_figures.OF_ALL_ENDS} == {Answer(WITHHELD)}

    def test_that_few_were_followed_is_only_too_few(
        self, outside: list[Scope], municipality: Municipality
    ) -> None:
        start(municipality, 1, received_on=days_ago(250), started_on=days_ago(249))
        start(municipality, 24, received_on=days_ago(500), started_on=days_ago(10))
        assert build(own(municipality)).estimate.half_started.lack is Lack.THIN
        for scope in outside:
            assert build(scope).estimate.half_started.lack is Lack.TOO_FEW

    def test_two_queries_however_many(self, world: World) -> None:
        for scope in (Scope.nation(), Scope.municipality(world.municipalities[0], NO_ACCESS)):
            quarter = flow.build(scope, last_weeks(TODAY, WEEKS_A_QUARTER), data_as_of=NOW)
            with CaptureQueriesContext(connection) as queries:
                three_figures.build(scope, TODAY, weeks=52, quarter=quarter, data_as_of=NOW)
            assert len(queries) == 2


def start(municipality: Municipality, number: int, **days: object) -> None:
    """So many who waited the same days and started."""
    for _number in range(number):
        ReferralFactory(**{"municipality": municipality, "waiting": True, "status": Status.STARTED} | days)


def end_otherwise(municipality: Municipality, number: int, **days: object) -> None:
    """So many who left the list without a start."""
    for _number in range(number):
        ReferralFactory(municipality=municipality, withdrawn=True, **days)
