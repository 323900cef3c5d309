"""Who may see what of those who wait: own staff everything, all others what suppression leaves.

For outsiders the nation's counties are decided first and each county's municipalities under it, always from
everybody's counts. So a figure is hidden on every page or on none, however one comes to it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol, Self

from referrals.models import County, Municipality
from referrals.reports.limits import Limits, with_limits
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import NEAR_BAND, SPLIT_KEYS, Counter, Split
from referrals.reports.suppression import Cell, Column, combined, protect_list, protect_table
from referrals.reports.tallies import IN_SCOPE, Key
from referrals.waiting import Band

# Where the registers are empty: one place, in which nobody waits.
NOWHERE = 0
MOST_DECIDED = 500  # lists and tables each of which a process keeps what was decided of


@dataclass(frozen=True)
class Places:
    """The municipalities of each county, by id, of the counties that a scope is about; the other counties with none.

    `present` are those of today's division, which are listed. Who still waits in a `former` one is in the sums of its
    county and of the nation, and decides with all others what may be shown; it has no line of its own. `limits`: below
    which counts are small, by day.
    """

    present: Mapping[int, Sequence[int]]
    former: Mapping[int, Sequence[int]]
    limits: Limits = Limits()

    @classmethod
    def of(cls, counties: Iterable[County], municipalities: Iterable[Municipality]) -> Self:
        """All counties `with_limits`, and all municipalities of those that the scope is about."""
        counties = list(counties)
        present: dict[int, list[int]] = {county.pk: [] for county in counties}
        former: dict[int, list[int]] = {county: [] for county in present}
        for municipality in municipalities:
            (present if municipality.is_present else former)[municipality.county_id].append(municipality.pk)
        return cls(present, former, Limits.of(counties))

    @classmethod
    def about(cls, scope: Scope) -> Self:
        """Those of a scope, from the registers; none for own staff, who compare with nobody. At most 2 queries."""
        if scope.exact:
            return cls({}, {})
        return cls.of(
            with_limits(County.objects.all()), Municipality.objects.filter(county_id__in=scope.county_ids)
        )

    def counted(self, county: int, is_counted: Callable[[int], bool]) -> list[int]:
        """The county's municipalities: the present ones, and of the former ones those that count anything."""
        return [*self.present[county], *filter(is_counted, self.former[county])]


class Region:
    """Places that add up to a whole, on one day: the counties of the nation, or the municipalities of a county.

    `key` tells the places apart in the counts. `least_shown`: the limit of the day. `above` is the whole as the region
    above has decided it: that region, and the place in it.
    """

    def __init__(
        self,
        counter: Counter,
        key: Key,
        places: Sequence[int],
        *,
        least_shown: int,
        above: tuple[Self, int] | None = None,
    ) -> None:
        self._counter = counter
        self._least_shown = least_shown
        self._key = key
        self._places = list(places) or [NOWHERE]
        self._above = above
        self._waiting = self._decide_waiting()
        self._splits: dict[Split, tuple[Column, ...]] = {}

    def waiting(self, place: int | None) -> Cell:
        """Those who wait at a place; None: in the whole."""
        return self._at(place, self._waiting)

    def cells(self, split: Split, place: int | None) -> tuple[Cell, ...]:
        """The parts of a split at a place; None: in the whole."""
        if split not in self._splits:
            self._splits[split] = self._decide(split)
        return tuple(self._at(place, column) for column in self._splits[split])

    def _at(self, place: int | None, column: Column) -> Cell:
        return column.total if place is None else column.cells[self._places.index(place)]

    def _decide_waiting(self) -> Column:
        whole = self._above[0].waiting(self._above[1]) if self._above else None
        if whole and len(self._places) == 1:
            return Column((whole,), whole)
        counts = tuple(self._counter.tally((self._key, place)).waiting for place in self._places)
        return _decided_list(counts, whole, self._least_shown)

    def _decide(self, split: Split) -> tuple[Column, ...]:
        above = self._above[0].cells(split, self._above[1]) if self._above else None
        if above and len(self._places) == 1:
            return tuple(Column((cell,), cell) for cell in above)
        counts = tuple(tuple(self._counter.parts(split, (self._key, place))) for place in self._places)
        has_rest = split not in SPLIT_KEYS and split is not Split.NEAR
        return _decided_table(
            counts, self._divided(split), above, self._given(split), has_rest, self._least_shown
        )

    def _divided(self, split: Split) -> Column:
        """Whom a split divides: all who wait, or the band that is shown by itself and decided before its parts."""
        if split is not Split.NEAR:
            return self._waiting
        self.cells(Split.BAND, None)
        return self._splits[Split.BAND][list(Band).index(NEAR_BAND)]

    def _given(self, split: Split) -> Column | None:
        """The last band is those over a year, who are shown in more places than the bands: they are decided first."""
        if split is not Split.BAND:
            return None
        self.cells(Split.YEAR, None)
        return self._splits[Split.YEAR][0]


