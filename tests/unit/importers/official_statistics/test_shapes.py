"""The same table in every shape gives the same figures; signs stay apart."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from referrals.choices import FigureStatus, StaffingMeasure
from referrals.importers.official_statistics.reading import Preview
from tests.unit.importers.official_statistics import shapes
from tests.unit.importers.official_statistics.conftest import preview
from tests.unit.importers.official_statistics.shapes import FTE, NURSES, RATIO, SHAPES, Made

pytestmark = pytest.mark.usefixtures("registers")

REGIONS = [
    ("EAK", "Landet"),
    ("EKG07", "KOSTRA-gruppe 7"),
    ("EKA31", "Østfold"),
    ("0301", "Oslo - Oslove"),
    ("1103", "Stavanger"),
    ("3103", "Moss"),
    ("3105", "Sarpsborg"),
]
YEARS = ["2017", "2024", "2025"]
CELLS = {
    ("EAK", "2024"): "1.9",
    ("EKG07", "2024"): "2.1",
    ("EKA31", "2024"): "2.4",
    ("0301", "2017"): "1.7",
    ("0301", "2024"): "1.8",
    ("0301", "2025"): "0.0",
    ("1103", "2024"): ":",
    ("1103", "2025"): "-",
    ("3103", "2024"): ".",
    ("3103", "2025"): "...",
    ("3105", "2024"): "..",
    ("3105", "2025"): "12.0",
}
# By municipality and year; 2017 is before the registers' borders.
EXPECTED = {
    ("0301", 2024): (FigureStatus.VALUE, Decimal("1.80")),
    ("0301", 2025): (FigureStatus.VALUE, Decimal("0.00")),
    ("1103", 2024): (FigureStatus.SUPPRESSED, None),
    ("1103", 2025): (FigureStatus.NIL, Decimal("0.00")),
    ("3103", 2024): (FigureStatus.NOT_APPLICABLE, None),
    ("3103", 2025): (FigureStatus.NOT_YET, None),
    ("3105", 2024): (FigureStatus.MISSING, None),
    ("3105", 2025): (FigureStatus.VALUE, Decimal("12.00")),
}


def made(*contents: tuple[str, str, str]) -> Made:
    texts = {(place, content[0], year): text for (place, year), text in CELLS.items() for content in contents}
    return Made(REGIONS, contents, YEARS, texts)


def read(shape: str, table: Made) -> Preview:
    write, name = SHAPES[shape]
    return preview(name, write(table), table="13533")


def figures_of(
    found: Preview, measure: StaffingMeasure
) -> dict[tuple[str, int], tuple[FigureStatus, Decimal | None]]:
    return {
        (figure.municipality.code, figure.counted_on.year): (figure.status, figure.value)
        for figure in found.reading.figures
        if figure.measure == measure
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_figures(shape: str) -> None:
    found = read(shape, made(RATIO))
    assert figures_of(found, StaffingMeasure.PER_10000) == EXPECTED
    assert len(found.reading.figures) == len(EXPECTED)
    assert {figure.contents for figure in found.reading.figures} == {RATIO[1]}
    assert {figure.decimals for figure in found.reading.figures} == {1}


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "csv3"])
def test_two_contents_are_told_apart_and_a_third_is_passed_over(shape: str) -> None:
    """In codes only, contents are read whose code is known: see below."""
    found = read(shape, made(FTE, NURSES, RATIO))
    assert figures_of(found, StaffingMeasure.FTE) == EXPECTED
    assert figures_of(found, StaffingMeasure.PER_10000) == EXPECTED
    assert {figure.contents for figure in found.reading.figures} == {FTE[1], RATIO[1]}
    skips = [skip.what for skip in found.reading.skips]
    assert "Sykepleiere (årsverk)" in skips
    reason = next(
        r for r, some in found.reading.reasons if [s.what for s in some] == ["Sykepleiere (årsverk)"]
    )
    assert "gjelder ikke ergoterapeuter" in reason


def test_of_codes_only_those_that_are_known_are_read_and_the_others_named() -> None:
    found = read("csv3", made(FTE, RATIO))
    assert figures_of(found, StaffingMeasure.PER_10000) == EXPECTED
    assert figures_of(found, StaffingMeasure.FTE) == {}
    assert FTE[0] in [skip.what for skip in found.reading.skips]


@pytest.mark.parametrize("shape", SHAPES)
def test_figures_are_of_the_third_week_of_november(shape: str) -> None:
    days = {figure.counted_on for figure in read(shape, made(RATIO)).reading.figures}
    assert days == {date(2024, 11, 16), date(2025, 11, 16)}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_passed_over_is_told_with_its_reason(shape: str) -> None:
    by_reason = {
        reason: {skip.what for skip in some} for reason, some in read(shape, made(RATIO)).reading.reasons
    }
    assert set(by_reason) == {
        "før 2018: registrene kjenner ingen grenser",
        "hele landet, eller landet uten Oslo",
        "et fylke",
        "en KOSTRA-gruppe eller en annen gruppe kommuner",
    }
    assert by_reason["før 2018: registrene kjenner ingen grenser"] == {"2017"}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_source_is_the_files_own(shape: str) -> None:
    source = read(shape, made(RATIO)).source
    assert (source.table, source.publisher, source.licence) == (
        "13533",
        "Statistisk sentralbyrå",
        "CC BY 4.0",
    )
    in_file = {"csv": None}.get("csv" if "csv" in shape else "", datetime(2024, 6, 17, 6, 0, tzinfo=UTC))
    assert source.updated_at == in_file


def test_contact_persons_are_read_by_nobody() -> None:
    for shape in ("JSON-stat 2 of API 2", "xlsx"):
        assert "Kontakt" not in repr(read(shape, made(RATIO)))


@pytest.mark.parametrize("shape", ["csv of API 1", "csv of API 2", "JSON-stat 2 of API 2", "xlsx"])
def test_a_missing_number_of_decimals_is_the_most_that_is_seen(shape: str) -> None:
    found = read(shape, replace(made(RATIO), texts={("0301", RATIO[0], "2024"): "2.25"}))
    assert {figure.decimals for figure in found.reading.figures} == {2}


def test_a_provisional_figure_has_its_mark() -> None:
    table = replace(made(RATIO), texts={("0301", RATIO[0], "2024"): "2.5*"})
    found = preview("13533.csv", shapes.csv3(table))
    marked = [figure for figure in found.reading.figures if figure.is_provisional]
    assert [(figure.municipality.code, figure.value) for figure in marked] == [("0301", Decimal("2.50"))]


def test_the_commissioned_count_of_persons_is_of_the_end_of_the_quarter() -> None:
    rows = [
        ["Sysselsatte med utdanning som ergoterapeut"],
        [],
        [None, "2023K4", "2024K4"],
        ["0301 Oslo", 210, 215],
        ["3103 Moss", 0, "-"],
    ]
    found = preview("tabelloppdrag.xlsx", shapes.workbook(rows), table="tabelloppdrag")
    told = [(f.municipality.code, f.counted_on, f.value, f.status, f.measure) for f in found.reading.figures]
    persons = StaffingMeasure.PERSONS
    assert told == [
        ("0301", date(2023, 12, 31), Decimal(210), FigureStatus.VALUE, persons),
        ("3103", date(2023, 12, 31), Decimal(0), FigureStatus.VALUE, persons),
        ("0301", date(2024, 12, 31), Decimal(215), FigureStatus.VALUE, persons),
        ("3103", date(2024, 12, 31), Decimal(0), FigureStatus.NIL, persons),
    ]
    assert found.source.name == "Statistisk sentralbyrå, tabelloppdrag"


def test_years_may_stand_below_a_word_for_them() -> None:
    rows = [[RATIO[1]], ["region", "år"], [None, "2024", "2025"], ["3103 Moss", 2.5, 2.6]]
    found = preview("13533.xlsx", shapes.workbook(rows), table="13533")
    assert [(f.counted_on.year, f.contents, f.value) for f in found.reading.figures] == [
        (2024, RATIO[1], Decimal("2.50")),
        (2025, RATIO[1], Decimal("2.60")),
    ]


def test_by_education_only_ergoterapeuter_are_taken() -> None:
    lines = ["region;utdanning;statistikkvariabel;år;11924: Omsorgstjenestene - avtalte årsverk"]
    lines += [
        f"3103 Moss;{kind};Avtalte årsverk (årsverk);2024;{n}"
        for kind, n in (("Sykepleier", 90), ("Ergoterapeut", 4))
    ]
    found = preview("11924.csv", "\n".join(lines).encode())
    assert [(f.contents, f.value, f.measure) for f in found.reading.figures] == [
        ("Avtalte årsverk (årsverk) · Ergoterapeut", Decimal(4), StaffingMeasure.FTE)
    ]
