"""The forms for what a referral lacks: asking for it, and registering that it came."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.choices import AskedOf
from referrals.forms.case import DescribedChoiceField, MoveForm, Situation
from referrals.forms.fields import LongTextField, NorwegianDateField
from referrals.models import InformationRequest
from referrals.models.information import LONGEST_WHAT
from referrals.templatetags.ergo import day_month_year

USUAL_DAYS, MOST_DAYS = 14, 366


class RequestForm(MoveForm):
    """What is missing, who is asked for it, and by when it is wanted: two weeks from today unless said otherwise."""

    what = LongTextField(
        label=_("What is missing?"),
        max_length=LONGEST_WHAT,
        help_text=_("Kept in the history. Leave out what belongs in the patient record."),
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    asked_of = forms.ChoiceField(
        label=_("Who is asked for it?"), choices=AskedOf, initial=AskedOf.REFERRER, widget=forms.RadioSelect
    )
    on = NorwegianDateField(label=_("Asked on"))
    wanted_by = NorwegianDateField(
        label=_("Wanted by"), help_text=_("The last day on which it comes in time. No clock stops meanwhile.")
    )

    field_order = ("what", "asked_of", "on", "wanted_by")

    def prepare(self, situation: Situation) -> None:
        wanted_by = self.fields["wanted_by"]
        wanted_by.not_before = situation.referral.received_on
        wanted_by.not_after = situation.today + timedelta(days=MOST_DAYS)
        self.initial["wanted_by"] = situation.today + timedelta(days=USUAL_DAYS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        on, wanted_by = cleaned.get("on"), cleaned.get("wanted_by")
        if on and wanted_by and wanted_by < on:
            self.add_error("wanted_by", _("It cannot be wanted before it is asked for."))
        return cleaned


class CameForm(MoveForm):
    """What was asked for came on this day. Which it was is not asked where only one thing is missing."""

    request = DescribedChoiceField(label=_("What came?"))
    on = NorwegianDateField(label=_("Came on"))

    field_order = ("request", "on")
    fields_of_arguments = {"request_id": "request"}

    def prepare(self, situation: Situation) -> None:
        missing, on = situation.missing, self.fields["on"]
        self.fields["request"].offer((one.pk, one.what, _asked(one)) for one in missing)
        on.not_before = min((one.asked_on for one in missing), default=on.not_before)
        if len(missing) == 1:
            # Sent along all the same: it may be another one by then.
            self.fields["request"] = forms.IntegerField(widget=forms.HiddenInput)
            self.initial["request"] = missing[0].pk
            on.help_text = f"{missing[0].what} {_asked(missing[0])}"

    @property
    def arguments(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"], "request_id": int(self.cleaned_data["request"])}


def _asked(request: InformationRequest) -> str:
    words = {"whom": request.get_asked_of_display(), "day": day_month_year(request.asked_on)}
    return _now("Asked for on %(day)s: %(whom)s.") % words
