"""Ten years of the nation: what a dashboard costs as history grows, and what keeping the figures costs.

0.1 and 1 million referrals; with FULL=1 also 5 million.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from ergo import scope
from ergo.database import Purpose
from referrals.actions import rollups
from referrals.choices import Status
from referrals.models import Municipality, Referral
from referrals.reports import flow, waiting_times
from referrals.reports.periods import WEEKS_A_QUARTER, last_weeks
from referrals.reports.scopes import Scope
from referrals.views.clock import now, today
from tests.bench import tables
from tests.bench.growth import Country
from tests.harness.app_role import connected_for

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("transactional_db")]

SIZES = [100_000, 1_000_000, *([5_000_000] if os.environ.get("FULL") else [])]
ROUNDS = 9
DAYS_SHOWN = 63  # today, 13 weeks before, and the month-ends of the trend
DAYS_CHECKED = 5
WRITES_A_MINUTE = 40
"""What the whole country writes in one minute of a working day, in as many municipalities."""
INSERTS = 100
COPY_OF_ONE = """
INSERT INTO referrals_referral (
    municipality_id, number, person_id, category_id, received_on, seniority_on, registered_at, source, channel,
    handling, urgency, reason, what_matters, referrer_name, referrer_phone, external_reference, status, outcome,
    changed_at, version)
SELECT municipality_id, %s, person_id, category_id, received_on, seniority_on, registered_at, source, channel, handling,
    '', '', '', '', '', '', 'received', '', changed_at, 1
FROM referrals_referral WHERE id = %s
"""


@pytest.fixture(autouse=True)
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, committed to and emptied at the end."""
    with django_db_blocker.unblock():
        yield
        tables.start_afresh()


def test_a_national_dashboard_as_history_grows() -> None:
    country, taken = Country(today()), []
    print("\n\nThe dashboard of the nation, database time; what keeping its figures costs")
    print(
        f"{'referrals':>10} {'dashboard':>10} {'refresh':>10} {'today anew':>11} {'differences':>12} {'insert':>9}"
        f" {'unmarked':>9}"
    )
    for size in SIZES:
        country.grow(size)
        rollups.refresh(today=today(), at_most=DAYS_SHOWN)
        country.analyze()
        taken.append(_times(_asked()))
        refresh = median(_refreshes())
        anew = median(_milliseconds(lambda: rollups.roll(today())) for _round in range(ROUNDS))
        wrong = len(rollups.check(at_most=DAYS_CHECKED).differences)
        marked, unmarked = _inserts()
        print(
            f"{size:>10,} {taken[-1]:>7.2f} ms {refresh:>7.1f} ms {anew:>8.1f} ms {wrong:>12} {marked:>6.3f} ms"
            f" {unmarked:>6.3f} ms",
            flush=True,
        )
        assert wrong == 0
    print(f"{'largest ÷ smallest':<28} {taken[-1] / taken[0]:.2f}   target ≤ 1.2, < 20 ms; refresh < 100 ms")


def _asked() -> list[str]:
    """The statements that the national dashboard becomes."""
    with scope.scoped(), transaction.atomic(), CaptureQueriesContext(connection) as asked:
        waiting_times.build(Scope.nation(), today(), data_as_of=now())
        flow.build(Scope.nation(), last_weeks(today(), WEEKS_A_QUARTER), data_as_of=now())
    return [query["sql"] for query in asked.captured_queries]


def _times(statements: list[str]) -> float:
    def ask() -> None:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()

    with scope.scoped(), transaction.atomic(), connection.cursor() as cursor:
        ask()
        return median(_milliseconds(ask) for _round in range(3 * ROUNDS))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _refreshes() -> Iterator[float]:
    """Milliseconds to bring all figures of today up to date after what is written in a minute, time and again."""
    for _round in range(ROUNDS):
        _assess_in_many_places()
        yield _milliseconds(lambda: rollups.refresh(today=today(), at_most=1))


def _assess_in_many_places() -> None:
    """One of those who wait unassessed in each of some municipalities is given a priority today."""
    with scope.scoped(Municipality.objects.values_list("pk", flat=True)), transaction.atomic():
        unassessed = Referral.objects.filter(wait_end=None, priority=None).order_by("municipality_id", "pk")
        chosen = unassessed.distinct("municipality_id").values_list("pk", flat=True)[:WRITES_A_MINUTE]
        changed = Referral.objects.filter(pk__in=list(chosen)).update(
            priority=2, prioritised_on=today(), status=Status.WAITING
        )
    assert changed == WRITES_A_MINUTE


def _inserts() -> tuple[float, float]:
    """Milliseconds for one referral with the triggers that mark, and without; rounds that take turns."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for _round in range(ROUNDS):
        times[True].append(_insert_many())
        with _unmarked():
            times[False].append(_insert_many())
    return median(times[True]), median(times[False])


def _insert_many() -> float:
    """Everything is taken back."""
    with scope.scoped(Municipality.objects.values_list("pk", flat=True)), transaction.atomic():
        pattern = Referral.objects.order_by("-pk").values_list("pk", flat=True)[0]
        with connection.cursor() as cursor:
            took = _milliseconds(
                lambda: [cursor.execute(COPY_OF_ONE, [f"1999-{n:06}", pattern]) for n in range(INSERTS)]
            )
        transaction.set_rollback(True)
    return took / INSERTS


@contextmanager
def _unmarked() -> Iterator[None]:
    _switch_marks("DISABLE")
    try:
        yield
    finally:
        _switch_marks("ENABLE")


def _switch_marks(verb: str) -> None:
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE referrals_referral {verb} TRIGGER mark_added")
