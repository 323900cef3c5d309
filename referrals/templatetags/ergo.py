"""How numbers, dates and waits are written on screen, and the page's own small questions. GLOSSARY: conventions.

Filters return plain text, which the template escapes; none of them makes HTML.
"""

import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import RequestContext
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.forms.preferences import COLOUR_SCHEME_COOKIE, COLOUR_SCHEMES

register = template.Library()

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
ALERT_COLOURS = {"success": "success", "warning": "warning", "error": "danger"}
DAYS_SHOWN_AS_DAYS = 56
DAYS_SHOWN_AS_WEEKS = 182

Number = int | float | Decimal


@register.filter
def decimals(value: Number | None, places: int = 0) -> str:
    """1 234,5: no-break space between thousands, so many decimals; – where there is no number."""
    if value is None:
        return "–"
    return formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)


@register.filter
def number(value: Number | None) -> str:
    """A whole number: 1 234."""
    return decimals(value, 0)


@register.filter
def fte(value: Number | None) -> str:
    """Full-time equivalents (årsverk), one decimal."""
    return decimals(value, 1)


@register.filter
def per_10000(value: Number | None) -> str:
    """Something per 10,000 inhabitants, two decimals."""
    return decimals(value, 2)


@register.filter
def percent(share: Number | None) -> str:
    """A share between 0 and 1 as 12 %."""
    return "–" if share is None else f"{decimals(share * 100, 0)}{NO_BREAK_SPACE}%"


@register.filter
def day_month_year(value: datetime.date | None) -> str:
    """dd.mm.yyyy, in every language; – where there is no date."""
    return "–" if value is None else f"{value:%d.%m.%Y}"


@register.filter
def exact_days(days: int | None) -> str:
    """132 days."""
    if days is None:
        return "–"
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}


@register.filter
def wait(days: int | None) -> str:
    """A wait as people say it: days up to eight weeks, then weeks, then months."""
    if days is None or days <= DAYS_SHOWN_AS_DAYS:
        return exact_days(days)
    if days <= DAYS_SHOWN_AS_WEEKS:
        weeks = days // 7
        return ngettext("%(weeks)s week", "%(weeks)s weeks", weeks) % {"weeks": weeks}
    months = int(days / 30.4375)
    return ngettext("%(months)s month", "%(months)s months", months) % {"months": months}


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last name."""
    names = name.split()
    return "".join(part[0] for part in (names[0], *names[1:][-1:])).upper() if names else ""


@register.filter
def alert_colour(message: Message) -> str:
    """The design system's colour for a message of Django."""
    return ALERT_COLOURS.get(message.level_tag, "info")


@register.simple_tag(takes_context=True)
def colour_scheme(context: RequestContext) -> str:
    """auto, light or dark, as chosen on this device."""
    request = context.get("request")
    chosen = request.COOKIES.get(COLOUR_SCHEME_COOKIE) if request else None
    return chosen if chosen in COLOUR_SCHEMES else "auto"


@register.simple_tag
def error_prefix(form: Any) -> str:
    """`Error: ` at the front of the page's title when the form came back, so that it is the first thing heard."""
    return f"{_('Error:')} " if form.errors else ""
