"""Municipalities beside each other, on a day and on the same date of the year before. Nothing in it is a sum or a mean.

Own staff see the true numbers of their own municipality and those of the others as every outsider does. Sums of
counties or of the nation have no place here: with a true number beside them others could be worked out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from math import log

from referrals.models import ALL_KNOWN, County, Hindsight, Municipality, keys_as, looking_back
from referrals.permissions import NO_ACCESS
from referrals.reports import workforce
from referrals.reports.beginnings import Beginning, PlaceBeginnings
from referrals.reports.periods import year_before
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.snapshots import UNKNOWN, Headlines, Snapshot
from referrals.reports.suppression import WITHHELD, Figure, share_within

NAME = "comparison"
MOST_OTHERS = 7
SUGGESTED = 4
INHABITANTS = 10_000


@dataclass(frozen=True)
class Standing:
    """One municipality at the end of one day. Days are gross days from received; the share is of 1.

    `per_10000`: those who wait, by the `population` of 1 January of `population_year`, the newest year not after the
    day or else the oldest known. `within_target` is undefined where no priority key holds, and all of it on a day
    of which nothing is known.
    """

    waiting: Figure
    median_days: Figure
    p90_days: Figure
    over_target: Figure
    not_assessed: Figure
    over_a_year: Figure
    within_target: Figure
    per_10000: Figure
    population: int | None
    population_year: int | None


@dataclass(frozen=True)
class ComparedPlace:
    """A municipality on both days. `is_own`: with its true numbers, for its own staff."""

    code: str
    name: str
    is_own: bool
    now: Standing
    before: Standing


@dataclass(frozen=True)
class ComparisonReport:
    """The municipalities in the order they were asked for, the one that it is about first.

    `begins_on`: the first day that is known of any of them, where of none of them anything is known of the day.
    """

    on: date
    before_on: date
    scope: Scope
    places: tuple[ComparedPlace, ...]
    recipe: Recipe
    begins_on: date | None = None


def build(
    scope: Scope,
    places: Sequence[Municipality],
    on: date,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
) -> ComparisonReport:
    """The report for the end of the day `on`, asked for at the instant `data_as_of`.

    `scope` is that of the first place; all others are as outsiders see them, whoever asks. `hindsight` of THEN: each
    day with what was registered by its own end. At most 3 queries, 4 for each day, and 2 for each county on each day.
    """
    before_on = year_before(on)
    asked = _Asked(scope, places, data_as_of, hindsight)
    now, before = (_Day(day, asked) for day in (on, before_on))
    others = (("with", ",".join(place.code for place in places[1:])),)
    return ComparisonReport(
        on,
        before_on,
        scope,
        tuple(
            ComparedPlace(
                place.code,
                place.full_name,
                asked.is_own(place),
                now.standing(place),
                before.standing(place),
            )
            for place in places
        ),
        Recipe(NAME, on, scope, min(now.as_of, before.as_of), others, knowledge=hindsight.knowledge),
        now.begins_on(places),
    )


@dataclass(frozen=True)
class _Asked:
    """What both days are asked for."""

    scope: Scope
    places: Sequence[Municipality]
    at: datetime
    hindsight: Hindsight

    def is_own(self, place: Municipality) -> bool:
        """Whether the place is shown with its true numbers."""
        return self.scope.exact and place.pk in self.scope.ids

    @cached_property
    def begun(self) -> PlaceBeginnings:
        """From when on the places are known that are shown as outsiders see them."""
        return PlaceBeginnings(Level.MUNICIPALITY, self.hindsight, at=self.at)

    @cached_property
    def outside(self) -> list[Municipality]:
        """The places that are shown as outsiders see them."""
        return [place for place in self.places if not self.is_own(place)]

    @cached_property
    def counties(self) -> list[County]:
        """Those that outsiders' places lie in."""
        return list({place.county_id: place.county for place in self.outside}.values())

    @cached_property
    def register(self) -> Places:
        """The municipalities of these counties."""
        return Places.about(Scope.counties(self.counties))


