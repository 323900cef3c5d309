"""The three figures beside each other: those who wait, those who started, and what somebody referred today can expect.

Each is a card with what it is in plain words; the words stand in the template.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.boards import flow as flow_board
from referrals.boards.figures import Cell, count, count_cell, days, in_place, longer_unit
from referrals.boards.links import Drilldown, Rows
from referrals.norwegian import per_cent
from referrals.reports.estimate import Lack
from referrals.reports.periods import Period
from referrals.reports.suppression import Figure
from referrals.reports.three_figures import Answer, Estimate, Part, Started, ThreeFigures
from referrals.reports.waiting_times import Group, WaitingReport

LACKS: dict[Lack, str | Promise] = {
    Lack.TOO_FEW: gettext_lazy("Too few"),
    Lack.THIN: gettext_lazy("Too few"),
    Lack.BEYOND: gettext_lazy("Cannot be computed"),
    Lack.NEVER: gettext_lazy("Never reached"),
}
REASONS: dict[Lack, str | Promise] = {
    Lack.TOO_FEW: gettext_lazy("Too few have started: at least 20 in twelve months are needed."),
    Lack.THIN: gettext_lazy(
        "Too few were referred in these twelve months: the start of a single one would decide the figure."
    ),
    Lack.BEYOND: gettext_lazy(
        "“Cannot be computed” lies beyond the longest wait of these twelve months: nobody knows it yet."
    ),
    Lack.NEVER: gettext_lazy("“Never reached”: so many end without a start that this share never starts."),
}


@dataclass(frozen=True)
class Fact:
    """One figure with its name. `aside`: the same in weeks or months. `is_main`: what one reads first.

    `href` leads to exactly the rows counted, empty where they may not be opened or are not rows.
    """

    label: str
    value: str
    aside: str = ""
    is_main: bool = False
    is_hidden: bool = False
    href: str = ""


@dataclass(frozen=True)
class PartRow:
    """The three figures of one category or priority, written out: how many and their medians, and the two times."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PartTable:
    """The parts of one kind, under the heading of their names."""

    heading: str
    rows: tuple[PartRow, ...]


@dataclass(frozen=True)
class Choice:
    """A period that can be chosen instead."""

    weeks: int
    label: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class ThreeBoard:
    """The section: three lists of facts, the two periods, why a time is missing, and the same by part.

    `basis`: what the estimate rests on, with the way to those starts.

    `choices` are periods of the starts, none where they cannot be chosen.
    """

    waiting: tuple[Fact, ...]
    started: tuple[Fact, ...]
    estimated: tuple[Fact, ...]
    reasons: tuple[str, ...]
    basis: str
    basis_href: str
    started_in: Period
    estimated_from: Period
    choices: tuple[Choice, ...]
    parts: tuple[PartTable, ...]


def three_figures(
    report: WaitingReport,
    figures: ThreeFigures,
    addresses: Mapping[int, str],
    weeks: int,
    drilldown: Drilldown,
) -> ThreeBoard:
    """The section of two reports over the same scope and day; `addresses` lead to the periods of so many weeks."""
    estimate = figures.estimate
    return ThreeBoard(
        waiting=_waiting(report, drilldown),
        started=_started(figures.started, drilldown),
        estimated=_estimated(estimate),
        reasons=_reasons(estimate),
        basis=_basis(estimate),
        basis_href=flow_board.address(drilldown, "started", estimate.period) if estimate.starts.value else "",
        started_in=figures.started.period,
        estimated_from=estimate.period,
        choices=period_choices(addresses, weeks),
        parts=tuple(_parts(report, figures, drilldown)),
    )


def _waiting(report: WaitingReport, drilldown: Drilldown) -> tuple[Fact, ...]:
    return (
        _waited(_("Half have waited this long or longer"), report.median_days.figure, is_main=True),
        _waited(_("9 of 10 have waited shorter than (P90)"), report.p90_days.figure),
        _counted(_("Referrals"), report.waiting.figure, drilldown.waiting()),
    )


def _started(started: Started, drilldown: Drilldown) -> tuple[Fact, ...]:
    facts = [
        _waited(_("Half had waited this long or longer"), started.median_days, is_main=True),
        _waited(_("9 of 10 had waited shorter than (P90)"), started.p90_days),
        _counted(_("Referrals"), started.count, flow_board.address(drilldown, "started", started.period)),
    ]
    if not started.mean_days.suppressed:
        facts.append(_waited(_("Mean, which a few long waits pull up"), started.mean_days))
    return tuple(facts)


