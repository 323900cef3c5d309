"""The report of who waits, with those who started and the estimate beside it, as JSON and as rows."""

from collections.abc import Mapping
from typing import Any

from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.suppression import Figure
from referrals.reports.three_figures import Estimate, Started, ThreeFigures
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


# As files name the figures of the estimate: days, and a share of 1.
ESTIMATES = {
    "started_50_days": "half_started",
    "started_80_days": "most_started",
    "gone_50_days": "half_gone",
    "gone_80_days": "most_gone",
    "without_start_share": "without_start",
}


def as_dict(report: WaitingReport, three: ThreeFigures) -> dict[str, Any]:
    """The figures at the end of the day: counts of referrals, and gross days.

    `started`: those who started in a period; the mean stands last. `estimate`: how long somebody referred that day will
    wait; `gone` is no longer waiting, for whatever reason. `not_computed` says why a time of it is null: too_few, thin,
    beyond, never (`reports.estimate.Lack`). Periods are half-open.

    `suppressed` names every figure that is null because it may not be shown; null without a name there is a figure
    that is not defined, as the median of nobody.
    """
    headlines = _headlines(report)
    bands = {band.code: band.waiting for band in report.bands}
    hidden = [name for name, figure in headlines.items() if figure.suppressed]
    hidden += [f"bands.{code}" for code, figure in bands.items() if figure.suppressed]
    started, estimate = _started(three.started), _estimate(three.estimate)
    for part, figures in (("started", started), ("estimate", estimate)):
        hidden += [f"{part}.{name}" for name, figure in figures.items() if figure.suppressed]
    return {
        "on": report.on.isoformat(),
        **{name: figure.value for name, figure in headlines.items()},
        "bands": {code: figure.value for code, figure in bands.items()},
        "started": {"period": str(three.started.period), **_values(started)},
        "estimate": {
            "period": str(three.estimate.period),
            **_values(estimate),
            "not_computed": _lacks(three.estimate),
        },
        "suppressed": hidden,
        "recipe": report.recipe.as_dict(),
        "three_figures_recipe": three.recipe.as_dict(),
    }


def as_sheet(report: WaitingReport, three: ThreeFigures) -> Sheet:
    """One figure a row: its name as in JSON, and its value or why there is none."""
    figures: dict[str, Cell] = {"on": report.on}
    figures |= {name: _cell(figure) for name, figure in _headlines(report).items()}
    figures |= {f"bands {band.code}": _cell(band.waiting) for band in report.bands}
    lacks = _lacks(three.estimate)
    figures |= {"started period": str(three.started.period)}
    figures |= {f"started {name}": _cell(figure) for name, figure in _started(three.started).items()}
    figures |= {"estimate period": str(three.estimate.period)}
    figures |= {
        f"estimate {name}": lacks.get(name) or _cell(figure)
        for name, figure in _estimate(three.estimate).items()
    }
    figures |= {"recipe": report.recipe.hash, "three_figures_recipe": three.recipe.hash}
    return Sheet(("figure", "value"), tuple(figures.items()))


def _headlines(report: WaitingReport) -> dict[str, Figure]:
    return {name: getattr(report, attribute).figure for name, attribute in HEADLINES.items()}


def _started(started: Started) -> dict[str, Figure]:
    return {name: getattr(started, name) for name in ("count", "median_days", "p90_days", "mean_days")}


def _estimate(estimate: Estimate) -> dict[str, Figure]:
    answers = {name: getattr(estimate, attribute).figure for name, attribute in ESTIMATES.items()}
    return {"starts": estimate.starts, **answers, "longest_observed_days": estimate.longest_day}


def _lacks(estimate: Estimate) -> dict[str, str]:
    lacks = {name: getattr(estimate, attribute).lack for name, attribute in ESTIMATES.items()}
    return {name: lack.value for name, lack in lacks.items() if lack}


def _values(figures: Mapping[str, Figure]) -> dict[str, int | float | None]:
    return {name: figure.value for name, figure in figures.items()}


def _cell(figure: Figure) -> Cell:
    return str(figure.hidden.label) if figure.hidden else figure.value
