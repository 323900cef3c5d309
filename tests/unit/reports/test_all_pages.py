"""What a reader of the whole country can work out from all pages of one day: never a number below five."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from random import Random

import pytest

from ergo.scope import scoped
from referrals.models import County
from referrals.permissions import NO_ACCESS
from referrals.reports import coverage, divided, long_waits, waiting_times
from referrals.reports.long_waits import LongWaitsReport
from referrals.reports.scopes import Scope
from referrals.reports.suppression import LEAST_SHOWN, Figure, Hidden
from referrals.reports.waiting_times import WaitingReport
from referrals.waiting import Band
from tests.factories import NOW, TODAY, days_ago
from tests.unit.reports import plain
from tests.unit.reports.attacker import Attacker, Published
from tests.unit.reports.worlds import SOURCES, World, make_world

LONGEST, UP_TO_A_YEAR = Band.OVER_365.code, Band.UP_TO_365.code
DAYS = [TODAY, days_ago(200)]
# Each way of dividing those who wait by itself: what it calls the parts.
TARGET, PAUSE, BAND, CATEGORY, PRIORITY = "target", "pause", "band", "category", "priority"
SOURCE = "source"
# Those near a year are a part of the band that ends with it.
NEAR = "near"


class Half(Enum):
    """Whoever reads of one part of a division knows how many all are, and so how many the others are."""

    PART = "part"
    OTHERS = "others"


class Quarter(Enum):
    """Whoever reads of the long waits knows of all, those over a year, and the band before it with its later part."""

    OVER = "over"
    NEAR = "near"
    EARLIER = "earlier"
    OTHERS = "others"


Name = tuple[Half | Quarter, int]
QUARTERS = {
    (BAND, LONGEST): {Quarter.OVER},
    (BAND, UP_TO_A_YEAR): {Quarter.NEAR, Quarter.EARLIER},
    (NEAR, NEAR): {Quarter.NEAR},
}


@dataclass(frozen=True)
class Told:
    """One figure on a page: of which parts of a division, in which places; no part: of all of them."""

    division: str
    part: str
    places: frozenset[int]
    figure: Figure


@pytest.fixture(params=range(4), ids="seed {}".format)
def small_world(request: pytest.FixtureRequest, db: None) -> World:
    """So few cases that most numbers are small somewhere."""
    return make_world(Random(100 + request.param), 220)


SMALL_COUNTS = range(1, LEAST_SHOWN)
WORLDS = [(220, (3, 2, 1)), (900, (3, 2, 1)), (1500, (4, 1)), (1500, (6, 2))]


@pytest.fixture(params=WORLDS, ids=str)
def worlds(request: pytest.FixtureRequest, db: None) -> World:
    """From one where nearly all that is near a year is hidden to one where much of it is shown."""
    cases, counties = request.param
    return make_world(Random(cases), cases, counties=counties)


def pages(world: World, on: date) -> Iterator[tuple[WaitingReport, frozenset[int]]]:
    """The dashboards of the nation, the counties together, each county and each municipality, and their places."""
    everywhere = frozenset(range(len(world.municipalities)))
    yield waiting_times.build(Scope.nation(), on, data_as_of=NOW), everywhere
    yield waiting_times.build(Scope.counties(County.objects.all()), on, data_as_of=NOW), everywhere
    for county in County.objects.all():
        within = frozenset(place for place in everywhere if world.county_of(place) == county.pk)
        yield waiting_times.build(Scope.counties([county]), on, data_as_of=NOW), within
    for place, municipality in enumerate(world.municipalities):
        scope = Scope.municipality(municipality, NO_ACCESS)
        yield waiting_times.build(scope, on, data_as_of=NOW), frozenset({place})


def long_pages(world: World, on: date) -> Iterator[tuple[LongWaitsReport, frozenset[int]]]:
    """The long waits of the nation, the counties together, each county and each municipality, and their places."""
    everywhere = frozenset(range(len(world.municipalities)))
    scopes = {Scope.nation(): everywhere, Scope.counties(County.objects.all()): everywhere}
    for county in County.objects.all():
        within = frozenset(place for place in everywhere if world.county_of(place) == county.pk)
        scopes[Scope.counties([county])] = within
    for place, municipality in enumerate(world.municipalities):
        scopes[Scope.municipality(municipality, NO_ACCESS)] = frozenset({place})
    for scope, places in scopes.items():
        yield long_waits.build(scope, on, data_as_of=NOW), places


def told_of_long_waits(world: World, on: date) -> Iterator[Told]:
    """Every count on the pages of the long waits of the day."""
    codes = {municipality.code: place for place, municipality in enumerate(world.municipalities)}
    for page, places in long_pages(world, on):
        rows = [(codes[row.code], row) for row in page.places if row.code in codes]
        for within, counts in [(places, page.now), *((frozenset({place}), row) for place, row in rows)]:
            yield Told("", "", within, counts.waiting)
            yield Told(BAND, LONGEST, within, counts.over_a_year)
            yield Told(NEAR, NEAR, within, counts.near_a_year)


def told_of_sources(world: World, on: date) -> Iterator[Told]:
    """Every count by source; a source that is left out is known to be nobody's."""
    everywhere = frozenset(range(len(world.municipalities)))
    asked = [(Scope.nation(), everywhere), (Scope.counties(County.objects.all()), everywhere)]
    for county in County.objects.all():
        within = frozenset(place for place in everywhere if world.county_of(place) == county.pk)
        asked.append((Scope.counties([county]), within))
    for scope, places in asked:
        page = divided.build(scope, on, data_as_of=NOW)
        yield Told("", "", places, page.whole.waiting)
        counted = {one.code: one.waiting for one in page.by_source}
        left_out = Figure(0 if page.is_known else None)
        yield from (Told(SOURCE, each, places, counted.get(each, left_out)) for each in set(SOURCES))


