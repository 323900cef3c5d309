"""Why a shielded case is opened, who may open it, and who is barred from it."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from referrals.choices import BarringKind, Protection
from referrals.forms.base import ErgoForm
from referrals.forms.fields import LongTextField
from referrals.models import User
from referrals.models.shielding import LONGEST_REASON


def _reason_field(help_text: str) -> LongTextField:
    return LongTextField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class OpenForm(ErgoForm):
    """Why somebody who is named opens the case now."""

    reason = _reason_field(
        _("Say what you are going to do. It is kept in the log, which the citizen can ask to see.")
    )


class EmergencyForm(ErgoForm):
    """Why somebody who is not named must see the case now."""

    reason = _reason_field(
        _(
            "Say what has happened, and why it cannot wait for somebody who is named. "
            "Managers and the privacy officer can read it, and the citizen can ask to see it."
        )
    )


class StaffChoiceField(forms.ModelChoiceField):
    """A member of staff by full name; two of one name are told apart by user name."""

    def label_from_instance(self, user: User) -> str:
        return f"{user.shown_name} ({user.username})"


class OfStaffForm(ErgoForm):
    """A form about one of the municipality's staff."""

    fields_of_arguments = {"user_id": "user"}

    user = StaffChoiceField(label=_("Member of staff"), queryset=User.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args: Any, staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = staff


class NameForm(OfStaffForm):
    """Somebody more who may open the case."""


class BarForm(OfStaffForm):
    """Somebody who is barred from the citizen's cases."""

    kind = forms.ChoiceField(label=_("Ground"), choices=BarringKind, widget=forms.RadioSelect)
    reason = _reason_field(_("Who has asked for it, and when. Nothing more than is needed."))


class ProtectionForm(ErgoForm):
    """Whether the citizen's address is protected from now on, and why that is changed."""

    protection = forms.ChoiceField(
        label=_("Address protection"), choices=Protection, widget=forms.RadioSelect
    )
    reason = _reason_field(
        _("Say what the population register says now, and who has told so. It stands in the case’s history.")
    )
