"""Ending sessions and taking away second factors: what administrators and users do about a way in."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from referrals.models import User


@transaction.atomic
def end_sessions(*, user: User) -> User:
    """End every session of the user at once. Returns the user as it is now in the database.

    The next epoch also ends sessions that nothing here knows of. Whoever changes something of their own is let in
    again afterwards, by `django.contrib.auth`.
    """
    listed = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=listed.values("session_key")).delete()
    listed.delete()
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    return user


@transaction.atomic
def end_session(*, user: User, session_id: int) -> bool:
    """End one session of the user, by its number in the list. False: there is none, or it is somebody else's."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        return False
    session.end()
    return True


@transaction.atomic
def take_away_factors(*, user: User) -> int:
    """Remove the user's second factors, lost or broken, and end the sessions. Returns how many there were.

    At the next sign-in the password leads to setting up new ones, so it should be changed at the same time.
    """
    factors = Authenticator.objects.filter(user=user)
    count: int = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    factors.delete()
    end_sessions(user=user)
    return count
