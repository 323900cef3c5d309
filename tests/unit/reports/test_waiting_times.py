"""Who waits: against a plain computation of random worlds, and on the edges."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.choices import WaitFact
from referrals.filters import FACTS, LISTED
from referrals.models import County, Municipality, Referral
from referrals.permissions import NO_ACCESS
from referrals.reports import waiting_times
from referrals.reports.periods import Beside
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import LEAST_SHOWN, Figure
from referrals.reports.waiting_times import Headline, WaitingReport
from tests.factories import NOW, TODAY, ReferralFactory, WaitPauseFactory, days_ago
from tests.unit.reports import plain
from tests.unit.reports.own import own
from tests.unit.reports.worlds import Case, World

DAYS = [TODAY, days_ago(1), days_ago(91), days_ago(400), date(2024, 2, 29), date(2025, 3, 30)]
QUARTER = timedelta(days=91)
HEADLINES = (
    "waiting",
    "median_days",
    "p90_days",
    "over_target",
    "not_assessed",
    "over_a_year",
    "paused",
    "oldest_days",
    "persons",
)


def build(scope: Scope, on: date = TODAY) -> WaitingReport:
    return waiting_times.build(scope, on, data_as_of=NOW)


def values(report: WaitingReport, face: str = "figure") -> dict[str, float | int | None]:
    return {name: getattr(getattr(report, name), face).value for name in HEADLINES}


def cases_in(world: World, municipalities: Iterable[int]) -> list[Case]:
    return [case for case in world.cases if case.municipality in set(municipalities)]


def in_county(world: World, county: County) -> list[int]:
    return [place for place in range(len(world.municipalities)) if world.county_of(place) == county.pk]


def told(world: World, cases: list[Case], on: date, *, by_year: bool = False) -> dict:
    """The plain figures; none of a day before anything is known; without a referral only today is."""
    found = plain.figures(world, cases, on)
    return found if is_known(cases, on, by_year=by_year) else dict.fromkeys(found)


def is_known(cases: list[Case], on: date, *, by_year: bool = False) -> bool:
    return (plain.known_from(cases, by_year=by_year) or TODAY) <= on


class TestOwnStaff:
    """See the true numbers of their own unit, however small."""

    def test_key_figures_now_and_13_weeks_before(self, world: World) -> None:
        for (place, municipality), on in product(enumerate(world.municipalities), DAYS):
            report, cases = build(own(municipality), on), cases_in(world, [place])
            assert values(report) == told(world, cases, on)
            assert values(report, "before") == told(world, cases, on - QUARTER)

    def test_bands_and_weeks(self, world: World) -> None:
        for (place, municipality), on in product(enumerate(world.municipalities), DAYS):
            report, cases = build(own(municipality), on), cases_in(world, [place])
            bands = plain.bands(cases, on)
            bands = bands if is_known(cases, on) else dict.fromkeys(bands)
            assert {band.code: band.waiting.value for band in report.bands} == bands
            days = [plain.gross(case, on) for case in cases if plain.waits(case, on)]
            for each in report.distribution:
                assert each.waiting.value == sum(each.first_day <= number <= each.last_day for number in days)
            assert sum(each.waiting.value for each in report.distribution) == len(days)

    def test_by_category_and_by_priority(self, world: World) -> None:
        for on in DAYS[:3]:
            report, cases = build(own(world.municipalities[0]), on), cases_in(world, [0])
            for number, group in enumerate(report.by_category):
                among = plain.figures(world, [case for case in cases if case.category == number], on)
                assert group.code == world.categories[number].code
                assert_group(group, among)
            assert [group.code for group in report.by_priority] == ["1", "2", "3", "4", "9", "null"]
            for group in report.by_priority:
                level = None if group.code == "null" else int(group.code)
                of_level = [case for case in cases if plain.level(case, on) == level]
                assert_group(group, plain.figures(world, of_level, on))
            assert report.by_priority[-1].waiting == report.not_assessed.figure

    def test_the_trend_has_60_ends_of_months(self, world: World) -> None:
        report, cases = build(own(world.municipalities[0])), cases_in(world, [0])
        assert [point.on for point in report.trend][-3:] == [
            date(2025, 12, 31),
            date(2026, 1, 31),
            date(2026, 2, 28),
        ]
        assert len(report.trend) == 60
        for point in report.trend:
            among = told(world, cases, point.on)
            assert point.waiting.value == among["waiting"]
            assert (point.median_days.value, point.p90_days.value) == (
                among["median_days"],
                among["p90_days"],
            )

    def test_the_targets_of_the_key_in_force(self, world: World) -> None:
        _since, days = world.keys[0][-1]
        for target in build(own(world.municipalities[0])).targets:
            of_level = [number for (_category, level), number in days.items() if level == target.level]
            assert (target.least_days, target.most_days) == (min(of_level), max(of_level))

    def test_a_headline_is_the_length_of_the_list_it_leads_to(self, world: World) -> None:
        municipality = world.municipalities[0]
        rows = Referral.objects.in_municipality(municipality).filter(LISTED[""].condition)
        rows = rows.with_wait(on=TODAY).with_pause(on=TODAY)
        report = build(own(municipality))
        for name in HEADLINES:
            headline: Headline = getattr(report, name)
            if headline.fact is not None:
                listed = rows.filter(FACTS[WaitFact(headline.fact)]) if headline.fact else rows
                assert headline.figure.value == listed.count(), name

    def test_seven_queries_however_many_wait(self, world: World) -> None:
        for municipality in world.municipalities:
            with CaptureQueriesContext(connection) as queries:
                build(own(municipality))
            assert len(queries) == 7


def assert_group(group: waiting_times.Group, among: dict) -> None:
    assert group.waiting.value == among["waiting"]
    assert (group.median_days.value, group.p90_days.value) == (among["median_days"], among["p90_days"])
    assert group.over_target.value == among["over_target"]


class TestOutsiders:
    """Counties, the nation, and a municipality seen from outside."""

    def test_what_is_shown_is_true(self, world: World) -> None:
        everywhere = range(len(world.municipalities))
        for on in DAYS:
            assert_true(build(Scope.nation(), on), world, everywhere)
            assert_true(build(Scope.counties(County.objects.all()), on), world, everywhere)
        for county in County.objects.all():
            assert_true(build(Scope.counties([county])), world, in_county(world, county))
        for place, municipality in enumerate(world.municipalities):
            assert_true(build(Scope.municipality(municipality, NO_ACCESS)), world, [place])

    def test_places_are_the_same_as_their_own_pages(self, world: World) -> None:
        for row, county in zip(build(Scope.nation()).places, County.objects.all(), strict=True):
            page = build(Scope.counties([county]))
            assert row.code == county.code
            assert (row.waiting, row.median_days, row.over_a_year) == (
                page.waiting.figure,
                page.median_days.figure,
                page.over_a_year.figure,
            )
            for place in page.places:
                municipality = Municipality.objects.get(code=place.code)
                seen = build(Scope.municipality(municipality, NO_ACCESS))
                assert (place.waiting, place.over_target, place.not_assessed, place.over_a_year) == (
                    seen.waiting.figure,
                    seen.over_target.figure,
                    seen.not_assessed.figure,
                    seen.over_a_year.figure,
                )

    def test_the_trend_ends_where_the_day_does(self, world: World) -> None:
        """The same day says the same as a headline and as a point."""
        report = build(Scope.nation(), date(2026, 2, 28))
        assert report.trend[-1].waiting == report.waiting.figure
        assert report.trend[-1].median_days == report.median_days.figure

    def test_nobody_else_is_told_the_longest_wait(self, world: World) -> None:
        assert build(Scope.nation()).oldest_days.figure.suppressed
        assert build(Scope.municipality(world.municipalities[0], NO_ACCESS)).oldest_days.figure.suppressed

    def test_eleven_queries_at_most(self, world: World) -> None:
        municipality = world.municipalities[0]
        for scope in (Scope.nation(), Scope.counties([municipality.county])):
            with CaptureQueriesContext(connection) as queries:
                build(scope)
            assert len(queries) <= 11


def assert_true(report: WaitingReport, world: World, municipalities: Iterable[int]) -> None:
    """Every figure that is shown is the plain one, and no count of 1 to 4 is shown."""
    cases = cases_in(world, municipalities)
    now, before = (told(world, cases, day, by_year=True) for day in (report.on, report.before_on))
    for name in HEADLINES:
        headline = getattr(report, name)
        assert_shown(headline.figure, now[name], is_count=not name.endswith("_days"))
        assert_shown(headline.before, before[name], is_count=not name.endswith("_days"))
    by_band = plain.bands(cases, report.on)
    there = is_known(cases, report.on, by_year=True)
    for each in report.bands:
        assert_shown(each.waiting, by_band[each.code] if there else None)
    for number, group in enumerate(report.by_category):
        among = plain.figures(world, [case for case in cases if case.category == number], report.on)
        assert_shown(group.waiting, among["waiting"] if there else None)
        assert_shown(group.p90_days, among["p90_days"], is_count=False)
        assert group.over_target is None
    for point in report.trend:
        among = told(world, cases, point.on, by_year=True)
        assert_shown(point.waiting, among["waiting"])
        assert_shown(point.median_days, among["median_days"], is_count=False)


def assert_shown(figure: Figure, truth: float | int | None, *, is_count: bool = True) -> None:
    if not figure.suppressed:
        assert figure.value == truth
        assert not is_count or not truth or truth >= LEAST_SHOWN


class TestEdges:
    """By hand."""

    def test_on_the_day_of_receipt_one_waits_0_days(self, municipality: Municipality) -> None:
        ReferralFactory(municipality=municipality, received_on=TODAY)
        report = build(own(municipality))
        assert (report.waiting.figure.value, report.median_days.figure.value) == (1, 0)
        assert build(own(municipality), days_ago(1)).waiting.figure == Figure()

    def test_365_days_are_not_over_a_year(self, municipality: Municipality) -> None:
        for days in (364, 365, 366):
            ReferralFactory(municipality=municipality, received_on=days_ago(days))
        report = build(own(municipality))
        assert report.over_a_year.figure.value == report.bands[-1].waiting.value == 1
        assert report.oldest_days.figure.value == 366

    def test_the_due_date_itself_is_within_the_target(self, municipality: Municipality) -> None:
        ReferralFactory(municipality=municipality, waiting=True, priority=1, received_on=days_ago(14))
        assert build(own(municipality)).over_target.figure.value == 0
        assert build(own(municipality), TODAY + timedelta(days=1)).over_target.figure.value == 1

    def test_a_pause_by_the_citizens_choice_moves_the_target_and_not_the_wait(
        self, municipality: Municipality
    ) -> None:
        referral = ReferralFactory(
            municipality=municipality, waiting=True, priority=1, received_on=days_ago(15)
        )
        assert build(own(municipality)).over_target.figure.value == 1
        WaitPauseFactory(referral=referral, started_on=days_ago(1))
        report = build(own(municipality))
        assert report.over_target.figure.value == 0
        assert report.paused.figure.value == 1
        assert report.oldest_days.figure.value == 15

    def test_the_median_lies_between_and_the_p90_on_a_tenth(self, municipality: Municipality) -> None:
        for days in (10, 21):
            ReferralFactory(municipality=municipality, received_on=days_ago(days))
        report = build(own(municipality))
        assert (report.median_days.figure.value, report.p90_days.figure.value) == (15.5, 19.9)

    def test_where_nobody_waits_there_is_no_median(self, municipality: Municipality) -> None:
        report = build(own(municipality))
        assert report.waiting.figure == Figure(0)
        assert report.median_days.figure == report.oldest_days.figure == Figure()
        assert report.distribution == ()

    def test_a_median_needs_ten_and_a_p90_twenty_outside(self, municipality: Municipality) -> None:
        ReferralFactory.create_batch(19, municipality=municipality, received_on=days_ago(20))
        report = build(Scope.nation())
        assert report.median_days.figure == Figure(20.0)
        assert report.p90_days.figure.suppressed
        assert build(own(municipality)).p90_days.figure == Figure(20.0)

    def test_a_country_without_registers_has_nobody_waiting(self, db: None) -> None:
        County.objects.all().delete()
        report = build(Scope.nation())
        assert report.waiting.figure == Figure(0)
        assert report.places == ()

    def test_the_recipe_names_the_question_and_the_moment(self, municipality: Municipality) -> None:
        one, again = build(own(municipality)).recipe, build(own(municipality)).recipe
        later = waiting_times.build(own(municipality), TODAY, data_as_of=NOW + timedelta(hours=1)).recipe
        assert one.hash == again.hash != later.hash
        assert one.hash != build(Scope.nation()).recipe.hash
        assert one.as_dict()["scope"] == {
            "level": Level.MUNICIPALITY,
            "codes": [municipality.code],
            "suppressed": False,
        }


class TestBesideTheYearBefore:
    def test_it_stands_beside_the_same_date(self, world: World) -> None:
        scopes = [Scope.nation(), own(world.municipalities[0]), Scope.counties(County.objects.all()[:1])]
        for scope in scopes:
            report = waiting_times.build(scope, TODAY, data_as_of=NOW, beside=Beside.YEAR)
            before = waiting_times.build(scope, date(2025, 3, 16), data_as_of=NOW)
            assert report.before_on == before.on
            for name in ("waiting", "median_days", "p90_days", "over_target", "over_a_year", "within_target"):
                assert getattr(report, name).before == getattr(before, name).figure, (scope, name)
            assert report.recipe.filters == (("beside", "year"),)

    def test_29_february_stands_beside_the_28th(self, municipality: Municipality) -> None:
        report = waiting_times.build(own(municipality), date(2024, 2, 29), data_as_of=NOW, beside=Beside.YEAR)
        assert report.before_on == date(2023, 2, 28)

    @pytest.mark.parametrize(("days", "before"), [(364, Figure()), (365, Figure(1))])
    def test_nothing_stands_beside_a_day_before_anything_was_known(
        self, municipality: Municipality, days: int, before: Figure
    ) -> None:
        ReferralFactory(municipality=municipality, received_on=days_ago(days))
        report = waiting_times.build(own(municipality), TODAY, data_as_of=NOW, beside=Beside.YEAR)
        assert report.waiting.before == before
