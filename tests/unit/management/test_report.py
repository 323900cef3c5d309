"""The figures from the shell are those of the pages, and nothing else is on standard output."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from ergo.scope import scoped
from referrals.management.commands.report import Command
from referrals.models import Municipality, Referral, User
from tests.factories import TODAY, CoverageStatementFactory, EmploymentFactory, ReferralFactory

pytestmark = pytest.mark.usefixtures("today")

WAITING_KEYS = {
    "on",
    "waiting",
    "median_days",
    "p90_days",
    "over_one_year",
    "over_target",
    "not_assessed",
    "bands",
    "started",
    "estimate",
    "recipe",
}
ROW_KEYS = {
    "code",
    "name",
    "county_code",
    "state",
    "fte",
    "fte_per_10000",
    "source",
    "population",
    "population_year",
    "days_without",
    "over_one_year",
    "suppressed",
}


def report(*arguments: str) -> str:
    out = io.StringIO()
    call_command("report", *arguments, stdout=out)
    return out.getvalue()


def figures(*arguments: str) -> dict[str, Any]:
    return json.loads(report(*arguments, "--format", "json"))


def waiting_for(days: int, municipality: Municipality) -> None:
    ReferralFactory(municipality=municipality, received_on=TODAY - timedelta(days=days))


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as raised:
        report(*arguments)
    assert raised.value.returncode == 2
    assert "\n" not in str(raised.value)
    return str(raised.value)


class TestWaiting:
    @pytest.mark.parametrize("own", [True, False])
    def test_a_day_before_anything_is_known_has_no_figures_and_says_from_when_on_there_are(
        self, municipality: Municipality, manager: User, own: bool
    ) -> None:
        waiting_for(30, municipality)
        place = ("--municipality", municipality.code, *(("--as-staff", manager.username) if own else ()))
        known_from = TODAY - timedelta(days=30) if own else TODAY.replace(month=1, day=1)
        asked = ("--on", "1990-01-01", *place)
        told = figures("waiting", *asked)
        assert (told["nothing_known_before"], told["waiting"]) == (known_from.isoformat(), None)
        assert set(told["bands"].values()) == {None} and told["started"]["count"] is None
        assert figures("waiting", *place)["nothing_known_before"] is None
        assert figures("flow", *asked)["referred"] is None
        assert figures("waiting", "--recipe", told["recipe"]["hash"], *place[2:]) == told
        table = {line.split()[0]: line.split()[1:] for line in report("waiting", *asked).splitlines() if line}
        assert table["nothing_known_before"][-1] in (
            known_from.isoformat(),
            known_from.strftime("%d.%m.%Y"),
        )
        assert "0" not in table["waiting"]

    def test_own_staff_get_the_true_numbers(self, municipality: Municipality, manager: User) -> None:
        for days in (0, 10, 366):
            waiting_for(days, municipality)
        place = ("--municipality", municipality.code, "--as-staff", manager.username)
        found = figures("waiting", "--on", TODAY.isoformat(), *place)
        assert found.keys() >= WAITING_KEYS
        assert found["on"] == "2026-03-16"
        assert (found["waiting"], found["median_days"], found["over_one_year"]) == (3, 10, 1)
        assert found["p90_days"] == pytest.approx(294.8)
        assert (found["over_target"], found["not_assessed"]) == (0, 3)
        assert found["bands"] == {
            "0-14": 2,
            "15-28": 0,
            "29-56": 0,
            "57-84": 0,
            "85-182": 0,
            "183-365": 0,
            "366+": 1,
        }
        assert found["suppressed"] == []

    def test_others_get_small_numbers_as_null(self, municipality: Municipality) -> None:
        waiting_for(10, municipality)
        found = figures("waiting", "--municipality", municipality.code)
        assert found["waiting"] is None
        assert "waiting" in found["suppressed"]
        assert found["recipe"]["scope"]["suppressed"] is True

    def test_a_county_and_the_nation_are_summed(self, municipality: Municipality) -> None:
        for _number in range(12):
            waiting_for(20, municipality)
        for place in ((), ("--county", municipality.county.code)):
            found = figures("waiting", *place)
            assert (found["waiting"], found["median_days"]) == (12, 20)

    def test_csv_and_table_hold_the_same_figures(self, municipality: Municipality, manager: User) -> None:
        waiting_for(10, municipality)
        place = ("--municipality", municipality.code, "--as-staff", manager.username)
        rows = list(csv.reader(io.StringIO(report("waiting", *place, "--format", "csv")), delimiter=";"))
        assert ["waiting", "1"] in rows
        assert ["on", "16.03.2026"] in rows
        table = [line.split() for line in report("waiting", *place, "--format", "table").splitlines()]
        assert ["waiting", "1"] in table

    def test_those_who_started_and_the_estimate_stand_beside(
        self, municipality: Municipality, manager: User
    ) -> None:
        for _number in range(20):
            ReferralFactory(municipality=municipality, started=True)
        ReferralFactory.create_batch(20, municipality=municipality)
        place = ("--municipality", municipality.code)
        found = figures("waiting", *place, "--as-staff", manager.username)
        assert found["started"] == {
            "period": "2025-03-18/2026-03-17",
            "count": 20,
            "median_days": 8,
            "p90_days": 8,
            "mean_days": 8,
        }
        assert found["estimate"] == {
            "period": "2025-03-17/2026-03-17",
            "starts": 20,
            "started_50_days": 8,
            "started_80_days": None,
            "gone_50_days": 8,
            "gone_80_days": None,
            "without_start_share": 0,
            "longest_observed_days": 10,
            "not_computed": {"started_80_days": "beyond", "gone_80_days": "beyond"},
        }
        assert list(found["started"])[-1] == "mean_days"
        rows = dict(csv.reader(io.StringIO(report("waiting", *place, "--format", "csv")), delimiter=";"))
        assert rows["started count"] == "20"
        assert rows["started mean_days"] == rows["estimate starts"] == "Skjermet"
        assert rows["estimate started_50_days"] == "8"
        assert rows["estimate started_80_days"] == "beyond"
        hidden = figures("waiting", *place)
        assert {"started.mean_days", "estimate.starts"} <= set(hidden["suppressed"])
        assert hidden["estimate"]["starts"] is None

    def test_somebody_elses_municipality_stays_hidden(
        self, other_municipality: Municipality, manager: User
    ) -> None:
        place = ("--municipality", other_municipality.code, "--as-staff", manager.username)
        assert "arbeider ikke i" in refusal("waiting", *place)


class TestScope:
    """Nothing in scope, as when the command is started: of whose referrals is read is said by the command itself."""

    @pytest.fixture(autouse=True)
    def nothing_in_scope(self, municipality: Municipality, manager: User) -> Iterator[None]:
        for _number in range(12):
            waiting_for(400, municipality)
        with scoped():
            yield

    def test_the_nation_a_county_and_a_municipality_are_counted_without_reading_a_row(
        self, municipality: Municipality, rows_read: list[str]
    ) -> None:
        for place in ((), ("--county", municipality.county.code), ("--municipality", municipality.code)):
            found = figures("waiting", *place)
            assert (found["waiting"], found["over_one_year"]) == (12, 12)
        assert figures("coverage")["municipalities"] == 1
        assert not rows_read

    def test_krav_12_true_numbers_need_a_municipality_by_name(
        self, municipality: Municipality, manager: User, rows_read: list[str]
    ) -> None:
        """The report that reads referrals says whose: with no municipality it reads none and fails."""
        with pytest.raises(CommandError) as raised:
            report("waiting", "--as-staff", manager.username)
        assert raised.value.returncode == 2
        assert not rows_read
        place = ("--municipality", municipality.code, "--as-staff", manager.username)
        assert figures("waiting", *place)["waiting"] == 12
        assert rows_read

    def test_krav_12_the_scope_of_the_command_ends_with_it(
        self, municipality: Municipality, manager: User
    ) -> None:
        """Afterwards nothing is in scope, and no row is seen."""
        report("waiting", "--municipality", municipality.code, "--as-staff", manager.username)
        assert not Referral.objects.exists()

    @pytest.fixture
    def rows_read(self) -> Iterator[list[str]]:
        """The statements that read referrals themselves."""
        read: list[str] = []

        def watch(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
            if Referral._meta.db_table in sql:
                read.append(sql)
            return execute(sql, *arguments)

        with connection.execute_wrapper(watch):
            yield read


class TestCoverage:
    def test_states_and_rows(self, municipality: Municipality, other_municipality: Municipality) -> None:
        EmploymentFactory(municipality=municipality, fte="0.80")
        CoverageStatementFactory(municipality=other_municipality)
        found = figures("coverage", "--on", TODAY.isoformat())
        rows = {row["code"]: row for row in found["rows"]}
        assert all(row.keys() == ROW_KEYS for row in found["rows"])
        assert rows[municipality.code]["state"] == "own"
        assert rows[municipality.code]["fte"] == 0.8
        assert rows[other_municipality.code]["state"] == "none"
        assert found["municipalities"] == len(rows) == sum(found["states"].values())
        assert set(found["states"]) == {"own", "purchased", "agreement", "none", "unknown"}
        assert found["without_own"] == 1

    def test_csv_keeps_the_zero_of_a_code(self, municipality: Municipality) -> None:
        Municipality.objects.filter(pk=municipality.pk).update(code="0399")
        rows = list(csv.reader(io.StringIO(report("coverage", "--format", "csv")), delimiter=";"))
        assert "0399" in {row[0] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("waiting", "--on", "2026-03-17"), "fremtiden"),
        (("waiting", "--on", "2026-02-30"), "2026-02-30"),
        (("waiting", "--on", "0001-01-01"), "for langt tilbake"),
        (("waiting", "--municipality", "9999"), "9999"),
        (("waiting", "--municipality", "Herøy"), "Herøy"),
        (("waiting", "--county", "58"), "58"),
        (("waiting", "--as-staff", "leder"), "--municipality"),
        (("coverage", "--county", "03"), "hele landet"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(arguments: tuple[str, ...], words: str, db: None) -> None:
    assert words in refusal(*arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["coverage", "--definition", "foo"],
            "--definition: «foo» er ikke en av employed, authorised, attached.",
        ),
        (["weather"], "report: «weather» er ikke en av waiting, "),
        (["coverage", "--on"], "--on: verdien mangler."),
        (["month_ends", "--year", "i fjor"], "--year: «i fjor» er ikke et helt tall."),
        (
            ["waiting", "--county", "31", "--municipality", "3103"],
            "--municipality går ikke sammen med --county.",
        ),
        (["waiting", "--b", "x"], "--b kan være --beside, --borders, --by."),
        (["waiting", "--colour", "red"], "Kommandoen kjenner ikke --colour red."),
        ([], "Dette mangler: report."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_refused_in_norwegian(arguments: list[str], said: str) -> None:
    """As everything else that the command refuses."""
    with pytest.raises(CommandError) as raised:
        Command().create_parser("manage.py", "report").parse_args(arguments)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "arguments", [["waiting", "--format", "xml"], ["nonsense"], ["waiting", "--sort", "x"], []]
)
def test_wrong_usage_is_refused_in_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command = Command()
    command._called_from_command_line = True
    with pytest.raises(SystemExit) as raised:
        command.create_parser("manage.py", "report").parse_args(arguments)
    assert raised.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
