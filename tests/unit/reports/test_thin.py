"""Thin coverage: each rule by hand with the days on its edge. Random registers: test_random_registers.py."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from referrals.choices import Definition, OccupationKind
from referrals.models import Municipality, ThinCoverageLimit, access_of
from referrals.permissions import NO_ACCESS, Access, Role
from referrals.reports import coverage, thin
from referrals.reports.limits import least_fte_on
from referrals.reports.lone import LoneTherapists, newest_year_end
from referrals.reports.thin import Ending, Ends, ThinCoverage
from tests.factories import (
    NOW,
    TODAY,
    CoverageAgreementFactory,
    EmploymentFactory,
    LeaveFactory,
    MembershipFactory,
    MunicipalityFactory,
    OccupationFactory,
    PopulationFactory,
    TherapistFactory,
    ThinCoverageLimitFactory,
    days_ago,
)

Build = Callable[..., ThinCoverage]
AUTHORISED, ATTACHED = Definition.AUTHORISED, Definition.ATTACHED
SOON = tuple(TODAY + timedelta(days=days) for days in (1, 90))
LATER = TODAY + timedelta(days=91)


@pytest.fixture
def place(db: None) -> Municipality:
    return MunicipalityFactory()


@pytest.fixture
def access(place: Municipality) -> Access:
    """A coordinator's of the municipality."""
    return access_of(MembershipFactory(municipality=place).user, on=TODAY)


@pytest.fixture
def found(place: Municipality, access: Access) -> Build:
    """What its own staff are told of a day."""

    def build(on: date = TODAY, definition: Definition = AUTHORISED) -> ThinCoverage:
        made = thin.build(place.pk, on, access, definition)
        assert made is not None
        return made

    return build


class TestPersons:
    def test_with_one_person_it_is_thin_and_with_two_it_is_not(
        self, place: Municipality, found: Build
    ) -> None:
        EmploymentFactory(municipality=place)
        assert (found().is_lone, found().is_thin) == (True, True)
        EmploymentFactory(municipality=place, fte="0.10")
        assert (found().is_lone, found().is_thin) == (False, False)

    def test_one_person_in_two_posts_is_one(self, place: Municipality, found: Build) -> None:
        therapist = TherapistFactory(employed_in=place)
        other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
        EmploymentFactory(municipality=place, therapist=therapist, occupation=other, fte="0.50")
        assert found().is_lone

    def test_whoever_never_counts_is_no_colleague(self, place: Municipality, found: Build) -> None:
        EmploymentFactory(municipality=place)
        EmploymentFactory(municipality=place, therapist=TherapistFactory(student=True))
        EmploymentFactory(municipality=place, occupation=OccupationFactory(support=True))
        assert found().is_lone

    def test_a_colleague_who_is_bought_is_one_under_every_definition(
        self, place: Municipality, found: Build
    ) -> None:
        EmploymentFactory(municipality=place)
        EmploymentFactory(municipality=place, purchased=True)
        assert not any(found(definition=definition).is_lone for definition in Definition)

    def test_who_is_not_covered_by_the_definition_is_not_thin(
        self, place: Municipality, found: Build
    ) -> None:
        EmploymentFactory(municipality=place, purchased=True)
        assert not found().is_covered and not found().is_thin
        assert found(definition=ATTACHED).is_lone

    def test_one_person_for_several_municipalities(self, place: Municipality, found: Build) -> None:
        therapist = TherapistFactory(employed_in=place, employed_in__fte="0.50")
        assert not found().is_shared
        EmploymentFactory(therapist=therapist, fte="0.50", valid_from=days_ago(9))
        assert [found(days_ago(days)).is_shared for days in (10, 9)] == [False, True]
        EmploymentFactory(municipality=place)
        assert not found().is_shared, "there are two"

    def test_one_person_who_serves_another_by_agreement(self, place: Municipality, found: Build) -> None:
        EmploymentFactory(municipality=place)
        CoverageAgreementFactory(provider=place, valid_from=days_ago(9), valid_to=days_ago(5))
        assert [found(days_ago(days)).is_shared for days in (10, 9, 6, 5)] == [False, True, True, False]

    def test_who_is_served_is_not_told_how_many_the_other_has(
        self, place: Municipality, found: Build
    ) -> None:
        provider = MunicipalityFactory()
        post = EmploymentFactory(municipality=provider)
        LeaveFactory(employment=post)
        CoverageAgreementFactory(provider=provider, recipient=place)
        told = found(definition=ATTACHED)
        assert told.is_covered
        assert not (told.is_lone or told.is_shared or told.is_away)


