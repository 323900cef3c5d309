"""What a board can be asked for: the day, for coverage also a county and a state. By GET."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referrals.choices import Knowledge
from referrals.forms.base import FilterForm
from referrals.forms.fields import NorwegianDateField
from referrals.models import Hindsight
from referrals.reports.long_rows import NEAR_A_YEAR, OVER_A_YEAR, Listed
from referrals.reports.periods import Beside
from referrals.reports.waiting_times import NO_PRIORITY

Text = str | Promise

LONG_WAITS: dict[str, Text] = {
    OVER_A_YEAR: _("Over a year"),
    NEAR_A_YEAR: _("Near a year (274–365 days)"),
}
OF_SHARES = "over"


def day_values(day: date, known: Knowledge | None = None) -> dict[str, str]:
    """What an address needs to be about the day; with `known` also how it is looked at."""
    return {"dato": f"{day:%d.%m.%Y}"} | ({"kjent": known.value} if known else {})


class AboutADay(FilterForm):
    """What a form asks for that is about a `day`, or ends with it, and how other pages show the same day.

    `known`: how the day is looked at, which some forms can be asked for.
    """

    today: date
    known = Knowledge.NOW

    @property
    def day(self) -> date:
        """The day to show."""
        raise NotImplementedError

    @property
    def values(self) -> dict[str, str]:
        """What other addresses need to look at the same day in the same way: nothing for today as we now know it."""
        if self.known != Knowledge.NOW:
            return day_values(self.day, self.known)
        return day_values(self.day) if self.is_past else {}

    @property
    def query(self) -> str:
        """The same, as it stands in an address."""
        return f"?{urlencode(self.values)}" if self.values else ""

    @property
    def is_past(self) -> bool:
        """Whether another day than today is shown."""
        return self.day != self.today


class LooksBack(AboutADay):
    """Also looked at with what was known then: `kjent`, whose label each form writes itself."""

    @property
    def known(self) -> Knowledge:
        """How the day is looked at; a day that is not over yet looks the same both ways."""
        self.is_valid()
        return Knowledge(self.cleaned_data.get("kjent") or Knowledge.NOW)

    @property
    def hindsight(self) -> Hindsight:
        """The same for reports."""
        return Hindsight(self.known)


class DayForm(AboutADay):
    """The day a board is about; today when none is asked for, or one that has not been or never was."""

    dato = NorwegianDateField(label=_("Date"), required=False, help_text="")

    def __init__(self, query: QueryDict, *, today: date, **kwargs: Any) -> None:
        super().__init__(_with_day(query, today), **kwargs)
        self.today = today
        self.fields["dato"].not_after = today

    @property
    def day(self) -> date:
        """The day to show."""
        self.is_valid()
        return self.cleaned_data.get("dato") or self.today


class LookBackForm(LooksBack, DayForm):
    """The day, and whether it is looked at with all that was registered since, or with what was known then."""

    kjent = forms.ChoiceField(label=_("Look at the day"), required=False, choices=Knowledge.choices)


class DashboardForm(LookBackForm):
    """The day and how it is looked at; carried along unseen, the `periods` chosen on the page: their weeks by name."""

    def __init__(self, query: QueryDict, *, today: date, periods: Mapping[str, int]) -> None:
        super().__init__(query, today=today)
        for name, weeks in periods.items():
            self.fields[name] = forms.IntegerField(required=False, widget=forms.HiddenInput)
            self.data[name] = str(weeks)


class ComparedForm(DashboardForm):
    """The same of a dashboard; and whether its figures stand beside those of a year before, not of 13 weeks before."""

    mot = forms.ChoiceField(
        required=False, choices=[(Beside.YEAR.value, _("A year before"))], widget=forms.HiddenInput
    )

    @property
    def beside(self) -> Beside:
        """What they stand beside."""
        self.is_valid()
        return Beside(self.cleaned_data.get("mot") or Beside.WEEKS)


class DistributionForm(DashboardForm):
    """The same of how a list is divided; and whether the shaded table is of shares over target, not of counts."""

    vis = forms.ChoiceField(
        required=False, choices=[(OF_SHARES, _("Share over target"))], widget=forms.HiddenInput
    )

    @property
    def of_shares(self) -> bool:
        """Whether it is."""
        self.is_valid()
        return self.cleaned_data.get("vis") == OF_SHARES


class LongWaitsForm(LookBackForm):
    """The day, how it is looked at, and which of the long waits are listed: over a year or near it, of which parts.

    `prioritet` knows `null`: not assessed. What is not understood narrows nothing.
    """

    venter = forms.ChoiceField(label=_("Waited"), required=False)
    kategori = forms.ChoiceField(label=_("Category"), required=False)
    prioritet = forms.ChoiceField(label=_("Priority"), required=False)

    def __init__(
        self,
        query: QueryDict,
        *,
        today: date,
        categories: Sequence[tuple[str, Text]],
        levels: Sequence[int],
    ) -> None:
        super().__init__(query, today=today)
        self.fields["venter"].choices = [("", _("274 days or more")), *LONG_WAITS.items()]
        self.fields["kategori"].choices = [("", _("Every category")), *categories]
        self.fields["prioritet"].choices = [
            ("", _("Every priority")),
            *((str(level), str(level)) for level in levels),
            (NO_PRIORITY, _("Not assessed")),
        ]

    @property
    def chosen(self) -> dict[str, str]:
        """What the list is narrowed to, by name, and without the day."""
        self.is_valid()
        names = ("venter", "kategori", "prioritet")
        return {name: value for name in names if (value := self.cleaned_data.get(name, ""))}

    @property
    def listed(self) -> Listed:
        """The same for reports."""
        return Listed(*(self.chosen.get(name, "") for name in ("venter", "kategori", "prioritet")))

    @property
    def words(self) -> str:
        """What is listed, in words, as a heading over the list on paper says it."""
        labels = {name: dict(self.fields[name].choices) for name in ("venter", "kategori", "prioritet")}
        told = [str(labels["venter"][self.chosen.get("venter", "")])]
        if category := self.chosen.get("kategori"):
            told.append(str(labels["kategori"][category]))
        if level := self.chosen.get("prioritet"):
            named = gettext("priority %(level)s") % {"level": level}
            told.append(named if level != NO_PRIORITY else gettext("not assessed"))
        return ", ".join(told)


def _with_day(query: QueryDict, today: date) -> dict[str, str]:
    """What was asked for, with today where no day was, so that the field says what is shown."""
    asked = {name: value.strip() for name, value in query.items()}
    return asked | {"dato": asked.get("dato") or f"{today:%d.%m.%Y}"}
