"""Pages that answer one kind of request only, and what somebody is shown who comes to them by the other."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


def post_only(view: View) -> View:
    """For addresses that only buttons lead to; as a page there is nothing on them."""
    guarded = require_POST(view)
    guarded.post_only = True
    return guarded


def is_a_page(address: str) -> bool:
    """Whether there may be something to see at this address of ours: it is not one that only buttons lead to."""
    try:
        return not getattr(resolve(urlsplit(address).path).func, "post_only", False)
    except (Resolver404, ValueError):
        return True  # what is not found says so itself


class NotAPageMiddleware:
    """Says in our own words that an address is no page, to whoever typed it or came back to it.

    Stands innermost, where the language is chosen.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET":
            return response
        answer = render(request, "405.html", status=405)
        answer.headers["Allow"] = response.headers["Allow"]
        return answer