def told(world: World, on: date) -> Iterator[Told]:
    """Every count on every page of the day, tables of places, the long waits and the coverage report included."""
    yield from told_of_long_waits(world, on)
    yield from told_of_sources(world, on)
    codes = {municipality.code: place for place, municipality in enumerate(world.municipalities)}
    for page, places in pages(world, on):
        yield Told("", "", places, page.waiting.figure)
        yield Told(TARGET, "over", places, page.over_target.figure)
        yield Told(TARGET, "not assessed", places, page.not_assessed.figure)
        yield Told(BAND, LONGEST, places, page.over_a_year.figure)
        yield Told(PAUSE, "paused", places, page.paused.figure)
        yield from (Told(BAND, each.code, places, each.waiting) for each in page.bands)
        yield from (Told(CATEGORY, each.code, places, each.waiting) for each in page.by_category)
        yield from (Told(PRIORITY, each.code, places, each.waiting) for each in page.by_priority)
        for row in page.places:
            if row.code in codes:
                yield Told("", "", frozenset({codes[row.code]}), row.waiting)
                yield Told(TARGET, "over", frozenset({codes[row.code]}), row.over_target)
    covered = coverage.build(on, data_as_of=NOW)
    yield Told(BAND, LONGEST, frozenset(codes.values()), covered.over_a_year)
    for row in covered.rows:
        yield Told(BAND, LONGEST, frozenset({codes[row.code]}), row.over_a_year)


def truth(world: World, on: date) -> dict[str, dict[tuple[str, int], int]]:
    """How many there are in each part of each division, in each municipality."""
    found: dict[str, dict[tuple[str, int], int]] = {}
    for number, case in enumerate(world.cases):
        if plain.waits(case, on):
            level = plain.level(case, on)
            over, assessed = plain.is_over(world, case, on), plain.is_assessed(case, on)
            days = plain.gross(case, on)
            parts = {
                TARGET: "over" if over else "rest" if assessed else "not assessed",
                PAUSE: "paused" if plain.is_on_hold(case, on) else "rest",
                BAND: next(code for code, (low, high) in plain.BANDS.items() if low <= days <= high),
                CATEGORY: world.categories[case.category].code,
                PRIORITY: "null" if level is None else str(level),
                SOURCE: SOURCES[number % len(SOURCES)],
                NEAR: NEAR if 274 <= days <= 365 else "rest",
            }
            for division, part in parts.items():
                counts = found.setdefault(division, {})
                counts[part, case.municipality] = counts.get((part, case.municipality), 0) + 1
    return found


def known_places(world: World, on: date) -> frozenset[int]:
    """Where a referral of this year or an earlier one is known; of others there are no figures."""
    counted = filter(plain.is_counted, world.cases)
    return frozenset(case.municipality for case in counted if case.received.year <= on.year)


