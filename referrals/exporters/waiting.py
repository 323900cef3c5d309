"""The report of who waits, with those who started and the estimate beside it, as JSON and as rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.exporters.axes import BAND, CATEGORY, DAY, PERIOD, PLACE, PRIORITY
from referrals.exporters.lines import Line, cell, counted, day_of, value_of, waits
from referrals.exporters.statistics import Table
from referrals.exporters.tabular import Cell, Sheet
from referrals.reports.suppression import Figure
from referrals.reports.three_figures import Estimate, Part, Started, ThreeFigures
from referrals.reports.waiting_times import Bin, Group, Place, WaitingReport

# As files name them, in the order files show them. The share is of 1.
HEADLINES = {
    "waiting": "waiting",
    "persons": "persons",
    "median_days": "median_days",
    "p90_days": "p90_days",
    "over_one_year": "over_a_year",
    "over_target": "over_target",
    "within_target_share": "within_target",
    "not_assessed": "not_assessed",
    "paused": "paused",
    "oldest_days": "oldest_days",
}
OF_A_PLACE = {
    name: HEADLINES[name]
    for name in ("waiting", "median_days", "p90_days", "over_one_year", "over_target", "not_assessed")
}
# As files name the figures of the estimate: days, and a share of 1.
ESTIMATES = {
    "started_50_days": "half_started",
    "started_80_days": "most_started",
    "gone_50_days": "half_gone",
    "gone_80_days": "most_gone",
    "without_start_share": "without_start",
}

# Those of the list are made by the first recipe of a page, those of who started and of the estimate by the second.
TABLES = (
    Table("now", _("Who waits at the end of the day, and 13 weeks earlier"), ("now", "before"), (DAY,)),
    Table("bands", _("Who waits, by days waited"), ("bands",), (BAND,)),
    Table("distribution", _("Who waits, by weeks or bands of days waited"), ("distribution",), (BAND,)),
    Table("category", _("Who waits, by category"), ("category",), (CATEGORY,)),
    Table("priority", _("Who waits, by priority"), ("priority",), (PRIORITY,)),
    Table("place", _("Who waits, by place"), ("place",), (PLACE,)),
    Table("trend", _("Who waited at the ends of the months"), ("trend",), (DAY,)),
    Table("target", _("Targets of the priority key, in days"), ("target",), (PRIORITY,)),
    Table("started", _("Who started in the period"), ("started",), (PERIOD,), made_by=1),
    Table("estimate", _("Estimated wait of somebody referred that day"), ("estimate",), (PERIOD,), made_by=1),
    Table("category-started", _("Who started, by category"), ("category started",), (CATEGORY,), made_by=1),
    Table("priority-started", _("Who started, by priority"), ("priority started",), (PRIORITY,), made_by=1),
    Table(
        "category-estimate", _("Estimated wait, by category"), ("category estimate",), (CATEGORY,), made_by=1
    ),
    Table(
        "priority-estimate", _("Estimated wait, by priority"), ("priority estimate",), (PRIORITY,), made_by=1
    ),
)


def as_dict(report: WaitingReport, three: ThreeFigures) -> dict[str, Any]:
    """All of the two reports at the end of the day: counts of referrals, gross days, and shares of 1.

    `persons`: how many citizens the referrals are of; hidden from all but own staff.

    `before`: the same key figures 13 weeks earlier, or on the same date of the year before where the recipe says so.
    `distribution`: weeks for own staff, else the bands. `by_category` and `by_priority`, for own staff with those over
    target, started, and the estimate. `places`: a county's municipalities or the nation's counties. `trend`: the ends
    of the last 60 months. `targets`: days by level.

    `started`: those who started in a period; the mean stands last. `estimate`: how long somebody referred that day will
    wait; `gone` is no longer waiting, for whatever reason. `not_computed` says why a time of it is null: too_few, thin,
    beyond, never (`reports.estimate.Lack`). Periods are half-open.

    `suppressed` names every figure beside it that is null because it may not be shown, on top also those of `bands`,
    `started` and `estimate`; null without a name there is a figure that is not defined, as the median of nobody. Of a
    day before anything is known none is: then `nothing_known_before` is the first day that is, else null.
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
        "nothing_known_before": day_of(report.begins_on),
        **_values(headlines),
        "before": {"on": report.before_on.isoformat(), **counted(_headlines_before(report))},
        "bands": _values(bands),
        "distribution": [
            {"first_day": one.first_day, "last_day": one.last_day, **counted(_of_bin(one))}
            for one in report.distribution
        ],
        "by_category": _groups(report.by_category, three.by_category),
        "by_priority": _groups(report.by_priority, three.by_priority),
        "places": [_place(place).as_dict() for place in report.places],
        "trend": [{"on": point.on.isoformat(), **counted(waits(point))} for point in report.trend],
        "targets": [
            {"level": one.level, "least_days": one.least_days, "most_days": one.most_days}
            for one in report.targets
        ],
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
    figures |= {} if report.is_known else {"nothing_known_before": report.begins_on}
    figures |= {name: cell(figure) for name, figure in _headlines(report).items()}
    figures |= {f"bands {band.code}": cell(band.waiting) for band in report.bands}
    lacks = _lacks(three.estimate)
    figures |= {"started period": str(three.started.period)}
    figures |= {f"started {name}": cell(figure) for name, figure in _started(three.started).items()}
    figures |= {"estimate period": str(three.estimate.period)}
    figures |= {
        f"estimate {name}": lacks.get(name) or cell(figure)
        for name, figure in _estimate(three.estimate).items()
    }
    last = (("recipe", report.recipe.hash), ("three_figures_recipe", three.recipe.hash))
    return Sheet(("figure", "value"), tuple(figures.items()), (report.recipe, three.recipe), last)


