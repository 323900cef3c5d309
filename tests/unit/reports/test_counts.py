"""The clock for the third time: what the functions of the database count, against what the rows say one by one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

from django.db import models, transaction
from django.db.models import F, Q, When
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ergo.scope import scoped
from referrals import waiting as clock
from referrals.actions import rollups
from referrals.models import Municipality, Referral
from referrals.permissions import NO_ACCESS
from referrals.reports import counts, kept_or_counted
from referrals.reports.periods import Period, last_weeks, month_ends
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import LEAST_FOR_MEDIAN, LEAST_FOR_P90
from referrals.reports.tallies import IN_SCOPE, Key, Tally
from tests.factories import NOW, TODAY, CountyFactory, ReferralFactory, days_ago
from tests.unit.reports import plain
from tests.unit.reports.worlds import EDGES, Case, World, make_world

# A leap day, both changes of the clock, the turn of two years, and days on which limits are passed.
DAYS = [
    date(2024, 2, 29),
    date(2024, 3, 31),
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 10, 26),
    date(2025, 12, 31),
    date(2026, 1, 1),
    *(days_ago(edge) for edge in EDGES),
    TODAY + timedelta(days=400),
    date(1990, 1, 1),
]
PERIODS = [
    last_weeks(TODAY, 13),
    last_weeks(date(2026, 1, 20), 13),
    Period(date(2025, 1, 1), date(2026, 1, 1)),
    Period(date(2025, 12, 31), date(2026, 1, 1)),
    Period(TODAY, TODAY + timedelta(days=1)),
]


@dataclass(frozen=True)
class Row:
    """One referral that waits, as its own row says it."""

    municipality: int
    county: int
    category: int
    level: int | None
    gross: int
    over_target: bool | None
    paused: bool

    @property
    def parts(self) -> dict[Key, object]:
        return {
            Key.CATEGORY: self.category,
            Key.PRIORITY: self.level,
            Key.BAND: clock.band(self.gross).code,
        }


def rows_on(on: date) -> list[Row]:
    """Everybody who waits, by the clock of the QuerySet."""
    rows = Referral.objects.waiting(on=on).with_wait(on=on).with_pause(on=on).order_by()
    level = models.Case(When(is_assessed=True, then=F("priority")))
    fields = ("municipality", "municipality__county", "category", "level", "gross_days", "over", "is_paused")
    return [Row(*row) for row in rows.annotate(level=level, over=F("is_over_target")).values_list(*fields)]


def tally(rows: list[Row]) -> Tally:
    days = [row.gross for row in rows]
    return Tally(
        waiting=len(rows),
        over_target=sum(row.over_target is True for row in rows),
        not_assessed=sum(row.level is None for row in rows),
        over_a_year=sum(number > 365 for number in days),
        paused=sum(row.paused for row in rows),
        **percentiles(days),
    )


def percentiles(days: list[int]) -> dict[str, float | None]:
    """None of a few: the percentile would be the wait of one of them."""
    return {
        "median_days": plain.percentile(days, 0.5) if len(days) >= LEAST_FOR_MEDIAN else None,
        "p90_days": plain.percentile(days, 0.9) if len(days) >= LEAST_FOR_P90 else None,
    }


def scopes(world: World) -> Iterator[tuple[Scope, Callable[[Row], bool]]]:
    """Every kind of scope, and who is in it."""
    first, *others = {place.county_id: place.county for place in world.municipalities}.values()
    one, two = world.municipalities[0], world.municipalities[-1]
    yield Scope.nation(), lambda row: True
    yield Scope.counties([first]), lambda row: row.county == first.pk
    yield Scope.counties([first, others[0]]), lambda row: row.county in (first.pk, others[0].pk)
    yield Scope.municipality(one, NO_ACCESS), lambda row: row.municipality == one.pk
    yield Scope.municipality(two, NO_ACCESS), lambda row: row.municipality == two.pk


def assert_same_totals(world: World, on: date) -> None:
    """In the scope, in every county, and in each municipality of the scope's counties."""
    rows = rows_on(on)
    for scope, is_within in scopes(world):
        with scoped():
            found = counts.waiting(on, scope, in_full=False)
        assert found.of(IN_SCOPE) == tally([row for row in rows if is_within(row)])
        for place in world.municipalities:
            of_county = [row for row in rows if row.county == place.county_id]
            assert found.of((Key.COUNTY, place.county_id)) == tally(of_county)
            of_place = [row for row in of_county if row.municipality == place.pk]
            is_told = place.county_id in scope.county_ids
            assert found.of((Key.PLACE, place.pk)) == (tally(of_place) if is_told else Tally())


def test_the_functions_count_what_the_rows_say(world: World) -> None:
    for on in DAYS:
        assert_same_totals(world, on)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), offset=st.sampled_from(EDGES) | st.integers(0, 900))
def test_whatever_happened_and_whenever_one_looks(db: None, seed: int, offset: int) -> None:
    """Pauses of all kinds, priorities set later, versions of keys, and cases that were no need."""
    with transaction.atomic():
        assert_same_totals(make_world(Random(seed), 60), days_ago(offset))
        transaction.set_rollback(True)


