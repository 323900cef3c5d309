"""One's own open sessions: where one is signed in, and how to end what one does not know."""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions.sign_in import end_session
from referrals.views.account import renew_session
from referrals.views.clock import now
from referrals.views.session_age import BEGAN, SEEN, overdue

# In the order in which they must be looked for: most browsers also claim to be others.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it. `seen` is right to the minute."""

    pk: int
    device: str
    address: str
    began: datetime
    seen: datetime
    is_current: bool


@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """The list; by POST, the end of one session or of all others."""
    if request.method == "POST":
        return _end(request)
    return render(request, "account/sessions.html", {"sessions": open_sessions(request)})


def open_sessions(request: HttpRequest) -> list[OpenSession]:
    """The user's sessions that still live, the last used first."""
    rows = {row.session_key: row for row in UserSession.objects.filter(user=request.user)}
    found = []
    for session in Session.objects.filter(session_key__in=rows, expire_date__gt=now()):
        kept, row = session.get_decoded(), rows[session.session_key]
        if overdue(kept, now().timestamp()):
            continue
        began, seen = (datetime.fromtimestamp(kept[key], tz=UTC) for key in (BEGAN, SEEN))
        is_current = session.session_key == request.session.session_key
        found.append(OpenSession(row.pk, device(row.user_agent), row.ip, began, seen, is_current))
    return sorted(found, key=lambda session: (session.is_current, session.seen, session.pk), reverse=True)


def device(user_agent: str) -> str:
    """What a person would call the browser and the machine."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), _("Unknown browser"))
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser


def _end(request: HttpRequest) -> HttpResponse:
    which = request.POST.get("session", "")
    if which == "others":
        renew_session(request)
        messages.success(request, _("You are signed out everywhere else."))
        return redirect("account_sessions")
    if not (which.isascii() and which.isdigit() and len(which) < 19):
        raise Http404
    if not end_session(user=request.user, session_id=int(which)):
        raise Http404
    messages.success(request, _("The session is ended."))
    return redirect("account_sessions")
