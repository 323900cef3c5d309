"""How those who wait in counties or the nation are divided: by source, and by category and priority together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from referrals.choices import Source
from referrals.models import ALL_KNOWN, Category, County, Hindsight
from referrals.reports import counts
from referrals.reports.beginnings import Beginning
from referrals.reports.crossed import Counts, Crossed, Part, cross, parts_of
from referrals.reports.limits import with_limits
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Country, OutsideLook, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import Counter, Split
from referrals.reports.suppression import Cell, Figure
from referrals.reports.tallies import IN_SCOPE, Key, Tallies
from referrals.reports.waiting_times import Group, priority_code, priority_name

# The same question as own staff's, whose answer is `parts.PartsReport`.
NAME = "distribution"


@dataclass(frozen=True)
class Named:
    """A part of the shaded table: the codes and names of what is put together in it, mostly of one."""

    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class HeatTable:
    """Those who wait by category and priority: a row for each of `categories`, in it a count for each of `priorities`.

    Nothing in it is hidden: what could tell something about a few is put together with others (`reports.crossed`).
    """

    categories: tuple[Named, ...]
    priorities: tuple[Named, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class DividedReport:
    """The parts at the end of the day `on`; days are gross days. `by_source` leaves out those of whom nobody waits.

    `heat`: of the nation alone, and None where too few wait. A county's, held against its municipalities' figures,
    would tell about a few. Of a day before anything is known all figures are undefined; then `begins_on` is the first
    day that is known.
    """

    on: date
    scope: Scope
    whole: Group
    by_source: tuple[Group, ...]
    heat: HeatTable | None
    recipe: Recipe
    begins_on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are figures of the day, hidden ones too."""
        return self.whole.waiting.is_defined


def build(scope: Scope, on: date, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN) -> DividedReport:
    """The report for the end of the day `on`, from the rows as they are at the instant `data_as_of`. Three queries.

    One more where nobody waited, to tell from when on anything is known.
    Raises ValueError for a municipality: its own staff have the true numbers (`parts`), and nobody else has any.
    """
    if scope.level == Level.MUNICIPALITY:
        raise ValueError("a municipality is divided for its own staff alone")
    found, categories = counts.divided(on, scope, hindsight), list(Category.objects.all())
    counter = Counter(found.tallies, [category.pk for category in categories])
    places = Places.of(with_limits(County.objects.all()), ())
    look = Country(counter, places, on).look_at(scope)
    report = DividedReport(
        on=on,
        scope=scope,
        whole=_group("", "", look.waiting(), found.tallies),
        by_source=tuple(_by_source(look, found.tallies)),
        heat=_heat(list(found.crossed.values()), look, counter, categories, places.limits.on(on))
        if scope.level == Level.NATION
        else None,
        recipe=Recipe(NAME, on, scope, data_as_of, knowledge=hindsight.knowledge),
    )
    begun = Beginning(scope, on, hindsight, at=data_as_of)
    return report if begun.tells(on, report.whole.waiting) else _unknown(report, begun.told)


def _unknown(report: DividedReport, begins_on: date | None) -> DividedReport:
    """The same without figures: nothing is known of the day."""
    nothing = Group("", "", Figure(), Figure(), Figure())
    return replace(report, whole=nothing, by_source=(), heat=None, begins_on=begins_on)


def _by_source(look: OutsideLook, tallies: Tallies) -> Iterator[Group]:
    for source, cell in zip(Source, look.cells(Split.SOURCE), strict=True):
        if cell != Cell.shown(0):
            yield _group(source.value, str(source.label), cell, tallies, (Key.SOURCE, source.value))


def _group(code: str, name: str, cell: Cell, tallies: Tallies, *part: tuple[Key, object]) -> Group:
    tally = tallies.of(IN_SCOPE, *part)
    return Group(code, name, cell.figure, cell.median(tally.median_days), cell.p90(tally.p90_days))


def _heat(
    places: Sequence[Counts],
    look: OutsideLook,
    counter: Counter,
    categories: Sequence[Category],
    least_shown: int,
) -> HeatTable | None:
    """None also where it is hidden how many wait."""
    if look.waiting().hidden:
        return None
    rows, columns = (
        parts_of(counter.values[split], look.cells(split)) for split in (Split.CATEGORY, Split.PRIORITY)
    )
    crossed = cross(places, rows, columns, least_shown=least_shown)
    return _named(crossed, {category.pk: category for category in categories}) if crossed else None


def _named(crossed: Crossed, categories: dict[int, Category]) -> HeatTable:
    def of_categories(part: Part) -> Named:
        found = [categories[pk] for pk in part if pk is not None]
        return Named(tuple(one.code for one in found), tuple(one.name for one in found))

    def of_levels(part: Part) -> Named:
        return Named(tuple(map(priority_code, part)), tuple(map(priority_name, part)))

    return HeatTable(
        tuple(map(of_categories, crossed.rows)), tuple(map(of_levels, crossed.columns)), crossed.counts
    )
