"""The security log of the pages: refusals and faults are written down, also when all else is taken back."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from allauth.core.internal import ratelimit
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.csrf import csrf_failure

from referrals.actions.auditing import security_event, security_events_kept
from referrals.choices import SecurityEventKind

Handler = Callable[[HttpRequest], HttpResponse]

KINDS = {
    HTTPStatus.BAD_REQUEST: SecurityEventKind.BAD_REQUEST,
    HTTPStatus.FORBIDDEN: SecurityEventKind.REFUSED,
    HTTPStatus.NOT_FOUND: SecurityEventKind.NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS: SecurityEventKind.SLOWED_DOWN,
    HTTPStatus.INTERNAL_SERVER_ERROR: SecurityEventKind.FAILED,
}

# What a visitor who is not signed in can cause as often as they like, and how much of it is kept for ever.
CAUSED_BY_STRANGERS = frozenset(
    {
        *KINDS.values(),
        SecurityEventKind.SIGN_IN_FAILED,
        SecurityEventKind.FORGED_FORM,
        SecurityEventKind.BAD_REDIRECT,
    }
)
ROOM = {"kept": "30/m/key", "told": "1/m/key"}
"""Rows a minute and address: of events, and of the one that says there were more."""

MORE = "more from this address are not kept"


class SecurityLogMiddleware:
    """Gives every request its id, and writes the security log when all of its transactions have ended.

    Stands outside every middleware that opens a session or a transaction. A refusal that has been noted with its own
    kind is not noted again by its status. An address that no page has is noted of those who are signed in: strangers
    try so many that the log would be theirs to fill. For the same reason only the first refusals of a minute are kept
    where nobody is signed in.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = str(uuid4())
        with security_events_kept() as noted:
            response = self.get_response(request)
            kind = KINDS.get(response.status_code)
            if kind and not noted and not _is_a_strangers_guess(request):
                security_event(kind, request=request, detail=getattr(request, "failed_with", ""))
            if noted and not _is_signed_in(request):
                _keep_the_first(noted, request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember the kind of fault; its message may hold what somebody typed."""
        request.failed_with = type(exception).__name__


def forged_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that only our own pages give: refused, and written down."""
    security_event(SecurityEventKind.FORGED_FORM, request=request, detail=reason.partition(" - ")[0])
    return csrf_failure(request, reason)


def _is_a_strangers_guess(request: HttpRequest) -> bool:
    return request.resolver_match is None and not _is_signed_in(request)


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


def _keep_the_first(noted: list[dict[str, Any]], request: HttpRequest) -> None:
    """Take out what is too much in this minute from this address, and say once that there was more."""
    address = _address_of(request)
    try:
        kept = [
            event
            for event in noted
            if event["kind"] not in CAUSED_BY_STRANGERS or _has_room("kept", address, request)
        ]
        tell = len(kept) < len(noted) and _has_room("told", address, request)
    except DatabaseError:  # the counters lie there too: rather too much than nothing
        return
    noted[:] = kept
    if tell:
        security_event(SecurityEventKind.SLOWED_DOWN, request=request, detail=MORE)


def _has_room(what: str, address: str, request: HttpRequest) -> bool:
    """Count one more, in all processes together."""
    usage = ratelimit.consume(
        request, app="ergo.security_log", action=what, config=ROOM, key=address, limit_get=True
    )
    return usage is not None


def _address_of(request: HttpRequest) -> str:
    """Where the request came from; nothing, for all together, where the proxy did not say."""
    try:
        return ratelimit.get_ip(request)
    except (PermissionDenied, ImproperlyConfigured):
        return ""
