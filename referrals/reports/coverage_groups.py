"""Municipalities put together by county, county governor, centrality or population size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from referrals.choices import Borders, GroupedBy
from referrals.models import County, Municipality
from referrals.norwegian import number
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
    """Which group each municipality of any day belongs to; `inhabitants` are those of that day, by today's ids.

    Centrality and offices are those of today: of a municipality of another day they are known where it is whole, of
    several parts by the largest.
    """

    def __init__(self, by: GroupedBy, borders: Borders, municipalities: Iterable[Municipality]) -> None:
        self._by, self._borders = by, borders
        municipalities = list(municipalities)
        counties = {one.county.code: one.county for one in municipalities}
        self._counties = {code: _county(county) for code, county in counties.items()}
        self._sizes = [_of_size(nth) for nth in range(len(SIZES) + 1)]
        self._centralities = {each: _centrality(each) for each in {one.centrality for one in municipalities}}
        self._groups = {one.pk: self._group(one) for one in municipalities}

    def of(self, place: Place, inhabitants: Mapping[int, int]) -> Group:
        """The group of a municipality."""
        if self._by == GroupedBy.COUNTY and self._borders == Borders.DAY:
            return self._county_of_the_day(place.code[:DIGITS_OF_A_COUNTY])
        if self._by == GroupedBy.POPULATION:
            return self._size(place, inhabitants)
        if len(place.parts) == 1:
            return self._groups[place.parts[0]]
        groups = {self._groups[pk] for pk in place.parts}
        if len(groups) == 1:
            return groups.pop()
        return self._groups[_largest(place, inhabitants)] if place.is_whole else _not_known()

    def homes(self, places: Sequence[Place], inhabitants: Mapping[int, int]) -> dict[int, Group]:
        """Of today's municipalities that several of the day became part of: the group that all these are in, if one.

        What is known of such a one together counts there, though in none of its parts.
        """
        groups: dict[int, set[Group]] = defaultdict(set)
        for place in places:
            for pk in () if place.is_whole else place.parts:
                groups[pk].add(self.of(place, inhabitants))
        return {pk: found.pop() for pk, found in groups.items() if len(found) == 1}

    def _group(self, municipality: Municipality) -> Group:
        county = municipality.county
        if self._by == GroupedBy.COUNTY:
            return self._counties[county.code]
        if self._by == GroupedBy.GOVERNOR:
            return Group(county.governor.name, county.governor.name, (0, county.governor.sort_key))
        return self._centralities[municipality.centrality]

    def _county_of_the_day(self, code: str) -> Group:
        """By its number; a county that is still there has its name too."""
        return self._counties.get(code) or Group(code, code, (1, code))

    def _size(self, place: Place, inhabitants: Mapping[int, int]) -> Group:
        if not place.is_whole or not all(pk in inhabitants for pk in place.parts):
            return _not_known()
        persons = sum(inhabitants[pk] for pk in place.parts)
        return self._sizes[sum(persons >= least for least in SIZES)]


def _largest(place: Place, inhabitants: Mapping[int, int]) -> int:
    return max(place.parts, key=lambda pk: inhabitants.get(pk, 0))


def _county(county: County) -> Group:
    return Group(county.code, county.name, (0, county.sort_key))


def _centrality(centrality: int) -> Group:
    name = _("Centrality class %(class)s") % {"class": centrality}
    return Group(str(centrality), name, (0, str(centrality)))


def _of_size(nth: int) -> Group:
    """The group of the nth size, from 0 for the smallest on."""
    if nth == len(SIZES):
        name = _("%(least)s inhabitants or more") % {"least": number(SIZES[-1])}
        return Group(f"{SIZES[-1]}+", name, (0, str(nth)))
    least, most = (0, *SIZES)[nth], SIZES[nth] - 1
    name = _("%(least)s to %(most)s inhabitants") % {"least": number(least), "most": number(most)}
    return Group(f"{least}-{most}", name, (0, str(nth)))


def _not_known() -> Group:
    return Group("", _("Cannot be told apart"), (2, ""))
