"""The board of årsverk against long waits: the dots, and in one sentence whether the two go together."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.charts.scatter import Scatter, Spot, scatter
from referrals.norwegian import number
from referrals.reports.staffing_and_waits import LEAST_MUNICIPALITIES, Pair, StaffingAndWaits


@dataclass(frozen=True)
class StaffingAndWaitsBoard:
    """The chart with what it says, and who is left out of it."""

    chart: Scatter
    sentence: str
    left_out: str


def board(found: StaffingAndWaits) -> StaffingAndWaitsBoard:
    """The municipalities as dots."""
    return StaffingAndWaitsBoard(
        scatter([_spot(pair) for pair in found.pairs]), sentence(found), _left_out(found)
    )


def sentence(found: StaffingAndWaits) -> str:
    """Whether thin coverage goes with long waits, with Spearman's rank correlation and how many it is of."""
    words = {"count": number(len(found.pairs))}
    if found.correlation is None or not found.is_enough:
        return _("Not possible to say: %(reason)s.") % {"reason": _hindrance(found)}
    words["correlation"] = number(found.correlation, 2)
    if not found.is_clear:
        text = _("There is no clear connection between full-time equivalents and long waits")
    elif found.correlation < 0:
        text = _("Thin coverage goes with long waits")
    else:
        text = _("Thin coverage does not go with long waits here: rather the other way round")
    measured = _("(Spearman’s rank correlation %(correlation)s, n = %(count)s).") % words
    return f"{text} {measured}"


def _hindrance(found: StaffingAndWaits) -> str:
    """Why nothing is said: too few municipalities, or one of the two is the same in all of them."""
    words = {"count": number(len(found.pairs))}
    if not found.pairs:
        return _("there is no municipality of which both are shown")
    if len(found.pairs) < LEAST_MUNICIPALITIES:
        return (
            ngettext(
                "both are shown for only %(count)s municipality",
                "both are shown for only %(count)s municipalities",
                len(found.pairs),
            )
            % words
        )
    if not any(pair.waits for pair in found.pairs):
        return (
            _(
                "in none of the %(count)s municipalities of which both are shown has anybody waited over a year"
            )
            % words
        )
    return _("one of the two is the same in all %(count)s municipalities of which both are shown") % words


def _left_out(found: StaffingAndWaits) -> str:
    """Who is left out and why; empty where nobody is."""
    if not found.hidden:
        return _only_unknown(found.unknown) if found.unknown else ""
    hidden = ngettext(
        "%(count)s municipality is left out because its number is too small to be shown or withheld",
        "%(count)s municipalities are left out because their numbers are too small to be shown or withheld",
        found.hidden,
    ) % {"count": number(found.hidden)}
    if not found.unknown:
        return f"{hidden}."
    unknown = ngettext(
        "%(count)s because full-time equivalents, population or referrals are not known.",
        "%(count)s because full-time equivalents, population or referrals are not known.",
        found.unknown,
    ) % {"count": number(found.unknown)}
    return f"{hidden}, {unknown}"


def _only_unknown(unknown: int) -> str:
    return ngettext(
        "%(count)s municipality is left out because full-time equivalents, population or referrals are not known.",
        "%(count)s municipalities are left out because full-time equivalents, population or referrals are not known.",
        unknown,
    ) % {"count": number(unknown)}


def _spot(pair: Pair) -> Spot:
    words = {"place": pair.name, "fte": number(pair.fte, 2), "waits": number(pair.waits, 1)}
    label = _("%(place)s: %(fte)s full-time equivalents, %(waits)s over a year") % words
    return Spot(pair.fte, pair.waits, label)
