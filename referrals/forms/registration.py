"""The forms that log a referral: first whom it is about, then what came in."""

from copy import deepcopy
from datetime import date
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import TextChoices
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from referrals.choices import Channel, Handling, Protection, Source, Urgency, WrittenForm
from referrals.errors import DomainError
from referrals.forms.base import ErgoForm, Section
from referrals.forms.fields import LongTextField, NorwegianDateField
from referrals.identity import Identifier, parse
from referrals.models import Category, Person
from referrals.models.referral import LONGEST_TEXT

ADDRESS = ("address", "postal_code", "postal_place")
CONTACT = ("phone", "email", *ADDRESS, "interpreter_language", "written_form", "protection")

# Questions that come only where an answer is needed.
ASKED_WHEN_NEEDED = ("another_because", "late_because")

four_digits = RegexValidator(r"^\d{4}$", _("A postal code has four digits."))


def short_text(label: Any, max_length: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    """One line about a person. The browser neither remembers it nor suggests what was typed about another."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=max_length, required=required, widget=widget)


class IdentifierField(forms.CharField):
    """An identity number, checked; the cleaned value is an `Identifier`, or None when nothing was typed.

    The form sets `on` and `allow_synthetic`, which decide what is accepted.
    """

    on: date
    allow_synthetic: bool

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "inputmode": "numeric", "size": "14"}
        super().__init__(max_length=40, empty_value="", widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Identifier | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(text, on=self.on, allow_synthetic=self.allow_synthetic)
        except DomainError as error:
            raise ValidationError(str(error), error.code) from None


class DefaultingChoiceField(forms.ChoiceField):
    """A question that nearly everybody answers alike: it has its answer already, and nobody must look at it."""

    def __init__(self, *, default: TextChoices, **kwargs: Any) -> None:
        super().__init__(choices=type(default), initial=default, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        return super().clean(value) or str(self.initial)


class CitizenForm(ErgoForm):
    """What both steps share: which day it is, and whether the demo's fictitious numbers are accepted."""

    def __init__(self, *args: Any, on: date, allow_synthetic: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        for field in self.fields.values():
            if isinstance(field, IdentifierField):
                field.on, field.allow_synthetic = on, allow_synthetic
        if "birth_date" in self.fields:
            birth_date = self.fields["birth_date"]
            birth_date.not_after, birth_date.latest_year = on, on.year


class CitizenSearchForm(CitizenForm):
    """Step 1: the citizen by exact number, or by name and birth date together. Never sent by GET."""

    mark_required = False

    identifier = IdentifierField(
        label=_("Identity number"),
        required=False,
        help_text=_("11 digits: national identity number, D-number or auxiliary number"),
    )
    name = short_text(_("Name"), 200)
    birth_date = NorwegianDateField(label=_("Birth date"), required=False)

    sections = (
        Section(_("With the number"), ["identifier"]),
        Section(
            _("Or without the number"),
            ["name", "birth_date"],
            _("When the number is not known: name and birth date together."),
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors or cleaned["identifier"]:
            return cleaned
        name, birth_date = cleaned["name"], cleaned["birth_date"]
        if not name and not birth_date:
            self.add_error("identifier", _("Write the number, or name and birth date."))
        elif not name:
            self.add_error("name", _("Write the name too."))
        elif not birth_date:
            self.add_error("birth_date", _("Write the birth date too."))
        return cleaned

    @property
    def typed(self) -> dict[str, str]:
        """What was searched for, as text: kept on the server until the referral is saved."""
        identifier, birth_date = self.cleaned_data["identifier"], self.cleaned_data["birth_date"]
        return {
            "identifier": identifier.digits if identifier else "",
            "name": self.cleaned_data["name"],
            "birth_date": birth_date.isoformat() if birth_date else "",
        }


class RegistrationForm(CitizenForm):
    """Step 2 for a citizen who is known here: what came in, and contact details that may be put right.

    The received date starts empty. It starts the clock, and a prefilled today would be accepted unread for the letter
    that lay since Friday; six figures take two seconds.

    Selects, not radio buttons, wherever there are more than a few choices: one letter chooses, one Tab goes on.
    """

    mark_optional = False

    received_on = NorwegianDateField(
        label=_("Received date"),
        help_text=_("The day the service received it, however it came. For example 22112026 or 22.11.26"),
    )
    source = forms.ChoiceField(label=_("Who refers?"), choices=[("", _("Choose")), *Source.choices])
    channel = forms.ChoiceField(label=_("How did it come in?"), choices=[("", _("Choose")), *Channel.choices])
    category = forms.ModelChoiceField(
        label=_("What does it concern?"), queryset=Category.objects.all(), empty_label=_("Choose")
    )
    handling = forms.ChoiceField(
        label=_("Treated as"),
        choices=Handling,
        widget=forms.RadioSelect,
        help_text=_(
            "An application leads to a formal decision with a right of appeal and needs a preliminary reply within one "
            "month. A referral does not."
        ),
    )
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
    phone = short_text(_("Telephone"), 30, inputmode="tel", size="16")
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    address = short_text(_("Address"), 200)
    postal_code = forms.CharField(
        label=_("Postal code"),
        required=False,
        validators=[four_digits],
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "size": "6"}),
    )
    postal_place = short_text(_("Postal place"), 100)
    interpreter_language = short_text(_("Interpreter needed, which language?"), 50)
    written_form = DefaultingChoiceField(label=_("Letters are written in"), default=WrittenForm.NB)
    protection = DefaultingChoiceField(label=_("Address protection"), default=Protection.NONE)
    referrer_name = short_text(_("Referrer’s name"), 150)
    referrer_phone = short_text(_("Referrer’s telephone"), 30, inputmode="tel", size="16")
    external_reference = short_text(_("The record system’s reference"), 60)
    seniority_on = NorwegianDateField(
        label=_("First received there"),
        required=False,
        help_text=_(
            "The day the former municipality received it. It is kept as seniority; the wait counts from receipt here."
        ),
    )
    another_because = forms.CharField(
        label=_("Why is another one registered?"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    late_because = forms.CharField(
        label=_("Why is it registered only now?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    SECTION_LATE = Section(
        _("Received long ago"),
        ["late_because"],
        _("The reason stays in the history. The clock starts on receipt."),
    )
    SECTION_SECOND = Section(
        _("Register another one all the same?"),
        ["another_because"],
        _(
            "Open the one that is there, or write why there is to be another. The reason stays in the history."
        ),
    )
    SECTION_REFERRAL = Section(
        _("The referral"), ["received_on", "source", "channel", "category", "handling", "urgency"]
    )
    SECTION_NEED = Section(_("The need"), ["reason", "what_matters"])
    SECTION_REFERRER = Section(
        _("Referrer and record system"), ["referrer_name", "referrer_phone", "external_reference"]
    )
    SECTION_MOVED = Section(_("Moved here while waiting in another municipality?"), ["seniority_on"])
    sections = (
        SECTION_LATE,
        SECTION_SECOND,
        SECTION_REFERRAL,
        SECTION_NEED,
        Section(_("Contact with the citizen"), CONTACT),
        SECTION_REFERRER,
        SECTION_MOVED,
    )

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        received_on = self.fields["received_on"]
        received_on.not_after = self.fields["seniority_on"].not_after = self.on
        if person is not None:
            received_on.not_before = person.birth_date
            self._leave_out_what_is_protected(person)
            self._remember_contact()
        if not self.is_bound:
            self._begin_at_received()
        for name in ASKED_WHEN_NEEDED:
            if name not in self.data:
                del self.fields[name]

    def as_typed(self) -> Self:
        """Show what was typed without judging it: a draft needs to make no sense yet."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        self._begin_at_received()
        return self

    @property
    def names_sent(self) -> list[str]:
        """What a browser sends of this form: its fields, and the details as they were shown with them."""
        shown_with = [name for name, field in self.fields.items() if field.show_hidden_initial]
        return [*self.fields, *(self.add_initial_prefix(name) for name in shown_with)]

    def _begin_at_received(self) -> None:
        self.fields["received_on"].widget.attrs["autofocus"] = True

    def _leave_out_what_is_protected(self, person: Person) -> None:
        """Neither the address of a protected citizen nor the protection is this form's to change."""
        if person.is_address_protected:
            for name in (*ADDRESS, "protection"):
                del self.fields[name]

    def _remember_contact(self) -> None:
        """Each detail carries the value it was shown with, so that only what this user changed is written."""
        for name in CONTACT:
            if name in self.fields:
                self.fields[name].show_hidden_initial = True

    def ask_why(self, name: str) -> None:
        """Ask for the reason to register it all the same; from now on the question stays in the form."""
        self.fields[name] = deepcopy(self.base_fields[name])

    @property
    def because(self) -> str:
        """Why another open referral in the category is registered; empty when nobody asked, or nobody answered."""
        return self.cleaned_data.get("another_because", "")

    @property
    def why_late(self) -> str:
        """Why it is registered long after receipt; empty when nobody asked, or nobody answered."""
        return self.cleaned_data.get("late_because", "")

    @property
    def contact(self) -> dict[str, Any]:
        """The contact details, by the citizen's own field names; of a known citizen only those that were changed."""
        names = [name for name in CONTACT if name in self.fields]
        if self.person is not None:
            names = [name for name in names if name in self.changed_data]
        return {name: self.cleaned_data[name] for name in names}

    @property
    def referral(self) -> dict[str, Any]:
        """What came in, by the referral's own field names."""
        asked = (self.SECTION_REFERRAL, self.SECTION_NEED, self.SECTION_REFERRER, self.SECTION_MOVED)
        names = [name for section in asked for name in section.fields]
        return {name: self.cleaned_data[name] for name in names}


class NewCitizenRegistrationForm(RegistrationForm):
    """Step 2 for a citizen who is not registered here before: who it is, too."""

    given_name = short_text(_("Given name"), 100, required=True)
    family_name = short_text(_("Family name"), 100, required=True)
    birth_date = NorwegianDateField(label=_("Birth date"))
    identifier = IdentifierField(
        label=_("Identity number"),
        required=False,
        help_text=_("11 digits: national identity number, D-number or auxiliary number"),
    )
    identifier_unknown = forms.BooleanField(label=_("The number is not known"), required=False)

    sections = (
        RegistrationForm.SECTION_LATE,
        RegistrationForm.SECTION_SECOND,
        RegistrationForm.SECTION_REFERRAL,
        RegistrationForm.SECTION_NEED,
        Section(
            _("The citizen"),
            ["given_name", "family_name", "birth_date", "identifier", "identifier_unknown", *CONTACT],
        ),
        RegistrationForm.SECTION_REFERRER,
        RegistrationForm.SECTION_MOVED,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_identifier(cleaned.get("identifier"), cleaned.get("birth_date"))
        received_on, birth_date = cleaned.get("received_on"), cleaned.get("birth_date")
        if received_on and birth_date and received_on < birth_date:
            self.add_error("received_on", _("The date cannot be before the citizen was born."))
        return cleaned

    def _check_identifier(self, identifier: Identifier | None, birth_date: date | None) -> None:
        """A number left out by oversight would let the same citizen be registered twice: its absence is said."""
        if "identifier" in self.errors:
            return
        if identifier is None and not self.cleaned_data["identifier_unknown"]:
            self.add_error("identifier", _("Write the number, or tick that it is not known."))
        if identifier is not None and self.cleaned_data["identifier_unknown"]:
            self.add_error("identifier_unknown", _("The number is filled in: take the tick away."))
        if identifier and birth_date and identifier.birth_date not in (None, birth_date):
            self.add_error(
                "birth_date",
                _("The number says %(date)s. Correct the birth date or the number.")
                % {"date": f"{identifier.birth_date:%d.%m.%Y}"},
            )

    @property
    def citizen(self) -> dict[str, Any]:
        """Who it is, with contact details, by the citizen's own field names."""
        names = ("given_name", "family_name", "birth_date", "identifier")
        return {name: self.cleaned_data[name] for name in names} | self.contact


def names_from(typed: str) -> tuple[str, str]:
    """Given name and family name out of one line: "Kari Ås", "Ås, Kari"; the last word is the family name."""
    family_name, comma, given_name = typed.partition(",")
    if not comma:
        given_name, _space, family_name = typed.strip().rpartition(" ")
    return given_name.strip(), family_name.strip()