class _Day:
    """What is shown of the places on one day, true of the instant `as_of`."""

    def __init__(self, on: date, asked: _Asked) -> None:
        scope, look = asked.scope, asked.hindsight
        self._on, self._asked = on, asked
        self._begun = Beginning(scope, on, look, at=asked.at)
        ids = [place.pk for place in asked.places]
        self._populations = _populations(on, look, ids)
        with looking_back(look, on):
            keys = keys_as(look).filter(municipality_id__in=ids, valid_from__lte=on)
            self._have_keys = set(keys.values_list("municipality_id", flat=True))
        self._headlines: dict[int, Headlines] = {}
        self.as_of = asked.at
        for county in asked.counties:
            self._read_county(county, on, asked)
        if scope.exact:
            own = Snapshot(on, scope, Places.about(scope), in_full=False, at=asked.at, hindsight=look)
            self._headlines[scope.ids[0]] = own.headlines()

    def standing(self, place: Municipality) -> Standing:
        """The figures of one of the places."""
        shown = self._headlines[place.pk]
        if not self._tells(place, shown.waiting):
            shown = UNKNOWN
        persons, year = self._populations.get(place.pk, (None, None))
        return Standing(
            shown.waiting,
            shown.median_days,
            shown.p90_days,
            shown.over_target,
            shown.not_assessed,
            shown.over_a_year,
            within_target=share_within(shown.waiting, shown.over_target, shown.not_assessed)
            if place.pk in self._have_keys
            else Figure(),
            per_10000=_per_10000(shown.waiting, persons),
            population=persons,
            population_year=year,
        )

    def begins_on(self, places: Sequence[Municipality]) -> date | None:
        """From when on anything is known of any of the places; None where there are figures of one, or never any."""
        if any(self._tells(place, self._headlines[place.pk].waiting) for place in places):
            return None
        days = [self._asked.begun.told(place.pk) for place in self._asked.outside]
        days.append(self._begun.told if self._asked.scope.exact else None)
        return min((day for day in days if day), default=None)

    def _tells(self, place: Municipality, waiting: Figure) -> bool:
        """Whether anything is known of the place on the day, so that nobody takes its zero for a fact."""
        if self._asked.is_own(place):
            return self._begun.tells(self._on, waiting)
        return self._asked.begun.tells(place.pk, self._on, waiting)

    def _read_county(self, county: County, on: date, asked: _Asked) -> None:
        """Everybody in the county, decided together: what its own dashboard shows to outsiders."""
        scope, look = Scope.counties([county]), asked.hindsight
        found = Snapshot(on, scope, asked.register, in_full=False, at=asked.at, hindsight=look)
        self._headlines |= dict(found.by_place())
        self.as_of = min(self.as_of, found.as_of)


def _populations(on: date, look: Hindsight, places: Sequence[int]) -> dict[int, tuple[int, int]]:
    """As the register has them, or had them when the report was made first; it says nothing of an earlier day."""
    register = Hindsight(until=look.until)
    with looking_back(register, on):
        return workforce.populations(on, register, places)


def _per_10000(waiting: Figure, persons: int | None) -> Figure:
    if waiting.suppressed:
        return WITHHELD
    if waiting.value is None or not persons:
        return Figure()
    return Figure(round(waiting.value * INHABITANTS / persons, 2))


def neighbours(place: Municipality, on: date) -> list[Municipality]:
    """Those in the same county with the population most like the place's, in Norwegian order; none if it is unknown."""
    populations = workforce.populations(on)
    inside = Municipality.objects.present().filter(county_id=place.county_id).exclude(pk=place.pk)
    known = [other for other in inside.select_related("county") if populations.get(other.pk, (0, 0))[0]]
    persons, _year = populations.get(place.pk, (0, 0))
    if not persons:
        return []
    nearest = sorted(known, key=lambda other: abs(log(populations[other.pk][0] / persons)))
    return sorted(nearest[:SUGGESTED], key=lambda other: (other.sort_key, other.code))


def outside_scope(place: Municipality) -> Scope:
    """A municipality as every outsider sees it."""
    return Scope.municipality(place, NO_ACCESS)
