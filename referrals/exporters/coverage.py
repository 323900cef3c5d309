"""The report of who has an ergoterapeut, as JSON and as rows. Nothing in it is about one person."""

from decimal import Decimal
from typing import Any

from referrals.choices import WITHOUT
from referrals.exporters.tabular import Sheet
from referrals.reports.coverage import MunicipalityCoverage, Totals
from referrals.reports.coverage_redrawn import AskedCoverage, GroupCoverage

COLUMNS = ("code", "name", "county_code", "state", "fte", "fte_per_10000", "source")
GROUP_COLUMNS = (
    *("code", "name", "municipalities", "without", "unknown", "vacant_post_only", "under_limit"),
    *("fte", "fte_per_10000"),
)
# What each row of a sheet also says, so that no number stands without it.
ASKED = ("definition", "borders")


def as_dict(asked: AskedCoverage) -> dict[str, Any]:
    """The states of all municipalities at the end of the day, their number, and årsverk as numbers.

    `without` counts those without ergoterapeut by the `definition`, whose numbers are `without_codes`; `without_own`
    is the published sense: purchased + agreement + none. `vacant_post_only_codes`: nobody by any definition, but a
    vacant post; they are among none and unknown. `thin` is what of thin coverage is told outside a municipality: who is
    covered with fewer årsverk per 10 000 than the limit of the day, and how many therapists of the country were alone
    at the end of a year, which is null where it could tell about one of them. `groups` only where
    municipalities were put together.
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
        "rows": [_row(row) for row in asked.rows],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(asked: AskedCoverage) -> Sheet:
    """One municipality a row, in Norwegian order or that of old numbers; or one group, where they were put together."""
    told = (asked.report.definition.value, asked.question.borders.value)
    if asked.question.by:
        groups = (tuple(_group(group).values()) for group in asked.groups)
        return Sheet((*GROUP_COLUMNS, *ASKED), tuple((*row, *told) for row in groups))
    lacking = WITHOUT[asked.report.definition]
    rows = (
        (*_row(row).values(), *map(_yes, (row.state in lacking, row.is_vacant_only, row.is_under)), *told)
        for row in asked.rows
    )
    return Sheet((*COLUMNS, "without", "vacant_post_only", "under_limit", *ASKED), tuple(rows))


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


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
    values = (group.code, group.name, *_summed(group.totals))
    return dict(zip(GROUP_COLUMNS, values, strict=True))


def _summed(totals: Totals) -> tuple[Any, ...]:
    counts = (totals.municipalities, totals.without, totals.unknown, totals.vacant_only, totals.under)
    return (*counts, float(totals.fte), as_number(totals.fte_per_10000))


def as_number(value: Decimal | None) -> float | None:
    """As JSON has it."""
    return None if value is None else float(value)


def _row(row: MunicipalityCoverage) -> dict[str, Any]:
    values = (
        row.code,
        row.full_name,
        row.county_code,
        row.state.value,
        float(row.fte),
        as_number(row.fte_per_10000),
        row.source,
    )
    return dict(zip(COLUMNS, values, strict=True))
