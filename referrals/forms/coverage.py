"""What the coverage pages are asked for: the day, by which definition, in which borders, and what is listed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.boards.coverage import UNDER, VACANT_ONLY, WITHOUT_LABELS
from referrals.boards.coverage_tiles import SHADES
from referrals.choices import Borders, Definition, GroupedBy, states_in
from referrals.forms.base import FilterForm
from referrals.forms.boards import DayForm
from referrals.reports.coverage_series import FIRST_YEAR, month_ends_until
from referrals.reports.question import PUBLISHED, Question

Text = str | Promise


class DefinedForm(DayForm):
    """The day, from 2018 on, and what it takes to have an ergoterapeut.

    What is not understood is the published definition.
    """

    definisjon = forms.ChoiceField(label=_("Counted as covered"), required=False, choices=Definition.choices)

    def __init__(self, query: QueryDict, *, today: Any, **kwargs: Any) -> None:
        super().__init__(query, today=today, **kwargs)
        self.fields["dato"].not_before = date(FIRST_YEAR, 1, 1)
        if self.data.get("definisjon") not in Definition.values:
            self.data["definisjon"] = PUBLISHED.value

    @property
    def definition(self) -> Definition:
        """The definition asked for."""
        return Definition(self.data["definisjon"])

    @property
    def values(self) -> dict[str, str]:
        """Also the definition, where it is not the published one."""
        asked = {} if self.definition == PUBLISHED else {"definisjon": self.definition.value}
        return super().values | asked

    def chosen(self, name: str) -> str:
        """What a field was asked for; empty for what there is not."""
        self.is_valid()
        return self.cleaned_data.get(name, "")


class MonthForm(FilterForm):
    """Which month's end a slider was drawn to: `maned`, counted from January 2018 as 1."""

    maned = forms.IntegerField(required=False)

    def day(self, today: date) -> date | None:
        """The month's last day, today in the present one; None where there is no such month."""
        number = self.cleaned_data.get("maned") if self.is_valid() else None
        return dict(enumerate(month_ends_until(today), start=1)).get(number)


class CoverageForm(DefinedForm):
    """And which of the municipalities are listed. `fylke` is a county's number; `farge` is what the map shows.

    `grenser` is of the files: the page shows today's municipalities.
    """

    fylke = forms.ChoiceField(label=_("County"), required=False)
    tilstand = forms.ChoiceField(label=_("List"), required=False)
    farge = forms.ChoiceField(required=False, choices=list(SHADES.items()), widget=forms.HiddenInput)
    grenser = forms.ChoiceField(required=False, choices=Borders.choices, widget=forms.HiddenInput)

    def __init__(self, query: QueryDict, *, today: Any, counties: Sequence[tuple[str, Text]]) -> None:
        super().__init__(query, today=today)
        self.fields["fylke"].choices = [("", _("All counties")), *counties]
        listed = [(state.value, state.label) for state in states_in(self.definition)]
        others = [(VACANT_ONLY, _("A vacant post only")), (UNDER, _("Thin coverage"))]
        self.fields["tilstand"].choices = [("", WITHOUT_LABELS[self.definition]), *listed, *others]

    @property
    def county(self) -> str:
        """The number of the county asked for; empty for all."""
        return self.chosen("fylke")

    @property
    def question(self) -> Question:
        """What a file is asked for."""
        return Question(self.definition, Borders(self.chosen("grenser") or Borders.TODAY))

    @property
    def shade(self) -> str:
        """What the map is coloured by; empty for the state."""
        return self.chosen("farge")

    @property
    def listed(self) -> str:
        """The state listed, a vacant post only, or under the limit; empty for those without by the definition."""
        return self.chosen("tilstand")


class SeriesForm(DefinedForm):
    """And in which borders, and how municipalities are put together: by county where nothing is asked for."""

    grenser = forms.ChoiceField(label=_("Borders"), required=False, choices=Borders.choices)
    gruppe = forms.ChoiceField(label=_("Put together by"), required=False, choices=GroupedBy.choices)

    @property
    def question(self) -> Question:
        """What is asked for."""
        return Question(
            definition=self.definition,
            borders=Borders(self.chosen("grenser") or Borders.TODAY),
            by=GroupedBy(self.chosen("gruppe") or GroupedBy.COUNTY),
        )
