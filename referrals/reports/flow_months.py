"""What came in and went out in each of the last 60 months, and how many waited at the end of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import kept_or_counted
from referrals.reports.flow import STOCKS, decide, in_order, limits_of, with_the_one_before
from referrals.reports.limits import Limits
from referrals.reports.periods import WEEKS_A_YEAR, Period, last_weeks, month_ends, until_day
from referrals.reports.recipe import Recipe
from referrals.reports.regions import NOWHERE, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import Cell, Column, Figure, combined
from referrals.reports.tallies import FLOWS

NAME = "flow_months"
MONTHS = 60
MONTHS_A_YEAR = 12
MONTH_STOCKS = {"": ("waiting_before", "waiting")}
KINDS = (*FLOWS, "waiting")

Row = Mapping[str, int]


@dataclass(frozen=True)
class FlowMonth:
    """One month: what came and went as in `flow.FlowReport`, and how many waited at the end of its last day."""

    month: Period
    referred: Figure
    started: Figure
    other_ends: Figure
    finished: Figure
    waiting: Figure


@dataclass(frozen=True)
class FlowMonthsReport:
    """Whole months, oldest first; the last is the one that ended with or before the day `on`."""

    on: date
    scope: Scope
    months: tuple[FlowMonth, ...]
    recipe: Recipe


@dataclass(frozen=True)
class _Asked:
    """What is decided together: the months, which of them are recent, and the dashboard's periods beside these.

    `beside`: of each two quarters that the dashboard of the same day tells of, the later.
    """

    months: tuple[Period, ...]
    recent: frozenset[int]
    beside: Sequence[Period]


def edges(on: date) -> list[date]:
    """Between which days the report of the day counts what came and went, oldest first."""
    beside = with_the_one_before(last_weeks(on, WEEKS_A_YEAR))
    return sorted({*_edges(_last_months(on)), *kept_or_counted.edges_of(beside)})


def build(
    scope: Scope,
    on: date,
    places: Places,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: kept_or_counted.ReadMonths | None = None,
) -> FlowMonthsReport:
    """The report of the last 60 whole months, asked for at the instant `data_as_of`. At most 4 queries.

    `hindsight` of THEN: all of them with what was registered by the end of the day `on`; `read`: where that has been
    read already.
    """
    asked = _last_months(on)
    look: Any = {"at": data_as_of, "hindsight": hindsight.of_all_before(on), "read": read}
    if scope.exact:
        found = kept_or_counted.flow_between(_edges(asked), scope, **look)
        own = found.places.get(scope.ids[0]) or [dict.fromkeys(KINDS, 0)] * MONTHS
        cells, as_of = [{kind: Cell.own(month[kind]) for kind in KINDS} for month in own], found.as_of
    else:
        cells, as_of = outside_cells(scope, on, asked, places, **look)
    told = tuple(
        FlowMonth(month, **{kind: cell.figure for kind, cell in shown.items()})
        for month, shown in zip(asked, cells, strict=True)
    )
    recipe = Recipe(NAME, on, scope, as_of, (("months", str(MONTHS)),), hindsight.knowledge)
    return FlowMonthsReport(on, scope, told, recipe)


def _last_months(on: date) -> tuple[Period, ...]:
    first, *_others, last = month_ends(on, MONTHS)
    return until_day(first.replace(day=1), last).months()


def _edges(months: Sequence[Period]) -> list[date]:
    return [months[0].start, *(month.end for month in months)]


def told_since(on: date) -> date:
    """The first day of the two years of which the dashboard of the day tells in other periods than months."""
    return last_weeks(on, WEEKS_A_YEAR).before().start


def latest_told_year(on: date) -> Period:
    """The latest twelve whole months that lie before those two years."""
    *_others, last = ends = month_ends(told_since(on) - timedelta(days=1), MONTHS_A_YEAR + 1)
    return until_day(ends[0] + timedelta(days=1), last)


def outside_cells(
    scope: Scope,
    on: date,
    months: Sequence[Period],
    places: Places,
    *,
    at: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: kept_or_counted.ReadMonths | None = None,
) -> tuple[list[dict[str, Cell]], datetime]:
    """What outsiders may see of each of the months, end to end, beside the dashboard of the day `on`.

    A month is the same whichever others it is asked for with: with a recent one all recent ones are decided. `read`:
    where all of it has been read already. At most 4 queries.
    """
    since = told_since(on)
    known: Any = {"at": at, "hindsight": hindsight, "read": read}
    is_recent = months[-1].end > since
    every = _with_all_recent(months, on) if is_recent else months
    recent = frozenset(n for n, month in enumerate(every) if month.end > since)
    asked = _Asked(tuple(every), recent, with_the_one_before(last_weeks(on, WEEKS_A_YEAR)))
    found = kept_or_counted.flow_between(_edges(every), scope, **known)
    beside = kept_or_counted.flows(asked.beside, scope, **known) if is_recent else []
    cells = _outside_cells(scope, places, asked, found, beside)
    first = every.index(months[0])
    return cells[first : first + len(months)], min([found.as_of, *(flows.as_of for flows in beside)])


def _with_all_recent(months: Sequence[Period], on: date) -> Sequence[Period]:
    """The months, and all those after the first of them, or of the two years, up to the last that ended by the day."""
    first, (last,) = min(months[0].start, told_since(on).replace(day=1)), month_ends(on, 1)
    return until_day(first, last).months()


def _outside_cells(
    scope: Scope,
    places: Places,
    asked: _Asked,
    found: kept_or_counted.FoundPeriods,
    beside: Sequence[kept_or_counted.FoundFlow],
) -> list[dict[str, Cell]]:
    """As outsiders may see it: the nation's counties are decided together, then the municipalities of the county."""
    order = list(places.present) or [NOWHERE]
    limits = places.limits
    nation = _decide(order, asked, limits, found.counties, [flows.counties for flows in beside])
    if scope.level == Level.NATION:
        return [{kind: month[kind].total for kind in KINDS} for month in nation]
    rows = [order.index(county) for county in scope.county_ids]
    county = [{kind: combined([column.cells[n] for n in rows]) for kind, column in m.items()} for m in nation]
    if scope.level == Level.COUNTY:
        return [{kind: month[kind] for kind in KINDS} for month in county]
    counted = {place for place, months in found.places.items() if any(any(m.values()) for m in months)}
    within = places.counted(scope.county_ids[0], counted.__contains__)
    if len(within) == 1:
        return [{kind: month[kind] for kind in KINDS} for month in county]
    decided = _decide(within, asked, limits, found.places, [flows.places for flows in beside], county)
    row = within.index(scope.ids[0])
    return [{kind: month[kind].cells[row] for kind in KINDS} for month in decided]


