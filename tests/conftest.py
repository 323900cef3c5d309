"""The harness every test runs in; pyproject.toml adds: warnings are errors, and no network but this machine."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.core.cache import caches
from django.db import connection
from django.template import engines
from django.test import Client
from pytest_django import DjangoDbBlocker

from ergo.database import Purpose
from tests.harness import ambient, canary
from tests.harness.app_role import connected_for, owner_empties_tables
from tests.harness.full_sessions import with_second_factor
from tests.harness.reading import reading_get
from tests.harness.template_variables import Undefined

pytest_plugins = ["tests.world", "tests.seeded"]

# No deadline: a machine that is busy with something else is no fault of the code.
hypothesis.settings.register_profile("ergo", deadline=None)
hypothesis.settings.load_profile("ergo")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The owner has made the test database; from here on the app's own role is connected."""
    name = connection.settings_dict["NAME"]
    assert name.startswith("test_"), (
        f"no test named the database, so none was made, and {name} is not ours to empty"
    )
    with django_db_blocker.unblock(), connected_for(Purpose.WORK), owner_empties_tables():
        with django_db_blocker.block():
            yield


@pytest.fixture(autouse=True, scope="session")
def tests_have_a_scope() -> Iterator[None]:
    """See tests/harness/ambient.py."""
    with ambient.of_all_tests():
        yield


@pytest.fixture(autouse=True)
def a_test_reaches_what_it_makes() -> Iterator[None]:
    """See tests/harness/ambient.py."""
    with ambient.of_one_test():
        yield


@pytest.fixture(autouse=True, scope="session")
def somebody_listens() -> Iterator[None]:
    """See tests/harness/canary.py."""
    with canary.listening():
        yield


@pytest.fixture(autouse=True)
def nothing_gets_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See tests/harness/canary.py."""
    monkeypatch.setattr(Client, "generic", canary.telling_request(Client.generic))
    with canary.nothing_gets_out():
        yield


@pytest.fixture(autouse=True, scope="session")
def undefined_template_variables_fail() -> None:
    """In our own templates; see tests/harness/template_variables.py."""
    engines["django"].engine.string_if_invalid = Undefined()


@pytest.fixture(autouse=True)
def a_get_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """See tests/harness/reading.py."""
    monkeypatch.setattr(Client, "get", reading_get(Client.get))


@pytest.fixture(autouse=True)
def whoever_is_signed_in_has_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """See tests/harness/full_sessions.py."""
    monkeypatch.setattr(Client, "force_login", with_second_factor(Client.force_login))


@pytest.fixture(autouse=True)
def nothing_is_cached() -> None:
    """What one test let the server remember for a minute is no answer for the next."""
    for cache in caches.all():
        cache.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How often the tests of small numbers tried to work out a hidden one, in all processes."""
    passed = terminalreporter.getreports("passed")
    attacks = sum(number for one in passed for name, number in one.user_properties if name == "attacks")
    if attacks:
        terminalreporter.write_line(f"{attacks} hidden numbers attacked, none worked out")
