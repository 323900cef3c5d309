"""Every figure of a demo against a computation that shares nothing with the product: random days, both ways to look."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from ergo.scope import scoped
from referrals.choices import Knowledge
from referrals.demo.seed import Order
from referrals.demo.users import MOSS
from referrals.models import (
    Category,
    Hindsight,
    Municipality,
    Referral,
    User,
    access_of,
    looking_back,
    referrals_as,
)
from referrals.models.referral import ReferralQuerySet
from referrals.reports import (
    counts,
    flow,
    kept_or_counted,
    long_waits,
    moved_rows,
    parts,
    rereferred,
    three_figures,
    waiting_times,
)
from referrals.reports.periods import last_weeks, until_day
from referrals.reports.scopes import Scope
from referrals.reports.tallies import IN_SCOPE, Key
from tests import plain_figures
from tests.factories import LONG_AGO, MembershipFactory
from tests.plain_figures import Wait
from tests.unit.reports.late import Latecomer
from tests.unit.reports.own import manager_of, own
from tests.unit.reports.plain_demo import Demo, read_rows

UNTIL = date(2026, 3, 1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS = 20
BIGGEST = 2
NATION = Scope.nation()
COUNTED = ("waiting", "over_target", "not_assessed", "over_a_year", "paused")

pytestmark = [pytest.mark.django_db]


@pytest.fixture(scope="module")
def order() -> Order:
    return Order(referrals=3_000, seed=5, until=UNTIL)


@pytest.fixture(scope="module")
def demo(seeded: list[int], django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """The biggest municipalities and Moss, in which much was registered late; the others as they were seeded."""
    with django_db_blocker.unblock():
        moss = Municipality.objects.get(code=MOSS)
        by_size = Municipality.objects.annotate(size=Count("referrals")).order_by("-size", "code")
        places = [*by_size.exclude(pk=moss.pk)[:BIGGEST], moss]
        late = register_late(places)
        yield Demo(places, read_rows(), late)


def register_late(places: list[Municipality]) -> dict[str, int]:
    rng = Random(17)
    by = User.objects.get(username="koordinator")
    latecomer = Latecomer(by, UNTIL, rng)
    for place in places:
        for role in ("coordinator", "manager"):
            MembershipFactory(user=by, role=role, municipality=place, valid_from=LONG_AGO)
        latecomer.register(place, 20)
        access = access_of(by, on=UNTIL)
        seen = Referral.objects.in_municipality(place).open_to(access).order_by("pk")
        latecomer.hold_twice(seen.filter(status="waiting", received_on__lt=UNTIL - timedelta(days=100))[:40])
        rows = list(seen)
        latecomer.rework(rng.sample(rows, len(rows) * 5 // 6))
        latecomer.find_in_a_drawer(place)
        finished = Referral.objects.in_municipality(place).open_to(access).filter(outcome="finished")
        latecomer.refer_again(finished.filter(closed_on__lt=UNTIL - timedelta(days=160)).order_by("pk")[:12])
    latecomer.correct_key(places[0], NOW - timedelta(days=300))
    return dict(latecomer.done)


def random_days() -> list[date]:
    """Of the last three years, in which there are enough to count."""
    rng = Random(2026)
    return sorted(UNTIL - timedelta(days=rng.randrange(1, 3 * 365)) for _day in range(DAYS))


every_day = pytest.mark.parametrize("on", random_days(), ids=str)
both_ways = pytest.mark.parametrize("knowledge", Knowledge)


# ---------------------------------------------------------------- own staff


@every_day
@both_ways
def test_who_waits(demo: Demo, on: date, knowledge: Knowledge) -> None:
    before_on = on - timedelta(days=plain_figures.QUARTER_DAYS)
    for place in demo.places:
        report = waiting_times.build(own(place), on, data_as_of=NOW, hindsight=Hindsight(knowledge))
        known = demo.known_in(place, knowledge, on)
        for day, which in ((on, "figure"), (before_on, "before")):
            expected = plain_figures.headlines(demo.known_in(place, knowledge, day), day)
            found = {name: getattr(getattr(report, name), which).value for name in expected}
            assert found == expected, (place, day)
            within = plain_figures.within_target(demo.known_in(place, knowledge, day), day)
            assert getattr(report.within_target, which).value == rounded(within, 4), (place, day)
        for point in (report.trend[-1], report.trend[-13], report.trend[0]):
            expected = plain_figures.headlines(known, point.on)
            is_known = (plain_figures.known_from(known) or NOW.date()) <= point.on
            told = {name: getattr(point, name).value for name in ("waiting", "median_days", "p90_days")}
            assert told == {name: expected[name] if is_known else None for name in told}, (place, point.on)
        assert {bin.code: bin.waiting.value for bin in report.bands} == plain_figures.bands(known, on)
        assert groups(report.by_category) == plain_figures.by_category(known, on)
        by_priority = {
            str(level or "null"): part for level, part in plain_figures.by_priority(known, on).items()
        }
        assert groups(report.by_priority) == by_priority


def groups(parts: tuple[waiting_times.Group, ...]) -> dict[str, dict[str, Any]]:
    """Those in which somebody waits."""
    names = ("waiting", "median_days", "p90_days", "over_target")
    return {
        part.code: {name: getattr(part, name).value for name in names} for part in parts if part.waiting.value
    }


def rounded(number: Fraction | None, digits: int) -> float | None:
    """As files write it; what is not defined is none."""
    return None if number is None else round(float(number), digits)


@every_day
@both_ways
def test_each_part_of_those_who_wait_and_of_what_came_and_went(
    demo: Demo, on: date, knowledge: Knowledge
) -> None:
    for place in demo.places:
        known = demo.known_in(place, knowledge, on)
        for weeks in (13, 52):
            report = parts.build(
                own(place),
                last_weeks(on, weeks),
                rows_of(place, knowledge),
                data_as_of=NOW,
                hindsight=Hindsight(knowledge),
            )
            for found, part in (
                (report.categories, lambda wait: wait.category),
                (report.priorities, lambda wait: str(plain_figures.level_of(wait, on) or "null")),
                (report.by_source, lambda wait: wait.source),
                (report.by_therapist, lambda wait: str(wait.therapist or "")),
            ):
                divided = plain_figures.divided(known, part)
                told = {one.code: figures_of(one) for one in found}
                expected = {code: plain_part(divided[code], on, weeks * 7) for code in divided}
                if found is report.by_therapist:
                    told, expected = starts_only(told), starts_only(expected)
                assert in_use_of(told) == in_use_of(expected), (place, weeks)


def rows_of(place: Municipality, knowledge: Knowledge) -> ReferralQuerySet:
    """What a manager of the municipality sees."""
    return referrals_as(Hindsight(knowledge)).visible_to(manager_of(place))


PART_FIGURES = (
    "waiting",
    "over_target",
    "not_assessed",
    "over_a_year",
    "median_days",
    "p90_days",
    "oldest_days",
)
MOVED = ("referred", "started", "other_ends", "load", "clearance_weeks")


def figures_of(part: parts.Part) -> dict[str, float | None]:
    told = {name: getattr(part, name).value for name in (*PART_FIGURES, "within_target")}
    return told | {name: getattr(part.moved, name).value for name in MOVED}


def plain_part(known: list[Wait], on: date, days: int) -> dict[str, float | None]:
    waiting, pace = plain_figures.headlines(known, on), plain_figures.pace(known, on, days)
    told = {name: waiting[name] for name in PART_FIGURES} | plain_figures.flow(known, on, days)
    told["within_target"] = rounded(plain_figures.within_target(known, on), 4)
    told |= {"load": rounded(pace["load"], 2), "clearance_weeks": rounded(pace["clearance_weeks"], 1)}
    return {name: told[name] for name in (*PART_FIGURES, "within_target", *MOVED)}


def starts_only(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of what came and went only the starts are a therapist's."""
    others = set(MOVED) - {"started"}
    return {
        code: {name: figure for name, figure in one.items() if name not in others}
        for code, one in told.items()
    }


