"""Lines over time, with gaps where nothing is known. A line's name stands at its end, never upon another's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from referrals.charts.scales import (
    LINE_HEIGHT,
    Frame,
    Scale,
    Tick,
    room_for,
    rounded,
    text_width,
    thinned,
    vertical_axis,
)

NO_VALUE = "–"


@dataclass(frozen=True)
class Series:
    """A named line: one value for each label of the axis, None where there is none to show.

    `hidden` says for each label what stands in place of a value that is None; nothing: there is none.
    """

    name: str
    values: Sequence[float | None]
    hidden: Sequence[str] = ()


@dataclass(frozen=True)
class Point:
    """A value in its place."""

    x: float
    y: float
    label: str
    value: float


@dataclass(frozen=True)
class Line:
    """A series, drawn. `style` counts from 1 and decides colour and dashes; `strokes` has one entry between gaps."""

    name: str
    style: int
    values: tuple[float | None, ...]
    points: tuple[Point, ...]
    strokes: tuple[str, ...]
    name_y: float
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class LineChart:
    """The chart, ready to draw."""

    frame: Frame
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no series has a value."""
        return not any(line.points for line in self.lines)

    @property
    def rows(self) -> list[tuple[str, list[tuple[float | None, str]]]]:
        """The same as a table: a row for each label, for each series the value and what stands in its place."""
        return [
            (label, [(line.values[place], line.hidden[place]) for line in self.lines])
            for place, label in enumerate(self.labels)
        ]


def lines(labels: Sequence[str], series: Sequence[Series]) -> LineChart:
    """Lays the series out over the labels. Raises ValueError if a series has not one value for each label."""
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name} has {len(one.values)} values for {len(labels)} labels.")
    names = max((text_width(one.name) for one in series), default=0)
    highest = max((value for one in series for value in one.values if value is not None), default=0)
    frame = room_for(Frame(height=270, top=28, bottom=32, right=rounded(20 + names)), highest)
    scale, y_ticks = vertical_axis(frame, highest)
    places = [_across(number, len(labels), frame) for number in range(len(labels))]
    drawn = [_line(style, one, labels, places, scale) for style, one in enumerate(series, start=1)]
    ticks = thinned([Tick(x, label) for x, label in zip(places, labels, strict=True)], from_end=True)
    return LineChart(frame, tuple(labels), _names_apart(drawn, frame), ticks, y_ticks)


def _across(number: int, count: int, frame: Frame) -> float:
    """Where the label with this number stands; a lone one in the middle."""
    share = number / (count - 1) if count > 1 else 0.5
    return rounded(frame.left + share * frame.plot_width)


def _line(style: int, series: Series, labels: Sequence[str], places: Sequence[float], scale: Scale) -> Line:
    """A series in its place; its name at the height of its last value."""
    points = tuple(
        Point(x, scale(value), label, value)
        for x, label, value in zip(places, labels, series.values, strict=True)
        if value is not None
    )
    name_y = points[-1].y if points else scale(0)
    strokes = _strokes(places, series.values, scale)
    hidden = tuple(series.hidden) or (NO_VALUE,) * len(labels)
    return Line(series.name, style, tuple(series.values), points, strokes, name_y, hidden)


def _strokes(places: Sequence[float], values: Sequence[float | None], scale: Scale) -> tuple[str, ...]:
    """The points between two gaps as SVG writes them; a lone point has no stroke, only its dot."""
    strokes: list[list[str]] = [[]]
    for x, value in zip(places, values, strict=True):
        if value is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{x},{scale(value)}")
    return tuple(" ".join(points) for points in strokes if len(points) > 1)


def _names_apart(drawn: Sequence[Line], frame: Frame) -> tuple[Line, ...]:
    """The names at the lines' ends, moved down where they would touch, then up where they would leave the plot."""
    order = sorted(range(len(drawn)), key=lambda number: drawn[number].name_y)
    heights = [drawn[number].name_y for number in order]
    for here in range(1, len(heights)):
        heights[here] = max(heights[here], heights[here - 1] + LINE_HEIGHT)
    lowest = frame.plot_bottom
    for here in reversed(range(len(heights))):
        heights[here] = min(heights[here], lowest)
        lowest = heights[here] - LINE_HEIGHT
    moved = dict(zip(order, heights, strict=True))
    return tuple(replace(line, name_y=rounded(moved[number])) for number, line in enumerate(drawn))
