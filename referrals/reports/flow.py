"""What came in and what went out in a period: referred, started, other ends, closed; load and clearance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from referrals.models import ALL_KNOWN, County, Hindsight, Municipality
from referrals.reports import kept_or_counted
from referrals.reports.beginnings import Beginning
from referrals.reports.kept_or_counted import FLOW_COUNTS, FoundFlow
from referrals.reports.limits import Limits, with_limits
from referrals.reports.periods import Beside, Period
from referrals.reports.recipe import Recipe
from referrals.reports.regions import NOWHERE, Places
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import (
    LEAST_SHOWN,
    WITHHELD,
    Cell,
    Column,
    Figure,
    combined,
    protect_list,
    protect_table,
    total_of,
)
from referrals.reports.tallies import FLOWS

NAME = "flow"

LINES = (*FLOWS, "closed", "removals")
# Those who waited before the period and those referred in it have started, ended otherwise, or wait after it.
BALANCED = ("referred", "started", "other_ends")
# Each period between the stocks before and after it, by the end of the names of its counts.
STOCKS = {"": ("waiting_before", "waiting"), "_before": ("waiting_earlier", "waiting_before")}
# In the balance only this matters of a stock: whether outsiders are shown it.
SHOWN_STOCK, HIDDEN_STOCK = Cell.shown(1), Cell.withheld(1)


@dataclass(frozen=True)
class FlowLine:
    """A count in the period, beside the period of the same length `before`. `per_week` belongs to the first."""

    figure: Figure
    before: Figure
    per_week: Figure

    @property
    def change(self) -> Figure:
        """The period minus the one before; hidden where one of the two is."""
        return self.figure.minus(self.before)


@dataclass(frozen=True)
class FlowReport:
    """The flow in a period, half-open.

    `referred`: received in it. `started`: first contact in it. `other_ends`: closed in it without ever having
    started. `finished`: closed in it after a start. `closed`: both kinds of closing. Removals from the list are
    `started` + `other_ends`. `load`: referred for each removal; undefined when nobody was removed (`no_removals`).
    `clearance_weeks`: how long the list would last at this pace if nobody came; 0 when nobody waits. `least_shown`: the
    limit by which outsiders' counts of the period are hidden. `known_from`: the first day that is known, as the period
    is looked at; None before any was. A period that ended before it has no figures, and nothing stands beside one where
    not all of the period before is known.
    """

    period: Period
    before: Period
    scope: Scope
    referred: FlowLine
    started: FlowLine
    other_ends: FlowLine
    finished: FlowLine
    closed: FlowLine
    removals: FlowLine
    load: Figure
    clearance_weeks: Figure
    no_removals: bool
    recipe: Recipe
    least_shown: int = LEAST_SHOWN
    known_from: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are figures of the period, hidden ones too."""
        return self.referred.figure.is_defined

    @property
    def is_partly_known(self) -> bool:
        """Whether the first day that is known lies within it, after its own first day."""
        return self.is_known and self.known_from is not None and self.period.start < self.known_from


def build(
    scope: Scope,
    period: Period,
    *,
    data_as_of: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    beside: Beside = Beside.WEEKS,
) -> FlowReport:
    """The report for a period, asked for at the instant `data_as_of`. At most 5 queries.

    From the rows as they are then, or for outsiders from kept figures of at most some minutes before: the recipe tells.
    `hindsight` of THEN: all of it with what was registered by the end of the period's last day, also what is `beside`.
    Nothing stands beside where not all of the period before is known.
    """
    before = beside.period(period)
    if scope.exact:
        cells, as_of = _own_cells(scope, period, before, data_as_of, hindsight), data_as_of
        least_shown = LEAST_SHOWN
    else:
        cells, as_of, least_shown = _outside_cells(scope, period, before, data_as_of, hindsight)
    filters = (("period", str(period)), *beside.filters)
    recipe = Recipe(NAME, period.last_day, scope, as_of, filters, knowledge=hindsight.knowledge)
    report = report_of(scope, period, before, cells, recipe, least_shown=least_shown)
    return _as_far_as_known(report, Beginning(scope, period.last_day, hindsight, at=data_as_of), beside)


