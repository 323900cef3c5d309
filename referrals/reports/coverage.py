"""Which municipalities have an ergoterapeut on a date, since when not, and how many årsverk."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from referrals.choices import WITHOUT_OWN, CoverageState
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure


@dataclass(frozen=True)
class MunicipalityCoverage:
    """What one municipality has at the end of the day.

    `fte` are the årsverk of ergoterapeuter who count, after what agreements move. `fte_per_10000` uses `population`
    on 1 January of `population_year`, which is the year known that comes closest (`Population`). `source` says where
    the state is known from. `days_without_own` since the last own ergoterapeut left; None: has one, or nobody knows.
    `is_lone`: one single ergoterapeut. `therapists` and `licensed` (how many of them hold a licence instead of an
    authorisation) are for own staff only, and never in a file.
    """

    pk: int
    code: str
    name: str
    full_name: str
    county_code: str
    county_name: str
    tile_column: int
    tile_row: int
    state: CoverageState
    source: str
    fte: Decimal
    population: int | None
    population_year: int | None
    without_own_since: date | None
    days_without_own: int | None
    is_lone: bool
    therapists: int
    licensed: int
    over_a_year: Figure

    @property
    def is_without_own(self) -> bool:
        """Without ergoterapeut in the published sense: purchased, by agreement, or none. Unknown is not without."""
        return self.state in WITHOUT_OWN

    @property
    def fte_per_10000(self) -> Decimal | None:
        """Årsverk per 10 000 inhabitants, two decimals; None without a known population."""
        return per_10000(self.fte, self.population)


@dataclass(frozen=True)
class Totals:
    """Sums over municipalities. `states` has every state, also those that nobody is in."""

    municipalities: int
    states: dict[CoverageState, int]
    fte: Decimal
    population: int

    @property
    def without_own(self) -> int:
        """Without ergoterapeut in the published sense: purchased + agreement + none."""
        return sum(self.states[state] for state in WITHOUT_OWN)

    @property
    def without_any(self) -> int:
        """Nobody, not by agreement or purchase either."""
        return self.states[CoverageState.NONE]

    @property
    def fte_per_10000(self) -> Decimal | None:
        """Årsverk per 10 000 inhabitants, two decimals."""
        return per_10000(self.fte, self.population)


@dataclass(frozen=True)
class CountyCoverage:
    """A county's municipalities, in Norwegian order."""

    code: str
    name: str
    totals: Totals
    rows: tuple[MunicipalityCoverage, ...]
    over_a_year: Figure


@dataclass(frozen=True)
class CoverageReport:
    """Every municipality of today at the end of the day `on`, in Norwegian order, and the same by county."""

    on: date
    totals: Totals
    rows: tuple[MunicipalityCoverage, ...]
    counties: tuple[CountyCoverage, ...]
    over_a_year: Figure
    recipe: Recipe


def per_10000(fte: Decimal, population: int | None) -> Decimal | None:
    """Årsverk per 10 000 inhabitants, two decimals; None without inhabitants."""
    return (fte * 10_000 / population).quantize(Decimal("0.01")) if population else None
