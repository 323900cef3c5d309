"""Rows as a workbook: true dates and numbers, nothing that runs, the recipe on a sheet of its own, and no memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from referrals.exporters.tabular import FORMULA_STARTS, Cell, Sheet
from referrals.exporters.workbook import LONGEST_TEXT, write_workbook
from referrals.reports import coverage, waiting_times
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Scope

DAY = date(2026, 1, 31)
MOMENT = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)


def written(sheet: Sheet) -> io.BytesIO:
    out = io.BytesIO()
    write_workbook(sheet, out)
    out.seek(0)
    return out


def opened(sheet: Sheet) -> Workbook:
    """As an outside reader opens it, formulas and all."""
    return load_workbook(written(sheet))


def cell_of(text: str) -> tuple[object, str, bool]:
    """What the one cell below the heading holds."""
    cell = opened(Sheet(("text",), ((text,),))).worksheets[0]["A2"]
    return cell.value, cell.data_type, bool(cell.quotePrefix)


def told(recipe: Recipe) -> dict[str, object]:
    return dict(opened(Sheet(("code",), (), (recipe,))).worksheets[1].iter_rows(values_only=True))


def test_dates_are_dates_and_numbers_are_numbers() -> None:
    row = ("0301", DAY, 7, Decimal("1.50"), 0.25, None, "<5")
    page = opened(Sheet(("code", "on", "waiting", "fte", "share", "gone", "small"), (row,))).worksheets[0]
    code, on, waiting, fte, share, gone, small = page[2]
    assert (code.value, code.data_type) == ("0301", "s")
    assert (on.value.date(), on.is_date, on.number_format) == (DAY, True, "dd.mm.yyyy")
    assert [(cell.value, cell.data_type) for cell in (waiting, fte, share)] == [
        (7, "n"), (1.5, "n"), (0.25, "n"),
    ]  # fmt: skip
    assert gone.value is None
    assert (small.value, small.data_type) == ("<5", "s")


def test_the_heading_stays_and_every_column_can_be_read() -> None:
    rows = (("Østby", DAY, "x" * 200),)
    page = opened(Sheet(("a_very_long_name_of_a_column", "on", "text"), rows)).worksheets[0]
    assert page.freeze_panes == "A2"
    widths = [page.column_dimensions[letter].width for letter in "ABC"]
    assert widths[0] >= len("a_very_long_name_of_a_column") and widths[1] >= len("31.01.2026")
    assert widths[2] == 60
    assert [cell.value for cell in page[1]] == ["a_very_long_name_of_a_column", "on", "text"]
    assert all(cell.font.bold for cell in page[1])


@settings(max_examples=150, deadline=None)
@example("=", "", 'HYPERLINK("http://x")')
@example("\t", "", "=1+1")
@example("\r", "", "@SUM(A1)")
@given(st.sampled_from(FORMULA_STARTS), st.text(" \u00a0\ufeff", max_size=3), st.text(max_size=30))
def test_krav_33_no_text_becomes_a_formula_in_a_workbook(start: str, before: str, rest: str) -> None:
    """What a spreadsheet would run is text, and stays text when somebody edits the cell."""
    value, kind, stays_text = cell_of(before + start + rest)
    assert kind in ("s", "n") and (kind == "s" or value is None)
    assert stays_text


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "TRUE", "1e5", "2026-01-31", "<5", "Skjermet", "0301"])
def test_a_text_is_that_text(text: str) -> None:
    assert cell_of(text) == (text, "s", False)


def test_no_sheet_holds_a_formula_whatever_is_in_it() -> None:
    sheet = Sheet(("=1+1", "+x"), (("=1+1", "@x"), ("-1", "＝1")))
    archive = zipfile.ZipFile(written(sheet))
    pages = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert len(pages) == 2
    assert not any(b"<f" in archive.read(name) for name in pages)


def test_what_xml_cannot_hold_is_replaced_and_what_excel_cannot_is_cut_off() -> None:
    assert cell_of("a\x00b\x1fc")[0] == "a\ufffdb\ufffdc"
    assert len(str(cell_of("x" * (LONGEST_TEXT + 9))[0])) == LONGEST_TEXT


@pytest.mark.django_db
def test_the_second_sheet_says_how_it_is_made_again() -> None:
    recipe = Recipe(waiting_times.NAME, DAY, Scope.nation(), MOMENT)
    found = told(recipe)
    assert found["Rapport"] == "waiting"
    assert found["Sted"] == "Hele landet"
    assert found["Dato"].date() == DAY
    assert found["Slik det var kjent"] == "slik vi nå vet at de var"
    assert found["Filter"] == "Uten filter."
    assert found["Små tall"] == "små tall skjult"
    assert found["Definisjoner versjon"] == recipe.definition_version
    assert f"{found['Data per']:%d.%m.%Y %H:%M}" == "01.02.2026 09:30"
    assert found["Oppskrift"] == recipe.hash
    assert "Lisens" not in found


@pytest.mark.django_db
def test_what_is_for_everybody_says_its_licence() -> None:
    assert "CC BY 4.0" in str(told(Recipe(coverage.NAME, DAY, Scope.nation(), MOMENT))["Lisens"])


def test_a_long_list_takes_no_more_memory_than_a_short_one() -> None:
    """Rows are written as they come: ten times as many take the same memory."""
    assert peak(20_000) < peak(2_000) + 1_000_000


def peak(count: int) -> int:
    """The most bytes that writing so many rows took, the file itself apart."""

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number in range(count):
            yield f"2026-{number:06}", DAY, number, "hjelpemidler"

    with open("/dev/null", "wb") as nowhere:
        tracemalloc.start()
        try:
            write_workbook(Sheet(("number", "on", "days", "category"), rows()), nowhere)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
