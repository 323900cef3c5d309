"""Rows of CSV files and what can be wrong with them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.importers import rows
from referrals.importers.rows import BadValue, BrokenFiles, Problem, read_csv

COLUMNS = {"code": rows.digits(2), "name": rows.text(20)}


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "places.csv"


def read(path: Path, content: bytes) -> tuple[list[dict], list[str]]:
    """The rows' values, and the problems as people read them."""
    path.write_bytes(content)
    found, problems = read_csv(path, COLUMNS)
    return [dict(row.values) for row in found], [str(problem) for problem in problems]


def test_rows_are_read_with_their_line_numbers(path):
    path.write_text("code,name\n03,Oslo\n56,Finnmárku\n", "utf-8")
    found, problems = read_csv(path, COLUMNS)
    assert [(row.line, row.values) for row in found] == [
        (2, {"code": "03", "name": "Oslo"}),
        (3, {"code": "56", "name": "Finnmárku"}),
    ]
    assert problems == []


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(path):
    assert read(path, b"\xef\xbb\xbfcode,name\r\n03,Oslo\r\n") == ([{"code": "03", "name": "Oslo"}], [])


def test_a_quoted_value_may_hold_a_comma(path):
    assert read(path, b'code,name\n03,"Oslo, byen"\n')[0] == [{"code": "03", "name": "Oslo, byen"}]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", "places.csv, linje 1: første linje må være: code,name", id="empty"),
        pytest.param(
            b"name,code\n", "places.csv, linje 1: første linje må være: code,name", id="other header"
        ),
        pytest.param(
            b"code,name\n03\n", "places.csv, linje 2: 1 verdier, men det er 2 kolonner.", id="too few"
        ),
        pytest.param(
            b"code,name\n\n", "places.csv, linje 2: 0 verdier, men det er 2 kolonner.", id="empty line"
        ),
        pytest.param(
            b"code,name\n03,Oslo,x\n", "places.csv, linje 2: 3 verdier, men det er 2 kolonner.", id="many"
        ),
        pytest.param(
            b"code,name\n03,Oslo\n3,X\n", "places.csv, linje 3: code: «3» er ikke 2 sifre.", id="code"
        ),
        pytest.param(b"code,name\n03,\xd8\n", "places.csv, linje 2: ikke tekst i UTF-8.", id="Latin-1"),
        pytest.param(
            b'code,name\n03,Oslo\n11,"Rog\n',
            "places.csv, linje 3: et anførselstegn for mye eller for lite.",
            id="open quotation",
        ),
    ],
)
def test_a_broken_file_names_the_line(path, content, problem):
    assert read(path, content)[1] == [problem]


def test_a_file_in_another_encoding_names_the_line_however_long_it_is(path):
    content = b"code,name\n" + b"03,Oslo\n" * 5000 + b"03,\xc5s\n"
    assert read(path, content)[1] == ["places.csv, linje 5002: ikke tekst i UTF-8."]


def test_a_missing_file_says_so(path):
    found, problems = read_csv(path, COLUMNS)
    assert found == []
    assert [str(problem) for problem in problems] == ["places.csv: No such file or directory"]


def test_every_problem_is_listed_and_the_good_rows_are_kept(path):
    found, problems = read(path, b"code,name\nx,\n03,Oslo\n4,B\n")
    assert found == [{"code": "03", "name": "Oslo"}]
    assert len(problems) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_problems(path, content):
    found, problems = read(path, b"code,name\n" + content)
    assert found or problems or not content


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (rows.text(4), "Ås 🦽", "Ås 🦽"),
        (rows.digits(4), "0301", "0301"),
        (rows.whole_number(1, 6), "6", 6),
        (rows.decimal(57, 72), "59.0000", Decimal("59")),
        (rows.day, "2024-02-29", date(2024, 2, 29)),
        (rows.one_of(("a", "b")), "b", "b"),
        (rows.yes_or_no, "yes", True),
        (rows.yes_or_no, "no", False),
    ],
)
def test_a_right_value_is_read(parse, cell, value):
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (rows.text(4), ""),
        (rows.text(4), " Ås"),
        (rows.text(4), "Ås\n"),
        (rows.text(4), "A\x00s"),
        (rows.text(4), "Ålesund"),
        (rows.digits(4), "301"),
        (rows.digits(4), "03011"),
        (rows.digits(4), "٠٣٠١"),
        (rows.whole_number(1, 6), "0"),
        (rows.whole_number(1, 6), "7"),
        (rows.whole_number(1, 6), "1.0"),
        (rows.whole_number(1, 6), "9" * 5000),
        (rows.decimal(57, 72), "56.9999"),
        (rows.decimal(57, 72), "59,1"),
        (rows.decimal(57, 72), "NaN"),
        (rows.decimal(57, 72), "inf"),
        (rows.day, "2023-02-29"),
        (rows.day, "20240101"),
        (rows.day, "01.01.2024"),
        (rows.day, "2024-W01-1"),
        (rows.one_of(("a", "b")), "c"),
        (rows.yes_or_no, "ja"),
    ],
)
def test_a_wrong_value_is_refused_with_words(parse, cell):
    with pytest.raises(BadValue) as caught:
        parse(cell)
    assert str(caught.value)


def test_the_error_lists_its_problems_line_by_line():
    error = BrokenFiles([Problem("a.csv", 2, "wrong."), Problem("b.csv", 0, "missing.")])
    assert str(error) == "a.csv, linje 2: wrong.\nb.csv: missing."
    assert error.code == "broken_files"
