"""Whatever a test does, nobody's name, number or words may get out: not into a log, an address or an e-mail.

Every person and case that the factories make is a canary; each test ends with a look at what was said meanwhile.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils.module_loading import import_string

_canaries: set[str] = set()
_said: list[str] = []


def watch(*secrets: str) -> None:
    """Listen for these from now on, until the test ends. Short ones would be found everywhere."""
    _canaries.update(secret for secret in secrets if len(secret) >= 8)


class Ear(logging.Handler):
    """Writes down what an installation would log, as it would log it."""

    def emit(self, record: logging.LogRecord) -> None:
        _said.append(self.format(record))


def ear() -> Ear:
    """One handler for all loggers that the settings name."""
    formatter = settings.LOGGING["formatters"]["discreet"]
    listening = Ear(level=logging.INFO)
    listening.setFormatter(import_string(formatter["()"])(formatter["format"], style=formatter["style"]))
    return listening


@contextmanager
def listening() -> Iterator[None]:
    """For the whole session: hang the ear on every logger that does not pass on what it hears."""
    handler = ear()
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in settings.LOGGING["loggers"])]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def telling_request(original: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Client.generic, which also tells where it went and was sent."""

    def generic(client: Client, *args: Any, **kwargs: Any) -> HttpResponse:
        response = original(client, *args, **kwargs)
        _said.append(f"{response.wsgi_request.get_full_path()} {response.headers.get('Location', '')}")
        return response

    return generic


@contextmanager
def nothing_gets_out() -> Iterator[None]:
    """Around one test."""
    _canaries.clear()
    _said.clear()
    yield
    said = [*_said, *(f"{message.subject} {message.body}" for message in getattr(mail, "outbox", []))]
    found = [
        (secret, line)
        for line in said
        for secret in _canaries
        if secret in line or secret in unquote_plus(line)
    ]
    _canaries.clear()
    _said.clear()
    for secret, line in found:
        pytest.fail(f"{secret!r} got out: {line[:500]}")
