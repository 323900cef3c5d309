"""Dots: one thing against another, each from 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from referrals.charts.scales import Frame, Scale, Tick, nice_ticks, room_for, vertical_axis


@dataclass(frozen=True)
class Spot:
    """What a dot stands for: its two values, and what is said of it."""

    across: float
    up: float
    label: str


class Dot(NamedTuple):
    """A spot, drawn. A tuple, since a template takes apart many faster than it looks up names."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Scatter:
    """The chart, ready to draw."""

    frame: Frame
    dots: tuple[Dot, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no dot."""
        return not self.dots


def scatter(spots: Sequence[Spot]) -> Scatter:
    """Lays the spots out, in the order given."""
    highest = max((spot.up for spot in spots), default=0)
    frame = room_for(Frame(height=320, top=32, bottom=56), highest)
    upright, y_ticks = vertical_axis(frame, highest)
    values = nice_ticks(max((spot.across for spot in spots), default=0))
    level = Scale(values[-1], frame.left, frame.plot_right)
    dots = tuple(Dot(level(spot.across), upright(spot.up), spot.label) for spot in spots)
    return Scatter(frame, dots, tuple(Tick(level(value), value) for value in values), y_ticks)
