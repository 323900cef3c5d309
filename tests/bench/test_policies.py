"""What row-level security costs: the same statements on the tables and on twins of them without policies.

The counting functions too, which readers ask instead of the rows.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from ergo import scope
from referrals.demo.seed import seed
from referrals.demo.users import MOSS
from referrals.models import Municipality, Person, Referral
from referrals.permissions import Access, Grant, Role
from referrals.reports import counts, flow, waiting_times
from referrals.reports.periods import WEEKS_A_QUARTER, last_weeks
from referrals.reports.scopes import Scope
from referrals.views.clock import now, today
from tests.bench import tables
from tests.bench.test_bench import DEFAULT_SIZE, order, silent

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("transactional_db")]

ROUNDS, REPEATS = 15, 8


@dataclass(frozen=True)
class Question:
    """Something the product asks of the database, and how much slower than without policies it may be."""

    name: str
    ask: Callable[[Municipality], object]
    target: float


def _list(place: Municipality) -> object:
    rows = Referral.objects.in_municipality(place).open().with_wait(on=today()).with_pause(on=today())
    return list(rows.for_list().order_by_urgency()[:50])


def _look_up(place: Municipality) -> object:
    return list(Referral.objects.in_municipality(place).filter(number=f"{today().year}-000001"))


def _by_identifier(place: Municipality) -> object:
    return list(Person.objects.filter(municipality_id=place.pk, identifier_index=b"\0" * 32))


def _dashboard(place: Municipality) -> object:
    own = Access(grants=(Grant(Role.MANAGER, place.pk),))
    return waiting_times.build(Scope.municipality(place, own), today(), data_as_of=now())


QUESTIONS = (
    Question("list, 50 rows", _list, 1.25),
    Question("look-up by number", _look_up, 1.25),
    Question("look-up by identifier", _by_identifier, 1.25),
    Question("dashboard of a municipality", _dashboard, 1.2),
)


@pytest.fixture(scope="module")
def twins_of_the_demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo at its default size, and the same rows in twin tables."""
    with django_db_blocker.unblock():
        tables.start_afresh()
        seed(order(DEFAULT_SIZE), silent)
        found = tables.dumps()
        with tables.twins():
            tables.copy_into_twins(found)
            tables.analyze_twins()
            yield
        tables.start_afresh()


def test_policies_against_none(twins_of_the_demo: None) -> None:
    """Interleaved rounds; the median of each."""
    place = Municipality.objects.get(code=MOSS)
    print(f"\n\nRow-level security on {DEFAULT_SIZE:,} referrals against twin tables without policies")
    print(f"{'question':<28} {'ms':>8} {'without':>8} {'ratio':>7} {'target':>7}")
    for question in QUESTIONS:
        with scope.scoped([place.pk]), transaction.atomic():
            closed, free = _times(_asked(lambda q=question: q.ask(place)))
        target = f"≤ {question.target}"
        print(f"{question.name:<28} {closed:>8.3f} {free:>8.3f} {closed / free:>7.2f} {target:>7}")


def _asked(ask: Callable[[], object]) -> list[str]:
    """The statements that a question becomes."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    return [query["sql"] for query in asked.captured_queries]


def _times(statements: list[str]) -> tuple[float, float]:
    """Milliseconds with policies and without."""
    forms = [statements, [tables.among_twins(statement) for statement in statements]]
    taken: list[list[float]] = [[], []]
    with connection.cursor() as cursor:
        for _round in range(ROUNDS):
            for times, form in zip(taken, forms, strict=True):
                began = time.perf_counter()
                for statement in form * REPEATS:
                    cursor.execute(statement)
                    cursor.fetchall()
                times.append((time.perf_counter() - began) * 1000 / REPEATS)
    return median(taken[0]), median(taken[1])


# ---------------------------------------------------------------- figures of the nation


def _national_dashboard() -> None:
    waiting_times.build(Scope.nation(), today(), data_as_of=now())
    flow.build(Scope.nation(), last_weeks(today(), WEEKS_A_QUARTER), data_as_of=now())


FIGURES = {
    "dashboard of the nation": _national_dashboard,
    "waits over a year": lambda: counts.over_a_year(today()),
}


def test_counting_functions_against_none(twins_of_the_demo: None) -> None:
    """The same queries where no policy holds: no function need run as somebody else, and all can be planned as one."""
    print(f"\n\nCounting functions on {DEFAULT_SIZE:,} referrals against the same queries without policies")
    print(f"{'figures':<28} {'ms':>8} {'without':>8} {'ratio':>7} {'target':>7}")
    for name, ask in FIGURES.items():
        with scope.scoped(), transaction.atomic():
            counted, free = _times(_asked(ask))
        print(f"{name:<28} {counted:>8.3f} {free:>8.3f} {counted / free:>7.2f} {'≤ 1.2':>7}")
