"""Lines over months, with gaps where nothing is known.

A line's name stands at its end, never upon another's; or in a legend, where many end close together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from referrals.charts.months import ROOM, Month, MonthAxis, month_axis
from referrals.charts.scales import (
    Frame,
    Scale,
    Tick,
    room_for,
    rounded,
    spread,
    text_width,
    vertical_axis,
)

NO_VALUE = "–"
MOST_DOTS = 24  # with more, a dot at each value would hide the line


@dataclass(frozen=True)
class Series:
    """A named line: one value for each month, None where there is none to show.

    `hidden` says for each month what stands in place of a value that is None; nothing: there is none. `hrefs` lead
    from the values in the table to the rows they count; nothing: they are no counts, or their rows may not be opened.
    """

    name: str
    values: Sequence[float | None]
    hidden: Sequence[str] = ()
    hrefs: Sequence[str] = ()


class Point(NamedTuple):
    """A value in its place. `is_quiet`: its dot shows only under the pointer, since the line says where it is.

    A tuple, since a template takes apart many faster than it looks up names.
    """

    x: float
    y: float
    label: str
    value: float
    is_quiet: bool = False


@dataclass(frozen=True)
class Gap:
    """A month for which something may not be shown; `texts` say which line, and what stands in place of its value."""

    x: float
    label: str
    texts: tuple[tuple[str, str], ...]


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
    hrefs: tuple[str, ...]


@dataclass(frozen=True)
class LineChart:
    """The chart, ready to draw."""

    frame: Frame
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    axis: MonthAxis
    gaps: tuple[Gap, ...]
    has_legend: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no series has a value, and none is hidden."""
        return not any(line.points for line in self.lines) and not self.gaps

    @property
    def rows(self) -> list[tuple[str, list[tuple[float | None, str, str]]]]:
        """The same as a table: for each month and series the value, what stands in its place, and its address."""
        return [
            (label, [(line.values[place], line.hidden[place], line.hrefs[place]) for line in self.lines])
            for place, label in enumerate(self.labels)
        ]

    @property
    def has_links(self) -> bool:
        """Whether a value of the table leads to its rows."""
        return any(href for line in self.lines for href in line.hrefs)


def lines(months: Sequence[Month], series: Sequence[Series], *, has_legend: bool = False) -> LineChart:
    """Lays the series out over the months; with a legend no name stands at a line's end.

    Raises ValueError if a series has not one value for each month.
    """
    for one in series:
        if len(one.values) != len(months):
            raise ValueError(f"{one.name} has {len(one.values)} values for {len(months)} months.")
    labels = tuple(month.label for month in months)
    frame = _frame(series, names_beside=not has_legend)
    scale, y_ticks = vertical_axis(frame, _highest(series))
    places = [_across(number, len(months), frame) for number in range(len(months))]
    drawn = [_line(style, one, labels, places, scale) for style, one in enumerate(series, start=1)]
    axis = month_axis(months, places, frame.left, frame.plot_right)
    gaps = _gaps(labels, places, drawn)
    return LineChart(frame, labels, _names_apart(drawn, frame), y_ticks, axis, gaps, has_legend)


def _frame(series: Sequence[Series], *, names_beside: bool) -> Frame:
    """The paper, with room for the longest name at the right and the largest number at the left."""
    names = max((text_width(one.name) for one in series), default=0) if names_beside else 0
    frame = Frame(height=238 + ROOM, top=28, bottom=ROOM, right=rounded(20 + names))
    return room_for(frame, _highest(series))


def _highest(series: Sequence[Series]) -> float:
    return max((value for one in series for value in one.values if value is not None), default=0)


def _across(number: int, count: int, frame: Frame) -> float:
    """Where the month with this number stands; a lone one in the middle."""
    share = number / (count - 1) if count > 1 else 0.5
    return rounded(frame.left + share * frame.plot_width)


def _line(style: int, series: Series, labels: Sequence[str], places: Sequence[float], scale: Scale) -> Line:
    """A series in its place; its name at the height of its last value."""
    loud = with_dots(series.values)
    points = tuple(
        Point(x, scale(value), label, value, number not in loud)
        for number, (x, label, value) in enumerate(zip(places, labels, series.values, strict=True))
        if value is not None
    )
    name_y = points[-1].y if points else scale(0)
    hidden = tuple(series.hidden) or (NO_VALUE,) * len(labels)
    hrefs = tuple(series.hrefs) or ("",) * len(labels)
    drawn = strokes(places, series.values, scale)
    return Line(series.name, style, tuple(series.values), points, drawn, name_y, hidden, hrefs)


def with_dots(values: Sequence[float | None]) -> set[int]:
    """Which values have a dot: all where they are few, else those without a neighbour, and the last one."""
    known = {number for number, value in enumerate(values) if value is not None}
    if len(values) <= MOST_DOTS:
        return known
    return {number for number in known if not {number - 1, number + 1} & known} | {max(known, default=0)}


def strokes(places: Sequence[float], values: Sequence[float | None], scale: Scale) -> tuple[str, ...]:
    """The points between two gaps as SVG writes them; a lone point has no stroke, only its dot."""
    drawn: list[list[str]] = [[]]
    for x, value in zip(places, values, strict=True):
        if value is None:
            drawn.append([])
        else:
            drawn[-1].append(f"{x},{scale(value)}")
    return tuple(" ".join(points) for points in drawn if len(points) > 1)


def _gaps(labels: Sequence[str], places: Sequence[float], drawn: Sequence[Line]) -> tuple[Gap, ...]:
    """Where a value is hidden; where there is none, nothing is drawn."""
    found = []
    for place, (x, label) in enumerate(zip(places, labels, strict=True)):
        texts = tuple(
            (line.name, line.hidden[place])
            for line in drawn
            if line.values[place] is None and line.hidden[place] != NO_VALUE
        )
        if texts:
            found.append(Gap(x, label, texts))
    return tuple(found)


def _names_apart(drawn: Sequence[Line], frame: Frame) -> tuple[Line, ...]:
    """The names at the lines' ends, where they stand clear of each other."""
    order = sorted(range(len(drawn)), key=lambda number: drawn[number].name_y)
    heights = spread([drawn[number].name_y for number in order], frame.plot_bottom)
    moved = dict(zip(order, heights, strict=True))
    return tuple(replace(line, name_y=moved[number]) for number, line in enumerate(drawn))
