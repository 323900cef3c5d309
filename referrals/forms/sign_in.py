"""Signing in with a user name and a password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm

WRONG = _("Wrong user name or password. Capital and small letters are different in a password.")


class SignInForm(AuthenticationForm, ErgoForm):
    """Django's own sign-in, in our look. One answer for an unknown name, a wrong password and a user who has left."""

    mark_required = False
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    username = UsernameField(
        label=_("User name"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Put there by AuthenticationForm: the browser would cut a longer name off without a word.
        self.fields["username"].widget.attrs.pop("maxlength", None)
