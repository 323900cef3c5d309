"""A municipality's own staff: one form for each kind of row, to add, to change and to end it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.choices import Engagement, OccupationKind
from referrals.forms.base import ErgoForm
from referrals.forms.fields import NorwegianDateField
from referrals.models import CoverageAgreement, Employment, Occupation, Vacancy
from referrals.models.periods import refusals_of_days
from referrals.models.workforce import MOST_AGREED_FTE, MOST_FTE
from referrals.templatetags.ergo import day_month_year

Text = str | Promise
Places = Sequence[tuple[Any, Text]]

FTE = re.compile(r"(-?)([0-9]{1,4})(?:[.,]([0-9]{1,2}))?", re.ASCII)

GIVEN, RECEIVED = "given", "received"
# How an action calls what a form calls otherwise.
NAMES_OF_ACTIONS = {"provider": "other", "is_student": "approval", "is_licence": "approval"}


class FteField(forms.DecimalField):
    """Årsverk with up to two decimals, comma or point; more than 0 and at most `most`. One message for all else."""

    def __init__(self, *, most: float, **kwargs: Any) -> None:
        typed = forms.TextInput(attrs={"inputmode": "decimal", "size": "6"})
        help_text = _("1 is a full position; half a position is 0.5.")
        super().__init__(label=_("Årsverk"), widget=typed, help_text=help_text, **kwargs)
        self.most = most

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        match = FTE.fullmatch(str(value).strip())
        if not match:
            text = _now("Write årsverk as a number with up to two decimals. Half a position, 50 %, is 0.5.")
            raise ValidationError(text, "invalid")
        sign, whole, part = match.groups()
        return Decimal(f"{sign}{whole}.{part or 0}")

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is not None and not 0 < value <= self.most:
            most = {"most": self.prepare_value(Decimal(str(self.most)))}
            raise ValidationError(
                _now("Årsverk must be more than 0 and at most %(most)s.") % most, "impossible"
            )

    def prepare_value(self, value: Any) -> Any:
        """As it is written here: 0,5."""
        if not isinstance(value, Decimal):
            return value
        return f"{value.normalize():f}".replace(".", ",")


def first_day(label: Text) -> NorwegianDateField:
    """The first day of a period."""
    return NorwegianDateField(label=label, help_text=_("The first day, for example 01.08.2026."))


def first_day_without(help_text: Text) -> NorwegianDateField:
    """The end of a period, which it does not hold itself."""
    return NorwegianDateField(label=_("To"), required=False, help_text=help_text)


class RecordForm(ErgoForm):
    """A row of the workforce. `facts` are the fields that its action is told of by their own names.

    `seen` is the state of a row that is changed, `submission` the key of a form that adds one. `today` is the day by
    which days are too far ahead.
    """

    mark_optional = False
    facts: tuple[str, ...] = ()
    fields_of_arguments = NAMES_OF_ACTIONS
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, today: date, changes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.changes = today, changes
        self.prepare()
        self.prepare_fields()
        if not self.is_bound:
            self.visible_fields()[0].field.widget.attrs["autofocus"] = True

    def prepare(self) -> None:
        """Where a form sets its choices, and leaves out what is not to be changed."""

    @classmethod
    def values_of(cls, row: Any) -> dict[str, Any]:
        """A row as the form's first values."""
        return {name: row._meta.get_field(name).value_from_object(row) for name in cls.facts}

    def clean(self) -> dict[str, Any]:
        """Days that nobody can mean are told beside whatever else is wrong; the action refuses them too."""
        cleaned = super().clean()
        for refusal in refusals_of_days(cleaned.get("valid_from"), cleaned.get("valid_to"), self.today):
            self.add_error(refusal.field, str(refusal))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the row has it; only of a valid form."""
        return {name: self.cleaned_data[name] for name in self.facts}

    @property
    def since(self) -> date | None:
        """The day from which a change holds; None corrects the row as a whole."""
        return self.cleaned_data.get("since")

    def say_what_stands_now(self) -> None:
        """Beside each field where what was typed differs from the row, whose values are the form's first ones."""
        for name in self.changed_data:
            if not self[name].is_hidden and name in self.initial:
                value = _in_words(self.fields[name], self.initial[name])
                self.add_error(name, _now("Now: %(value)s") % {"value": value})


