"""What the change log costs: the same writes with its triggers and without, in rounds that take turns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from ergo import scope
from ergo.database import Purpose
from referrals.choices import Channel, Handling, Source
from referrals.demo.seed import seed
from referrals.demo.users import MOSS
from referrals.models import Category, Municipality, Person, Referral
from referrals.views.clock import now, today
from tests.bench import tables
from tests.bench.test_bench import DEFAULT_SIZE, SMALL_SIZE, order, silent, timed
from tests.harness.app_role import connected_for

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("transactional_db")]

ROUNDS, ROWS = 9, 200
TARGET = 1.8


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo at its default size, so that indexes are as deep as they are at work."""
    with django_db_blocker.unblock():
        tables.start_afresh()
        seed(order(DEFAULT_SIZE), silent)
        yield
        tables.start_afresh()


@contextmanager
def without_change_log() -> Iterator[None]:
    """The triggers rest meanwhile, which only the owner of the tables can tell them."""
    switch_triggers("DISABLE")
    try:
        yield
    finally:
        switch_triggers("ENABLE")


def switch_triggers(verb: str) -> None:
    with connected_for(Purpose.OWN), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT format('ALTER TABLE %s {verb} TRIGGER %I', tgrelid::regclass, tgname)"
            " FROM pg_trigger WHERE tgname LIKE 'log\\_%'"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


class Desk:
    """Writes referrals as the actions do: row by row, by the ORM."""

    def __init__(self) -> None:
        self.place = Municipality.objects.get(code=MOSS)
        self.category = Category.objects.first()
        with self.work():
            self.person = Person.objects.filter(municipality=self.place).first()
            self.known = list(Referral.objects.filter(municipality=self.place).order_by("pk")[:ROWS])
        self.count = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        with scope.scoped([self.place.pk], user_id=1, request_id="bench"), transaction.atomic():
            yield

    def insert(self) -> None:
        with self.work():
            for _nth in range(ROWS):
                self.count += 1
                self.referral().save()

    def update(self) -> None:
        with self.work():
            for referral in self.known:
                referral.version += 1
                referral.changed_at += timedelta(seconds=1)
                referral.referrer_name = f"Lege {referral.version}"
                referral.save()

    def referral(self) -> Referral:
        return Referral(
            municipality=self.place,
            person=self.person,
            category=self.category,
            number=f"1999-{self.count:06}",
            received_on=today(),
            seniority_on=today(),
            registered_at=now(),
            changed_at=now(),
            source=Source.GP,
            channel=Channel.LETTER,
            handling=Handling.REFERRAL,
            reason="Trenger hjelp til å komme seg ut av badekaret. " * 5,
        )


def test_inserts_and_updates_against_none(demo: None) -> None:
    """Microseconds a row by the ORM, within one transaction; medians of interleaved rounds."""
    desk = Desk()
    print(f"\n\nChange log against none, on {DEFAULT_SIZE:,} referrals: {ROUNDS} rounds of {ROWS} rows")
    print(f"{'write':<10} {'µs a row':>9} {'without':>9} {'ratio':>7} {'target':>7}")
    for name, write in {"insert": desk.insert, "update": desk.update}.items():
        logged, free = interleaved(write)
        print(f"{name:<10} {logged:>9.0f} {free:>9.0f} {logged / free:>7.2f} {f'≤ {TARGET}':>7}")


def interleaved(write: Callable[[], None]) -> tuple[float, float]:
    """Microseconds a row with the change log and without."""
    write()
    logged, free = [], []
    for _round in range(ROUNDS):
        logged.append(timed(write) * 1e6 / ROWS)
        with without_change_log():
            connection.ensure_connection()
            free.append(timed(write) * 1e6 / ROWS)
    return median(logged), median(free)


def test_seeding_against_none() -> None:
    """Seconds to seed a small demo with the change log and without."""
    print(f"\n\nSeeding {SMALL_SIZE:,} referrals with the change log against without")
    for _round in range(3):
        taken = []
        for log in (True, False):
            tables.start_afresh()
            if log:
                taken.append(timed(lambda: seed(order(SMALL_SIZE), silent)))
            else:
                with without_change_log():
                    taken.append(timed(lambda: seed(order(SMALL_SIZE), silent)))
        print(f"{taken[0]:>7.1f} s {taken[1]:>7.1f} s {taken[0] / taken[1]:>7.2f}")
