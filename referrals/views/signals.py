"""What is done and put on record whenever somebody comes in, goes out, or changes how they do it."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import app_settings
from allauth.mfa import signals as factor
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind as Kind
from referrals.models import User
from referrals.views import session_age, unsent


def on_signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Every way in, also one press in the demo. The session begins to age."""
    session_age.begin(request.session)
    unsent.keep_only_for(user, request.session)
    if _was_asked_for(request):
        security_event(Kind.SIGNED_IN, user=user, request=request)


def on_sign_in_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest, **kwargs: Any) -> None:
    security_event(Kind.SIGN_IN_FAILED, typed=credentials.get("username", ""), request=request)


def on_signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None and _was_asked_for(request):
        security_event(Kind.SIGNED_OUT, user=user, request=request)


def on_code_refused(
    sender: Any,
    request: HttpRequest,
    user: User,
    authenticator: Authenticator,
    reauthentication: bool = False,
    **kwargs: Any,
) -> None:
    """allauth names the app whatever was typed; how long the code is tells which kind it was meant to be."""
    length = len("".join(request.POST.get("code", "").split()))
    kind = (
        Authenticator.Type.RECOVERY_CODES
        if length == app_settings.RECOVERY_CODE_DIGITS
        else authenticator.type
    )
    step = "confirming" if reauthentication else "second step"
    security_event(Kind.SIGN_IN_FAILED, user=user, request=request, detail=f"{step}: {kind}")


def on_factor_added(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    security_event(Kind.ACCOUNT_CHANGED, user=user, request=request, detail=f"added: {authenticator.type}")


def on_factor_removed(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    security_event(Kind.ACCOUNT_CHANGED, user=user, request=request, detail=f"removed: {authenticator.type}")


def on_factor_replaced(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    security_event(Kind.ACCOUNT_CHANGED, user=user, request=request, detail=f"replaced: {authenticator.type}")


def on_password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    security_event(Kind.ACCOUNT_CHANGED, user=user, request=request, detail="password")


def connect() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(on_signed_in)
    user_login_failed.connect(on_sign_in_failed)
    user_logged_out.connect(on_signed_out)
    password_changed.connect(on_password_changed)
    factor.authentication_failed.connect(on_code_refused)
    factor.authenticator_added.connect(on_factor_added)
    factor.authenticator_removed.connect(on_factor_removed)
    factor.authenticator_reset.connect(on_factor_replaced)


def _was_asked_for(request: HttpRequest) -> bool:
    """Whether a browser asked; a session that a program makes for itself is nobody's coming or going."""
    return hasattr(request, "request_id")
