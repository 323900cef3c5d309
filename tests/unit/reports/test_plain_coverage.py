"""Coverage of a demo against a computation that shares nothing with the product: days, definitions and borders."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import Model, QuerySet
from pytest_django import DjangoDbBlocker

from referrals.choices import Borders, Definition, GroupedBy, OccupationKind
from referrals.models import Employment, Municipality, Occupation, StaffingFigure, Therapist, Vacancy
from referrals.reports import borders, coverage, coverage_history, coverage_redrawn, coverage_series
from referrals.reports.question import Question
from tests import plain_coverage
from tests.factories import StaffingImportFactory
from tests.plain_coverage import Rows
from tests.unit.management.test_report import report as printed
from tests.unit.reports.plain_rows import read_register

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNTIL = date(2026, 3, 1)  # of the demo
DAYS = (date(2018, 12, 31), date(2021, 6, 15), date(2024, 12, 31))
REFORMS = (date(2019, 12, 31), date(2020, 1, 1), date(2023, 12, 31), date(2024, 1, 1))
KEPT = {date(2020, 1, 1): {"1103", "5001"}}  # Stavanger and Trondheim took others in
IN_ANOTHER_POST, STUDENTS, FIGURES, VACANT = 400, 80, 900, 120
# What an official figure says: in which measure, by which sign, how much, and with how many decimals.
SAID = (
    *[("persons", "nil", 0, 0), ("persons", "value", 0, 0), ("persons", "value", 1, 0), ("fte", "nil", 0, 1)],
    *[
        ("fte", "value", 0, 0),
        ("fte", "value", 0, 1),
        ("fte", "value", "0.4", 1),
        ("relative", "value", 0, 1),
    ],
    *[("persons", "suppressed", None, None), ("persons", "missing", None, None)],
)

# Of the demo as it is seeded: in its first years, between and on its last day.
SEEDED_DAYS = (date(2019, 6, 30), date(2022, 12, 31), UNTIL)

pytestmark = [pytest.mark.django_db]

every_day = pytest.mark.parametrize("on", DAYS, ids=str)
every_definition = pytest.mark.parametrize("definition", Definition)


@pytest.fixture(scope="module")
def as_seeded(seeded: list[int], django_db_blocker: DjangoDbBlocker) -> tuple[Rows, dict[Any, set[int]]]:
    """The demo as everybody gets it, and who is without in it by the product: by day and definition."""
    with django_db_blocker.unblock():
        asked = [(on, definition) for on in SEEDED_DAYS for definition in Definition]
        found = {(on, definition): _without(on, definition) for on, definition in asked}
        return read_register(), found


def _without(on: date, definition: Definition) -> set[int]:
    return {row.pk for row in coverage.build(on, data_as_of=NOW, definition=definition).without}


@pytest.mark.parametrize("on", SEEDED_DAYS, ids=str)
def test_in_the_demo_the_three_definitions_differ(
    as_seeded: tuple[Rows, dict[Any, set[int]]], on: date
) -> None:
    rows, found = as_seeded
    for definition in Definition:
        assert found[on, definition] == plain_coverage.without(rows, on, definition.value)
    employed, authorised, attached = (found[on, definition] for definition in Definition)
    assert employed > authorised > attached
    assert 5 <= len(employed - authorised) <= 10, "a handful"


@pytest.fixture(scope="module")
def rows(as_seeded: tuple[Rows, dict[Any, set[int]]], django_db_blocker: DjangoDbBlocker) -> Iterator[Rows]:
    """The demo with posts of another kind, students, official figures and vacant posts anywhere."""
    with django_db_blocker.unblock():
        rng = Random(3)
        other = Occupation.objects.get(kind=OccupationKind.OTHER)
        some(Employment, IN_ANOTHER_POST, rng).update(occupation=other)
        some(Therapist, STUDENTS, rng).update(is_licence=True, is_student=True)
        places = sorted(Municipality.objects.values_list("pk", flat=True))
        StaffingFigure.objects.bulk_create(figures(places, rng))
        Vacancy.objects.bulk_create(vacancies(places, rng))
        yield read_register()


def some(model: type[Model], count: int, rng: Random) -> QuerySet:
    chosen = rng.sample(sorted(model.objects.values_list("pk", flat=True)), count)
    return model.objects.filter(pk__in=chosen)


def figures(places: list[int], rng: Random) -> Iterator[StaffingFigure]:
    """Of random municipalities in the years before the days that are looked at; some were replaced."""
    newer = StaffingImportFactory()
    for number in range(FIGURES):
        measure, status, value, decimals = rng.choice(SAID)
        yield StaffingFigure(
            municipality_id=rng.choice(places),
            counted_on=rng.choice(DAYS) - timedelta(days=rng.choice([0, 1, 45, 364, 365, 366])),
            source=f"Tabell {number}",
            measure=measure,
            status=status,
            value=value,
            decimals=decimals,
            replaced_by=newer if rng.random() < 0.1 else None,
        )


def vacancies(places: list[int], rng: Random) -> Iterator[Vacancy]:
    """Around each of the days that are looked at."""
    post = Occupation.objects.filter(kind=OccupationKind.THERAPIST).first()
    for place in rng.sample(places, VACANT):
        begun = rng.choice(DAYS) - timedelta(days=rng.choice([0, 1, 100]))
        ended = None if rng.random() < 0.5 else begun + timedelta(days=rng.choice([1, 100, 101]))
        yield Vacancy(municipality_id=place, occupation=post, fte=1, valid_from=begun, valid_to=ended)


@every_day
@every_definition
def test_who_is_without(rows: Rows, on: date, definition: Definition) -> None:
    report = coverage.build(on, data_as_of=NOW, definition=definition)
    expected = plain_coverage.without(rows, on, definition.value)
    assert {row.pk for row in report.without} == expected
    assert report.totals.without == len(expected) > 0
    assert report.totals.fte == plain_coverage.fte(rows, on)
    assert report.totals.unknown == list(plain_coverage.answers(rows, on).values()).count("unknown")


@every_day
def test_the_definitions_ask_for_less_and_less(rows: Rows, on: date) -> None:
    employed, authorised, attached = (plain_coverage.without(rows, on, each.value) for each in Definition)
    assert employed > authorised > attached


@every_day
def test_who_has_a_vacant_post_only(rows: Rows, on: date) -> None:
    expected = plain_coverage.vacant_only(rows, on)
    for definition in Definition:
        report = coverage.build(on, data_as_of=NOW, definition=definition)
        assert {row.pk for row in report.vacant_only} == expected
        assert report.totals.vacant_only == len(expected) > 0


@every_day
@every_definition
def test_the_shell_says_the_same(rows: Rows, on: date, definition: Definition) -> None:
    expected = plain_coverage.without(rows, on, definition.value)
    arguments = ("--on", on.isoformat(), "--definition", definition.value, "--format", "json")
    found = json.loads(printed("coverage", *arguments))
    codes = {row["id"]: row["code"] for row in rows.municipalities}
    assert found["definition"] == definition.value
    assert found["without"] == len(expected)
    assert sorted(found["without_codes"]) == sorted(codes[place] for place in expected)
    vacant = plain_coverage.vacant_only(rows, on)
    assert sorted(found["vacant_post_only_codes"]) == sorted(codes[place] for place in vacant)


@every_definition
def test_since_when(rows: Rows, definition: Definition) -> None:
    """Of some of those without, counted back day by day."""
    on = DAYS[-1]
    furthest = on - timedelta(days=400)
    without = [row for row in coverage.build(on, data_as_of=NOW, definition=definition).without]
    for row in Random(1).sample(without, 6):
        expected = plain_coverage.days_without(rows, row.pk, on, definition.value, furthest)
        found = row.days_without if row.days_without is not None and row.days_without < 400 else None
        assert found == expected, row.code
        if expected is not None:
            assert coverage_history.of_municipality(row.pk, definition, on).gaps[0].days == expected


def test_the_series_says_what_each_day_says(rows: Rows) -> None:
    series = coverage_series.build(UNTIL, data_as_of=NOW, question=Question())
    assert [point.on for point in series.years] == [
        *(date(year, 12, 31) for year in range(2018, 2026)),
        UNTIL,
    ]
    assert len(series.months) == 8 * 12 + 3
    for point in [*series.years[::3], *Random(2).sample(series.months, 5)]:
        for definition in Definition:
            expected = plain_coverage.without(rows, point.on, definition.value)
            assert point.without[definition] == len(expected), point.on
        assert point.municipalities == 357
        assert point.fte == plain_coverage.fte(rows, point.on)


@every_definition
def test_who_is_new_and_who_is_covered_again(rows: Rows, definition: Definition) -> None:
    on, before = DAYS[-1], DAYS[-1].replace(year=DAYS[-1].year - 1)
    then, now = (plain_coverage.without(rows, day, definition.value) for day in (before, on))
    answers = plain_coverage.answers(rows, on)
    found = coverage_series.build(on, data_as_of=NOW, question=Question(definition)).turnover
    assert found.new == now - then
    assert found.closed == {place for place in then - now if answers[place] != "unknown"}
    assert found.lost == {place for place in then - now if answers[place] == "unknown"}
    assert len(then) + len(found.new) - len(found.closed) - len(found.lost) == len(now)


# ---------------------------------------------------------------- borders


@pytest.mark.parametrize(("on", "number"), [*zip(REFORMS, (422, 356, 356, 357), strict=True)], ids=str)
@every_definition
def test_the_borders_of_the_day(rows: Rows, on: date, number: int, definition: Definition) -> None:
    question = Question(definition, Borders.DAY)
    asked = coverage_redrawn.build(on, data_as_of=NOW, question=question)
    expected = plain_coverage.codes_on(rows, on, KEPT)
    assert len(asked.rows) == asked.totals.municipalities == number
    assert {row.code for row in asked.rows} == expected.keys()
    without = plain_coverage.without(rows, on, definition.value)
    answers = plain_coverage.answers(rows, on)
    # Only itself: its parts are nobody else's.
    shared = Counter(place for parts in expected.values() for place in parts)
    for row in asked.rows:
        parts = expected[row.code]
        if len(parts) == 1 and shared[next(iter(parts))] == 1:
            assert (row in without_of(asked)) == (parts <= without), row.code
        elif all(answers[place] == "none" for place in parts):
            assert row in without_of(asked)
        elif any(shared[place] > 1 for place in parts):
            assert row.state.value == "unknown"
    assert asked.totals.fte == plain_coverage.fte(rows, on)


def without_of(asked: coverage_redrawn.AskedCoverage) -> list[Any]:
    return [row for row in asked.rows if row.state in coverage.WITHOUT[asked.question.definition]]


def test_one_that_was_divided_is_its_parts_together(rows: Rows) -> None:
    asked = coverage_redrawn.build(date(2023, 12, 31), data_as_of=NOW, question=Question(borders=Borders.DAY))
    today = {row.code: row for row in asked.report.rows}
    aalesund = next(row for row in asked.rows if row.code == "1507")
    assert not {"1508", "1580"} & {row.code for row in asked.rows}
    assert aalesund.fte == today["1508"].fte + today["1580"].fte
    assert aalesund.population == today["1508"].population + today["1580"].population
    assert aalesund.name == "1507"
    assert [(split.old_code, split.new_codes) for split in asked.splits] == [("1507", ("1508", "1580"))]


def test_all_three_splits_are_told(rows: Rows) -> None:
    series = coverage_series.build(UNTIL, data_as_of=NOW, question=Question())
    assert [(split.old_code, split.new_codes) for split in series.splits] == [
        ("1850", ("1806", "1875")),
        ("5012", ("5055", "5056", "5059")),
        ("1507", ("1508", "1580")),
    ]


@pytest.mark.parametrize("by", GroupedBy)
@pytest.mark.parametrize("drawn", Borders)
def test_groups_add_up(rows: Rows, by: GroupedBy, drawn: Borders) -> None:
    question = Question(Definition.ATTACHED, drawn, by)
    for on in REFORMS[:2]:
        asked = coverage_redrawn.build(on, data_as_of=NOW, question=question)
        for name in ("municipalities", "without", "unknown", "vacant_only"):
            parts = [getattr(group.totals, name) for group in asked.groups]
            assert sum(parts) == getattr(asked.totals, name)
        fte = sum(group.totals.fte for group in asked.groups)
        assert fte <= asked.totals.fte and (drawn == Borders.DAY or fte == asked.totals.fte)


@pytest.mark.parametrize("by", GroupedBy)
@pytest.mark.parametrize("drawn", Borders)
def test_a_group_in_the_series_is_that_of_the_day(rows: Rows, by: GroupedBy, drawn: Borders) -> None:
    question = Question(Definition.ATTACHED, drawn, by)
    series = coverage_series.build(date(2020, 6, 30), data_as_of=NOW, question=question)
    for place, on in enumerate((date(2018, 12, 31), date(2019, 12, 31), date(2020, 6, 30))):
        asked = coverage_redrawn.build(on, data_as_of=NOW, question=question)
        expected = {
            group.code: (
                group.totals.municipalities,
                group.totals.without,
                group.totals.unknown,
                group.totals.fte,
            )
            for group in asked.groups
        }
        points = {group.code: group.points[place] for group in series.groups if group.points[place]}
        assert expected == {
            code: (point.municipalities, point.without[Definition.ATTACHED], point.unknown, point.fte)
            for code, point in points.items()
        }


def test_old_counties_have_their_numbers(rows: Rows) -> None:
    question = Question(borders=Borders.DAY, by=GroupedBy.COUNTY)
    asked = coverage_redrawn.build(date(2019, 12, 31), data_as_of=NOW, question=question)
    named = {group.code: group.name for group in asked.groups}
    assert (named["11"], named["50"], named["12"]) == ("Rogaland", "Trøndelag", "12")
    assert sum(group.totals.municipalities for group in asked.groups) == 422
    assert borders.days_of_change([]) == []
