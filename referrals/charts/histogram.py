"""How waits are distributed: columns over days, with lines for target, a year, median and ninetieth percentile.

Every column is equally wide, whatever days it covers, and the axis says which: that shows equal classes as they are and
the bands of WAITING.md (0–14, 15–28, … 366+) fairly. A line stands where its day is inside its column.
"""

from collections.abc import Mapping, Sequence
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

MOST_CLASSES = 30
AIR = 8  # between two labels in one row


@dataclass(frozen=True)
class Class:
    """Waits of `start` up to, not including, `end` days; no end: so long or longer.

    `over` of them are over their target; None: not known, and the column has the colour of its days. `count` None: not
    to be shown, and `hidden` stands in its place. `href` leads to the list behind it, `over_href` to those over target.
    """

    start: int
    end: int | None
    count: int | None
    href: str = ""
    over: int | None = None
    hidden: str = "<5"
    over_href: str = ""

    @property
    def code(self) -> str:
        """The days as addresses have them: 0-13, 366+."""
        return self.days.replace("–", "-")

    @property
    def days(self) -> str:
        """The days that belong to the class, first to last: 0–13, 366+."""
        return f"{self.start}+" if self.end is None else f"{self.start}–{self.end - 1}"


@dataclass(frozen=True)
class Mark:
    """An upright line at a number of days. `kind` is target, year, median or p90, and decides how it is drawn.

    `words` say in the table what the short label means.
    """

    days: float
    label: str
    kind: str
    words: str = ""


@dataclass(frozen=True)
class Column:
    """One class, drawn. `tone` is within, over (the target) or year (over a year).

    Where it is known how many are over their target, they are the upper part, from `over_y`, and the tone is within.
    """

    x: float
    y: float
    width: float
    height: float
    tone: str
    of: Class
    over_y: float = 0
    over_height: float = 0

    @property
    def middle(self) -> float:
        """Where a text over the column is centred."""
        return rounded(self.x + self.width / 2)

    @property
    def has_room(self) -> bool:
        """Whether what stands in place of its count fits over it."""
        return self.width >= text_width(self.of.hidden)


@dataclass(frozen=True)
class PlacedMark:
    """A line and its label, which stands in a row above the plot where no other label is."""

    x: float
    label: str
    kind: str
    words: str
    label_x: float
    label_y: float
    anchor: str

    @property
    def span(self) -> tuple[float, float]:
        """From where to where the label reaches."""
        width = text_width(self.label)
        return (
            (self.label_x, self.label_x + width)
            if self.anchor == "start"
            else (self.label_x - width, self.label_x)
        )