def _decide(
    order: Sequence[int],
    asked: _Asked,
    limits: Limits,
    months: Mapping[int, Sequence[Row]],
    beside: Sequence[Mapping[int, Row]],
    above: Sequence[Mapping[str, Cell]] | None = None,
) -> list[dict[str, Column]]:
    """What is shown of each month of places that add up to a whole.

    Each month is decided by itself, with the stocks around it; a stock is hidden in both months that it belongs to.
    But months that lie within the dashboard's two years could be added up and held against these, so they are shown
    only where nothing at all is hidden in either; what is shown of those below a hidden whole does not matter here.
    """
    nothing = dict.fromkeys((*KINDS, "waiting_before"), 0)
    rows = [[months[p][n] if p in months else nothing for p in order] for n in range(len(asked.months))]
    decided = [
        decide(month, MONTH_STOCKS, limits_of(period, limits), above[n] if above else None)
        for n, (period, month) in enumerate(zip(asked.months, rows, strict=True))
    ]
    if not asked.recent:
        return decided
    quarters = [
        decide(in_order(flows, order), STOCKS, limits_of(period, limits))
        for period, flows in zip(asked.beside, beside, strict=True)
    ]
    if _is_open([*(decided[n] for n in asked.recent), *quarters]):
        return decided
    return [_closed(month) if n in asked.recent else month for n, month in enumerate(decided)]


def _is_open(tables: Iterable[Mapping[str, Column]]) -> bool:
    return not any(
        cell.hidden
        for columns in tables
        for column in columns.values()
        for cell in (*column.cells, column.total)
    )


def _closed(month: Mapping[str, Column]) -> dict[str, Column]:
    """No flow of the month is shown; its stocks are, as on every page of that day."""
    return {
        name: column
        if name not in FLOWS
        else Column(
            tuple(Cell.withheld(cell.count) for cell in column.cells), Cell.withheld(column.total.count)
        )
        for name, column in month.items()
    }
