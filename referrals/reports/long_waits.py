"""How many have waited over a year, in every municipality at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from referrals.reports import counts
from referrals.reports.counts import LongWait
from referrals.reports.regions import Country, OutsideLook, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import WITHHELD, Figure
from referrals.reports.tallies import Group, Key, Tallies, Tally


@dataclass(frozen=True)
class LongWaits:
    """Those who have waited over a year, by the ids of municipalities and counties."""

    municipalities: dict[int, Figure]
    counties: dict[int, Figure]
    nation: Figure


def over_a_year(on: date, places: Places, own: Collection[int] = ()) -> LongWaits:
    """At the end of the day, as outsiders may see it; true for the municipalities in `own`. One query.

    `places` are all counties with all their municipalities. Who knows the true number of a hidden place could subtract
    it from the sums: of a county in which others are hidden too, such a reader sees no sum, nor of the nation.
    """
    waits = counts.over_a_year(on)
    country = Country(Counter(Tallies(_groups(waits))), places)
    by_county = {county: _within(country, county) for county in places.present}
    undone = [county for county, figures in by_county.items() if _could_be_undone(figures, own)]
    counties = {place: _figure(look) for _key, place, look in country.places_in(Scope.nation())}
    true = {wait.municipality: Figure(wait.over_a_year) for wait in waits if wait.municipality in own}
    figures = {place: figure for figures in by_county.values() for place, figure in figures.items()}
    return LongWaits(
        figures | dict.fromkeys(own, Figure(0)) | true,
        counties | dict.fromkeys(undone, WITHHELD),
        WITHHELD if undone else _figure(country.look_at(Scope.nation())),
    )


def _within(country: Country, county: int) -> dict[int, Figure]:
    """What outsiders see of the county's municipalities."""
    looks = country.places_in(Scope(Level.COUNTY, ids=(county,)))
    return {place: _figure(look) for _key, place, look in looks}


def _could_be_undone(figures: Mapping[int, Figure], own: Collection[int]) -> bool:
    """Whether some of the hidden municipalities are the reader's own and others are not."""
    return len({place in own for place, figure in figures.items() if figure.suppressed}) > 1


def _groups(waits: Iterable[LongWait]) -> dict[Group, Tally]:
    groups: dict[Group, Tally] = {}
    for wait in waits:
        for key, place in ((Key.PLACE, wait.municipality), (Key.COUNTY, wait.county)):
            group = frozenset({(key, place)})
            before = groups.get(group, Tally())
            groups[group] = Tally(
                before.waiting + wait.waiting, over_a_year=before.over_a_year + wait.over_a_year
            )
    return groups


def _figure(look: OutsideLook) -> Figure:
    return look.cells(Split.YEAR)[0].figure
