"""How those who wait are divided, for own staff: a shaded table, and who referred them and who has them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.boards import sentences
from referrals.boards.figures import Cell, count, days, round_half_up
from referrals.boards.links import Chosen, Drilldown
from referrals.boards.pictures import Picture
from referrals.charts.heat import NOTHING, HeatRow, heat
from referrals.charts.scales import Count
from referrals.choices import WaitFact
from referrals.reports.parts import Caseload, Part, PartsReport
from referrals.reports.periods import Period
from referrals.reports.suppression import Figure
from referrals.reports.waiting_times import NO_PRIORITY

WHOLE = 100  # per cent


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with its sentence; `whole` is the line at its foot, `headings` are those of the cells."""

    id: str
    title: str
    sentence: str
    heading: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    whole: Row


@dataclass(frozen=True)
class Distribution:
    """What stands on the page. Where nobody waits there is no picture, and only the table of the therapists."""

    heat: Picture | None
    tables: tuple[Table, ...]


def distribution(
    report: PartsReport, drilldown: Drilldown, *, of_shares: bool, listed: Collection[str]
) -> Distribution:
    """The board of a report. `of_shares`: shares over target in place of counts.

    `listed`: the codes of the caseloads to which the list can be narrowed.
    """
    therapists = _caseloads(report, drilldown, listed)
    if not report.whole.waiting.value:
        return Distribution(None, (therapists,))
    return Distribution(
        _heat(report, drilldown, of_shares=of_shares), (_sources(report, drilldown), therapists)
    )


class _Counts:
    """How many wait in a part, leading to them."""

    unit = ""

    def __init__(self, drilldown: Drilldown) -> None:
        self._drilldown = drilldown

    def __call__(self, part: Part, **chosen: str) -> Count:
        waiting = int(part.waiting.value or 0)
        return Count(waiting, self._drilldown.waiting(**chosen) if waiting else "")


class _Shares:
    """How many of a hundred in a part are over target, leading to them; nothing where nobody can be."""

    unit = "%"

    def __init__(self, drilldown: Drilldown) -> None:
        self._drilldown = drilldown

    def __call__(self, part: Part, **chosen: str) -> Count:
        waiting, over = part.waiting.value or 0, part.over_target.value or 0
        if not waiting or chosen.get("priority") == NO_PRIORITY:
            return Count(None, hidden=NOTHING)
        href = self._drilldown.waiting(**chosen, only=WaitFact.OVER_TARGET.value) if over else ""
        return Count(round_half_up(over * WHOLE / waiting), href)


def _heat(report: PartsReport, drilldown: Drilldown, *, of_shares: bool) -> Picture:
    drawn = _Shares(drilldown) if of_shares else _Counts(drilldown)
    sentence = sentences.shares_over(report) if of_shares else sentences.cells(report)
    title = _("Share over target by category and priority") if of_shares else _("By category and priority")
    levels = report.priorities
    rows = [
        HeatRow(
            category.name,
            [
                drawn(cell, category=category.code, priority=level.code)
                for level, cell in zip(levels, cells, strict=True)
            ],
            drawn(category, category=category.code),
        )
        for category, cells in zip(report.categories, report.cells, strict=True)
    ]
    totals = [drawn(level, priority=level.code) for level in levels]
    chart = heat([_short(level) for level in levels], rows, totals, drawn(report.whole), drawn.unit)
    return Picture("heat", "heat", title, sentence, chart, heading=_("Category"), across=_("Priority"))


def _short(level: Part) -> str:
    """A priority under the heading that says that it is one."""
    return level.name if level.code == NO_PRIORITY else level.code


def _sources(report: PartsReport, drilldown: Drilldown) -> Table:
    return Table(
        id="sources",
        title=_("By who referred them"),
        sentence=sentences.sources(report.by_source),
        heading=_("Source"),
        headings=(_("Waiting"), _("Over target"), _("Median wait")),
        rows=tuple(
            Row(part.name, (*_counted(part, drilldown, source=part.code), Cell(days(part.median_days))))
            for part in report.by_source
        ),
        whole=Row(_("In all"), (*_counted(report.whole, drilldown), Cell(days(report.whole.median_days)))),
    )


def _counted(part: Part, drilldown: Drilldown, **chosen: str) -> Iterator[Cell]:
    """How many wait, and how many of them are over target."""
    yield _cell(part.waiting, drilldown.waiting(**chosen))
    yield _cell(part.over_target, drilldown.waiting(**chosen, only=WaitFact.OVER_TARGET.value))


def _cell(figure: Figure, href: str) -> Cell:
    return Cell(count(figure), href if figure.value else "")


def _caseloads(report: PartsReport, drilldown: Drilldown, listed: Collection[str]) -> Table:
    is_empty = not report.whole.waiting.value
    started = sum(one.started.value or 0 for one in report.by_therapist)
    address = drilldown.happened("all", "started", report.started_in)
    return Table(
        id="therapists",
        title=_("By therapist"),
        sentence=sentences.nobody_waited() if is_empty else sentences.caseloads(report),
        heading=_("Therapist"),
        headings=(_("Assigned and waiting"), _("Over target"), _("Started in 13 weeks")),
        rows=tuple(
            _caseload(one, drilldown if one.code in listed else Drilldown(), report.started_in)
            for one in report.by_therapist
        ),
        whole=Row(_("In all"), (*_counted(report.whole, drilldown), _cell(Figure(started), address))),
    )


def _caseload(one: Caseload, drilldown: Drilldown, started_in: Period) -> Row:
    """Of a therapist, or of nobody, which the list knows as a fact."""
    chosen: dict[str, Chosen] = {"therapist": one.code} if one.code else {"only": WaitFact.UNASSIGNED.value}
    over = (
        [WaitFact.OVER_TARGET.value] if one.code else [WaitFact.UNASSIGNED.value, WaitFact.OVER_TARGET.value]
    )
    started = drilldown.happened("all", "started", started_in, **chosen)
    cells = (
        _cell(one.waiting, drilldown.waiting(**chosen)),
        _cell(one.over_target, drilldown.waiting(**chosen | {"only": over})),
        _cell(one.started, started),
    )
    return Row(one.name or _("Not assigned"), cells)
