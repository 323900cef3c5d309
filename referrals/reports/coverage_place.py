"""One municipality's coverage as its page tells it: its county on the day, its past, its waits, and its like."""

from collections.abc import Collection
from dataclasses import dataclass

from referrals.reports import coverage_history
from referrals.reports.comparison import ComparisonReport
from referrals.reports.coverage import CountyCoverage, CoverageReport, MunicipalityCoverage
from referrals.reports.coverage_history import History
from referrals.reports.recipe import Recipe
from referrals.reports.similar import Likeness, centralities, similar


@dataclass(frozen=True)
class PlaceCoverage:
    """The municipality `row` of the `county`, at the end of the day of the `report`.

    `similar`: itself first, then the five most like it; none where its population is not known. `waits`: its own, on
    the day and a year before, for who may see its figures. `has_true_waits`: something of what is shown is so only for
    the own staff who ask, and may not be passed on.
    """

    report: CoverageReport
    county: CountyCoverage
    row: MunicipalityCoverage
    history: History
    similar: tuple[Likeness, ...]
    waits: ComparisonReport | None
    has_true_waits: bool

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """How coverage is made again, and then how the waits are."""
        return (self.report.recipe, *([self.waits.recipe] if self.waits else []))


def build(
    report: CoverageReport,
    county: CountyCoverage,
    row: MunicipalityCoverage,
    waits: ComparisonReport | None,
    own: Collection[int],
) -> PlaceCoverage:
    """`own` are the ids with which the report was made. 5 queries."""
    classes = centralities()
    nearest = similar(row, report.rows, classes)
    likes = (Likeness(row, classes[row.pk], 0), *nearest) if nearest else ()
    shown = {one.pk for one in (*county.rows, *(like.row for like in likes))}
    return PlaceCoverage(
        report,
        county,
        row,
        coverage_history.of_municipality(row.pk, report.definition, report.on),
        likes,
        waits,
        has_true_waits=not shown.isdisjoint(own),
    )
