"""How long a session lives: 30 minutes without a sign of life, 8 hours in all.

Two instants in the session say when it began and when it was last used. The session's own cookie ends with the browser.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind
from referrals.views import kept, unsent
from referrals.views.clock import now

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]

IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 8 * 60 * 60
NOTED_EVERY = 60  # seconds; a session may so be ended a minute early, never late

BEGAN = "signed_in_at"
SEEN = "seen_at"
ENDED = "session_ended"
"""Why the session before this one ended, told once on the sign-in page: `idle`, `whole` or `closed`."""


def begin(session: SessionBase) -> None:
    """Somebody has just signed in."""
    session[BEGAN] = session[SEEN] = now().timestamp()


def overdue(session: SessionBase, at: float) -> str:
    """Why the session has ended at this instant, or nothing. One that does not know its age has ended."""
    if at - session.get(BEGAN, 0) >= WHOLE_SECONDS:
        return "whole"
    return "idle" if at - session.get(SEEN, 0) >= IDLE_SECONDS else ""


class SessionAgeMiddleware:
    """Ends sessions that are too old, and those of users who were deactivated; notes a sign of life once a minute.

    Whoever was in the middle of a form is told so, and led back to its page after signing in, where the form holds
    what was typed if it is one of those in `views.unsent`. Stands after AuthenticationMiddleware; what is sent has
    passed the check for forgery before any of it is kept.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reason = self._reason(request)
        if not reason:
            return self.get_response(request)
        security_event(SecurityEventKind.SESSIONS_ENDED, request=request, detail=reason)
        request.ended_for = (request.user.pk, request.session.get(kept.SESSION_KEY, {}))
        request.session.flush()
        request.session[ENDED] = reason
        request.user = AnonymousUser()
        return self.get_response(request)  # a public page is shown, any other asks to sign in

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        is_public = not getattr(view, "login_required", True)
        if request.user.is_authenticated or is_public or _asks_for_a_page(request):
            return None
        user_id, searches = getattr(request, "ended_for", (None, {}))
        if user_id and unsent.can_bring_back(view):
            unsent.set_aside(request, user_id, searches)
        elif unsent.renew(request, view) or unsent.is_quiet(request):
            pass
        elif ENDED not in request.session:  # the session is gone altogether
            messages.info(request, _("You are no longer signed in. What you sent was not saved."))
        return _back_to_the_form(request)

    def _reason(self, request: HttpRequest) -> str:
        if not request.user.is_authenticated:
            return "closed" if _was_signed_in(request) else ""
        at = now().timestamp()
        reason = overdue(request.session, at)
        if not reason and at - request.session[SEEN] >= NOTED_EVERY:
            request.session[SEEN] = at
        return reason


def _was_signed_in(request: HttpRequest) -> bool:
    """By this version: of a way to sign in that is no longer there nothing is known."""
    session = request.session
    return SESSION_KEY in session and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS


def page_of(request: HttpRequest) -> str:
    """The address to come back to: this page, or for what was sent from a form the page of the form."""
    if _asks_for_a_page(request) or unsent.can_bring_back(request.resolver_match.func):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return came_from._replace(scheme="", netloc="", fragment="").geturl()


def _asks_for_a_page(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD") and "HX-Request" not in request.headers


def _back_to_the_form(request: HttpRequest) -> HttpResponse:
    if unsent.is_quiet(request):
        return HttpResponse(status=401)
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page_of(request)})}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
