"""Which month's deviations are shown, what goes with marking them as reported, and why a mark is taken back."""

from collections.abc import Iterator
from datetime import date, timedelta

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm, FilterForm
from referrals.forms.fields import LongTextField
from referrals.models.deviation import LONGEST_REASON, LONGEST_REFERENCE
from referrals.reports.deviations import month_of
from referrals.reports.periods import Period

MONTHS_OFFERED = 36


def month_value(month: date) -> str:
    """The month as it stands in an address: 2026-10."""
    return f"{month:%Y-%m}"


class MonthForm(FilterForm):
    """The month of the report: the latest one that is over where none is asked for, or one that is not offered."""

    maned = forms.ChoiceField(label=_("Month"), required=False)

    def __init__(self, query: QueryDict, *, today: date) -> None:
        self.months = {month_value(month.start): month for month in _months(today)}
        self.usual = month_value(month_of(today).day_before)
        super().__init__({"maned": query.get("maned", "").strip() or self.usual})
        self.fields["maned"].choices = [
            (value, date_format(month.start, "F Y")) for value, month in self.months.items()
        ]

    @property
    def month(self) -> Period:
        """The month to show."""
        self.is_valid()
        return self.months[self.cleaned_data.get("maned") or self.usual]


class MarkForm(ErgoForm):
    """What is kept with the cases that are marked as reported: where the quality system has them, and why."""

    reference = forms.CharField(
        label=_("Reference in the quality system"), required=False, max_length=LONGEST_REFERENCE
    )
    reason = LongTextField(
        label=_("Reason for the delay"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=_("The same for all that are marked now. Nothing about the citizen."),
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


class WithdrawForm(ErgoForm):
    """Why it was an error that the case was marked as reported."""

    reason = LongTextField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("It is kept with the report, with your name and the time."),
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


def _months(today: date) -> Iterator[Period]:
    """The month that runs, and those before it, the latest first."""
    month = month_of(today)
    for _month in range(MONTHS_OFFERED):
        yield month
        month = month_of(month.start - timedelta(days=1))
