"""Municipalities beside each other, as JSON and as rows."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import DAY_OF_PART, PLACE
from referrals.exporters.lines import Line, counted, day_of, sheet
from referrals.exporters.statistics import Statistics, Table
from referrals.exporters.tabular import Sheet
from referrals.reports.comparison import ComparedPlace, ComparisonReport, Standing
from referrals.reports.suppression import Figure

# As files name them, where that is not as the report does.
NAMES = {"over_a_year": "over_one_year", "within_target": "within_target_share"}
DAYS = ("now", "before")
TABLES = (
    Table(
        "comparison", _("Municipalities beside each other, now and a year before"), (), (PLACE, DAY_OF_PART)
    ),
)


def as_dict(report: ComparisonReport) -> dict[str, Any]:
    """Each municipality at the end of the day and of the same date of the year before; the share is of 1.

    `suppressed` names every figure beside it that is null because it may not be shown. `own`: true numbers, of the
    reader's own municipality. `nothing_known_before`: the first day that is known of any of them, where the day is
    known of none. `per_10000` goes by the `population` of 1 January of its year.
    """
    return {
        "on": report.on.isoformat(),
        "before_on": report.before_on.isoformat(),
        "nothing_known_before": day_of(report.begins_on),
        "places": [_place(place) for place in report.places],
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: ComparisonReport) -> Sheet:
    """One figure a row, municipality after municipality."""
    return sheet(_lines(report), (report.recipe,))


def as_statistics(report: ComparisonReport) -> Statistics:
    """The municipalities of both days in one table."""
    return Statistics(TABLES, _lines(report), (report.recipe,))


def _lines(report: ComparisonReport) -> Iterator[Line]:
    days = {"now": report.on, "before": report.before_on}
    for place in report.places:
        for name, on in days.items():
            standing = getattr(place, name)
            population = {
                "population": Figure(standing.population),
                "population_year": Figure(standing.population_year),
            }
            yield Line(on, place.code, place.name, _figures(standing) | population)


def _place(place: ComparedPlace) -> dict[str, Any]:
    return {"code": place.code, "name": place.name, "own": place.is_own} | {
        day: counted(_figures(getattr(place, day)))
        | {
            "population": getattr(place, day).population,
            "population_year": getattr(place, day).population_year,
        }
        for day in DAYS
    }


def _figures(standing: Standing) -> dict[str, Figure]:
    found = {field.name: getattr(standing, field.name) for field in fields(standing)}
    return {NAMES.get(name, name): one for name, one in found.items() if isinstance(one, Figure)}
