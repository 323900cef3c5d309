"""Everything that outsiders are told of three month-ends, held against each other as one linear system."""

from collections.abc import Callable, Iterator
from datetime import date
from random import Random

import pytest

from referrals.reports import regions
from referrals.reports.circulation import Circulation
from referrals.reports.periods import Period
from referrals.reports.suppression import LEAST_SHOWN
from tests.unit.reports.linked import Equations
from tests.unit.reports.published import NATION, WAITING, Name, Published
from tests.unit.reports.worlds import random_cases

COUNTIES = {1: [0, 1, 2], 2: [3, 4], 3: [5]}
# The last one's 13 weeks are three whole months.
MONTH_ENDS = [date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 30)]
WORLDS = [160, 400, 900, 1500, 2500, 4000]
FEWEST_ATTACKS = 600


def publish(number: int) -> Published:
    """A world of so many cases; the later municipalities have few of them."""
    return Published(random_cases(Random(number), number, 6, 3), COUNTIES, MONTH_ENDS)


def secrets(published: Published) -> list[Name]:
    """Every hidden count of 1 to 4, whether it is shown as "<5" or withheld."""
    return [name for name, cell in published.cells.items() if cell.hidden and 0 < cell.count < LEAST_SHOWN]


def recovered(published: Published) -> list[Name]:
    """The secrets that follow from everything shown: rows, columns, totals, drill-down and the months before."""
    shown = {name: (cell.count, cell.count) for name, cell in published.cells.items() if not cell.hidden}
    return found(published, published.linked.equations(shown))


def found(published: Published, equations: Equations) -> list[Name]:
    """The secrets that the equations tell, which must be right."""
    told = {name: equations.solve(name) for name in secrets(published)}
    known = {name: value for name, value in told.items() if value is not None}
    assert known == {name: published.truth[name] for name in known}
    return list(known)


@pytest.mark.parametrize("number", WORLDS)
def test_krav_11_nothing_follows_from_the_files_of_three_months(
    number: int, record_property: Callable[[str, object], None]
) -> None:
    """No hidden number below five is a sum or difference of anything told of three months in a row."""
    published = publish(number)
    attacks = len(secrets(published))
    record_property("attacks", attacks)
    assert attacks >= FEWEST_ATTACKS
    assert recovered(published) == []


def forget_decisions() -> None:
    for decided in (regions._decided_list, regions._decided_table):
        decided.cache_clear()


@pytest.fixture
def undecided() -> Iterator[None]:
    """What a process remembers to have decided is of the rule that held then: forgotten before and after."""
    forget_decisions()
    yield
    forget_decisions()


@pytest.mark.usefixtures("undecided")
def test_without_complementary_suppression_the_attacker_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """With "<5" alone, and what is hidden above not broken down: in every world something is worked out."""
    monkeypatch.setattr(Circulation, "_make_room", lambda *_asked: True)
    for number in WORLDS[1:4]:
        assert len(recovered(publish(number))) > 50, number


def test_a_month_follows_from_the_one_before_and_what_came_and_went() -> None:
    """The proof that the months are linked: who knew all of that would know how many wait now."""
    published = publish(160)
    before, now = MONTH_ENDS[-2:]
    month = Period(date(2025, 11, 1), date(2025, 12, 1))
    known = {name: count for name, count in published.truth.items() if name[:2] == (WAITING, before)}
    known |= {name: count for name, count in published.truth.items() if name[1] == month}
    equations = published.linked.equations({name: (count, count) for name, count in known.items()})
    for place in (0, 5, "county 1", NATION):
        assert equations.solve((WAITING, now, place)) == published.truth[WAITING, now, place]