def test_krav_11_no_number_below_five_can_be_worked_out_from_all_pages_of_a_day(small_world: World) -> None:
    """A national reader adds and subtracts everything shown: each "<5" can still be 1, 2, 3 or 4."""
    for on in DAYS:
        with scoped():
            everything = set(told(small_world, on))
        counts = truth(small_world, on)
        for division, part in {(each.division, each.part) for each in everything if each.division}:
            about = [
                each
                for each in everything
                if not each.division or (each.division, each.part) == (division, part)
            ]
            attack(halves(small_world, counts[division], part), about, known_places(small_world, on))


def test_krav_11_those_near_a_year_cannot_be_worked_out_from_the_bands_and_those_over_it(
    worlds: World,
) -> None:
    """The same for whoever holds the page of the long waits against the dashboards' bands: each part of one whole."""
    met: set[Hidden | None] = set()
    for on in DAYS:
        with scoped():
            everything = set(told(worlds, on))
        about = [
            each
            for each in everything
            if (each.division, each.part) in {("", ""), (BAND, LONGEST), (BAND, UP_TO_A_YEAR), (NEAR, NEAR)}
        ]
        met |= {each.figure.hidden for each in about if each.division == NEAR}
        attack(quarters(worlds, truth(worlds, on)), about, known_places(worlds, on))
    assert met >= {None, Hidden.WITHHELD} or len(worlds.cases) < 500


def quarters(world: World, counts: dict[str, dict[tuple[str, int], int]]) -> dict[Name, int]:
    """Those over a year, near it, in the rest of the band before it, and all others, in each municipality."""
    found: dict[Name, int] = {}
    for place in range(len(world.municipalities)):
        bands = {part: number for (part, where), number in counts[BAND].items() if where == place}
        near, over = counts[NEAR].get((NEAR, place), 0), bands.get(LONGEST, 0)
        found[Quarter.NEAR, place], found[Quarter.OVER, place] = near, over
        found[Quarter.EARLIER, place] = bands.get(UP_TO_A_YEAR, 0) - near
        found[Quarter.OTHERS, place] = sum(bands.values()) - over - bands.get(UP_TO_A_YEAR, 0)
    return found


def halves(world: World, counts: dict[tuple[str, int], int], part: str) -> dict[Name, int]:
    """Those in the part and all others, in each municipality."""
    found: dict[Name, int] = {(half, place): 0 for half in Half for place in range(len(world.municipalities))}
    for (each, place), number in counts.items():
        found[Half.PART if each == part else Half.OTHERS, place] += number
    return found


def attack(counts: dict[Name, int], about: list[Told], known: frozenset[int]) -> None:
    """Shown figures are true and not small; and of the small ones nothing more can be known than that they are.

    Where nothing is known there is no figure, or 0, and both tell the reader that nobody waited.
    """
    published = []
    for each in about:
        names, figure = names_of(each, counts), each.figure
        if figure.hidden is Hidden.SMALL:
            published.append(Published(names, 1, LEAST_SHOWN - 1))
        elif not figure.suppressed:
            number = sum(counts[name] for name in names)
            is_unknown = figure.value is None and not each.places & known
            assert number == (0 if is_unknown else figure.value), each
            assert number == 0 or number >= LEAST_SHOWN, each
            published.append(Published(names, number, number))
    attacker = Attacker(counts, published, most=sum(counts.values()) + LEAST_SHOWN)
    for each in about:
        if each.figure.hidden is Hidden.SMALL:
            can_be = [
                number for number in range(1, LEAST_SHOWN) if attacker.can_be(names_of(each, counts), number)
            ]
            assert can_be == [1, 2, 3, 4], each
        elif each.division == NEAR and each.figure.suppressed:
            known = sum(counts[name] for name in names_of(each, counts))
            others = (number for number in range(known + LEAST_SHOWN) if number != known)
            assert known not in SMALL_COUNTS or any(
                attacker.can_be(names_of(each, counts), number) for number in others
            ), each


def names_of(each: Told, counts: dict[Name, int]) -> frozenset[Name]:
    """The counts that a figure is the sum of, whether they are halves or quarters."""
    parts = {part for part, _place in counts}
    if each.division and parts == set(Half):
        parts = {Half.PART}
    elif each.division:
        parts = QUARTERS[each.division, each.part]
    return frozenset((part, place) for part in parts for place in each.places)
