"""How surely we know who sits there: what was proved in this session, by which means, and how long ago.

django-allauth keeps these records in the session: a password, a second factor ("mfa"), the municipality's own sign-in
("socialaccount"). A session that nobody wrote anything about proves nothing.
"""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from referrals.models import User
from referrals.views.demo import is_demo_user

SECOND_FACTOR = "mfa"
SINGLE_SIGN_ON = "socialaccount"
ONE_PRESS = "demo"
FRESH_SECONDS = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
ENOUGH = frozenset({SECOND_FACTOR, SINGLE_SIGN_ON})


def is_fully_signed_in(request: HttpRequest) -> bool:
    """Whether the session holds a second factor or a sign-in of the municipality's, whose level was checked then.

    The users of the demo need neither.
    """
    if not request.user.is_authenticated:
        return False
    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    return bool(methods & ENOUGH) or is_demo_user(request.user)


def provider_of(request: HttpRequest) -> str:
    """The name of the municipality's own sign-in that this session came from, or nothing."""
    records = get_authentication_records(request, request.user)
    return next((record["provider"] for record in records if record.get("method") == SINGLE_SIGN_ON), "")


def proved_recently(request: HttpRequest) -> bool:
    """Whether anything was proved in this session within the last five minutes."""
    records = get_authentication_records(request, request.user)
    latest = max((record.get("at", 0) for record in records), default=0)
    return time.time() - latest < FRESH_SECONDS


def let_in(request: HttpRequest, user: User, method: str, **details: str | float) -> None:
    """Sign the user in by a way that asks for no second step here. The session gets a new id and is listed.

    `at` among the details: when the person proved who they are, in seconds since 1970, if not just now.
    """
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method, **details)
    UserSession.objects.create_from_request(request)


def note_factor(request: HttpRequest, authenticator: Authenticator) -> None:
    """Whoever has just set up a factor has shown it: from here on the session is a full one."""
    record_authentication(request, request.user, SECOND_FACTOR, id=authenticator.pk, type=authenticator.type)


def forget_factor(request: HttpRequest) -> None:
    """The last factor is gone: what was proved with it counts no more."""
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record for record in records if record.get("method") != SECOND_FACTOR
    ]
