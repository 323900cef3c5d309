"""Which municipalities have an ergoterapeut on a date, since when not, and how many årsverk."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from referrals.choices import NOBODY_KNOWN, WITHOUT, WITHOUT_OWN, CoverageState, Definition, states_in
from referrals.models import ALL_KNOWN, County, Hindsight, Municipality, looking_back, register_as
from referrals.norwegian import sort_key
from referrals.reports import coverage_periods, workforce
from referrals.reports.gaps import running_since
from referrals.reports.limits import Limits, least_fte_on, with_limits
from referrals.reports.lone import LoneTherapists, lone_therapists
from referrals.reports.long_waits import LongWaits, over_a_year
from referrals.reports.question import PUBLISHED, Question
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Figure
from referrals.reports.workforce import Absence, Agreement, Staff

NAME = "coverage"
NOBODY = Staff()
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class MunicipalityCoverage:
    """What one municipality has at the end of the day.

    `fte` are the årsverk of ergoterapeuter who count, after what agreements move. `fte_per_10000` uses `population`
    on 1 January of `population_year`, which is the year known that comes closest (`Population`). `source` says where
    the state is known from. `days_without` since the last ergoterapeut left who was enough for the definition; None:
    has one, or nobody knows. `is_vacant_only`: nobody who counts by any definition, but a vacant post for one.
    `is_under`: covered by the definition, with so few årsverk per 10 000 that coverage is thin. `therapists` and
    `licensed` (how many of them hold a licence instead of an authorisation) are for own staff only, never in a file.
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
    without_since: date | None
    days_without: int | None
    is_vacant_only: bool
    is_under: bool
    therapists: int
    licensed: int
    over_a_year: Figure

    @cached_property
    def fte_per_10000(self) -> Decimal | None:
        """Årsverk per 10 000 inhabitants, two decimals; None without a known population."""
        return per_10000(self.fte, self.population)

    @property
    def sort_key(self) -> str:
        """The name's place in Norwegian order."""
        return sort_key(self.name)

    @property
    def state_rank(self) -> int:
        """The state's place in the order of precedence."""
        return list(CoverageState).index(self.state)


@dataclass(frozen=True)
class Totals:
    """Sums over municipalities. `states` has every state of the definition, also those that nobody is in.

    `vacant_only` have nobody but a vacant post; they are among none and unknown, under every definition. `under` are
    covered by the definition, with so few årsverk per 10 000 that coverage is thin.
    """

    municipalities: int
    states: dict[CoverageState, int]
    vacant_only: int
    under: int
    fte: Decimal
    population: int
    definition: Definition

    @property
    def without(self) -> int:
        """Without ergoterapeut by the definition. Unknown is not without."""
        return sum(self.states[state] for state in WITHOUT[self.definition])

    @property
    def unknown(self) -> int:
        """Of which nothing is known."""
        return self.states[CoverageState.UNKNOWN]

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
    """Every municipality of today at the end of the day `on`, in Norwegian order, and the same by county.

    `least_fte`: årsverk per 10 000 under which coverage is thin on the day. `lone`: the country's lone therapists.
    """

    on: date
    definition: Definition
    totals: Totals
    rows: tuple[MunicipalityCoverage, ...]
    counties: tuple[CountyCoverage, ...]
    over_a_year: Figure
    least_fte: Decimal
    lone: LoneTherapists
    recipe: Recipe

    @property
    def without(self) -> tuple[MunicipalityCoverage, ...]:
        """Those without ergoterapeut by the definition."""
        return tuple(row for row in self.rows if row.state in WITHOUT[self.definition])

    @property
    def vacant_only(self) -> tuple[MunicipalityCoverage, ...]:
        """Those with nobody but a vacant post."""
        return tuple(row for row in self.rows if row.is_vacant_only)

    @property
    def under(self) -> tuple[MunicipalityCoverage, ...]:
        """Those covered by the definition with so few årsverk per 10 000 that it is thin."""
        return tuple(row for row in self.rows if row.is_under)


def per_10000(fte: Decimal, population: int | None) -> Decimal | None:
    """Årsverk per 10 000 inhabitants, two decimals; None without inhabitants."""
    return (fte * 10_000 / population).quantize(HUNDREDTH, ROUND_HALF_UP) if population else None


def is_covered(state: CoverageState, definition: Definition) -> bool:
    """Whether the state is known, and enough for the definition."""
    return state != CoverageState.UNKNOWN and state not in WITHOUT[definition]


def is_under(
    state: CoverageState, definition: Definition, fte_per_10000: Decimal | None, least_fte: Decimal
) -> bool:
    """Whether it is covered by the definition, with so few årsverk per 10 000 that coverage is thin.

    By the two decimals that are shown. Where the population is not known, it is not.
    """
    return is_covered(state, definition) and fte_per_10000 is not None and fte_per_10000 < least_fte


def build(
    on: date,
    *,
    data_as_of: datetime,
    own: Collection[int] = (),
    hindsight: Hindsight = ALL_KNOWN,
    definition: Definition = PUBLISHED,
) -> CoverageReport:
    """The report for the end of the day `on`, from the rows as they are at the instant `data_as_of`.

    `own` are the ids of the municipalities whose true waits the reader may see. `hindsight`: until when rows and
    registers were changed, where it is made once more. 16 queries, whatever the day.
    """
    with looking_back(hindsight, on):
        counties = list(with_limits(register_as(County.objects, hindsight).all()))
        municipalities = list(register_as(Municipality.objects, hindsight).all())
        country = _Country(on, hindsight, definition)
        lone = lone_therapists(on, Limits.of(counties), hindsight)
    waits = over_a_year(on, Places.of(counties, municipalities), own, hindsight)
    present = [municipality for municipality in municipalities if municipality.is_present]
    rows = tuple(country.rows(present, {county.pk: county for county in counties}, waits))
    return CoverageReport(
        on=on,
        definition=definition,
        totals=totals_of(rows, definition),
        rows=rows,
        counties=tuple(_counties(counties, rows, waits, definition)),
        over_a_year=waits.nation,
        least_fte=country.least_fte,
        lone=lone,
        recipe=Recipe(NAME, on, Scope.nation(), data_as_of, filters=Question(definition).filters),
    )


