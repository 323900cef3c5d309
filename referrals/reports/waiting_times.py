"""Who waits at the end of a day, and for how long: the dashboard's figures, for one municipality, county or nation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from referrals.choices import WaitFact
from referrals.models import (
    ALL_KNOWN,
    Category,
    County,
    Hindsight,
    Municipality,
    PriorityTarget,
    keys_as,
    looking_back,
)
from referrals.norwegian import sort_key
from referrals.reports import trend
from referrals.reports.beginnings import Beginning, PlaceBeginnings
from referrals.reports.limits import with_limits
from referrals.reports.periods import DAYS_A_WEEK, Beside
from referrals.reports.recipe import Recipe
from referrals.reports.regions import Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.snapshots import UNKNOWN, Headlines, Snapshot
from referrals.reports.splits import Split
from referrals.reports.suppression import Figure, share_within
from referrals.reports.tallies import Tally
from referrals.waiting import Band

NAME = "waiting"
NO_PRIORITY = "null"  # as the waitlist's filter says it


@dataclass(frozen=True)
class Headline:
    """A key figure beside its value 13 weeks or a year before, as we now know that it was.

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

    @property
    def sort_key(self) -> str:
        """The name's place in Norwegian order."""
        return sort_key(self.name)


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
    counties, none for a municipality. `targets` only for a municipality. Counts are of referrals, but `persons` of
    citizens. That and `oldest_days`, which is one citizen's wait, are hidden from all but own staff.
    Of a day before anything is known all figures are undefined; then `begins_on` is the first day that is known.
    """

    on: date
    before_on: date
    beside: Beside
    scope: Scope
    waiting: Headline
    median_days: Headline
    p90_days: Headline
    over_target: Headline
    not_assessed: Headline
    over_a_year: Headline
    paused: Headline
    oldest_days: Headline
    persons: Headline
    bands: tuple[Bin, ...]
    distribution: tuple[Bin, ...]
    by_category: tuple[Group, ...]
    by_priority: tuple[Group, ...]
    places: tuple[Place, ...]
    trend: tuple[trend.TrendPoint, ...]
    targets: tuple[Target, ...]
    recipe: Recipe
    begins_on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are figures of the day, hidden ones too."""
        return self.waiting.figure.is_defined

    @property
    def within_target(self) -> Headline:
        """The share of those assessed who are not over target, 0 to 1; undefined where nobody is assessed.

        Over target, within it and not assessed add up to all who wait. A priority without a target is never over it,
        so in a municipality that has no key on the day the share would say nothing and is undefined.
        """
        if self.scope.level == Level.MUNICIPALITY and not self.targets:
            return Headline(Figure(), Figure())
        parts = (self.waiting, self.over_target, self.not_assessed)
        return Headline(
            share_within(*(part.figure for part in parts)), share_within(*(part.before for part in parts))
        )


def build(
    scope: Scope,
    on: date,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    beside: Beside = Beside.WEEKS,
) -> WaitingReport:
    """The report for the end of the day `on`, asked for at the instant `data_as_of`.

    From the rows as they are then, or for outsiders from kept figures of at most some minutes before: the recipe tells.
    `hindsight` of THEN: with what was registered by the end of that day, the month-ends of the trend too, and the
    figures `beside` with what was registered by the end of theirs. Days before anything is known have no figures.
    At most 7 queries for own staff and 11 for others, whatever the size of the scope: one of them, for others two,
    where somewhere nobody waited, to tell from when on anything is known.
    """
    before_on = beside.day(on)
    categories = list(Category.objects.all())
    counties, municipalities = _register(scope)
    present = [municipality for municipality in municipalities if municipality.is_present]
    places = Places.of(counties, municipalities)
    look: Any = {"at": data_as_of, "hindsight": hindsight}
    now = Snapshot(on, scope, places, [category.pk for category in categories], in_full=True, **look)
    before = Snapshot(before_on, scope, places, in_full=False, **look)
    begun = Beginning(scope, on, hindsight, at=data_as_of)
    past = trend.build(scope, on, places, at=data_as_of, hindsight=hindsight, begun=begun)
    bands = tuple(_bands(now.bands()))
    is_nation, known = scope.level == Level.NATION, PlaceBeginnings(scope.level, hindsight, at=data_as_of)
    headlines, earlier = now.headlines(), before.headlines()
    is_comparable = begun.by(before_on).tells(before_on, earlier.waiting)
    report = WaitingReport(
        on=on,
        before_on=before_on,
        beside=beside,
        scope=scope,
        **_headlines(headlines, earlier if is_comparable else UNKNOWN),
        bands=bands,
        distribution=tuple(_weeks(now.weeks())) if scope.exact else bands,
        by_category=tuple(_by_category(now, categories)),
        by_priority=tuple(_by_priority(now)),
        places=tuple(_places(now, on, counties if is_nation else present, known)),
        trend=past.points,
        targets=targets_of(scope, on, hindsight),
        recipe=Recipe(
            NAME,
            on,
            scope,
            min(now.as_of, before.as_of, past.as_of),
            beside.filters,
            knowledge=hindsight.knowledge,
        ),
    )
    return report if begun.tells(on, headlines.waiting) else _unknown(report, begun.told)


