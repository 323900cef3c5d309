"""One small form for each move of a referral. Which moves are allowed, and what they do, the actions say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.choices import (
    NOT_COUNTED,
    STOPS_CLOCK,
    Channel,
    Handling,
    Move,
    Outcome,
    PauseReason,
    Source,
    Urgency,
    ValidationChannel,
    ValidationResult,
    allowed_outcomes,
)
from referrals.forms.base import ErgoForm, Section
from referrals.forms.fields import LongTextField, NorwegianDateField
from referrals.models import (
    Category,
    InformationRequest,
    PriorityTarget,
    Referral,
    RiskEvent,
    Therapist,
    Unit,
    WaitPause,
)
from referrals.models.referral import LONGEST_TEXT
from referrals.templatetags.ergo import day_month_year

Text = str | Promise

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Situation:
    """What a move starts from: the referral as it stands, and what there is to choose between.

    `units` are those of the municipality, most often none. `targets` are the levels of its
    priority key for this referral, `therapists` those employed there today, `pauses` those that run, each for another
    reason. `twins` are the citizen's other open referrals in the category that the user may see, `missing` the
    information that has not come, `risks` the risk events that stand; most often none.
    """

    referral: Referral
    today: date
    targets: Sequence[PriorityTarget]
    therapists: QuerySet[Therapist]
    units: QuerySet[Unit]
    pauses: Sequence[WaitPause]
    twins: QuerySet[Referral]
    missing: Sequence[InformationRequest] = ()
    risks: Sequence[RiskEvent] = ()
    own_therapist_id: int | None = None


class DescribedRadios(forms.RadioSelect):
    """Radio buttons of which some have a line of explanation; `descriptions` holds it by value.

    `by_key`: each is chosen by the key of its value, outside of fields (app.js). Of a group that is to have the focus,
    one button gets it: the chosen one, else the first.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.descriptions: dict[str, Text] = {}
        self.by_key = False

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["description"] = self.descriptions.get(str(value), "")
        if option["description"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_helptext"
        if self.by_key:
            option["attrs"]["aria-keyshortcuts"] = str(value)
        return option

    def optgroups(self, *args: Any, **kwargs: Any) -> list[tuple[Any, list[dict[str, Any]], int]]:
        groups = super().optgroups(*args, **kwargs)
        options = [option for _name, members, _index in groups for option in members]
        chosen = [option for option in options if option["selected"]]
        for option in options:
            if option is not (chosen or options)[0]:
                option["attrs"].pop("autofocus", None)
        return groups


class DescribedChoiceField(forms.ChoiceField):
    """A question answered by one of a few choices, each with a line that may say what it means."""

    widget = DescribedRadios

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(template_name="forms/described_choices.html", **kwargs)

    def offer(self, choices: Iterable[tuple[Any, Text, Text]]) -> None:
        """Set the choices: value, label, explanation (may be empty)."""
        offered = list(choices)
        self.choices = [(value, label) for value, label, _explanation in offered]
        self.widget.descriptions = {str(value): explanation for value, _label, explanation in offered}


def note_field(label: Text, *, required: bool = False, help_text: Text = "") -> forms.CharField:
    """A line or two about why, kept in the history."""
    return LongTextField(
        label=label,
        required=required,
        max_length=LONGEST_NOTE,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


def version_seen(data: Mapping[str, Any]) -> int:
    """The version of the referral that the user saw; 0, older than any, when the form does not tell."""
    version = str(data.get("version", ""))
    return int(version) if version.isdecimal() and len(version) < 10 else 0


class MoveForm(ErgoForm):
    """A move made on a day, on the version of the referral that the user saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = NorwegianDateField(label=_("Date"))

    def __init__(self, *args: Any, situation: Situation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.situation = situation
        self.initial |= {"version": situation.referral.version, "on": situation.today}
        self.fields["on"].not_before = situation.referral.received_on
        self.fields["on"].not_after = situation.today
        self.prepare(situation)
        if not self.is_bound:
            self.visible_fields()[0].field.widget.attrs["autofocus"] = True

    def prepare(self, situation: Situation) -> None:
        """Where a form sets its choices and what it proposes."""

    @classmethod
    def onto(cls, typed: QueryDict, *, situation: Situation) -> Self:
        """What was typed for an older version, as a form on the referral as it stands now."""
        data = typed.copy()
        data["version"] = str(situation.referral.version)
        return cls(data, situation=situation)

    @property
    def seen(self) -> list[tuple[Referral, int]]:
        """Each referral that the form is about, as it stands, with the version of it that the user saw."""
        return [(self.situation.referral, version_seen(self.data))]

    @property
    def is_stale(self) -> bool:
        """Whether a referral was saved by somebody else after this form was shown."""
        return any(referral.version != version for referral, version in self.seen)

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the action, but for those that every action has."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def leads_to(self) -> Move | None:
        """The move that follows from what was answered; None: the case's own page comes next."""
        return None


class PrioritiseForm(MoveForm):
    """The priority, out of the municipality's own key for the category on the day of receipt."""

    priority = DescribedChoiceField(label=_("Which priority?"))
    on = NorwegianDateField(label=_("Assessed on"))
    note = note_field(
        _("Why"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )

    field_order = ("priority", "on", "note")

    def prepare(self, situation: Situation) -> None:
        self.initial["priority"] = situation.referral.priority
        self.fields["priority"].offer(
            (target.level, _start_within(target), target.criteria) for target in situation.targets
        )

    @property
    def arguments(self) -> dict[str, Any]:
        return super().arguments | {"priority": int(self.cleaned_data["priority"])}


class AssignForm(MoveForm):
    """The therapist who is to take the case, among those employed today; or nobody, to take it back."""

    therapist = forms.ModelChoiceField(label=_("Therapist"), queryset=None, empty_label=_("Choose"))
    on = NorwegianDateField(label=_("Assigned on"))

    field_order = ("therapist", "on")
    fields_of_arguments = {"therapist_id": "therapist"}

    def prepare(self, situation: Situation) -> None:
        therapist = self.fields["therapist"]
        therapist.queryset = situation.therapists
        self.initial["therapist"] = situation.referral.therapist_id
        if situation.referral.therapist_id is not None:
            therapist.required, therapist.empty_label = False, _("Nobody: take the assignment back")

    @property
    def arguments(self) -> dict[str, Any]:
        chosen = self.cleaned_data["therapist"]
        return {"on": self.cleaned_data["on"], "therapist_id": chosen.pk if chosen else None}


class PauseForm(MoveForm):
    """The wait is put on hold. Each reason says whether it counts against the target."""

    reason = DescribedChoiceField(label=_("Why is it put on hold?"))
    on = NorwegianDateField(label=_("On hold from"))
    until = NorwegianDateField(
        label=_("Back on the list from"),
        required=False,
        help_text=_("Leave it empty when you do not know. The first day that is not on hold."),
    )

    field_order = ("reason", "on", "until")

    def prepare(self, situation: Situation) -> None:
        self.fields["reason"].offer((reason, reason.label, _effect(reason)) for reason in PauseReason)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        on, until = cleaned.get("on"), cleaned.get("until")
        if on and until and until <= on:
            self.add_error("until", _("The hold must last at least a day."))
        return cleaned


class ResumeForm(MoveForm):
    """The wait is no longer on hold for a reason, from this day. One is not asked for where only one runs."""

    hold = DescribedChoiceField(label=_("Which hold ends?"))
    on = NorwegianDateField(label=_("Back on the list from"))

    field_order = ("hold", "on")
    fields_of_arguments = {"reason": "hold"}

    def prepare(self, situation: Situation) -> None:
        running, hold, on = situation.pauses, self.fields["hold"], self.fields["on"]
        hold.offer((pause.reason, pause.get_reason_display(), _since(pause)) for pause in running)
        on.not_before = min((pause.started_on for pause in running), default=on.not_before)
        if len(running) > 1:
            on.label = _("The first day not on hold for it")
        elif running:
            # Sent along all the same: it may have become another one by then.
            self.fields["hold"] = forms.CharField(widget=forms.HiddenInput)
            self.initial["hold"] = running[0].reason
            on.help_text = f"{running[0].get_reason_display()}. {_since(running[0])}."

    @property
    def arguments(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"], "reason": self.cleaned_data["hold"]}


class ReviewForm(MoveForm):
    """A long hold was looked at and goes on. Which one is not asked for where only one runs."""

    hold = DescribedChoiceField(label=_("Which hold was reviewed?"))
    on = NorwegianDateField(label=_("Reviewed on"))
    note = note_field(
        _("Why does the hold go on?"),
        required=True,
        help_text=_("Kept in the history. Leave out what belongs in the patient record."),
    )

    field_order = ("hold", "note", "on")
    fields_of_arguments = {"reason": "hold"}

    def prepare(self, situation: Situation) -> None:
        running = situation.pauses
        self.fields["hold"].offer((one.reason, one.get_reason_display(), _since(one)) for one in running)
        self.fields["on"].not_before = min((one.started_on for one in running), default=None)
        if len(running) == 1:
            self.fields["hold"] = forms.CharField(widget=forms.HiddenInput)
            self.initial["hold"] = running[0].reason
            self.fields["note"].help_text = f"{running[0].get_reason_display()}. {_since(running[0])}."

    @property
    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in super().arguments.items() if name != "hold"} | {
            "reason": self.cleaned_data["hold"]
        }


class AskForm(MoveForm):
    """The citizen was asked whether they still wait."""

    way = DescribedChoiceField(label=_("How was the citizen asked?"))
    on = NorwegianDateField(label=_("Asked on"))

    field_order = ("way", "on")
    fields_of_arguments = {"channel": "way"}

    def prepare(self, situation: Situation) -> None:
        self.fields["way"].offer((way, way.label, "") for way in ValidationChannel)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"], "channel": self.cleaned_data["way"]}


class AnswerForm(MoveForm):
    """What the citizen answered when asked whether they still wait."""

    result = DescribedChoiceField(label=_("What was the answer?"))
    on = NorwegianDateField(label=_("Answered on"))
    note = note_field(
        _("Note"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )

    field_order = ("result", "on", "note")
    LEADS_TO = {ValidationResult.NOT_NEEDED: Move.CLOSE, ValidationResult.CHANGED: Move.PRIORITISE}
    MEANINGS = {
        ValidationResult.STILL_WAITING: _("The next round comes in 90 days."),
        ValidationResult.NOT_NEEDED: _("The next page closes the case with this reason."),
        ValidationResult.CHANGED: _(
            "The need is assessed anew. No day of the wait is lost, and the priority holds until then."
        ),
        ValidationResult.NOT_REACHED: _("The case stays on the list. The next round comes in 90 days."),
    }

    def prepare(self, situation: Situation) -> None:
        self.fields["result"].offer((one, one.label, self.MEANINGS[one]) for one in ValidationResult)
        self.fields["on"].not_before = getattr(situation.referral, "asked_on", None)

    @property
    def leads_to(self) -> Move | None:
        return self.LEADS_TO.get(self.cleaned_data["result"])


class ReplyForm(MoveForm):
    """The preliminary reply that an application must have within a month."""

    on = NorwegianDateField(label=_("Reply sent on"))


class CloseForm(MoveForm):
    """The case is closed, with the reason."""

    outcome = DescribedChoiceField(label=_("Why is the case closed?"))
    on = NorwegianDateField(label=_("Closed on"))
    note = note_field(
        _("Note"), help_text=_("Kept in the history. Leave out what belongs in the patient record.")
    )

    field_order = ("outcome", "on", "note")

    def prepare(self, situation: Situation) -> None:
        referral = situation.referral
        self.fields["on"].not_before = referral.started_on or referral.received_on
        self.fields["outcome"].offer(
            (outcome, outcome.label, _("Is left out of all figures.") if outcome in NOT_COUNTED else "")
            for outcome in allowed_outcomes(referral.status)
        )
        if referral.last_answer == ValidationResult.NOT_NEEDED:
            self.initial["outcome"] = Outcome.NOT_NEEDED


class ReopenForm(MoveForm):
    """A case closed by mistake or too early is opened again; the wait keeps its start."""

    on = NorwegianDateField(label=_("Reopened on"))
    note = note_field(_("Why is it reopened?"), required=True)

    def prepare(self, situation: Situation) -> None:
        self.fields["on"].not_before = situation.referral.closed_on


class CorrectForm(MoveForm):
    """The facts as they were registered, to be put right; only what the user changes is written.

    Each field carries the value it was shown with, so that a save after somebody else's touches nothing the user left
    alone. Dates that later moves wrote are there where the referral has them.
    """

    mark_optional = False

    received_on = NorwegianDateField(label=_("Received date"))
    seniority_on = NorwegianDateField(
        label=_("Seniority date"),
        help_text=_("The day it was first received anywhere for this need; for most the received date."),
    )
    prioritised_on = NorwegianDateField(label=_("Assessed on"))
    started_on = NorwegianDateField(label=_("Date of the first contact"))
    closed_on = NorwegianDateField(label=_("Closed on"))
    source = forms.ChoiceField(label=_("Who refers?"), choices=Source)
    channel = forms.ChoiceField(label=_("How did it come in?"), choices=Channel)
    category = forms.ModelChoiceField(
        label=_("What does it concern?"), queryset=Category.objects.all(), empty_label=None
    )
    unit = forms.ModelChoiceField(
        label=_("Unit"), required=False, queryset=Unit.objects.none(), empty_label=_("No unit")
    )
    handling = forms.ChoiceField(label=_("Treated as"), choices=Handling)
    urgency = forms.ChoiceField(
        label=_("Is it urgent?"), required=False, choices=[("", _("No, not urgent")), *Urgency.choices]
    )
    reason = LongTextField(label=_("Reason for the referral"), required=False, max_length=LONGEST_TEXT)
    what_matters = LongTextField(
        label=_("What matters to the citizen?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    referrer_name = forms.CharField(label=_("Referrer’s name"), required=False, max_length=150)
    referrer_phone = forms.CharField(label=_("Referrer’s telephone"), required=False, max_length=30)
    external_reference = forms.CharField(
        label=_("The record system’s reference"), required=False, max_length=60
    )
    because = note_field(_("Why is it corrected?"), required=True, help_text=_("Kept in the history."))

    DATES = ("received_on", "seniority_on", "prioritised_on", "started_on", "closed_on")
    ARRIVAL = ("source", "channel", "category", "unit", "handling", "urgency")
    NEED = ("reason", "what_matters")
    REFERRER = ("referrer_name", "referrer_phone", "external_reference")
    FACTS = (*DATES, *ARRIVAL, *NEED, *REFERRER)

    sections = (
        Section(_("Dates"), DATES),
        Section(_("The referral"), ARRIVAL),
        Section(_("The need"), NEED),
        Section(_("Referrer and record system"), REFERRER),
        Section(_("The correction"), ["because"]),
    )

    def prepare(self, situation: Situation) -> None:
        del self.fields["on"]
        self.fields["unit"].queryset = situation.units
        for name in self.FACTS:
            self.initial[name] = getattr(situation.referral, name)
            self.fields[name].show_hidden_initial = True
        for name in self.DATES:
            self.fields[name].not_after = situation.today
            if self.initial[name] is None:
                del self.fields[name]
        if not situation.units:
            del self.fields["unit"]

    @classmethod
    def onto(cls, typed: QueryDict, *, situation: Situation) -> Self:
        """What the user changed stays as typed; what the user left alone is as it stands now."""
        before, now = cls(typed, situation=situation), cls(situation=situation)
        changed = set(before.changed_data)
        data = super().onto(typed, situation=situation).data
        for name in now.fields.keys() & set(cls.FACTS):
            current = now[name].value()
            data[now[name].html_initial_name] = current
            if name not in changed:
                data[name] = current
        return cls(data, situation=situation)

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "changes": {name: self.cleaned_data[name] for name in self.changed_data if name in self.FACTS},
            "reason": self.cleaned_data["because"],
        }


def _start_within(target: PriorityTarget) -> str:
    return _now("Priority %(level)s: start within %(days)s days") % {
        "level": target.level,
        "days": target.days,
    }


def _since(pause: WaitPause) -> str:
    return _now("On hold since %(day)s") % {"day": day_month_year(pause.started_on)}


def _effect(reason: PauseReason) -> Text:
    """What a pause of this kind does to the target: gross wait always runs."""
    if reason in STOPS_CLOCK:
        return _("The days are deducted when the target is judged.")
    return _("Recorded only: the days count in full.")
