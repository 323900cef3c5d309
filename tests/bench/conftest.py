"""Measurements commit what they write, to a test database of their own. At the end all bars are printed together."""

import gc
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings
from django.test.utils import setup_test_environment, teardown_test_environment
from pytest_django import DjangoDbBlocker

from referrals.views.clock import today
from tests.bench.report import PAGE, REPORT


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As pytest-django's, which makes a test database only for tests that name it, but nothing is emptied after."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def as_served() -> Iterator[None]:
    """Templates are rendered as they are served, without the copies that tests look into, and no query is kept.

    And the collector of garbage leaves alone what a worker does not have: thousands of tests that were collected.
    """
    for cache in caches.all():
        cache.clear()
    teardown_test_environment()
    gc.collect()
    gc.freeze()
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["testserver"], ROOT_URLCONF="tests.bench.pages"):
        yield
    gc.unfreeze()
    setup_test_environment(debug=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    """The bars, and where they are kept."""
    if REPORT.is_empty:
        return
    terminalreporter.write_line(REPORT.bars().as_text())
    is_sound = REPORT.is_whole and exitstatus == pytest.ExitCode.OK
    if is_sound and REPORT.keep(PAGE, today()):
        terminalreporter.write_line(f"\nKept in {PAGE.relative_to(settings.BASE_DIR)}.")
    else:
        terminalreporter.write_line("\nNot kept: the run is not whole, or the page tells of more referrals.")
