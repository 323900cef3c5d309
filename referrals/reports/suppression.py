"""Small numbers: the one place that decides which counts may be shown outside the unit whose citizens they count.

The rule (WAITING.md, "Statistics rules"): a count of 1 to 4 is hidden and shown as "<5", 0 is shown, and further
counts are withheld so that none of the hidden ones can be worked out by adding and subtracting what is shown. Counts
of municipalities, posts and årsverk are never suppressed, and staff see the true numbers of their own unit.

The guarantee, for everything that one list or table shows: each count shown as "<5" could, by all that is shown,
be 1, 2, 3 or 4, even to somebody who knows that a count withheld to protect it is at least 5. What is hidden above is
not broken down below: the parts of a hidden total are all withheld, zeros too, and so are all parts of a table that
cannot be protected otherwise. Not covered: comparing files made on different days.

How: the counts of a table with their totals form a network in which every row and column is a node and every count
an arc, a circulation (each row's counts flow into its total). A hidden count can take another value if the difference
can flow round a circle of hidden counts, each within what is known of it. Where there is no such circle, the one that
withholds the least is made. Tables that share totals are made one after the other with the totals fixed, so that
the circles of each hold in all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referrals.reports.circulation import Arc, Circulation

# The least count that is shown, and the least counts behind a median and a 90th percentile.
LEAST_SHOWN = 5
LEAST_FOR_MEDIAN = 10
LEAST_FOR_P90 = 20


class Hidden(TextChoices):
    """Why a figure is hidden; the label is what stands in its place."""

    SMALL = "small", "<5"
    WITHHELD = "withheld", _("Withheld")


@dataclass(frozen=True)
class Figure:
    """A number as it may be shown: its value, or why it is hidden.

    Neither a value nor hidden: the figure is not defined, as the median of nobody.
    """

    value: int | float | None = None
    hidden: Hidden | None = None

    @property
    def suppressed(self) -> bool:
        """Whether there is a number which may not be shown. Files and the API write null, and this beside it."""
        return self.hidden is not None

    def minus(self, other: "Figure") -> "Figure":
        """The difference, which is withheld where one of the two is hidden, and undefined where one is."""
        if self.suppressed or other.suppressed:
            return WITHHELD
        if self.value is None or other.value is None:
            return Figure()
        return Figure(self.value - other.value)


SMALL = Figure(hidden=Hidden.SMALL)
WITHHELD = Figure(hidden=Hidden.WITHHELD)


@dataclass(frozen=True)
class Cell:
    """A true count, and the bounds between which everybody knows it to lie. Stays inside the reports.

    Shown: both bounds are the count. Only `figure`, `median` and `p90` leave the reports.
    """

    count: int
    least: int
    most: float

    @classmethod
    def shown(cls, count: int) -> Self:
        """As it is."""
        return cls(count, count, count)

    @classmethod
    def by_size(cls, count: int) -> Self:
        """Shown unless it is 1 to 4."""
        return cls(count, 1, LEAST_SHOWN - 1) if 0 < count < LEAST_SHOWN else cls.shown(count)

    @classmethod
    def withheld(cls, count: int) -> Self:
        """Hidden whatever it is."""
        return cls(count, 0, inf)

    @property
    def hidden(self) -> Hidden | None:
        """Why it is hidden, if it is."""
        if self.least == self.most:
            return None
        return Hidden.SMALL if self.is_small else Hidden.WITHHELD

    @property
    def is_small(self) -> bool:
        """Shown as "<5", and nothing more may be known of it."""
        return (self.least, self.most) == (1, LEAST_SHOWN - 1)

    @property
    def figure(self) -> Figure:
        """What may be shown."""
        return Figure(hidden=self.hidden) if self.hidden else Figure(self.count)

    def median(self, days: float | None) -> Figure:
        """The median of those counted, if they are shown and at least 10."""
        return self._statistic(days, LEAST_FOR_MEDIAN)

    def p90(self, days: float | None) -> Figure:
        """The 90th percentile of those counted, if they are shown and at least 20."""
        return self._statistic(days, LEAST_FOR_P90)

    def _statistic(self, days: float | None, least: int) -> Figure:
        if self.hidden or 0 < self.count < least:
            return WITHHELD
        return Figure(days)


def total_of(figures: Iterable[Figure]) -> Figure:
    """The sum of figures that are shown themselves; withheld as soon as one of them is hidden."""
    parts = list(figures)
    if any(part.suppressed for part in parts):
        return WITHHELD
    return Figure(sum(part.value or 0 for part in parts))


@dataclass(frozen=True)
class Column:
    """One kind of count by row, with its total. A list is a column."""

    cells: tuple[Cell, ...]
    total: Cell


def protect_list(counts: Sequence[int], total: Cell | None = None) -> Column:
    """Decide what is shown of counts that add up to a total; a total that is given is decided already."""
    whole = total or Cell.by_size(sum(counts))
    if whole.hidden:
        return Column(_withhold(counts), whole)
    network = Circulation(LEAST_SHOWN)
    parts = [network.add(_arc(Cell.by_size(number), "parts", "total")) for number in counts]
    sum_arc = _arc(whole, "total", "parts", may_hide=total is None)
    if total is None:
        network.add(sum_arc)
    if not _protect(network, parts):
        return Column(_withhold(counts), whole)
    return _decided(parts, sum_arc)


def protect_table(
    counts: Sequence[Sequence[int]],
    *,
    row_totals: Sequence[Cell],
    total: Cell,
    column_totals: Sequence[Cell] | None = None,
    given: Mapping[int, Column] | None = None,
    inflows: Sequence[int] = (),
) -> tuple[Column, ...]:
    """Decide what is shown of counts by row and column, and of the totals of the columns.

    Decided already, and left as they are: the `row_totals` with their `total`, the `column_totals` if they are given,
    and the columns in `given`. `inflows` are the columns that count against the others in their row: a row's total is
    the sum of the others minus these.
    """
    network = Circulation(LEAST_SHOWN)
    undecided = _undecided(counts, row_totals, total, column_totals)
    columns = [(given or {}).get(j, column) for j, column in enumerate(undecided)]
    parts: list[list[Arc]] = []
    sums: list[Arc] = []
    for j, column in enumerate(columns):
        turn = j in inflows
        may_hide = column is undecided[j]
        parts.append(
            [
                network.add(_arc(cell, f"row {i}", f"column {j}", may_hide=may_hide, turn=turn))
                for i, cell in enumerate(column.cells)
            ]
        )
        sums.append(_arc(column.total, f"column {j}", "total", may_hide=may_hide, turn=turn))
    arcs = list(chain.from_iterable(parts))
    if column_totals is None:
        arcs += [network.add(arc) for arc in sums]
    if _protect(network, arcs):
        return tuple(map(_decided, parts, sums))
    return tuple(
        column if column is not undecided[j] else _withheld_column(column, column_totals is None)
        for j, column in enumerate(columns)
    )


def _undecided(
    counts: Sequence[Sequence[int]],
    row_totals: Sequence[Cell],
    total: Cell,
    column_totals: Sequence[Cell] | None,
) -> list[Column]:
    """The columns before anything is withheld to protect another; what is hidden above is not broken down."""
    columns = []
    for j, numbers in enumerate(zip(*counts, strict=True)):
        top = column_totals[j] if column_totals else _below(total, sum(numbers))
        cells = tuple(
            Cell.withheld(number) if top.hidden else _below(row, number)
            for number, row in zip(numbers, row_totals, strict=True)
        )
        columns.append(Column(cells, top))
    return columns


def _below(whole: Cell, part: int) -> Cell:
    """A part of a whole that is decided."""
    return Cell.withheld(part) if whole.hidden else Cell.by_size(part)


def _arc(cell: Cell, tail: str, head: str, *, may_hide: bool = True, turn: bool = False) -> Arc:
    """A count as an arc, the other way if it counts against the others. Zeros are never hidden to protect another."""
    ends = (head, tail) if turn else (tail, head)
    return Arc(*ends, cell.count, cell.least, cell.most, may_hide and cell.count >= LEAST_SHOWN)


def _protect(network: Circulation, arcs: Iterable[Arc]) -> bool:
    return all(network.protect(arc) for arc in arcs if _cell(arc).is_small)


def _cell(arc: Arc) -> Cell:
    return Cell(arc.count, arc.least, arc.most)


def _decided(parts: Iterable[Arc], total: Arc) -> Column:
    return Column(tuple(map(_cell, parts)), _cell(total))


def _withhold(counts: Iterable[int]) -> tuple[Cell, ...]:
    return tuple(map(Cell.withheld, counts))


def _withheld_column(column: Column, with_total: bool) -> Column:
    cells = _withhold(cell.count for cell in column.cells)
    return Column(cells, Cell.withheld(column.total.count) if with_total else column.total)
