"""A small demo that the tests of a module share: made once, rolled back when the module is done."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from referrals.demo.seed import Order, seed
from referrals.importers import registers
from referrals.importers.register_files import FOLDER
from tests.unit.demo.digest import digest

UNTIL = date(2026, 3, 1)


@pytest.fixture(scope="module")
def with_registers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real registers, and an open transaction around everything."""
    with django_db_blocker.unblock(), transaction.atomic():
        registers.load(FOLDER)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def order() -> Order:
    """What the shared demo was ordered as."""
    return Order(referrals=2_000, seed=5, until=UNTIL)


@pytest.fixture(scope="module")
def first_digest(with_registers: None, order: Order) -> str:
    """What a first run made, before it was taken back."""
    with transaction.atomic():
        seed(order, lambda done: None)
        found = digest()
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module")
def told(first_digest: str, order: Order) -> list[int]:
    """The demo is in the database; the value is what its progress bar was told."""
    told: list[int] = []
    seed(order, told.append)
    return told
