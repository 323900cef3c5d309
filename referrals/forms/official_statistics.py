"""A file of official figures that is sent in, and what it does not say itself."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.base import ErgoForm, Section
from referrals.forms.fields import NorwegianDateField
from referrals.models.official_statistics import LONGEST_TABLE


class StatisticsFileForm(ErgoForm):
    """The file, and two facts that some of Statistics Norway's formats leave out."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("JSON-stat, CSV or xlsx as Statistics Norway delivers it, at most 20 MB."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,.csv,.txt,.xlsx"}),
    )
    table = forms.CharField(
        label=_("Table number"),
        help_text=_("For example 13533. For a count made to order: what the delivery is called."),
        required=False,
        max_length=LONGEST_TABLE,
    )
    updated_on = NorwegianDateField(
        label=_("Updated by Statistics Norway"),
        help_text=_("A CSV never says it. It decides which of two files is the newer one."),
        required=False,
    )

    sections = (
        Section(_("The file"), ["file"]),
        Section(_("What the file may leave out"), ["table", "updated_on"]),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["updated_on"].not_after = on
