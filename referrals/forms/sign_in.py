"""Signing in with a user name and a password."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm

LONGEST_NAME = 150  # as in Django's user; nobody has a longer one


class SignInForm(LoginForm, ErgoForm):
    """One answer for an unknown name, a wrong password and a user who has left; what it says is the adapter's."""

    mark_required = False
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("User name"),
            max_length=LONGEST_NAME,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        )
        self.order_fields(["login", "password"])
        self.prepare_fields()
