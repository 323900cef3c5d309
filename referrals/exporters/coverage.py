"""The report of who has an ergoterapeut, as JSON and as rows. Nothing in it is about one person.

It may be passed on, so that nobody's true numbers of who waits are in it: it is made of a report for outsiders.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from referrals.choices import WITHOUT, Borders, CoverageState, Definition, states_in
from referrals.exporters.axes import GROUP, PLACE
from referrals.exporters.lines import Line, cell, counted, value_of
from referrals.exporters.sources import licence_of, source_of, terms_of
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.coverage import CountyCoverage, MunicipalityCoverage, Totals
from referrals.reports.coverage_redrawn import AskedCoverage, GroupCoverage
from referrals.reports.question import Question
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure

FIGURES = ("fte", "fte_per_10000", "population", "population_year", "days_without", "over_one_year")
COLUMNS = (
    *("code", "name", "county_code", "state", "source", *FIGURES),
    *("without", "vacant_post_only", "under_limit"),
)
GROUP_COLUMNS = (
    *("code", "name", "municipalities", "without", "unknown", "vacant_post_only", "under_limit"),
    *("fte", "fte_per_10000"),
)
OF_MUNICIPALITIES = Table(
    "coverage", _("Occupational therapists of the municipalities"), ("municipality",), (PLACE,)
)
OF_COUNTIES = Table("county", _("Occupational therapists by county"), ("county",), (PLACE,))
OF_GROUPS = Table("group", _("Occupational therapists by group of municipalities"), ("group",), (GROUP,))


def as_dict(asked: AskedCoverage) -> dict[str, Any]:
    """The states of all municipalities at the end of the day, their number, and årsverk as numbers.

    `without` counts those without ergoterapeut by the `definition`, whose numbers are `without_codes`; `without_own`
    is the published sense: purchased + agreement + none. `vacant_post_only_codes`: nobody by any definition, but a
    vacant post; they are among none and unknown. `thin` is what of thin coverage is told outside a municipality: who is
    covered with fewer årsverk per 10 000 than the limit of the day, and how many therapists of the country were alone
    at the end of a year, which is null where it could tell about one of them. `groups` only where municipalities were
    put together. `suppressed` names each figure of a row that is null because it may not be shown. `source` and
    `licence` are words.
    """
    report, totals = asked.report, asked.totals
    lacking = WITHOUT[report.definition]
    return {
        "on": report.on.isoformat(),
        "definition": report.definition.value,
        "borders": asked.question.borders.value,
        "municipalities": totals.municipalities,
        "states": {state.value: number for state, number in totals.states.items()},
        "without": totals.without,
        "without_codes": [row.code for row in asked.rows if row.state in lacking],
        "without_own": totals.without_own,
        "vacant_post_only": totals.vacant_only,
        "vacant_post_only_codes": [row.code for row in asked.rows if row.is_vacant_only],
        "thin": _thin(asked),
        **_grouped(asked),
        "rows": [named(row) | counted(figures(row)) for row in asked.rows],
        "source": source_of(asked.recipe),
        "licence": licence_of(asked.recipe),
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(asked: AskedCoverage) -> Sheet:
    """One municipality a row, in Norwegian order or that of old numbers; or one group, where they were put together."""
    told = last_columns(asked.question, asked.recipe)
    if asked.question.by:
        groups = (tuple(_group(group).values()) for group in asked.groups)
        return Sheet(
            (*GROUP_COLUMNS, *told), tuple((*row, *told.values()) for row in groups), (asked.recipe,)
        )
    rows = ((*_row(row, asked), *told.values()) for row in asked.rows)
    return Sheet((*COLUMNS, *told), tuple(rows), (asked.recipe,))


def as_statistics(asked: AskedCoverage) -> Statistics:
    """The municipalities and, in today's borders, the counties; or instead of these the groups that were asked for."""
    tables = asked_tables(_tables(asked.question), asked.question)
    return Statistics(tables, _lines(asked), (asked.recipe,))


def _tables(question: Question) -> tuple[Table, ...]:
    """Those that can have lines: a page that names them would read to the last line for another."""
    if question.by:
        return OF_MUNICIPALITIES, OF_GROUPS
    return (OF_MUNICIPALITIES, OF_COUNTIES) if question.borders == Borders.TODAY else (OF_MUNICIPALITIES,)


def last_columns(question: Question, recipe: Recipe) -> dict[str, str]:
    """What each row of a sheet also says, so that no number stands without it."""
    asked = {"definition": question.definition.value, "borders": question.borders.value}
    return asked | terms_of(recipe)


