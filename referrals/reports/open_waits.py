"""Who waited in the whole country at frozen month-ends, as everybody may read it.

The figures are those that outsiders see of the nation, as they were known at the month's end, which nobody changes any
more; so two files never differ in what they say of a month.

Everybody also means a municipality's own staff. They know its true numbers, and may look at all other municipalities as
outsiders see them, with what is below the limit hidden; therefore no page shows them a sum of them. From a sum they
could work out what is hidden. So a count of the nation is open only if every small number of a municipality could still
be any small number to whoever knows one municipality and all numbers that are not small. What is hidden here is
withheld, and not told to be small.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter

from referrals.models import County
from referrals.models.rollup import frozen_months
from referrals.reports import frozen, kept
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.suppression import LEAST_FOR_MEDIAN, LEAST_FOR_P90, WITHHELD, Figure
from referrals.reports.tallies import IN_SCOPE, Key, Tallies, Tally

Count = Callable[[Tally], int]

ALL: Count = attrgetter("waiting")
# Into what each division divides those who wait; the last part of each is not told, but follows from the others.
BY_TARGET: tuple[Count, ...] = (
    attrgetter("over_target"),
    attrgetter("not_assessed"),
    lambda one: one.waiting - one.over_target - one.not_assessed,
)
BY_YEAR: tuple[Count, ...] = (attrgetter("over_a_year"), lambda one: one.waiting - one.over_a_year)


@dataclass(frozen=True)
class Shown:
    """What is told of those who wait; in the order of `frozen.shown`."""

    waiting: Figure
    median_days: Figure
    p90_days: Figure
    over_target: Figure
    over_a_year: Figure
    not_assessed: Figure


@dataclass(frozen=True)
class OpenMonth:
    """The nation at the end of a month's last day."""

    on: date
    shown: Shown


@dataclass(frozen=True)
class OpenWaits:
    """The frozen ones of the last 60 month-ends until the day `on`, oldest first. `recipes`: of each of their years."""

    on: date
    months: tuple[OpenMonth, ...]
    recipes: tuple[Recipe, ...]


def build(on: date, *, data_as_of: datetime) -> OpenWaits:
    """The month-ends that are frozen at the instant `data_as_of`. At most 5 queries, whatever was ever registered."""
    known = frozen_months()
    days = [day for day in month_ends(on, frozen.MONTHS) if day in known]
    nation, every = kept.frozen(days, Scope.nation()), kept.frozen(days, Scope.counties(County.objects.all()))
    places = Places.about(Scope.nation())
    months = (
        OpenMonth(day, open_figures(nation[day].tallies, municipalities(every[day].tallies), places, day))
        for day in days
    )
    years = dict.fromkeys(str(day.year) for day in days)
    made = (Recipe(frozen.NAME, on, Scope.nation(), data_as_of, filters=(("year", year),)) for year in years)
    return OpenWaits(on, tuple(months), tuple(made))


def municipalities(tallies: Tallies) -> list[Tally]:
    """The true counts of every municipality in which somebody waits."""
    return [tallies.of((Key.PLACE, place)) for place in sorted(tallies.values(Key.PLACE), key=str)]


def open_figures(nation: Tallies, parts: Sequence[Tally], places: Places, on: date) -> Shown:
    """The nation's figures of the day as everybody may see them. `parts`: its municipalities.

    Counts that divide the same people are open together or not at all, so that nobody works one out from the others.
    """
    shown = Shown(*frozen.shown(Scope.nation(), nation, places, on))
    least = places.limits.on(on)
    if not _hide_each_other(parts, least, ALL):
        return Shown(*[WITHHELD] * len(fields(shown)))
    left = min((nation.of(IN_SCOPE).waiting - part.waiting for part in parts), default=0)
    by_target = _hide_each_other(parts, least, *BY_TARGET)
    return Shown(
        waiting=_open(shown.waiting),
        median_days=_open(shown.median_days, left == 0 or left >= LEAST_FOR_MEDIAN),
        p90_days=_open(shown.p90_days, left == 0 or left >= LEAST_FOR_P90),
        over_target=_open(shown.over_target, by_target),
        over_a_year=_open(shown.over_a_year, _hide_each_other(parts, least, *BY_YEAR)),
        not_assessed=_open(shown.not_assessed, by_target),
    )


def hide_each_other(numbers: Iterable[int], least: int) -> bool:
    """Whether each of the small numbers could be any from 1 to below `least`, if their sum is known.

    Also to whoever knows one of them. So it is where the others can make up for whatever one of them is.
    """
    small, most = [number for number in numbers if 0 < number < least], least - 1
    for known in {0, *small}:
        others, left = len(small) - (known > 0), sum(small) - known
        if others and not others - 1 + most <= left <= (others - 1) * most + 1:
            return False
    return True


def _hide_each_other(parts: Sequence[Tally], least: int, *counts: Count) -> bool:
    """In each of the counts."""
    return all(hide_each_other(map(count, parts), least) for count in counts)


def _open(figure: Figure, is_safe: bool = True) -> Figure:
    """Hidden ones all look alike: that one is small would tell whoever knows a part of it."""
    return WITHHELD if figure.suppressed or not is_safe else figure
