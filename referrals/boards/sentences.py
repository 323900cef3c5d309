"""The one sentence over each chart of the boards: what it shows, in words, always true of the figures shown.

Where figures are hidden or missing the sentence says that instead; it never tells more than the figures do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.boards.figures import days_text, round_half_up
from referrals.norwegian import number, per_cent
from referrals.reports.ageing import AgeingPoint
from referrals.reports.flow_months import FlowMonth
from referrals.reports.long_waits import LongCounts
from referrals.reports.parts import Part, PartsReport
from referrals.reports.suppression import Figure, total_of
from referrals.reports.trend import TrendPoint
from referrals.reports.waiting_times import NO_PRIORITY, Group, WaitingReport
from referrals.waiting import oslo_date

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Ends:
    """The two ends of a line over time."""

    start: date
    first: float
    end: date
    last: float

    @property
    def is_level(self) -> bool:
        """Whether the two are the same as they are written."""
        return round_half_up(self.first) == round_half_up(self.last)

    @property
    def has_risen(self) -> bool:
        """Whether the last is the higher one."""
        return self.last > self.first

    def words(self, written: Callable[[float], str]) -> dict[str, str]:
        """What the sentences are filled with."""
        months = {name: date_format(day, "YEAR_MONTH_FORMAT").lower() for name, day in self._days()}
        return months | {"first": written(self.first), "last": written(self.last)}

    def _days(self) -> tuple[tuple[str, date], ...]:
        return ("start", self.start), ("end", self.end)


def summary(report: WaitingReport) -> str:
    """How many wait, and how many of them too long."""
    waiting = report.waiting.figure
    if not report.is_known:
        return nothing_known()
    if waiting.value is None:
        return _("The figures are too small to be shown outside the municipality.")
    if not waiting.value:
        return nobody_waited()
    is_past = _is_past(report)
    waits = (
        ngettext("%(count)s referral was waiting.", "%(count)s referrals were waiting.", waiting.value)
        if is_past
        else ngettext("%(count)s referral waits.", "%(count)s referrals wait.", waiting.value)
    )
    parts = [
        waits % {"count": number(waiting.value)},
        _over_target(report, is_past),
        _over_a_year(report.over_a_year.figure, is_past),
    ]
    return " ".join(filter(None, parts))


def nobody_waited() -> str:
    """The list was empty."""
    return _("Nobody was waiting at the end of this day.")


def nothing_known() -> str:
    """The day lies before anything is known."""
    return _("Nothing is known of this day.")


def nothing_moved() -> str:
    """Nobody came to the list, and nobody left it."""
    return _("Nobody was referred, started or left the list in these weeks.")


def distribution(report: WaitingReport) -> str:
    """How long half of those who wait have waited."""
    median = report.median_days.figure
    if median.value is None or not report.waiting.figure.value:
        return _("How many have waited how long. There are too few to say more.")
    if report.waiting.figure.value == 1:
        return _("The only one has waited %(days)s.") % {"days": days_text(median.value)}
    longest = report.p90_days.figure.value
    if longest is None:
        return _("Half of them have waited %(median)s or longer.") % {"median": days_text(median.value)}
    text = _("Half of them have waited %(median)s or longer, and every tenth %(p90)s or longer.")
    return text % {"median": days_text(median.value), "p90": days_text(longest)}


def whose_targets() -> str:
    """Beside the targets of the newest version: older ones judge those who were received under them."""
    return _(
        "The targets are those of this day; each referral is judged by the key that held when it was received."
    )


def list_size(trend: Sequence[TrendPoint]) -> str:
    """Whether the list has grown."""
    ends = _ends(trend, lambda point: point.waiting)
    if ends is None:
        return _("How many were on the waitlist at the end of each month.")
    if ends.is_level:
        text = _("The waitlist was as long at the end of %(end)s as at the end of %(start)s: %(last)s.")
    elif ends.has_risen:
        text = _(
            "The waitlist grew from %(first)s at the end of %(start)s to %(last)s at the end of %(end)s."
        )
    else:
        text = _(
            "The waitlist shrank from %(first)s at the end of %(start)s to %(last)s at the end of %(end)s."
        )
    return text % ends.words(number)


def waits(trend: Sequence[TrendPoint]) -> str:
    """Whether those on the list have waited longer than those who were on it before."""
    ends = _ends(trend, lambda point: point.median_days)
    if ends is None:
        return _("Days waited by those on the list at the end of each month.")
    if ends.is_level:
        text = _("The median wait was as long at the end of %(end)s as at the end of %(start)s: %(last)s.")
    elif ends.has_risen:
        text = _(
            "The median wait rose from %(first)s at the end of %(start)s to %(last)s at the end of %(end)s."
        )
    else:
        text = _(
            "The median wait fell from %(first)s at the end of %(start)s to %(last)s at the end of %(end)s."
        )
    return text % ends.words(days_text)


def long_waits(now: LongCounts) -> str:
    """How many have waited over a year, and how many soon will have."""
    over, near = now.over_a_year, now.near_a_year.value
    if not now.waiting.is_defined:
        return nothing_known()
    if over.value is None and near is None:
        return _("The figures are too small to be shown outside the municipality.")
    parts = [_over_a_year(over)]
    if near:
        pattern = ngettext("%(count)s has waited 274–365 days.", "%(count)s have waited 274–365 days.", near)
        parts.append(pattern % {"count": number(near)})
    elif near == 0:
        parts.append(_("Nobody is near a year."))
    return " ".join(filter(None, parts))


def long_waits_over_time(history: Sequence[LongCounts]) -> str:
    """Whether more have waited over a year than before."""
    ends = _ends(history, lambda counts: counts.over_a_year)
    if ends is None:
        return _("How many had waited over a year, and 274–365 days, at the end of each month.")
    return _grown_older(ends)


def ageing(points: Sequence[AgeingPoint]) -> str:
    """Whether more on the list have waited over a year, which is the last band, than before."""
    ends = _ends(points, lambda point: point.bands[-1])
    if ends is None:
        return _("How many on the list had waited how long, at the end of each month.")
    return _grown_older(ends)


def flow_months(months: Sequence[FlowMonth]) -> str:
    """What came and what left in the last twelve months; only where every number of them is shown."""
    year = months[-MONTHS_A_YEAR:]
    kinds = ([one.referred for one in year], [one.started for one in year], [one.other_ends for one in year])
    referred, started, ended = (total_of(figures).value for figures in kinds)
    if referred is None or started is None or ended is None:
        return _("How many came and left in each month, and how many were on the list at its end.")
    if not referred + started + ended:
        return _("Nobody came and nobody left in the last 12 whole months.")
    left = started + ended
    if referred > left:
        text = _("In the last 12 whole months more came than left: %(referred)s against %(left)s.")
    elif referred < left:
        text = _("In the last 12 whole months fewer came than left: %(referred)s against %(left)s.")
    else:
        text = _("In the last 12 whole months as many came as left: %(referred)s.")
    of_starts = (
        _("Of those who left, %(started)s had started.") % {"started": number(started)} if left else ""
    )
    told = text % {"referred": number(referred), "left": number(left)}
    return " ".join(filter(None, [told, of_starts]))


def hidden_months(months: Sequence[Sequence[Figure]]) -> str:
    """In how many months at least one number is hidden; nothing where none is."""
    hidden = sum(any(figure.suppressed for figure in figures) for figures in months)
    if not hidden:
        return ""
    if all(figure.suppressed for figures in months for figure in figures):
        return _("No number may be shown: they are too small to be seen outside the municipality.")
    pattern = ngettext(
        "In %(count)s of %(months)s months a number is too small to be shown outside the municipality, "
        "or protects one that is.",
        "In %(count)s of %(months)s months a number is too small to be shown outside the municipality, "
        "or protects one that is.",
        hidden,
    )
    return pattern % {"count": number(hidden), "months": number(len(months))}


def cells(report: PartsReport) -> str:
    """In which cell of category and priority most wait."""
    found = [
        (cell.waiting.value or 0, category.name, priority.name.lower())
        for category, row in zip(report.categories, report.cells, strict=True)
        for priority, cell in zip(report.priorities, row, strict=True)
    ]
    ranked = sorted(found, reverse=True)
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return _("How many wait in each category and priority.")
    most, category, priority = ranked[0]
    return _("Most wait for “%(category)s”, %(priority)s: %(count)s of %(waiting)s.") % {
        "category": category,
        "priority": priority,
        "count": number(most),
        "waiting": number(report.whole.waiting.value or 0),
    }


def shares_over(report: PartsReport) -> str:
    """How many of all who wait are over target, and that those not assessed are not among them."""
    over, waiting = report.whole.over_target.value or 0, report.whole.waiting.value or 0
    text = ngettext(
        "%(over)s of %(waiting)s who wait is over target, %(share)s.",
        "%(over)s of %(waiting)s who wait are over target, %(share)s.",
        over,
    )
    words = {"over": number(over), "waiting": number(waiting), "share": per_cent(over / max(waiting, 1))}
    return " ".join([text % words, _("Without a priority there is no target.")])


def sources(parts: Sequence[Part]) -> str:
    """From whom most come who wait."""
    return _most_wait(parts, _("Most were referred by “%(group)s”: %(count)s."))


def caseloads(report: PartsReport) -> str:
    """How many of those who wait no therapist has."""
    nobodys = next(one.waiting.value or 0 for one in report.by_therapist if not one.code)
    waiting = report.whole.waiting.value or 0
    if not nobodys:
        return _("Everybody who waits has a therapist.")
    if nobodys == waiting:
        return _("Nobody who waits has a therapist yet.")
    pattern = ngettext(
        "%(count)s of %(waiting)s who wait has no therapist yet.",
        "%(count)s of %(waiting)s who wait have no therapist yet.",
        nobodys,
    )
    return pattern % {"count": number(nobodys), "waiting": number(waiting)}


def priorities(groups: Sequence[Group] | Sequence[Part]) -> str:
    """Where most are over their target, or else where most wait."""
    most = _most(groups, lambda group: group.over_target or Figure())
    if most is not None and most.over_target is not None and most.over_target.value:
        return _("Most are over target in %(group)s: %(over)s of %(count)s.") % {
            "group": most.name.lower(),
            "over": number(most.over_target.value),
            "count": number(most.waiting.value or 0),
        }
    return _most_wait(groups, _("Most wait in %(group)s: %(count)s."), lower=True)


def categories(groups: Sequence[Group] | Sequence[Part]) -> str:
    """What most wait for."""
    return _most_wait(groups, _("Most wait for “%(group)s”: %(count)s."))


def _grown_older(ends: Ends) -> str:
    if ends.is_level:
        text = _("As many had waited over a year at the end of %(end)s as at the end of %(start)s: %(last)s.")
    elif ends.has_risen:
        text = _("Over a year: up from %(first)s at the end of %(start)s to %(last)s at the end of %(end)s.")
    else:
        text = _(
            "Over a year: down from %(first)s at the end of %(start)s to %(last)s at the end of %(end)s."
        )
    return text % ends.words(number)


def _is_past(report: WaitingReport) -> bool:
    """Whether the day was over when the figures were read: of such a day it is told what was."""
    return report.on < oslo_date(report.recipe.data_as_of)


def _over_target(report: WaitingReport, is_past: bool) -> str:
    over = report.over_target.figure.value
    if over is None:
        return ""
    if not over:
        return _("Nobody was over target.") if is_past else _("Nobody is over target.")
    pattern = (
        ngettext("%(count)s was over target.", "%(count)s were over target.", over)
        if is_past
        else ngettext("%(count)s is over target.", "%(count)s are over target.", over)
    )
    return pattern % {"count": number(over)}


def _over_a_year(figure: Figure, is_past: bool = False) -> str:
    if figure.value is None:
        return ""
    if not figure.value:
        return _("Nobody had waited over a year.") if is_past else _("Nobody has waited over a year.")
    pattern = (
        ngettext("%(count)s had waited over a year.", "%(count)s had waited over a year.", figure.value)
        if is_past
        else ngettext("%(count)s has waited over a year.", "%(count)s have waited over a year.", figure.value)
    )
    return pattern % {"count": number(figure.value)}


def _most_wait(groups: Sequence[Group] | Sequence[Part], pattern: str, *, lower: bool = False) -> str:
    most = _most(groups, lambda group: group.waiting)
    if most is None or not most.waiting.value:
        return _("How many wait in each group.")
    if most.code == NO_PRIORITY:
        return _("Most are not assessed yet: %(count)s.") % {"count": number(most.waiting.value)}
    name = most.name.lower() if lower else most.name
    return pattern % {"group": name, "count": number(most.waiting.value)}


def _most(groups: Sequence[Any], figure: Callable[[Any], Figure]) -> Any:
    """The group with the highest figure; None if two share it, so that the sentence never names the wrong one.

    Hidden figures are passed over: with complementary suppression a withheld one could be the highest, and then
    nothing is said.
    """
    if any(figure(group).suppressed for group in groups):
        return None
    ranked = sorted(groups, key=lambda group: figure(group).value or 0, reverse=True)
    if not ranked or len(ranked) > 1 and figure(ranked[0]).value == figure(ranked[1]).value:
        return None
    return ranked[0]


def _ends(trend: Sequence[Any], figure: Callable[[Any], Figure]) -> Ends | None:
    """The first month whose figure is known, and the last; None if the latest month's is not, or there is only one."""
    known = [(point, figure(point).value) for point in trend]
    values = [(point.on, value) for point, value in known if value is not None]
    if len(values) < 2 or values[-1][0] != trend[-1].on:
        return None
    return Ends(*values[0], *values[-1])