# What may be shown follows from the counts alone, so it is looked for once as long as they stay the same: the search
# is most of the time of a page of the whole country, and a write changes the counts of one county.
@lru_cache(maxsize=MOST_DECIDED)
def _decided_list(counts: tuple[int, ...], whole: Cell | None, least_shown: int) -> Column:
    return protect_list(counts, whole, least_shown=least_shown)


@lru_cache(maxsize=MOST_DECIDED)
def _decided_table(
    counts: tuple[tuple[int, ...], ...],
    divided: Column,
    above: tuple[Cell, ...] | None,
    given_last: Column | None,
    has_rest: bool,
    least_shown: int,
) -> tuple[Column, ...]:
    """`divided`: whom the table divides, by row, decided already; `given_last`: its last column, if that is."""
    return protect_table(
        counts,
        row_totals=divided.cells,
        total=divided.total,
        column_totals=above,
        given={len(counts[0]) - 1: given_last} if given_last else None,
        has_rest=has_rest,
        least_shown=least_shown,
    )


class Look(Protocol):
    """The counts of a scope as somebody may see them."""

    def waiting(self) -> Cell:
        """All who wait."""

    def cells(self, split: Split) -> tuple[Cell, ...]:
        """Those who wait, divided into parts."""


class OwnLook:
    """Staff see the true numbers of their own unit."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def waiting(self) -> Cell:
        return Cell.own(self._counter.tally(IN_SCOPE).waiting)

    def cells(self, split: Split) -> tuple[Cell, ...]:
        return tuple(map(Cell.own, self._counter.parts(split, IN_SCOPE)))


class OutsideLook:
    """Everybody else sees what a region leaves: of some places together, or of the whole (None)."""

    def __init__(self, region: Region, places: Sequence[int | None]) -> None:
        self._region = region
        self._places = places

    def waiting(self) -> Cell:
        return combined([self._region.waiting(place) for place in self._places])

    def cells(self, split: Split) -> tuple[Cell, ...]:
        by_place = [self._region.cells(split, place) for place in self._places]
        return tuple(map(combined, zip(*by_place, strict=True)))


class Country:
    """The nation's counties and their municipalities at the end of the day `on`, as outsiders may see them."""

    def __init__(self, counter: Counter, places: Places, on: date) -> None:
        self._counter = counter
        self._places = places
        self._least_shown = places.limits.on(on)
        self._nation = Region(counter, Key.COUNTY, list(places.present), least_shown=self._least_shown)

    def look_at(self, scope: Scope) -> OutsideLook:
        """The counts of the scope."""
        if scope.level == Level.NATION:
            return OutsideLook(self._nation, [None])
        if scope.level == Level.COUNTY:
            return OutsideLook(self._nation, scope.ids)
        return OutsideLook(self._municipalities(scope.county_ids[0]), scope.ids)

    def places_in(self, scope: Scope) -> Iterator[tuple[Key, int, OutsideLook]]:
        """The nation's counties, or the municipalities of the scope's counties; nothing in a municipality.

        Also former municipalities in which somebody still waits.
        """
        if scope.level == Level.NATION:
            yield from (
                (Key.COUNTY, place, OutsideLook(self._nation, [place])) for place in self._places.present
            )
        if scope.level == Level.COUNTY:
            for county in scope.ids:
                region = self._municipalities(county)
                yield from (
                    (Key.PLACE, place, OutsideLook(region, [place])) for place in self._within(county)
                )

    def _municipalities(self, county: int) -> Region:
        above, limit = (self._nation, county), self._least_shown
        return Region(self._counter, Key.PLACE, self._within(county), least_shown=limit, above=above)

    def _within(self, county: int) -> list[int]:
        return self._places.counted(county, lambda place: self._counter.tally((Key.PLACE, place)).waiting > 0)


def look_at(scope: Scope, counter: Counter, places: Places, on: date) -> Look:
    """The counts of a scope at the end of the day `on`, as those may see them who asked for it."""
    return OwnLook(counter) if scope.exact else Country(counter, places, on).look_at(scope)
