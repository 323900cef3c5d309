"""What the pages of the long waits say above the list: how many there are, and how it came to be so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from referrals.boards import sentences
from referrals.boards.figures import TONE_OF_ALARM, Card, count
from referrals.boards.pictures import Picture, months, series
from referrals.charts.lines import lines
from referrals.norwegian import number
from referrals.reports.long_rows import NEAR_A_YEAR, OVER_A_YEAR
from referrals.reports.long_waits import LongCounts, LongWaitsReport
from referrals.reports.suppression import Figure


@dataclass(frozen=True)
class LongWaitsBoard:
    """What stands on the page: a sentence, two numbers, and both over time; no chart where there never was anybody."""

    summary: str
    cards: tuple[Card, ...]
    history: Picture | None


# Leads to those over a year, or near it, at the end of a day; empty where they may not be opened.
Address = Callable[[str, date], str]


def board(report: LongWaitsReport, address: Address = lambda _listed, _day: "") -> LongWaitsBoard:
    """The board of a report. `address` leads to the rows of its counts; nowhere for outsiders."""
    now = report.now
    was_empty = all(_is_nobody(counts) for counts in report.history)
    return LongWaitsBoard(
        sentences.long_waits(now),
        (
            _card(
                _("Over a year"), now.over_a_year, now.waiting, address(OVER_A_YEAR, now.on), TONE_OF_ALARM
            ),
            _card(
                _("Near a year (274–365 days)"), now.near_a_year, now.waiting, address(NEAR_A_YEAR, now.on)
            ),
        ),
        None if was_empty else _history(report.history, address),
    )


def _is_nobody(counts: LongCounts) -> bool:
    figures = (counts.over_a_year, counts.near_a_year)
    return not any(figure.value or figure.suppressed for figure in figures)


def _card(label: str, figure: Figure, waiting: Figure, href: str, tone: str = "") -> Card:
    return Card(
        label=label,
        value=count(figure),
        note="" if waiting.value is None else _("of %(count)s who wait") % {"count": number(waiting.value)},
        href=href if figure.value else "",
        tone=tone if figure.value else "",
        is_hidden=figure.suppressed,
    )


def _history(history: Sequence[LongCounts], address: Address) -> Picture:
    days = [counts.on for counts in history]
    over, near = ([address(listed, day) for day in days] for listed in (OVER_A_YEAR, NEAR_A_YEAR))
    both = [
        series(_("Over a year"), [counts.over_a_year for counts in history], over),
        series(_("274–365 days"), [counts.near_a_year for counts in history], near),
    ]
    return Picture(
        kind="lines",
        id="long-waits",
        title=_("The long waits over time"),
        sentence=sentences.long_waits_over_time(history),
        chart=lines(months(days), both),
        heading=_("Month"),
        unit=_("referrals"),
    )
