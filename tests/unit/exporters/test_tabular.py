"""Rows as CSV that Norwegian Excel reads, and as text for a terminal."""

import csv
import io
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.exporters.tabular import FORMULA_STARTS, Sheet, as_csv, as_text


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_csv_is_written_as_norwegian_excel_reads_it() -> None:
    sheet = Sheet(
        ("code", "name", "fte", "on", "gone"),
        (("0301", "Kárášjohka", Decimal("1.50"), date(2026, 11, 2), None),),
    )
    assert as_csv(sheet) == "\ufeffcode;name;fte;on;gone\r\n0301;Kárášjohka;1,50;02.11.2026;\r\n"


@settings(max_examples=2000)
@given(st.sampled_from(FORMULA_STARTS), st.text(" \u00a0\ufeff", max_size=3), st.text())
def test_krav_33_no_text_becomes_a_formula(start: str, before: str, rest: str) -> None:
    """Two thousand texts that a spreadsheet would run come out as text."""
    cell = read(as_csv(Sheet(("text",), ((before + start + rest,),))))[1][0]
    assert cell.startswith("'")


def test_krav_33_a_negative_number_stays_a_number() -> None:
    """Only text is made harmless: numbers stay numbers."""
    assert read(as_csv(Sheet(("change",), ((-3,), (Decimal("-0.5"),)))))[1:] == [["-3"], ["-0,5"]]


def test_text_has_numbers_to_the_right_and_a_dash_for_nothing() -> None:
    sheet = Sheet(("name", "days"), (("Å", 7), ("Ås", 1234), ("Øy", None)))
    assert as_text(sheet).splitlines() == ["name  days", "Å        7", "Ås    1234", "Øy    –"]


def test_a_cell_may_hold_what_separates_cells_and_lines() -> None:
    row = ('Moss; "Østre"', "to\nlinjer", "=1;2")
    written = as_csv(Sheet(("name", "text", "formula"), (row,)))
    assert '"Moss; ""Østre""";' in written
    assert read(written)[1] == ['Moss; "Østre"', "to\nlinjer", "'=1;2"]


def test_a_day_that_tells_rows_apart_is_written_as_in_json_and_the_recipe_comes_last() -> None:
    day = date(2026, 1, 31)
    sheet = Sheet(("code", "value"), ((day, 7),), last=(("hash", "0a1b"),), days_as_codes=True)
    assert read(as_csv(sheet)) == [["code", "value"], ["2026-01-31", "7"], ["hash", "0a1b"]]
    assert as_text(sheet).splitlines()[1].startswith("2026-01-31")
