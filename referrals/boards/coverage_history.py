"""The board of one municipality's coverage: its time line, and what would close the gap."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.boards.coverage import SYMBOLS, Text
from referrals.boards.figures import count, days, days_text
from referrals.charts.tiles import LegendEntry
from referrals.charts.timeline import Stretch, Timeline, timeline
from referrals.choices import WITHOUT, CoverageState, Definition
from referrals.reports.comparison import Standing
from referrals.reports.coverage import MunicipalityCoverage
from referrals.reports.coverage_history import BEGIN, History, Span
from referrals.reports.gaps import Gap
from referrals.reports.similar import Likeness
from referrals.templatetags.ergo import day_month_year

BY_OTHERS = (CoverageState.PURCHASED, CoverageState.AGREEMENT)

FROM_NOBODY: dict[Definition, Text] = {
    Definition.EMPLOYED: gettext_lazy(
        "Employing somebody authorised in one of the seven occupation codes closes the gap. Buying the service or an "
        "agreement would be what the law asks for, but not enough for the definition chosen."
    ),
    Definition.AUTHORISED: gettext_lazy(
        "Employing somebody authorised, in whatever post, closes the gap. Buying the service or an agreement would be "
        "what the law asks for, but not enough for the definition chosen."
    ),
    Definition.ATTACHED: gettext_lazy(
        "Employing somebody authorised, buying the service, or an agreement with a municipality that has an "
        "occupational therapist closes the gap."
    ),
}
FROM_OTHERS: dict[Definition, Text] = {
    Definition.EMPLOYED: gettext_lazy(
        "The municipality is served by others, as the law asks for. What the definition chosen lacks is an own "
        "employee with authorisation in one of the seven occupation codes."
    ),
    Definition.AUTHORISED: gettext_lazy(
        "The municipality is served by others, as the law asks for. What the definition chosen lacks is an own "
        "employee with authorisation, in whatever post."
    ),
    Definition.ATTACHED: gettext_lazy(
        "There is no gap by the definition chosen. What the published number still lacks is an own employee with "
        "authorisation."
    ),
}


@dataclass(frozen=True)
class Past:
    """A span as a row of the table; `until`: its last day, in words."""

    state: CoverageState
    begun: str
    until: str
    days: int


@dataclass(frozen=True)
class HistoryBoard:
    """The time line with its legend and its sentence, and the same as rows."""

    chart: Timeline
    legend: tuple[LegendEntry, ...]
    sentence: str
    rows: tuple[Past, ...]


@dataclass(frozen=True)
class WaitRow:
    """One measure of those who wait, written out as it may be shown, on the day and a year before."""

    label: str
    now: str
    before: str


@dataclass(frozen=True)
class Similar:
    """A municipality among those like it. Without `href`: the one that they are like."""

    row: MunicipalityCoverage
    centrality: int
    href: str


def history_board(history: History, definition: Definition) -> HistoryBoard:
    """The time line since 2018; days without by the definition are marked below it."""
    found = history.spans
    return HistoryBoard(
        chart=timeline([_stretch(span) for span in found], [_mark(gap, found) for gap in history.gaps]),
        legend=tuple(_legend(found)),
        sentence=_sentence(found, definition),
        rows=tuple(Past(one.state, _from(one), _until(one, found), _days(one)) for one in reversed(found)),
    )


def closing(row: MunicipalityCoverage, definition: Definition) -> str:
    """What would close the gap by the definition, in plain words; or that there is none."""
    if row.is_vacant_only:
        return _("A post is vacant. Filled with somebody authorised it closes the gap.")
    if row.state == CoverageState.UNKNOWN:
        return _(
            "First it must be known what the municipality has: register whom it employs, an agreement, or its own "
            "statement that it has nobody."
        )
    if row.state == CoverageState.NONE:
        return str(FROM_NOBODY[definition])
    if row.state in BY_OTHERS:
        return str(FROM_OTHERS[definition])
    if row.state == CoverageState.OTHER_POST:
        return _(
            "Somebody authorised is employed already. What the definition chosen lacks is that the post has one of the "
            "seven occupation codes."
        )
    return _("There is no gap by the definition chosen.")


def wait_rows(now: Standing, before: Standing) -> tuple[WaitRow, ...]:
    """How many wait and how long. How many have waited over a year is among the facts already."""
    return (
        WaitRow(_("Waiting"), count(now.waiting), count(before.waiting)),
        WaitRow(_("Median wait"), days(now.median_days), days(before.median_days)),
        WaitRow(_("9 of 10 have waited shorter than (P90)"), days(now.p90_days), days(before.p90_days)),
        WaitRow(_("Over target"), count(now.over_target), count(before.over_target)),
    )


def similar_rows(found: Sequence[Likeness], address: Callable[[str], str]) -> tuple[Similar, ...]:
    """The municipality first, then those most like it."""
    return tuple(
        Similar(one.row, one.centrality, address(one.row.code) if place else "")
        for place, one in enumerate(found)
    )


def _stretch(span: Span) -> Stretch:
    words = {"state": span.state.label, "from": _from(span), "days": days_text(_days(span))}
    label = _("%(state)s from %(from)s, %(days)s") % words
    return Stretch(span.begun, span.ended, span.state.value, str(SYMBOLS[span.state]), label)


def _mark(gap: Gap, found: Iterable[Span]) -> Stretch:
    """A gap; one whose beginning or end is not known goes on to the end of the paper."""
    end = max((span.ended for span in found), default=BEGIN)
    text = "" if gap.days is None else days_text(gap.days)
    words = {"from": day_month_year(gap.began) if gap.began else _("a day not known"), "days": text or "–"}
    label = _("Without from %(from)s, %(days)s") % words
    return Stretch(gap.began or BEGIN, gap.ended or end, "", text, label)


def _legend(found: Iterable[Span]) -> Iterable[LegendEntry]:
    states = {span.state for span in found}
    for state in CoverageState:
        if state in states:
            yield LegendEntry(state.value, str(state.label), str(SYMBOLS[state]))


def _sentence(found: Iterable[Span], definition: Definition) -> str:
    """How many of the days it was known to be without."""
    spans = list(found)
    lacking = sum(_days(span) for span in spans if span.state in WITHOUT[definition])
    unknown = sum(_days(span) for span in spans if span.state == CoverageState.UNKNOWN)
    words = {"all": days_text(sum(map(_days, spans))), "without": days_text(lacking)}
    text = _("Of %(all)s since 2018 the municipality is known to have been without for %(without)s.") % words
    if not unknown:
        return text
    more = _("Of %(unknown)s nothing is known.") % {"unknown": days_text(unknown)}
    return f"{text} {more}"


def _days(span: Span) -> int:
    return (span.ended - span.begun).days


def _from(span: Span) -> str:
    if span.begun == BEGIN:
        return _("1 January 2018 or earlier")
    return day_month_year(span.begun)


def _until(span: Span, found: tuple[Span, ...]) -> str:
    """The last day; nothing for the span that the day shown lies in."""
    return "" if span == found[-1] else day_month_year(span.ended - timedelta(days=1))
