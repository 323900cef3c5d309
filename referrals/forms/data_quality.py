"""Why a case that the list of errors names is right as it is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm
from referrals.forms.fields import LongTextField
from referrals.models.data_quality import LONGEST_REASON


class RightForm(ErgoForm):
    """The reason that is kept with the case, on this list alone."""

    reason = LongTextField(
        label=_("Why it is right as it is"),
        max_length=LONGEST_REASON,
        help_text=_("It is kept with your name and the time. Nothing about the citizen that is not needed."),
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
