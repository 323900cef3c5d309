"""Rows as a workbook of Excel: true dates and numbers, no formulas, and on a second sheet how it is made again.

Rows are written as they come, and no row is kept (openpyxl's write-only mode).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from referrals.boards.recipes import told
from referrals.exporters.sources import licence_of, source_of
from referrals.exporters.statistics import place_name
from referrals.exporters.tabular import Cell, Sheet, is_like_a_formula, written_cell
from referrals.reports.recipe import Recipe

DATE_FORMAT, MOMENT_FORMAT = "dd.mm.yyyy", "dd.mm.yyyy hh:mm"
LONGEST_TEXT = 32_767  # Excel's own limit
# Columns are made as wide as what stands in the first rows, within bounds.
MEASURED_ROWS = 500
NARROWEST, WIDEST = 8, 60
HEADING = Font(bold=True)

Row = Sequence[Cell | datetime]


def write_workbook(sheet: Sheet, out: BinaryIO) -> None:
    """Write the rows and their recipes to a file that is open for bytes."""
    book = Workbook(write_only=True)
    book.properties.creator = "Ergo"
    if sheet.recipes:
        book.properties.created = timezone.make_naive(sheet.recipes[0].data_as_of)
    _fill(book.create_sheet(_("Figures")), sheet.columns, sheet.rows)
    _fill(book.create_sheet(_("Recipe")), (_("What"), _("Value")), _recipe_rows(sheet))
    book.save(out)


def workbook_on_disk(sheet: Sheet) -> BinaryIO:
    """The workbook in a file without a name, to be sent and closed, so that a long list takes no memory."""
    with ExitStack() as unless_done:
        file = unless_done.enter_context(TemporaryFile())
        write_workbook(sheet, file)
        file.seek(0)
        unless_done.pop_all()
        return file


def _fill(page: Any, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """The heading stays where it is while one scrolls; widths must be known before the first row is written."""
    coming = iter(rows)
    first = list(islice(coming, MEASURED_ROWS))
    page.freeze_panes = "A2"
    for place, width in enumerate(_widths(columns, first), start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.append([_heading(page, name) for name in columns])
    for row in chain(first, coming):
        page.append([_cell(page, value) for value in row])


def _widths(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[int]:
    for place, name in enumerate(columns):
        longest = max(chain([len(name)], (len(_shown(row[place])) for row in rows)))
        yield min(max(longest + 2, NARROWEST), WIDEST)


def _shown(value: Cell | datetime) -> str:
    return f"{value:%d.%m.%Y %H:%M}" if isinstance(value, datetime) else written_cell(value)


def _heading(page: Any, name: str) -> Any:
    cell = _text(page, name)
    cell.font = HEADING
    return cell


def _cell(page: Any, value: Cell | datetime) -> Any:
    """Nothing for what is not defined."""
    if isinstance(value, str):
        return _text(page, value)
    cell = WriteOnlyCell(page, value)
    if isinstance(value, date):
        cell.number_format = MOMENT_FORMAT if isinstance(value, datetime) else DATE_FORMAT
    return cell


def _text(page: Any, text: str) -> Any:
    """Text whatever it looks like, also after somebody has edited the cell."""
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:LONGEST_TEXT])
    cell.data_type = "s"  # openpyxl takes = for a formula and #N/A for an error
    if is_like_a_formula(text):
        cell.quotePrefix = True
    return cell


def _recipe_rows(sheet: Sheet) -> Iterator[Row]:
    """How each report is made again, in the words of the page's foot; a blank row between two."""
    for place, recipe in enumerate(sheet.recipes):
        if place:
            yield (None, None)
        licence = sheet.licence or (licence_of(recipe) if sheet.is_public else "")
        yield from _recipe(recipe, licence)


def _recipe(recipe: Recipe, licence: str) -> Iterator[Row]:
    words = told([recipe])
    yield _("Report"), recipe.report
    yield _("Place"), place_name(recipe)
    yield _("Date"), recipe.on
    yield _("As it was known"), words.look
    yield _("Filter"), words.filters or _("No filter.")
    yield _("Small numbers"), _("true numbers") if recipe.scope.exact else _("small numbers hidden")
    yield _("Definitions version"), recipe.definition_version
    yield _("Data as of"), timezone.make_naive(recipe.data_as_of)
    yield _("Recipe"), recipe.hash
    yield pgettext("of information", "Source"), source_of(recipe)
    if licence:
        yield _("Licence"), licence
