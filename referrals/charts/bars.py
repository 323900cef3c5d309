"""Bars across the page, one row a category: single, or several parts after one another, as numbers or as shares."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from referrals.charts.scales import LINE_HEIGHT, Frame, Scale, Tick, nice_ticks, rounded, text_width

LABEL_CHARACTERS = 24  # a longer label takes two lines or more
BAR_HEIGHT = 22
ROW_GAP = 10
PER_CENT = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class Part:
    """What one colour of the bars stands for. `tone` is main, near, over, other or muted."""

    label: str
    tone: str = "main"


@dataclass(frozen=True)
class Row:
    """A category with one value for each part; None: not to be shown, and `hidden` stands in its place.

    `href` leads to the list behind it, `hrefs` to those behind each value. `more` are further cells for the table,
    already written out.
    """

    label: str
    values: Sequence[float | None]
    href: str = ""
    hidden: str = "<5"
    more: Sequence[str] = ()
    hrefs: Sequence[str] = ()

    @property
    def total(self) -> float:
        """The sum of what may be shown."""
        return sum(value or 0 for value in self.values)


@dataclass(frozen=True)
class Segment:
    """One part of a bar. `share` is of the row, 0 to 1; `has_room` says whether its text fits inside."""

    x: float
    width: float
    text_x: float
    value: float | None
    share: float
    part: Part
    has_room: bool
    href: str = ""


@dataclass(frozen=True)
class LabelLine:
    """A line of a row's label."""

    y: float
    text: str


@dataclass(frozen=True)
class Bar:
    """A row, drawn. `shown_total` is what stands at its end; None: not to be shown."""

    y: float
    text_y: float
    end: float
    label: str
    label_lines: tuple[LabelLine, ...]
    segments: tuple[Segment, ...]
    shown_total: float | None
    href: str
    hidden: str
    more: tuple[str, ...]


@dataclass(frozen=True)
class BarChart:
    """The chart, ready to draw. `share`: every bar is whole, its parts per cent of it. Values have `decimals`."""

    frame: Frame
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    ticks: tuple[Tick, ...]
    share: bool
    decimals: int = 0
    bar_height: float = BAR_HEIGHT

    @property
    def is_empty(self) -> bool:
        """Whether there is no row, or nothing in any."""
        return all(segment.value == 0 for bar in self.bars for segment in bar.segments)

    @property
    def has_links(self) -> bool:
        """Whether a bar leads to its list."""
        return any(bar.href or any(part.href for part in bar.segments) for bar in self.bars)


def bars(rows: Sequence[Row], parts: Sequence[Part], *, share: bool = False, decimals: int = 0) -> BarChart:
    """Lays the rows out from the top down. Raises ValueError if a row has not one value for each part."""
    for row in rows:
        if len(row.values) != len(parts):
            raise ValueError(f"{row.label} has {len(row.values)} values for {len(parts)} parts.")
    labels = [textwrap.wrap(row.label, LABEL_CHARACTERS) or [""] for row in rows]
    heights = [max(BAR_HEIGHT, len(lines) * LINE_HEIGHT) + ROW_GAP for lines in labels]
    widest = max((text_width(line) for lines in labels for line in lines), default=0)
    frame = Frame(
        left=rounded(max(60, widest + 10)),
        right=28 if share else 60,
        top=4,
        bottom=32,
        height=sum(heights) + 36,
    )
    values = PER_CENT if share else nice_ticks(max((row.total for row in rows), default=0))
    scale = Scale(values[-1], frame.left, frame.plot_right)
    tops = [frame.top + sum(heights[:number]) for number in range(len(rows))]
    drawn = tuple(
        _bar(row, lines, _segments(row, parts, scale, share=share), top + (height - ROW_GAP) / 2, scale)
        for row, lines, top, height in zip(rows, labels, tops, heights, strict=True)
    )
    ticks = tuple(Tick(scale(value), value) for value in values)
    return BarChart(frame, drawn, tuple(parts), ticks, share, decimals)


def _bar(row: Row, lines: Sequence[str], segments: tuple[Segment, ...], middle: float, scale: Scale) -> Bar:
    """A row about its middle, its label's lines evenly above and below."""
    first = middle + 5 - (len(lines) - 1) * LINE_HEIGHT / 2
    return Bar(
        y=rounded(middle - BAR_HEIGHT / 2),
        text_y=rounded(middle + 5),
        end=rounded(segments[-1].x + segments[-1].width) if segments else scale.start,
        label=row.label,
        label_lines=tuple(
            LabelLine(rounded(first + number * LINE_HEIGHT), line) for number, line in enumerate(lines)
        ),
        segments=segments,
        shown_total=None if None in row.values else row.total,
        href=row.href,
        hidden=row.hidden,
        more=tuple(row.more),
    )


def _segments(row: Row, parts: Sequence[Part], scale: Scale, *, share: bool) -> tuple[Segment, ...]:
    """The parts after one another, each beginning exactly where the one before ends."""
    drawn = []
    before = 0.0
    for value, part, href in zip(row.values, parts, row.hrefs or [""] * len(parts), strict=True):
        of_row = (value or 0) / row.total if row.total else 0
        until = before + (of_row * 100 if share else value or 0)
        x, width = scale(before), rounded(scale(until) - scale(before))
        has_room = width >= text_width("100 %" if share else f"{value or 0:.0f}") + 8
        drawn.append(Segment(x, width, rounded(x + width / 2), value, of_row, part, has_room, href))
        before = until
    return tuple(drawn)
