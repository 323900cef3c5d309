"""Small numbers: the one place that decides which counts may be shown outside the unit whose citizens they count.

The rule (WAITING.md, "Statistics rules"): a count of 1 to 4 is hidden and shown as "<5", or below another limit that is
registered for the day (`reports.limits`) as that one; 0 is shown, and further counts are withheld so that none of the
hidden ones can be worked out by adding and subtracting what is shown. Counts of municipalities, posts and årsverk are
never suppressed, and staff see the true numbers of their own unit.

The guarantee, for everything that one list or table shows: each count shown as "<5" could, by all that is shown, be
1, 2, 3 or 4 (or whatever is below the limit), even to somebody who knows that a count withheld to protect it is at
least 5. What is hidden above is not broken down below: the parts of a hidden total are withheld, zeros too where they
tell something. So are all parts of a row, and in the end of a table, that cannot be protected otherwise. Of a row so
withheld each small count can still be any other; each of those among the parts of a hidden total could be another
number, so that none follows from the other rows and the totals. Not covered: what bounds follow from files made on
different days.

How: the counts of a table with their totals form a network in which every row and column is a node and every count
an arc, a circulation (each row's counts flow into its total). A hidden count can take another value if the difference
can flow round a circle of hidden counts, each within what is known of it. Where there is no such circle, the one that
withholds the least is made. Tables that share totals are made one after the other with the totals fixed, so that
the circles of each hold in all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import inf
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referrals.models.limits import STANDARD_LIMIT
from referrals.reports.circulation import Arc, Circulation

# The least count that is shown where no other limit is registered (`reports.limits`), and the least counts behind a
# median and a 90th percentile.
LEAST_SHOWN = STANDARD_LIMIT
LEAST_FOR_MEDIAN = 10
LEAST_FOR_P90 = 20


class Hidden(TextChoices):
    """Why a figure is hidden. What stands in its place is `Figure.in_place`."""

    SMALL = "small", _("Small number")
    WITHHELD = "withheld", _("Withheld")


@dataclass(frozen=True)
class Figure:
    """A number as it may be shown: its value, or why it is hidden.

    Neither a value nor hidden: the figure is not defined, as the median of nobody. `below`: the limit under which a
    small one is.
    """

    value: int | float | None = None
    hidden: Hidden | None = None
    below: int = LEAST_SHOWN

    @property
    def suppressed(self) -> bool:
        """Whether there is a number which may not be shown. Files and the API write null, and this beside it."""
        return self.hidden is not None

    @property
    def is_defined(self) -> bool:
        """Whether there is such a figure, shown or hidden."""
        return self.value is not None or self.suppressed

    @property
    def in_place(self) -> str:
        """What stands where a hidden figure cannot be written: <5 or why; empty where nothing is hidden."""
        if self.hidden is Hidden.SMALL:
            return f"<{self.below}"
        return str(self.hidden.label) if self.hidden else ""

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

    Shown: both bounds are the count. `is_own`: for the unit's own staff, to whom no number is too small. Only
    `figure`, `median` and `p90` leave the reports.
    """

    count: int
    least: int
    most: float
    is_own: bool = False

    @classmethod
    def own(cls, count: int) -> Self:
        """As it is, for those whose own citizens it counts."""
        return cls(count, count, count, is_own=True)

    @classmethod
    def shown(cls, count: int) -> Self:
        """As it is."""
        return cls(count, count, count)

    @classmethod
    def by_size(cls, count: int, least_shown: int = LEAST_SHOWN) -> Self:
        """Shown unless it is 1 or more and below the limit."""
        return cls(count, 1, least_shown - 1) if 0 < count < least_shown else cls.shown(count)

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
        return self.least == 1 < self.most < inf

    @property
    def figure(self) -> Figure:
        """What may be shown."""
        if self.is_small:
            return Figure(hidden=Hidden.SMALL, below=int(self.most) + 1)
        return Figure(hidden=self.hidden) if self.hidden else Figure(self.count)

    def median(self, days: float | None) -> Figure:
        """The median of those counted, if they are shown and at least 10; own staff see every median."""
        return self._statistic(days, LEAST_FOR_MEDIAN)

    def p90(self, days: float | None) -> Figure:
        """The 90th percentile of those counted, if they are shown and at least 20; own staff see every one."""
        return self._statistic(days, LEAST_FOR_P90)

    def _statistic(self, days: float | None, least: int) -> Figure:
        if self.hidden or 0 < self.count < least and not self.is_own:
            return WITHHELD
        return Figure(days)


def share_within(waiting: Figure, over_target: Figure, not_assessed: Figure) -> Figure:
    """The share of those assessed who are not over target, 0 to 1; undefined where nobody is assessed.

    Worked out from what is shown: withheld where one of the three is hidden.
    """
    parts = (waiting, over_target, not_assessed)
    if any(part.suppressed for part in parts):
        return WITHHELD
    known = [part.value for part in parts if part.value is not None]
    if len(known) < len(parts):
        return Figure()
    everybody, over, unknown = known
    assessed = everybody - unknown
    return Figure(round((assessed - over) / assessed, 4)) if assessed else Figure()


