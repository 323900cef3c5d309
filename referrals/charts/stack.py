"""How old a list was month by month: a column for each month-end, its bands of waiting time upon one another.

The longest waits lie at the bottom, as the oldest layers of the ground do: what grows there is seen against the base
line. The key to the right has a line from each layer of the last column, so that it can be read without colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from referrals.charts.months import ROOM, Month, MonthAxis, Slots, month_axis
from referrals.charts.scales import (
    Count,
    Frame,
    Scale,
    Tick,
    room_for,
    rounded,
    spread,
    text_width,
    vertical_axis,
)

MOST_BANDS = 7
CAP_HEIGHT = 7
KEY_GAP = 22  # for the lines between the last column and the key
SWATCH = 12


@dataclass(frozen=True)
class Pile:
    """A month-end with one count for each band, the shortest waits first. `href` leads to the rows of all bands."""

    month: Month
    counts: Sequence[Count]
    href: str = ""


@dataclass(frozen=True)
class Layer:
    """A band of one column. `step` is 1 for the calmest colour to 7 for the most alarming."""

    y: float
    height: float
    step: int
    band: str
    of: Count

    @property
    def middle(self) -> float:
        """Half-way up the layer."""
        return rounded(self.y + self.height / 2)


@dataclass(frozen=True)
class Column:
    """A month-end, drawn. `layers` are in the order of the bands.

    `cap_y` is the top of the mark that says that something in the column is hidden; None: nothing is. `href` leads
    to the rows of its sum.
    """

    x: float
    width: float
    month: Month
    layers: tuple[Layer, ...]
    cap_y: float | None
    total: int | None
    href: str = ""

    @property
    def right(self) -> float:
        """The right edge."""
        return rounded(self.x + self.width)

    @property
    def middle(self) -> float:
        """Where a text over the column is centred."""
        return rounded(self.x + self.width / 2)

    @property
    def has_room(self) -> bool:
        """Whether what stands in place of a number fits over the column."""
        return self.width >= text_width(self.hidden)

    @property
    def hidden(self) -> str:
        """What stands in place of the sum where something in it is hidden."""
        return next((layer.of.hidden for layer in self.layers if layer.of.value is None), "")

    @property
    def hidden_layers(self) -> tuple[Layer, ...]:
        """The bands that may not be shown."""
        return tuple(layer for layer in self.layers if layer.of.value is None)


@dataclass(frozen=True)
class KeyEntry:
    """A band's place in the key; `lead` are the points of the line to it, empty where the last column lacks it."""

    y: float
    step: int
    band: str
    lead: str


@dataclass(frozen=True)
class StackChart:
    """The chart, ready to draw. `key` is in the order of the bands."""

    frame: Frame
    columns: tuple[Column, ...]
    key: tuple[KeyEntry, ...]
    axis: MonthAxis
    y_ticks: tuple[Tick, ...]
    cap_height: float = CAP_HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether nobody waited at any month-end."""
        return all(column.total == 0 for column in self.columns)

    @property
    def has_links(self) -> bool:
        """Whether a layer leads to its list."""
        return any(layer.of.mark_href for column in self.columns for layer in column.layers)

    @property
    def has_hidden(self) -> bool:
        """Whether a column has something that may not be shown."""
        return any(column.cap_y is not None for column in self.columns)

    @property
    def key_x(self) -> float:
        """Where the squares of the key begin."""
        return rounded(self.frame.plot_right + KEY_GAP)


def stack(piles: Sequence[Pile], bands: Sequence[str]) -> StackChart:
    """Lays the month-ends out from left to right. Raises ValueError for more bands than there are colours, and for a
    month-end that has not one count for each band.
    """
    if len(bands) > MOST_BANDS:
        raise ValueError(f"{len(bands)} bands: there are {MOST_BANDS} colours.")
    for pile in piles:
        if len(pile.counts) != len(bands):
            raise ValueError(f"{pile.month.label} has {len(pile.counts)} counts for {len(bands)} bands.")
    highest = max((_known(pile) for pile in piles), default=0)
    names = max((text_width(band) for band in bands), default=0)
    frame = Frame(height=330, top=28, bottom=ROOM, right=rounded(KEY_GAP + SWATCH + 10 + names))
    frame = room_for(frame, highest)
    scale, y_ticks = vertical_axis(frame, highest)
    slots = Slots(frame.left, frame.plot_right, len(piles))
    columns = tuple(
        _column(pile, bands, slots.column_x(middle), slots.column_width, scale)
        for pile, middle in zip(piles, slots.middles, strict=True)
    )
    axis = month_axis([pile.month for pile in piles], slots.middles, frame.left, frame.plot_right)
    return StackChart(frame, columns, _key(columns, bands, frame), axis, y_ticks)


def _known(pile: Pile) -> int:
    """The sum of what may be shown."""
    return sum(count.value or 0 for count in pile.counts)


def _column(pile: Pile, bands: Sequence[str], x: float, width: float, scale: Scale) -> Column:
    """The layers from the longest waits at the base line upwards, each beginning exactly where the one below ends."""
    layers: list[Layer] = []
    below = 0
    for number in reversed(range(len(bands))):
        count = pile.counts[number]
        until = below + (count.value or 0)
        y = scale(until)
        layers.append(Layer(y, rounded(scale(below) - y), _step(number, len(bands)), bands[number], count))
        below = until
    is_hidden = any(count.value is None for count in pile.counts)
    return Column(
        x=x,
        width=width,
        month=pile.month,
        layers=tuple(reversed(layers)),
        cap_y=rounded(scale(below) - CAP_HEIGHT) if is_hidden else None,
        total=None if is_hidden else below,
        href=pile.href,
    )


def _step(number: int, count: int) -> int:
    """The colour of a band: evenly over the seven, the last band always the most alarming."""
    return MOST_BANDS - round((count - 1 - number) * (MOST_BANDS - 1) / max(count - 1, 1))


def _key(columns: Sequence[Column], bands: Sequence[str], frame: Frame) -> tuple[KeyEntry, ...]:
    """Each band beside its layer of the last column, or as near as there is room."""
    if not columns:
        return ()
    last = columns[-1]
    heights = spread([layer.middle for layer in last.layers], frame.plot_bottom - SWATCH / 2)
    return tuple(
        KeyEntry(y, layer.step, layer.band, _lead(last, layer, y, frame) if layer.height else "")
        for layer, y in zip(last.layers, heights, strict=True)
    )


def _lead(column: Column, layer: Layer, y: float, frame: Frame) -> str:
    """From the layer's edge to the square of the key."""
    bend = frame.plot_right + 2
    return (
        f"{column.right},{layer.middle} {bend:g},{layer.middle} {bend + 14:g},{y} {bend + KEY_GAP - 5:g},{y}"
    )
