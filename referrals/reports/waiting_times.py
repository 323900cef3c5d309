"""Who waits at the end of a day, and for how long: the dashboard's figures, for one municipality, county or nation."""

from dataclasses import dataclass
from datetime import date

from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure


@dataclass(frozen=True)
class Headline:
    """A key figure beside its value 13 weeks before, as we now know that it was.

    `fact` narrows the waitlist to exactly the referrals counted; empty: the whole list. None: not a count.
    """

    figure: Figure
    before: Figure
    fact: str | None = None

    @property
    def change(self) -> Figure:
        """Now minus before; hidden or undefined where one of the two is."""
        return self.figure.minus(self.before)


@dataclass(frozen=True)
class Bin:
    """How many have waited from and with `first_day` to and with `last_day` gross days; None: and longer.

    `code` names one of WAITING.md's bands (0-14 … 366+) in files and addresses. `over_target` is only counted for own
    staff, else None.
    """

    first_day: int
    last_day: int | None
    waiting: Figure
    over_target: Figure | None = None

    @property
    def code(self) -> str:
        return f"{self.first_day}+" if self.last_day is None else f"{self.first_day}-{self.last_day}"


@dataclass(frozen=True)
class Group:
    """Those who wait in one category or priority. `code` is the waitlist filter's value, null: no priority yet.

    `over_target` is only counted for own staff, else None.
    """

    code: str
    name: str
    waiting: Figure
    median_days: Figure
    p90_days: Figure
    over_target: Figure | None = None


@dataclass(frozen=True)
class Place:
    """One county in the nation's table, or one municipality in a county's. Never the own unit's true numbers."""

    code: str
    name: str
    waiting: Figure
    median_days: Figure
    p90_days: Figure
    over_target: Figure
    not_assessed: Figure
    over_a_year: Figure


@dataclass(frozen=True)
class TrendPoint:
    """The end of one month."""

    on: date
    waiting: Figure
    median_days: Figure
    p90_days: Figure


@dataclass(frozen=True)
class Target:
    """Within how many days a priority shall start, by the municipality's key on the day; the categories may differ."""

    level: int
    least_days: int
    most_days: int


@dataclass(frozen=True)
class WaitingReport:
    """Waiting at the end of the day `on`. Days are gross days from received; percentiles are exact (`percentile_cont`).

    `distribution` are weeks for own staff, else the bands. `places` are a county's municipalities or the nation's
    counties, none for a municipality. `targets` only for a municipality. `oldest_days` is one citizen's wait, and
    hidden from all but own staff.
    """

    on: date
    before_on: date
    scope: Scope
    waiting: Headline
    median_days: Headline
    p90_days: Headline
    over_target: Headline
    not_assessed: Headline
    over_a_year: Headline
    paused: Headline
    oldest_days: Headline
    bands: tuple[Bin, ...]
    distribution: tuple[Bin, ...]
    by_category: tuple[Group, ...]
    by_priority: tuple[Group, ...]
    places: tuple[Place, ...]
    trend: tuple[TrendPoint, ...]
    targets: tuple[Target, ...]
    recipe: Recipe
