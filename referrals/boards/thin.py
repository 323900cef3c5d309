"""Thin coverage in words: of a municipality for its own staff, and what others may see of the country."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from referrals.boards.coverage import UNDER
from referrals.boards.figures import Card
from referrals.norwegian import number
from referrals.reports.coverage import CoverageReport, Totals
from referrals.reports.thin import Ending, Ends, ThinCoverage
from referrals.templatetags.ergo import day_month_year

Text = str | Promise

ENDS: dict[Ends, Text] = {
    Ends.AUTHORISATION: pgettext_lazy("ends soon", "Authorisation"),
    Ends.LICENCE: pgettext_lazy("ends soon", "Licence"),
    Ends.AGREEMENT: gettext_lazy("Agreement by which we are served"),
}


@dataclass(frozen=True)
class EndingRow:
    """What ends soon: what it is, whose, its first day without, and in how many days."""

    what: str
    name: str
    on: date
    days: int


@dataclass(frozen=True)
class ThinBoard:
    """What makes a municipality's coverage thin, each in a sentence, and what ends soon."""

    on: date
    is_covered: bool
    facts: tuple[str, ...]
    endings: tuple[EndingRow, ...]


def thin_board(report: ThinCoverage | None) -> ThinBoard | None:
    """For own staff; None for everybody else."""
    if report is None:
        return None
    return ThinBoard(report.on, report.is_covered, tuple(_facts(report)), tuple(map(_row, report.endings)))


def _facts(report: ThinCoverage) -> Iterator[str]:
    if report.is_lone:
        yield _("One person only: the therapist has no colleague in the municipality.")
    if report.is_shared:
        yield _("One person for several municipalities: the therapist serves another one too.")
    if report.is_under:
        yield under_sentence(report.least_fte)
    if report.is_away:
        yield _("Nobody at work: everybody who counts is on leave.")
    if report.is_covered and report.endings:
        yield _("An authorisation or agreement ends within 90 days.")


def under_sentence(least_fte: Decimal) -> str:
    """That årsverk are below the limit of the day."""
    return _("Under %(least)s full-time equivalents per 10,000 inhabitants.") % {
        "least": number(least_fte, 2)
    }


def _row(ending: Ending) -> EndingRow:
    return EndingRow(str(ENDS[ending.what]), ending.name, ending.on, ending.days)


def cards(report: CoverageReport, totals: Totals, address: Callable[[str], str]) -> tuple[Card, ...]:
    """What others than own staff may see: how many are under the limit, and the lone therapists of the country."""
    under = Card(
        _("Covered, under %(least)s per 10,000") % {"least": number(report.least_fte, 2)},
        number(totals.under),
        note=_("municipalities with thin coverage"),
        href=address(UNDER) if totals.under else "",
    )
    return (under, _lone(report)) if totals is report.totals else (under,)


def _lone(report: CoverageReport) -> Card:
    """Of the whole country only."""
    lone = report.lone
    words = {"day": day_month_year(lone.on)}
    if lone.people is None:
        return Card(
            _("Lone therapists"),
            _("Not shown"),
            note=_("it could tell of one of them, %(day)s") % words,
            is_hidden=True,
        )
    return Card(
        _("Lone therapists"),
        number(lone.people),
        note=_("in the whole country, %(day)s") % words,
    )
