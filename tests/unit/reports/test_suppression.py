"""Small numbers stay hidden, also from somebody who adds and subtracts everything that is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.reports.suppression import (
    LEAST_SHOWN,
    WITHHELD,
    Cell,
    Column,
    Figure,
    Hidden,
    protect_list,
    protect_table,
    total_of,
)
from tests.unit.reports.attacker import Attacker, Published

HIGHEST = 60  # what the attacker takes for the most that a count can be

# Many small counts, few, and almost only zeros: where hiding is hard in different ways.
COUNTS = st.one_of(st.integers(0, 12), st.sampled_from([0, 0, 0, 1, 2, 4]), st.sampled_from([0, 1, 5, 9, 30]))


@dataclass(frozen=True)
class Told:
    """One cell as published, and the counts it is the sum of."""

    names: frozenset
    cell: Cell

    @property
    def published(self) -> Published:
        return Published(self.names, self.cell.least, int(min(self.cell.most, 10 * HIGHEST)))


def told(column: Column, rows: Sequence[frozenset]) -> list[Told]:
    """A column's cells and its total; each row is the set of counts behind its cell."""
    cells = [Told(names, cell) for names, cell in zip(rows, column.cells, strict=True)]
    return [*cells, Told(frozenset().union(*rows), column.total)]


def names_of(counts: Sequence[Sequence[int]]) -> list[list[frozenset]]:
    """What the counts of a table are called: each by its row and its column."""
    return [[frozenset({(i, j)}) for j in range(len(row))] for i, row in enumerate(counts)]


def all_told(margin: Column, table: Sequence[Column], names: Sequence[Sequence[frozenset]]) -> list[Told]:
    """The totals of a table's rows, and its columns; `names` are the counts behind each cell, row by row."""
    cells = told(margin, [frozenset().union(*row) for row in names])
    for j, column in enumerate(table):
        cells += told(column, [row[j] for row in names])
    return cells


def told_of_table(counts: Sequence[Sequence[int]], least_shown: int = LEAST_SHOWN) -> list[Told]:
    """All that is published of a table whose totals nobody has decided before."""
    margin = protect_list([sum(row) for row in counts], least_shown=least_shown)
    table = protect_table(counts, row_totals=margin.cells, total=margin.total, least_shown=least_shown)
    return all_told(margin, table, names_of(counts))


def attacker_of(everything: Sequence[Told]) -> Attacker:
    """Who knows all that is published."""
    truth = {next(iter(each.names)): each.cell.count for each in everything if len(each.names) == 1}
    return Attacker(truth, [each.published for each in everything], most=HIGHEST)


def assert_hidden_stay_hidden(cells: Iterable[Told], least_shown: int = LEAST_SHOWN) -> None:
    """Each count shown as "<5" can be 1, 2, 3 and 4, by everything that is published."""
    everything = list(cells)
    attacker = attacker_of(everything)
    for each in everything:
        if each.cell.is_small:
            found = [value for value in range(1, least_shown) if attacker.can_be(each.names, value)]
            assert found == list(range(1, least_shown)), each


def assert_withheld_stay_hidden(cells: Iterable[Told]) -> None:
    """Each count of 1 to 4 that is withheld, not shown as "<5", can be another number, by all that is published."""
    everything = list(cells)
    attacker = attacker_of(everything)
    for each in everything:
        count = each.cell.count
        if each.cell.hidden is Hidden.WITHHELD and 0 < count < LEAST_SHOWN:
            others = [count + 1, count - 1, *range(count - 1), *range(count + 2, HIGHEST)]
            assert any(attacker.can_be(each.names, value) for value in others), each


def assert_true_and_small_ones_hidden(cells: Iterable[Told], least_shown: int = LEAST_SHOWN) -> None:
    """What is shown is true, what is known of the rest is true, and no 1 to 4 is shown."""
    for each in cells:
        assert each.cell.least <= each.cell.count <= each.cell.most
        if each.cell.hidden is None:
            assert each.cell.count == 0 or each.cell.count >= least_shown
            assert each.cell.figure == Figure(each.cell.count)


@settings(max_examples=300)
@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_no_hidden_part_of_a_list_can_be_worked_out(counts: list[int]) -> None:
    cells = told(protect_list(counts), [frozenset({place}) for place in range(len(counts))])
    assert_true_and_small_ones_hidden(cells)
    assert_hidden_stay_hidden(cells)


