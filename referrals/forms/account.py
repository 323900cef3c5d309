"""Forms about one's own way in: password, codes, passkeys. What they check is allauth's; the words are ours."""

import struct
from base64 import b64decode, b64encode
from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ReauthenticateForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm
from referrals.keyring import SealBroken, ring

# The secret of an app that is being added waits in the session; that too is a table of the database.
WAITING_SECRET = b"session.totp"


def password_field(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **options,
    )


def code_field(label: str, **options: Any) -> forms.CharField:
    widget = forms.TextInput(
        attrs={
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "autocapitalize": "none",
            "size": "12",
        }
    )
    return forms.CharField(label=label, max_length=40, widget=widget, **options)


# What allauth and fido2 raise over an answer that no browser gave, besides the ValidationError they should.
NO_ANSWER = (ValueError, TypeError, KeyError, AttributeError, IndexError, struct.error, InvalidSignature)


class AnswerOfAPasskey:
    """A form whose credential comes from the browser, and may come from anywhere."""

    def clean_credential(self) -> Any:
        """Raises ValidationError for a wrong answer, and for what is no answer at all."""
        try:
            return super().clean_credential()
        except NO_ANSWER as error:
            raise get_adapter().validation_error("incorrect_code") from error


class SignInByPasskeyForm(AnswerOfAPasskey, LoginWebAuthnForm):
    """The passkey says who it is."""


class PasskeyForm(AnswerOfAPasskey, AuthenticateWebAuthnForm):
    """The second step, with a passkey."""


class ConfirmByPasskeyForm(AnswerOfAPasskey, ReauthenticateWebAuthnForm):
    """Once more a passkey."""


class ConfirmByPasswordForm(ReauthenticateForm, ErgoForm):
    """Once more the password, before something that must not be done on a screen somebody has left."""

    mark_required = False
    password = password_field(_("Password"), "current-password")


class CodeForm(AuthenticateForm, ErgoForm):
    """The second step of signing in: a code from the app, or one of the recovery codes."""

    mark_required = False
    code = code_field(
        _("Code"), help_text=_("Six figures from the app on your telephone, or one of your recovery codes.")
    )


class ConfirmByCodeForm(ReauthenticateByCodeForm, ErgoForm):
    """Once more a code."""

    mark_required = False
    code = code_field(
        _("Code"), help_text=_("Six figures from the app on your telephone, or one of your recovery codes.")
    )


WRONG_CODE_OF_APP = _(
    "The code was not accepted. Wait for the next one in the app, and type it before it changes."
)


class AddAppForm(ActivateTOTPForm, ErgoForm):
    """A first code proves that the app knows the secret."""

    mark_required = False
    code = code_field(
        _("The code that the app shows"), help_text=_("Six figures; a new code each half minute.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        ErgoForm.__init__(self, *args, **kwargs)
        self.secret = waiting_secret(may_be_new=not self.is_bound)

    def clean_code(self) -> str:
        """Here nothing but a code of the app can have been wrong."""
        try:
            return super().clean_code()
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise forms.ValidationError(WRONG_CODE_OF_APP, code=error.code) from None


class RemoveAppForm(DeactivateTOTPForm, ErgoForm):
    """Nothing to fill in."""


class AddPasskeyForm(AddWebAuthnForm, ErgoForm):
    """A name to know the passkey by; the browser fills in the rest. It always also replaces the password."""

    mark_required = False
    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=60,
        help_text=_("So that you know it again, as “Work laptop” or “Blue key”."),
    )
    passwordless = None

    def clean(self) -> dict[str, Any]:
        """A passkey replaces the password, so it must itself have asked for a PIN, a finger or a face."""
        self.cleaned_data["passwordless"] = True
        try:
            return super().clean()
        except NO_ANSWER as error:
            raise get_adapter().validation_error("incorrect_code") from error


class ChangePasswordForm(AllauthChangePasswordForm, ErgoForm):
    """The password, by whoever knows the old one."""

    mark_required = False
    oldpassword = password_field(_("The password you have now"), "current-password")
    password1 = password_field(
        _("New password"),
        "new-password",
        help_text=_(
            "At least 12 characters. Three or four words that have nothing to do with each other do well."
        ),
    )
    password2 = password_field(_("New password, once more"), "new-password")

    def clean_password1(self) -> str:
        """Raises ValidationError for a password that is too short, too common or too like the user's own name."""
        password_validation.validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "password1" in typed and "password2" in typed and typed["password1"] != typed["password2"]:
            self.add_error("password2", _now("The two passwords are not the same."))
        return typed


def waiting_secret(*, may_be_new: bool) -> str:
    """The secret of the app that is being added, sealed in the session until it is added or given up."""
    session = context.request.session
    if not may_be_new and SECRET_SESSION_KEY in session:
        try:
            return ring().open(b64decode(session[SECRET_SESSION_KEY]), where=WAITING_SECRET)
        except SealBroken:
            pass  # its key left the ring meanwhile: begin again
    secret = generate_totp_secret()
    session[SECRET_SESSION_KEY] = b64encode(ring().seal(secret, where=WAITING_SECRET)).decode("ascii")
    return secret
