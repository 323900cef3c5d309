"""Any period of a municipality: its cards, and beside each other the period, the one before and that of last year."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.boards import flow as flow_board
from referrals.boards.figures import UNDEFINED, Card, Cell, count, count_cell, days, share_of
from referrals.boards.links import Drilldown
from referrals.reports.period import PeriodFigures, PeriodReport
from referrals.reports.periods import Period


@dataclass(frozen=True)
class PeriodRow:
    """One figure in each of the three periods."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PeriodHead:
    """The head of a column. `note` says what is not known of its days."""

    label: str
    period: Period
    note: str


@dataclass(frozen=True)
class PeriodBoard:
    """What stands on the page: cards of the period asked for, and the table."""

    cards: tuple[Card, ...]
    heads: tuple[PeriodHead, ...]
    rows: tuple[PeriodRow, ...]


COUNTS = ("referred", "started", "other_ends", "finished")


def board(report: PeriodReport, drilldown: Drilldown) -> PeriodBoard:
    """The board of a report; its counts lead to their rows. No cards of a period of which nothing is known.

    Of what is for own staff alone others have no rows. Where the period before is the same as that of the year before,
    it stands once.
    """
    columns = dict(_columns(report))
    is_comparable = report.before.is_known and not report.before.is_partly_known
    beside = _("in the period before") if is_comparable else ""
    return PeriodBoard(
        cards=flow_board.cards(report.now.flow, drilldown, beside) if report.now.is_known else (),
        heads=tuple(_head(label, one) for label, one in columns.items()),
        rows=tuple(
            PeriodRow(label, tuple(_cell(one, write, drilldown) for one in columns.values()))
            for label, write in _figures(report.scope.exact)
        ),
    )


Write = Callable[[PeriodFigures, Drilldown], Cell]


def _columns(report: PeriodReport) -> Iterator[tuple[str, PeriodFigures]]:
    """The periods beside each other, by their names."""
    yield _("The period"), report.now
    if report.before.period == report.year_before.period:
        yield _("The year before"), report.before
        return
    yield _("As long before it"), report.before
    yield _("The same dates a year before"), report.year_before


def _figures(exact: bool) -> Iterator[tuple[str, Write]]:
    """Every figure with its name, in the order of the page; the mean stands last. `exact`: for own staff."""
    labels = (_("Referred"), _("Started"), _("Left the list otherwise"), _("Closed after a start"))
    for label, name in zip(labels, COUNTS, strict=True):
        yield label, _counted(name)
    if exact:
        yield _rereferred_row()
    yield _("Load"), lambda one, _links: Cell(flow_board.load(one.flow.load, one.flow.referred.figure))
    yield (
        _("To empty the waitlist"),
        lambda one, _links: Cell(flow_board.clearance(one.flow.clearance_weeks)),
    )
    if exact:
        yield from _waited()


def _rereferred_row() -> tuple[str, Write]:
    return (
        _("Referred again within 90 days, of those closed after a start who were followed so long"),
        lambda one, _links: Cell(_rereferred(one)),
    )


def _waited() -> Iterator[tuple[str, Write]]:
    """What those had waited who started."""
    yield _("Had waited at the start, median"), lambda one, _links: Cell(days(one.started.median_days))
    yield (
        _("Had waited at the start, 9 of 10 shorter than (P90)"),
        lambda one, _links: Cell(days(one.started.p90_days)),
    )
    yield (
        _("Mean, which a few long waits pull up"),
        lambda one, _links: Cell(days(one.started.mean_days)),
    )


def _counted(name: str) -> Write:
    def write(one: PeriodFigures, drilldown: Drilldown) -> Cell:
        figure = getattr(one.flow, name).figure
        return count_cell(figure, flow_board.address(drilldown, name, one.period))

    return write


def _rereferred(one: PeriodFigures) -> str:
    """The share with the two counts that it is of; nothing as long as nobody was followed for 90 days."""
    found = one.rereferred
    if found.share.suppressed:
        return share_of(found.share)
    words = {"share": share_of(found.share), "again": count(found.again), "followed": count(found.followed)}
    return _("%(share)s (%(again)s of %(followed)s)") % words if found.followed.value else UNDEFINED


def _cell(one: PeriodFigures, write: Write, drilldown: Drilldown) -> Cell:
    return write(one, drilldown) if one.is_known else Cell(UNDEFINED)


def _head(label: str, one: PeriodFigures) -> PeriodHead:
    if not one.is_known:
        note = _("Nothing is known of it")
    elif one.is_partly_known:
        note = _("Known from %(day)s only") % {"day": f"{one.known_from:%d.%m.%Y}"}
    else:
        note = ""
    return PeriodHead(label, one.period, note)
