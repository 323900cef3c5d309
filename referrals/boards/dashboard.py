"""The dashboard of a municipality, of counties or of the nation: its cards and its charts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from referrals import waiting
from referrals.boards import sentences
from referrals.boards.figures import (
    TONE_OF_ALARM,
    Card,
    count,
    count_change,
    days,
    days_change,
    in_place,
    longer_unit,
    share_change,
    share_of,
)
from referrals.boards.flow import cards as flow_cards
from referrals.boards.links import Drilldown, Rows
from referrals.boards.pictures import Picture, list_size, waits
from referrals.charts.bars import Part, Row, bars
from referrals.charts.histogram import Class, Mark, fitted, histogram
from referrals.choices import TargetFact, WaitFact
from referrals.norwegian import number
from referrals.reports.flow import FlowReport
from referrals.reports.periods import WEEKS_A_YEAR, Beside
from referrals.reports.suppression import Figure
from referrals.reports.trend import TrendPoint
from referrals.reports.waiting_times import Bin, Group, Headline, Target, WaitingReport

MOST_TARGET_LINES = 4

# The day that the headline numbers are compared with, as it stands after "more than".
EARLIER: dict[Beside, str | Promise] = {
    Beside.WEEKS: gettext_lazy("13 weeks earlier"),
    Beside.YEAR: gettext_lazy("on the same day a year earlier"),
}


@dataclass(frozen=True)
class Dashboard:
    """What stands on the page, in its order. `is_empty`: nobody waits, and nothing is hidden that could be somebody.

    Without anybody ever on the list there are no charts at all.
    """

    summary: str
    now: tuple[Card, ...]
    recent: tuple[Card, ...]
    over_time: tuple[Picture, ...]
    by_group: tuple[Picture, ...]
    is_empty: bool

    @property
    def has_pictures(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.over_time or self.by_group)


def dashboard(report: WaitingReport, flow: FlowReport, drilldown: Drilldown) -> Dashboard:
    """The dashboard of two reports over the same scope and day."""
    is_empty = report.waiting.figure.value == 0
    is_drawn = report.is_known and not is_empty
    present = () if not is_drawn else (_distribution(report, drilldown),)
    trend = report.trend
    past = () if not is_drawn and _was_empty(trend) else (list_size(trend, drilldown), waits(trend))
    return Dashboard(
        summary=sentences.summary(report),
        now=_now(report, drilldown),
        recent=_recent(report, flow, drilldown),
        over_time=(*present, *past),
        by_group=() if not is_drawn else (_priorities(report, drilldown), _categories(report, drilldown)),
        is_empty=is_empty,
    )


# ---------------------------------------------------------------- cards


def _now(report: WaitingReport, drilldown: Drilldown) -> tuple[Card, ...]:
    made = _Made(Rows(drilldown), str(EARLIER[report.beside]))
    cards = [
        _waiting(report, made),
        made.waited(_("Median wait"), report.median_days),
        made.waited(_("9 of 10 have waited shorter than (P90)"), report.p90_days),
        made.counted(_("Over target"), report.over_target, alarming=True),
        _within_target(report, made),
        made.counted(_("Over a year"), report.over_a_year, alarming=True),
        made.counted(_("Not assessed"), report.not_assessed),
        made.counted(_("On hold"), report.paused),
    ]
    if report.scope.exact:
        longest = made.waited(_("Longest wait"), report.oldest_days)
        cards.append(replace(longest, href=made.rows.longest(report.oldest_days.figure)))
    return tuple(cards)


@dataclass(frozen=True)
class _Made:
    """Makes the cards of those who wait: where their numbers lead, and the day beside them in words."""

    rows: Rows
    earlier: str

    def counted(self, label: str, headline: Headline, *, alarming: bool = False) -> Card:
        """A count, which leads to its rows."""
        figure, fact = headline.figure, headline.fact
        return Card(
            label=label,
            value=count(figure),
            note="" if figure.value is None else count_change(headline.change, self.earlier),
            href="" if fact is None else self.rows.waiting(figure, *filter(None, [fact])),
            tone=TONE_OF_ALARM if alarming and figure.value else "",
            is_hidden=figure.suppressed,
        )

    def waited(self, label: str, headline: Headline) -> Card:
        """Days, which are no rows."""
        return Card(
            label=label,
            value=days(headline.figure),
            aside=longer_unit(headline.figure),
            note=""
            if headline.figure.value is None
            else days_change(headline.figure, headline.before, self.earlier),
            is_hidden=headline.figure.suppressed,
        )


def _waiting(report: WaitingReport, made: _Made) -> Card:
    """What is counted, and what has changed."""
    card = made.counted(_("Waiting"), report.waiting)
    if report.waiting.figure.value is None:
        return card
    words = {"counted": _who_waits(report), "change": card.note}
    return replace(card, note=_("%(counted)s. %(change)s") % words)


def _who_waits(report: WaitingReport) -> str:
    """What is counted: referrals, and for own staff how many citizens they are of."""
    waiting, persons = report.waiting.figure.value, report.persons.figure.value
    if waiting is None or not persons:
        return npgettext("counted", "referral", "referrals", waiting or 2)
    words = {"count": number(persons)}
    if waiting == 1:
        return _("referral of one citizen")
    return ngettext("referrals of one citizen", "referrals of %(count)s citizens", persons) % words


def _within_target(report: WaitingReport, made: _Made) -> Card:
    """The share of those assessed, leading to who is within their target."""
    headline = report.within_target
    share = headline.figure
    note = _("of those assessed")
    if share.value is None:
        has_key = report.targets or share.suppressed or not report.is_known
        note = "" if has_key else _("There is no priority key on this day")
    elif headline.change.value is not None:
        change = share_change(share, headline.before, made.earlier)
        note = _("of those assessed. %(change)s") % {"change": change}
    return Card(
        label=_("Within target"),
        value=share_of(share),
        aside="" if share.value is None else _within_of_assessed(report),
        note=note,
        href=made.rows.waiting(share, TargetFact.WITHIN_TARGET),
        is_hidden=share.suppressed,
    )


def _within_of_assessed(report: WaitingReport) -> str:
    """The two numbers that the share is of: as many rows as it leads to, and all assessed."""
    assessed = report.waiting.figure.minus(report.not_assessed.figure)
    words = {"part": count(assessed.minus(report.over_target.figure)), "whole": count(assessed)}
    return _("%(part)s of %(whole)s") % words


def _recent(report: WaitingReport, flow: FlowReport, drilldown: Drilldown) -> tuple[Card, ...]:
    weeks = WEEKS_A_YEAR if report.beside is Beside.YEAR else round(flow.period.weeks)
    return flow_cards(flow, drilldown, _("%(weeks)s weeks earlier") % {"weeks": weeks})


# ---------------------------------------------------------------- charts


def _distribution(report: WaitingReport, drilldown: Drilldown) -> Picture:
    leading = [_leading(one, drilldown) for one in fitted([_class(one) for one in report.distribution])]
    return Picture(
        kind="histogram",
        id="distribution",
        title=_("How long they have waited"),
        sentence=_with_targets(sentences.distribution(report), report),
        chart=histogram(leading, _marks(report)),
    )


def _leading(one: Class, drilldown: Drilldown) -> Class:
    """The same days, leading to their rows and to those of them who are over target."""
    rows = Rows(drilldown, {"band": one.code})
    href = rows.waiting(Figure(one.count))
    return replace(one, href=href, over_href=rows.waiting(Figure(one.over), WaitFact.OVER_TARGET))


def _class(one: Bin) -> Class:
    return Class(
        start=one.first_day,
        end=None if one.last_day is None else one.last_day + 1,
        count=one.waiting.value,
        over=None if one.over_target is None else one.over_target.value,
        hidden=in_place(one.waiting),
    )


def _marks(report: WaitingReport) -> list[Mark]:
    """A line for the year, and one for each target where it is known who is over it.

    A target that differs between categories stands at its longest: beyond it everybody is late. Outsiders see no
    targets: without the numbers over them the lines would say more than is known.
    """
    targets = report.targets if report.scope.exact else ()
    marks = [_target_mark(target) for target in targets[:MOST_TARGET_LINES]]
    longest = max((one.last_day or one.first_day for one in report.distribution), default=0)
    if longest >= waiting.YEAR_DAYS:
        marks.append(Mark(waiting.YEAR_DAYS + 1, _("1 year"), "year", _("One year: 365 days")))
    return marks


def _target_mark(target: Target) -> Mark:
    short, level = _("P%(level)s") % {"level": target.level}, {"level": target.level}
    words = _("Target of priority %(level)s: %(days)s") % (level | {"days": _target_days(target)})
    return Mark(target.most_days, short, "target", words)


def _target_days(target: Target) -> str:
    """Within how many days; two numbers where the categories differ."""
    pattern = _("%(most)s days") if target.least_days == target.most_days else _("%(least)s–%(most)s days")
    return pattern % {"least": target.least_days, "most": target.most_days}


def _priorities(report: WaitingReport, drilldown: Drilldown) -> Picture:
    targets = {str(target.level): target for target in report.targets}
    rows = [
        _row(group, _with_target(group, targets), Rows(drilldown, {"priority": group.code}))
        for group in report.by_priority
    ]
    title, sentence = _("By priority"), _with_targets(sentences.priorities(report.by_priority), report)
    return _grouped("priorities", title, sentence, _("Priority"), report.by_priority, rows)


def _categories(report: WaitingReport, drilldown: Drilldown) -> Picture:
    rows = [
        _row(group, group.name, Rows(drilldown, {"category": group.code})) for group in report.by_category
    ]
    title, sentence = _("By category"), sentences.categories(report.by_category)
    return _grouped("categories", title, sentence, _("Category"), report.by_category, rows)


def _with_targets(sentence: str, report: WaitingReport) -> str:
    """The sentence; where targets are drawn or named, also by which version of the key each referral is judged."""
    return f"{sentence} {sentences.whose_targets()}" if report.scope.exact and report.targets else sentence


def _with_target(group: Group, targets: dict[str, Target]) -> str:
    target = targets.get(group.code)
    return group.name if target is None else f"{group.name} ({_target_days(target)})"


def _row(group: Group, label: str, rows: Rows) -> Row:
    """A bar of those over target and the others, where it is known how many they are; else one of all."""
    href = rows.waiting(group.waiting)
    parts, hrefs = (group.waiting,), (href,)
    if group.over_target is not None:
        parts = (group.over_target, group.waiting.minus(group.over_target))
        facts = (WaitFact.OVER_TARGET, TargetFact.NOT_OVER_TARGET)
        hrefs = tuple(rows.waiting(part, fact) for part, fact in zip(parts, facts, strict=True))
    return Row(
        label=label,
        values=[part.value for part in parts],
        href=href,
        hidden=in_place(group.waiting),
        more=(days(group.median_days), days(group.p90_days)),
        hrefs=hrefs,
    )


def _grouped(
    id: str, title: str, sentence: str, heading: str, groups: Sequence[Group], rows: list[Row]
) -> Picture:
    parts = (
        [Part(_("Over target"), "over"), Part(_("Others who wait"))]
        if any(group.over_target is not None for group in groups)
        else [Part(_("Waiting"))]
    )
    return Picture(
        kind="bars",
        id=id,
        title=title,
        sentence=sentence,
        chart=bars(rows, parts),
        heading=heading,
        more_headings=(_("Median"), _("P90")),
    )


def _was_empty(trend: Sequence[TrendPoint]) -> bool:
    return not any(point.waiting.value or point.waiting.suppressed for point in trend)
