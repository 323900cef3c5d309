"""Municipalities beside each other: for every measure a row for each, now and a year ago."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from referrals.boards.figures import (
    as_written,
    count,
    count_change,
    days,
    days_change,
    in_place,
    share_change,
    share_of,
)
from referrals.boards.links import Drilldown
from referrals.charts.compare import Amount, Compared, Comparison, compare
from referrals.choices import WaitFact
from referrals.norwegian import number
from referrals.reports.comparison import ComparedPlace, ComparisonReport, Standing
from referrals.reports.suppression import Figure


@dataclass(frozen=True)
class Measure:
    """One figure of all the municipalities: `sentence` says what it is."""

    id: str
    title: str
    sentence: str
    chart: Comparison


@dataclass(frozen=True)
class _Kind:
    """How a measure is written; `fact` narrows the own list to the rows it counts, None: no rows."""

    id: str
    title: str
    sentence: str
    write: Callable[[Figure], str]
    change: Callable[[Figure, Figure, str], str]
    fact: str | None = None


def board(report: ComparisonReport, now: Drilldown, before: Drilldown) -> tuple[Measure, ...]:
    """The measures of a report. `now` and `before` lead to the own municipality's rows of the two days."""
    return tuple(
        Measure(
            kind.id,
            kind.title,
            kind.sentence,
            compare([_row(kind, place, now, before) for place in report.places]),
        )
        for kind in _kinds(report)
    )


def _kinds(report: ComparisonReport) -> Iterator[_Kind]:
    counted = partial(_Kind, write=count, change=_count_change)
    waited = partial(_Kind, write=days, change=days_change)
    yield waited(
        "median_days", _("Median wait"), _("Half of those on the list have waited this long or longer.")
    )
    yield waited("p90_days", _("9 of 10 have waited shorter than (P90)"), _("Every tenth has waited longer."))
    yield counted("waiting", _("Waiting"), _("Those on the list at the end of the day."), fact="")
    yield _Kind("per_10000", _("Waiting per 10 000 inhabitants"), _inhabitants(report), _rate, _rate_change)
    over = _("More days than the municipality’s own priority key allows.")
    yield counted("over_target", _("Over target"), over, fact=WaitFact.OVER_TARGET)
    within = _("The share of those assessed. Keys differ: a strict one is harder to keep.")
    yield _Kind("within_target", _("Within target"), within, share_of, share_change)
    yield counted("over_a_year", _("Over a year"), _("More than 365 days."), fact=WaitFact.OVER_A_YEAR)
    assessed = _("Nobody has set a priority yet.")
    yield counted("not_assessed", _("Not assessed"), assessed, fact=WaitFact.NOT_ASSESSED)


def _row(kind: _Kind, place: ComparedPlace, now: Drilldown, before: Drilldown) -> Compared:
    present, past = _figure(kind, place.now), _figure(kind, place.before)
    own, is_hidden = place.is_own, present.suppressed or past.suppressed
    return Compared(
        place.name,
        _amount(kind, present, now if own else Drilldown()),
        _amount(kind, past, before if own else Drilldown()),
        "" if is_hidden else kind.change(present, past, _("a year earlier")),
        is_own=own,
    )


def _figure(kind: _Kind, standing: Standing) -> Figure:
    figure: Figure = getattr(standing, kind.id)
    return figure


def _amount(kind: _Kind, figure: Figure, drilldown: Drilldown) -> Amount:
    href = drilldown.waiting(only=kind.fact) if kind.fact is not None and figure.value else ""
    return Amount(figure.value, kind.write(figure), figure.suppressed, href)


def _rate(figure: Figure) -> str:
    return in_place(figure) if figure.value is None else number(figure.value, 1)


def _count_change(now: Figure, past: Figure, before: str) -> str:
    return count_change(now.minus(past), before)


def _rate_change(now: Figure, past: Figure, before: str) -> str:
    """In tenths, as the rates are written."""
    change = as_written(now, 1).minus(as_written(past, 1))
    if change.value is None or not round(change.value, 1):
        return count_change(change if change.value is None else Figure(0), before)
    pattern = (
        _("%(count)s more than %(before)s") if change.value > 0 else _("%(count)s fewer than %(before)s")
    )
    return pattern % {"count": number(abs(change.value), 1), "before": before}


def _inhabitants(report: ComparisonReport) -> str:
    """By which years' population, where they are known."""
    years = [
        {getattr(place, day).population_year for place in report.places} - {None} for day in ("now", "before")
    ]
    if not all(years):
        return _("By the population, where it is known.")
    now, before = (", ".join(map(str, sorted(found))) for found in years)
    return _("By the population of 1 January %(now)s, and a year earlier %(before)s.") % {
        "now": now,
        "before": before,
    }
