"""The forms of the intake meeting: what is decided of the referral in focus, and a category that was wrong."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.case import MoveForm, PrioritiseForm, Situation, note_field
from referrals.models import Category


class DecisionForm(PrioritiseForm):
    """The priority, assessed today; and who takes the case, where the meeting settles that too."""

    therapist = forms.ModelChoiceField(
        label=_("Therapist"), queryset=None, required=False, empty_label=_("Nobody yet")
    )

    field_order = ("priority", "therapist", "note")
    fields_of_arguments = {"therapist_id": "therapist"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["priority"].widget.attrs.pop("autofocus", None)  # first the case is read

    def prepare(self, situation: Situation) -> None:
        super().prepare(situation)
        del self.fields["on"]  # the meeting is held today
        self.fields["therapist"].queryset = situation.therapists
        self.initial["therapist"] = has = situation.referral.therapist_id
        if has and situation.therapists.filter(pk=has).exists():
            self.fields[
                "therapist"
            ].empty_label = None  # to take the case from everybody is a move of its own

    def choose_by_key(self) -> None:
        """Let the figure of each priority choose it."""
        self.fields["priority"].widget.by_key = True

    @property
    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data["therapist"]
        return {
            "priority": int(self.cleaned_data["priority"]),
            "therapist_id": chosen.pk if chosen else None,
            "on": self.situation.today,
            "note": self.cleaned_data["note"],
        }


class CategoryForm(MoveForm):
    """The category put right, so that the referral is judged by the right part of the key."""

    STEP = "category"

    step = forms.CharField(widget=forms.HiddenInput, initial=STEP)  # tells it from the decision
    category = forms.ModelChoiceField(
        label=_("What does it concern?"), queryset=Category.objects.all(), empty_label=None
    )
    because = note_field(_("Why is it corrected?"), required=True, help_text=_("Kept in the history."))

    field_order = ("category", "because")
    fields_of_arguments = {"reason": "because"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands beside the decision, whose fields have names in common with it.
        super().__init__(*args, auto_id="correct_%s", **kwargs)
        self.fields["category"].widget.attrs.pop("autofocus", None)

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        self.initial["category"] = situation.referral.category_id

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "changes": {"category": self.cleaned_data["category"]},
            "reason": self.cleaned_data["because"],
        }
