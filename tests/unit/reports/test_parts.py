"""How those who wait are divided: against a plain count of random worlds, and always adding up to the whole."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta
from random import Random

import pytest

from ergo.scope import scoped
from referrals.actions import worklist
from referrals.choices import Knowledge, Move, Outcome, Source
from referrals.models import (
    Category,
    Hindsight,
    Municipality,
    Referral,
    Therapist,
    User,
    referrals_as,
)
from referrals.permissions import NO_ACCESS
from referrals.reports import flow, parts, waiting_times
from referrals.reports.parts import Part, PartsReport
from referrals.reports.periods import last_weeks
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure
from tests.factories import NOW, TODAY, MunicipalityFactory, ReferralFactory, TherapistFactory, days_ago, noon
from tests.unit.actions.acting import acting, do
from tests.unit.reports import plain
from tests.unit.reports.own import manager_of, own
from tests.unit.reports.worlds import Case, World

DAYS = [TODAY, days_ago(91), days_ago(400), date(2024, 2, 29)]
SOURCES = (Source.GP, Source.HOSPITAL, Source.SELF)


def build(
    municipality: Municipality, on: date = TODAY, knowledge: Knowledge = Knowledge.NOW, weeks: int = 13
) -> PartsReport:
    hindsight = Hindsight(knowledge)
    rows = referrals_as(hindsight).visible_to(manager_of(municipality))
    return parts.build(own(municipality), last_weeks(on, weeks), rows, data_as_of=NOW, hindsight=hindsight)


def summed(found: Iterable[Part]) -> tuple[int, int]:
    """Those who wait, and those of them over target."""
    listed = list(found)
    return sum(part.waiting.value for part in listed), sum(part.over_target.value for part in listed)


def assert_nothing_told(report: PartsReport) -> None:
    """No figure of anything, not even 0, and no part is told that would need one."""
    assert report.priorities == report.by_source == () and set(report.cells) <= {()}
    assert [one.code for one in report.by_therapist] == [""]
    for part in (report.whole, *report.categories, *report.by_therapist):
        found = [getattr(part, field.name) for field in fields(part) if field.type is Figure]
        found += [getattr(part.moved, field.name) for field in fields(part.moved)]
        assert len(found) == 13 and set(found) == {Figure()}


def is_known(world: World, place: int, on: date) -> bool:
    """From the first referral of the municipality on; without one only today is."""
    cases = [case for case in world.cases if case.municipality == place]
    return (plain.known_from(cases) or TODAY) <= on


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


@pytest.mark.parametrize("weeks", [13, 52])
def test_each_part_is_a_plain_count(world: World, known: list[Known], weeks: int) -> None:
    for on in DAYS:
        report = build(world.municipalities[0], on, weeks=weeks)
        cases = [case for case, _source, _therapist in known]
        assert_figures(report.whole, world, cases, report)
        for number, (category, row) in enumerate(zip(report.categories, report.cells, strict=True)):
            assert category.code == world.categories[number].code
            here = [case for case in cases if case.category == number]
            assert_figures(category, world, here, report)
            for level, cell in zip(report.priorities, row, strict=True):
                assert_figures(cell, world, [one for one in here if level_of(one, on) == level.code], report)
        for level in report.priorities:
            assert_figures(level, world, [one for one in cases if level_of(one, on) == level.code], report)
        for part in report.by_source:
            of_source = [case for case, source, _t in known if source == part.code]
            assert_figures(part, world, of_source, report)
        for one in report.by_therapist:
            theirs = [case for case, _source, t in known if (str(t.pk) if t else "") == one.code]
            assert_waiting(one, world, theirs, on, has_key=has_key(world, on))
            moved = plain.flow(theirs, report.period.start, report.period.end)
            assert one.moved.started.value == moved["started"]
            assert (one.moved.referred.value, one.moved.load.value) == (None, None)


def level_of(case: Case, on: date) -> str:
    return str(case.priority) if case.assessed and case.assessed <= on else "null"


def has_key(world: World, on: date) -> bool:
    return any(since <= on for since, _days in world.keys[0])


def assert_figures(part: Part, world: World, cases: list[Case], report: PartsReport) -> None:
    assert_waiting(part, world, cases, report.on, has_key=has_key(world, report.on))
    expected = plain.flow(cases, report.period.start, report.period.end)
    moved, removals = part.moved, expected["started"] + expected["other_ends"]
    for name in ("referred", "started", "other_ends"):
        assert getattr(moved, name).value == expected[name]
    assert moved.load.value == (round(expected["referred"] / removals, 2) if removals else None)
    waiting, weeks = part.waiting.value, report.period.weeks
    to_empty = round(waiting * weeks / removals, 1) if removals else None
    assert moved.clearance_weeks.value == (to_empty if waiting else 0)


def assert_waiting(part: Part, world: World, cases: list[Case], on: date, *, has_key: bool) -> None:
    expected = plain.figures(world, cases, on)
    names = (
        "waiting",
        "over_target",
        "not_assessed",
        "over_a_year",
        "median_days",
        "p90_days",
        "oldest_days",
    )
    assert {name: getattr(part, name).value for name in names} == {name: expected[name] for name in names}
    assessed = expected["waiting"] - expected["not_assessed"]
    share = round((assessed - expected["over_target"]) / assessed, 4) if assessed and has_key else None
    assert part.within_target.value == share


@pytest.mark.usefixtures("known")
def test_every_way_of_dividing_adds_up_to_the_dashboards_number(world: World) -> None:
    for place, municipality in enumerate(world.municipalities):
        for on in DAYS:
            for knowledge in Knowledge:
                report = build(municipality, on, knowledge)
                board = waiting_times.build(
                    own(municipality), on, data_as_of=NOW, hindsight=Hindsight(knowledge)
                )
                whole = board.waiting.figure.value, board.over_target.figure.value
                assert report.is_known is board.is_known is is_known(world, place, on)
                if not report.is_known:
                    assert_nothing_told(report)
                    assert whole == (None, None) and report.begins_on == board.begins_on
                    continue
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
    assert [(one.name, one.waiting.value, one.moved.started.value) for one in report.by_therapist] == [
        ("", 0, 0)
    ]


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
    assert report.period.start == TODAY - timedelta(days=90)
    assert [(one.name, one.moved.started.value) for one in report.by_therapist] == [
        (therapist.name, 2),
        ("", 0),
    ]


@pytest.mark.usefixtures("known")
def test_what_came_and_went_adds_up_to_the_flow(world: World) -> None:
    for place, municipality in enumerate(world.municipalities):
        for on in DAYS:
            for knowledge in Knowledge:
                report = build(municipality, on, knowledge, weeks=52)
                whole = flow.build(
                    own(municipality), report.period, data_as_of=NOW, hindsight=Hindsight(knowledge)
                )
                assert report.is_known is whole.is_known is is_known(world, place, on)
                if not report.is_known:
                    assert_nothing_told(report)
                    assert {getattr(whole, name).figure for name in flow.LINES} == {Figure()}
                    continue
                for name in ("referred", "started", "other_ends"):
                    expected = getattr(whole, name).figure.value
                    cells = [cell for row in report.cells for cell in row]
                    ways = [[report.whole], report.categories, report.priorities, cells, report.by_source]
                    for way in ways:
                        assert sum(getattr(part.moved, name).value for part in way) == expected
                started = sum(part.moved.started.value for part in report.by_therapist)
                assert started == whole.started.figure.value
                assert report.whole.moved.load == whole.load
                assert report.whole.moved.clearance_weeks == whole.clearance_weeks


def test_duplicates_and_what_was_entered_in_error_neither_came_nor_went(
    municipality: Municipality, category: Category
) -> None:
    for outcome in (Outcome.DUPLICATE, Outcome.ENTERED_IN_ERROR, Outcome.DECLINED):
        ReferralFactory(municipality=municipality, category=category, withdrawn=True, outcome=outcome)
    moved = build(municipality, weeks=52).whole.moved
    assert (moved.referred.value, moved.other_ends.value, moved.started.value) == (1, 1, 0)


def test_a_priority_set_after_the_day_is_none_of_its_flow(
    municipality: Municipality, category: Category
) -> None:
    ReferralFactory(
        municipality=municipality,
        category=category,
        waiting=True,
        received_on=days_ago(20),
        prioritised_on=days_ago(5),
    )
    for days, code in ((5, "2"), (6, "null")):
        (level,) = build(municipality, days_ago(days)).priorities
        assert (level.code, level.moved.referred.value) == (code, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("has_key", [True, False])
def test_where_no_key_holds_there_is_no_share_within_target(has_key: bool) -> None:
    place = MunicipalityFactory()
    ReferralFactory(municipality=place, waiting=True, key=has_key)
    assert build(place).whole.within_target.value == (1 if has_key else None)


def test_a_period_that_is_not_the_13_weeks_is_another_question(municipality: Municipality) -> None:
    quarter, year = build(municipality).recipe, build(municipality, weeks=52).recipe
    assert quarter.filters == ()
    assert year.filters == (("period", str(last_weeks(TODAY, 52))),)
    assert quarter.hash != year.hash


def test_nobody_else_is_told(municipality: Municipality) -> None:
    outside = Scope.municipality(municipality, NO_ACCESS)
    with scoped(), pytest.raises(ValueError, match="own staff"):
        parts.build(outside, last_weeks(TODAY, 13), Referral.objects.all(), data_as_of=NOW)
