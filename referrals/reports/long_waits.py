"""Who has waited over a year, and nearly: how many, where, and how it came to be so."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from referrals.models import ALL_KNOWN, County, Hindsight, Municipality
from referrals.models.referral import ReferralQuerySet
from referrals.norwegian import sort_key
from referrals.reports import counts, kept_or_counted, own_rows
from referrals.reports.beginnings import Beginning, PlaceBeginnings
from referrals.reports.counts import LongWaitCount
from referrals.reports.limits import with_limits
from referrals.reports.long_rows import ALL_LISTED, Listed, LongWait
from referrals.reports.periods import month_ends
from referrals.reports.reached import EVERY_CASE, Reached
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Country, Look, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import WITHHELD, Figure
from referrals.reports.tallies import Group, Key, Tallies, Tally

NAME = "long"
HISTORY_MONTHS = 24
# All who wait, those over a year, and those near it, where nothing is known.
UNKNOWN = (Figure(),) * 3


@dataclass(frozen=True)
class LongCounts:
    """Those who waited at the end of the day, over a year (more than 365 gross days), and near it (274 to 365)."""

    on: date
    waiting: Figure
    over_a_year: Figure
    near_a_year: Figure


@dataclass(frozen=True)
class LongPlace:
    """The same of one county in the nation, or of one municipality in a county. Never the own unit's true numbers."""

    code: str
    name: str
    waiting: Figure
    over_a_year: Figure
    near_a_year: Figure

    @property
    def sort_key(self) -> str:
        """The name's place in Norwegian order."""
        return sort_key(self.name)


