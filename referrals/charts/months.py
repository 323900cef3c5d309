"""The axis of months under a chart over time: names as close as they have room, the years marked below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from referrals.charts.scales import Tick, rounded, stand_clear, text_width

STRIDES = (1, 2, 3, 4, 6)  # so that the same months are named in every year, and more than January
NAME_GAP = 8
ROOM = 52  # under the base line, for names and years


@dataclass(frozen=True)
class Month:
    """A month: `name` stands on the axis ("jan"), `label` in tables and titles ("jan 26"). `number` is 1 to 12."""

    year: int
    number: int
    name: str
    label: str


@dataclass(frozen=True)
class Year:
    """A year's stretch of the axis from `start`. `text` stands in its middle, and is empty where it has no room."""

    start: float
    middle: float
    text: str


@dataclass(frozen=True)
class MonthAxis:
    """The names that are kept, and the years; the line where a year begins stands at its start, but for the first."""

    names: tuple[Tick, ...] = ()
    years: tuple[Year, ...] = ()


@dataclass(frozen=True)
class Slots:
    """Equally wide places for the columns of months, side by side."""

    left: float
    right: float
    count: int

    @property
    def width(self) -> float:
        """How wide a place is, its air included."""
        return (self.right - self.left) / max(self.count, 1)

    @property
    def column_width(self) -> float:
        """How wide a column is: three quarters of its place, and no wider than looks well where there are few."""
        return rounded(min(self.width * 0.76, 48))

    @property
    def middles(self) -> tuple[float, ...]:
        """The middle of each place."""
        return tuple(rounded(self.left + (number + 0.5) * self.width) for number in range(self.count))

    def column_x(self, middle: float) -> float:
        """Where the column about a middle begins."""
        return rounded(middle - self.column_width / 2)


def month_axis(months: Sequence[Month], middles: Sequence[float], left: float, right: float) -> MonthAxis:
    """Names and years for months, in order of time, that stand at `middles` between two ends of the paper."""
    return MonthAxis(_names(months, middles), _years(months, middles, left, right))


def _names(months: Sequence[Month], middles: Sequence[float]) -> tuple[Tick, ...]:
    """January and every month so many after it; none where there is only room for January: the years say as much."""
    for stride in STRIDES:
        kept = [
            Tick(middle, month.name)
            for month, middle in zip(months, middles, strict=True)
            if (month.number - 1) % stride == 0
        ]
        if kept and stand_clear(kept, NAME_GAP):
            return tuple(kept)
    return ()


def _years(months: Sequence[Month], middles: Sequence[float], left: float, right: float) -> tuple[Year, ...]:
    """A stretch for each year, from half-way between its first month and the one before."""
    firsts = [
        number for number, month in enumerate(months) if not number or month.year != months[number - 1].year
    ]
    starts = [(middles[number - 1] + middles[number]) / 2 if number else left for number in firsts]
    return tuple(
        _year(str(months[number].year), start, end)
        for number, (start, end) in zip(firsts, pairwise([*starts, right]), strict=True)
    )


def _year(text: str, start: float, end: float) -> Year:
    has_room = end - start >= text_width(text) + NAME_GAP
    return Year(rounded(start), rounded((start + end) / 2), text if has_room else "")
