"""The free search beside a list: what is typed is sent by POST and never stands in an address."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from referrals.errors import InvalidIdentifier
from referrals.forms.base import FilterForm
from referrals.identity import SEPARATORS, Identifier, parse

LONGEST_SEARCH = 100
LONGEST_NUMBER = 6
FIRST_YEAR = 1900  # no referral is older
# 2026-000123, 2026-123, or only 123; a longer row of digits is meant as an identity number.
NUMBER = re.compile(r"(?:(?P<year>\d{4})-)?(?P<running>\d{1,6})", re.ASCII)


class SearchForm(FilterForm):
    """One field for three things: a referral's number, an identity number or a name.

    `numbers` are those that a number can mean: of a running number alone, that of each year.

    `on` and `allow_synthetic` decide which identity numbers there are.
    """

    q = forms.CharField(
        label=_("Find by name, identity number or referral number"),
        error_messages={"required": _("Write a name, an identity number or a referral number")},
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, on: date, allow_synthetic: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.allow_synthetic = on, allow_synthetic
        self.numbers: tuple[str, ...] = ()
        self.identifier: Identifier | None = None

    def clean_q(self) -> str:
        """The text; `numbers` or `identifier` is set when it is one."""
        text = self.cleaned_data["q"]
        if match := NUMBER.fullmatch(text):
            running = match["running"].zfill(LONGEST_NUMBER)
            years = [match["year"]] if match["year"] else range(FIRST_YEAR, self.on.year + 1)
            self.numbers = tuple(f"{year}-{running}" for year in years)
        elif SEPARATORS.sub("", text).isdecimal():
            self.identifier = self._identifier(text)
        return text

    @property
    def meant(self) -> str:
        """What kind of thing a checked search is for; the log of searches has this, and not what was typed."""
        if self.numbers:
            return "number"
        if self.identifier:
            return "identifier"
        return "name" if "q" in self.cleaned_data else "not understood"

    def _identifier(self, text: str) -> Identifier:
        try:
            return parse(text, on=self.on, allow_synthetic=self.allow_synthetic)
        except InvalidIdentifier as error:
            raise ValidationError(str(error), error.code) from None
