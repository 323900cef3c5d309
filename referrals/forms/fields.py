"""Fields that read what people here really type."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

# 22112026 221126 · 22.11.2026 22.11.26 22/11-26 · 2026-11-22
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})", re.ASCII)
_SEPARATED = re.compile(r"(\d{1,2})[.,/ -]+(\d{1,2})[.,/ -]+(\d{4}|\d{2})\.?", re.ASCII)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)

EARLIEST_YEAR = 1880  # no living person, and no referral, is older


class NorwegianDateField(forms.DateField):
    """A date in digits, day first: 22112026, 221126, 22.11.26, 22.11.2026; also 2026-11-22. Shown as dd.mm.yyyy.

    A text field: browsers draw their date picker in their own language, and typing a known date is faster.

    Two figures for the year mean the latest such year that is not after `latest_year`: a form that asks for a birth
    date sets it to the present year, so that 45 is 1945. `not_before` and `not_after` are the first and the last date
    allowed, both inclusive; a form sets them from its `on`.
    """

    default_error_messages = {
        "invalid": _("Write day, month and year, for example 22.11.2026"),
        "impossible": _("There is no %(value)s in the calendar"),
        "too_early": _("The date cannot be before %(limit)s"),
        "too_late": _("The date cannot be after %(limit)s"),
    }

    def __init__(
        self,
        *,
        latest_year: int = 2068,
        not_before: datetime.date | None = None,
        not_after: datetime.date | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%d.%m.%Y", attrs={"size": "12"}))
        kwargs.setdefault("help_text", _("Day, month and year, for example 22.11.2026 or 22112026"))
        super().__init__(**kwargs)
        self.latest_year, self.not_before, self.not_after = latest_year, not_before, not_after

    def to_python(self, value: Any) -> datetime.date | None:
        if value in self.empty_values or isinstance(value, datetime.date):
            return super().to_python(value)
        day, month, year = self._figures(str(value).strip())
        try:
            date = datetime.date(year, month, day)
        except ValueError:
            shown = f"{day:02}.{month:02}.{year}"
            raise ValidationError(self.error_messages["impossible"], "impossible", {"value": shown}) from None
        return date

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is None:
            return
        earliest = self.not_before or datetime.date(EARLIEST_YEAR, 1, 1)
        if value < earliest:
            self._refuse("too_early", earliest)
        if self.not_after and value > self.not_after:
            self._refuse("too_late", self.not_after)

    def _figures(self, text: str) -> tuple[int, int, int]:
        """Day, month and full year out of the text, not yet known to be a date."""
        if iso := _ISO.fullmatch(text):
            return int(iso["day"]), int(iso["month"]), int(iso["year"])
        match = _COMPACT.fullmatch(text) or _SEPARATED.fullmatch(text)
        if not match:
            raise ValidationError(self.error_messages["invalid"], "invalid")
        day, month, year = match.groups()
        return int(day), int(month), int(year) if len(year) == 4 else self._full_year(int(year))

    def _full_year(self, figures: int) -> int:
        return self.latest_year - (self.latest_year - figures) % 100

    def _refuse(self, code: str, limit: datetime.date) -> None:
        raise ValidationError(self.error_messages[code], code, {"limit": f"{limit:%d.%m.%Y}"})


class LengthValidator(MaxLengthValidator):
    """Says by how many characters a text is too long."""

    def __call__(self, value: str) -> None:
        excess = len(value) - self.limit_value
        if excess <= 0:
            return
        message = ngettext(
            "The text is %(excess)s character too long. There is room for %(limit)s.",
            "The text is %(excess)s characters too long. There is room for %(limit)s.",
            excess,
        )
        raise ValidationError(message % {"excess": excess, "limit": self.limit_value}, self.code)


class LongTextField(forms.CharField):
    """Free text over several lines, with a counter. A line break is one character, as the counter counts it."""

    widget = forms.Textarea(attrs={"rows": "4"})

    def __init__(self, *, max_length: int = 10_000, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
