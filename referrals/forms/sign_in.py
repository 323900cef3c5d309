"""Signing in with a user name and a password."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm


class SignInForm(AuthenticationForm, ErgoForm):
    """Django's own sign-in, in our look. The same answer for an unknown name and a wrong password."""

    mark_required = False

    error_messages = {
        "invalid_login": _(
            "Wrong user name or password. Capital and small letters are different in a password."
        ),
        "inactive": _("Wrong user name or password. Capital and small letters are different in a password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)
            field.widget.attrs.pop("maxlength", None)