class TestLeave:
    def test_from_its_first_day_to_the_day_before_the_first_day_back(
        self, place: Municipality, found: Build
    ) -> None:
        post = EmploymentFactory(municipality=place)
        LeaveFactory(employment=post, valid_from=days_ago(9), valid_to=days_ago(5))
        away = [found(days_ago(days)).is_away for days in (10, 9, 6, 5)]
        assert away == [False, True, True, False]

    def test_nobody_when_all_are_away(self, place: Municipality, found: Build) -> None:
        posts = EmploymentFactory.create_batch(2, municipality=place)
        LeaveFactory(employment=posts[0])
        assert not found().is_away
        LeaveFactory(employment=posts[1])
        assert found().is_away

    def test_who_is_away_from_one_of_two_posts_is_at_work(self, place: Municipality, found: Build) -> None:
        first = EmploymentFactory(municipality=place, fte="0.50")
        other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
        second = EmploymentFactory(
            municipality=place, therapist=first.therapist, occupation=other, fte="0.50"
        )
        LeaveFactory(employment=first)
        assert not found().is_away
        LeaveFactory(employment=second)
        assert found().is_away

    def test_an_agreement_with_somebody_who_has_one_is_somebody(
        self, place: Municipality, found: Build
    ) -> None:
        LeaveFactory(employment=EmploymentFactory(municipality=place))
        provider = MunicipalityFactory()
        CoverageAgreementFactory(provider=provider, recipient=place)
        assert found().is_away, "the other has nobody"
        EmploymentFactory(municipality=provider)
        assert not found().is_away


class TestEndsSoon:
    @pytest.mark.parametrize("end", SOON, ids=["tomorrow", "90 days"])
    def test_an_authorisation_within_90_days(self, place: Municipality, found: Build, end: date) -> None:
        therapist = TherapistFactory(employed_in=place, name="Kari Prøve", authorised_to=end)
        ending = Ending(Ends.AUTHORISATION, "Kari Prøve", end, (end - TODAY).days)
        assert found().endings == (ending,)
        therapist.is_licence = True
        therapist.save()
        assert found().endings[0].what == Ends.LICENCE

    def test_not_after_91_days_nor_when_it_has_ended(self, place: Municipality, found: Build) -> None:
        TherapistFactory(employed_in=place, authorised_to=LATER)
        TherapistFactory(employed_in=place, authorised_to=TODAY)
        assert found().endings == ()
        assert [len(found(days_ago(days)).endings) for days in (1, 90)] == [1, 1]
        assert [one.on for one in found(days_ago(1)).endings] == [TODAY]

    def test_of_two_posts_of_one_person_once(self, place: Municipality, found: Build) -> None:
        therapist = TherapistFactory(employed_in=place, authorised_to=SOON[1])
        other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
        EmploymentFactory(municipality=place, therapist=therapist, occupation=other, fte="0.50")
        assert len(found().endings) == 1

    @pytest.mark.parametrize(
        ("end", "is_soon"), [(SOON[0], True), (SOON[1], True), (LATER, False), (TODAY, False), (None, False)]
    )
    def test_an_agreement_by_which_it_is_served(
        self, place: Municipality, found: Build, end: date | None, is_soon: bool
    ) -> None:
        provider = MunicipalityFactory(name="Nabo")
        CoverageAgreementFactory(provider=provider, recipient=place, valid_to=end)
        CoverageAgreementFactory(provider=place, valid_to=end)
        told = [(one.what, one.name) for one in found().endings]
        assert told == [(Ends.AGREEMENT, provider.full_name)] * is_soon

    def test_one_that_goes_on_does_not_end(self, place: Municipality, found: Build) -> None:
        provider = MunicipalityFactory()
        between = {"provider": provider, "recipient": place}
        ends = [TODAY + timedelta(days=days) for days in (10, 40, 100)]
        CoverageAgreementFactory(**between, valid_to=ends[0])
        CoverageAgreementFactory(**between, valid_from=ends[0], valid_to=ends[1])
        assert [one.on for one in found().endings] == [ends[1]]
        CoverageAgreementFactory(**between, valid_from=ends[1], valid_to=ends[2])
        assert found().endings == ()

    def test_one_that_begins_again_after_a_day_without_ends(self, place: Municipality, found: Build) -> None:
        between = {"provider": MunicipalityFactory(), "recipient": place}
        CoverageAgreementFactory(**between, valid_to=SOON[0])
        CoverageAgreementFactory(**between, valid_from=SOON[0] + timedelta(days=1))
        assert [one.on for one in found().endings] == [SOON[0]]

    def test_what_ends_makes_thin_only_what_is_covered(self, place: Municipality, found: Build) -> None:
        CoverageAgreementFactory(recipient=place, valid_to=SOON[0])
        assert found().endings and not found().is_thin


