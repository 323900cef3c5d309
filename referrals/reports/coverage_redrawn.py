"""The coverage of a day in the borders of that day, and put together: what is asked beside the page's own report."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from referrals.choices import NOBODY_KNOWN, Borders, CoverageState, Definition
from referrals.models import ALL_KNOWN, Hindsight, Municipality, MunicipalityChange, looking_back, register_as
from referrals.norwegian import listed
from referrals.reports import borders, coverage
from referrals.reports.borders import Place, Split
from referrals.reports.coverage import (
    CoverageReport,
    MunicipalityCoverage,
    Totals,
    is_under,
    per_10000,
    totals_of,
)
from referrals.reports.coverage_groups import DIGITS_OF_A_COUNTY, Group, Grouping
from referrals.reports.question import Question
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure
from referrals.reports.workforce import NO_FTE


@dataclass(frozen=True)
class GroupCoverage:
    """Some municipalities together. Årsverk of a merged municipality count where all that it came from are."""

    code: str
    name: str
    totals: Totals


@dataclass(frozen=True)
class AskedCoverage:
    """The report as it was asked for. `rows` are the municipalities of the day where its borders were asked for.

    `totals` are of these; årsverk and inhabitants of the nation are the same in all borders. `groups` are in their
    order, none where nothing was to be put together; `splits` are those after the day that its borders undo.
    """

    report: CoverageReport
    question: Question
    rows: tuple[MunicipalityCoverage, ...]
    totals: Totals
    groups: tuple[GroupCoverage, ...]
    splits: tuple[Split, ...]

    @classmethod
    def plain(cls, report: CoverageReport) -> Self:
        """The report as it is, in today's borders; splits are told of where they are undone."""
        return cls(report, Question(report.definition), report.rows, report.totals, groups=(), splits=())

    @property
    def recipe(self) -> Recipe:
        """The report's, with all that was asked."""
        return self.report.recipe


def build(
    on: date, *, data_as_of: datetime, question: Question, hindsight: Hindsight = ALL_KNOWN
) -> AskedCoverage:
    """The report for the end of the day `on`, from the rows as they are at the instant `data_as_of`. 18 queries."""
    made = coverage.build(on, data_as_of=data_as_of, hindsight=hindsight, definition=question.definition)
    report = replace(made, recipe=replace(made.recipe, filters=question.filters))
    with looking_back(hindsight, on):
        of_municipalities = register_as(Municipality.objects, hindsight)
        municipalities = [
            one for one in of_municipalities.select_related("county__governor") if one.is_present
        ]
        changes = list(register_as(MunicipalityChange.objects, hindsight).all())
    if question.borders == Borders.TODAY:
        places, rows = borders.of_today(municipalities), report.rows
    else:
        places = borders.of_day(on, municipalities, changes)
        rows = tuple(_redrawn(places, report))
    drawn = _Drawn(places, rows, {row.pk: row for row in report.rows}, question.definition)
    return AskedCoverage(
        report=report,
        question=question,
        rows=rows,
        totals=drawn.nation(),
        groups=tuple(_groups(question, municipalities, drawn)),
        splits=tuple(split for split in borders.splits(changes) if split.on > on),
    )


def _redrawn(places: Iterable[Place], report: CoverageReport) -> Iterator[MunicipalityCoverage]:
    """The municipalities of the day, by their numbers."""
    todays = {row.pk: row for row in report.rows}
    counties = {row.county_code: row.county_name for row in report.rows}
    for place in places:
        county = place.code[:DIGITS_OF_A_COUNTY]
        row = _row(place, [todays[pk] for pk in place.parts], report)
        yield replace(row, county_code=county, county_name=counties.get(county, county))


def _row(place: Place, parts: Sequence[MunicipalityCoverage], report: CoverageReport) -> MunicipalityCoverage:
    """One municipality of the day: as its only part, or with what is known of several together."""
    named = replace(parts[0], code=place.code, name=place.name, full_name=place.name)
    if place.is_whole and len(parts) == 1:
        return named
    state = borders.state_of_place(place, [part.state for part in parts])
    sources = (part.source for part in parts if part.state == state)
    fte = sum((part.fte for part in parts), NO_FTE) if place.is_whole else NO_FTE
    population = sum(part.population or 0 for part in parts) if place.is_whole else None
    return replace(
        named,
        state=state,
        source=next(sources, None) or _undivided(parts),
        fte=fte,
        population=population,
        without_since=None,
        days_without=None,
        is_vacant_only=_is_vacant_only(place, state, parts),
        is_under=is_under(state, report.definition, per_10000(fte, population), report.least_fte),
        therapists=0,
        licensed=0,
        over_a_year=Figure(),
    )


def _is_vacant_only(place: Place, state: CoverageState, parts: Iterable[MunicipalityCoverage]) -> bool:
    """Whether the whole has nobody but a vacant post; of one that was merged with others nobody can tell."""
    return place.is_whole and state in NOBODY_KNOWN and any(part.is_vacant_only for part in parts)


def _undivided(parts: Iterable[MunicipalityCoverage]) -> str:
    names = listed([part.full_name for part in parts], last=pgettext("between names", "and"))
    return _("Is now in %(municipalities)s, and cannot be told from the others there") % {
        "municipalities": names
    }


@dataclass(frozen=True)
class _Drawn:
    """Municipalities in some borders with what is known of them, and `todays` rows by id."""

    places: Sequence[Place]
    rows: Sequence[MunicipalityCoverage]
    todays: Mapping[int, MunicipalityCoverage]
    definition: Definition

    def nation(self) -> Totals:
        """All, with what cannot be divided."""
        merged = {pk for place in self.places if not place.is_whole for pk in place.parts}
        return self._totals(self.rows, merged)

    def by(self, grouping: Grouping, inhabitants: Mapping[int, int]) -> Iterator[tuple[Group, Totals]]:
        """The groups in their order."""
        rows: dict[Group, list[MunicipalityCoverage]] = defaultdict(list)
        for place, row in zip(self.places, self.rows, strict=True):
            rows[grouping.of(place, inhabitants)].append(row)
        homes = grouping.homes(self.places, inhabitants)
        for group in sorted(rows, key=lambda group: group.rank):
            yield group, self._totals(rows[group], {pk for pk, home in homes.items() if home == group})

    def _totals(self, rows: Sequence[MunicipalityCoverage], merged: Collection[int]) -> Totals:
        totals = totals_of(rows, self.definition)
        undivided = [self.todays[pk] for pk in merged]
        return replace(
            totals,
            fte=totals.fte + sum((row.fte for row in undivided), NO_FTE),
            population=totals.population + sum(row.population or 0 for row in undivided),
        )


def _groups(
    question: Question, municipalities: Sequence[Municipality], drawn: _Drawn
) -> Iterator[GroupCoverage]:
    if question.by is None:
        return
    inhabitants = {pk: row.population for pk, row in drawn.todays.items() if row.population is not None}
    grouping = Grouping(question.by, question.borders, municipalities)
    for group, totals in drawn.by(grouping, inhabitants):
        yield GroupCoverage(group.code, group.name, totals)