def total_of(figures: Iterable[Figure]) -> Figure:
    """The sum of figures that are shown themselves; withheld as soon as one of them is hidden."""
    parts = list(figures)
    if any(part.suppressed for part in parts):
        return WITHHELD
    return Figure(sum(part.value or 0 for part in parts))


def combined(cells: Sequence[Cell]) -> Cell:
    """The sum of cells, shown only where each of them is."""
    if len(cells) == 1:
        return cells[0]
    count = sum(cell.count for cell in cells)
    return Cell.withheld(count) if any(cell.hidden for cell in cells) else Cell.shown(count)


@dataclass(frozen=True)
class Column:
    """One kind of count by row, with its total. A list is a column."""

    cells: tuple[Cell, ...]
    total: Cell


def protect_list(
    counts: Sequence[int], total: Cell | None = None, *, least_shown: int = LEAST_SHOWN
) -> Column:
    """Decide what is shown of counts that add up to a total; a total that is given is decided already."""
    whole = total or Cell.by_size(sum(counts), least_shown)
    if whole.hidden:
        return Column(_withhold(counts), whole)
    cells = [Cell.by_size(number, least_shown) for number in counts]
    parts = [_arc(cell, "parts", "total", may_hide=cell.count >= least_shown) for cell in cells]
    sum_arc = _arc(whole, "total", "parts", may_hide=total is None and whole.count >= least_shown)
    network = Circulation(least_shown, [*parts, sum_arc] if total is None else parts)
    if not all(network.protect(arc) for arc in parts if _is_small(arc)):
        return Column(_withhold(counts), whole)
    return _column(parts, sum_arc)


def protect_table(
    counts: Sequence[Sequence[int]],
    *,
    row_totals: Sequence[Cell],
    total: Cell,
    column_totals: Sequence[Cell] | None = None,
    given: Mapping[int, Column] | None = None,
    inflows: Sequence[int] = (),
    has_rest: bool = False,
    least_shown: int = LEAST_SHOWN,
) -> tuple[Column, ...]:
    """Decide what is shown of counts by row and column, and of the totals of the columns.

    Decided already, and left as they are: the `row_totals` with their `total`, the `column_totals` if they are given,
    and the columns in `given`. `inflows` are the columns that count against the others in their row: a row's total is
    the sum of the others minus these. `has_rest`: nobody is shown the last column.
    """
    known = given or {}
    zeros = _zeros_shown(counts, row_totals) if has_rest else [set() for _number in counts[0]]
    undecided = _undecided(counts, row_totals, total, column_totals, zeros, least_shown)
    columns = [known.get(j, column) for j, column in enumerate(undecided)]
    open_columns = set(range(len(columns))) - set(known)
    table = _Table(columns, open_columns=open_columns, inflows=set(inflows), least_shown=least_shown)
    with_totals = column_totals is None
    if table.protect(with_totals=with_totals) and table.protect_withheld(
        row_totals, total, with_totals=with_totals
    ):
        return table.columns()
    return tuple(
        column if j in known else _withheld_column(column, row_totals, with_total=with_totals)
        for j, column in enumerate(columns)
    )


class _Table:
    """Columns as a circulation: a node for each row and column and one for the totals, an arc for each cell."""

    def __init__(
        self, columns: Sequence[Column], *, open_columns: set[int], inflows: set[int], least_shown: int
    ) -> None:
        self._open, self._inflows, self._least_shown = open_columns, inflows, least_shown
        self._withheld: list[int] = []
        self._cells = [
            [self._arc(cell, f"row {i}", f"column {j}", j) for i, cell in enumerate(column.cells)]
            for j, column in enumerate(columns)
        ]
        self._totals = [
            self._arc(column.total, f"column {j}", "total", j) for j, column in enumerate(columns)
        ]

    def _arc(self, cell: Cell, tail: str, head: str, column: int) -> Arc:
        may_hide = column in self._open and cell.count >= self._least_shown
        return _arc(cell, tail, head, may_hide=may_hide, turn=column in self._inflows)

    def columns(self) -> tuple[Column, ...]:
        """The columns as they are decided by now."""
        return tuple(map(_column, self._cells, self._totals))

    def protect(self, *, with_totals: bool) -> bool:
        """Withhold what small cells need, a whole row where nothing less will do; whether that protects them all.

        The totals take part where they are not decided already.
        """
        network = Circulation(self._least_shown, chain(*self._cells, self._totals if with_totals else ()))
        for j, column in enumerate(self._cells):
            for i, arc in enumerate(column):
                if _is_small(arc) and not network.protect(arc):
                    self._withhold_row(i)
                    if j not in self._open and not network.protect(arc):
                        return False
        return self._protect_withheld_rows(network) and (
            not with_totals or all(network.protect(arc) for arc in self._totals if _is_small(arc))
        )

    def protect_withheld(self, row_totals: Sequence[Cell], total: Cell, *, with_totals: bool) -> bool:
        """Withhold what small counts need that are withheld themselves; whether each could be another number.

        Such are those of a row that was withheld as a whole, and the parts of a hidden total. What is known of the
        totals takes part, but no total that is decided already changes.
        """
        totals = self._totals if with_totals else map(_decided, self._totals)
        whole = _arc(total, "total", "rows", may_hide=False)
        rows = (_arc(cell, "rows", f"row {i}", may_hide=False) for i, cell in enumerate(row_totals))
        network = Circulation(self._least_shown, chain(*self._cells, totals, [whole], rows))
        arcs = chain.from_iterable(self._cells[j] for j in self._open)
        return all(network.could_be_another(arc) for arc in arcs if self._is_small_and_withheld(arc))

    def _is_small_and_withheld(self, arc: Arc) -> bool:
        cell = _cell(arc)
        return cell.hidden is Hidden.WITHHELD and 0 < cell.count < self._least_shown

    def _withhold_row(self, i: int) -> None:
        self._withheld.append(i)
        for j in self._open:
            self._cells[j][i].loosen()

    def _protect_withheld_rows(self, network: Circulation) -> bool:
        """Withhold what the small counts of rows withheld as a whole need; whether each could be any other.

        Without that one could follow from its column.
        """
        arcs = (self._cells[j][i] for i in self._withheld for j in self._open)
        small = filter(self._is_small_and_withheld, arcs)
        return all(network.protect_between(arc, 1, self._least_shown - 1) for arc in small)