class _Country:
    """What is known of every municipality on the day; read within `looking_back`."""

    def __init__(self, on: date, hindsight: Hindsight, definition: Definition) -> None:
        self._on, self._definition = on, definition
        self._staff = workforce.staff(on, hindsight)
        made = workforce.agreements(on, hindsight)
        self._fte = workforce.fte_after(self._staff, made)
        # Only somebody who has an ergoterapeut can lend one; of several agreements the oldest names the source.
        self._served = {a.recipient: a for a in reversed(made) if a.provider in self._staff}
        self._absent = workforce.absences(on, hindsight)
        self._vacant = workforce.vacant(on, hindsight)
        self._populations = workforce.populations(on, hindsight)
        self.least_fte = least_fte_on(on)
        known = self._staff.keys() | self._served.keys() | self._absent.keys()
        self._states = {pk: self._state(pk) for pk in known}
        without = {pk for pk, (state, _source) in self._states.items() if state in WITHOUT[definition]}
        self._periods = coverage_periods.read(hindsight, without)

    def _state(self, pk: int) -> tuple[CoverageState, str]:
        staff = self._staff.get(pk, NOBODY)
        return state_of(staff, self._served.get(pk), self._absent.get(pk), self._definition)

    def rows(
        self, municipalities: Iterable[Municipality], counties: Mapping[int, County], waits: LongWaits
    ) -> Iterator[MunicipalityCoverage]:
        """The municipalities in the order given; `counties` by id."""
        for municipality in municipalities:
            county = counties[municipality.county_id]
            yield self._row(municipality, county, waits.municipalities[municipality.pk])

    def _row(self, municipality: Municipality, county: County, long_waits: Figure) -> MunicipalityCoverage:
        pk = municipality.pk
        staff = self._staff.get(pk, NOBODY)
        state, source = self._states.get(pk) or self._state(pk)
        population, year = self._populations.get(pk, (None, None))
        since = self._since(pk) if state in WITHOUT[self._definition] else None
        fte = self._fte.get(pk, workforce.NO_FTE)
        return MunicipalityCoverage(
            pk=pk,
            code=municipality.code,
            name=municipality.name,
            full_name=municipality.full_name,
            county_code=county.code,
            county_name=county.name,
            tile_column=municipality.tile_column,
            tile_row=municipality.tile_row,
            state=state,
            source=source,
            fte=fte,
            population=population,
            population_year=year,
            without_since=since,
            days_without=(self._on - since).days if since else None,
            is_vacant_only=pk in self._vacant and state in NOBODY_KNOWN,
            is_under=is_under(state, self._definition, per_10000(fte, population), self.least_fte),
            therapists=staff.people,
            licensed=staff.licensed,
            over_a_year=long_waits,
        )

    def _since(self, pk: int) -> date | None:
        return running_since(self._periods, pk, self._definition, self._on)


def state_of(
    staff: Staff, served: Agreement | None, absent: Absence | None, definition: Definition = PUBLISHED
) -> tuple[CoverageState, str]:
    """A municipality's state and where it is known from: own before purchased, agreement, none and unknown.

    `served`: an agreement with a municipality that has an ergoterapeut. `absent`: somebody's word that there is none.
    """
    if staff.own and not staff.in_code and CoverageState.OTHER_POST in states_in(definition):
        return CoverageState.OTHER_POST, _("Register of employments")
    if staff.own:
        return CoverageState.OWN, _("Register of employments")
    if staff.purchased:
        return CoverageState.PURCHASED, _("Register of employments")
    if served:
        words = {"municipality": served.provider_name, "date": _written(served.since)}
        return CoverageState.AGREEMENT, _("Agreement with %(municipality)s from %(date)s") % words
    if absent:
        return CoverageState.NONE, f"{absent.source}, {_written(absent.dated)}"
    return CoverageState.UNKNOWN, _("Nothing is registered")


def _written(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def totals_of(rows: Sequence[MunicipalityCoverage], definition: Definition) -> Totals:
    """The sums of the rows."""
    counted = Counter(row.state for row in rows)
    return Totals(
        municipalities=len(rows),
        states={state: counted[state] for state in states_in(definition)},
        vacant_only=sum(row.is_vacant_only for row in rows),
        under=sum(row.is_under for row in rows),
        fte=sum((row.fte for row in rows), workforce.NO_FTE),
        population=sum(row.population or 0 for row in rows),
        definition=definition,
    )


def _counties(
    counties: Iterable[County],
    rows: Iterable[MunicipalityCoverage],
    waits: LongWaits,
    definition: Definition,
) -> Iterator[CountyCoverage]:
    by_county: dict[str, list[MunicipalityCoverage]] = {}
    for row in rows:
        by_county.setdefault(row.county_code, []).append(row)
    for county in counties:
        own_rows = tuple(by_county.get(county.code, ()))
        totals = totals_of(own_rows, definition)
        yield CountyCoverage(county.code, county.name, totals, own_rows, waits.counties[county.pk])
