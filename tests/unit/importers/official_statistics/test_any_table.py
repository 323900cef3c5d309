"""Any table whatever: every shape with codes gives the same figures, and no sign ever becomes a number."""

from datetime import date
from decimal import Decimal
from pathlib import PurePath

from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.choices import SIGNS, FigureStatus
from referrals.importers.official_statistics.figures import Reading, interpret
from referrals.importers.official_statistics.reading import READERS
from referrals.importers.official_statistics.regions import Map
from referrals.importers.rows import BrokenFiles
from referrals.models import County, Municipality, MunicipalityChange
from tests.factories import TODAY
from tests.unit.importers.official_statistics.conftest import CHANGES, PLACES
from tests.unit.importers.official_statistics.shapes import RATIO, SHAPES, Made

WITH_CODES = [shape for shape in SHAPES if shape != "csv2"]
REGIONS = [
    "0",
    "EKG07",
    "0301",
    "1103",
    "1141",
    "1142",
    "1507",
    "1508",
    "1580",
    "3002",
    "3103",
    "3003",
    "0104",
    "K-3105",
]
YEARS = ["2019", "2021", "2024"]
MAP = Map(
    [
        Municipality(
            code=code, name=name, full_name=full, valid_from=date(2024 if code == "1580" else 2018, 1, 1)
        )
        for code, (name, full) in PLACES.items()
    ],
    [County(code="31", name="Østfold", full_name="Østfold")],
    [MunicipalityChange(old_code=old, new_code=new, valid_from=day) for old, new, day in CHANGES],
)

numbers = st.decimals(0, 99_999, places=1).map(str)
texts = st.one_of(st.sampled_from([".", "..", "...", ":", "-"]), numbers)
tables = st.dictionaries(st.tuples(st.sampled_from(REGIONS), st.sampled_from(YEARS)), texts, min_size=1).map(
    lambda cells: Made(
        [(code, f"Sted {code}") for code in REGIONS],
        (RATIO,),
        YEARS,
        {(code, RATIO[0], year): text for (code, year), text in cells.items()},
    )
)


def read(shape: str, table: Made) -> Reading | None:
    """Nothing where a municipality's number and a series on today's borders say two things of it."""
    write, name = SHAPES[shape]
    try:
        found = READERS[PurePath(name).suffix.casefold()](name, write(table))
        return interpret(found, "13533", MAP, latest=TODAY)
    except BrokenFiles as error:
        assert "sier noe annet om det samme" in str(error)
        return None


def told(reading: Reading | None) -> tuple[set, set] | None:
    if reading is None:
        return None
    figures = {(f.municipality.code, f.counted_on, f.status, f.value) for f in reading.figures}
    return figures, {skip.reason for skip in reading.skips}


@given(tables)
@settings(max_examples=40)
def test_any_table_is_the_same_in_every_shape(table: Made) -> None:
    first, *others = (told(read(shape, table)) for shape in WITH_CODES)
    assert all(other == first for other in others)


@given(tables)
@settings(max_examples=100)
def test_a_figure_is_a_number_only_where_a_number_stood(table: Made) -> None:
    """By plain look-up in what was written, at the place that the figure names."""
    lines = [text for *_about, text in table.lines()]
    reading = read("csv3", table)
    for figure in reading.figures if reading else ():
        text = lines[figure.row - 2]
        assert figure.status == SIGNS.get(text, FigureStatus.VALUE)
        assert figure.value == (0 if text == "-" else None if text in SIGNS else Decimal(text))
