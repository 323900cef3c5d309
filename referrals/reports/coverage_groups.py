"""Municipalities put together by county, county governor, centrality or population size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from referrals.choices import Borders, GroupedBy
from referrals.models import Municipality
from referrals.norwegian import number, sort_key
from referrals.reports.borders import Place

# The fewest inhabitants of each size but the smallest.
SIZES = (2_000, 5_000, 10_000, 20_000, 50_000)
DIGITS_OF_A_COUNTY = 2


@dataclass(frozen=True)
class Group:
    """Some municipalities together; `rank` is its place among the others. Without code: what cannot be told of some."""

    code: str
    name: str = field(compare=False)
    rank: tuple[int, str] = field(compare=False)


class Grouping:
    """Which group each municipality of a day belongs to.

    `inhabitants` by the id of today's municipalities. Centrality and offices are those of today: of a municipality of
    another day they are known where it is whole, of several parts by the largest.
    """

    def __init__(
        self,
        by: GroupedBy,
        borders: Borders,
        municipalities: Iterable[Municipality],
        inhabitants: Mapping[int, int],
    ) -> None:
        self._by, self._borders = by, borders
        municipalities = list(municipalities)
        self._counties = {one.county.code: one.county.name for one in municipalities}
        self._inhabitants = inhabitants
        self._centralities = {each: _centrality(each) for each in {one.centrality for one in municipalities}}
        self._groups = {one.pk: self._group(one) for one in municipalities}

    def of(self, place: Place) -> Group:
        """The group of a municipality."""
        if self._by == GroupedBy.COUNTY and self._borders == Borders.DAY:
            return self._county_of_the_day(place.code[:DIGITS_OF_A_COUNTY])
        if self._by == GroupedBy.POPULATION:
            return self._size(place)
        groups = {self._groups[pk] for pk in place.parts}
        if len(groups) == 1:
            return groups.pop()
        return self._groups[self._largest(place)] if place.is_whole else _not_known()

    def homes(self, places: Sequence[Place]) -> dict[int, Group]:
        """Of today's municipalities that several of the day became part of: the group that all these are in, if one.

        What is known of such a one together counts there, though in none of its parts.
        """
        groups: dict[int, set[Group]] = defaultdict(set)
        for place in places:
            for pk in () if place.is_whole else place.parts:
                groups[pk].add(self.of(place))
        return {pk: found.pop() for pk, found in groups.items() if len(found) == 1}

    def _largest(self, place: Place) -> int:
        return max(place.parts, key=lambda pk: self._inhabitants.get(pk, 0))

    def _group(self, municipality: Municipality) -> Group:
        county = municipality.county
        if self._by == GroupedBy.COUNTY:
            return Group(county.code, county.name, (0, county.sort_key))
        if self._by == GroupedBy.GOVERNOR:
            return Group(county.governor.name, county.governor.name, (0, county.governor.sort_key))
        return self._centralities[municipality.centrality]

    def _county_of_the_day(self, code: str) -> Group:
        """By its number; a county that is still there has its name too."""
        name = self._counties.get(code)
        return Group(code, name, (0, sort_key(name))) if name else Group(code, code, (1, code))

    def _size(self, place: Place) -> Group:
        known = [self._inhabitants[pk] for pk in place.parts if pk in self._inhabitants]
        if not place.is_whole or len(known) < len(place.parts):
            return _not_known()
        return _size(sum(known))


def _centrality(centrality: int) -> Group:
    name = _("Centrality class %(class)s") % {"class": centrality}
    return Group(str(centrality), name, (0, str(centrality)))


def _size(persons: int) -> Group:
    place = sum(persons >= least for least in SIZES)
    if place == len(SIZES):
        name = _("%(least)s inhabitants or more") % {"least": number(SIZES[-1])}
        return Group(f"{SIZES[-1]}+", name, (0, str(place)))
    least, most = (0, *SIZES)[place], SIZES[place] - 1
    name = _("%(least)s to %(most)s inhabitants") % {"least": number(least), "most": number(most)}
    return Group(f"{least}-{most}", name, (0, str(place)))


def _not_known() -> Group:
    return Group("", _("Cannot be told apart"), (2, ""))
