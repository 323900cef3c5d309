"""The forms for risk while somebody waits: what happened, and that it was entered in error."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.choices import RiskKind
from referrals.forms.case import DescribedChoiceField, MoveForm, Situation, note_field
from referrals.forms.fields import NorwegianDateField
from referrals.models import RiskEvent
from referrals.templatetags.ergo import day_month_year

MEANINGS: dict[str, str | Promise] = {
    RiskKind.ADMISSION: _("If the citizen cannot be met meanwhile, put the wait on hold as well."),
    RiskKind.OTHER: _("Say what happened in the note."),
}


class RiskForm(MoveForm):
    """What happened to the citizen, and on which day: most often today."""

    kind = DescribedChoiceField(label=_("What happened?"))
    on = NorwegianDateField(label=_("Happened on"))
    note = note_field(
        _("Note"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )

    field_order = ("kind", "on", "note")

    def prepare(self, situation: Situation) -> None:
        self.fields["kind"].offer((kind, kind.label, MEANINGS.get(kind, "")) for kind in RiskKind)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == RiskKind.OTHER and "note" in cleaned and not cleaned["note"].strip():
            self.add_error("note", _("Say what happened."))
        return cleaned


class RiskErrorForm(MoveForm):
    """A risk event that was entered in error. Which one is not asked for where only one stands."""

    event = DescribedChoiceField(label=_("Which event was entered in error?"))
    because = note_field(_("Why was it an error?"), required=True, help_text=_("Kept in the history."))

    field_order = ("event", "because")
    fields_of_arguments = {"risk_id": "event", "reason": "because"}

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        risks = situation.risks
        self.fields["event"].offer((risk.pk, _told(risk), risk.note) for risk in risks)
        if len(risks) == 1:
            # Sent along all the same: it may be another one by then.
            self.fields["event"] = forms.IntegerField(widget=forms.HiddenInput)
            self.initial["event"] = risks[0].pk
            self.fields["because"].label = _("Why was it an error: %(event)s?") % {"event": _told(risks[0])}

    @property
    def arguments(self) -> dict[str, Any]:
        return {"risk_id": int(self.cleaned_data["event"]), "reason": self.cleaned_data["because"]}


def _told(risk: RiskEvent) -> str:
    return f"{risk.get_kind_display()} {day_month_year(risk.happened_on)}"
