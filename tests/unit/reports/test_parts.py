"""How those who wait are divided: against a plain count of random worlds, and always adding up to the whole."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest

from ergo.scope import scoped
from referrals.actions import worklist
from referrals.choices import Knowledge, Move, Source
from referrals.models import Category, Hindsight, Municipality, Referral, Therapist, User, referrals_as
from referrals.permissions import NO_ACCESS, Access, Grant, Role
from referrals.reports import parts, waiting_times
from referrals.reports.parts import Caseload, Part, PartsReport
from referrals.reports.periods import last_weeks
from referrals.reports.scopes import Scope
from tests.factories import NOW, TODAY, ReferralFactory, TherapistFactory, days_ago, noon
from tests.unit.actions.acting import acting, do
from tests.unit.reports import plain
from tests.unit.reports.worlds import Case, World

DAYS = [TODAY, days_ago(91), days_ago(400), date(2024, 2, 29)]
SOURCES = (Source.GP, Source.HOSPITAL, Source.SELF)


def own(municipality: Municipality) -> Scope:
    return Scope.municipality(municipality, staff(municipality))


def staff(municipality: Municipality) -> Access:
    return Access(grants=(Grant(Role.MANAGER, municipality.pk),))


def build(municipality: Municipality, on: date = TODAY, knowledge: Knowledge = Knowledge.NOW) -> PartsReport:
    hindsight = Hindsight(knowledge)
    rows = referrals_as(hindsight).visible_to(staff(municipality))
    return parts.build(own(municipality), on, rows, data_as_of=NOW, hindsight=hindsight)


def summed(found: Iterable[Part | Caseload]) -> tuple[int, int]:
    """Those who wait, and those of them over target."""
    listed = list(found)
    return sum(part.waiting.value for part in listed), sum(part.over_target.value for part in listed)


Known = tuple[Case, Source, Therapist | None]


@pytest.fixture
def known(world: World) -> list[Known]:
    """The cases of the first municipality, each with a source, and some with a therapist."""
    rng, therapists = Random(4), [None, *TherapistFactory.create_batch(2)]
    found = []
    for number, case in enumerate(world.cases):
        source, therapist = rng.choice(SOURCES), rng.choice(therapists)
        Referral.objects.filter(
            number=f"2026-{number:06}", municipality=world.municipalities[case.municipality]
        ).update(source=source, therapist=therapist, assigned_on=case.received if therapist else None)
        found.append((case, source, therapist))
    return [one for one in found if one[0].municipality == 0]


def test_each_cell_source_and_caseload_is_a_plain_count(world: World, known: list[Known]) -> None:
    for on in DAYS:
        report = build(world.municipalities[0], on)
        for number, (category, row) in enumerate(zip(report.categories, report.cells, strict=True)):
            assert category.code == world.categories[number].code
            for level, cell in zip(report.priorities, row, strict=True):
                here = [
                    case
                    for case, _source, _therapist in known
                    if case.category == number and level_of(case, on) == level.code
                ]
                assert_counts(cell, world, here, on)
        for part in report.by_source:
            assert_counts(part, world, [case for case, source, _t in known if source == part.code], on)
        for one in report.by_therapist:
            cases = [case for case, _source, t in known if (str(t.pk) if t else "") == one.code]
            assert_counts(one, world, cases, on)
            period = last_weeks(on, 13)
            assert one.started.value == plain.flow(cases, period.start, period.end)["started"]


def level_of(case: Case, on: date) -> str:
    return str(case.priority) if case.assessed and case.assessed <= on else "null"


def assert_counts(part: Part | Caseload, world: World, cases: list[Case], on: date) -> None:
    expected = plain.figures(world, cases, on)
    assert (part.waiting.value, part.over_target.value) == (expected["waiting"], expected["over_target"])
    if isinstance(part, Part):
        assert part.median_days.value == expected["median_days"]


@pytest.mark.usefixtures("known")
def test_every_way_of_dividing_adds_up_to_the_dashboards_number(world: World) -> None:
    for municipality in world.municipalities:
        for on in DAYS:
            for knowledge in Knowledge:
                report = build(municipality, on, knowledge)
                board = waiting_times.build(
                    own(municipality), on, data_as_of=NOW, hindsight=Hindsight(knowledge)
                )
                whole = board.waiting.figure.value, board.over_target.figure.value
                assert summed([report.whole]) == whole
                cells = [cell for row in report.cells for cell in row]
                for way in (report.categories, report.priorities, cells, report.by_source):
                    assert summed(way) == whole
                assert summed(report.by_therapist) == whole
                for category, row in zip(report.categories, report.cells, strict=True):
                    assert summed(row) == summed([category])


def test_as_it_was_known_a_case_is_with_whom_it_was_assigned_to_then(
    municipality: Municipality, category: Category, coordinator: User, therapist: Therapist
) -> None:
    case = ReferralFactory(
        municipality=municipality, category=category, waiting=True, received_on=days_ago(30)
    )
    worklist.assign(
        referral_id=case.pk,
        version=case.version,
        therapist_id=therapist.pk,
        on=days_ago(5),
        **acting(coordinator, noon(days_ago(5))),
    )
    for on, knowledge, has_it in [
        (days_ago(5), Knowledge.THEN, therapist.name),
        (days_ago(6), Knowledge.THEN, ""),
        (days_ago(6), Knowledge.NOW, therapist.name),
    ]:
        report = build(municipality, on, knowledge)
        assert {one.name for one in report.by_therapist if one.waiting.value} == {has_it}, (on, knowledge)


def test_as_it_was_known_a_case_is_of_the_source_registered_then(
    municipality: Municipality, category: Category, coordinator: User
) -> None:
    case = ReferralFactory(
        municipality=municipality, category=category, waiting=True, received_on=days_ago(30)
    )
    do(Move.CORRECT, case, coordinator, at=noon(TODAY))
    sources = {
        knowledge: [part.code for part in build(municipality, days_ago(1), knowledge).by_source]
        for knowledge in Knowledge
    }
    assert sources == {Knowledge.NOW: [Source.SELF], Knowledge.THEN: [Source.GP]}


def test_where_nobody_waits_only_the_unassigned_stand_with_nought(municipality: Municipality) -> None:
    report = build(municipality)
    assert summed([report.whole]) == (0, 0) and report.priorities == report.by_source == ()
    assert [(one.name, one.waiting.value, one.started.value) for one in report.by_therapist] == [("", 0, 0)]


def test_a_start_counts_with_its_therapist_from_the_first_to_the_last_day_of_13_weeks(
    municipality: Municipality, category: Category, therapist: Therapist
) -> None:
    for days in (0, 90, 91):
        ReferralFactory(
            municipality=municipality,
            category=category,
            started=True,
            therapist=therapist,
            received_on=days_ago(120),
            started_on=days_ago(days),
        )
    report = build(municipality)
    assert report.started_in.start == TODAY - timedelta(days=90)
    assert [(one.name, one.started.value) for one in report.by_therapist] == [(therapist.name, 2), ("", 0)]


def test_nobody_else_is_told(municipality: Municipality) -> None:
    outside = Scope.municipality(municipality, NO_ACCESS)
    with scoped(), pytest.raises(ValueError, match="own staff"):
        parts.build(outside, TODAY, Referral.objects.all(), data_as_of=NOW)
