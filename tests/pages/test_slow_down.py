"""Guessing is slowed down, in all processes together, and whatever becomes of the request."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from referrals.models import User
from tests.factories import PASSWORD
from tests.harness.factors import code, give_app

TOO_MANY = "for mange feil forsøk"
WRONG = "Feil brukernavn eller passord"


@pytest.fixture
def shared_cache() -> Iterator[None]:
    """The cache of a real installation, in the database."""
    with override_settings(CACHES=settings.CACHES | {"default": settings.SHARED_CACHE}):
        cache.clear()
        yield
        cache.clear()


def attempt(username: str, password: str = "feil", client: Client | None = None) -> str:
    response = (client or Client()).post("/inn/", {"login": username, "password": password})
    return response.content.decode() if response.status_code == 200 else response.url


def test_krav_26_five_wrong_attempts_slow_the_next(coordinator: User, shared_cache: None) -> None:
    """After five wrong passwords the sixth attempt is turned away, also with the right one."""
    for _attempt in range(5):
        assert WRONG in attempt("koordinator")
    assert TOO_MANY in attempt("koordinator", PASSWORD)


def test_krav_26_a_name_that_does_not_exist_is_slowed_down_alike(coordinator: User) -> None:
    """Otherwise the slow-down would tell which names exist."""
    for _attempt in range(5):
        assert WRONG in attempt("finnes-ikke")
    assert TOO_MANY in attempt("finnes-ikke")


def test_krav_26_another_name_is_not_slowed_down(coordinator: User) -> None:
    """One person's mistakes keep nobody else out, though they share an address."""
    for _attempt in range(6):
        attempt("en-annen")
    assert attempt("koordinator", PASSWORD) == "/"


def test_krav_26_nobody_keeps_a_colleague_out_from_elsewhere(coordinator: User) -> None:
    """Wrong passwords at somebody's name slow down the address that they come from, and no other."""
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    for _attempt in range(60):
        attempt("koordinator", client=elsewhere)
    assert TOO_MANY in attempt("koordinator", PASSWORD, elsewhere)
    assert attempt("koordinator", PASSWORD) == "/"


def test_krav_26_one_machine_keeps_nobody_else_out_of_a_shared_address(coordinator: User) -> None:
    """A municipality's staff share one outward address: one who tries on and on slows down that one name."""
    for _attempt in range(70):
        attempt("en-annen")
    assert attempt("koordinator", PASSWORD) == "/"


def test_krav_26_a_name_that_is_tried_from_many_addresses_is_slowed_down(coordinator: User) -> None:
    """Whoever has a hundred addresses still has no more than a hundred attempts an hour at a name."""
    for number in range(100):
        assert WRONG in attempt("koordinator", client=Client(REMOTE_ADDR=f"192.0.2.{number}"))
    assert TOO_MANY in attempt("koordinator", PASSWORD)


def test_krav_26_codes_are_counted_too(coordinator: User, shared_cache: None) -> None:
    """Whoever has the password cannot try all codes."""
    secret = give_app(coordinator)
    client = Client()
    attempt("koordinator", PASSWORD, client)
    for _attempt in range(5):
        client.post("/inn/kode/", {"code": "000000"})
    page = client.post("/inn/kode/", {"code": code(secret)})
    assert TOO_MANY in page.content.decode()


def test_a_right_password_clears_nothing_and_uses_up_nothing(coordinator: User) -> None:
    for _attempt in range(4):
        attempt("koordinator")
    assert attempt("koordinator", PASSWORD) == "/"
    assert WRONG in attempt("koordinator")
    assert TOO_MANY in attempt("koordinator")


ANOTHER_PROCESS = """
import django, sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.CACHES["default"] = settings.SHARED_CACHE
django.setup()
from django.test import Client
client = Client(headers={"host": "testserver"}, raise_request_exception=True)
settings.ALLOWED_HOSTS = ["testserver"]
print(client.post("/inn/", {"login": "koordinator", "password": "feil"}).content.decode())
"""


def in_another_process() -> str:
    """The answer to a wrong password in a process of its own, which only shares the database."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "ergo.settings"}
    result = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS, connection.settings_dict["NAME"]],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return result.stdout


@pytest.mark.django_db(transaction=True)
def test_krav_26_attempts_in_two_processes_are_counted_together(
    coordinator: User, shared_cache: None
) -> None:
    """Three here and two there are five, in whichever process the next one ends up."""
    assert WRONG in in_another_process()
    for _attempt in range(4):
        assert WRONG in attempt("koordinator")
    assert TOO_MANY in in_another_process()
    assert TOO_MANY in attempt("koordinator", PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_krav_26_what_was_counted_survives_a_request_that_fails(
    coordinator: User, shared_cache: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that breaks after counting takes back nothing: attempts are written outside its transaction."""

    def break_down(*args: object, **kwargs: object) -> None:
        raise RuntimeError("after counting")

    client = Client(raise_request_exception=False)
    with monkeypatch.context() as broken:
        broken.setattr("referrals.views.sign_in.SignIn.form_invalid", break_down)
        for _attempt in range(5):
            assert client.post("/inn/", {"login": "koordinator", "password": "feil"}).status_code == 500
    assert TOO_MANY in attempt("koordinator", PASSWORD)


def test_confirming_too_often_gets_a_page_that_says_so(coordinator: User) -> None:
    client = Client()
    client.force_login(coordinator)
    for _attempt in range(10):
        client.post("/konto/bekreft/", {"password": ""})
    page = client.post("/konto/bekreft/", {"password": PASSWORD})
    assert page.status_code == 429
    assert "For mange forsøk" in page.content.decode()
