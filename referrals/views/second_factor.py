"""Nobody gets further with a password alone: a local account without a second factor is led to set one up."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from referrals.views.assurance import is_fully_signed_in

Handler = Callable[[HttpRequest], HttpResponse]

# Where a factor is set up, and what that asks on the way. Public pages are open to everybody anyway.
SETTING_UP = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
    }
)


class SecondFactorMiddleware:
    """Puts `request.is_fully_signed_in` on the request, and leads a session without it to where it is mended.

    Stands before AccessMiddleware, which gives such a session no rights at all.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.is_fully_signed_in = is_fully_signed_in(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        is_public = not getattr(view, "login_required", True)
        if request.is_fully_signed_in or is_public or not request.user.is_authenticated:
            return None
        if request.resolver_match.view_name in SETTING_UP:
            return None
        return redirect("mfa_index")
