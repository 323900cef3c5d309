"""A small demo that the tests of a module share: made once, rolled back when the module is done.

A pytest plugin. Tests that write mark themselves with `django_db`, so that each is rolled back by itself.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from referrals.demo.seed import Order, seed
from referrals.importers import registers
from referrals.importers.register_files import FOLDER
from referrals.models import Municipality
from tests.harness import ambient


@pytest.fixture(scope="module")
def with_registers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real registers, and an open transaction around everything."""
    with django_db_blocker.unblock(), transaction.atomic(), ambient.of_one_test():
        registers.load(FOLDER)
        ambient.reach(Municipality.objects.values_list("pk", flat=True))
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def order() -> Order:
    """What the demo is ordered as; a module may order something else."""
    return Order(referrals=500, seed=5, until=date(2026, 3, 1))


@pytest.fixture(scope="module")
def seeded(with_registers: None, order: Order) -> list[int]:
    """The demo is in the database; the value is what its progress bar was told."""
    told: list[int] = []
    seed(order, told.append)
    return told
