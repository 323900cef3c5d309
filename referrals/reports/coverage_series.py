"""How many municipalities were without ergoterapeut at the ends of months and years since 2018, and how many årsverk.

In today's borders or in those of each day, for the nation and put together. Everything is read once and gone through.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from referrals.choices import WITHOUT, Borders, Definition, GroupedBy
from referrals.models import ALL_KNOWN, Hindsight, Municipality, MunicipalityChange, looking_back, register_as
from referrals.reports import borders, coverage_periods, workforce
from referrals.reports.borders import Place, Split, state_of_place
from referrals.reports.coverage import per_10000
from referrals.reports.coverage_groups import Group, Grouping
from referrals.reports.coverage_sweep import LADDER, UNKNOWN, Sweep
from referrals.reports.gaps import Turnover, turnover
from referrals.reports.periods import month_ends, year_before
from referrals.reports.question import Question
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope

NAME = "coverage_series"
FIRST_YEAR = 2018
MONTHS_A_YEAR = 12
# The states of those without by each definition, by their places in LADDER.
LACKING = {definition: [LADDER.index(state) for state in states] for definition, states in WITHOUT.items()}


@dataclass(frozen=True)
class Point:
    """Some municipalities together at the end of a day. `without` by definition; `unknown` are never without.

    `fte` and `population` are of those that can be told from others, or are merged with nobody outside.
    """

    on: date
    municipalities: int
    without: Mapping[Definition, int]
    unknown: int
    fte: Decimal
    population: int

    @property
    def fte_per_10000(self) -> Decimal | None:
        """Årsverk per 10 000 inhabitants, two decimals; None without inhabitants."""
        return per_10000(self.fte, self.population)


@dataclass(frozen=True)
class SeriesGroup:
    """A group at the ends of years; None on a day on which it had no municipality."""

    code: str
    name: str
    points: tuple[Point | None, ...]


@dataclass(frozen=True)
class CoverageSeries:
    """Since 2018: `months` of the nation, `years` of the nation and of the groups; both end with the day `on`.

    `turnover` is from the same day of the year before, in today's borders. `splits` are all that there were. `named`:
    number and name of today's municipalities by id.
    """

    on: date
    question: Question
    months: tuple[Point, ...]
    years: tuple[Point, ...]
    groups: tuple[SeriesGroup, ...]
    turnover: Turnover
    splits: tuple[Split, ...]
    named: Mapping[int, tuple[str, str]]
    recipe: Recipe


def build(
    on: date, *, data_as_of: datetime, question: Question, hindsight: Hindsight = ALL_KNOWN
) -> CoverageSeries:
    """The series up to the end of the day `on`, from the rows as they are at the instant `data_as_of`. 7 queries."""
    months, years = month_ends_until(on), year_ends_until(on)
    with looking_back(hindsight, on):
        country = _Country(question, hindsight, {year_before(on), *months})
    nation = {day: country.nation(day) for day in months}
    return CoverageSeries(
        on=on,
        question=question,
        months=tuple(nation.values()),
        years=tuple(nation[day] for day in years),
        groups=tuple(country.groups(years, question.by)) if question.by else (),
        turnover=country.turnover(year_before(on), on),
        splits=borders.splits(country.changes),
        named={one.pk: (one.code, one.full_name) for one in country.municipalities},
        recipe=Recipe(NAME, on, Scope.nation(), data_as_of, filters=question.filters),
    )


def year_ends_until(on: date) -> list[date]:
    """The last days of the years since 2018, and last the day itself."""
    ends = [date(year, 12, 31) for year in range(FIRST_YEAR, on.year)]
    return [*ends, on]


def month_ends_until(on: date) -> list[date]:
    """The last days of the months since January 2018, and last the day itself."""
    ends = month_ends(on, MONTHS_A_YEAR * (on.year - FIRST_YEAR + 1))
    return sorted({*(end for end in ends if end.year >= FIRST_YEAR), on})


@dataclass(frozen=True)
class _Tally:
    """What is summed on one day."""

    states: Sequence[int]
    fte: int
    population: int

    def point(self, on: date) -> Point:
        counted = Counter(self.states)
        return Point(
            on=on,
            municipalities=len(self.states),
            without={
                definition: sum(counted[state] for state in lacking)
                for definition, lacking in LACKING.items()
            },
            unknown=counted[UNKNOWN],
            fte=Decimal(self.fte).scaleb(-2),
            population=self.population,
        )


@dataclass(frozen=True)
class _Drawn:
    """One day's municipalities in the borders asked for, and what each of them had."""

    places: Sequence[Place]
    states: Sequence[int]