def in_use_of(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those in which anybody waits, came or went."""
    counts = ("waiting", "referred", "started", "other_ends")
    return {code: one for code, one in told.items() if any(one.get(name) for name in counts)}


@every_day
@both_ways
def test_who_has_waited_long(demo: Demo, on: date, knowledge: Knowledge) -> None:
    for place in demo.places:
        report = long_waits.build_own(
            own(place), on, rows_of(place, knowledge), data_as_of=NOW, hindsight=Hindsight(knowledge)
        )
        known = demo.known_in(place, knowledge, on)
        for found in (report.now, report.history[-1], report.history[0]):
            told = (found.waiting.value, found.over_a_year.value, found.near_a_year.value)
            headlines = plain_figures.headlines(known, found.on)
            near = plain_figures.near_a_year(known, found.on)
            assert told == (headlines["waiting"], headlines["over_a_year"], near), (place, found.on)


@every_day
@both_ways
def test_what_came_and_went_and_who_started(demo: Demo, on: date, knowledge: Knowledge) -> None:
    hindsight = Hindsight(knowledge)
    for place in demo.places:
        known = demo.known_in(place, knowledge, on)
        for weeks in (13, 52):
            report = flow.build(own(place), last_weeks(on, weeks), data_as_of=NOW, hindsight=hindsight)
            expected = plain_figures.flow(known, on, days=weeks * 7)
            assert {name: getattr(report, name).figure.value for name in expected} == expected, place
            before = plain_figures.flow(known, on - timedelta(days=weeks * 7), days=weeks * 7)
            assert {name: getattr(report, name).before.value for name in before} == before, place
            pace = plain_figures.pace(known, on, days=weeks * 7)
            assert report.load.value == rounded(pace["load"], 2), place
            assert report.clearance_weeks.value == rounded(pace["clearance_weeks"], 1), place
            quarter = flow.build(own(place), last_weeks(on, 13), data_as_of=NOW, hindsight=hindsight)
            figures = three_figures.build(
                own(place), on, weeks=weeks, quarter=quarter, data_as_of=NOW, hindsight=hindsight
            )
            expected = plain_figures.started(known, on, days=weeks * 7)
            assert {name: getattr(figures.started, name).value for name in expected} == expected, place
        answers = plain_figures.estimate(known, on)
        assert figures.estimate.starts.value == answers.pop("starts"), place
        found = {name: getattr(figures.estimate, name) for name in answers}
        assert {name: answer.lack or answer.figure.value for name, answer in found.items()} == {
            name: answer if isinstance(answer, (int, str)) else pytest.approx(float(answer))
            for name, answer in answers.items()
        }, place


@every_day
@both_ways
def test_the_rows_of_what_came_and_went(demo: Demo, on: date, knowledge: Knowledge) -> None:
    for place in demo.places:
        expected = plain_figures.moved(demo.known_in(place, knowledge, on), on)
        hindsight = Hindsight(knowledge)
        with transaction.atomic(), looking_back(hindsight, on):
            for line, numbers in expected.items():
                rows = moved_rows.moved_rows(rows_of_all(place, knowledge), line, last_weeks(on, 13), on=on)
                assert set(rows.values_list("number", flat=True)) == numbers, (place, line)


@every_day
@both_ways
def test_how_the_preliminary_replies_stood(demo: Demo, on: date, knowledge: Knowledge) -> None:
    for place in demo.places:
        known = demo.known_in(place, knowledge, on)
        expected = {
            wait.number: plain_figures.reply_state(wait, on)
            for wait in known
            if plain_figures.waits(wait, on)
        }
        with transaction.atomic(), looking_back(Hindsight(knowledge), on):
            rows = rows_of_all(place, knowledge).waiting(on=on).with_reply_state(on=on)
            assert dict(rows.values_list("number", "reply_state")) == expected, place


def rows_of_all(place: Municipality, knowledge: Knowledge) -> ReferralQuerySet:
    return rows_of(place, knowledge).in_municipality(place)


@every_day
@both_ways
def test_who_was_referred_again(demo: Demo, on: date, knowledge: Knowledge) -> None:
    for place in demo.places:
        for days in (91, 365):
            first = on - timedelta(days=days - 1)
            known_to = on if knowledge == Knowledge.THEN else NOW.date()
            report = rereferred.build(
                own(place), until_day(first, on), data_as_of=NOW, hindsight=Hindsight(knowledge)
            )
            found = {name: getattr(report, name).value for name in ("followed", "again", "share")}
            known = demo.known_in(place, knowledge, on)
            assert found == plain_figures.rereferred(known, first, on, known_to), (place, days)


# ---------------------------------------------------------------- the country


@every_day
@both_ways
def test_the_country_is_all_municipalities_together(demo: Demo, on: date, knowledge: Knowledge) -> None:
    known, hindsight = demo.known(knowledge, on), Hindsight(knowledge)
    with scoped(), transaction.atomic():
        counted = counts.waiting(on, NATION, in_full=True, hindsight=hindsight)
        (flows,) = kept_or_counted.flows([last_weeks(on, 13)], NATION, at=NOW, hindsight=hindsight)
        started = counts.started(last_weeks(on, 13), NATION, hindsight)
    everybody, expected = counted.of(IN_SCOPE), plain_figures.headlines(known, on)
    assert {name: getattr(everybody, name) for name in COUNTED} == {name: expected[name] for name in COUNTED}
    assert everybody.waiting >= 20  # so that the percentiles are told
    assert (everybody.median_days, everybody.p90_days) == (expected["median_days"], expected["p90_days"])
    codes = dict(Category.objects.values_list("pk", "code"))
    assert counted_parts(counted, Key.BAND) == in_use(plain_figures.bands(known, on))
    assert {codes[pk]: n for pk, n in counted_parts(counted, Key.CATEGORY).items()} == waiting_in(
        plain_figures.by_category(known, on)
    )
    assert counted_parts(counted, Key.PRIORITY) == waiting_in(plain_figures.by_priority(known, on))
    assert of_each_place(flows.places) == flows_of_each(known, on, lambda wait: wait.municipality)
    county_of = dict(Municipality.objects.values_list("pk", "county_id"))
    assert of_each_place(flows.counties) == flows_of_each(
        known, on, lambda wait: county_of[wait.municipality]
    )
    expected = plain_figures.started(known, on)
    assert started.started == expected["count"] >= 20
    assert (started.median_days, started.p90_days) == (expected["median_days"], expected["p90_days"])


def counted_parts(counted: Any, key: Key) -> dict[Any, int]:
    return in_use({value: counted.of(IN_SCOPE, (key, value)).waiting for value in counted.values(key)})


def waiting_in(groups: dict[Any, dict[str, Any]]) -> dict[Any, int]:
    return {value: figures["waiting"] for value, figures in groups.items()}


def in_use(numbers: dict[Any, int]) -> dict[Any, int]:
    return {value: number for value, number in numbers.items() if number}


def of_each_place(places: dict[int, dict[str, int]]) -> dict[int, dict[str, int]]:
    told = {place: {name: counted[name] for name in counts.FLOWS} for place, counted in places.items()}
    return {place: numbers for place, numbers in told.items() if any(numbers.values())}


def flows_of_each(known: list[Wait], on: date, place: Callable[[Wait], int]) -> dict[int, dict[str, int]]:
    plain = {pk: plain_figures.flow(waits, on) for pk, waits in plain_figures.divided(known, place).items()}
    return {place: numbers for place, numbers in plain.items() if any(numbers.values())}


# ---------------------------------------------------------------- the test itself


def test_what_was_known_differs_from_what_is_known(demo: Demo) -> None:
    """In every figure, and in most of them often; or nothing would have been told apart."""
    differing: dict[str, int] = defaultdict(int)
    for on in random_days():
        for place in demo.places:
            now, then = (demo.known_in(place, knowledge, on) for knowledge in Knowledge)
            for figures in (plain_figures.headlines, plain_figures.flow, plain_figures.started):
                one, other = figures(now, on), figures(then, on)
                for name in one:
                    differing[f"{figures.__name__}: {name}"] += one[name] != other[name]
    assert min(differing.values()) > 0, dict(differing)
    assert differing["headlines: waiting"] >= DAYS


def test_some_were_referred_again(demo: Demo) -> None:
    """Among many who were not; or the figure would be right whatever it counted."""
    known = [wait for place in demo.places for wait in demo.known_in(place, Knowledge.NOW, UNTIL)]
    found = plain_figures.rereferred(known, date(2021, 1, 1), UNTIL, UNTIL)
    assert found["again"] >= 3, found
    assert found["share"] < 0.5, found


def test_there_is_every_kind_of_estimate(demo: Demo) -> None:
    told: dict[str, set[object]] = defaultdict(set)
    for on in random_days():
        for place in demo.places:
            for name, answer in plain_figures.estimate(demo.known_in(place, Knowledge.THEN, on), on).items():
                told[name].add(answer)
    numbers = {
        name: [answer for answer in found if not isinstance(answer, str)] for name, found in told.items()
    }
    assert min(map(len, numbers.values())) >= 5, told
    assert {"too_few", "beyond"} <= told["most_started"], told


def test_everything_was_registered_late(demo: Demo) -> None:
    assert set(demo.late) == {
        "register", "prioritise", "pause", "resume", "start", "close", "reopen", "correct"
    }  # fmt: skip
    assert min(demo.late.values()) >= 10, demo.late


@both_ways
def test_some_were_on_hold_for_several_reasons_at_once(demo: Demo, knowledge: Knowledge) -> None:
    """In which a sum of the pauses would count days twice; and of whom that decides whether the target is broken."""
    twice = decided = 0
    for on in random_days():
        for wait in (wait for wait in demo.known(knowledge, on) if plain_figures.waits(wait, on)):
            alone = [plain_figures.paused(replace(wait, holds=(hold,)), on) for hold in wait.holds]
            union, gross = plain_figures.paused(wait, on), plain_figures.gross(wait, on)
            twice += sum(alone) > union
            if wait.target and plain_figures.is_assessed(wait, on):
                decided += gross - sum(alone) <= wait.target < gross - union
    assert twice >= 20 and decided >= 2, (twice, decided)


def test_all_of_the_history_is_there(demo: Demo) -> None:
    """The lines of the history, added up to the end, are the rows as they stand."""
    after = (datetime.combine(UNTIL, time(), UTC) + timedelta(days=30)).date()
    told = plain_figures.as_known_then(demo.rows, after)
    assert sorted(map(repr, clipped(told))) == sorted(
        map(repr, clipped(plain_figures.as_now_known(demo.rows)))
    )


def clipped(known: list[Wait]) -> Iterator[tuple[Any, ...]]:
    """A wait with its pauses in order; one without a day is none."""
    for wait in known:
        holds = sorted((hold for hold in wait.holds if hold[1] != hold[2]), key=lambda hold: hold[1])
        yield (
            wait.municipality,
            wait.category,
            wait.received,
            wait.priority,
            wait.assessed,
            wait.started,
            (wait.closed),
            wait.outcome,
            wait.source,
            wait.therapist,
            holds,
            wait.target,
        )