def _estimated(estimate: Estimate) -> tuple[Fact, ...]:
    return (
        _answered(_("Half have started within"), estimate.half_started, is_main=True),
        _answered(_("8 of 10 have started within"), estimate.most_started),
        _answered(_("Half no longer wait, for whatever reason, within"), estimate.half_gone),
        _answered(_("8 of 10 no longer wait, for whatever reason, within"), estimate.most_gone),
        _share(_("End without a start"), estimate.without_start),
    )


def _waited(label: str, figure: Figure, *, is_main: bool = False) -> Fact:
    return Fact(label, days(figure), longer_unit(figure), is_main, figure.value is None)


def _counted(label: str, figure: Figure, href: str) -> Fact:
    return Fact(label, count(figure), is_hidden=figure.value is None, href=href if figure.value else "")


def _answered(label: str, answer: Answer, *, is_main: bool = False) -> Fact:
    if answer.lack:
        return Fact(label, str(LACKS[answer.lack]), is_main=is_main, is_hidden=True)
    return _waited(label, answer.figure, is_main=is_main)


def _share(label: str, answer: Answer) -> Fact:
    share = answer.figure.value
    if answer.lack or share is None:
        return Fact(label, _written(answer), is_hidden=True)
    return Fact(label, per_cent(share))


def _written(answer: Answer) -> str:
    """A time, or in one word why there is none."""
    if answer.lack:
        return str(LACKS[answer.lack])
    return in_place(answer.figure) if answer.figure.value is None else days(answer.figure)


def _reasons(estimate: Estimate) -> tuple[str, ...]:
    """Each reason for a missing time once, in a whole sentence."""
    answers = (estimate.half_started, estimate.most_started, estimate.half_gone, estimate.most_gone)
    lacks = dict.fromkeys(answer.lack for answer in answers if answer.lack)
    return tuple(str(REASONS[lack]) for lack in lacks)


def _basis(estimate: Estimate) -> str:
    """What the estimate rests on; outsiders are told why they are not told how many."""
    if estimate.starts.value is None:
        return _(
            "How many starts it rests on is told to the municipality’s own staff only: beside the starts of 13 weeks "
            "it could tell of a few. From 20 in twelve months on it is computed."
        )
    longest = estimate.longest_day
    words = {"starts": count(estimate.starts), "longest": days(longest)}
    if longest.value is None:
        return _("It rests on the starts of these twelve months: %(starts)s.") % words
    text = _(
        "It rests on the starts of these twelve months: %(starts)s. The longest wait observed is %(longest)s."
    )
    return text % words


def period_choices(addresses: Mapping[int, str], chosen: int) -> tuple[Choice, ...]:
    """The periods of so many weeks that can be chosen, by their addresses."""
    return tuple(
        Choice(weeks, _("%(weeks)s weeks") % {"weeks": weeks}, url, weeks == chosen)
        for weeks, url in addresses.items()
    )


def _parts(report: WaitingReport, figures: ThreeFigures, drilldown: Drilldown) -> Iterable[PartTable]:
    """By category and by priority, where it is known: for own staff, once anybody has waited or started."""
    kinds = (
        (_("Category"), "category", report.by_category, figures.by_category),
        (_("Priority"), "priority", report.by_priority, figures.by_priority),
    )
    for heading, kind, groups, parts in kinds:
        waiting = {group.code: group for group in groups}
        rows = tuple(
            _row(part, waiting.get(part.code), Rows(drilldown, {kind: part.code}))
            for part in parts
            if _is_of_anybody(part, waiting)
        )
        if rows:
            yield PartTable(heading, rows)


def _is_of_anybody(part: Part, waiting: Mapping[str, Group]) -> bool:
    now = waiting[part.code].waiting.value if part.code in waiting else 0
    return bool(now or part.started.count.value or part.estimate.starts.value)


def _row(part: Part, now: Group | None, rows: Rows) -> PartRow:
    started, estimate = part.started, part.estimate
    waiting = now.waiting if now else Figure(0)
    return PartRow(
        part.name,
        (
            count_cell(waiting, rows.waiting(waiting)),
            Cell(days(now.median_days if now else Figure())),
            count_cell(started.count, rows.happened(started.count, "started", started.period)),
            Cell(days(started.median_days)),
            Cell(days(started.p90_days)),
            Cell(_written(estimate.half_started)),
            Cell(_written(estimate.most_started)),
        ),
    )
