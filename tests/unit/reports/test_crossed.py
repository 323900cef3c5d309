"""Category and priority together: whatever else each "<5" could be, the table would be the same."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from referrals.reports.crossed import Counts as CountsOf
from referrals.reports.crossed import Crossed, Part, exchanges_needed, parts_of
from referrals.reports.crossed import cross as cross_by
from referrals.reports.suppression import LEAST_SHOWN, Cell

CATEGORIES, LEVELS = (1, 2, 3, 4), (1, 2, None)
PARTS = max(len(CATEGORIES), len(LEVELS))
MOST_OFF = LEAST_SHOWN - 2  # a "<5" that is 1 can be 4, and the other way
Counts = Counter[tuple[int, int | None]]


def towns(rng: Random, number: int) -> list[Counts]:
    """Municipalities large and small; the last category and the first priority are rare."""
    found = []
    for _town in range(number):
        size = rng.choice([3, 12, 60, 200])
        cells = rng.choices(
            list(product(CATEGORIES, LEVELS)), [2, 9, 2, 3, 9, 4, 2, 6, 2, 0.1, 1, 0.3], k=size
        )
        found.append(Counter(cells))
    return found


def cross(
    places: Sequence[CountsOf], rows: Sequence[Part], columns: Sequence[Part], least_shown: int = LEAST_SHOWN
) -> Crossed | None:
    """By the limit that is in force where nobody set another."""
    return cross_by(places, rows, columns, least_shown=least_shown)


def single(values: Sequence[int | None]) -> list[tuple[int | None, ...]]:
    return [(value,) for value in values]


def counted(places: Sequence[Counts], table: Crossed) -> list[list[int]]:
    """The places added up as the table divides them."""
    return [
        [sum(place[i, j] for place in places for i in row for j in column) for column in table.columns]
        for row in table.rows
    ]


def tables(number: int) -> list[tuple[list[Counts], Crossed]]:
    found = []
    for seed in range(number):
        places = towns(Random(seed), 40)
        table = cross(places, single(CATEGORIES), single(LEVELS))
        assert table
        found.append((places, table))
    return found


def test_a_table_adds_up_to_everybody_and_has_nothing_small() -> None:
    for places, table in tables(20):
        assert [list(row) for row in table.counts] == counted(places, table)
        assert sum(map(sum, table.counts)) == sum(place.total() for place in places)
        needed = exchanges_needed(single(CATEGORIES), single(LEVELS), LEAST_SHOWN)
        assert min(map(min, table.counts)) >= needed == 2 * MOST_OFF * PARTS


def test_each_category_and_priority_is_in_one_part() -> None:
    for _places, table in tables(20):
        assert sorted(value for part in table.rows for value in part) == sorted(CATEGORIES)
        assert [value for part in table.columns for value in part] == list(LEVELS), "in their order"


def test_krav_11_any_other_numbers_of_categories_leave_the_table_as_it_is() -> None:
    """The worst that another "<5" can ask for: 3 more or fewer of a category in as many places as there are parts."""
    for seed, (places, table) in enumerate(tables(20)):
        changed = _changed(Random(seed), places, table)
        assert _categories(changed) != _categories(places)
        _put_right(changed, table)
        assert counted(changed, table) == [list(row) for row in table.counts]
        assert min(min(place.values(), default=0) for place in changed) >= 0


def _categories(places: Sequence[Counts]) -> list[list[int]]:
    return [[sum(place[i, j] for j in LEVELS) for i in CATEGORIES] for place in places]


def _changed(rng: Random, places: Sequence[Counts], table: Crossed) -> list[Counts]:
    """Round a circle of places, some of one category become of the next; together as many of each part as before."""
    changed = [place.copy() for place in places]
    parts = [rng.choice(row) for row in table.rows]
    for n, part in enumerate(parts):
        other = parts[(n + 1) % len(parts)]
        place = next(
            each
            for each in rng.sample(changed, len(changed))
            if sum(each[part, level] for level in LEVELS) > 2 * MOST_OFF
        )
        for _person in range(MOST_OFF):
            level = next(level for level in rng.sample(LEVELS, len(LEVELS)) if place[part, level])
            place[part, level] -= 1
            place[other, level] += 1
    return changed


def _put_right(places: Sequence[Counts], table: Crossed) -> None:
    """Two in a place change their priorities, again and again, until the table is what it was."""
    for _exchange in range(10_000):
        off = [
            [now - was for now, was in zip(*both, strict=True)]
            for both in zip(counted(places, table), table.counts, strict=True)
        ]
        too_many = [(r, c) for r, row in enumerate(off) for c, number in enumerate(row) if number > 0]
        if not too_many:
            return
        r, c = too_many[0]
        to = next(n for n, number in enumerate(off[r]) if number < 0)
        other = next(n for n, row in enumerate(off) if row[to] > 0)
        _exchange_one(places, table, (r, c), (other, to))
    raise AssertionError("the table cannot be put right")


def _exchange_one(
    places: Sequence[Counts], table: Crossed, one: tuple[int, int], other: tuple[int, int]
) -> None:
    """Somebody of each of the two cells, in one place."""
    first, second = (list(product(table.rows[r], table.columns[c])) for r, c in (one, other))
    for place in places:
        found = [next((cell for cell in cells if place[cell] > 0), None) for cells in (first, second)]
        if found[0] and found[1]:
            (i, j), (i2, j2) = found
            for cell, step in (((i, j), -1), ((i2, j2), -1), ((i, j2), 1), ((i2, j), 1)):
                place[cell] += step
            return
    raise AssertionError("nobody is left who could have changed places")


def test_krav_11_no_cell_of_a_place_follows_from_the_table_and_all_that_is_known_of_places() -> None:
    """The rank of all equations: who knew every place's categories and priorities would still not know a cell."""
    for seed in range(3):
        places = towns(Random(seed), 12)
        table = cross(places, single(CATEGORIES), single(LEVELS))
        assert table
        names = [(n, i, j) for n in range(len(places)) for i in CATEGORIES for j in LEVELS]
        known = [{(n, i, j) for j in LEVELS} for n in range(len(places)) for i in CATEGORIES]
        known += [{(n, i, j) for i in CATEGORIES} for n in range(len(places)) for j in LEVELS]
        known += [
            {name for name in names if name[1] in row and name[2] in column}
            for row in table.rows
            for column in table.columns
        ]
        basis = _reduced([[Fraction(name in equation) for name in names] for equation in known])
        for name in names:
            assert _rest([Fraction(name == each) for each in names], basis), name


