"""Who has an ergoterapeut: each rule by hand. Random countries: test_random_countries.py."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.choices import CoverageState, Definition, OccupationKind
from referrals.models import Employment, Municipality
from referrals.reports import coverage
from referrals.reports.coverage import CoverageReport, MunicipalityCoverage, per_10000
from referrals.reports.suppression import Figure
from tests.factories import (
    NOW,
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    OccupationFactory,
    PopulationFactory,
    ReferralFactory,
    StaffingFigureFactory,
    StaffingImportFactory,
    TherapistFactory,
    VacancyFactory,
    days_ago,
)

OWN, OTHER_POST, PURCHASED, AGREEMENT, NONE, UNKNOWN = CoverageState


def build(on: date = TODAY, **options: Any) -> CoverageReport:
    return coverage.build(on, data_as_of=NOW, **options)


def row_of(municipality: Municipality, on: date = TODAY) -> MunicipalityCoverage:
    return next(row for row in build(on).rows if row.pk == municipality.pk)


@pytest.fixture
def place(db: None) -> Municipality:
    """A municipality of which nothing is registered."""
    return MunicipalityFactory()


@pytest.fixture
def neighbour(db: None) -> Municipality:
    """Another, with an own ergoterapeut in a full position."""
    neighbour = MunicipalityFactory(name="Nabo")
    EmploymentFactory(municipality=neighbour)
    return neighbour


class TestState:
    def test_with_nothing_registered_it_is_unknown_and_not_without(self, place: Municipality) -> None:
        row = row_of(place)
        assert row.state == UNKNOWN
        assert build().without == ()

    def test_own_is_an_authorised_person_whom_it_employs(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place)
        assert row_of(place).state == OWN

    def test_the_post_may_be_any_but_one_that_only_supports(self, place: Municipality) -> None:
        other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
        employment = EmploymentFactory(municipality=place, occupation=OccupationFactory(support=True))
        assert row_of(place).state == UNKNOWN
        Employment.objects.filter(pk=employment.pk).update(occupation=other)
        assert row_of(place).state == OWN

    def test_without_authorisation_nobody_counts(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, therapist=TherapistFactory(unauthorised=True))
        assert row_of(place).state == UNKNOWN

    def test_a_licence_counts_and_is_told_apart(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, therapist=TherapistFactory(is_licence=True))
        assert (row_of(place).state, row_of(place).licensed) == (OWN, 1)

    def test_a_student_with_a_licence_never_counts(self, place: Municipality) -> None:
        student = TherapistFactory(student=True)
        EmploymentFactory(municipality=place, therapist=student)
        row = row_of(place)
        assert (row.state, row.therapists, row.licensed, row.fte) == (UNKNOWN, 0, 0, 0)
        student.is_student = student.is_licence = False
        student.authorised_from = days_ago(3)
        student.save()
        assert [row_of(place, days_ago(days)).state for days in (4, 3, 0)] == [UNKNOWN, OWN, OWN]

    def test_a_student_who_has_left_is_no_gap(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, therapist=TherapistFactory(student=True), valid_to=days_ago(5))
        CoverageStatementFactory(municipality=place)
        assert row_of(place).without_since is None

    def test_leaves_temporary_and_vacant_posts_change_no_figure(self, place: Municipality) -> None:
        before = row_of(place)
        VacancyFactory(municipality=place)
        assert row_of(place) == replace(before, is_vacant_only=True)
        post = EmploymentFactory(municipality=place)
        present = row_of(place)
        LeaveFactory(employment=post)
        post.is_temporary = True
        post.save()
        assert row_of(place) == present and present.state == OWN

    @pytest.mark.parametrize(
        ("on", "state"),
        [(days_ago(11), UNKNOWN), (days_ago(10), OWN), (days_ago(6), OWN), (days_ago(5), UNKNOWN)],
        ids=["the day before", "the first day", "the last day", "the day it ended"],
    )
    @pytest.mark.parametrize("what", ["employment", "authorisation"])
    def test_a_period_holds_its_first_day_and_not_its_last(
        self, place: Municipality, what: str, on: date, state: CoverageState
    ) -> None:
        first, last = days_ago(10), days_ago(5)
        if what == "employment":
            EmploymentFactory(municipality=place, valid_from=first, valid_to=last)
        else:
            licensed = TherapistFactory(authorised_from=first, authorised_to=last)
            EmploymentFactory(municipality=place, therapist=licensed)
        assert row_of(place, on).state == state

    def test_who_is_bought_is_not_own(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, purchased=True)
        assert row_of(place).state == PURCHASED
        assert [row.pk for row in build().without] == [place.pk]

    def test_an_agreement_with_somebody_who_has_one(
        self, place: Municipality, neighbour: Municipality
    ) -> None:
        CoverageAgreementFactory(provider=neighbour, recipient=place, valid_from=date(2025, 3, 1))
        row = row_of(place)
        assert (row.state, row.source) == (AGREEMENT, "Avtale med Nabo fra 01.03.2025")
        assert row_of(neighbour).state == OWN

    def test_an_agreement_with_somebody_who_has_nobody_is_none(self, place: Municipality) -> None:
        CoverageAgreementFactory(recipient=place)
        assert row_of(place).state == UNKNOWN

    def test_an_agreement_is_not_passed_on(self, place: Municipality, neighbour: Municipality) -> None:
        between = MunicipalityFactory()
        CoverageAgreementFactory(provider=neighbour, recipient=between)
        CoverageAgreementFactory(provider=between, recipient=place)
        assert (row_of(between).state, row_of(place).state) == (AGREEMENT, UNKNOWN)

    def test_none_needs_a_dated_statement(self, place: Municipality) -> None:
        CoverageStatementFactory(municipality=place, valid_from=days_ago(10), valid_to=days_ago(5))
        assert [row_of(place, days_ago(days)).state for days in (11, 10, 6, 5)] == [
            UNKNOWN,
            NONE,
            NONE,
            UNKNOWN,
        ]
        assert row_of(place, days_ago(6)).source == "E-post fra kommunalsjefen, 06.03.2026"

    def test_or_an_official_figure_of_0_which_holds_for_a_year(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, counted_on=date(2024, 12, 31), value=0)
        days = [date(2024, 12, 30), date(2024, 12, 31), date(2025, 12, 30), date(2025, 12, 31)]
        assert [row_of(place, day).state for day in days] == [UNKNOWN, NONE, NONE, UNKNOWN]
        assert row_of(place, days[1]).source == "SSB 07944, 31.12.2024"

    def test_a_figure_of_29_february_holds_until_28_february(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, counted_on=date(2024, 2, 29), value=0)
        days = [date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1)]
        assert [row_of(place, day).state for day in days] == [NONE, NONE, UNKNOWN]

    def test_a_newer_figure_replaces_the_zero(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, counted_on=days_ago(100), value=0)
        StaffingFigureFactory(municipality=place, counted_on=days_ago(50), value=2)
        assert (row_of(place, days_ago(51)).state, row_of(place).state) == (NONE, UNKNOWN)

    def test_a_suppressed_figure_is_not_zero(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, suppressed=True)
        assert row_of(place).state == UNKNOWN

    @pytest.mark.parametrize("status", ["missing", "not_applicable", "not_yet"])
    def test_a_figure_that_is_missing_says_nothing(self, place: Municipality, status: str) -> None:
        StaffingFigureFactory(municipality=place, status=status, value=None)
        assert row_of(place).state == UNKNOWN
        StaffingFigureFactory(municipality=place, counted_on=date(2025, 11, 16), value=0)
        assert row_of(place).state == NONE

    def test_nil_is_nobody_and_so_is_a_0_with_decimals(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, measure="fte", status="nil", value=0, decimals=0)
        StaffingFigureFactory(municipality=place, measure="fte", value=0, decimals=1, source="SSB 13533")
        assert row_of(place).state == NONE

    def test_a_0_in_whole_full_time_equivalents_may_be_up_to_a_half(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, measure="fte", value=0, decimals=0)
        assert row_of(place).state == UNKNOWN

    def test_a_share_of_inhabitants_says_nothing(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, measure="per_10000", value=0, decimals=1)
        assert row_of(place).state == UNKNOWN

    def test_a_replaced_figure_counts_no_more(self, place: Municipality) -> None:
        newer = StaffingImportFactory()
        StaffingFigureFactory(municipality=place, value=0, replaced_by=newer)
        assert row_of(place).state == UNKNOWN

    def test_two_figures_of_a_day_must_agree_on_zero(self, place: Municipality) -> None:
        StaffingFigureFactory(municipality=place, value=0)
        StaffingFigureFactory(municipality=place, value=1, source="Fagforbundet")
        assert row_of(place).state == UNKNOWN

    def test_own_comes_before_purchased_agreement_and_none(
        self, place: Municipality, neighbour: Municipality
    ) -> None:
        steps: list[tuple[Callable[[], Any], CoverageState]] = [
            (lambda: CoverageStatementFactory(municipality=place), NONE),
            (lambda: CoverageAgreementFactory(provider=neighbour, recipient=place), AGREEMENT),
            (lambda: EmploymentFactory(municipality=place, purchased=True), PURCHASED),
            (lambda: EmploymentFactory(municipality=place), OWN),
        ]
        for add, state in steps:
            add()
            assert row_of(place).state == state


class TestVacantOnly:
    @pytest.mark.parametrize("definition", Definition)
    def test_it_is_told_beside_the_state_and_counted_under_every_definition(
        self, place: Municipality, neighbour: Municipality, definition: Definition
    ) -> None:
        before = build(definition=definition)
        for each in (place, neighbour):
            VacancyFactory(municipality=each)
        found = build(definition=definition)
        assert [row.pk for row in found.vacant_only] == [place.pk]
        assert found.totals == replace(before.totals, vacant_only=1)
        assert (found.without, found.totals.unknown) == ((), 1)

    def test_where_it_is_known_that_there_is_nobody_it_stays_without(self, place: Municipality) -> None:
        CoverageStatementFactory(municipality=place)
        VacancyFactory(municipality=place)
        assert build().without == build().vacant_only == (row_of(place),)

    def test_of_a_period_with_its_first_day_and_not_its_last(self, place: Municipality) -> None:
        VacancyFactory(municipality=place, valid_from=days_ago(10), valid_to=days_ago(5))
        found = [row_of(place, days_ago(days)).is_vacant_only for days in (11, 10, 6, 5)]
        assert found == [False, True, True, False]

    def test_whoever_never_counts_leaves_it_alone(self, place: Municipality) -> None:
        VacancyFactory(municipality=place)
        for therapist in (TherapistFactory(student=True), TherapistFactory(unauthorised=True)):
            EmploymentFactory(municipality=place, therapist=therapist)
        EmploymentFactory(municipality=place, occupation=OccupationFactory(support=True))
        assert row_of(place).is_vacant_only

    @pytest.mark.parametrize("what", ["another post", "purchased", "agreement", "on leave"])
    def test_with_anybody_by_any_definition_it_is_not_all(
        self, place: Municipality, neighbour: Municipality, what: str
    ) -> None:
        VacancyFactory(municipality=place)
        if what == "agreement":
            CoverageAgreementFactory(provider=neighbour, recipient=place)
        elif what == "another post":
            other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
            EmploymentFactory(municipality=place, occupation=other)
        else:
            post = EmploymentFactory(municipality=place, purchased=what == "purchased")
            LeaveFactory(employment=post)
        for definition in Definition:
            assert build(definition=definition).vacant_only == ()


class TestFte:
    def test_all_who_count_are_added_up(self, place: Municipality) -> None:
        for fte in ("0.25", "1.00", "0.33"):
            EmploymentFactory(municipality=place, fte=fte)
        EmploymentFactory(municipality=place, therapist=TherapistFactory(unauthorised=True))
        assert row_of(place).fte == Decimal("1.58")
        assert row_of(place).therapists == 3

    def test_an_agreement_moves_and_never_doubles(self, place: Municipality, neighbour: Municipality) -> None:
        CoverageAgreementFactory(provider=neighbour, recipient=place, fte="0.20")
        assert (row_of(neighbour).fte, row_of(place).fte) == (Decimal("0.80"), Decimal("0.20"))
        assert build().totals.fte == Decimal("1.00")

    def test_nobody_gives_more_than_they_have(self, place: Municipality, neighbour: Municipality) -> None:
        CoverageAgreementFactory(provider=neighbour, recipient=place, fte="0.80", valid_from=days_ago(9))
        CoverageAgreementFactory(provider=neighbour, fte="0.80", valid_from=days_ago(8))
        assert (row_of(neighbour).fte, row_of(place).fte) == (Decimal("0.00"), Decimal("0.80"))
        assert build().totals.fte == Decimal("1.00")

    def test_on_demand_moves_nothing(self, place: Municipality, neighbour: Municipality) -> None:
        CoverageAgreementFactory(provider=neighbour, recipient=place)
        assert (row_of(neighbour).fte, row_of(place).fte) == (Decimal("1.00"), Decimal("0.00"))

    def test_per_10_000_inhabitants(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, fte="0.50")
        PopulationFactory(municipality=place, persons=4_321)
        assert row_of(place).fte_per_10000 == Decimal("1.16")
        assert per_10000(Decimal("0.125"), 10_000) == Decimal("0.13")

    def test_the_population_is_of_the_nearest_year_and_named(self, place: Municipality) -> None:
        for year, persons in ((2024, 100), (2026, 300)):
            PopulationFactory(municipality=place, year=year, persons=persons)
        found = [row_of(place, date(year, 6, 1)) for year in (2022, 2024, 2025, 2026)]
        assert [(row.population, row.population_year) for row in found] == [
            (100, 2024),
            (100, 2024),
            (100, 2024),
            (300, 2026),
        ]

    def test_without_a_population_there_is_no_rate(self, place: Municipality) -> None:
        assert row_of(place).fte_per_10000 is None

    def test_one_person_alone(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place)
        assert row_of(place).therapists == 1
        EmploymentFactory(municipality=place, fte="0.20")
        assert row_of(place).therapists == 2

    def test_one_person_in_two_posts_is_one(self, place: Municipality) -> None:
        therapist = TherapistFactory(employed_in=place)
        other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
        EmploymentFactory(municipality=place, therapist=therapist, occupation=other, fte=Decimal("0.50"))
        row = row_of(place)
        assert (row.therapists, row.fte) == (1, Decimal("1.50"))


class TestGap:
    def test_it_began_the_first_day_without(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, valid_from=days_ago(900), valid_to=days_ago(400))
        EmploymentFactory(municipality=place, valid_from=days_ago(800), valid_to=days_ago(30))
        CoverageStatementFactory(municipality=place)
        row = row_of(place)
        assert (row.without_since, row.days_without) == (days_ago(30), 30)
        assert row_of(place, days_ago(30)).days_without == 0
        assert row_of(place, days_ago(31)).state == OWN

    def test_it_also_begins_when_the_authorisation_ends(self, place: Municipality) -> None:
        EmploymentFactory(municipality=place, therapist=TherapistFactory(authorised_to=days_ago(7)))
        CoverageStatementFactory(municipality=place)
        assert row_of(place).days_without == 7

    def test_an_aktivitor_who_left_leaves_no_gap(self, place: Municipality) -> None:
        support = OccupationFactory(support=True)
        EmploymentFactory(municipality=place, occupation=support, valid_to=days_ago(7))
        CoverageStatementFactory(municipality=place)
        assert row_of(place).days_without is None

    def test_nobody_knows_where_none_was_ever_registered(self, place: Municipality) -> None:
        CoverageStatementFactory(municipality=place)
        assert row_of(place).days_without is None

    def test_who_has_one_or_is_unknown_has_no_gap(self, place: Municipality) -> None:
        left = EmploymentFactory(municipality=place, valid_to=days_ago(7))
        assert (row_of(place).state, row_of(place).days_without) == (UNKNOWN, None)
        EmploymentFactory(municipality=place, therapist=left.therapist, valid_from=days_ago(3))
        assert (row_of(place).state, row_of(place).days_without) == (OWN, None)


class TestReport:
    def test_without_is_purchased_agreement_and_none(
        self, place: Municipality, neighbour: Municipality
    ) -> None:
        CoverageStatementFactory()
        CoverageStatementFactory()
        CoverageAgreementFactory(provider=neighbour)
        EmploymentFactory(purchased=True)
        totals = build().totals
        assert totals.states == {OWN: 1, PURCHASED: 1, AGREEMENT: 1, NONE: 2, UNKNOWN: 1}
        assert (totals.municipalities, totals.without_own, totals.without_any) == (6, 4, 2)

    def test_counties_hold_their_municipalities(self, place: Municipality, neighbour: Municipality) -> None:
        report = build()
        for county in report.counties:
            assert all(row.county_code == county.code for row in county.rows)
        assert sum(county.totals.municipalities for county in report.counties) == len(report.rows)
        assert sum(county.totals.fte for county in report.counties) == report.totals.fte

    def test_every_date_shows_todays_municipalities(self, place: Municipality) -> None:
        MunicipalityFactory(valid_to=date(2024, 1, 1))
        assert [row.pk for row in build(date(2019, 1, 1)).rows] == [place.pk]

    def test_waits_over_a_year_are_true_for_own_staff_only(self, place: Municipality) -> None:
        ReferralFactory.create_batch(2, municipality=place, over_a_year=True)
        ReferralFactory.create_batch(10, municipality=place)
        ReferralFactory.create_batch(10, municipality=MunicipalityFactory(county=place.county))
        assert row_of(place).over_a_year.suppressed
        own = build(own={place.pk}).rows
        assert next(row for row in own if row.pk == place.pk).over_a_year == Figure(2)

    def test_before_the_year_of_its_first_referral_no_wait_is_known(
        self, place: Municipality, neighbour: Municipality
    ) -> None:
        ReferralFactory(municipality=place, received_on=date(2024, 6, 1))
        for day, known in ((date(2023, 12, 31), None), (date(2024, 1, 1), 0)):
            for own in ((), {place.pk, neighbour.pk}):
                report = build(day, own=own)
                waits = {row.pk: row.over_a_year for row in report.rows}
                assert waits == {place.pk: Figure(known), neighbour.pk: Figure()}, "never one received"
                counties = {county.code: county.over_a_year for county in report.counties}
                assert counties[place.county.code] == report.over_a_year == Figure(known)

    def test_sixteen_queries_whatever_there_is(self, place: Municipality, neighbour: Municipality) -> None:
        CoverageAgreementFactory(provider=neighbour, recipient=place)
        StaffingFigureFactory()
        VacancyFactory(municipality=place)
        ReferralFactory(municipality=place)
        with CaptureQueriesContext(connection) as queries:
            build()
        assert len(queries) == 16
