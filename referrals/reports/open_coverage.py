"""Which municipalities have an ergoterapeut by each of the three definitions, as everybody may read it.

Nothing of how a municipality is covered, of its people or of who waits: covered or not, and årsverk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from referrals.choices import CoverageState, Definition
from referrals.models import ALL_KNOWN, Municipality, looking_back
from referrals.reports import coverage, coverage_periods, workforce
from referrals.reports.coverage import is_covered, per_10000
from referrals.reports.coverage_sweep import LADDER, Sweep
from referrals.reports.question import Question
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope


@dataclass(frozen=True)
class OpenPlace:
    """A municipality at the end of the day. `state` tells posts apart, and stays inside: only what follows is open.

    `population` on 1 January of `population_year`, as everywhere (`workforce.nearest`); None where none is known.
    """

    code: str
    name: str
    county_code: str
    county_name: str
    state: CoverageState
    fte: Decimal
    population: int | None
    population_year: int | None

    def is_covered(self, definition: Definition) -> bool | None:
        """By the definition; None where nothing is known."""
        return None if self.state == CoverageState.UNKNOWN else is_covered(self.state, definition)

    @property
    def fte_per_10000(self) -> Decimal | None:
        """Årsverk per 10 000 inhabitants, two decimals."""
        return per_10000(self.fte, self.population)


@dataclass(frozen=True)
class OpenCoverage:
    """Every municipality of today at the end of the day `on`, by number.

    `recipes`: of the report by each definition.
    """

    on: date
    places: tuple[OpenPlace, ...]
    recipes: tuple[Recipe, ...]


def build(on: date, *, data_as_of: datetime) -> OpenCoverage:
    """The municipalities at the end of the day `on`, from the registers as they are at the instant `data_as_of`."""
    with looking_back(ALL_KNOWN, on):
        places = tuple(_places(on))
    asked = [Question(definition).filters for definition in Definition]
    recipes = (Recipe(coverage.NAME, on, Scope.nation(), data_as_of, filters=filters) for filters in asked)
    return OpenCoverage(on, places, tuple(recipes))


def _places(on: date) -> Iterator[OpenPlace]:
    municipalities = [one for one in Municipality.objects.select_related("county") if one.is_present]
    sweep = Sweep(coverage_periods.read(ALL_KNOWN), [one.pk for one in municipalities], [on])
    populations = workforce.nearest(workforce.all_populations(), on)
    for one in sorted(municipalities, key=lambda one: one.code):
        persons, year = populations.get(one.pk, (None, None))
        yield OpenPlace(
            code=one.code,
            name=one.full_name,
            county_code=one.county.code,
            county_name=one.county.name,
            state=LADDER[sweep.states[one.pk][0]],
            fte=Decimal(sweep.fte[one.pk][0]).scaleb(-2),
            population=persons,
            population_year=year,
        )
