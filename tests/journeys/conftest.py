"""The browser: Debian's Chromium against pytest-django's live server, and what no page may do in it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from referrals.models import User
from tests.browser import CHROMIUM, CHROMIUM_FLAGS

# Playwright keeps an event loop in this thread, and Django then refuses its ORM; nothing here runs at the same time.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# A machine that is busy with something else is no fault of the page.
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey, and is left out where there is no Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=f"there is no {CHROMIUM}: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium of the system, as root, without talking to anybody."""
    return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": list(CHROMIUM_FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An English browser, as on many desks: the pages are Norwegian all the same."""
    return {**browser_context_args, "locale": "en-US", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """So that journeys go to paths: page.goto("/inn/")."""
    return live_server.url


@pytest.fixture(autouse=True)
def nothing_is_blocked_or_breaks(context: BrowserContext) -> Iterator[None]:
    """No script, style or picture against the content security policy, and no error in a script, on any page."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    context.on("console", listen)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> Callable[[User], None]:
    """Gives the browser a session of the user, without going through the sign-in page."""

    def with_session(user: User) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return with_session


@pytest.fixture
def page_without_scripts(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a browser with JavaScript switched off."""
    return new_context(java_script_enabled=False).new_page()
