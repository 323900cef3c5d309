"""Asking once more who sits there, before what must not be done on a screen somebody has left.

Whoever has proved anything within the last five minutes goes straight on: signing in counts, but not being let through
because the municipality's sign-in remembers somebody. The others confirm with password, one-time code or passkey, or
with the municipality's own sign-in if they came from there. They come back to the page they sent something from, with
what they had filled in where `views.unsent` keeps it; it is never sent by itself.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from referrals.views.assurance import proved_recently, provider_of
from referrals.views.session_age import page_of
from referrals.views.unsent import can_bring_back, set_aside

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


def reauthentication_required(view: View) -> View:
    """For views whose user must have confirmed within five minutes who they are: shielded cases, factors.

    Stands inside the permission check, so that nobody is asked for what they may not do.
    """

    @wraps(view)
    def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        require_reauthentication(request)
        return view(request, *args, **kwargs)

    return asking


def require_reauthentication(request: HttpRequest) -> None:
    """The same in the middle of a view. Raises ReauthenticationRequired, which the middleware answers."""
    if not proved_recently(request):
        raise ReauthenticationRequired


class ReauthenticationMiddleware:
    """Answers ReauthenticationRequired by leading to the page that asks, and from there back.

    Stands after allauth's AccountMiddleware, which would keep what was sent, readable, in the session.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        if request.method == "POST":
            _set_aside_or_say_so(request)
        back = urlencode({"next": page_of(request)})
        if name := provider_of(request):
            return HttpResponseRedirect(f"{reverse('sso_leave', kwargs={'name': name})}?anew=1&{back}")
        methods = get_adapter().get_reauthentication_methods(request.user)
        if not methods:
            raise PermissionDenied
        return HttpResponseRedirect(f"{methods[0]['url']}?{back}")


def _set_aside_or_say_so(request: HttpRequest) -> None:
    if can_bring_back(request.resolver_match.func) and set_aside(request, request.user.pk):
        messages.info(request, _("Not saved yet. What you filled in comes back when you have confirmed."))
    else:
        messages.warning(request, _("What you sent was not saved. Send it again when you have confirmed."))
