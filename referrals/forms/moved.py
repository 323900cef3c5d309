"""What the list of what came and went can be asked for: which line of the flow, its period, and the day. By GET."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.forms.boards import LookBackForm
from referrals.forms.fields import NorwegianDateField
from referrals.reports.periods import WEEKS_A_QUARTER, Period, last_weeks, until_day

Text = str | Promise

# By the names of the flow's lines.
LINES: dict[str, Text] = {
    "referred": _("Referred"),
    "started": _("Started"),
    "other_ends": _("Left the list otherwise"),
    "finished": _("Closed after a start"),
}
FIRST_LINE = "referred"


def moved_values(line: str, period: Period) -> dict[str, str]:
    """What an address needs to list what the line counts in the period, beside the day."""
    return {"hendt": line, "fra": f"{period.start:%d.%m.%Y}", "til": f"{period.last_day:%d.%m.%Y}"}


class MovedForm(LookBackForm):
    """The day and how it is looked at; which line, from and with `fra` to and with `til`, which is not after the day.

    The 13 weeks until the day where no period is asked for, or none that can be shown.
    """

    hendt = forms.ChoiceField(label=_("What happened"), required=False, choices=list(LINES.items()))
    fra = NorwegianDateField(label=_("From and including"), required=False, help_text="")
    til = NorwegianDateField(label=_("To and including"), required=False, help_text="")

    def __init__(self, query: QueryDict, *, today: date) -> None:
        super().__init__(query, today=today)
        quarter = last_weeks(self.day, WEEKS_A_QUARTER)
        usual = moved_values(FIRST_LINE, quarter)
        self.data |= {name: self.data.get(name) or value for name, value in usual.items()}
        self.full_clean()

    def clean(self) -> dict[str, Any]:
        """Refuse a period that could not be shown of the day, beside the day that is wrong."""
        found = super().clean() or self.cleaned_data
        start, end, day = found.get("fra"), found.get("til"), found.get("dato")
        if start and end and end < start:
            self.add_error("til", _("The last day cannot be before the first"))
        elif start and end and not until_day(start, end).is_within_ten_years:
            self.add_error("fra", _("The period can be ten years at most"))
        elif end and day and end > day:
            self.add_error("til", _("The last day cannot be after the day that is looked at"))
        return found

    @property
    def line(self) -> str:
        """Which line of the flow is listed."""
        self.is_valid()
        return self.cleaned_data.get("hendt") or FIRST_LINE

    @property
    def period(self) -> Period:
        """The period whose rows are listed."""
        self.is_valid()
        start, end = self.cleaned_data.get("fra"), self.cleaned_data.get("til")
        return until_day(start, end) if start and end else last_weeks(self.day, WEEKS_A_QUARTER)

    @property
    def words(self) -> Text:
        """What is listed, in words."""
        return LINES[self.line]

    @property
    def values(self) -> dict[str, str]:
        """What an address needs to list the same of the same day, not narrowed."""
        return super().values | moved_values(self.line, self.period)
