"""Drilling down from the nation to a municipality, with every table at once, tells nobody a small number."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.reports.limits import Limits
from referrals.reports.regions import Country, OutsideLook, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import LEAST_SHOWN, Cell
from referrals.reports.tallies import Key, Tallies, Tally
from tests.factories import TODAY
from tests.unit.reports.attacker import Attacker, Published

PLACES = {1: [11, 12, 13], 2: [21]}
HIGHEST = 30
NEAR = 6
NATION = Scope.nation()
COUNTIES = Scope(Level.COUNTY, ids=(1, 2))

# What each published split names, by the counts an attacker thinks in.
PARTS = {
    Split.TARGET: ("over", "unassessed", "within"),
    Split.YEAR: ("long", "short"),
    Split.PAUSE: ("paused", "running"),
}
WAITING = PARTS[Split.TARGET]
NUMBERS = st.one_of(st.integers(0, 3), st.integers(0, 9), st.sampled_from([0, 0, 0, 1]))


@st.composite
def worlds(draw: st.DrawFn) -> dict[int, Tally]:
    """Who waits in each municipality."""
    world = {}
    for place in (place for places in PLACES.values() for place in places):
        over, unassessed, within = draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)
        waiting = over + unassessed + within
        long, paused = draw(st.integers(0, waiting)), draw(st.integers(0, min(waiting, 3)))
        world[place] = Tally(waiting, over, unassessed, long, paused)
    return world


def country(world: dict[int, Tally], limit: int = LEAST_SHOWN) -> Country:
    groups = {frozenset({(Key.PLACE, place)}): tally for place, tally in world.items()}
    for county, places in PLACES.items():
        tallies = [world[place] for place in places]
        sums = [
            sum(values)
            for values in zip(
                *((t.waiting, t.over_target, t.not_assessed, t.over_a_year, t.paused) for t in tallies),
                strict=True,
            )
        ]
        groups[frozenset({(Key.COUNTY, county)})] = Tally(*sums)
    limits = Limits(((TODAY, limit),))
    return Country(Counter(Tallies(groups)), Places(PLACES, {1: [], 2: []}, limits), TODAY)


@dataclass(frozen=True)
class Told:
    """One published cell: which counts in which municipalities it is the sum of."""

    parts: tuple[str, ...]
    places: tuple[int, ...]
    cell: Cell

    @property
    def names(self) -> frozenset:
        return frozenset((part, place) for part in self.parts for place in self.places)


def everything_published(world: dict[int, Tally], limit: int = LEAST_SHOWN) -> Iterator[Told]:
    """Every page that an outsider may open. The last part of each split is not shown to anybody."""
    looked = country(world, limit)
    everywhere = tuple(world)
    yield from _told(looked.look_at(NATION), everywhere)
    for _key, county, look in looked.places_in(NATION):
        yield from _told(look, tuple(PLACES[county]))
    for _key, place, look in looked.places_in(COUNTIES):
        yield from _told(look, (place,))


def _told(look: OutsideLook, places: tuple[int, ...]) -> Iterator[Told]:
    yield Told(WAITING, places, look.waiting())
    for split, parts in PARTS.items():
        for part, cell in zip(parts[:-1], look.cells(split)[:-1], strict=True):
            yield Told((part,), places, cell)


def truth(split: Split, world: dict[int, Tally]) -> dict[tuple[str, int], int]:
    """The counts of one split, as they are."""
    counter = Counter(Tallies({frozenset({(Key.PLACE, place)}): tally for place, tally in world.items()}))
    return {
        (name, place): count
        for place in world
        for name, count in zip(PARTS[split], counter.parts(split, (Key.PLACE, place)), strict=True)
    }


def _near(cell: Cell) -> list[int]:
    """What a count can be, its true value first."""
    least, most = max(cell.least, cell.count - NEAR), int(min(cell.most, cell.count + NEAR))
    return sorted(range(least, most + 1), key=lambda number: abs(number - cell.count))


class Reader:
    """Somebody who reads every page: first guesses how many wait in each municipality, then divides them."""

    def __init__(self, world: dict[int, Tally], limit: int = LEAST_SHOWN) -> None:
        self._world = world
        self.told = list(everything_published(world, limit))
        self._divided: dict[tuple, bool] = {}
        self._waiting = [each for each in self.told if each.parts == WAITING]
        self._by_split = {
            split: [each for each in self.told if each.parts[0] in parts and each.parts != WAITING]
            for split, parts in PARTS.items()
        }

    def could_be(self, asked: Told, value: int) -> bool:
        """Whether one of the published counts can have the value, by all of them."""
        return any(
            all(self._can_divide(split, guess, asked, value) for split in PARTS)
            for guess in self._guesses(asked, value)
        )

    def _guesses(self, asked: Told, value: int) -> Iterator[dict[int, int]]:
        """Numbers of people who wait, at most NEAR from the truth: what is possible is possible near it."""
        own = {each.places[0]: each.cell for each in self._waiting if len(each.places) == 1}
        for numbers in product(*map(_near, own.values())):
            guess = dict(zip(own, numbers, strict=True))
            fits = all(
                each.cell.least <= sum(guess[place] for place in each.places) <= each.cell.most
                for each in self._waiting
            )
            is_asked = asked.parts != WAITING or sum(guess[place] for place in asked.places) == value
            if fits and is_asked:
                yield guess

    def _can_divide(self, split: Split, guess: dict[int, int], asked: Told, value: int) -> bool:
        demand = (asked.names, value) if asked in self._by_split[split] else None
        key = split, tuple(guess.values()), demand
        if key not in self._divided:
            self._divided[key] = self._divides(split, guess, demand)
        return self._divided[key]

    def _divides(self, split: Split, guess: dict[int, int], demand: tuple[frozenset, int] | None) -> bool:
        known = [
            Published(each.names, each.cell.least, int(min(each.cell.most, 10 * HIGHEST)))
            for each in self._by_split[split]
        ]
        for place, number in guess.items():
            people = frozenset((part, place) for part in PARTS[split])
            known.append(Published(people, number, number))
        names, value = demand or (frozenset(), 0)
        return Attacker(truth(split, self._world), known, most=HIGHEST).can_be(names, value)


@settings(max_examples=40)
@given(worlds())
def test_krav_11_no_small_number_can_be_worked_out_by_drilling_down(world: dict[int, Tally]) -> None:
    """From the nation by county to municipality, with every table of those who wait at once."""
    reader = Reader(world)
    for each in reader.told:
        assert each.cell.least <= each.cell.count <= each.cell.most
        if each.cell.is_small:
            assert [n for n in range(1, LEAST_SHOWN) if reader.could_be(each, n)] == [1, 2, 3, 4], each


@settings(max_examples=20)
@given(worlds(), st.sampled_from([3, 4, 7]))
def test_krav_11_nor_under_another_limit(world: dict[int, Tally], limit: int) -> None:
    """The same by every limit: each number shown as below it can be any of those below it."""
    reader = Reader(world, limit)
    for each in reader.told:
        if each.cell.is_small:
            below = list(range(1, limit))
            assert [n for n in below if reader.could_be(each, n)] == below, each


@settings(max_examples=150)
@given(worlds(), st.integers(3, 20))
def test_what_is_shown_is_true_and_never_below_the_limit(world: dict[int, Tally], limit: int) -> None:
    for each in everything_published(world, limit):
        if each.cell.hidden is None:
            assert each.cell.count == 0 or each.cell.count >= limit


def test_a_figure_is_the_same_on_every_page() -> None:
    """The nation's row of a county is that county's own page."""
    looked = country({place: Tally(place % 7, place % 3) for places in PLACES.values() for place in places})
    for _key, county, look in looked.places_in(NATION):
        page = looked.look_at(Scope(Level.COUNTY, ids=(county,)))
        assert page.waiting() == look.waiting()
        for split in PARTS:
            assert page.cells(split) == look.cells(split)
