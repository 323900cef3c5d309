"""What lies open to everybody, read by those who know the true numbers of their own municipality."""

from collections.abc import Iterator

import pytest

from referrals.reports.open_waits import Without
from referrals.reports.splits import Split
from referrals.reports.suppression import LEAST_SHOWN
from referrals.reports.tallies import Tally
from tests.unit.reports.linked import Linked
from tests.unit.reports.published import NATION, REST, WAITING, Name, Published
from tests.unit.reports.test_all_files import MONTH_ENDS, WORLDS, publish

OTHERS = "others"


@pytest.fixture(scope="module", params=WORLDS)
def published(request: pytest.FixtureRequest) -> Published:
    return publish(request.param)


def insiders(published: Published) -> list[int]:
    return [place for places in published.counties.values() for place in places]


def known_to(insider: int, published: Published) -> Linked:
    """The files of three months as equations, and beside them all that the insider's own municipality counts."""
    known = Linked()
    for day in MONTH_ENDS:
        for place in (insider, OTHERS, NATION):
            over, missing, rest = ((Split.TARGET, part, day, place) for part in ("over", "not assessed", REST))
            known.adds_up((WAITING, day, place), iter((over, missing, rest)))
            known.adds_up((WAITING, day, place), iter(((Split.YEAR, day, place), ("a year", day, place))))
        for name in counted(day, published):
            known.adds_up((*name, NATION), iter(((*name, insider), (*name, OTHERS))))
            known.told((*name, insider), *[published.truth[*name, insider]] * 2)
        for whole, figure in published.open_data(day).items():
            if figure.value is not None:
                known.told(whole, int(figure.value), figure.value)
    return known


def counted(day: object, published: Published) -> Iterator[Name]:
    """What a file counts of a day, with what it leaves to subtract."""
    yield WAITING, day
    yield Split.YEAR, day
    for part in ("over", "not assessed", REST):
        yield Split.TARGET, part, day


def found_out(insider: int, published: Published) -> list[Name]:
    """The small counts of all others together that follow; what follows must be right."""
    known = known_to(insider, published)
    shown = {name: bounds for name, bounds in known.known.items() if bounds[0] == bounds[1]}
    equations = known.equations(shown)
    found = []
    for day in MONTH_ENDS:
        for name in counted(day, published):
            told = equations.solve((*name, OTHERS))
            if told is not None:
                assert told == published.truth[*name, NATION] - published.truth[*name, insider]
                found += [name] if 0 < told < LEAST_SHOWN else []
    return found


def test_krav_11_own_true_numbers_tell_no_small_number_of_all_others(published: Published) -> None:
    """Whoever subtracts the numbers of the own municipality from open data finds no number below five."""
    assert insiders(published)
    for insider in insiders(published):
        assert found_out(insider, published) == [], insider


def test_without_the_rule_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that there is something to find: with what readers are shown, small numbers follow."""
    monkeypatch.setattr(Without, "leaves", lambda *_asked: True)
    found = [
        name
        for world in map(publish, WORLDS[:3])
        for insider in insiders(world)
        for name in found_out(insider, world)
    ]
    assert len(found) > 10


def test_something_is_open(published: Published) -> None:
    """A rule that hides everything would be safe too."""
    shown = [figure for day in MONTH_ENDS for figure in published.open_data(day).values() if figure.value]
    assert len(shown) >= len(MONTH_ENDS)


@pytest.mark.parametrize(
    ("whole", "part", "is_open"),
    [(9, 4, True), (9, 5, False), (8, 8, True), (9, 8, False), (5, 0, True), (4, 0, False)],
)
def test_what_is_left_is_nobody_or_no_small_number(whole: int, part: int, is_open: bool) -> None:
    left = Without(Tally(whole), [Tally(part)])
    assert left.leaves(LEAST_SHOWN, lambda one: one.waiting) is is_open
