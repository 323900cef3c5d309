"""What somebody had filled in when they had to sign in again, or confirm who they are, before it could be saved.

Nothing is sent by itself: the page comes back with what was typed in its form, and says that it is not saved. Until
then it lies in the session, sealed, for its user and its page alone, and only the newest. A view says with
`brings_back` that it can do that; what is sent to any other, a password above all, is never kept.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from referrals.keyring import SealBroken, ring
from referrals.models import User
from referrals.views import kept
from referrals.views.clock import now

View = Callable[..., HttpResponse]

SESSION_KEY = "unsent"
WHERE = b"session.unsent"
LONGEST = 100_000  # characters; the longest form of ours holds a tenth of it
LIVES_SECONDS = 8 * 60 * 60
CSRF_FIELD = "csrfmiddlewaretoken"
QUIET_HEADER = "Ergo-Quiet"


def is_quiet(request: HttpRequest) -> bool:
    """Whether a script sends this while somebody types, and nobody is to be led to another page by the answer."""
    return QUIET_HEADER in request.headers


def brings_back(view: View) -> View:
    """For pages that show on GET, through `typed`, what had been sent to the same address and was not saved."""

    @wraps(view)
    def filling(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        found = _waiting(request) if request.method in ("GET", "POST") else None
        if found:
            if request.method == "GET":
                request.unsent = QueryDict(found["typed"])
            earlier = request.session.get(kept.SESSION_KEY, {})
            request.session[kept.SESSION_KEY] = found["kept"] | earlier
        return view(request, *args, **kwargs)

    filling.brings_back = True
    return filling


def can_bring_back(view: View) -> bool:
    """Whether what is sent to this view may be kept."""
    return getattr(view, "brings_back", False)


def typed(request: HttpRequest) -> QueryDict | None:
    """What the form of the page is filled in with: what is being sent, or what waited; None for an empty form.

    What waited is taken out here, and the page says that it is not saved.
    """
    if request.method == "POST":
        return request.POST
    waited = getattr(request, "unsent", None)
    if waited is not None:
        request.session.pop(SESSION_KEY, None)
        text = _(
            "Not saved yet. What you had filled in is back: look it over, and press the button once more."
        )
        messages.warning(request, text)
    return waited


def set_aside(request: HttpRequest, user_id: int, searches: dict[str, str] | None = None) -> bool:
    """Keep what is being sent until this user comes back to the page; whether there was room for it.

    `searches`: what `views.kept` held in a session that has ended, for forms that begin with one.
    """
    values = request.POST.copy()
    values.pop(CSRF_FIELD, None)
    what = {
        "user": user_id,
        "page": request.get_full_path(),
        "at": now().timestamp(),
        "typed": values.urlencode(),
        "kept": searches or {},
    }
    text = json.dumps(what)
    if len(text) > LONGEST:
        return False
    request.session[SESSION_KEY] = b64encode(ring().seal(text, where=WHERE)).decode("ascii")
    return True


def renew(request: HttpRequest, view: View) -> bool:
    """What waits for the page that is sent from once more, without a session: the newer takes its place, if it can.

    So somebody who goes on typing in a window whose session has ended loses nothing of it.
    """
    found = _opened(request.session)
    if found is None or found["page"] != request.get_full_path() or not can_bring_back(view):
        return False
    return set_aside(request, found["user"], found["kept"])


def forget(request: HttpRequest) -> None:
    """What waited for this page is kept elsewhere now, or something newer is."""
    if _waiting(request):
        del request.session[SESSION_KEY]


def keep_only_for(user: User, session: SessionBase) -> None:
    """Somebody has signed in: what another user had typed on this machine is gone."""
    found = _opened(session)
    if found is None or found["user"] != user.pk:
        session.pop(SESSION_KEY, None)


def _waiting(request: HttpRequest) -> dict[str, Any] | None:
    """What waits for this user on this page, and is not too old."""
    found = _opened(request.session)
    if found is None or (found["user"], found["page"]) != (request.user.pk, request.get_full_path()):
        return None
    return found


def _opened(session: SessionBase) -> dict[str, Any] | None:
    sealed = session.get(SESSION_KEY)
    if sealed is None:
        return None
    try:
        found = json.loads(ring().open(b64decode(sealed), where=WHERE))
    except SealBroken:
        return None
    return found if now().timestamp() - found["at"] < LIVES_SECONDS else None