@dataclass(frozen=True)
class LongWaitsReport:
    """The long waits at the end of the day `on`, as we now know that it was, or all of it as it was known then.

    `history` are the ends of the last 24 months, oldest first. `places` are the nation's counties or the counties'
    municipalities, none for one municipality. `rows` are only told to own staff, and only where they are asked for.
    What lies before anything is known has no figures; where the day does, `begins_on` is the first day that is known.
    """

    on: date
    scope: Scope
    now: LongCounts
    history: tuple[LongCounts, ...]
    places: tuple[LongPlace, ...]
    rows: tuple[LongWait, ...]
    recipe: Recipe
    begins_on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are figures of the day, hidden ones too."""
        return self.now.waiting.is_defined


@dataclass(frozen=True)
class LongWaits:
    """Those who have waited over a year, by the ids of municipalities and counties."""

    municipalities: dict[int, Figure]
    counties: dict[int, Figure]
    nation: Figure


def build_own(
    scope: Scope,
    on: date,
    referrals: ReferralQuerySet,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    reached: Reached = EVERY_CASE,
    listed: Listed = ALL_LISTED,
    rows: tuple[LongWait, ...] = (),
) -> LongWaitsReport:
    """The report of a municipality for its own staff: the true numbers of the `referrals` that the user sees there.

    `referrals` are those of `referrals_as(hindsight)`; `rows` those of them that are `listed`, where they are told.
    `reached`: which of them are counted; fewer than all make it another question. One query, and one more where at the
    end of a month nobody waited, to tell from when on anything is known.
    """
    if not scope.exact:
        raise ValueError("only own staff see rows")
    days = _days(on)
    tallies = own_rows.long_each_day(days, reached.among(referrals), hindsight)
    by_day = {day: _true_counts(day, tallies.get(day, Tally())) for day in days}
    filters = reached.filters + listed.filters
    recipe = Recipe(NAME, on, scope, data_as_of, filters, knowledge=hindsight.knowledge)
    report = _report(scope, by_day, recipe, rows=rows)
    return _as_far_as_known(report, Beginning(scope, on, hindsight, at=data_as_of))


def build(
    scope: Scope, on: date, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN
) -> LongWaitsReport:
    """The report of a municipality, counties or the nation for all others: counts, small ones hidden.

    `hindsight` of THEN: with what was registered by the end of the day, the month-ends before it too. Three queries,
    whatever the size of the scope, and two more where somewhere nobody waited, to tell from when on anything is known.
    """
    counties = list(with_limits(County.objects.all()))
    municipalities = list(Municipality.objects.filter(county_id__in=scope.county_ids))
    places, days = Places.of(counties, municipalities), _days(on)
    tallies = counts.long_each_day(days, scope, hindsight)
    countries = {day: Country(Counter(tallies.get(day, Tallies({}))), places, day) for day in days}
    by_day = {day: LongCounts(day, *_figures(country.look_at(scope))) for day, country in countries.items()}
    present = [municipality for municipality in municipalities if municipality.is_present]
    register = counties if scope.level is Level.NATION else present
    begun = PlaceBeginnings(scope.level, hindsight, at=data_as_of)
    listed = _places(countries[on], on, scope, register, begun)
    recipe = Recipe(NAME, on, scope, data_as_of, knowledge=hindsight.knowledge)
    report = _report(scope, by_day, recipe, places=tuple(listed))
    return _as_far_as_known(report, Beginning(scope, on, hindsight, at=data_as_of))


def _days(on: date) -> list[date]:
    """The month-ends of the history and the day itself, oldest first."""
    return sorted({on, *month_ends(on, HISTORY_MONTHS)})


def _report(
    scope: Scope,
    by_day: Mapping[date, LongCounts],
    recipe: Recipe,
    *,
    places: tuple[LongPlace, ...] = (),
    rows: tuple[LongWait, ...] = (),
) -> LongWaitsReport:
    on = recipe.on
    history = tuple(by_day[day] for day in month_ends(on, HISTORY_MONTHS))
    return LongWaitsReport(on, scope, by_day[on], history, places, rows, recipe)


def _as_far_as_known(report: LongWaitsReport, begun: Beginning) -> LongWaitsReport:
    """The same, without figures of what was before anything is known."""
    now, *history = (
        counts if begun.tells(counts.on, counts.waiting) else LongCounts(counts.on, *UNKNOWN)
        for counts in (report.now, *report.history)
    )
    begins_on = None if now.waiting.is_defined else begun.told
    return replace(report, now=now, history=tuple(history), begins_on=begins_on)


def _true_counts(day: date, tally: Tally) -> LongCounts:
    return LongCounts(day, Figure(tally.waiting), Figure(tally.over_a_year), Figure(tally.near_a_year))


def _places(
    country: Country,
    on: date,
    scope: Scope,
    register: Sequence[County | Municipality],
    known: PlaceBeginnings,
) -> Iterator[LongPlace]:
    listed = {place.pk: place for place in register}
    for _key, pk, look in country.places_in(scope):
        if pk in listed:
            told = known.tells(pk, on, look.waiting().figure)
            yield LongPlace(listed[pk].code, listed[pk].full_name, *(_figures(look) if told else UNKNOWN))


def _figures(look: Look) -> tuple[Figure, Figure, Figure]:
    """All who wait, those over a year, and those near it."""
    _earlier, near = look.cells(Split.NEAR)
    return look.waiting().figure, _figure(look), near.figure


def over_a_year(
    on: date, places: Places, own: Collection[int] = (), hindsight: Hindsight = ALL_KNOWN
) -> LongWaits:
    """At the end of the day, as outsiders may see it; true for the municipalities in `own`. Two queries.

    Nobody is counted before the year of the first referral, of which nothing is known: there a 0 is none.
    `places` are all counties with all their municipalities. Who knows the true number of a hidden place could subtract
    it from the sums: of a county in which others are hidden too, such a reader sees no sum, nor of the nation.
    """
    waits = kept_or_counted.over_a_year(on, hindsight)
    country = Country(Counter(Tallies(_groups(waits))), places, on)
    by_county = {county: _within(country, county) for county in places.present}
    undone = [county for county, figures in by_county.items() if _could_be_undone(figures, own)]
    counties = {place: _figure(look) for _key, place, look in country.places_in(Scope.nation())}
    true = {wait.municipality: Figure(wait.over_a_year) for wait in waits if wait.municipality in own}
    figures = {place: figure for figures in by_county.values() for place, figure in figures.items()}
    nation = WITHHELD if undone else _figure(country.look_at(Scope.nation()))
    known = {place for place, year in counts.first_years(hindsight).items() if year <= on.year}
    return LongWaits(
        {
            place: _known(figure, place in known)
            for place, figure in (figures | dict.fromkeys(own, Figure(0)) | true).items()
        },
        {
            county: _known(figure, bool(known & set(by_county.get(county, ()))))
            for county, figure in (counties | dict.fromkeys(undone, WITHHELD)).items()
        },
        _known(nation, bool(known)),
    )


def _known(figure: Figure, is_known: bool) -> Figure:
    """The figure; nothing where it is 0 only because nothing is known. What is hidden stays so."""
    return Figure() if figure.value == 0 and not is_known else figure


def _within(country: Country, county: int) -> dict[int, Figure]:
    """What outsiders see of the county's municipalities."""
    looks = country.places_in(Scope(Level.COUNTY, ids=(county,)))
    return {place: _figure(look) for _key, place, look in looks}


def _could_be_undone(figures: Mapping[int, Figure], own: Collection[int]) -> bool:
    """Whether some of the hidden municipalities are the reader's own and others are not."""
    return len({place in own for place, figure in figures.items() if figure.suppressed}) > 1


def _groups(waits: Iterable[LongWaitCount]) -> dict[Group, Tally]:
    groups: dict[Group, Tally] = {}
    for wait in waits:
        for key, place in ((Key.PLACE, wait.municipality), (Key.COUNTY, wait.county)):
            group = frozenset({(key, place)})
            before = groups.get(group, Tally())
            groups[group] = Tally(
                before.waiting + wait.waiting, over_a_year=before.over_a_year + wait.over_a_year
            )
    return groups


def _figure(look: Look) -> Figure:
    return look.cells(Split.YEAR)[0].figure
