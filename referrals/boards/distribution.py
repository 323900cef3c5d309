"""How those who wait are divided, for own staff: a shaded table, and each way of dividing with what came and went."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import compress

from django.utils.translation import gettext as _

from referrals.boards import flow as flow_board
from referrals.boards import sentences
from referrals.boards.figures import Cell, count_cell, days, round_half_up, share_of
from referrals.boards.links import Drilldown, Rows
from referrals.boards.pictures import Picture
from referrals.charts.heat import NOTHING, HeatRow, heat
from referrals.charts.scales import Count
from referrals.choices import TargetFact, WaitFact
from referrals.norwegian import number
from referrals.reports.parts import Part, PartsReport
from referrals.reports.suppression import Figure
from referrals.reports.waiting_times import NO_PRIORITY

WHOLE = 100  # per cent


@dataclass(frozen=True)
class Row:
    """A line of a grid."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """Parts under the heading of their names, with figures under theirs; `whole` is the line at its foot."""

    heading: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    whole: Row


@dataclass(frozen=True)
class Table:
    """One way of dividing: what is read first, and `more` that lies folded away, where there is more."""

    id: str
    title: str
    sentence: str
    grid: Grid
    more: Grid | None = None


@dataclass(frozen=True)
class Distribution:
    """What stands on the page: of those who wait a picture and tables, and tables of what came and went.

    Where nobody waits there is no picture, and only the table of the therapists. `still`: where nothing came and went,
    or nothing is known, says so in place of the tables.
    """

    heat: Picture | None
    waiting: tuple[Table, ...]
    moved: tuple[Table, ...]
    still: str


def distribution(
    report: PartsReport, drilldown: Drilldown, *, of_shares: bool, listed: Collection[str]
) -> Distribution:
    """The board of a report. `of_shares`: shares over target in place of counts.

    `listed`: the codes of the therapists to which the list can be narrowed.
    """
    ways, therapists = _ways(report, drilldown), _therapists(report, drilldown, listed)
    is_empty, is_still = not report.whole.waiting.value, report.whole.moved.is_nothing
    return Distribution(
        None if is_empty else _heat(report, drilldown, of_shares=of_shares),
        tuple(_waiting(report, way) for way in ((therapists,) if is_empty else (*ways, therapists))),
        () if is_still else tuple(_moved(report, way) for way in ways),
        _still(report) if is_still else "",
    )


def _still(report: PartsReport) -> str:
    return sentences.nothing_moved() if report.is_known else sentences.nothing_known()


class _Counts:
    """How many wait in a part, leading to them."""

    unit = ""

    def __init__(self, drilldown: Drilldown) -> None:
        self._drilldown = drilldown

    def __call__(self, part: Part, **chosen: str) -> Count:
        return Count(int(part.waiting.value or 0), Rows(self._drilldown, chosen).waiting(part.waiting))


class _Shares:
    """How many of a hundred in a part are over target, leading to them; nothing where nobody can be."""

    unit = "%"

    def __init__(self, drilldown: Drilldown) -> None:
        self._drilldown = drilldown

    def __call__(self, part: Part, **chosen: str) -> Count:
        waiting, over = part.waiting.value or 0, part.over_target.value or 0
        if not waiting or chosen.get("priority") == NO_PRIORITY:
            return Count(None, hidden=NOTHING)
        href = Rows(self._drilldown, chosen).waiting(part.over_target, WaitFact.OVER_TARGET)
        return Count(round_half_up(over * WHOLE / waiting), href)


def _heat(report: PartsReport, drilldown: Drilldown, *, of_shares: bool) -> Picture:
    drawn = _Shares(drilldown) if of_shares else _Counts(drilldown)
    sentence = sentences.shares_over(report) if of_shares else sentences.cells(report)
    title = _("Share over target by category and priority") if of_shares else _("By category and priority")
    waits = [bool(level.waiting.value) for level in report.priorities]
    levels = list(compress(report.priorities, waits))
    rows = [
        HeatRow(
            category.name,
            [
                drawn(cell, category=category.code, priority=level.code)
                for level, cell in zip(levels, compress(cells, waits), strict=True)
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


# What a column is called, and the figure of a part under it, leading to its rows.
Figures = Callable[[Part, Rows], Cell]
Columns = Sequence[tuple[str, Figures]]


@dataclass(frozen=True)
class _Way:
    """A way of dividing: its parts, and what leads to the rows of one of them, or of all together."""

    id: str
    heading: str
    title: str
    sentence: str
    parts: Sequence[Part]
    rows: Callable[[Part], Rows]
    whole: Rows


def _ways(report: PartsReport, drilldown: Drilldown) -> tuple[_Way, ...]:
    """Those in which things come and go."""
    told: tuple[tuple[str, str, str, str, Sequence[Part]], ...] = (
        (
            "category",
            _("Category"),
            _("By category"),
            sentences.categories(report.categories),
            report.categories,
        ),
        (
            "priority",
            _("Priority"),
            _("By priority"),
            sentences.priorities(report.priorities),
            report.priorities,
        ),
        (
            "source",
            _("Source"),
            _("By who referred them"),
            sentences.sources(report.by_source),
            report.by_source,
        ),
    )
    whole = Rows(drilldown)
    return tuple(_Way(*words, _narrowed(drilldown, words[0]), whole) for words in told)


def _narrowed(drilldown: Drilldown, name: str) -> Callable[[Part], Rows]:
    """The list narrowed to a part by a filter of this name."""
    return lambda part: Rows(drilldown, {name: part.code})


def _therapists(report: PartsReport, drilldown: Drilldown, listed: Collection[str]) -> _Way:
    def rows(part: Part) -> Rows:
        """Nobody's cases the list knows as a fact."""
        chosen = {"therapist": part.code} if part.code else {"only": WaitFact.UNASSIGNED.value}
        return Rows(drilldown if part.code in listed else Drilldown(), chosen)

    parts, whole = report.by_therapist, Rows(drilldown)
    return _Way("therapist", _("Therapist"), _("By therapist"), _of_therapists(report), parts, rows, whole)


