"""The command that imports boundaries."""

import json
from pathlib import Path

import pytest
import shapely
from django.core.management import CommandError, call_command

from referrals.importers.boundaries.reading import MOST_BYTES
from referrals.models import BoundaryArea, BoundaryMap
from tests.factories import CountyFactory, MunicipalityFactory
from tests.unit.importers.boundaries.country import Country, points

pytestmark = pytest.mark.django_db
X, Y = points()["3103"]
SQUARE = shapely.box(X - 2_500, Y - 2_500, X + 2_500, Y + 2_500)
# A day before the tests' today.
TAKEN_OUT = {"datauttaksdato": "2026-01-15"}


@pytest.fixture(autouse=True)
def moss(db: None) -> None:
    county = CountyFactory(code="31", name="Østfold")
    MunicipalityFactory(code="3103", name="Moss", county=county, latitude="59.3927", longitude="10.7251")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kommuner.geojson"
    path.write_bytes(Country({"3103": SQUARE}, properties=TAKEN_OUT).content())
    return path


def test_it_says_what_it_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_boundaries", file)
    assert capsys.readouterr().out.splitlines() == [
        "Kommunegrenser per 2026, © Kartverket, CC BY 4.0, i EPSG:25833",
        "1 kommuner, 0,0 kB omriss.",
    ]
    made = BoundaryMap.objects.get()
    assert (made.file_name, made.year, made.imported_by) == ("kommuner.geojson", 2026, None)
    assert BoundaryArea.objects.get().municipality.code == "3103"


def test_a_second_time_nothing_is_new(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_boundaries", file)
    before = [*BoundaryMap.objects.values(), *BoundaryArea.objects.values()]
    call_command("import_boundaries", file)
    assert capsys.readouterr().out.splitlines()[-1] == "Ingenting var nytt, og ingenting er endret."
    assert [*BoundaryMap.objects.values(), *BoundaryArea.objects.values()] == before


def test_a_dry_run_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_boundaries", file, "--dry-run")
    assert capsys.readouterr().out.splitlines()[-1] == "Ingenting er skrevet: dette var en prøve."
    assert not BoundaryMap.objects.exists()


def test_json_tells_the_same_to_a_program(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_boundaries", file, "--format", "json")
    said = json.loads(capsys.readouterr().out)
    assert (said["year"], said["municipalities"], said["changed"], said["dry_run"]) == (2026, 1, True, False)
    assert said["publisher"] == "© Kartverket" and said["licence"] == "CC BY 4.0"
    assert said["characters"] == len(BoundaryArea.objects.get().path)


def test_the_year_can_be_stated(tmp_path: Path) -> None:
    path = tmp_path / "kommuner.geojson"
    path.write_bytes(Country({"3103": SQUARE}, properties={}).content())
    call_command("import_boundaries", path, "--year", "2025")
    assert BoundaryMap.objects.get().year == 2025


@pytest.mark.parametrize("as_json", [False, True])
def test_a_bad_file_writes_nothing_and_says_why(
    as_json: bool, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_boundaries", file)
    before = [*BoundaryMap.objects.values(), *BoundaryArea.objects.values()]
    capsys.readouterr()
    file.write_bytes(Country({"3103": SQUARE, "9103": SQUARE}, properties=TAKEN_OUT).content())
    with pytest.raises(CommandError, match="objekt 2, 9103: 9103 er ingen kommune"):
        call_command("import_boundaries", file, *(["--format", "json"] if as_json else []))
    if as_json:
        (problem,) = json.loads(capsys.readouterr().out)["problems"]
        assert problem["column"] == "objekt 2, 9103"
    assert [*BoundaryMap.objects.values(), *BoundaryArea.objects.values()] == before


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "stor.geojson"
    with path.open("wb") as opened:
        opened.truncate(MOST_BYTES + 1)
    with pytest.raises(CommandError, match=r"stor.geojson: er større enn 300 MB\."):
        call_command("import_boundaries", path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_boundaries", tmp_path / "borte.geojson")
