"""Statistical tables as JSON-stat 2.0, opened by a reader that is not ours (pyjstat), which gives back every number."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from django.utils.translation import override

from referrals.exporters.axes import BAND, BANDS, CATEGORY, DAY, PERIOD, PLACE
from referrals.exporters.jsonstat import as_jsonstat
from referrals.exporters.lines import Line
from referrals.exporters.statistics import Statistics, Table
from referrals.reports import coverage, waiting_times
from referrals.reports.recipe import Recipe
from referrals.reports.scopes import Level, Scope
from referrals.reports.suppression import SMALL, WITHHELD, Figure
from tests.harness.outside_reader import opened, values

ON, BEFORE = date(2026, 1, 31), date(2025, 12, 31)
MOSS = Scope(Level.MUNICIPALITY, "Moss", (1,), ("3103",), (31,))
RECIPE = Recipe(waiting_times.NAME, ON, MOSS, datetime(2026, 2, 1, 8, 30, tzinfo=UTC))
LINES = (
    Line("now", ON, "", {"waiting": Figure(31), "median_days": Figure(40.5)}),
    Line("before", BEFORE, "", {"waiting": Figure(28), "median_days": WITHHELD}),
    Line("category", "aids", "Hjelpemidler", {"waiting": Figure(27), "p90_days": Figure()}),
    Line("category", "home", "Boligtilpasning", {"waiting": SMALL, "p90_days": WITHHELD}),
    Line(
        "estimate", "2025-02-01/2026-02-01", "", {"started_50_days": Figure()}, {"started_50_days": "too_few"}
    ),
    Line("bands", ON, "", {"0-14": Figure(0), "366+": Figure(9)}),
)


def dataset(table: Table, recipe: Recipe = RECIPE, lines: tuple[Line, ...] = LINES) -> dict[str, Any]:
    return as_jsonstat(Statistics((table,), lines, (recipe,)).cube(table.name))


NOW = Table("now", "Hvem som venter", ("now", "before"), (DAY,))
BY_CATEGORY = Table("category", "Etter kategori", ("category",), (CATEGORY,))
ESTIMATE = Table("estimate", "Beregnet", ("estimate",), (PERIOD,))
BY_BAND = Table("bands", "Etter dager", ("bands",), (DAY,), BANDS)
TABLES = (NOW, BY_CATEGORY, ESTIMATE, BY_BAND)


def test_it_is_a_dataset_with_its_dimensions_roles_and_source() -> None:
    made = dataset(NOW)
    assert (made["version"], made["class"]) == ("2.0", "dataset")
    assert made["id"] == ["place", "day", "figure"] and made["size"] == [1, 2, 2]
    assert made["role"] == {"time": ["day"], "geo": ["place"], "metric": ["figure"]}
    assert made["dimension"]["place"]["category"] == {"index": {"3103": 0}, "label": {"3103": "Moss"}}
    day = made["dimension"]["day"]["category"]
    assert day["index"] == {"2025-12-31": 0, "2026-01-31": 1}
    assert day["label"] == {"2025-12-31": "31.12.2025", "2026-01-31": "31.01.2026"}
    assert made["dimension"]["figure"]["category"]["unit"] == {
        "waiting": {"base": "henvisninger", "label": "henvisninger", "decimals": 0},
        "median_days": {"base": "dager", "label": "dager", "decimals": 1},
    }
    assert made["label"] == "Hvem som venter. Moss, 31.01.2026. Definisjoner versjon 1"
    assert made["updated"] == "2026-02-01T08:30:00Z" and made["source"] == "Ergo"
    assert made["value"] == [28, None, 31, 40.5]
    assert made["extension"]["recipe"] == RECIPE.as_dict()


def test_a_cell_without_a_number_has_the_sign_of_why() -> None:
    """What may not be shown, what could not be computed, and what there is not are three things, none of them 0."""
    by_category = dataset(BY_CATEGORY)
    assert by_category["value"] == [27, None, None, None]
    assert by_category["status"] == {"1": ".", "2": ":", "3": ":"}
    assert by_category["extension"]["hidden"] == {"2": "<5", "3": "Skjermet"}
    assert dataset(ESTIMATE)["status"] == {"0": ".."}
    assert dataset(ESTIMATE)["extension"]["not_computed"] == {"0": "too_few"}
    assert set(by_category["extension"]["status"]["label"]) == {".", "..", ":"}
    assert all(
        any(note.startswith(f"{sign} = ") for note in by_category["note"]) for sign in (".", "..", ":")
    )


def test_where_every_cell_has_a_number_there_is_no_status_and_0_is_0() -> None:
    made = dataset(BY_BAND)
    assert "status" not in made and made["value"] == [0, 9]
    assert made["id"] == ["place", "day", "band", "figure"]
    assert made["dimension"]["band"]["category"]["label"] == {"0-14": "0–14 dager", "366+": "366+ dager"}
    assert list(made["dimension"]["figure"]["category"]["index"]) == ["waiting"]


def test_the_whole_country_is_written_as_statistics_norway_does() -> None:
    nation = Recipe(coverage.NAME, ON, Scope.nation(), RECIPE.data_as_of)
    made = dataset(NOW, nation)
    assert made["dimension"]["place"]["category"]["label"] == {"0": "Hele landet"}
    assert "CC BY 4.0" in made["extension"]["licence"] and "CC BY 4.0" in made["source"]
    assert "licence" not in dataset(NOW)["extension"]


def test_places_are_a_dimension_and_a_cell_that_no_line_has_is_a_point() -> None:
    places = (
        Line("place", "3101", "Halden", {"waiting": Figure(7)}),
        Line("place", "3103", "Moss", {"waiting": Figure(9), "over_target": Figure(0)}),
    )
    made = dataset(Table("place", "Etter sted", ("place",), (PLACE,)), RECIPE, places)
    assert made["id"] == ["place", "day", "figure"] and made["role"]["geo"] == ["place"]
    assert (made["value"], made["status"]) == ([7, None, 9, 0], {"1": "."})


def test_a_table_without_lines_is_not_offered() -> None:
    found = Statistics((*TABLES, Table("none", "", ("nothing",), (BAND,))), LINES, (RECIPE,))
    assert [table.name for table in found.tables] == [table.name for table in TABLES]
    with pytest.raises(KeyError):
        found.cube("none")


@pytest.mark.parametrize("table", TABLES, ids=[table.name for table in TABLES])
@pytest.mark.parametrize("naming", ["id", "label"])
def test_an_outside_reader_gives_back_every_number_code_and_label(table: Table, naming: str) -> None:
    made = dataset(table)
    frame = opened(made, naming)
    names = [name if naming == "id" else made["dimension"][name]["label"] for name in made["id"]]
    assert list(frame.columns) == [*names, "value"]
    codes = [list(made["dimension"][name]["category"]["label"].items()) for name in made["id"]]
    expected = [tuple(pair[naming == "label"] for pair in pairs) for pairs in product(*codes)]
    assert [tuple(row) for row in frame[names].to_numpy()] == expected
    assert values(frame) == made["value"]


def test_labels_are_in_the_language_of_the_reader() -> None:
    with override("en"):
        labels = dataset(NOW)["dimension"]["figure"]["category"]["label"]
    assert labels["waiting"] == "Waiting at the end of the day"