def _of_therapists(report: PartsReport) -> str:
    if report.whole.waiting.value:
        return sentences.caseloads(report)
    return sentences.nobody_waited() if report.is_known else sentences.nothing_known()


def _waiting(report: PartsReport, way: _Way) -> Table:
    """Those who wait, in the parts where anybody does; of therapists also their starts."""
    first: Columns = (
        (_("Waiting"), lambda part, rows: _who(part.waiting, rows)),
        (_("Over target"), lambda part, rows: _who(part.over_target, rows, WaitFact.OVER_TARGET)),
        (_("Within target"), _within_target),
        (_("Median wait"), lambda part, _rows: Cell(days(part.median_days))),
    )
    more: Columns = (
        (_("P90"), lambda part, _rows: Cell(days(part.p90_days))),
        (_("Longest wait"), lambda part, rows: Cell(days(part.oldest_days), rows.longest(part.oldest_days))),
        (_("Not assessed"), lambda part, rows: _who(part.not_assessed, rows, WaitFact.NOT_ASSESSED)),
        (_("Over a year"), lambda part, rows: _who(part.over_a_year, rows, WaitFact.OVER_A_YEAR)),
    )
    waiting = shown = [part for part in way.parts if part.waiting.value]
    if way.id == "therapist":
        weeks = _("Started in %(weeks)s weeks") % {"weeks": number(report.period.weeks)}
        shown, first = list(way.parts), (*first, (weeks, _started(report)))
    folded = _grid(report, way, waiting, more) if waiting else None
    return Table(way.id, way.title, way.sentence, _grid(report, way, shown, first), folded)


def _who(figure: Figure, rows: Rows, *facts: WaitFact) -> Cell:
    return count_cell(figure, rows.waiting(figure, *facts))


def _within_target(part: Part, rows: Rows) -> Cell:
    """A share, leading to those of whom it is."""
    return Cell(share_of(part.within_target), rows.waiting(part.within_target, TargetFact.WITHIN_TARGET))


def _moved(report: PartsReport, way: _Way) -> Table:
    """What came and went, in the parts where anybody waits or moved."""
    parts = [part for part in way.parts if part.waiting.value or not part.moved.is_nothing]
    columns: Columns = (
        (_("Newly referred"), lambda part, rows: _happened(part.moved.referred, rows, "referred", report)),
        (_("Started"), _started(report)),
        (
            _("Left otherwise"),
            lambda part, rows: _happened(part.moved.other_ends, rows, "other_ends", report),
        ),
        (_("Load"), lambda part, _rows: Cell(flow_board.load(part.moved.load, part.moved.referred))),
        (_("Empty in"), lambda part, _rows: Cell(flow_board.clearance(part.moved.clearance_weeks))),
    )
    title = _("%(by)s: what came and went") % {"by": way.title}
    return Table(f"{way.id}-moved", title, "", _grid(report, way, parts, columns))


def _started(report: PartsReport) -> Figures:
    return lambda part, rows: _happened(part.moved.started, rows, "started", report)


def _happened(figure: Figure, rows: Rows, line: str, report: PartsReport) -> Cell:
    return count_cell(figure, rows.happened(figure, line, report.period))


def _grid(report: PartsReport, way: _Way, parts: Sequence[Part], columns: Columns) -> Grid:
    def row(name: str, part: Part, rows: Rows) -> Row:
        return Row(name, tuple(cell(part, rows) for _heading, cell in columns))

    return Grid(
        way.heading,
        tuple(heading for heading, _cell in columns),
        tuple(row(part.name or _("Not assigned"), part, way.rows(part)) for part in parts),
        row(_("In all"), report.whole, way.whole),
    )
