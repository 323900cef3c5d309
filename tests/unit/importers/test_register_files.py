"""The facts in `referrals/data`: right by what is known of Norway, without a database."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from referrals.choices import OccupationKind
from referrals.importers import register_files
from referrals.importers.register_files import FOLDER, read
from referrals.importers.rows import BrokenFiles


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict]]:
    return {
        file.removesuffix(".csv"): [dict(row.values) for row in found] for file, found in read(FOLDER).items()
    }


@pytest.fixture(scope="module")
def by_code(rows) -> dict[str, dict]:
    return {row["code"]: row for row in rows["municipalities"]}


def test_there_are_357_municipalities_in_15_counties(rows, by_code):
    assert len(by_code) == 357
    assert len({row["county"] for row in by_code.values()}) == len(rows["counties"]) == 15


def test_two_herøy_and_two_våler_are_told_apart_by_code(by_code):
    names = defaultdict(list)
    for code, row in by_code.items():
        names[row["name"]].append(code)
    assert {name: codes for name, codes in names.items() if len(codes) > 1} == {
        "Herøy": ["1515", "1818"],
        "Våler": ["3114", "3419"],
    }


def test_29_municipalities_have_parallel_names_and_in_eleven_the_sámi_name_is_first(by_code):
    parallel = {row["full_name"] for row in by_code.values() if row["full_name"] != row["name"]}
    sámi_first = {
        row["full_name"] for row in by_code.values() if not row["full_name"].startswith(row["name"])
    }
    assert len(parallel) == 29
    assert sámi_first == {
        "Aarborte – Hattfjelldal",
        "Hábmer – Hamarøy",
        "Snåase – Snåsa",
        "Raarvihke – Røyrvik",
        "Dielddanuorri – Tjeldsund",
        "Loabák – Lavangen",
        "Gáivuotna – Kåfjord – Kaivuono",
        "Kárášjohka – Karasjok",
        "Guovdageaidnu – Kautokeino",
        "Deatnu – Tana",
        "Unjárga – Nesseby",
    }
    assert {"Oslo – Oslove", "Lyngen – Ivgu – Yykeä", "Porsanger – Porsáŋgu – Porsanki"} < parallel


def test_an_official_name_holds_the_name(rows, by_code):
    for row in [*rows["counties"], *by_code.values()]:
        assert row["name"] in row["full_name"].split(" – ")


def test_counties_have_their_parallel_names(rows):
    assert {row["full_name"] for row in rows["counties"] if row["full_name"] != row["name"]} == {
        "Nordland – Nordlánnda",
        "Trøndelag – Trööndelage",
        "Troms – Romsa – Tromssa",
        "Finnmark – Finnmárku – Finmarkku",
    }


def test_ten_offices_of_the_statsforvalter_divide_the_counties(rows):
    offices = defaultdict(set)
    for row in rows["counties"]:
        offices[row["governor"]].add(row["name"])
    assert offices.keys() == {row["name"] for row in rows["governors"]}
    assert len(offices) == 10
    assert offices["Østfold, Buskerud, Oslo og Akershus"] == {"Østfold", "Buskerud", "Oslo", "Akershus"}
    assert offices["Vestfold og Telemark"] == {"Vestfold", "Telemark"}
    assert offices["Troms og Finnmark"] == {"Troms", "Finnmark"}


def test_every_municipality_has_a_tile_of_its_own_in_29_columns_and_36_rows(by_code):
    tiles = {(row["tile_column"], row["tile_row"]) for row in by_code.values()}
    assert len(tiles) == 357
    assert max(column for column, _row in tiles) == 29
    assert max(row for _column, row in tiles) == 36


def test_population_is_of_2026_and_adds_up(rows, by_code):
    persons = {row["municipality"]: row["persons"] for row in rows["population"]}
    assert {row["year"] for row in rows["population"]} == {2026}
    assert persons.keys() == by_code.keys()
    assert sum(persons.values()) == 5_627_400
    assert min(persons, key=persons.__getitem__) == "1151"
    assert persons["1151"] == 219


def test_the_centrality_classes_are_as_large_as_published(by_code):
    classes = [row["centrality"] for row in by_code.values()]
    assert [classes.count(number) for number in range(1, 7)] == [5, 21, 54, 65, 104, 108]


def test_356_municipalities_existed_until_haram_left_ålesund(by_code):
    assert [code for code, row in by_code.items() if row["valid_from"].year > 2018] == ["1580"]
    assert by_code["1580"]["valid_from"].isoformat() == "2024-01-01"


def test_every_one_of_the_422_numbers_of_2019_leads_to_a_municipality_of_today(rows, by_code):
    successors = defaultdict(lambda: defaultdict(set))
    for row in rows["municipality_code_changes"]:
        successors[row["valid_from"].year][row["old_code"]].add(row["new_code"])
    in_2020, in_2024 = successors[2020], successors[2024]
    made_in_2020, made_in_2024 = (set().union(*reform.values()) for reform in (in_2020, in_2024))
    unchanged_in_2020 = (by_code.keys() - made_in_2024 | in_2024.keys()) - made_in_2020
    of_2019 = (
        in_2020.keys() | unchanged_in_2020 | {"1103", "5001"}
    )  # these two took others in and kept their number
    assert len(of_2019) == 422
    for number in of_2019:
        after_2020 = in_2020.get(number, {number})
        assert set().union(*(in_2024.get(code, {code}) for code in after_2020)) <= by_code.keys(), number


def test_no_number_is_used_again(rows, by_code):
    assert not {row["old_code"] for row in rows["municipality_code_changes"]} & by_code.keys()


def test_numbers_of_the_last_reform_are_in_use(rows, by_code):
    latest = {row["new_code"] for row in rows["municipality_code_changes"] if row["valid_from"].year == 2024}
    assert latest <= by_code.keys()


def test_seven_occupations_are_ergoterapeuter_seven_support_them_and_one_is_every_other_post(rows):
    kinds = {row["code"]: row["kind"] for row in rows["occupations"]}
    therapists = {code for code, kind in kinds.items() if kind == OccupationKind.THERAPIST}
    assert therapists == {"3226101", "3226104", "3226106", "3226114", "3226116", "3226117", "3226119"}
    assert {code for code, kind in kinds.items() if kind == OccupationKind.SUPPORT} == {
        "5139117",
        "5139110",
        "5139119",
        "5139123",
        "5139124",
        "5139151",
        "5131111",
    }
    # No code of Statistics Norway: whatever else an ergoterapeut is employed as.
    assert {code for code, kind in kinds.items() if kind == OccupationKind.OTHER} == {"0000000"}


def test_twelve_categories_in_three_languages_with_other_at_the_end(rows):
    categories = sorted(rows["categories"], key=lambda row: row["position"])
    assert len(categories) == len({row["position"] for row in categories}) == 12
    assert categories[-1]["code"] == "other"
    assert all(re.fullmatch("[a-z_]+", row["code"]) and row["is_vedtak"] for row in categories)


def test_the_templates_of_a_priority_key(rows):
    """The first is given to whoever has no key."""
    in_order = sorted(rows["priority_templates"], key=lambda row: row["position"])
    assert [row["days"] for row in in_order] == [[14, 56, 84, 182], [7, 30, 90]]


def test_work_and_mental_health_starts_within_a_month(rows):
    longest = {row["code"]: row["longest_start"] for row in rows["categories"] if row["longest_start"]}
    assert longest == {"work_mental_health": 30}


def test_nobody_is_said_to_have_checked_the_law(rows):
    assert [row["checked_on"] for row in rows["law_references"]] == [None, None, None]


@pytest.fixture
def copy(tmp_path) -> Path:
    """A folder with the files, to break them."""
    for file in FOLDER.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def append(folder: Path, file: str, line: str) -> int:
    """Add a line; its number."""
    content = (folder / file).read_text("utf-8")
    (folder / file).write_text(f"{content}{line}\n", "utf-8")
    return content.count("\n") + 1


@pytest.mark.parametrize(
    ("file", "line", "problem"),
    [
        (
            "municipalities.csv",
            "0301,Ny,Ny,03,60.1,10.1,1,1,1,2024-01-01",
            "code: det samme som i linje 2.",
        ),
        (
            "municipalities.csv",
            "0399,Ny,Ny,03,60.1,10.1,12,27,1,2024-01-01",
            "tile_column, tile_row: det samme som i linje 2.",
        ),
        (
            "municipalities.csv",
            "9901,Ny,Ny,99,60.1,10.1,1,1,1,2024-01-01",
            "county: «99» står ikke i counties.csv.",
        ),
        (
            "municipalities.csv",
            "1199,Ny,Ny,03,60.1,10.1,1,1,1,2024-01-01",
            "code: «1199» begynner ikke med fylkesnummeret.",
        ),
        (
            "municipalities.csv",
            "0399,Ny,Ny,03,60.1,10.1,1,1,7,2024-01-01",
            "centrality: «7» er ikke et heltall fra 1 til 6.",
        ),
        ("counties.csv", "98,Ny,Ny,Viken", "governor: «Viken» står ikke i governors.csv."),
        ("population.csv", "2100,2026,2500", "municipality: «2100» står ikke i municipalities.csv."),
        ("population.csv", "0301,2026,1", "municipality, year: det samme som i linje 2."),
        (
            "municipality_code_changes.csv",
            "0101,3001,2020-13-01",
            "valid_from: «2020-13-01» er ikke en dato (ÅÅÅÅ-MM-DD).",
        ),
        (
            "occupations.csv",
            "3226102,fysioterapeut,physio",
            "kind: «physio» er ikke en av therapist, support, other.",
        ),
        (
            "priority_templates.csv",
            "four-levels,Mal,Mal,Template,30,14",
            "code: det samme som i linje 2.",
        ),
        (
            "priority_templates.csv",
            "new,Mal,Mal,Template,30,14//56",
            "days: «» er ikke et heltall fra 1 til 730.",
        ),
        (
            "priority_templates.csv",
            "new,Mal,Mal,Template,30,1/2/3/4/5/6/7/8/9/10",
            "days: «1/2/3/4/5/6/7/8/9/10» har flere enn 9 tall.",
        ),
    ],
)
def test_a_wrong_line_is_named_with_its_file_and_number(copy, file, line, problem):
    number = append(copy, file, line)
    with pytest.raises(BrokenFiles) as caught:
        read(copy)
    assert str(caught.value) == f"{file}, linje {number}: {problem}"


def test_problems_of_all_files_are_told_at_once(copy):
    append(copy, "counties.csv", "x")
    append(copy, "categories.csv", "y")
    (copy / "population.csv").unlink()
    with pytest.raises(BrokenFiles) as caught:
        read(copy)
    assert {problem.file for problem in caught.value.problems} == {
        "counties.csv",
        "categories.csv",
        "population.csv",
    }


def test_columns_are_fields_of_the_model():
    for register in register_files.REGISTERS:
        fields = {field.name for field in register.model._meta.get_fields()}
        assert register.columns.keys() <= fields
        assert {*register.key, *register.unique, *register.links} <= register.columns.keys()
