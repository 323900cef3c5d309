"""How surely we know who sits there: what was proved in this session, by which means, and how long ago.

django-allauth keeps these records in the session: a password, a second factor ("mfa"), the municipality's own sign-in
("socialaccount"). A session that nobody wrote anything about proves nothing.
"""

import time

from allauth.account import app_settings
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from referrals.views.demo import is_demo_user

SECOND_FACTOR = "mfa"
SINGLE_SIGN_ON = "socialaccount"
ONE_PRESS = "demo"
ENOUGH = frozenset({SECOND_FACTOR, SINGLE_SIGN_ON})


def is_fully_signed_in(request: HttpRequest) -> bool:
    """Whether the session holds a second factor or a sign-in of the municipality's, whose level was checked then.

    The users of the demo need neither.
    """
    if not request.user.is_authenticated:
        return False
    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    return bool(methods & ENOUGH) or is_demo_user(request.user)


def signed_in_by_others(request: HttpRequest) -> bool:
    """Whether this session came from the municipality's own sign-in, which keeps password and factors itself."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == SINGLE_SIGN_ON for record in records)


def proved_recently(request: HttpRequest) -> bool:
    """Whether anything was proved in this session within the last five minutes."""
    records = get_authentication_records(request, request.user)
    latest = max((record.get("at", 0) for record in records), default=0)
    return time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT


def note_sign_in(request: HttpRequest, method: str) -> None:
    """The user of the request has just come in by this method."""
    record_authentication(request, request.user, method)


def note_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Whoever has just set up a factor has shown it: from here on the session is a full one."""
    record_authentication(request, request.user, SECOND_FACTOR, id=authenticator.pk, type=authenticator.type)


def forget_factor(request: HttpRequest) -> None:
    """The last factor is gone: what was proved with it counts no more."""
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record for record in records if record.get("method") != SECOND_FACTOR
    ]
