"""What all charts share: the paper, the axes, round numbers on them, and how wide a text will be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

# Widths of Inter's letters at 14 px, in the paper's units, rounded up so that nothing collides.
NARROW, SLENDER, USUAL, CAPITAL, WIDE = 4.5, 6.5, 9, 11, 14.5
LETTER_WIDTHS = {
    **dict.fromkeys("ijlI.,:;'!| ", NARROW),
    **dict.fromkeys("frt-/()[]", SLENDER),
    **dict.fromkeys("mwæMWÆ%", WIDE),
}
LINE_HEIGHT = 17


@dataclass(frozen=True)
class Frame:
    """The paper and the plot within its margins, in units of the SVG's viewBox."""

    width: float = 600
    height: float = 300
    left: float = 44
    right: float = 16
    top: float = 12
    bottom: float = 44

    @property
    def plot_right(self) -> float:
        """The right edge of the plot."""
        return self.width - self.right

    @property
    def plot_bottom(self) -> float:
        """The base line."""
        return self.height - self.bottom

    @property
    def plot_width(self) -> float:
        """How wide the plot is."""
        return self.plot_right - self.left


@dataclass(frozen=True)
class Scale:
    """A value's place between two ends of the paper. Values outside the ends stay on the nearest end."""

    highest: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = min(max(value / self.highest, 0), 1) if self.highest > 0 else 0
        return rounded(self.start + share * (self.end - self.start))


@dataclass(frozen=True)
class Tick:
    """A number or a label on an axis, and where it stands."""

    position: float
    value: float | str


@dataclass(frozen=True)
class Count:
    """A number of referrals. None: not to be shown, and `hidden` stands in its place, never zero and never nothing.

    `href` leads to the rows that were counted; `only_in_table`: from the table, not from the drawing, where the ways
    from very many marks would be in everybody's.
    """

    value: int | None
    href: str = ""
    hidden: str = "<5"
    only_in_table: bool = False

    @property
    def mark_href(self) -> str:
        """Where its mark in the drawing leads."""
        return "" if self.only_in_table else self.href


def rounded(coordinate: float) -> float:
    """A coordinate, exact enough for any screen and short in the page."""
    return round(coordinate, 1)


def text_width(text: str) -> float:
    """About how wide a text is, rather too much than too little."""
    return sum(LETTER_WIDTHS.get(letter, CAPITAL if letter.isupper() else USUAL) for letter in text)


def nice_ticks(highest: float, wanted: int = 4) -> tuple[int, ...]:
    """Round whole numbers from 0 to at least `highest`, in about `wanted` steps. Nothing to show gives 0 and 1."""
    if highest <= 1:
        return (0, 1)
    step = _nice_step(highest / wanted)
    return tuple(step * number for number in range(math.ceil(highest / step) + 1))


def _nice_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 25, 50, 100, 200, 250 … that is at least so much."""
    magnitude = 1
    while True:
        for factor in (1, 2, 2.5, 5):
            step = factor * magnitude
            if step >= least and step == int(step):
                return int(step)
        magnitude *= 10


def vertical_axis(frame: Frame, highest: float, wanted: int = 4) -> tuple[Scale, tuple[Tick, ...]]:
    """The scale of the upright axis from 0, and its ticks, about as many as wanted."""
    values = nice_ticks(highest, wanted)
    scale = Scale(values[-1], frame.plot_bottom, frame.top)
    return scale, tuple(Tick(scale(value), value) for value in values)


def room_for(frame: Frame, highest: float) -> Frame:
    """The frame with a left margin as wide as the numbers of an upright axis up to so much."""
    number = f"{nice_ticks(highest)[-1]:,}"
    return replace(frame, left=rounded(max(frame.left, text_width(number) + 14)))


def spread(wanted: Sequence[float], lowest: float) -> list[float]:
    """The heights of texts beside the plot, in the order given from the top down, moved apart where they would touch.

    First down from the one above, then up where they would leave the plot; `lowest` is its base line.
    """
    heights = list(wanted)
    for here in range(1, len(heights)):
        heights[here] = max(heights[here], heights[here - 1] + LINE_HEIGHT)
    for here in reversed(range(len(heights))):
        heights[here] = rounded(min(heights[here], lowest))
        lowest = heights[here] - LINE_HEIGHT
    return heights


def thinned(ticks: Sequence[Tick], gap: float = 12) -> tuple[Tick, ...]:
    """Every tick, or every second, third … so that their texts stand clear of each other. The first is always kept."""
    stride = 1
    while not stand_clear(ticks[::stride], gap):
        stride += 1
    return tuple(ticks[::stride])


def stand_clear(ticks: Sequence[Tick], gap: float) -> bool:
    """Whether the texts of ticks, in order and centred on their places, have at least so much air between them."""
    return all(
        other.position - one.position >= (text_width(str(one.value)) + text_width(str(other.value))) / 2 + gap
        for one, other in pairwise(ticks)
    )