@settings(max_examples=300)
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_krav_11_no_hidden_cell_of_a_table_can_be_worked_out(counts: list[list[int]]) -> None:
    """Rows, columns and totals of a table, added and subtracted in every way, tell no count of 1 to 4."""
    cells = told_of_table(counts)
    assert_true_and_small_ones_hidden(cells)
    assert_hidden_stay_hidden(cells)


@settings(max_examples=150)
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=2, max_size=4))
def test_krav_11_what_is_withheld_of_a_table_cannot_be_worked_out_either(counts: list[list[int]]) -> None:
    """Also of a row that is withheld as a whole, and of the parts of a hidden total."""
    cells = told_of_table(counts)
    assert_withheld_stay_hidden(cells)


def test_krav_11_a_row_that_is_withheld_as_a_whole_does_not_follow_from_the_others() -> None:
    """Beside 6 in all, 5 withheld would be known to be 5, and so both parts are; then 41 less 40 would be the 1."""
    totals = [Cell.shown(100), Cell.shown(6)]
    table = protect_table([[60, 40], [5, 1]], row_totals=totals, total=Cell.shown(106))
    assert [column.total.figure for column in table] == [Figure(65), Figure(41)]
    assert {cell.figure for column in table for cell in column.cells} == {WITHHELD}


def test_krav_11_the_parts_of_a_total_that_is_withheld_without_need_do_not_follow_from_the_others() -> None:
    """The second row's total, 5, is known to all who subtract; its parts of 2 and 3 are hidden all the same."""
    totals = [Cell.shown(95), Cell.withheld(5)]
    table = protect_table([[43, 52], [3, 2]], row_totals=totals, total=Cell.shown(100))
    assert [column.total.figure for column in table] == [Figure(46), Figure(54)]
    assert {cell.figure for column in table for cell in column.cells} == {WITHHELD}


@settings(max_examples=150)
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=1, max_size=3), st.integers(3, 12))
def test_krav_11_under_another_limit_nothing_can_be_worked_out_either(
    counts: list[list[int]], limit: int
) -> None:
    """The same with every limit that may be registered, from 3 on."""
    cells = told_of_table(counts, limit)
    assert_true_and_small_ones_hidden(cells, limit)
    assert_hidden_stay_hidden(cells, limit)


def test_two_limits_for_one_day_would_give_a_count_away() -> None:
    """The reason why a limit begins later than it is registered: each publication tells what the other withholds."""
    low, high = (protect_list([2, 4, 7], least_shown=limit) for limit in (3, 4))
    assert [cell.hidden for cell in low.cells] == [Hidden.SMALL, Hidden.WITHHELD, None]
    assert [cell.hidden for cell in high.cells] == [Hidden.SMALL, None, Hidden.WITHHELD]
    shown = [one.cells[place].figure.value for one, place in ((low, 2), (high, 1))]
    assert low.total.figure.value - sum(shown) == 2


@settings(max_examples=100)
@given(st.lists(st.lists(COUNTS, min_size=2, max_size=2), min_size=4, max_size=4))
def test_krav_11_drilling_down_tells_nothing_more(counts: list[list[int]]) -> None:
    """Nor do tables that share their totals.

    Two places of two parts each, every one of them made up of two smaller places.
    """
    names = names_of(counts)
    upper = [[counts[a][j] + counts[a + 1][j] for j in range(2)] for a in (0, 2)]
    margin = protect_list([sum(row) for row in upper])
    table = protect_table(upper, row_totals=margin.cells, total=margin.total)
    cells = all_told(margin, table, [[names[a][j] | names[a + 1][j] for j in range(2)] for a in (0, 2)])
    for place, first in enumerate((0, 2)):
        lower = counts[first : first + 2]
        below = protect_list([sum(row) for row in lower], total=margin.cells[place])
        tops = [column.cells[place] for column in table]
        split = protect_table(lower, row_totals=below.cells, total=below.total, column_totals=tops)
        assert below.total == margin.cells[place]
        assert [column.total for column in split] == tops
        cells += all_told(below, split, names[first : first + 2])
    assert_true_and_small_ones_hidden(cells)
    assert_hidden_stay_hidden(cells)


