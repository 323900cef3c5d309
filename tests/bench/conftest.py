"""Measurements commit what they write, to a test database of their own."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As pytest-django's, which makes a test database only for tests that name it, but nothing is emptied after."""
    with django_db_blocker.unblock():
        yield