class TestLimit:
    @pytest.mark.parametrize(("fte", "is_under"), [("1.00", False), ("0.99", True)])
    def test_under_it_and_not_at_it(
        self, place: Municipality, found: Build, fte: str, is_under: bool
    ) -> None:
        PopulationFactory(municipality=place, persons=5_000)
        EmploymentFactory(municipality=place, fte=fte)
        assert found().is_under == is_under
        report = coverage.build(TODAY, data_as_of=NOW)
        assert [row.is_under for row in report.rows] == [is_under]
        assert (report.totals.under, len(report.under)) == (is_under, is_under)

    def test_none_without_inhabitants_or_coverage(self, place: Municipality, found: Build) -> None:
        EmploymentFactory(municipality=place, fte="0.10", purchased=True)
        assert not found(definition=ATTACHED).is_under
        PopulationFactory(municipality=place)
        assert found(definition=ATTACHED).is_under
        assert not found().is_under

    def test_who_is_served_on_demand_has_none(self, place: Municipality, found: Build) -> None:
        PopulationFactory(municipality=place)
        provider = MunicipalityFactory()
        EmploymentFactory(municipality=provider)
        CoverageAgreementFactory(provider=provider, recipient=place)
        assert found(definition=ATTACHED).is_under

    def test_each_day_has_the_one_that_began_last(self, db: None) -> None:
        registered = {"registered_at": NOW - timedelta(days=30)}
        ThinCoverageLimitFactory(valid_from=days_ago(9), least_fte="3.00", **registered)
        ThinCoverageLimitFactory(valid_from=days_ago(9), least_fte="3.50", **registered)
        ThinCoverageLimitFactory(valid_from=TODAY, least_fte="1.00", **registered)
        days = (TODAY, days_ago(1), days_ago(9), days_ago(10))
        assert [least_fte_on(day) for day in days] == [1, Decimal("3.50"), Decimal("3.50"), 2]

    @pytest.mark.parametrize("least", ["0.09", "20.01"])
    def test_the_database_refuses_one_out_of_range(self, db: None, least: str) -> None:
        with pytest.raises(IntegrityError, match="thin_coverage_limit_range"), transaction.atomic():
            ThinCoverageLimitFactory(least_fte=least)

    @pytest.mark.parametrize("valid_from", [TODAY, days_ago(1)])
    def test_and_one_for_a_day_that_may_have_been_shown(self, db: None, valid_from: date) -> None:
        with pytest.raises(IntegrityError, match="thin_coverage_limit_begins_later"), transaction.atomic():
            ThinCoverageLimitFactory(valid_from=valid_from)

    def test_nobody_changes_or_removes_one(self, db: None) -> None:
        rows = ThinCoverageLimit.objects.filter(pk=ThinCoverageLimitFactory().pk)
        for change in (lambda: rows.update(least_fte=5), rows.delete):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()