def _unknown(report: WaitingReport, begins_on: date | None) -> WaitingReport:
    """The same without figures: nothing is known of the day."""
    bands = tuple(replace(one, waiting=Figure()) for one in report.bands)
    return replace(
        report,
        **_headlines(UNKNOWN, UNKNOWN),
        bands=bands,
        distribution=() if report.scope.exact else bands,
        by_category=tuple(map(_nothing_of, report.by_category)),
        by_priority=tuple(map(_nothing_of, report.by_priority)),
        begins_on=begins_on,
    )


def _nothing_of(group: Group) -> Group:
    over_target = None if group.over_target is None else Figure()
    return Group(group.code, group.name, Figure(), Figure(), Figure(), over_target)


def _register(scope: Scope) -> tuple[list[County], list[Municipality]]:
    """The counties, and the municipalities of those that the scope is about, former ones too.

    Own staff compare with nobody.
    """
    if scope.exact:
        return [], []
    return list(with_limits(County.objects.all())), list(
        Municipality.objects.filter(county_id__in=scope.county_ids)
    )


def _headlines(now: Headlines, before: Headlines) -> dict[str, Any]:
    facts = {
        "waiting": "",
        "over_target": WaitFact.OVER_TARGET,
        "not_assessed": WaitFact.NOT_ASSESSED,
        "over_a_year": WaitFact.OVER_A_YEAR,
        "paused": WaitFact.PAUSED,
    }
    return {
        field.name: Headline(getattr(now, field.name), getattr(before, field.name), facts.get(field.name))
        for field in fields(Headlines)
    }


def _bands(figures: Sequence[Figure]) -> Iterator[Bin]:
    for band, figure in zip(Band, figures, strict=True):
        yield Bin(band.first_day, None if band is Band.OVER_365 else band.value, figure)


def _weeks(tallies: Iterable[Tally]) -> Iterator[Bin]:
    for week, counts in enumerate(tallies):
        first = week * DAYS_A_WEEK
        yield Bin(first, first + DAYS_A_WEEK - 1, Figure(counts.waiting), Figure(counts.over_target))


def _by_category(now: Snapshot, categories: Sequence[Category]) -> Iterator[Group]:
    for category, part in zip(categories, now.by(Split.CATEGORY), strict=True):
        yield Group(
            category.code, category.name, part.waiting, part.median_days, part.p90_days, part.over_target
        )


def _by_priority(now: Snapshot) -> Iterator[Group]:
    for part in now.by(Split.PRIORITY):
        code, name = priority_code(part.value), priority_name(part.value)
        yield Group(code, name, part.waiting, part.median_days, part.p90_days, part.over_target)


def priority_code(level: int | None) -> str:
    """A priority as the waitlist's filter says it; None: not assessed."""
    return NO_PRIORITY if level is None else str(level)


def priority_name(level: int | None) -> str:
    """A priority in words."""
    return _("Not assessed") if level is None else _("Priority %(level)s") % {"level": level}


def _places(
    now: Snapshot, on: date, register: Iterable[County | Municipality], known: PlaceBeginnings
) -> Iterator[Place]:
    listed = {place.pk: place for place in register}
    for pk, counted in now.by_place():
        figures = counted if known.tells(pk, on, counted.waiting) else UNKNOWN
        if pk in listed:
            yield Place(
                listed[pk].code,
                listed[pk].full_name,
                figures.waiting,
                figures.median_days,
                figures.p90_days,
                figures.over_target,
                figures.not_assessed,
                figures.over_a_year,
            )


def targets_of(scope: Scope, on: date, hindsight: Hindsight) -> tuple[Target, ...]:
    """The targets of a municipality by the key version of the day; none where no key holds, or of other scopes.

    Of the versions that were known, where the day is looked at as it was known.
    """
    if scope.level != Level.MUNICIPALITY:
        return ()
    with looking_back(hindsight, on):
        version = keys_as(hindsight).newest_of(scope.ids[0], on)
        levels = PriorityTarget.objects.filter(key__in=version).order_by("level").values("level")
        found = list(levels.annotate(least=Min("days"), most=Max("days")))
    return tuple(Target(target["level"], target["least"], target["most"]) for target in found)
