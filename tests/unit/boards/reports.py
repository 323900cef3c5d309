"""Reports made by hand: what a board says depends on the figures alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from referrals.reports.flow import FlowLine, FlowReport
from referrals.reports.periods import WEEKS_A_QUARTER, Beside, last_weeks, month_ends
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import Figure
from referrals.reports.trend import TrendPoint
from referrals.reports.waiting_times import Bin, Group, Headline, Target, WaitingReport
from referrals.waiting import Band

ON = date(2026, 3, 16)
READ_AT = datetime(2026, 3, 16, 9, tzinfo=UTC)
OWN = Scope(Level.MUNICIPALITY, "Prøvdal", (1,), ("6001",), exact=True)
OUTSIDE = replace(OWN, exact=False)


def headline(now: float | None, before: float | None = None, fact: str | None = None) -> Headline:
    return Headline(Figure(now), Figure(before), fact)


def bands(*counts: int | Figure) -> tuple[Bin, ...]:
    """Those who wait, by band."""
    figures = [count if isinstance(count, Figure) else Figure(count) for count in counts]
    return tuple(
        Bin(band.first_day, None if band is Band.OVER_365 else band.value, figure)
        for band, figure in zip(Band, figures, strict=True)
    )


def weeks(*counts: tuple[int, int]) -> tuple[Bin, ...]:
    """Those who wait and those over target, by week."""
    return tuple(
        Bin(7 * number, 7 * number + 6, Figure(waiting), Figure(over))
        for number, (waiting, over) in enumerate(counts)
    )


def group(name: str, waiting: Figure, over: int | None = None, code: str = "2") -> Group:
    over_target = None if over is None else Figure(over)
    return Group(code, name, waiting, Figure(40), Figure(90), over_target)


def trend(waiting: list[Figure], median_days: list[Figure] | None = None) -> tuple[TrendPoint, ...]:
    days = month_ends(ON, len(waiting))
    medians = median_days or waiting
    return tuple(
        TrendPoint(day, size, median, Figure(100))
        for day, size, median in zip(days, waiting, medians, strict=True)
    )


def report(scope: Scope = OWN, **changes: Any) -> WaitingReport:
    """30 wait, 12 of them over target, 3 over a year."""
    usual = WaitingReport(
        on=ON,
        before_on=ON - timedelta(days=91),
        beside=Beside.WEEKS,
        scope=scope,
        waiting=headline(30, 28, ""),
        median_days=headline(48.5, 50.0),
        p90_days=headline(219.3, 200.0),
        over_target=headline(12, 15, "over_target"),
        not_assessed=headline(0, 0, "not_assessed"),
        over_a_year=headline(3, 3, "over_a_year"),
        paused=headline(2, 1, "paused"),
        oldest_days=headline(400, 309),
        persons=headline(28, 27),
        bands=bands(5, 5, 5, 5, 5, 2, 3),
        distribution=weeks((10, 0), (10, 2), (10, 10)),
        by_category=(group("Hjelpemidler", Figure(20), 10, "aids"), group("Annet", Figure(10), 2, "other")),
        by_priority=(group("Prioritet 1", Figure(10), 2, "1"), group("Prioritet 3", Figure(20), 10, "3")),
        places=(),
        trend=trend([Figure(20), Figure(25), Figure(30)]),
        targets=(Target(1, 14, 14), Target(3, 30, 84)),
        recipe=Recipe("waiting", ON, scope, READ_AT),
    )
    return replace(usual, **changes)


def flow(scope: Scope = OWN, **changes: Any) -> FlowReport:
    """13 referred, 10 started, 3 ended otherwise."""
    period = last_weeks(ON, WEEKS_A_QUARTER)

    def line(count: int, before: int) -> FlowLine:
        return FlowLine(Figure(count), Figure(before), Figure(count / WEEKS_A_QUARTER))

    usual = FlowReport(
        period=period,
        before=period.before(),
        scope=scope,
        referred=line(13, 10),
        started=line(10, 10),
        other_ends=line(3, 4),
        finished=line(5, 6),
        closed=line(8, 10),
        removals=line(13, 14),
        load=Figure(1.0),
        clearance_weeks=Figure(30.0),
        no_removals=False,
        recipe=Recipe("flow", ON, scope, READ_AT),
    )
    return replace(usual, **changes)