def _as_far_as_known(report: FlowReport, begun: Beginning, beside: Beside) -> FlowReport:
    """The same, without what was before anything is known: it would be compared with what was not yet registered."""
    known = replace(report, known_from=begun.first)
    if begun.knows(report.before.start):
        return known
    if begun.tells(report.period.last_day, report.referred.figure):
        alone: dict[str, Any] = {kind: _alone(getattr(report, kind), beside) for kind in LINES}
        return replace(known, **alone)
    none: dict[str, Any] = dict.fromkeys(LINES, FlowLine(Figure(), Figure(), Figure()))
    return replace(known, **none, load=Figure(), clearance_weeks=Figure(), no_removals=False)


def _alone(line: FlowLine, beside: Beside) -> FlowLine:
    """With nothing beside it. What is hidden of the weeks just before stays so: the estimate is told by it."""
    stays = beside is Beside.WEEKS and line.before.suppressed
    return line if stays else replace(line, before=Figure())


def report_of(
    scope: Scope,
    period: Period,
    before: Period,
    cells: Mapping[str, Cell],
    recipe: Recipe,
    *,
    least_shown: int,
) -> FlowReport:
    """The report of counts that are decided: each of FLOWS in the period and, as `…_before`, in the one before it.

    And those `waiting` at its end. `least_shown`: the limit by which they were decided.
    """
    figures = {name: cell.figure for name, cell in cells.items()}
    lines: dict[str, Any] = {kind: _line(figures[kind], figures[f"{kind}_before"], period) for kind in FLOWS}
    lines["closed"] = _together(lines["finished"], lines["other_ends"], period)
    lines["removals"] = _together(lines["started"], lines["other_ends"], period)
    removals = lines["removals"].figure
    return FlowReport(
        period=period,
        before=before,
        scope=scope,
        **lines,
        load=load_of(lines["referred"].figure, removals),
        clearance_weeks=clearance_of(figures["waiting"], removals, period),
        no_removals=removals.value == 0,
        recipe=recipe,
        least_shown=least_shown,
    )


def _line(figure: Figure, before: Figure, period: Period) -> FlowLine:
    if figure.suppressed:
        return FlowLine(figure, before, WITHHELD)
    return FlowLine(figure, before, Figure(round((figure.value or 0) / period.weeks, 1)))


def _together(one: FlowLine, other: FlowLine, period: Period) -> FlowLine:
    return _line(total_of([one.figure, other.figure]), total_of([one.before, other.before]), period)


def load_of(referred: Figure, removals: Figure) -> Figure:
    """Load: undefined without removals."""
    if referred.suppressed or removals.suppressed:
        return WITHHELD
    return Figure(round((referred.value or 0) / removals.value, 2)) if removals.value else Figure()


def clearance_of(waiting: Figure, removals: Figure, period: Period) -> Figure:
    """Weeks to an empty list at the pace of the period, if nobody came: 0 without a list, undefined without a pace."""
    if waiting.suppressed or removals.suppressed:
        return WITHHELD
    if not waiting.value:
        return Figure(0)
    return Figure(round(waiting.value * period.weeks / removals.value, 1)) if removals.value else Figure()


def _own_cells(
    scope: Scope, period: Period, before: Period, at: datetime, hindsight: Hindsight
) -> dict[str, Cell]:
    """The true counts, of now or as they were known by the end of the period."""
    now, earlier = (
        found.places[scope.ids[0]]
        for found in kept_or_counted.flows([period, before], scope, at=at, hindsight=hindsight)
    )
    counted = now | {f"{kind}_before": earlier[kind] for kind in FLOWS}
    return {name: Cell.own(count) for name, count in counted.items()}


def _outside_cells(
    scope: Scope, period: Period, before: Period, at: datetime, hindsight: Hindsight
) -> tuple[dict[str, Cell], datetime, int]:
    """As outsiders may see it. A year is the sum of its quarters, each as it is shown by itself: it tells nothing new.

    All quarters with what was known at the end of the period. Two quarters that are apart are each decided by itself.
    """
    known = hindsight.of_all_before(period.last_day)
    are_apart = before != period.before()
    asked, ends = ((period, before), ("",)) if are_apart else (with_the_one_before(period), tuple(STOCKS))
    flows = kept_or_counted.flows(asked, scope, at=at, hindsight=known)
    municipalities = Municipality.objects.filter(county_id__in=scope.county_ids)
    places = Places.of(
        with_limits(County.objects.all()), municipalities if scope.level == Level.MUNICIPALITY else ()
    )
    decided = [_decided(scope, each, flow, places) for each, flow in zip(asked, flows, strict=True)]
    shown = [{kind: cells[f"{kind}{end}"] for kind in FLOWS} for cells in decided for end in ends]
    half = len(shown) // 2
    cells = {
        f"{kind}{end}": combined([quarter[kind] for quarter in part])
        for end, part in zip(STOCKS, (shown[:half], shown[half:]), strict=True)
        for kind in FLOWS
    }
    least_shown = places.limits.on(period.last_day)
    return cells | {"waiting": decided[0]["waiting"]}, flows[0].as_of, least_shown


