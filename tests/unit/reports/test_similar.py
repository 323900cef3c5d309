"""The nearest municipalities by population and centrality."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from referrals.reports.similar import SIMILAR, similar


def row(pk: int, population: int | None) -> Any:
    return SimpleNamespace(pk=pk, population=population, sort_key=f"{pk:03}", code=f"{pk:04}")


def found(about: Any, others: list[Any], classes: dict[int, int]) -> list[int]:
    return [one.row.pk for one in similar(about, [about, *others], classes)]


def test_a_class_is_as_far_as_a_doubling_and_half_is_as_far_as_twice() -> None:
    about = row(0, 1000)
    others = [row(1, 2000), row(2, 500), row(3, 1000), row(4, 4000), row(5, 1000)]
    classes = {0: 3, 1: 3, 2: 3, 3: 4, 4: 3, 5: 3}
    near = similar(about, others, classes)
    assert [one.row.pk for one in near] == [5, 1, 2, 3, 4]
    assert [one.distance for one in near] == [0, 1, 1, 1, 2]


def test_without_population_nothing_is_like_it_and_it_is_like_nothing() -> None:
    classes = dict.fromkeys(range(3), 1)
    assert found(row(0, None), [row(1, 10)], classes) == []
    assert found(row(0, 10), [row(1, None), row(2, 10)], classes) == [2]


@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.integers(1, 6)), min_size=1, max_size=30),
)
def test_nobody_left_out_is_nearer(places: list[tuple[int, int]]) -> None:
    rows = [row(pk, persons) for pk, (persons, _class) in enumerate(places)]
    classes = {pk: centrality for pk, (_persons, centrality) in enumerate(places)}
    chosen = similar(rows[0], rows, classes)
    assert len(chosen) == min(SIMILAR, len(rows) - 1)
    everybody = {one.row.pk: one.distance for one in similar_all(rows, classes)}
    assert all(everybody[one.row.pk] == one.distance for one in chosen)
    left = set(everybody) - {one.row.pk for one in chosen}
    assert all(everybody[pk] >= one.distance for pk in left for one in chosen)


def similar_all(rows: list[Any], classes: dict[int, int]) -> list[Any]:
    """Each of the others by itself."""
    return [one for other in rows[1:] for one in similar(rows[0], [other], classes)]
