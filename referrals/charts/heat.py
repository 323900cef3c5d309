"""A table whose cells are shaded by their number: rows by columns, with the sums at the right and at the bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from referrals.charts.scales import Count, nice_ticks

MOST_STEPS = 5
NOTHING = "–"  # in place of a number where there is nobody to make it of; that is no secret
TONES = {0: (), 1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}


@dataclass(frozen=True)
class HeatRow:
    """A row with one count for each column, and their sum, which may be hidden where they are not and the other way."""

    label: str
    counts: Sequence[Count]
    total: Count


@dataclass(frozen=True)
class Cell:
    """A count and its shade: q1 to q5 from few to many, zero, or hidden."""

    of: Count
    tone: str


@dataclass(frozen=True)
class DrawnRow:
    """A row, shaded; its sum has no shade."""

    label: str
    cells: tuple[Cell, ...]
    total: Count


@dataclass(frozen=True)
class Shade:
    """A step of the legend, from and including `first` up to and including `last`."""

    tone: str
    first: int
    last: int


@dataclass(frozen=True)
class HeatMap:
    """The table, ready to draw. `totals` are those of the columns, `whole` is everything.

    `unit` stands behind each number, for shares that are not counts.
    """

    columns: tuple[str, ...]
    rows: tuple[DrawnRow, ...]
    totals: tuple[Count, ...]
    whole: Count
    legend: tuple[Shade, ...]
    unit: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no row, or nothing in any; a share of nought tells something, a count of nought does not."""
        cells = [cell for row in self.rows for cell in row.cells]
        return all(cell.tone == "zero" and not (self.unit and cell.of.value == 0) for cell in cells)

    @property
    def hidden(self) -> str:
        """What stands in a cell that is hidden, for the legend; empty: none is."""
        found = (cell.of.hidden for row in self.rows for cell in row.cells if cell.tone == "hidden")
        return next(found, "")


def heat(
    columns: Sequence[str], rows: Sequence[HeatRow], totals: Sequence[Count], whole: Count, unit: str = ""
) -> HeatMap:
    """Shades the cells. Raises ValueError if a row, or the sums, have not one count for each column."""
    for label, counts in [*((row.label, row.counts) for row in rows), ("The bottom row", totals)]:
        if len(counts) != len(columns):
            raise ValueError(f"{label} has {len(counts)} counts for {len(columns)} columns.")
    highest = max((count.value or 0 for row in rows for count in row.counts), default=0)
    legend = shades(highest)
    drawn = tuple(
        DrawnRow(row.label, tuple(Cell(count, _tone(count, legend)) for count in row.counts), row.total)
        for row in rows
    )
    return HeatMap(tuple(columns), drawn, tuple(totals), whole, legend, unit)


def shades(highest: int) -> tuple[Shade, ...]:
    """Up to five equal steps of round numbers from 1 to at least `highest`; few steps lie far apart in shade."""
    if highest < 1:
        return ()
    ends = nice_ticks(highest, MOST_STEPS)
    tones = TONES[len(ends) - 1]
    return tuple(
        Shade(f"q{tone}", low + 1, high) for tone, (low, high) in zip(tones, pairwise(ends), strict=True)
    )


def _tone(count: Count, legend: Sequence[Shade]) -> str:
    if count.value is None:
        return "zero" if count.hidden == NOTHING else "hidden"
    return next((shade.tone for shade in legend if shade.first <= count.value <= shade.last), "zero")