@dataclass(frozen=True)
class Histogram:
    """The chart, ready to draw."""

    frame: Frame
    columns: tuple[Column, ...]
    marks: tuple[PlacedMark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is in any class."""
        return all(column.of.count == 0 for column in self.columns)

    @property
    def has_links(self) -> bool:
        """Whether a column leads to its list."""
        return any(column.of.href for column in self.columns)

    @property
    def has_targets(self) -> bool:
        """Whether a line stands for a target."""
        return any(mark.kind == "target" for mark in self.marks)

    @property
    def tones(self) -> set[str]:
        """The colours that occur, for the legend."""
        over = {"over" for column in self.columns if column.over_height}
        return over | {column.tone for column in self.columns}

    @property
    def has_over(self) -> bool:
        """Whether it is known of each class how many are over their target."""
        return any(column.of.over is not None for column in self.columns)


def fitted(classes: Sequence[Class]) -> tuple[Class, ...]:
    """Equal classes, neighbours put together by two, four, eight … until there are no more than 30 of them.

    The last one is made as wide as the others. They have no addresses yet: those are of the days that come out.
    """
    made = tuple(classes)
    while len(made) > MOST_CLASSES:
        made = tuple(_together(made[place : place + 2]) for place in range(0, len(made), 2))
    return made


def _together(neighbours: Sequence[Class]) -> Class:
    first = neighbours[0]
    width = (first.end or first.start) - first.start
    counts, over = [one.count for one in neighbours], [one.over for one in neighbours]
    return Class(
        first.start,
        first.start + 2 * width,
        None if None in counts else sum(count or 0 for count in counts),
        over=None if None in over else sum(count or 0 for count in over),
        hidden=first.hidden,
    )


def histogram(classes: Sequence[Class], marks: Sequence[Mark] = ()) -> Histogram:
    """Lays the classes, in order of days, out from left to right and the marks over them."""
    highest = max((one.count or 0 for one in classes), default=0)
    frame = room_for(Frame(), highest)
    placed = _placed_marks(marks, classes, frame) if classes else ()
    rows = max((mark.label_y for mark in placed), default=0)
    frame = replace(frame, top=frame.top + rows, height=frame.height + rows)
    scale, y_ticks = vertical_axis(frame, highest)
    return Histogram(
        frame=frame,
        columns=tuple(_columns(classes, marks, frame, scale)),
        marks=placed,
        x_ticks=_day_ticks(classes, frame),
        y_ticks=y_ticks,
    )


def _columns(classes: Sequence[Class], marks: Sequence[Mark], frame: Frame, scale: Scale) -> list[Column]:
    limits = {mark.kind: mark.days for mark in marks}
    width = frame.plot_width / max(len(classes), 1)
    drawn = []
    for number, one in enumerate(classes):
        y = scale(one.count or 0)
        x = rounded(frame.left + number * width + 1)
        over = rounded(frame.plot_bottom - scale(one.over or 0))
        drawn.append(
            Column(x, y, rounded(width - 2), rounded(frame.plot_bottom - y), _tone(one, limits), one, y, over)
        )
    return drawn


def _tone(one: Class, limits: Mapping[str, float]) -> str:
    if one.over is not None:
        return "within"
    if one.start >= limits.get("year", float("inf")):
        return "year"
    return "over" if one.start >= limits.get("target", float("inf")) else "within"


def _placed_marks(marks: Sequence[Mark], classes: Sequence[Class], frame: Frame) -> tuple[PlacedMark, ...]:
    """Each label beside its line, in the highest row where it does not touch another."""
    rows: list[list[PlacedMark]] = []
    for mark in sorted(marks, key=lambda mark: mark.days):
        x = _place_of(mark.days, classes, frame)
        fits = x + 4 + text_width(mark.label) <= frame.width
        label_x, anchor = (rounded(x + 4), "start") if fits else (rounded(x - 4), "end")
        placed = PlacedMark(x, mark.label, mark.kind, mark.words or mark.label, label_x, 0, anchor)
        free = next((number for number in range(len(rows)) if _is_free(placed, number, rows)), len(rows))
        if free == len(rows):
            rows.append([])
        rows[free].append(placed)
    return tuple(
        replace(placed, label_y=(number + 1) * LINE_HEIGHT)
        for number, row in enumerate(rows)
        for placed in row
    )


def _is_free(placed: PlacedMark, number: int, rows: Sequence[Sequence[PlacedMark]]) -> bool:
    """Whether a label touches no other in its row, and its line passes beside those in the rows below."""
    start, end = placed.span
    beside = all(end + AIR < other.span[0] or other.span[1] + AIR < start for other in rows[number])
    return beside and not any(
        other.span[0] - 2 < placed.x < other.span[1] + 2 for row in rows[number + 1 :] for other in row
    )


def _place_of(days: float, classes: Sequence[Class], frame: Frame) -> float:
    """Where a number of days stands: as far into its column as into its class."""
    width = frame.plot_width / len(classes)
    number = next(
        (number for number, one in enumerate(classes) if one.end is None or days < one.end), len(classes) - 1
    )
    one = classes[number]
    into = (days - one.start) / _days_drawn(one, classes)
    return rounded(frame.left + (number + min(max(into, 0), 1)) * width)


def _days_drawn(one: Class, classes: Sequence[Class]) -> int:
    """How many days a column stands for; the open one for as many as the one before it."""
    if one.end is not None:
        return one.end - one.start
    closed = [other.end - other.start for other in classes if other.end is not None]
    return closed[-1] if closed else 365


def _day_ticks(classes: Sequence[Class], frame: Frame) -> tuple[Tick, ...]:
    width = frame.plot_width / max(len(classes), 1)
    ticks = [Tick(rounded(frame.left + number * width), one.start) for number, one in enumerate(classes)]
    if classes and classes[-1].end is not None:
        ticks.append(Tick(frame.plot_right, classes[-1].end))
    return thinned(ticks)