@settings(max_examples=150)
@given(st.lists(st.lists(COUNTS, min_size=3, max_size=3), min_size=1, max_size=3))
def test_a_column_that_is_shown_elsewhere_gives_nothing_away(counts: list[list[int]]) -> None:
    """The last column is decided first, against the rest, which nobody is shown; then it is one of three."""
    margin = protect_list([sum(row) for row in counts])
    totals = {"row_totals": margin.cells, "total": margin.total}
    last, _rest = protect_table([[row[2], row[0] + row[1]] for row in counts], **totals, has_rest=True)
    table = protect_table(counts, **totals, given={2: last})
    assert table[2] == last
    cells = all_told(margin, table, names_of(counts))
    assert_true_and_small_ones_hidden(cells)
    assert_hidden_stay_hidden(cells)


def test_without_complementary_suppression_the_attacker_wins() -> None:
    """The proof that the attacker of these tests is able to win."""
    naive = Column(tuple(map(Cell.by_size, (3, 20, 40))), Cell.shown(63))
    with pytest.raises(AssertionError):
        assert_hidden_stay_hidden(told(naive, [frozenset({place}) for place in range(3)]))


def test_a_row_that_is_withheld_does_not_follow_from_its_columns() -> None:
    """The 1 of the last row cannot be protected in its row, and would else be 6 in all less the 5 above it."""
    counts = [[0, 0, 11], [5, 9, 0], [1, 0, 5]]
    margin = protect_list([sum(row) for row in counts])
    first, *_others = protect_table(counts, row_totals=margin.cells, total=margin.total)
    assert first.cells[2].hidden
    assert sum(cell.hidden is not None for cell in (*first.cells, first.total)) > 1


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        pytest.param([0, 12, 30], [0, 12, 30], id="nothing is small"),
        pytest.param(
            [3, 12, 30], [Hidden.SMALL, Hidden.WITHHELD, 30], id="the least other one is withheld too"
        ),
        pytest.param(
            [1, 5, 30], [Hidden.SMALL, 5, Hidden.WITHHELD], id="5 beside 6 in all would give the 1 away"
        ),
        pytest.param([1, 4, 30], [Hidden.SMALL, Hidden.SMALL, 30], id="two small ones hide each other"),
        pytest.param(
            [1, 1, 30], [Hidden.SMALL, Hidden.SMALL, Hidden.WITHHELD], id="two that are 2 together do not"
        ),
        pytest.param(
            [2, 1, 0], [Hidden.WITHHELD] * 3, id="a total under 5 is not broken down, zeros neither"
        ),
    ],
)
def test_what_is_shown_of_a_list(counts: list[int], shown: list[object]) -> None:
    figures = [cell.figure for cell in protect_list(counts).cells]
    assert [figure.hidden or figure.value for figure in figures] == shown


def test_the_total_is_withheld_where_nothing_else_can_protect() -> None:
    column = protect_list([3, 4, 0])
    assert [cell.hidden for cell in column.cells] == [Hidden.SMALL, Hidden.SMALL, None]
    assert column.total.figure == WITHHELD


def test_a_total_that_is_decided_stays_and_the_parts_give_way() -> None:
    column = protect_list([3, 4, 0], total=Cell.shown(7))
    assert column.total == Cell.shown(7)
    assert {cell.figure for cell in column.cells} == {WITHHELD}


def test_a_small_figure_is_written_less_than_five() -> None:
    assert Cell.by_size(4).figure.in_place == "<5"
    assert Cell.by_size(2, 3).figure.in_place == "<3"


def test_a_median_needs_ten_and_a_ninetieth_percentile_twenty() -> None:
    assert Cell.shown(9).median(30.0) == WITHHELD
    assert Cell.shown(10).median(30.0) == Figure(30.0)
    assert Cell.shown(19).p90(80.5) == WITHHELD
    assert Cell.shown(20).p90(80.5) == Figure(80.5)
    assert Cell.withheld(40).median(30.0) == WITHHELD


def test_the_median_of_nobody_is_undefined_and_not_hidden() -> None:
    assert Cell.shown(0).median(None) == Figure()


def test_a_sum_or_difference_with_a_hidden_part_is_withheld() -> None:
    assert total_of([Figure(5), WITHHELD]) == WITHHELD
    assert total_of([Figure(5), Figure(7)]) == Figure(12)
    assert Figure(5).minus(WITHHELD) == WITHHELD
    assert Figure(5).minus(Figure(7)) == Figure(-2)
    assert Figure(5).minus(Figure()) == Figure()
