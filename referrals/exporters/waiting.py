"""The report of who waits, as JSON and as rows."""

from typing import Any

from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.suppression import Figure
from referrals.reports.waiting_times import WaitingReport

# As files name them, in the order files show them.
HEADLINES = {
    "waiting": "waiting",
    "median_days": "median_days",
    "p90_days": "p90_days",
    "over_one_year": "over_a_year",
    "over_target": "over_target",
    "not_assessed": "not_assessed",
    "paused": "paused",
    "oldest_days": "oldest_days",
}


def as_dict(report: WaitingReport) -> dict[str, Any]:
    """The figures at the end of the day: counts of referrals, and gross days.

    `suppressed` names every figure that is null because it may not be shown; null without a name there is a figure
    that is not defined, as the median of nobody.
    """
    headlines = _headlines(report)
    bands = {band.code: band.waiting for band in report.bands}
    hidden = [name for name, figure in headlines.items() if figure.suppressed]
    hidden += [f"bands.{code}" for code, figure in bands.items() if figure.suppressed]
    return {
        "on": report.on.isoformat(),
        **{name: figure.value for name, figure in headlines.items()},
        "bands": {code: figure.value for code, figure in bands.items()},
        "suppressed": hidden,
        "recipe": report.recipe.as_dict(),
    }


def as_sheet(report: WaitingReport) -> Sheet:
    """One figure a row: its name as in JSON, and its value or why there is none."""
    figures: dict[str, Cell] = {"on": report.on}
    figures |= {name: _cell(figure) for name, figure in _headlines(report).items()}
    figures |= {f"bands {band.code}": _cell(band.waiting) for band in report.bands}
    figures |= {"recipe": report.recipe.hash}
    return Sheet(("figure", "value"), tuple(figures.items()))


def _headlines(report: WaitingReport) -> dict[str, Figure]:
    return {name: getattr(report, attribute).figure for name, attribute in HEADLINES.items()}


def _cell(figure: Figure) -> Cell:
    return str(figure.hidden.label) if figure.hidden else figure.value
