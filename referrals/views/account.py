"""One's own way in: password, passkeys, app and recovery codes. The procedures are allauth's, the pages are ours."""

import json
from typing import Any

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import profile
from referrals.actions.auditing import security_event
from referrals.actions.sign_in import end_sessions
from referrals.choices import SecurityEventKind
from referrals.demo.users import DEMO_PASSWORD
from referrals.jobs.digests import READERS, is_configured
from referrals.models import User
from referrals.views.assurance import forget_factor, note_factor
from referrals.views.demo import is_demo_user
from referrals.views.methods import post_only
from referrals.views.reauthentication import reauthentication_required

Type = Authenticator.Type
Context = dict[str, Any]


def renew_session(request: HttpRequest) -> None:
    """After a change of the way in: every other session ends, this one goes on under a new id."""
    update_session_auth_hash(request, end_sessions(user=request.user))
    UserSession.objects.create_from_request(request)


class LocalAccount:
    """Only for those who have a password here. The others' way in is the municipality's own, past which none leads."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_usable_password():
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class FactorChange(LocalAccount):
    """What follows from every change of one's factors, whichever page it was made on."""

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        own = Authenticator.objects.filter(user=self.request.user, type__in=(Type.TOTP, Type.WEBAUTHN))
        newest = own.order_by("-pk").first()
        if newest is None:
            forget_factor(self.request)
        elif not self.request.is_fully_signed_in:
            note_factor(self.request, newest)
        renew_session(self.request)
        return response


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How one signs in, and where one is led that has no second factor yet."""
    own = Authenticator.objects.filter(user=request.user).order_by("created_at", "pk")
    return render(
        request,
        "account/overview.html",
        {
            "is_local": request.user.has_usable_password(),
            "must_add": not request.is_fully_signed_in,
            "app": next((factor for factor in own if factor.type == Type.TOTP), None),
            "passkeys": [factor for factor in own if factor.type == Type.WEBAUTHN],
            "gets_digest": _gets_digest(request),
            "has_mail": is_configured(),
            "recovery": next((factor.wrap() for factor in own if factor.type == Type.RECOVERY_CODES), None),
        },
    )


def _gets_digest(request: HttpRequest) -> bool:
    """Whether the user's roles are those that the daily e-mail is for."""
    return any(request.access.has_role(role) for role in READERS)


@post_only
def choose_digest(request: HttpRequest) -> HttpResponse:
    """The daily e-mail is turned on or off."""
    wants = request.POST.get("wants") == "1"
    profile.choose_digest(by=request.user, wants=wants)
    messages.success(
        request, _("The daily e-mail is turned on.") if wants else _("The daily e-mail is turned off.")
    )
    return redirect("mfa_index")


class ChangePassword(LocalAccount, PasswordChangeView):
    template_name = "account/password.html"

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        renew_session(self.request)
        return response


class AddApp(FactorChange, ActivateTOTPView):
    """The app's secret as a picture and as text, and a first code to prove that it arrived."""

    template_name = "account/add_app.html"


class RemoveApp(FactorChange, DeactivateTOTPView):
    template_name = "account/remove_app.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not Authenticator.objects.filter(user=request.user, type=Type.TOTP).exists():
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class AddPasskey(FactorChange, AddWebAuthnView):
    """The browser makes the key. It always asks for PIN, finger or face, since it replaces the password too."""

    template_name = "account/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> Context:
        context = super().get_context_data(**kwargs)
        return context | {"options": json.dumps(passkeys.begin_registration(self.request.user, True))}


class RemovePasskey(FactorChange, RemoveWebAuthnView):
    template_name = "account/remove_passkey.html"
    success_url = reverse_lazy("mfa_index")


@require_safe
@reauthentication_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes that are left, to write down or print."""
    kept = Authenticator.objects.filter(user=request.user, type=Type.RECOVERY_CODES).first()
    if kept is None:
        return redirect("mfa_index")
    return render(request, "account/recovery_codes.html", {"codes": kept.wrap().get_unused_codes()})


@require_http_methods(["GET", "POST"])
@reauthentication_required
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """New codes; the old ones stop working."""
    if not Authenticator.objects.filter(user=request.user).exists():
        return redirect("mfa_index")
    if request.method != "POST":
        return render(request, "account/new_recovery_codes.html")
    generate_recovery_codes(request)
    renew_session(request)
    messages.success(request, _("You have new recovery codes. The old ones no longer work."))
    return redirect("mfa_view_recovery_codes")


# ---------------------------------------------------------------- proving who one is


def note_wrong_passkey(request: HttpRequest, form: Form, user: User | None, where: str) -> None:
    """A line in the security log; wrong codes have theirs by a signal (signals.py), passkeys have none in allauth."""
    refused = {error.code for error in form.errors.as_data().get("credential", [])}
    is_slowed = "too_many_login_attempts" in refused
    kind = SecurityEventKind.SLOWED_DOWN if is_slowed else SecurityEventKind.SIGN_IN_FAILED
    security_event(kind, user=user, request=request, detail=f"{where}: {Type.WEBAUTHN}")


class SecondStep(AuthenticateView):
    """After the password: a code or a passkey."""

    template_name = "account/second_step.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        if form is self.webauthn_form:
            note_wrong_passkey(self.request, form, self.stage.login.user, "second step")
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> Context:
        context = super().get_context_data(**kwargs)
        own = Authenticator.objects.filter(user=self.stage.login.user, type=Type.WEBAUTHN)
        options = context["js_data"]["request_options"]
        return context | {"options": json.dumps(options) if own.exists() else ""}


class PasskeySignIn(LoginWebAuthnView):
    """Signing in with a passkey alone; asked by the script of the sign-in page."""

    def form_invalid(self, form: Form) -> HttpResponse:
        note_wrong_passkey(self.request, form, None, "alone")
        return super().form_invalid(form)


class ConfirmByPassword(ReauthenticateView):
    template_name = "account/confirm.html"

    def get_context_data(self, **kwargs: Any) -> Context:
        """In the demo, whose users come in without a password, the page says which one it is."""
        known = DEMO_PASSWORD if is_demo_user(self.request.user) else ""
        return super().get_context_data(**kwargs) | {"demo_password": known}


class ConfirmByCode(ReauthenticateByCodeView):
    template_name = "account/confirm.html"


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    template_name = "account/confirm.html"

    def get_context_data(self, **kwargs: Any) -> Context:
        context = super().get_context_data(**kwargs)
        return context | {"options": json.dumps(context["js_data"]["request_options"])}

    def form_invalid(self, form: Form) -> HttpResponse:
        """Another try, on the same page."""
        note_wrong_passkey(self.request, form, self.request.user, "confirming")
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return redirect(self.request.get_full_path())
