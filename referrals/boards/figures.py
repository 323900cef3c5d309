"""How a report's figures are written: counts and days that may be hidden, and what has changed since before."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.norwegian import days_in_words, number, per_cent, rounded
from referrals.reports.suppression import Figure

UNDEFINED = "–"
TONE_OF_ALARM = "danger"
PER_CENT = 100


@dataclass(frozen=True)
class Card:
    """A headline number: what it counts, the number written out, and what has changed.

    `aside` says the same in other words, such as weeks for days. `href` leads to exactly the rows counted, empty where
    they may not be opened or are not rows. `tone` is "danger" for a number that asks for something to be done.
    `is_hidden`: the value says why there is no number.
    """

    label: str
    value: str
    aside: str = ""
    note: str = ""
    href: str = ""
    tone: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class Cell:
    """A figure of a table, written out. `href` leads to exactly the rows counted, empty as for a card."""

    value: str
    href: str = ""


def count_cell(figure: Figure, href: str) -> Cell:
    """The cell of a count; `href` leads to its rows, where there are any."""
    return Cell(count(figure), href if figure.value else "")


def in_place(figure: Figure, otherwise: str = UNDEFINED) -> str:
    """What stands where a figure cannot be written as a number: why it is hidden, or `otherwise`."""
    return figure.in_place or otherwise


def count(figure: Figure) -> str:
    """A count: 1 234, <5, Withheld, or –."""
    return in_place(figure) if figure.value is None else number(figure.value)


def days(figure: Figure) -> str:
    """Days, rounded to whole ones: 48 days."""
    if figure.value is None:
        return in_place(figure)
    return days_text(figure.value)


def days_text(value: float) -> str:
    """Whole days with their unit."""
    whole = round_half_up(value)
    return ngettext("%(count)s day", "%(count)s days", whole) % {"count": number(whole)}


def share_of(figure: Figure) -> str:
    """A share of 1 as per cent: 62 %."""
    return in_place(figure) if figure.value is None else per_cent(figure.value)


def longer_unit(figure: Figure) -> str:
    """The same wait in weeks or months, for who thinks in those; nothing while days say it best."""
    if figure.value is None:
        return ""
    words = days_in_words(round_half_up(figure.value))
    return "" if words == days_text(figure.value) else words


def count_change(change: Figure, before: str) -> str:
    """What has happened to a count since `before`, which is a phrase such as "13 weeks earlier"."""
    if change.value is None:
        return _no_change_known(change, before)
    whole = round_half_up(abs(change.value))
    if not whole:
        return _("Unchanged from %(before)s") % {"before": before}
    if change.value > 0:
        pattern = ngettext("One more than %(before)s", "%(count)s more than %(before)s", whole)
    else:
        pattern = ngettext("One fewer than %(before)s", "%(count)s fewer than %(before)s", whole)
    return pattern % {"count": number(whole), "before": before}


def days_change(now: Figure, past: Figure, before: str) -> str:
    """What has happened to a number of days since `before`: the difference of the whole days that are shown."""
    change = as_written(now).minus(as_written(past))
    if change.value is None:
        return _no_change_known(change, before)
    if not change.value:
        return _("Unchanged from %(before)s") % {"before": before}
    pattern = (
        _("%(days)s longer than %(before)s") if change.value > 0 else _("%(days)s shorter than %(before)s")
    )
    return pattern % {"days": days_text(abs(change.value)), "before": before}


def share_change(now: Figure, past: Figure, before: str) -> str:
    """What has happened to a share since `before`: the difference of the percentages that are shown."""
    change = as_written(now, per=PER_CENT).minus(as_written(past, per=PER_CENT))
    if change.value is None:
        return _no_change_known(change, before)
    points = int(abs(change.value))
    if not points:
        return _("Unchanged from %(before)s") % {"before": before}
    pattern = (
        ngettext(
            "%(count)s percentage point higher than %(before)s",
            "%(count)s percentage points higher than %(before)s",
            points,
        )
        if change.value > 0
        else ngettext(
            "%(count)s percentage point lower than %(before)s",
            "%(count)s percentage points lower than %(before)s",
            points,
        )
    )
    return pattern % {"count": number(points), "before": before}


def as_written(figure: Figure, places: int = 0, *, per: int = 1) -> Figure:
    """A figure as it is written, with so many decimals; a share per hundred of it.

    Two that are shown differ by the difference of what is shown, not of what they were before they were rounded.
    """
    if figure.value is None:
        return figure
    return Figure(float(rounded(Decimal(str(figure.value)) * per, places)))


def round_half_up(value: float) -> int:
    """A whole number, halves rounded up as everywhere on screen."""
    return int(value + 0.5)


def _no_change_known(change: Figure, before: str) -> str:
    if change.suppressed:
        return _("The change is not shown, the numbers are too small")
    return _("No figure to compare with %(before)s") % {"before": before}
