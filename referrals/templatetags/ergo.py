"""How numbers, dates and waits are written on screen, and the page's own small questions. GLOSSARY: conventions.

Filters return plain text, which the template escapes; none of them makes HTML.
"""

import datetime
import re
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template.context import RequestContext
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals import norwegian
from referrals.boards import figures, recipes
from referrals.boards.coverage import SYMBOLS
from referrals.choices import CoverageState, Status
from referrals.forms.preferences import COLOUR_SCHEMES
from referrals.reports.limits import Limits
from referrals.reports.recipe import Recipe
from referrals.reports.suppression import Figure

register = template.Library()

NOT_COMPUTED = "–"
WITHHELD = "<5"
STATUS_COLOURS = {
    Status.RECEIVED: "info",
    Status.WAITING: "warning",
    Status.STARTED: "success",
    Status.CLOSED: "neutral",
}
ALERT_COLOURS = {"success": "success", "warning": "warning", "error": "danger"}

Number = int | float | Decimal


@register.filter
def decimals(value: Number | None, places: int = 0) -> str:
    """1 234,5: no-break space between thousands, so many decimals; – where there is no number."""
    if value is None:
        return NOT_COMPUTED
    if places == 0 and isinstance(value, int) and 0 <= value < 1000:
        return str(value)  # most cells of a list: nothing to group, nothing to round
    return norwegian.number(value, places)


@register.filter
def number(value: Number | None) -> str:
    """A whole number: 1 234."""
    return decimals(value)


@register.filter
def shown(count: Number | None, hidden: str = WITHHELD) -> str:
    """A count of citizens that may be withheld: None is "<5" or what else says why, never 0 and never a gap."""
    return hidden if count is None else decimals(count)


@register.filter
def figure(value: Figure) -> str:
    """A report's count, or why it is hidden."""
    return figures.count(value)


@register.simple_tag
def small_numbers(on: datetime.date) -> dict[str, int]:
    """What is hidden from outsiders in figures of the day: counts up to and with `most`, shown as less than `least`."""
    least = Limits.read().on(on)
    return {"least": least, "most": least - 1}


@register.filter
def coverage_symbol(state: CoverageState) -> str:
    """The sign of a state of coverage, as in the map."""
    return str(SYMBOLS[state])


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
    return NOT_COMPUTED if share is None else norwegian.per_cent(share)


@register.filter
def day_month_year(value: datetime.date | None) -> str:
    """dd.mm.yyyy, in every language; – where there is no date."""
    return NOT_COMPUTED if value is None else f"{value:%d.%m.%Y}"


@register.filter
def exact_days(days: int | None) -> str:
    """132 days."""
    if days is None:
        return NOT_COMPUTED
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": decimals(days)}


@register.filter
def wait(days: int | None) -> str:
    """A wait as people say it: days up to eight weeks, then weeks, then months."""
    return NOT_COMPUTED if days is None else norwegian.days_in_words(days)


@register.filter
def shifted(value: float, by: float) -> str:
    """A coordinate moved by so much, with a decimal point in every language."""
    return f"{value + by:g}"


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last name."""
    names = name.split()
    return "".join(part[0] for part in (names[0], *names[1:][-1:])).upper() if names else ""


@register.filter
def status_colour(status: str) -> str:
    """The design system's colour for a status."""
    return STATUS_COLOURS.get(status, "neutral")


@register.filter
def telephone(number: str) -> str:
    """The number as a telephone can call it: digits, and + in front of a foreign one."""
    return re.sub(r"[^0-9+]", "", number)


@register.filter
def alert_colour(message: Message) -> str:
    """The design system's colour for a message of Django."""
    return ALERT_COLOURS.get(message.level_tag, "info")


@register.inclusion_tag("_components/boards/recipe.html")
def recipe(*of: Recipe) -> dict[str, recipes.Told]:
    """Where the numbers of a page come from, and how they can be made again."""
    return {"told": recipes.told(of)}


@register.simple_tag(takes_context=True)
def colour_scheme(context: RequestContext) -> str:
    """auto, light or dark, as chosen on this device."""
    request = context.get("request")
    chosen = request.COOKIES.get(settings.COLOUR_SCHEME_COOKIE_NAME) if request else None
    return chosen if chosen in COLOUR_SCHEMES else "auto"


@register.simple_tag
def error_prefix(form: Any) -> str:
    """`Error: ` at the front of the page's title when the form came back, so that it is the first thing heard."""
    return _("Error:") + " " if form.errors else ""