Vector = list[Fraction]


def _reduced(equations: Sequence[Vector]) -> dict[int, Vector]:
    """The equations in steps, by the place of their first number."""
    basis: dict[int, Vector] = {}
    for equation in equations:
        rest = _rest(equation, basis)
        if rest:
            first = next(n for n, number in enumerate(rest) if number)
            basis[first] = [number / rest[first] for number in rest]
    return basis


def _rest(vector: Vector, basis: dict[int, Vector]) -> Vector | None:
    """What no sum of the equations gives; None where one gives all of it."""
    for first in sorted(basis):
        if factor := vector[first]:
            vector = [number - factor * other for number, other in zip(vector, basis[first], strict=True)]
    return vector if any(vector) else None


def test_too_few_are_not_crossed() -> None:
    assert cross([Counter({(1, 1): 30, (1, 2): 30, (2, 1): 30})], single((1, 2)), single((1, 2))) is None
    assert cross([], [], []) is None


def test_two_who_wait_in_different_places_cannot_have_changed_places() -> None:
    """As many in each cell, but nowhere in two cells at once: the categories of the places tell all."""
    places = [Counter({cell: 500}) for cell in product((1, 2), (1, 2))]
    assert cross(places, single((1, 2)), single((1, 2))) is None
    together = [Counter(dict.fromkeys(product((1, 2), (1, 2)), 500))]
    assert cross(together, single((1, 2)), single((1, 2))) == Crossed(
        ((1,), (2,)), ((1,), (2,)), ((500, 500), (500, 500))
    )


@pytest.mark.parametrize("least_shown", [3, LEAST_SHOWN, 20])
@pytest.mark.parametrize("short", [0, 1])
def test_as_many_exchanges_as_are_needed_are_enough(short: int, least_shown: int) -> None:
    """Each limit hides numbers that can be two less than it off: from one to one below the limit."""
    needed = 2 * (least_shown - 2) * 2
    counts = dict.fromkeys(product((1, 2), (1, 2)), needed) | {(1, 1): needed - short}
    assert (cross([Counter(counts)], single((1, 2)), single((1, 2)), least_shown) is None) == bool(short)


def test_hidden_parts_stand_together_and_empty_ones_not_at_all() -> None:
    cells = [Cell.shown(40), Cell.by_size(3), Cell.shown(0), Cell.withheld(9), Cell.shown(12)]
    assert parts_of([1, 2, 3, 4, None], cells) == [(1,), (None,), (2, 4)]
