"""What is kept between two pages: sealed, found again by its token only, and not without end."""

from uuid import uuid4

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest

from referrals.views.kept import MOST_KEPT, SESSION_KEY, keep, kept

SEARCH = {"name": "Máret Østby", "identifier": "17854812345"}


@pytest.fixture
def request_of_somebody() -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore()
    return request


def test_comes_back_by_its_token(request_of_somebody: HttpRequest) -> None:
    token = keep(request_of_somebody, SEARCH)
    assert kept(request_of_somebody, token) == kept(request_of_somebody, str(token)) == SEARCH


def test_is_not_readable_in_the_session(request_of_somebody: HttpRequest) -> None:
    keep(request_of_somebody, SEARCH)
    session = str(dict(request_of_somebody.session))
    assert "17854812345" not in session and "stby" not in session


@pytest.mark.parametrize("token", ["", "x", "\x00", str(uuid4())], ids=["empty", "word", "null", "another"])
def test_an_unknown_token_gives_nothing(request_of_somebody: HttpRequest, token: str) -> None:
    keep(request_of_somebody, SEARCH)
    assert kept(request_of_somebody, token) is None


def test_what_was_tampered_with_gives_nothing(request_of_somebody: HttpRequest) -> None:
    token = keep(request_of_somebody, SEARCH)
    request_of_somebody.session[SESSION_KEY][str(token)] = "AQJrMQ=="
    assert kept(request_of_somebody, token) is None


def test_a_given_token_is_replaced(request_of_somebody: HttpRequest) -> None:
    token = keep(request_of_somebody, SEARCH)
    keep(request_of_somebody, {"person": 1}, token=token)
    assert kept(request_of_somebody, token) == {"person": 1}


def test_the_oldest_goes_first(request_of_somebody: HttpRequest) -> None:
    tokens = [keep(request_of_somebody, {"n": n}) for n in range(MOST_KEPT + 1)]
    assert kept(request_of_somebody, tokens[0]) is None
    assert kept(request_of_somebody, tokens[1]) == {"n": 1}
