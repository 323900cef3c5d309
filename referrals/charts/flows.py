"""What came and what went month by month, and the list that was left: two plots over the same months.

Above, the list as a line; below, those referred upwards and those who left it downwards. They have an axis each: on one
axis a long list would press the movements flat, and two axes in one plot show whatever their maker likes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from referrals.charts.lines import strokes, with_dots
from referrals.charts.months import ROOM, Month, MonthAxis, Slots, month_axis
from referrals.charts.scales import (
    Count,
    Frame,
    Scale,
    Tick,
    nice_ticks,
    room_for,
    rounded,
    text_width,
    vertical_axis,
)

STOCK_TOP, STOCK_BOTTOM = 30, 132
FLOW_TOP, FLOW_BOTTOM = 178, 338
CAP_HEIGHT = 7


@dataclass(frozen=True)
class Flow:
    """A month: those referred in it, those started, those who left the list otherwise, and those on it at its end."""

    month: Month
    referred: Count
    started: Count
    ended: Count
    stock: Count

    @property
    def counts(self) -> tuple[Count, ...]:
        """The four numbers as the table has them."""
        return (self.referred, self.started, self.ended, self.stock)


@dataclass(frozen=True)
class Piece:
    """A part of a column. `kind` is referred, started or ended. `is_hidden`: a mark of fixed height, not a number."""

    y: float
    height: float
    kind: str
    of: Count

    @property
    def is_hidden(self) -> bool:
        """Whether its number may not be shown."""
        return self.of.value is None


@dataclass(frozen=True)
class FlowColumn:
    """A month of movements, drawn; pieces without any height are left out."""

    x: float
    width: float
    month: Month
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class StockPoint:
    """The list at a month's end; `y` is the base line where the number may not be shown.

    `is_quiet`: its dot shows only under the pointer. `is_last`: the last known number, which is written beside it.
    """

    x: float
    y: float
    month: Month
    of: Count
    is_quiet: bool
    is_last: bool


@dataclass(frozen=True)
class FlowChart:
    """The chart, ready to draw. Ticks below the zero line carry the number of those who left, without a sign."""

    frame: Frame
    flows: tuple[Flow, ...]
    columns: tuple[FlowColumn, ...]
    points: tuple[StockPoint, ...]
    strokes: tuple[str, ...]
    axis: MonthAxis
    stock_ticks: tuple[Tick, ...]
    flow_ticks: tuple[Tick, ...]
    zero: float
    stock_bottom: float = STOCK_BOTTOM
    stock_top: float = STOCK_TOP
    flow_top: float = FLOW_TOP
    cap_height: float = CAP_HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever came, went or waited."""
        return all(count.value == 0 for flow in self.flows for count in flow.counts)

    @property
    def has_links(self) -> bool:
        """Whether a mark leads to its list."""
        return any(count.mark_href for flow in self.flows for count in flow.counts)

    @property
    def has_hidden(self) -> bool:
        """Whether a number may not be shown."""
        return any(count.value is None for flow in self.flows for count in flow.counts)


def flows(months: Sequence[Flow]) -> FlowChart:
    """Lays the months, in order of time, out from left to right."""
    highest_stock = max((flow.stock.value or 0 for flow in months), default=0)
    up = max((flow.referred.value or 0 for flow in months), default=0)
    down = max((_left(flow) for flow in months), default=0)
    frame = _frame(highest_stock, max(up, down))
    stock, stock_ticks = vertical_axis(_panel(frame, STOCK_TOP, STOCK_BOTTOM), highest_stock, wanted=3)
    unit, zero, flow_ticks = _both_ways(up, down)
    slots = Slots(frame.left, frame.plot_right, len(months))
    values = [flow.stock.value for flow in months]
    return FlowChart(
        frame=frame,
        flows=tuple(months),
        columns=tuple(
            FlowColumn(slots.column_x(middle), slots.column_width, flow.month, _pieces(flow, zero, unit))
            for flow, middle in zip(months, slots.middles, strict=True)
        ),
        points=tuple(_points(months, slots.middles, stock)),
        strokes=strokes(slots.middles, values, stock),
        axis=month_axis([flow.month for flow in months], slots.middles, frame.left, frame.plot_right),
        stock_ticks=stock_ticks,
        flow_ticks=flow_ticks,
        zero=zero,
    )


def _left(flow: Flow) -> int:
    """How many are known to have left the list."""
    return (flow.started.value or 0) + (flow.ended.value or 0)


def _frame(stock: int, movement: int) -> Frame:
    """The paper; the left margin fits the numbers of both axes, the right one the last number of the line."""
    right = max(16, text_width(f"{stock:,}") + 16)
    frame = Frame(height=FLOW_BOTTOM + ROOM, bottom=ROOM, right=rounded(right))
    return room_for(room_for(frame, stock), movement)


def _panel(frame: Frame, top: float, bottom: float) -> Frame:
    """One of the two plots as a paper of its own."""
    return Frame(frame.width, bottom, frame.left, frame.right, top, 0)


def _both_ways(up: int, down: int) -> tuple[float, float, tuple[Tick, ...]]:
    """The height of one referral, where zero lies, and round numbers in equal steps up and down from it."""
    step = nice_ticks(max(up, down), 2)[1]
    above, below = (max(1, math.ceil(most / step)) for most in (up, down))
    unit = (FLOW_BOTTOM - FLOW_TOP) / ((above + below) * step)
    zero = rounded(FLOW_TOP + above * step * unit)
    ticks = (
        Tick(rounded(zero - number * step * unit), abs(number) * step) for number in range(-below, above + 1)
    )
    return unit, zero, tuple(ticks)


def _pieces(flow: Flow, zero: float, unit: float) -> tuple[Piece, ...]:
    """Those referred up from the zero line; those started, then those who left otherwise, down from it."""
    referred = _height(flow.referred, unit)
    started, ended = _height(flow.started, unit), _height(flow.ended, unit)
    pieces = (
        Piece(rounded(zero - referred), referred, "referred", flow.referred),
        Piece(zero, started, "started", flow.started),
        Piece(rounded(zero + started), ended, "ended", flow.ended),
    )
    return tuple(piece for piece in pieces if piece.height)


def _height(count: Count, unit: float) -> float:
    return rounded(CAP_HEIGHT if count.value is None else count.value * unit)


def _points(months: Sequence[Flow], middles: Sequence[float], scale: Scale) -> list[StockPoint]:
    loud = with_dots([flow.stock.value for flow in months])
    last = max((number for number, flow in enumerate(months) if flow.stock.value is not None), default=-1)
    return [
        StockPoint(
            middle, scale(flow.stock.value or 0), flow.month, flow.stock, number not in loud, number == last
        )
        for number, (flow, middle) in enumerate(zip(months, middles, strict=True))
    ]
