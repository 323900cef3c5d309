"""How a page with a list is answered: whole, or only the list when htmx asks after a filter."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def list_response(
    request: HttpRequest,
    page_template: str,
    context: dict[str, Any],
    *,
    swap_template: str = "tables/swap.html",
) -> HttpResponse:
    """The page, or the part of it that a filter swaps; `context` holds `table`.

    One address has two bodies, so the answer varies with HX-Request. The back button asks with htmx too, for a page.
    """
    swap = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, swap_template if swap else page_template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
