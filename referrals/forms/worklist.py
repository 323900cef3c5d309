"""The forms of the list at work: the next step, facts changed in their row, and one form for several referrals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.choices import NOT_COUNTED, Outcome, ValidationChannel, allowed_outcomes
from referrals.forms.base import ErgoForm
from referrals.forms.case import DescribedChoiceField, MoveForm, Situation, note_field
from referrals.forms.fields import NorwegianDateField
from referrals.models import Referral, Therapist
from referrals.models.referral import LONGEST_STEP


class NextStepForm(MoveForm):
    """What is to be done next in the case, and until when it is put off. Both empty: nothing is set any more."""

    next_step = forms.CharField(
        label=_("Next step"),
        required=False,
        max_length=LONGEST_STEP,
        help_text=_("A few words. Leave out what belongs in the patient record."),
    )
    follow_up_on = NorwegianDateField(label=_("Put off until"), required=False)

    field_order = ("next_step", "follow_up_on")

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        self.initial["next_step"] = situation.referral.next_step
        self.initial["follow_up_on"] = situation.referral.follow_up_on


class PriorityCell(MoveForm):
    """The priority in its row, set today."""

    priority = forms.ChoiceField(label=_("Priority"))

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        self.initial["priority"] = situation.referral.priority
        levels = [(target.level, target.level) for target in situation.targets]
        self.fields["priority"].choices = [("", _("Choose")), *levels]

    @property
    def arguments(self) -> dict[str, Any]:
        return {"priority": int(self.cleaned_data["priority"]), "on": self.situation.today}


class TherapistCell(MoveForm):
    """The therapist in the row, who gets the case today; or nobody."""

    therapist = forms.ModelChoiceField(
        label=_("Therapist"), queryset=None, required=False, empty_label=_("Not assigned")
    )

    fields_of_arguments = {"therapist_id": "therapist"}

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        self.initial["therapist"] = situation.referral.therapist_id
        self.fields["therapist"].queryset = situation.therapists

    @property
    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data["therapist"]
        return {"therapist_id": chosen.pk if chosen else None, "on": self.situation.today}


class NextStepCell(NextStepForm):
    """The next step in its row."""

    next_step = forms.CharField(label=_("Next step"), required=False, max_length=LONGEST_STEP)
    follow_up_on = NorwegianDateField(label=_("Put off until"), required=False, help_text="")


@dataclass(frozen=True)
class Group:
    """Several referrals that are to be changed alike, and what there is to choose between.

    `levels`: in how many of their keys each priority stands.
    """

    referrals: Sequence[Referral]
    today: date
    therapists: QuerySet[Therapist]
    levels: Mapping[int, int]


class ManyForm(ErgoForm):
    """A move made on a day with several referrals."""

    on = NorwegianDateField(label=_("Date"))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.initial["on"] = group.today
        self.fields["on"].not_after = group.today
        self.prepare(group)
        if not self.is_bound:
            self.visible_fields()[0].field.widget.attrs["autofocus"] = True

    def prepare(self, group: Group) -> None:
        """Where a form sets its choices."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the move, the same for each referral."""
        return dict(self.cleaned_data)


class AssignManyForm(ManyForm):
    """The therapist who is to take all of them, among those employed today; or nobody, which must be said."""

    NOBODY = "null"

    therapist = forms.ChoiceField(label=_("Therapist"))
    on = NorwegianDateField(label=_("Assigned on"))

    field_order = ("therapist", "on")
    fields_of_arguments = {"therapist_id": "therapist"}

    def prepare(self, group: Group) -> None:
        therapists = [(one.pk, one.name) for one in group.therapists]
        nobody = (self.NOBODY, _("Nobody: to be assigned later"))
        self.fields["therapist"].choices = [("", _("Choose")), *therapists, nobody]

    @property
    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data["therapist"]
        therapist_id = None if chosen == self.NOBODY else int(chosen)
        return {"therapist_id": therapist_id, "on": self.cleaned_data["on"]}


class PrioritiseManyForm(ManyForm):
    """One priority for all of them, out of the keys by which they are judged."""

    priority = DescribedChoiceField(label=_("Which priority?"))
    on = NorwegianDateField(label=_("Assessed on"))
    note = note_field(
        _("Why"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )

    field_order = ("priority", "on", "note")

    def prepare(self, group: Group) -> None:
        self.fields["priority"].offer(
            (level, _now("Priority %(level)s") % {"level": level}, self._reach(number))
            for level, number in sorted(group.levels.items())
        )

    def _reach(self, number: int) -> str:
        """For how many of them the priority exists, where that is not all."""
        whole = len(self.group.referrals)
        if number == whole:
            return ""
        return _now("In the priority key of %(number)s of the %(whole)s.") % {
            "number": number,
            "whole": whole,
        }

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {"priority": int(self.cleaned_data["priority"])}


class AskManyForm(ManyForm):
    """The citizens of all of them were asked whether they still wait."""

    way = DescribedChoiceField(label=_("How were the citizens asked?"))
    on = NorwegianDateField(label=_("Asked on"))

    field_order = ("way", "on")
    fields_of_arguments = {"channel": "way"}

    def prepare(self, group: Group) -> None:
        self.fields["way"].offer((way, way.label, "") for way in ValidationChannel)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"channel": self.cleaned_data["way"], "on": self.cleaned_data["on"]}


class CloseManyForm(ManyForm):
    """All of them are closed, with one reason."""

    outcome = DescribedChoiceField(label=_("Why are the cases closed?"))
    on = NorwegianDateField(label=_("Closed on"))
    note = note_field(
        _("Note"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )

    field_order = ("outcome", "on", "note")

    def prepare(self, group: Group) -> None:
        possible = {outcome for one in group.referrals for outcome in allowed_outcomes(one.status)}
        self.fields["outcome"].offer(
            (outcome, outcome.label, _("Is left out of all figures.") if outcome in NOT_COUNTED else "")
            for outcome in Outcome
            if outcome in possible
        )