def asked_tables(tables: tuple[Table, ...], question: Question) -> tuple[Table, ...]:
    """The tables, each named with the definition and the borders that its numbers are by."""
    told = format_lazy("{}. {}", question.definition.label, question.borders.label)
    return tuple(replace(table, told=told) for table in tables)


def as_number(value: Decimal | None) -> float | None:
    """As JSON has it."""
    return None if value is None else float(value)


def _lines(asked: AskedCoverage) -> Iterator[Line]:
    """The few first: a page that names the tables reads no further than the first municipality."""
    yield from (Line("group", group.code, group.name, _summed(group.totals)) for group in asked.groups)
    if OF_COUNTIES in _tables(asked.question):
        counties = asked.report.counties
        yield from (Line("county", county.code, county.name, _of_county(county)) for county in counties)
    for row in asked.rows:
        yield Line("municipality", row.code, row.full_name, of_municipality(row, asked.report.definition))


def of_municipality(row: MunicipalityCoverage, definition: Definition) -> dict[str, Figure]:
    """What is so as 1 and what is not as 0, so that a sum is a number of municipalities."""
    is_so = {f"state_{state.value}": state == row.state for state in states_in(definition)}
    is_so |= _answers(row, definition)
    return {name: Figure(int(so)) for name, so in is_so.items()} | figures(row)


def _answers(row: MunicipalityCoverage, definition: Definition) -> dict[str, bool]:
    """What is so or not of a municipality beside its state."""
    return {
        "without": row.state in WITHOUT[definition],
        "vacant_post_only": row.is_vacant_only,
        "under_limit": row.is_under,
    }


def _of_county(county: CountyCoverage) -> dict[str, Figure]:
    return _summed(county.totals) | {"over_one_year": county.over_a_year}


def _summed(totals: Totals) -> dict[str, Figure]:
    return {
        "municipalities": Figure(totals.municipalities),
        **{f"state_{state.value}": Figure(count) for state, count in totals.states.items()},
        "without": Figure(totals.without),
        "vacant_post_only": Figure(totals.vacant_only),
        "under_limit": Figure(totals.under),
        **_fte(totals),
        "population": Figure(totals.population),
    }


def figures(row: MunicipalityCoverage) -> dict[str, Figure]:
    """What is not known of a municipality is nothing, and not 0."""
    is_known = row.state is not CoverageState.UNKNOWN
    return {
        **(_fte(row) if is_known else dict.fromkeys(("fte", "fte_per_10000"), Figure())),
        "population": Figure(row.population),
        "population_year": Figure(row.population_year),
        "days_without": Figure(row.days_without),
        "over_one_year": row.over_a_year,
    }


def _row(row: MunicipalityCoverage, asked: AskedCoverage) -> tuple[Cell, ...]:
    told: dict[str, Cell] = {**named(row)}
    told |= {name: cell(figure) for name, figure in figures(row).items()}
    told |= {name: "yes" if is_so else "no" for name, is_so in _answers(row, asked.report.definition).items()}
    return tuple(told[column] for column in COLUMNS)


def _thin(asked: AskedCoverage) -> dict[str, Any]:
    lone = asked.report.lone
    return {
        "least_fte_per_10000": float(asked.report.least_fte),
        "under": asked.totals.under,
        "under_codes": [row.code for row in asked.rows if row.is_under],
        "lone_therapists": {"on": lone.on.isoformat(), "people": lone.people},
    }


def _grouped(asked: AskedCoverage) -> dict[str, Any]:
    if not asked.question.by:
        return {}
    return {"by": asked.question.by.value, "groups": [_group(group) for group in asked.groups]}


def _group(group: GroupCoverage) -> dict[str, Any]:
    totals = group.totals
    counts = (totals.municipalities, totals.without, totals.unknown, totals.vacant_only, totals.under)
    fte = (value_of(figure) for figure in _fte(totals).values())
    return dict(zip(GROUP_COLUMNS, (group.code, group.name, *counts, *fte), strict=True))


def _fte(of: MunicipalityCoverage | Totals) -> dict[str, Figure]:
    return {"fte": Figure(as_number(of.fte)), "fte_per_10000": Figure(as_number(of.fte_per_10000))}


def named(row: MunicipalityCoverage) -> dict[str, str]:
    """Which municipality it is, what it has, and from where that is known."""
    return {
        "code": row.code,
        "name": row.full_name,
        "county_code": row.county_code,
        "state": row.state.value,
        "source": row.source,
    }
