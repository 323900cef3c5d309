"""What a log of the municipality is narrowed to, and whose access log is asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.choices import ViewKind, ViewReason
from referrals.forms.base import FilterForm
from referrals.forms.fields import NorwegianDateField
from referrals.forms.search import LONGEST_SEARCH, SearchForm
from referrals.reports.logs import RECORDS, Asked, record_of
from referrals.templatetags.ergo import day_month_year

Text = str | Promise


class LogForm(FilterForm):
    """By GET: an employee, a period and a kind. What cannot be understood is marked and narrows nothing."""

    who = forms.TypedChoiceField(label=_("Employee"), required=False, coerce=int, empty_value=None)
    since = NorwegianDateField(label=_("From and including"), required=False, help_text="")
    until = NorwegianDateField(label=_("To and including"), required=False, help_text="")
    kind = forms.ChoiceField(required=False)

    kind_label: Text = ""

    def __init__(self, *args: Any, employees: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", _("Everybody")), *employees]
        self.fields["kind"].label = self.kind_label
        self.fields["kind"].choices = [("", _("Every kind")), *self.kinds()]

    def kinds(self) -> Sequence[tuple[str, Text]]:
        """What there is to choose from."""
        return ()

    @property
    def asked(self) -> Asked:
        """What was chosen and understood."""
        self.is_valid()
        return Asked(**{name: value for name, value in self.cleaned_data.items() if value})

    @property
    def words(self) -> str:
        """The same in words, for whoever has only the list, on paper."""
        said = {
            "who": dict(self.fields["who"].choices).get(self.asked.who),
            "since": self.asked.since and day_month_year(self.asked.since),
            "until": self.asked.until and day_month_year(self.asked.until),
            "kind": self.asked.kind and dict(self.fields["kind"].choices).get(self.asked.kind),
        }
        return ", ".join(f"{self.fields[name].label}: {value}" for name, value in said.items() if value)


class ReadLogForm(LogForm):
    """Narrows the read log; the kind is the kind of page."""

    kind_label = _("What was seen")

    def kinds(self) -> Sequence[tuple[str, Text]]:
        return ViewKind.choices


class ChangeLogForm(LogForm):
    """Narrows the change log; the kind is the kind of row."""

    kind_label = _("What was changed")

    def kinds(self) -> Sequence[tuple[str, Text]]:
        return [(code, record_of(model._meta.db_table)) for code, model in RECORDS.items()]


class AccessLogForm(SearchForm):
    """Whose access log is asked for, and why. Sent by POST: an identity number stands in no address."""

    q = forms.CharField(
        label=_("Identity number or referral number"),
        help_text=_("11 digits, or a number such as 2026-000123"),
        error_messages={"required": _("Write an identity number or a referral number")},
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    why = forms.ChoiceField(
        label=_("Why do you look?"),
        choices=[
            (ViewReason.INSIGHT, _("The citizen has asked who has looked")),
            (ViewReason.CONTROL, ViewReason.CONTROL.label),
        ],
        widget=forms.RadioSelect,
    )

    @property
    def number(self) -> str:
        """The number of a referral, if one was written with its year."""
        return self.numbers[0] if len(self.numbers) == 1 else ""

    def clean_q(self) -> str:
        """The text; a name finds nobody here, and a referral's number is written in full."""
        text = super().clean_q()
        if self.identifier is None and not self.number:
            raise ValidationError(_("Write 11 digits, or a number such as 2026-000123"), "not_understood")
        return text