class TestLone:
    """Therapists without a colleague in the whole country, at the end of a year."""

    @staticmethod
    def lone(on: date = TODAY) -> LoneTherapists:
        return coverage.build(on, data_as_of=NOW).lone

    @staticmethod
    def places(alone: int, in_twos: int) -> None:
        for _number in range(alone):
            EmploymentFactory(fte="0.50")
        for _number in range(in_twos):
            EmploymentFactory.create_batch(2, municipality=MunicipalityFactory(), fte="0.50")

    @pytest.mark.parametrize(("alone", "in_twos", "shown"), [(5, 5, 5), (4, 5, None), (5, 4, None)])
    def test_only_where_many_could_be_and_are_not(
        self, db: None, alone: int, in_twos: int, shown: int | None
    ) -> None:
        self.places(alone, in_twos)
        assert self.lone() == LoneTherapists(date(2025, 12, 31), shown)

    def test_those_with_more_than_one_can_hold_hide_nobody(self, db: None) -> None:
        self.places(5, 4)
        EmploymentFactory.create_batch(2, municipality=MunicipalityFactory(), fte="0.76")
        assert self.lone().people is None
        EmploymentFactory.create_batch(2, municipality=MunicipalityFactory(), fte="0.75")
        assert self.lone().people == 5

    def test_whoever_is_alone_in_two_places_is_one_person(self, db: None) -> None:
        self.places(5, 5)
        therapist = TherapistFactory()
        for _number in range(2):
            EmploymentFactory(therapist=therapist, fte="0.50")
        assert self.lone().people == 6

    def test_what_happens_in_the_year_is_not_told_before_its_end(self, db: None) -> None:
        self.places(5, 5)
        EmploymentFactory(valid_from=days_ago(1), fte="0.50")
        assert [self.lone(day) for day in (TODAY, days_ago(1))] == [self.lone(newest_year_end(TODAY))] * 2

    def test_leave_changes_nothing(self, db: None) -> None:
        self.places(5, 5)
        before = self.lone()
        LeaveFactory(employment=EmploymentFactory(valid_from=days_ago(2)), valid_from=days_ago(2))
        assert self.lone() == before

    def test_the_end_of_a_year(self) -> None:
        days = (date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1))
        assert [newest_year_end(day).year for day in days] == [2024, 2025, 2025]


@pytest.mark.parametrize("role", sorted(Role))
def test_only_those_who_work_there_are_told(place: Municipality, role: Role) -> None:
    in_a_place = role in (Role.COORDINATOR, Role.THERAPIST, Role.MANAGER, Role.PRIVACY_OFFICER)
    told = []
    for where in (place, MunicipalityFactory()) if in_a_place else (None,):
        user = MembershipFactory(role=role, municipality=where, counties=_counties(role, place)).user
        told.append(thin.build(place.pk, TODAY, access_of(user, on=TODAY), ATTACHED) is not None)
    is_staff = role in (Role.COORDINATOR, Role.THERAPIST, Role.MANAGER)
    assert told == ([is_staff, False] if in_a_place else [False])
    assert thin.build(place.pk, TODAY, NO_ACCESS, ATTACHED) is None


def _counties(role: Role, place: Municipality) -> Any:
    return [place.county] if role is Role.COUNTY_READER else None


def test_seven_queries_at_most(place: Municipality, found: Build) -> None:
    TherapistFactory(employed_in=place, authorised_to=SOON[1])
    CoverageAgreementFactory(recipient=place, valid_to=SOON[1])
    with CaptureQueriesContext(connection) as queries:
        found()
    assert len(queries) == 7