class _Country:
    """All that is known of the country on some days, read once; made within `looking_back`."""

    def __init__(self, question: Question, hindsight: Hindsight, days: Iterable[date]) -> None:
        self._question = question
        of_municipalities = register_as(Municipality.objects, hindsight).select_related("county__governor")
        self.municipalities = [one for one in of_municipalities if one.is_present]
        self.changes = list(register_as(MunicipalityChange.objects, hindsight).all())
        ordered = sorted(days)
        self._at = {day: number for number, day in enumerate(ordered)}
        periods = coverage_periods.read(hindsight, since=ordered[0])
        self._sweep = Sweep(periods, [one.pk for one in self.municipalities], ordered)
        # Of all municipalities together, day by day.
        self._drawn = list(self._draw(ordered))
        self._fte_of_all = [sum(of_day) for of_day in _by_day(self._sweep.fte.values(), len(ordered))]
        self._populations = workforce.all_populations(hindsight)
        self._by_year: dict[int, dict[int, int]] = {}

    def nation(self, day: date) -> Point:
        """Everybody together."""
        number = self._at[day]
        states = self._drawn[number].states
        return _Tally(states, self._fte_of_all[number], sum(self._inhabitants(day).values())).point(day)

    def groups(self, days: Sequence[date], by: GroupedBy) -> Iterator[SeriesGroup]:
        """The groups in their order."""
        found: dict[Group, dict[date, Point]] = defaultdict(dict)
        grouping = Grouping(by, self._question.borders, self.municipalities)
        for day in days:
            for group, tally in self._grouped(day, grouping):
                found[group][day] = tally.point(day)
        for group in sorted(found, key=lambda group: group.rank):
            yield SeriesGroup(group.code, group.name, tuple(found[group].get(day) for day in days))

    def turnover(self, before: date, after: date) -> Turnover:
        """Who is new and who is gone from the one day to the other."""
        states = self._sweep.states.items()
        then, now = ({pk: LADDER[of[self._at[day]]] for pk, of in states} for day in (before, after))
        return turnover(then, now, self._question.definition)

    def _grouped(self, day: date, grouping: Grouping) -> Iterator[tuple[Group, _Tally]]:
        number, inhabitants = self._at[day], self._inhabitants(day)
        places, states = self._drawn[number].places, self._drawn[number].states
        members: dict[Group, list[tuple[Place, int]]] = defaultdict(list)
        for place, state in zip(places, states, strict=True):
            members[grouping.of(place, inhabitants)].append((place, state))
        homes = grouping.homes(places, inhabitants)
        for group, inside in members.items():
            told_apart = {pk for place, _state in inside if place.is_whole for pk in place.parts}
            told_apart.update(pk for pk, home in homes.items() if home == group)
            fte = sum(self._sweep.fte[pk][number] for pk in told_apart)
            population = sum(inhabitants.get(pk, 0) for pk in told_apart)
            yield group, _Tally([state for _place, state in inside], fte, population)

    def _draw(self, days: Sequence[date]) -> Iterator[_Drawn]:
        """Each day in the borders asked for; they are drawn once for all days between two reforms."""
        if self._question.borders == Borders.TODAY:
            today = borders.of_today(self.municipalities)
            yield from (_Drawn(today, states) for states in _by_day(self._sweep.states.values(), len(days)))
            return
        reforms = borders.days_of_change(self.changes)
        for _past, numbers in groupby(range(len(days)), key=lambda number: bisect(reforms, days[number])):
            first, *others = numbers
            places = borders.of_day(days[first], self.municipalities, self.changes)
            among = slice(first, first + len(others) + 1)
            states = _by_day([self._states(place, among) for place in places], len(others) + 1)
            yield from (_Drawn(places, of_day) for of_day in states)

    def _states(self, place: Place, among: slice) -> list[int]:
        """What a municipality in any borders had on some of the days."""
        parts = [self._sweep.states[pk][among] for pk in place.parts]
        if place.is_whole and len(parts) == 1:
            return parts[0]
        together = list(zip(*parts, strict=True))
        known = {states: _together(place, states) for states in set(together)}
        return [known[states] for states in together]

    def _inhabitants(self, day: date) -> dict[int, int]:
        """By the year of the day, which is all that counts of it."""
        if day.year not in self._by_year:
            nearest = workforce.nearest(self._populations, day)
            self._by_year[day.year] = {pk: persons for pk, (persons, _year) in nearest.items()}
        return self._by_year[day.year]


def _by_day(municipalities: Iterable[Sequence[int]], days: int) -> list[tuple[int, ...]]:
    """What each municipality has on each day, turned round: nothing on every day where there is no municipality."""
    return list(zip(*municipalities, strict=True)) or [()] * days


def _together(place: Place, states: Iterable[int]) -> int:
    return LADDER.index(state_of_place(place, [LADDER[state] for state in states]))
