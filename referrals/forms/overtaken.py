"""In which days the starts lie that are looked at."""

from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import FilterForm
from referrals.forms.fields import NorwegianDateField
from referrals.reports.overtaken import last_days
from referrals.reports.periods import Period, until_day

USUAL_DAYS, MOST_DAYS = 30, 92


class StartsForm(FilterForm):
    """From and with `fra` to and with `til`; the last 30 days, today included, where nothing is asked for."""

    fra = NorwegianDateField(label=_("From and including"), required=False, help_text="")
    til = NorwegianDateField(label=_("To and including"), required=False, help_text="")

    def __init__(self, query: QueryDict, *, today: date) -> None:
        self.usual = last_days(today, USUAL_DAYS)
        asked = {name: query.get(name, "").strip() for name in ("fra", "til")}
        super().__init__(
            {
                "fra": asked["fra"] or f"{self.usual.start:%d.%m.%Y}",
                "til": asked["til"] or f"{self.usual.last_day:%d.%m.%Y}",
            }
        )

    def clean(self) -> dict[str, Any]:
        """Refuse what could not be answered, beside the day that is wrong."""
        found = super().clean() or self.cleaned_data
        start, end = found.get("fra"), found.get("til")
        if start and end:
            if end < start:
                self.add_error("til", _("The last day cannot be before the first"))
            elif (end - start).days >= MOST_DAYS:
                message = _("The period can be %(days)s days at most")
                self.add_error("fra", message % {"days": MOST_DAYS})
        return found

    @property
    def period(self) -> Period:
        """The days to show: the usual ones where what was asked for could not be understood."""
        if not self.is_valid():
            return self.usual
        return until_day(self.cleaned_data["fra"], self.cleaned_data["til"])
