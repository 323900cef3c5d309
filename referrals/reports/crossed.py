"""Category and priority together, as outsiders may see them: parts are put together until nothing small can be told.

Hiding single cells would not do. Who waits by category and who waits by priority is shown of each county and of each
municipality; held against those, a cell that is shown could narrow down a "<5" of a municipality. So no cell is hidden
here: categories and priorities are put together until the table as a whole tells nothing about a few.

Why it does not: two who wait in the same municipality, one in each of two cells that share neither row nor column,
could have had each other's priority. Nothing else that is shown would differ. How many could have changed places so,
added up over all municipalities, is how many `exchanges` the two cells have. Each "<5" elsewhere can be another number
if some change from one category, or one priority, to another: at most 3 in each of as many places as there are parts
(`suppression`), or with another limit than 5 at most two less than it. As many exchanges put the table right again, and
each change, and each exchange, takes at most one of them away. With twice as many for each part, between any two cells,
the table is therefore the same whichever of its numbers each "<5" is, and every cell counts at least as many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from referrals.reports.suppression import Cell

FEWEST_PARTS = 2

Value = int | None
Part = tuple[Value, ...]
# Of one municipality: how many wait by category and priority.
Counts = Mapping[tuple[int, Value], int]
Place = tuple[int, int]


@dataclass(frozen=True)
class Crossed:
    """How many wait in each part of the categories (`rows`) and of the priorities (`columns`); all of it is shown."""

    rows: tuple[Part, ...]
    columns: tuple[Part, ...]
    counts: tuple[tuple[int, ...], ...]


def parts_of(values: Sequence[Value], cells: Sequence[Cell]) -> list[Part]:
    """Each value by itself, but those whose number is hidden together; without those that are shown to be nobody's.

    A hidden number can be another only as far as a second hidden one is, and so the sum of them all stays.
    """
    hidden = tuple(value for value, cell in zip(values, cells, strict=True) if cell.hidden)
    shown: list[Part] = [
        (value,) for value, cell in zip(values, cells, strict=True) if not cell.hidden and cell.count
    ]
    return [*shown, hidden] if hidden else shown


def exchanges_needed(rows: Sequence[Part], columns: Sequence[Part], least_shown: int) -> int:
    """What a hidden number can be off by in each part, once for the changes and once for what puts them right."""
    return 2 * (least_shown - 2) * max(sum(map(len, rows)), sum(map(len, columns)))


def cross(
    places: Sequence[Counts], rows: Sequence[Part], columns: Sequence[Part], *, least_shown: int
) -> Crossed | None:
    """The table with as many parts as may be told apart; None where fewer than two by two may. `places`: everybody."""
    exchanges = exchanges_needed(rows, columns, least_shown)
    while min(len(rows), len(columns)) >= FEWEST_PARTS:
        table = _Table(places, rows, columns)
        thin = table.thin_cell(exchanges)
        if thin is None:
            return Crossed(tuple(rows), tuple(columns), table.counts())
        rows, columns = table.coarser(thin)
    return None


class _Table:
    """Those who wait by part, each cell with how many of each municipality."""

    def __init__(self, places: Sequence[Counts], rows: Sequence[Part], columns: Sequence[Part]) -> None:
        self._rows, self._columns = list(rows), list(columns)
        row_of = {value: n for n, part in enumerate(rows) for value in part}
        column_of = {value: n for n, part in enumerate(columns) for value in part}
        self._cells: dict[Place, list[int]] = {
            (r, c): [0] * len(places) for r in range(len(rows)) for c in range(len(columns))
        }
        for n, counts in enumerate(places):
            for (row, column), number in counts.items():
                self._cells[row_of[row], column_of[column]][n] += number
        self._sums = {cell: sum(numbers) for cell, numbers in self._cells.items()}

    def counts(self) -> tuple[tuple[int, ...], ...]:
        """How many wait in each cell."""
        columns = range(len(self._columns))
        return tuple(tuple(self._sums[r, c] for c in columns) for r in range(len(self._rows)))

    def thin_cell(self, exchanges: int) -> Place | None:
        """The smallest cell that has fewer exchanges with another than are needed; None where there is no such."""
        small = [cell for cell, number in self._sums.items() if number < exchanges]
        thin = small or list(self._with_few_exchanges(exchanges))
        return min(thin, key=lambda cell: (self._sums[cell], cell), default=None)

    def _with_few_exchanges(self, exchanges: int) -> Iterator[Place]:
        for one, other in combinations(self._cells, 2):
            if one[0] != other[0] and one[1] != other[1]:
                if sum(map(min, self._cells[one], self._cells[other])) < exchanges:
                    yield min(one, other, key=lambda cell: self._sums[cell])

    def coarser(self, thin: Place) -> tuple[list[Part], list[Part]]:
        """The parts with those of the thin cell's row put together, or those of its column, whichever counts fewer."""
        row, column = thin
        in_row = sum(self._sums[row, c] for c in range(len(self._columns)))
        in_column = sum(self._sums[r, column] for r in range(len(self._rows)))
        if len(self._columns) == FEWEST_PARTS or (in_row <= in_column and len(self._rows) > FEWEST_PARTS):
            return self._smallest_rows_together(), self._columns
        return self._rows, _with_neighbour(self._columns, column)

    def _smallest_rows_together(self) -> list[Part]:
        """Categories have no order: the smallest joins those that are together, or the next; they stand last."""
        sums = [sum(row) for row in self.counts()]
        by_size = sorted(range(len(sums)), key=lambda r: (len(self._rows[r]) > 1, sums[r]))
        others = [r for r in by_size if len(self._rows[r]) > 1] or by_size[1:2]
        together = [by_size[0], *others]
        kept = [part for n, part in enumerate(self._rows) if n not in together]
        return [*kept, tuple(value for n in reversed(together) for value in self._rows[n])]


def _with_neighbour(parts: Sequence[Part], place: int) -> list[Part]:
    """Priorities have an order: a part becomes one with the more urgent beside it, the first with the less urgent."""
    first = max(place - 1, 0)
    return [*parts[:first], parts[first] + parts[first + 1], *parts[first + 2 :]]