def _in_words(field: forms.Field, value: Any) -> str:
    """What the form would show of a value."""
    if isinstance(field, forms.BooleanField):
        return _now("Yes") if value else _now("No")
    if value in (None, ""):
        return "–"
    if isinstance(value, date):
        return day_month_year(value)
    choices = {str(key): label for key, label in _flat(getattr(field, "choices", ()))}
    return str(choices.get(str(value)) or field.prepare_value(value))


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """Choices without the groups that they stand in."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


class SinceForm(RecordForm):
    """A row that may also be changed from a day on, so that what stood until then is kept."""

    since = NorwegianDateField(
        label=_("Changed from"),
        required=False,
        help_text=_(
            "The first day on which the new values hold; what stood until then is kept as a period of its own. Leave "
            "it empty only to correct what was never right."
        ),
    )

    def prepare(self) -> None:
        if not self.changes:
            del self.fields["since"]


class OccupationField(forms.ChoiceField):
    """An occupation of the register; those that only support ergoterapi stand apart."""

    def __init__(self) -> None:
        super().__init__(label=_("Occupation"), widget=forms.Select)

    def offer(self, occupations: Iterable[Occupation], *, only: OccupationKind | None = None) -> None:
        """Set the choices, in the order of the codes; `only`: those of one kind."""
        kinds = [only] if only else list(OccupationKind)
        found = {kind: [] for kind in kinds}
        for occupation in occupations:
            if occupation.kind in found:
                found[OccupationKind(occupation.kind)].append((str(occupation.pk), str(occupation)))
        groups = [(kind.label, choices) for kind, choices in found.items() if choices]
        self.choices = [("", _("Choose")), *(groups[0][1] if only and groups else groups)]


class PostForm(SinceForm):
    """A post in an occupation, of `only` one kind where that is said."""

    only: OccupationKind | None = None
    occupation = OccupationField()

    def __init__(self, *args: Any, occupations: Iterable[Occupation], **kwargs: Any) -> None:
        self.occupations = occupations
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        super().prepare()
        self.fields["occupation"].offer(self.occupations, only=self.only)

    @classmethod
    def values_of(cls, row: Employment | Vacancy) -> dict[str, Any]:
        return super().values_of(row) | {"occupation": str(row.occupation_id)}

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"occupation_id": int(self.cleaned_data["occupation"])}


class EmploymentForm(PostForm):
    """A therapist's post in the municipality."""

    facts = ("engagement", "fte", "is_temporary", "valid_from", "valid_to")
    engagement = forms.ChoiceField(
        label=_("Engagement"), choices=Engagement, widget=forms.RadioSelect, initial=Engagement.OWN
    )
    fte = FteField(most=MOST_FTE)
    is_temporary = forms.BooleanField(
        label=_("Temporary"), required=False, help_text=_("A substitute, or a post for a limited time.")
    )
    valid_from = first_day(_("From"))
    valid_to = first_day_without(
        _(
            "The first day not employed: for somebody whose last day is 31.07., 01.08. Empty: until further notice."
        )
    )
    field_order = ("occupation", "engagement", "fte", "is_temporary", "valid_from", "valid_to", "since")


class LeaveForm(RecordForm):
    """A leave from a post. Nobody is asked why."""

    facts = ("valid_from", "valid_to")
    valid_from = first_day(_("From"))
    valid_to = first_day_without(
        _("The first day back at work. Empty: not known yet. Why somebody is away is not written down.")
    )


class VacancyForm(PostForm):
    """A post that nobody has."""

    only = OccupationKind.THERAPIST
    facts = ("fte", "valid_from", "valid_to")
    fte = FteField(most=MOST_FTE)
    valid_from = first_day(_("Vacant from"))
    valid_to = first_day_without(
        _("The first day that it is filled, or is no post any more. Empty: vacant until further notice.")
    )
    field_order = ("occupation", "fte", "valid_from", "valid_to", "since")


class AgreementForm(SinceForm):
    """An agreement with another municipality. Who it is with is said once: another one is another agreement."""

    facts = ("fte", "reference", "valid_from", "valid_to")
    direction = forms.ChoiceField(
        label=_("Who serves whom"),
        choices=(
            (RECEIVED, _("The other municipality serves us")),
            (GIVEN, _("We serve the other municipality")),
        ),
        widget=forms.RadioSelect,
    )
    other = forms.ChoiceField(
        label=_("The other municipality"),
        error_messages={"invalid_choice": _("Choose another municipality than your own, from the list.")},
    )
    fte = FteField(most=MOST_AGREED_FTE, required=False)
    reference = forms.CharField(
        label=_("Document reference"),
        max_length=100,
        required=False,
        help_text=_(
            "Where the agreement is filed. Own staff of both municipalities see it; coverage shows it to nobody else."
        ),
    )
    valid_from = first_day(_("From"))
    valid_to = first_day_without(_("The first day without the agreement. Empty: until further notice."))
    field_order = ("direction", "other", "fte", "reference", "valid_from", "valid_to", "since")

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        self.places = places
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        super().prepare()
        self.fields["fte"].help_text = _now(
            "What is moved from the one that serves to the one that is served. Empty: on demand, which moves nothing."
        )
        if self.changes:
            del self.fields["direction"], self.fields["other"]
        else:
            self.fields["other"].choices = [("", _now("Choose")), *self.places]

    def agreement(self, own_id: int, values: Mapping[str, Any]) -> CoverageAgreement:
        """The new row between one's own municipality and the other."""
        other = int(self.cleaned_data["other"])
        received = self.cleaned_data["direction"] == RECEIVED
        provider, recipient = (other, own_id) if received else (own_id, other)
        return CoverageAgreement(provider_id=provider, recipient_id=recipient, **values)


class StatementForm(RecordForm):
    """The municipality's own word that it has no ergoterapeut."""

    facts = ("source", "valid_from", "valid_to")
    source = forms.CharField(
        label=pgettext_lazy("statement", "Source"),
        max_length=200,
        help_text=_("Who said it, and where: a role or a document, no names. Everybody reads it."),
    )
    valid_from = first_day(_("From"))
    valid_to = first_day_without(_("The first day it no longer holds. Empty: until further notice."))


class EndForm(RecordForm):
    """When a row no longer holds."""

    on = NorwegianDateField(label=_("First day without"))

    def __init__(self, *args: Any, words: Text, **kwargs: Any) -> None:
        self.words = words
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        self.fields["on"].help_text = self.words
