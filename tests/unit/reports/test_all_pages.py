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
from referrals.reports import coverage, waiting_times
from referrals.reports.scopes import Scope
from referrals.reports.suppression import LEAST_SHOWN, Figure, Hidden
from referrals.reports.waiting_times import WaitingReport
from referrals.waiting import Band
from tests.factories import NOW, TODAY, days_ago
from tests.unit.reports import plain
from tests.unit.reports.attacker import Attacker, Published
from tests.unit.reports.worlds import World, make_world

LONGEST = Band.OVER_365.code
DAYS = [TODAY, days_ago(200)]
# Each way of dividing those who wait by itself: what it calls the parts.
TARGET, PAUSE, BAND, CATEGORY, PRIORITY = "target", "pause", "band", "category", "priority"


class Half(Enum):
    """Whoever reads of one part of a division knows how many all are, and so how many the others are."""

    PART = "part"
    OTHERS = "others"


Name = tuple[Half, int]


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


def told(world: World, on: date) -> Iterator[Told]:
    """Every count on every page of the day, tables of places and the coverage report included."""
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
    for case in world.cases:
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
            }
            for division, part in parts.items():
                counts = found.setdefault(division, {})
                counts[part, case.municipality] = counts.get((part, case.municipality), 0) + 1
    return found


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
            attack(halves(small_world, counts[division], part), about)


def halves(world: World, counts: dict[tuple[str, int], int], part: str) -> dict[Name, int]:
    """Those in the part and all others, in each municipality."""
    found: dict[Name, int] = {(half, place): 0 for half in Half for place in range(len(world.municipalities))}
    for (each, place), number in counts.items():
        found[Half.PART if each == part else Half.OTHERS, place] += number
    return found


def attack(counts: dict[Name, int], about: list[Told]) -> None:
    """Shown figures are true and not small; and of the small ones nothing more can be known than that they are."""
    published = []
    for each in about:
        names, figure = names_of(each), each.figure
        if figure.hidden is Hidden.SMALL:
            published.append(Published(names, 1, LEAST_SHOWN - 1))
        elif not figure.suppressed:
            assert figure.value == sum(counts[name] for name in names), each
            assert figure.value == 0 or figure.value >= LEAST_SHOWN, each
            published.append(Published(names, figure.value, figure.value))
    attacker = Attacker(counts, published, most=sum(counts.values()) + LEAST_SHOWN)
    for each in about:
        if each.figure.hidden is Hidden.SMALL:
            can_be = [number for number in range(1, LEAST_SHOWN) if attacker.can_be(names_of(each), number)]
            assert can_be == [1, 2, 3, 4], each


def names_of(each: Told) -> frozenset[Name]:
    halves = [Half.PART] if each.division else list(Half)
    return frozenset((half, place) for half in halves for place in each.places)