def test_the_parts_are_those_of_the_rows(world: World) -> None:
    for on, (scope, is_within) in product([TODAY, date(2025, 12, 31), days_ago(400)], scopes(world)):
        rows = rows_on(on)
        with scoped():
            found = counts.waiting(on, scope, in_full=True)
        for key in counts.PARTS:
            for pair, among in groups(rows, scope, is_within, world):
                values = {row.parts[key] for row in rows} | found.values(key)
                for value in values:
                    days = [row.gross for row in among if row.parts[key] == value]
                    expected = Tally(len(days), **percentiles(days)) if days else Tally()
                    assert found.of(pair, (key, value)) == expected


def groups(
    rows: list[Row], scope: Scope, is_within: Callable[[Row], bool], world: World
) -> Iterator[tuple[tuple[Key, object], list[Row]]]:
    yield IN_SCOPE, [row for row in rows if is_within(row)]
    for county in {place.county_id for place in world.municipalities}:
        yield (Key.COUNTY, county), [row for row in rows if row.county == county]
    for place in world.municipalities:
        if place.county_id in scope.county_ids:
            yield (Key.PLACE, place.pk), [row for row in rows if row.municipality == place.pk]


def test_each_of_many_days_says_the_same_as_by_itself(world: World) -> None:
    days = month_ends(TODAY, 24)
    for scope, is_within in scopes(world):
        with scoped():
            found = counts.waiting_each_day(days, scope)
        for day in days:
            for pair, among in groups(rows_on(day), scope, is_within, world):
                days_waited = [row.gross for row in among]
                if not among:
                    assert day not in found or found[day].of(pair) == Tally()
                elif pair == IN_SCOPE:
                    assert found[day].of(pair) == Tally(len(among), **percentiles(days_waited))
                else:
                    assert found[day].of(pair) == Tally(len(among))


def test_on_no_days_nobody_waits(world: World) -> None:
    assert counts.waiting_each_day([], Scope.nation()) == {}


def test_over_a_year_in_every_municipality(world: World) -> None:
    for on in DAYS[::3]:
        rows = rows_on(on)
        waiting = Counter((row.municipality, row.county) for row in rows)
        long = Counter(row.municipality for row in rows if clock.is_over_a_year(row.gross))
        with scoped():
            found = {(wait.municipality, wait.county): wait for wait in counts.over_a_year(on)}
        assert {place: wait.waiting for place, wait in found.items()} == waiting
        assert {place: wait.over_a_year for place, wait in found.items()} == {p: long[p[0]] for p in waiting}


def test_what_came_and_went(world: World) -> None:
    for period in PERIODS:
        with scoped():
            (found,) = kept_or_counted.flows([period], Scope.nation(), at=NOW)
        by_county: dict[int, Counter[str]] = defaultdict(Counter)
        for number, place in enumerate(world.municipalities):
            expected = flow_of([case for case in world.cases if case.municipality == number], period)
            assert found.places.get(place.pk, dict.fromkeys(expected, 0)) == expected
            by_county[place.county_id].update(expected)
        assert {county: dict(sums) for county, sums in by_county.items() if any(sums.values())} == {
            county: sums for county, sums in found.counties.items() if any(sums.values())
        }


def flow_of(cases: list[Case], period: Period) -> dict[str, int]:
    """The plain counts of the period, of the one before, and of the stocks around both."""
    before = period.before()
    earlier = plain.flow(cases, before.start, before.end)
    stocks = {
        "waiting": period.last_day,
        "waiting_before": period.day_before,
        "waiting_earlier": before.day_before,
    }
    return (
        plain.flow(cases, period.start, period.end)
        | {f"{kind}_before": count for kind, count in earlier.items()}
        | {name: sum(plain.waits(case, day) for case in cases) for name, day in stocks.items()}
    )


def first_years_are_those_of_the_rows(world: World) -> None:
    for scope, _is_within in scopes(world):
        within = {
            Level.NATION: Q(),
            Level.COUNTY: Q(municipality__county__in=scope.ids),
            Level.MUNICIPALITY: Q(municipality__in=scope.ids),
        }[scope.level]
        first = Referral.objects.counted().filter(within).order_by("received_on").first()
        with scoped():
            assert counts.first_year(scope) == (first and first.received_on.year), scope


def test_the_first_year_of_each_scope(world: World) -> None:
    first_years_are_those_of_the_rows(world)


def test_the_first_year_is_that_of_the_rows_whatever_was_kept_before_a_change(world: World) -> None:
    """Of counties it is read off what is kept: where a change reaches that, it is read off the rows."""
    rollups.refresh(today=TODAY)
    first_years_are_those_of_the_rows(world)
    ended = Referral.objects.counted().exclude(closed_on=None).order_by("received_on", "pk")
    place = ended[0].municipality
    county = place.county
    changes: list[Callable[[], object]] = [
        lambda: ended.filter(municipality__county=county).update(outcome="duplicate"),
        lambda: ReferralFactory(municipality=place, received_on=date(2001, 12, 31), number="2001-900001"),
        lambda: Municipality.objects.filter(pk=place.pk).update(county=CountyFactory()),
        lambda: Municipality.objects.filter(pk=place.pk).update(county=county),
        lambda: ReferralFactory(municipality=place, received_on=TODAY, number="2001-900002"),
    ]
    for change in changes:
        change()
        first_years_are_those_of_the_rows(world)
        rollups.refresh(today=TODAY, at_most=0)
        first_years_are_those_of_the_rows(world)
