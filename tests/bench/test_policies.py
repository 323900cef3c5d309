"""What row-level security costs: the same statements on the tables and on twins of them without policies.

And what the counting functions cost that readers ask instead of the rows.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from ergo import scope
from referrals import waiting
from referrals.demo.seed import seed
from referrals.demo.users import MOSS
from referrals.models import Municipality, Person, Referral
from referrals.permissions import Access, Grant, Role
from referrals.reports import counts, flow, waiting_times
from referrals.reports.periods import WEEKS_A_QUARTER, last_weeks
from referrals.reports.scopes import Level, Scope
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
            closed, free = _times(_statements(question, place))
        target = f"≤ {question.target}"
        print(f"{question.name:<28} {closed:>8.3f} {free:>8.3f} {closed / free:>7.2f} {target:>7}")


def _statements(question: Question, place: Municipality) -> list[str]:
    """The statements that the question becomes."""
    return _asked(lambda: question.ask(place))


def _asked(ask: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return [query["sql"] for query in asked.captured_queries]


def _times(statements: list[str]) -> tuple[float, float]:
    """Milliseconds with policies and without."""
    return _interleaved(statements, [tables.among_twins(statement) for statement in statements])


def _interleaved(*forms: list[str]) -> tuple[float, float]:
    """Milliseconds of each of two forms."""
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


# ---------------------------------------------------------------- counting functions


@dataclass(frozen=True)
class Figures:
    """Figures of the whole country: asked of the functions, and of the rows as who may see them all."""

    name: str
    of_functions: Callable[[], object]
    of_rows: Callable[[Scope], object]


def _national_dashboard(scope: Scope) -> None:
    waiting_times.build(scope, today(), data_as_of=now())
    flow.build(scope, last_weeks(today(), WEEKS_A_QUARTER), data_as_of=now())


def _long_waits(_scope: Scope) -> None:
    rows = Referral.objects.waiting(on=today()).with_gross_days(on=today()).order_by()
    over = Count("pk", filter=waiting.over_a_year_q())
    list(rows.values("municipality").annotate(count=Count("pk"), over=over))


FIGURES = (
    Figures("dashboard of the nation", lambda: _national_dashboard(Scope.nation()), _national_dashboard),
    Figures("waits over a year", lambda: counts.over_a_year(today()), _long_waits),
)


def test_counting_functions_against_rows(twins_of_the_demo: None) -> None:
    """The functions count every county as well, which the rows are not asked for."""
    every = tuple(Municipality.objects.values_list("pk", flat=True))
    everywhere = Scope(Level.MUNICIPALITY, ids=every, exact=True)
    print(f"\n\nCounting functions on {DEFAULT_SIZE:,} referrals against rows without policies")
    print(f"{'figures':<28} {'ms':>8} {'of rows':>8} {'ratio':>7} {'target':>7}")
    for figures in FIGURES:
        with scope.scoped(every), transaction.atomic():
            of_rows = [tables.among_twins(sql) for sql in _asked(lambda f=figures: f.of_rows(everywhere))]
        with scope.scoped(), transaction.atomic():
            counted, read = _interleaved(_asked(figures.of_functions), of_rows)
        print(f"{figures.name:<28} {counted:>8.3f} {read:>8.3f} {counted / read:>7.2f} {'≤ 1.2':>7}")
