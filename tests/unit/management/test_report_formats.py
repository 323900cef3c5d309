"""The same report as a workbook and as JSON-stat: to a file, or as bytes to a pipe, never to a terminal."""

import io
import json
import math
from datetime import datetime, time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import load_workbook

from referrals.actions import rollups
from referrals.models import Category, KeptRecipe, Membership, Municipality, Referral, User, ViewLog
from tests.factories import (
    TODAY,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    UnitFactory,
    days_ago,
)
from tests.unit.management.test_report import refusal, report

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def waits(municipality: Municipality) -> list[Referral]:
    """Four who wait, received 60 days ago."""
    return [
        ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(60))
        for _number in range(4)
    ]


@pytest.mark.parametrize("kind", ["waiting", "flow", "period", "development", "month_ends", "long"])
def test_jsonstat_is_one_table_and_the_first_unless_another_is_asked_for(
    kind: str, staff: tuple[str, ...], waits: list[Referral]
) -> None:
    rollups.freeze(today=TODAY)
    check_dataset(kind, *staff)


@pytest.mark.parametrize(
    "asked",
    [
        ("coverage",),
        ("coverage", "--definition", "employed", "--borders", "day", "--on", "2019-12-31"),
        ("coverage", "--by", "county"),
        ("coverage_series", "--by", "population"),
        ("distribution",),
        ("period", "--from", "2026-01-01", "--on", "2026-02-28"),
    ],
)
def test_of_the_whole_country_too(asked: tuple[str, ...], waits: list[Referral]) -> None:
    check_dataset(*asked)


def check_dataset(kind: str, *asked: str) -> None:
    made = json.loads(report(kind, *asked, "--format", "jsonstat"))
    assert (made["class"], made["version"]) == ("dataset", "2.0")
    assert math.prod(made["size"]) == len(made["value"])
    assert made["extension"]["recipe"]["report"] == kind
    assert KeptRecipe.objects.filter(hash=made["extension"]["recipe"]["hash"]).exists()


def test_coverage_says_by_what_it_counts_and_names_its_groups(municipality: Municipality) -> None:
    asked = ("--definition", "employed", "--by", "county", "--format", "jsonstat")
    made = json.loads(report("coverage", *asked, "--table", "group"))
    assert (
        made["id"] == ["place", "group", "day", "figure"]
        and "Ansatt i stilling som ergoterapeut" in made["label"]
    )
    assert municipality.county.code in made["dimension"]["group"]["category"]["index"]
    assert "state_other_post" in made["dimension"]["figure"]["category"]["index"]
    years = json.loads(report("coverage_series", *asked, "--table", "group"))
    assert years["role"]["time"] == ["day"] and years["size"][2] == TODAY.year - 2018 + 1
    assert "Statistisk sentralbyrå" in made["source"]
    assert made["extension"]["licence"] and years["extension"]["licence"]


def test_put_together_otherwise_there_is_no_table_of_counties(municipality: Municipality) -> None:
    asked = ("coverage", "--by", "governor", "--format", "jsonstat", "--table", "county")
    assert "denne rapporten har coverage, group" in refusal(*asked)


def test_two_keys_are_a_table_of_days(
    municipality: Municipality, other_municipality: Municipality, category: Category
) -> None:
    theirs = PriorityKeyFactory(municipality=other_municipality, valid_from=days_ago(9), due_soon_days=14)
    PriorityTargetFactory(key=theirs, category=category, level=1, days=7)
    own = PriorityKeyFactory(municipality=municipality, valid_from=days_ago(9))
    PriorityTargetFactory(key=own, category=category, level=1, days=10)
    asked = ("--municipality", municipality.code, "--with", other_municipality.code, "--format", "jsonstat")
    made = json.loads(report("keys", *asked))
    assert made["id"] == ["place", "category", "priority", "day", "figure"] and made["value"] == [10, 7]
    assert json.loads(report("keys", *asked, "--table", "key"))["value"][1] == 14


def test_what_came_and_went_is_a_workbook_and_no_table(
    staff: tuple[str, ...], waits: list[Referral], tmp_path: Path
) -> None:
    path = tmp_path / "kom-og-gikk.xlsx"
    report("moved", *staff, "--format", "xlsx", "--output", str(path))
    rows = list(load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {one.number for one in waits}
    assert {row[1] for row in rows} == {datetime.combine(days_ago(60), time())}
    lines = ViewLog.objects.count()
    assert "jsonstat" in refusal("moved", *staff, "--format", "jsonstat")
    assert ViewLog.objects.count() == lines, "nobody was told of"


def test_a_table_by_its_name(staff: tuple[str, ...], waits: list[Referral]) -> None:
    made = json.loads(report("waiting", *staff, "--format", "jsonstat", "--table", "bands"))
    assert made["extension"]["table"] == "bands" and sum(made["value"]) == 4
    assert "bands" in refusal("waiting", *staff, "--format", "jsonstat", "--table", "nothing")
    assert "jsonstat" in refusal("waiting", *staff, "--format", "csv", "--table", "bands")


def test_a_workbook_to_a_file(staff: tuple[str, ...], waits: list[Referral], tmp_path: Path) -> None:
    path = tmp_path / "tall.xlsx"
    assert report("development", *staff, "--format", "xlsx", "--output", str(path)) == ""
    page = load_workbook(path).worksheets[0]
    found = {row[:2] + row[3:4]: row[4] for row in page.iter_rows(min_row=2, values_only=True)}
    assert found["month", datetime.fromisoformat("2026-02-28"), "waiting"] == 4


def test_the_second_sheet_names_the_units_whose_cases_are_counted(
    municipality: Municipality, therapist_user: User, waits: list[Referral], tmp_path: Path
) -> None:
    Membership.objects.filter(user=therapist_user).update(
        unit=UnitFactory(municipality=municipality, name="Nord")
    )
    staff = ("--municipality", municipality.code, "--as-staff", therapist_user.username)
    path = tmp_path / "fordeling.xlsx"
    report("distribution", *staff, "--format", "xlsx", "--output", str(path))
    recipe = dict(load_workbook(path).worksheets[1].iter_rows(values_only=True))
    assert "Nord" in recipe["Filter"] and recipe["Små tall"] == "sanne tall"


def test_text_to_a_file_is_what_is_printed(
    staff: tuple[str, ...], waits: list[Referral], tmp_path: Path
) -> None:
    path = tmp_path / "tall.csv"
    printed = report("development", *staff, "--format", "csv")
    assert report("development", *staff, "--format", "csv", "--output", str(path)) == ""
    assert path.read_bytes().decode().splitlines()[:200] == printed.splitlines()[:200]
    assert path.read_bytes().startswith("\ufeffpart;".encode())


def test_a_workbook_to_a_pipe_is_bytes(staff: tuple[str, ...], waits: list[Referral]) -> None:
    pipe = io.TextIOWrapper(io.BytesIO())
    call_command("report", "waiting", *staff, "--format", "xlsx", stdout=pipe)
    assert load_workbook(io.BytesIO(pipe.buffer.getvalue())).sheetnames == ["Tall", "Oppskrift"]


def test_no_bytes_to_a_terminal(staff: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    with pytest.raises(CommandError, match="--output") as refused:
        call_command("report", "waiting", *staff, "--format", "xlsx", stdout=terminal)
    assert refused.value.returncode == 2 and terminal.buffer.getvalue() == b""
    assert not KeptRecipe.objects.exists()


def test_what_cannot_be_written_is_said(staff: tuple[str, ...], tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere" / "tall.xlsx")
    assert nowhere in refusal("waiting", *staff, "--format", "xlsx", "--output", nowhere)