def _undecided(
    counts: Sequence[Sequence[int]],
    row_totals: Sequence[Cell],
    total: Cell,
    column_totals: Sequence[Cell] | None,
    zeros: Sequence[set[int]],
    least_shown: int,
) -> list[Column]:
    """The columns before anything is withheld to protect another; what is hidden above is not broken down.

    `zeros` are the rows of each column whose 0 is shown although the row's total is hidden.
    """
    columns = []
    for j, numbers in enumerate(zip(*counts, strict=True)):
        top = column_totals[j] if column_totals else _below(sum(numbers), [total], least_shown)
        cells = [
            _below(number, [top] if i in zeros[j] else [row, top], least_shown)
            for i, (number, row) in enumerate(zip(numbers, row_totals, strict=True))
        ]
        columns.append(Column(tuple(cells), top))
    return columns


def _zeros_shown(counts: Sequence[Sequence[int]], row_totals: Sequence[Cell]) -> list[set[int]]:
    """In each column the rows with a hidden total whose 0 can be shown, when nobody is shown the last column.

    Such a row has at least one in all. So whatever the totals are, those of these rows who are not in the last column
    find a place each in a row of their own, if no column withholds fewer rows than they are.
    """
    hidden = [i for i, total in enumerate(row_totals) if total.hidden]
    *named, _rest = zip(*counts, strict=True)
    people = sum(column[i] for column in named for i in hidden)
    shown = []
    for column in named:
        empty = [i for i in hidden if not column[i]]
        some = len(hidden) - len(empty)
        withheld = max(people, 2) - some if some else 0
        shown.append(set(empty[max(withheld, 0) :]))
    return [*shown, set()]


def _below(number: int, wholes: Sequence[Cell], least_shown: int) -> Cell:
    """A part of wholes that are decided. The parts of a shown 0 are known to be 0."""
    if Cell.shown(0) in wholes:
        return Cell.shown(0)
    return (
        Cell.withheld(number) if any(whole.hidden for whole in wholes) else Cell.by_size(number, least_shown)
    )


def _arc(cell: Cell, tail: str, head: str, *, may_hide: bool, turn: bool = False) -> Arc:
    """A count as an arc, the other way if it counts against the others.

    Only what is not below the limit may be hidden to protect another, so no zero ever is.
    """
    ends = (head, tail) if turn else (tail, head)
    return Arc(*ends, cell.count, cell.least, cell.most, may_hide)


def _decided(arc: Arc) -> Arc:
    return replace(arc, may_hide=False)


def _is_small(arc: Arc) -> bool:
    return _cell(arc).is_small


def _cell(arc: Arc) -> Cell:
    return Cell(arc.count, arc.least, arc.most)


def _column(parts: Iterable[Arc], total: Arc) -> Column:
    return Column(tuple(map(_cell, parts)), _cell(total))


def _withhold(counts: Iterable[int]) -> tuple[Cell, ...]:
    return tuple(map(Cell.withheld, counts))


def _withheld_column(column: Column, row_totals: Sequence[Cell], *, with_total: bool) -> Column:
    cells = [
        Cell.shown(0) if row == Cell.shown(0) else Cell.withheld(cell.count)
        for cell, row in zip(column.cells, row_totals, strict=True)
    ]
    return Column(tuple(cells), Cell.withheld(column.total.count) if with_total else column.total)
