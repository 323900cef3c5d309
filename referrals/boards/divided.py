"""How those who wait in counties or the nation are divided, for readers: a shaded table, and who referred them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.boards import sentences
from referrals.boards.distribution import Grid, Row, Table
from referrals.boards.figures import Cell, count, days
from referrals.boards.pictures import Picture
from referrals.charts.heat import HeatRow, heat
from referrals.charts.scales import Count
from referrals.norwegian import sort_key
from referrals.reports.divided import DividedReport, HeatTable, Named
from referrals.reports.scopes import Level
from referrals.reports.waiting_times import NO_PRIORITY, Group

MOST_NAMED = 2  # so many names stand in the head of a row; a row of more is explained above the table


@dataclass(frozen=True)
class Divided:
    """What stands on the page. `heat`: None where it may not be shown, and then `withheld` says why.

    `nobody`: where nobody waits, or nothing is known, says so in place of all else.
    """

    heat: Picture | None
    withheld: str
    nobody: str
    sources: Table | None


def divided(report: DividedReport) -> Divided:
    """The board of a report. Nothing leads to rows: nobody outside the municipalities may open them."""
    is_empty = report.whole.waiting.value == 0 or not report.is_known
    return Divided(
        heat=_picture(report.heat) if report.heat else None,
        withheld="" if report.heat or is_empty else _why_not(report),
        nobody=_nobody(report) if is_empty else "",
        sources=None if is_empty else _sources(report),
    )


def _nobody(report: DividedReport) -> str:
    return sentences.nobody_waited() if report.is_known else sentences.nothing_known()


def _why_not(report: DividedReport) -> str:
    if report.scope.level == Level.NATION:
        return _("Too few wait for category and priority to be shown together without telling about a few.")
    return _(
        "Category and priority together are only shown for the whole country. Held against what is shown of the"
        " municipalities, those of a county could tell about a few."
    )


def _picture(table: HeatTable) -> Picture:
    """The sums follow from the cells: all of them are shown."""
    columns = list(zip(*table.counts, strict=True))
    rows = [
        HeatRow(_of_row(row), [Count(number) for number in counts], Count(sum(counts)))
        for row, counts in zip(table.categories, table.counts, strict=True)
    ]
    totals = [Count(sum(column)) for column in columns]
    whole = Count(sum(map(sum, table.counts)))
    return Picture(
        kind="heat",
        id="heat",
        title=_("By category and priority"),
        sentence=_sentence(table),
        chart=heat([_of_column(one) for one in table.priorities], rows, totals, whole),
        heading=_("Category"),
        across=_("Priority"),
    )


def _of_row(row: Named) -> str:
    if len(row.names) > MOST_NAMED:
        return _("Other categories")
    first, *others = row.names
    return ", ".join([first, *(name[:1].lower() + name[1:] for name in others)])


def _of_column(column: Named) -> str:
    """Priorities under the heading that says that they are: 3, or 3–4, or 4 and those not assessed."""
    levels = [code for code in column.codes if code != NO_PRIORITY]
    if not levels:
        return column.names[0]
    told = levels[0] if len(levels) == 1 else f"{levels[0]}–{levels[-1]}"
    return told if len(levels) == len(column.codes) else _("%(levels)s, not assessed") % {"levels": told}


def _sentence(table: HeatTable) -> str:
    """What is put together, and which categories stand in a row that does not name them."""
    if all(len(one.codes) == 1 for one in (*table.categories, *table.priorities)):
        return _("How many wait in each category and priority.")
    told = _("Where too few wait, categories or priorities are put together.")
    names = [
        ", ".join(sorted(row.names, key=sort_key)) for row in table.categories if len(row.names) > MOST_NAMED
    ]
    return " ".join([told, *(_("Other categories: %(names)s.") % {"names": each} for each in names)])


def _sources(report: DividedReport) -> Table:
    headings = (_("Waiting"), _("Median wait"), _("P90"))
    grid = Grid(
        _("Source"),
        headings,
        tuple(Row(one.name, _cells(one)) for one in report.by_source),
        Row(_("In all"), _cells(report.whole)),
    )
    return Table("source", _("By who referred them"), sentences.sources(report.by_source), grid)


def _cells(group: Group) -> tuple[Cell, ...]:
    return Cell(count(group.waiting)), Cell(days(group.median_days)), Cell(days(group.p90_days))
