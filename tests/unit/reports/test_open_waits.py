"""What lies open to everybody, read by those who know the true numbers of their own municipality."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.reports import open_waits
from referrals.reports.open_waits import hide_each_other
from referrals.reports.splits import Split
from referrals.reports.suppression import LEAST_SHOWN
from tests.unit.reports.linked import Linked
from tests.unit.reports.published import NATION, REST, WAITING, Name, Published
from tests.unit.reports.test_all_files import MONTH_ENDS, publish

NOT_A_YEAR = "not a year"
# In the second and the third a county has two municipalities with few who wait, and no other has.
WORLDS = [160, 280, 320, 900, 4000]


@pytest.fixture(scope="module", params=WORLDS)
def published(request: pytest.FixtureRequest) -> Published:
    return publish(request.param)


def places(published: Published) -> list[int]:
    return [place for group in published.counties.values() for place in group]


def counted(day: date) -> Iterator[Name]:
    """What a file counts of a day, and the rest of those over target."""
    yield WAITING, day
    yield Split.YEAR, day
    for part in ("over", "not assessed", REST):
        yield Split.TARGET, part, day


def known_to(insider: int, published: Published) -> Linked:
    """Three months' files as equations, beside all that the own municipality counts, and the others as all see them."""
    known = Linked()
    for day in MONTH_ENDS:
        for place in (*places(published), NATION):
            parts = ((Split.TARGET, part, day, place) for part in ("over", "not assessed", REST))
            known.adds_up((WAITING, day, place), parts)
            known.adds_up((WAITING, day, place), iter(((Split.YEAR, day, place), (NOT_A_YEAR, day, place))))
        for name in counted(day):
            known.adds_up((*name, NATION), ((*name, place) for place in places(published)))
            known.told((*name, insider), *[published.truth[*name, insider]] * 2)
            for place in places(published):
                cell = published.cells.get((*name, place))
                if cell and not cell.hidden:
                    known.told((*name, place), cell.count, cell.count)
        for name, figure in published.open_data(day).items():
            if figure.value is not None:
                known.told(name, int(figure.value), figure.value)
    return known


def secrets(insider: int, published: Published) -> list[Name]:
    """The small counts of other municipalities that outsiders are not shown."""
    names = ((*name, place) for day in MONTH_ENDS for name in counted(day) for place in places(published))
    return [
        name
        for name in names
        if name[-1] != insider and 0 < published.truth[name] < LEAST_SHOWN
        if name in published.cells and published.cells[name].hidden
    ]


def found_out(insider: int, published: Published) -> list[Name]:
    """The secrets that follow from the equations, which must be right."""
    known = known_to(insider, published)
    equations = known.equations({name: ends for name, ends in known.known.items() if ends[0] == ends[1]})
    told = {name: equations.solve(name) for name in secrets(insider, published)}
    found = {name: value for name, value in told.items() if value is not None}
    assert found == {name: published.truth[name] for name in found}
    return list(found)


def test_krav_11_own_true_numbers_and_open_data_tell_nothing_of_others(published: Published) -> None:
    """Whoever subtracts own true numbers and all that is shown of others from open data finds no number below five."""
    for insider in places(published):
        assert found_out(insider, published) == [], insider


def test_without_the_rule_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that there is something to find: with the nation as readers are shown it, small numbers follow."""
    monkeypatch.setattr(open_waits, "hide_each_other", lambda *_asked: True)
    worlds = [publish(number) for number in WORLDS[1:3]]
    found = [name for world in worlds for insider in places(world) for name in found_out(insider, world)]
    assert len(found) >= 4


def test_something_is_open_where_enough_wait() -> None:
    """A rule that hides everything would be safe too."""
    world = publish(WORLDS[-1])
    shown = [figure for day in MONTH_ENDS for figure in world.open_data(day).values() if figure.value]
    assert len(shown) >= len(MONTH_ENDS)


@pytest.mark.parametrize(
    ("numbers", "are_safe"),
    [
        ([], True),
        ([0, 5, 40], True),
        ([4], False),
        ([2, 3], False),  # whoever knows one of them
        ([2, 3, 2], False),
        ([2, 3, 3, 2, 9, 0], True),
        ([1] * 20, False),  # their sum tells that each is 1
        ([4] * 20, False),
        ([1, 2, 3, 4] * 5, True),
    ],
)
def test_small_numbers_hide_each_other_or_not(numbers: list[int], are_safe: bool) -> None:
    assert hide_each_other(numbers, LEAST_SHOWN) is are_safe


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(3, 5))
def test_what_is_safe_could_be_anything(numbers: list[int], least: int) -> None:
    """Held against all numbers that there could be."""
    small = [number for number in numbers if 0 < number < least]
    known = [small, *(small[:place] + small[place + 1 :] for place in range(len(small)))]
    assert hide_each_other(numbers, least) is all(could_be_any(others, least) for others in known)


def could_be_any(numbers: Sequence[int], least: int) -> bool:
    """Whether each could be every small number, of all small numbers that have their sum."""
    choices = product(range(1, least), repeat=len(numbers))
    possible = [chosen for chosen in choices if sum(chosen) == sum(numbers)]
    return all(len({chosen[place] for chosen in possible}) == least - 1 for place in range(len(numbers)))
