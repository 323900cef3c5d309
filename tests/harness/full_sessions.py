"""Whom a test signs in by force has come in with a second factor, though not within the last five minutes."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as OF_USER,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from referrals.models import User
from referrals.views.assurance import SECOND_FACTOR


def with_second_factor(original: Callable[..., None]) -> Callable[..., None]:
    """Client.force_login, which goes past the sign-in page where this would be written."""

    def force_login(client: Client, user: User, *args: Any, **kwargs: Any) -> None:
        original(client, user, *args, **kwargs)
        note(client, user, at=0)

    return force_login


def note(client: Client, user: User, *, at: float, method: str = SECOND_FACTOR) -> None:
    """Write into the client's session that the user has proved something at this instant (seconds since 1970)."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": at}]
    session[OF_USER] = str(user.pk)
    session.save()
