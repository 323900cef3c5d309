"""Who waited in the whole country at frozen month-ends, as everybody may read it.

The figures are those that outsiders see of the nation, as they were known at the month's end, which nobody changes any
more; so two files never differ in what they say of a month. Everybody also means those who know the true numbers of
their own municipality. They can subtract these, which readers of counties and the nation cannot: so a count is open only
if what is left of it without any one municipality is none, or no small number either. What is hidden is withheld, and
not told to be small.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

from referrals.models import County
from referrals.models.rollup import frozen_months
from referrals.reports import frozen, kept
from referrals.reports.periods import month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.suppression import LEAST_FOR_MEDIAN, LEAST_FOR_P90, WITHHELD, Figure
from referrals.reports.tallies import IN_SCOPE, Key, Tallies, Tally


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
    without = Without(nation.of(IN_SCOPE), parts)
    least = places.limits.on(on)
    if not without.leaves(least, lambda one: one.waiting):
        return Shown(*[WITHHELD] * len(astuple(shown)))
    by_target = without.leaves(least, *BY_TARGET)
    return Shown(
        waiting=_open(shown.waiting),
        median_days=_open(shown.median_days, without.leaves(LEAST_FOR_MEDIAN, lambda one: one.waiting)),
        p90_days=_open(shown.p90_days, without.leaves(LEAST_FOR_P90, lambda one: one.waiting)),
        over_target=_open(shown.over_target, by_target),
        over_a_year=_open(shown.over_a_year, without.leaves(least, *BY_YEAR)),
        not_assessed=_open(shown.not_assessed, by_target),
    )


Count = Callable[[Tally], int]

# Into what each division divides those who wait; the last part of each is not told, but follows from the others.
BY_TARGET: tuple[Count, ...] = (
    lambda one: one.over_target,
    lambda one: one.not_assessed,
    lambda one: one.waiting - one.over_target - one.not_assessed,
)
BY_YEAR: tuple[Count, ...] = (lambda one: one.over_a_year, lambda one: one.waiting - one.over_a_year)


@dataclass(frozen=True)
class Without:
    """A whole less each one of its parts: what those know who know the true numbers of that part."""

    whole: Tally
    parts: Iterable[Tally]

    def leaves(self, least: int, *counts: Count) -> bool:
        """Whether that is nobody or at least so many, in each of the counts, whichever part it is."""
        left = (count(self.whole) - count(part) for count in counts for part in self.parts)
        return all(number == 0 or number >= least for number in left)


def _open(figure: Figure, is_safe: bool = True) -> Figure:
    """Hidden ones all look alike: that one is small would tell whoever knows a part of it."""
    return WITHHELD if figure.suppressed or not is_safe else figure
