"""Where django-allauth asks us: what is said, what is encrypted, where people may be sent."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.actions.auditing import security_event
from referrals.choices import SecurityEventKind
from referrals.keyring import PLACE_OF_FACTORS, ring
from referrals.models import User
from referrals.views.assurance import proved_recently
from referrals.views.methods import is_a_page
from referrals.views.never_offered import note_redirect

WRONG = _("Wrong user name or password. Capital and small letters are different in a password.")
WRONG_CODE = _(
    "The code or passkey was not accepted. A code works once and for half a minute; a recovery code works once."
)
TOO_MANY = _("There have been too many wrong attempts. Wait five minutes, then try again.")

# What allauth would say, by the name of its text. What is not here is not said: the page shows it.
MESSAGES = {
    "mfa/messages/totp_activated.txt": _(
        "The app is added. From now on you are asked for a code when you sign in."
    ),
    "mfa/messages/totp_deactivated.txt": _("The app is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added. You can sign in with it from now on."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "account/messages/password_changed.txt": _(
        "The password is changed, and you are signed out everywhere else."
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts: prepared by an administrator, one answer for every wrong attempt, no way out of this site."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "account_inactive": WRONG,
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("The password is wrong."),
        "incorrect_code": WRONG_CODE,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only pages of this site, by their path, not an address that only buttons lead to; another's is recorded."""
        is_ours = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        if url and not is_ours:
            note_redirect(self.request)
        return is_ours and is_a_page(url)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Our words instead of allauth's templates, and fewer of them."""
        text = message or MESSAGES.get(message_template or "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Also a passkey of earlier days leads nobody past the municipality's own sign-in."""
        if not user.has_usable_password():
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """The answer of a passkey that nobody knows; the log tells whose it was."""
        security_event(
            SecurityEventKind.SIGN_IN_FAILED, user=user, request=request, detail="not open to them"
        )
        messages.error(request, WRONG_CODE)
        return redirect("account_login")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError when the name has used up its attempts: from this address, or from everywhere."""
        try:
            super().pre_authenticate(request, **credentials)
            self._count_by_name(request, **credentials)
        except ValidationError:
            typed = credentials.get("username", "")
            security_event(SecurityEventKind.SLOWED_DOWN, typed=typed, request=request)
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Name and address together: who guesses at a colleague's name keeps only their own address out."""
        name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{name}:{ratelimit.get_ip(request)}"

    def _count_by_name(self, request: HttpRequest, **credentials: Any) -> None:
        """The wide limit, for guessing from many addresses."""
        self._usage_by_name = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed_by_name",
            key=super()._get_login_attempts_cache_key(request, **credentials),
        )
        if not self._usage_by_name:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        """A right password uses up nothing."""
        super()._rollback_login_failed_rl_usage()
        if self._usage_by_name:
            self._usage_by_name.rollback()

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Having just signed in is proof enough."""
        return not proved_recently(self.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Ways to confirm who one is, in our words."""
        words = {
            "reauthenticate": _now("Use the password"),
            "mfa_reauthenticate": _now("Use a code"),
            "mfa_reauthenticate:webauthn": _now("Use a passkey"),
        }
        return [
            method | {"description": words[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are sealed by the installation's key ring."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG_CODE}

    def encrypt(self, text: str) -> str:
        """A secret as it lies in the database."""
        return b64encode(ring().seal(text, where=PLACE_OF_FACTORS)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Raises SealBroken for a value that was altered, or whose key is not on the ring."""
        return ring().open(b64decode(encrypted_text), where=PLACE_OF_FACTORS)

    def get_totp_label(self, user: User) -> str:
        """How the app names the account; never an e-mail address."""
        return user.get_username()

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """How the passkey names the account."""
        known = super().get_public_key_credential_user_entity(user)
        return known | {
            "name": user.get_username(),
            "display_name": user.shown_name,
        }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whose passkey it is, as the browser shows it."""
        return super().get_public_key_credential_rp_entity() | {"name": "Ergo"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a passkey is called until the user says otherwise."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _now("Passkey %(number)d") % {"number": count + 1}
