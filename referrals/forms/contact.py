"""The forms of contacts with the citizen: the first one, and one that the citizen did not attend."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.choices import SUBSTANTIVE
from referrals.forms.case import DescribedChoiceField, MoveForm, Situation
from referrals.forms.fields import NorwegianDateField


class ContactForm(MoveForm):
    """A contact with the citizen on a day, and who had it or was to have it."""

    therapist = forms.ModelChoiceField(
        label=_("Therapist"), queryset=None, required=False, empty_label=_("Not stated")
    )

    fields_of_arguments = {"therapist_id": "therapist"}

    def prepare(self, situation: Situation) -> None:
        self.fields["therapist"].queryset = situation.therapists
        self.initial["therapist"] = situation.referral.therapist_id or situation.own_therapist_id

    @property
    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data["therapist"]
        return {"on": self.cleaned_data["on"], "therapist_id": chosen.pk if chosen else None}


class StartForm(ContactForm):
    """The first contact with the citizen: the wait is over."""

    kind = DescribedChoiceField(
        label=_("What kind of contact?"),
        choices=[(kind, kind.label) for kind in SUBSTANTIVE],
        help_text=_("A letter, a booking or an acknowledgement is no first contact."),
    )
    on = NorwegianDateField(label=_("Date of the contact"))

    field_order = ("kind", "on", "therapist")

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {"kind": self.cleaned_data["kind"]}


class NoShowForm(ContactForm):
    """The citizen did not attend on the day: written down, and nothing else."""

    on = NorwegianDateField(label=_("Date of the appointment"))

    field_order = ("on", "therapist")
