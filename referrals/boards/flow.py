"""What came and went in a period, as cards: counts that lead to their rows, load, and how long the list would last."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.boards.figures import Card, count, count_change, in_place, round_half_up
from referrals.boards.links import Chosen, Drilldown
from referrals.norwegian import number
from referrals.reports.flow import FlowLine, FlowReport
from referrals.reports.periods import Period
from referrals.reports.suppression import Figure

ENDLESS = "∞"


def cards(flow: FlowReport, drilldown: Drilldown, before: str) -> tuple[Card, ...]:
    """The cards of a period; `before` is a phrase for the one before it, such as "13 weeks earlier".

    Empty: that one is not known, and the cards compare with nothing.
    """
    return (
        _counted(_("Referred"), flow.referred, address(drilldown, "referred", flow.period), before),
        _counted(_("Started"), flow.started, address(drilldown, "started", flow.period), before),
        _counted(
            _("Left the list otherwise"),
            flow.other_ends,
            address(drilldown, "other_ends", flow.period),
            before,
        ),
        _load(flow),
        _clearance(flow),
    )


def address(drilldown: Drilldown, line: str, period: Period, **chosen: Chosen) -> str:
    """Leads to exactly the rows that a line counts in the period; nowhere where they may not be opened."""
    return drilldown.happened(line, period, **chosen)


def load(load: Figure, referred: Figure) -> str:
    """Referred for each who left the list: 1,23, or ∞ where some came and nobody left."""
    if load.value is not None:
        return number(load.value, 2)
    return ENDLESS if referred.value and not load.suppressed else in_place(load)


def clearance(weeks: Figure) -> str:
    """How long the list would last: 30 weeks."""
    if weeks.value is None:
        return in_place(weeks)
    whole = round_half_up(weeks.value)
    return ngettext("%(count)s week", "%(count)s weeks", whole) % {"count": number(weeks.value)}


def _counted(label: str, line: FlowLine, href: str, before: str) -> Card:
    return Card(
        label=label,
        value=count(line.figure),
        aside=_per_week(line.per_week),
        note="" if line.figure.value is None or not before else count_change(line.change, before),
        href=href if line.figure.value else "",
        is_hidden=line.figure.suppressed,
    )


def _per_week(figure: Figure) -> str:
    return "" if figure.value is None else _("%(count)s a week") % {"count": number(figure.value, 1)}


def _load(flow: FlowReport) -> Card:
    """Whether the list grows: what came for each that left."""
    if flow.no_removals:
        note = _nobody_left()
    elif flow.load.value is None:
        note = ""
    else:
        note = _("referred for each who left the list; over 1 it grows")
    return Card(_("Load"), load(flow.load, flow.referred.figure), note=note, is_hidden=flow.load.suppressed)


def _clearance(flow: FlowReport) -> Card:
    """How long the list would last; the words say that it is a sum and no promise."""
    weeks = flow.clearance_weeks
    if weeks.value is not None:
        note = _("at the pace of these weeks, if nobody new came")
    else:
        note = _nobody_left() if flow.no_removals else ""
    return Card(_("To empty the waitlist"), clearance(weeks), note=note, is_hidden=weeks.suppressed)


def _nobody_left() -> str:
    return _("Nobody left the list in these weeks")