def lines(report: WaitingReport, three: ThreeFigures) -> Iterator[Line]:
    """All that `as_dict` holds, for a longer sheet; the code of a line is its day, period, band, level or number."""
    yield Line("now", report.on, "", _headlines(report))
    yield Line("before", report.before_on, "", _headlines_before(report))
    yield from (Line("bands", one.code, "", {"waiting": one.waiting}) for one in report.bands)
    yield from (Line("distribution", one.code, "", _of_bin(one)) for one in report.distribution)
    parts = (
        ("category", report.by_category, three.by_category),
        ("priority", report.by_priority, three.by_priority),
    )
    for part, groups, of_three in parts:
        yield from (Line(part, group.code, group.name, _of_group(group)) for group in groups)
        for one in of_three:
            yield Line(f"{part} started", one.code, one.name, _started(one.started))
            yield Line(f"{part} estimate", one.code, one.name, _estimate(one.estimate), _lacks(one.estimate))
    yield from map(_place, report.places)
    yield from (Line("trend", point.on, "", waits(point)) for point in report.trend)
    for target in report.targets:
        days = {"least_days": Figure(target.least_days), "most_days": Figure(target.most_days)}
        yield Line("target", str(target.level), "", days)
    yield Line("started", str(three.started.period), "", _started(three.started))
    estimate = three.estimate
    yield Line("estimate", str(estimate.period), "", _estimate(estimate), _lacks(estimate))


def _headlines(report: WaitingReport) -> dict[str, Figure]:
    return {name: getattr(report, attribute).figure for name, attribute in HEADLINES.items()}


def _headlines_before(report: WaitingReport) -> dict[str, Figure]:
    return {name: getattr(report, attribute).before for name, attribute in HEADLINES.items()}


def _of_bin(one: Bin) -> dict[str, Figure]:
    return {"waiting": one.waiting} | ({} if one.over_target is None else {"over_target": one.over_target})


def _of_group(group: Group) -> dict[str, Figure]:
    return waits(group) | ({} if group.over_target is None else {"over_target": group.over_target})


def _place(place: Place) -> Line:
    figures = {name: getattr(place, attribute) for name, attribute in OF_A_PLACE.items()}
    return Line("place", place.code, place.name, figures)


def _groups(groups: tuple[Group, ...], parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    """Each category or priority of those who wait, or who started or were followed; the latter for own staff."""
    waiting = {group.code: _of_group(group) for group in groups}
    of_three = {part.code: part for part in parts}
    names = {one.code: one.name for one in (*groups, *parts)}
    return [
        {"code": code, "name": name}
        | counted(waiting.get(code, {"waiting": Figure(0)}))
        | (_of_three(of_three[code]) if code in of_three else {})
        for code, name in names.items()
    ]


def _of_three(part: Part) -> dict[str, Any]:
    estimate = counted(_estimate(part.estimate)) | {"not_computed": _lacks(part.estimate)}
    return {"started": counted(_started(part.started)), "estimate": estimate}


def _started(started: Started) -> dict[str, Figure]:
    return {name: getattr(started, name) for name in ("count", "median_days", "p90_days", "mean_days")}


def _estimate(estimate: Estimate) -> dict[str, Figure]:
    answers = {name: getattr(estimate, attribute).figure for name, attribute in ESTIMATES.items()}
    return {"starts": estimate.starts, **answers, "longest_observed_days": estimate.longest_day}


def _lacks(estimate: Estimate) -> dict[str, str]:
    lacks = {name: getattr(estimate, attribute).lack for name, attribute in ESTIMATES.items()}
    return {name: lack.value for name, lack in lacks.items() if lack}


def _values(figures: Mapping[str, Figure]) -> dict[str, int | float | None]:
    return {name: value_of(figure) for name, figure in figures.items()}
