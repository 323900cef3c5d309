"""The command that imports official figures."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from referrals.models import StaffingFigure, StaffingImport
from tests.factories import CountyFactory, MunicipalityFactory
from tests.unit.importers.official_statistics import shapes
from tests.unit.importers.official_statistics.shapes import FTE, RATIO, SHAPES, Made

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> None:
    county = CountyFactory(code="31", name="Østfold")
    for code, name in (("3103", "Moss"), ("3105", "Sarpsborg")):
        MunicipalityFactory(code=code, name=name, county=county)


def table(value: str = "3.4", updated: str = shapes.UPDATED) -> Made:
    texts = {
        ("3103", FTE[0], "2024"): value,
        ("3103", RATIO[0], "2024"): "0.7",
        ("3105", FTE[0], "2024"): ":",
        ("3105", RATIO[0], "2024"): ":",
        ("EKG07", FTE[0], "2024"): "9.9",
    }
    regions = [("3103", "Moss"), ("3105", "Sarpsborg"), ("EKG07", "KOSTRA-gruppe 7")]
    return Made(regions, (FTE, RATIO), ["2024"], texts, updated=updated)


def saved(folder: Path, made: Made, shape: str = "JSON-stat 2 of API 2") -> Path:
    write, name = SHAPES[shape]
    file = folder / name
    file.write_bytes(write(made))
    return file


def stored() -> list[tuple]:
    rows = StaffingFigure.objects.current().order_by("municipality__code", "measure")
    return list(
        rows.values_list("municipality__code", "measure", "contents", "status", "value", "counted_on")
    )


def test_it_says_what_it_read_and_what_it_skipped(
    places: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_staffing", saved(tmp_path, table()))
    out = capsys.readouterr().out
    assert out.splitlines()[1] == "Statistisk sentralbyrå, CC BY 4.0, oppdatert 17.06.2024 08:00"
    assert "4 tall lest: 4 nye, 0 erstatter andre, 0 som før." in out
    assert (
        "Hoppet over 1: en KOSTRA-gruppe eller en annen gruppe kommuner: EKG07 KOSTRA-gruppe 7 (value[4] (EKG07, "
        in out
    )
    assert len(stored()) == 4
    assert StaffingImport.objects.get().imported_by is None


def test_a_second_time_nothing_is_new(
    places: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, table())
    call_command("import_staffing", file)
    before = list(StaffingFigure.objects.values())
    call_command("import_staffing", file)
    assert capsys.readouterr().out.splitlines()[-1] == "Ingenting var nytt, og ingenting er endret."
    assert list(StaffingFigure.objects.values()) == before


def test_a_dry_run_writes_nothing(places: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_staffing", saved(tmp_path, table()), "--dry-run")
    out = capsys.readouterr().out
    assert "4 nye" in out
    assert out.splitlines()[-1] == "Ingenting er skrevet: dette var en prøve."
    assert not StaffingFigure.objects.exists()


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "csv3"])
def test_whichever_shape_the_same_is_stored(
    places: None, tmp_path: Path, shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one that came first, and nothing is new in any other shape of the same table."""
    call_command("import_staffing", saved(tmp_path, table()))
    before = stored()
    capsys.readouterr()
    file = saved(tmp_path, table(), shape)
    call_command("import_staffing", file, "--format", "json", "--table", "13533")
    told = json.loads(capsys.readouterr().out)
    assert (told["read"], told["created"], told["replaced"], told["same"]) == (4, 0, 0, 4)
    assert stored() == before


def test_as_json(places: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "import_staffing", saved(tmp_path, table(), "csv2"), "--format", "json", "--updated", "2024-06-17"
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["table"], told["source"], told["licence"]) == (
        "13533",
        "Statistisk sentralbyrå",
        "CC BY 4.0",
    )
    assert told["updated"] == "2024-06-17T00:00:00+02:00"
    assert [(one["reason"], one["count"], one["what"][0]["place"]) for one in told["skipped"]] == [
        ("en KOSTRA-gruppe eller en annen gruppe kommuner", 1, "linje 6, kolonne D")
    ]


def test_a_newer_file_replaces(places: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_staffing", saved(tmp_path, table()))
    call_command("import_staffing", saved(tmp_path, table("3.6", "2025-06-17T06:00:00Z")))
    assert "0 nye, 1 erstatter andre, 3 som før" in capsys.readouterr().out
    assert StaffingFigure.objects.count() == 5


def test_two_files_for_one_day_are_refused_with_the_place_of_each_figure(
    places: None, tmp_path: Path
) -> None:
    call_command("import_staffing", saved(tmp_path, table()))
    with pytest.raises(CommandError) as raised:
        call_command("import_staffing", saved(tmp_path, table("9.9"), "csv2"))
    assert str(raised.value).startswith(
        "13533.csv, linje 2, kolonne D: 3103 16.11.2024: en annen fil av samme tabell sier noe annet om samme "
        "dag: 3,4, og her 9,9."
    )
    assert StaffingFigure.objects.count() == 4


def test_an_older_file_is_refused(places: None, tmp_path: Path) -> None:
    call_command("import_staffing", saved(tmp_path, table()))
    older = saved(tmp_path, table("3.1", "2024-03-15T07:00:00Z"))
    with pytest.raises(CommandError, match="fila er eldre enn det som er lagret: 3,4, og her 3,1"):
        call_command("import_staffing", older)


def test_a_broken_file_is_told_in_both_forms_and_nothing_is_written(
    places: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, table("-3.4"), "csv2")
    with pytest.raises(CommandError, match="13533.csv, linje 2, kolonne D: -3.4 er mindre enn 0."):
        call_command("import_staffing", file)
    with pytest.raises(CommandError):
        call_command("import_staffing", file, "--format", "json")
    assert json.loads(capsys.readouterr().out) == {
        "problems": [{"file": "13533.csv", "line": 2, "text": "-3.4 er mindre enn 0.", "column": "D"}]
    }
    assert not StaffingFigure.objects.exists() and not StaffingImport.objects.exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_staffing", tmp_path / "borte.json")


def test_a_day_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="er ikke en dato"):
        call_command("import_staffing", tmp_path / "x.csv", "--updated", "17.06.2024")