def with_the_one_before(period: Period) -> Sequence[Period]:
    """Every other quarter of the period and of the one before it, the latest first.

    Each is decided together with the quarter before it.
    """
    return [*period.quarters(), *period.before().quarters()][::2]


def _decided(scope: Scope, period: Period, flows: FoundFlow, places: Places) -> dict[str, Cell]:
    """The nation's counties are decided together, then the municipalities of the county."""
    order = list(places.present) or [NOWHERE]
    limits = limits_of(period, places.limits)
    nation = decide(in_order(flows.counties, order), STOCKS, limits)
    if scope.level == Level.NATION:
        return {name: column.total for name, column in nation.items()}
    rows = [order.index(county) for county in scope.county_ids]
    chosen = {name: combined([column.cells[row] for row in rows]) for name, column in nation.items()}
    return (
        chosen
        if scope.level == Level.COUNTY
        else _municipal_cells(scope, flows.places, places, limits, chosen)
    )


def _municipal_cells(
    scope: Scope,
    flows: Mapping[int, dict[str, int]],
    places: Places,
    limits: Mapping[str, int],
    county: Mapping[str, Cell],
) -> dict[str, Cell]:
    counted = {place for place, counts in flows.items() if any(counts.values())}
    order = places.counted(scope.county_ids[0], counted.__contains__)
    if len(order) == 1:
        return dict(county)
    columns = decide(in_order(flows, order), STOCKS, limits, above=county)
    row = order.index(scope.ids[0])
    return {name: column.cells[row] for name, column in columns.items()}


def limits_of(period: Period, limits: Limits) -> dict[str, int]:
    """The least count shown of each column of a period and the one before it: by the day of the stock, or its last."""
    last, before, earlier = map(limits.on, (period.last_day, period.day_before, period.before().day_before))
    stocks = {"waiting": last, "waiting_before": before, "waiting_earlier": earlier}
    return stocks | dict.fromkeys(FLOWS, last) | {f"{kind}_before": before for kind in FLOWS}


def in_order(flows: Mapping[int, Mapping[str, int]], order: Sequence[int]) -> list[Mapping[str, int]]:
    """The counts of FLOW_COUNTS of each place, in the order given."""
    nothing = dict.fromkeys(FLOW_COUNTS, 0)
    return [flows.get(place, nothing) for place in order]


def decide(
    rows: Sequence[Mapping[str, int]],
    periods: Mapping[str, tuple[str, str]],
    limits: Mapping[str, int],
    above: Mapping[str, Cell] | None = None,
) -> dict[str, Column]:
    """What is shown of places that add up to a whole; `above`: what is shown of the whole, if that is decided.

    `periods` as STOCKS, `limits` as `limits_of`. The period before is decided as if it were asked for by itself: a
    figure is hidden on every page or on none.
    """
    balanced = {f"{kind}{suffix}" for kind in BALANCED for suffix in periods}
    columns = {
        name: protect_list(
            [row[name] for row in rows], above[name] if above else None, least_shown=limits[name]
        )
        for name in rows[0]
        if name not in balanced
    }
    for suffix, names in periods.items():
        kinds, stocks = [f"{kind}{suffix}" for kind in BALANCED], [columns[name] for name in names]
        balance = protect_table(
            [[row[kind] for kind in kinds] for row in rows],
            row_totals=[_stock([stock.cells[place] for stock in stocks]) for place in range(len(rows))],
            total=_stock([stock.total for stock in stocks]),
            column_totals=[above[kind] for kind in kinds] if above else None,
            inflows=[BALANCED.index("referred")],
            least_shown=limits[kinds[0]],
        )
        columns |= dict(zip(kinds, balance, strict=True))
    return columns


def _stock(cells: Sequence[Cell]) -> Cell:
    return HIDDEN_STOCK if any(cell.hidden for cell in cells) else SHOWN_STOCK
