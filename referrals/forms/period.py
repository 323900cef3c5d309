"""Any period: first and last day, and for own staff how it is looked at; whole months for others. By GET."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referrals.choices import Knowledge
from referrals.forms.boards import LooksBack
from referrals.forms.fields import NorwegianDateField
from referrals.reports.flow_months import latest_told_year
from referrals.reports.periods import (
    WEEKS_A_QUARTER,
    Period,
    last_weeks,
    month_ends,
    nearest_months,
    until_day,
)


class PeriodForm(LooksBack):
    """From and with `fra` to and with `til`; the 13 weeks that end today where nothing is asked for.

    `first`: the day the first referral was received, None before any.
    """

    fra = NorwegianDateField(label=_("From and including"), required=False, help_text="")
    til = NorwegianDateField(label=_("To and including"), required=False, help_text="")
    kjent = forms.ChoiceField(label=_("Look at the period"), required=False, choices=Knowledge.choices)

    def __init__(self, query: QueryDict, *, today: date, first: date | None) -> None:
        super().__init__(self._with_days(query, today, first))
        self.today, self.first = today, first
        for name in ("fra", "til"):
            self.fields[name].not_after = today

    def clean(self) -> dict[str, Any]:
        """Refuse what could not be answered, beside the day that is wrong."""
        found = super().clean() or self.cleaned_data
        start, end = found.get("fra"), found.get("til")
        if start and end:
            if end < start:
                self.add_error("til", _("The last day cannot be before the first"))
            elif not until_day(start, end).is_within_ten_years:
                self.add_error("fra", _("The period can be ten years at most"))
            elif self.first and end < self.first:
                message = _("Nothing is known from before %(day)s, when the first referral was received")
                self.add_error("til", message % {"day": f"{self.first:%d.%m.%Y}"})
        return found

    @staticmethod
    def _with_days(query: QueryDict, today: date, first: date | None) -> dict[str, str]:
        """What was asked for; without a last day until today, without a first one the 13 weeks before."""
        asked = {name: value.strip() for name, value in query.items()}
        asked["til"] = asked.get("til") or f"{today:%d.%m.%Y}"
        if not asked.get("fra"):
            asked["fra"] = f"{_quarter_until(asked['til'], today):%d.%m.%Y}"
        return asked

    @property
    def period(self) -> Period | None:
        """The period to show; None where it cannot be."""
        if not self.is_valid() or not (self.cleaned_data["fra"] and self.cleaned_data["til"]):
            return None
        return until_day(self.cleaned_data["fra"], self.cleaned_data["til"])

    @property
    def day(self) -> date:
        """The last day; today where the period cannot be shown."""
        return self.period.last_day if self.period else self.today


class WholeMonthsForm(PeriodForm):
    """For who reads from outside, as we now know it: whole months that are over.

    Where nothing is asked for the latest year that lies before the two of which the dashboard tells; before there was
    such a year, the latest month.
    """

    def __init__(self, query: QueryDict, *, today: date, first: date | None) -> None:
        super().__init__(query, today=today, first=first)
        del self.fields["kjent"]

    def clean(self) -> dict[str, Any]:
        """Refuse also what is not made of whole months, and name those that are nearest."""
        found = super().clean()
        start, end = found.get("fra"), found.get("til")
        if start and end and not self.errors and not self._is_told(until_day(start, end)):
            self.add_error("fra", self._refusal(until_day(start, end)))
        return found

    def _is_told(self, period: Period) -> bool:
        return bool(period.months()) and period.last_day <= month_ends(self.today, 1)[0]

    def _refusal(self, period: Period) -> str:
        nearest = nearest_months(period, self.today)
        if not nearest:
            return gettext("Outside the municipality a period is made of whole months that are over.")
        message = gettext(
            "Outside the municipality a period is made of whole months that are over."
            " The nearest are %(first)s–%(last)s."
        )
        return message % {"first": f"{nearest.start:%d.%m.%Y}", "last": f"{nearest.last_day:%d.%m.%Y}"}

    @staticmethod
    def _with_days(query: QueryDict, today: date, first: date | None) -> dict[str, str]:
        asked = {name: value.strip() for name, value in query.items()}
        if asked.get("fra") or asked.get("til"):
            return {"fra": "", "til": ""} | asked
        year = latest_told_year(today)
        begin, last = year.start, year.last_day
        if not first or last < first:
            last = month_ends(today, 1)[0]
            begin = last.replace(day=1)
        return asked | {"fra": f"{begin:%d.%m.%Y}", "til": f"{last:%d.%m.%Y}"}


def _quarter_until(text: str, today: date) -> date:
    """The first of the 13 weeks that end with a day as it was typed, or with today where it is none."""
    try:
        last = NorwegianDateField().clean(text)
    except forms.ValidationError:
        last = today
    return last_weeks(last, WEEKS_A_QUARTER).start
