"""Answers of the whole application in this process: every middleware, a signed-in session, no network."""

import time
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie

from django.contrib.auth.decorators import login_not_required
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from referrals.models import User
from tests.bench.stock import StockList, loop


@login_not_required
def constant(_request: HttpRequest) -> HttpResponse:
    """The same few bytes for everybody: what Django and its middlewares cost at least."""
    return HttpResponse("Ergo")


urlpatterns = [
    path("constant/", constant),
    path("stock/<code>/", StockList.as_view()),
    path("loop/<code>/", loop),
    path("", include("ergo.urls")),
]


@dataclass(frozen=True)
class Page:
    """A page, and the cookies of whoever asks for it (nobody: none)."""

    name: str
    address: str
    cookies: str = ""

    @classmethod
    def seen_by(cls, username: str, name: str, address: str) -> "Page":
        """The page as a user sees it."""
        client = Client()
        client.force_login(User.objects.get(username=username))
        return cls.of(client, name, address)

    @classmethod
    def of(cls, client: Client, name: str, address: str) -> "Page":
        """The page as whoever is signed in with this client sees it."""
        return cls(name, address, _header(client.cookies))


def _header(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())


class Browser:
    """Asks for pages without what the test client adds: it copies the context of every template."""

    def __init__(self) -> None:
        self._application = WSGIHandler()

    def ask(self, page: Page) -> float:
        """Milliseconds until the last byte of the answer. Anything but 200 is a failure."""
        return self._answer(page)[1]

    def read(self, page: Page) -> str:
        """The answer itself."""
        return self._answer(page)[0].decode()

    def _answer(self, page: Page) -> tuple[bytes, float]:
        environ = RequestFactory(HTTP_COOKIE=page.cookies).get(page.address).environ
        statuses: list[str] = []
        began = time.perf_counter()
        response = self._application(environ, lambda status, _headers: statuses.append(status))
        body = b"".join(response)
        took = time.perf_counter() - began
        response.close()
        assert statuses[0].startswith(str(HTTPStatus.OK.value)), f"{page.address}: {statuses[0]}"
        assert body
        return body, took * 1000
