"""The security log of the pages: refusals and faults are written down, also when all else is taken back."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import uuid4

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


class SecurityLogMiddleware:
    """Gives every request its id, and writes the security log when all of its transactions have ended.

    Stands outside every middleware that opens a session or a transaction. A refusal that has been noted with its own
    kind is not noted again by its status. An address that no page has is noted of those who are signed in: strangers
    try so many that the log would be theirs to fill.
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
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember the kind of fault; its message may hold what somebody typed."""
        request.failed_with = type(exception).__name__


def forged_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that only our own pages give: refused, and written down."""
    security_event(SecurityEventKind.FORGED_FORM, request=request, detail=reason.partition(" - ")[0])
    return csrf_failure(request, reason)


def _is_a_strangers_guess(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return request.resolver_match is None and not (user and user.is_authenticated)
