"""The deviations of a month: who is in the list, marking them as reported, and the same from the shell and as files."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from ergo.scope import scoped
from referrals.choices import Move, Outcome, Protection
from referrals.models import (
    Category,
    DeviationReport,
    Membership,
    Municipality,
    Referral,
    Therapist,
    User,
    ViewLog,
)
from tests.factories import NOW, TODAY, PersonFactory, UnitFactory, noon
from tests.pages.seen import markup, text
from tests.unit.actions.acting import do
from tests.unit.actions.test_deviations import FEBRUARY, case_late_on, mark, take_back

ClientFor = Callable[[User], Client]
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


@pytest.fixture
def late_on(municipality: Municipality, category: Category) -> Callable[..., Referral]:
    """Makes a case whose first day past its target is the day."""
    return lambda day, **traits: case_late_on(day, municipality, category, **traits)


LateOn = Callable[..., Referral]


def look(browser: Client, place: Municipality, **asked: str) -> HttpResponse:
    return browser.get(f"/k/{place.code}/avvik/", asked)


def send(browser: Client, place: Municipality, month: str = "2026-02", **typed: Any) -> HttpResponse:
    return browser.post(f"/k/{place.code}/avvik/?maned={month}", typed, follow=True)


def numbers(page: HttpResponse) -> list[str]:
    return [row.line.number for row in page.context["table"].records]


def counts(page: HttpResponse) -> tuple[int, int, int]:
    report = page.context["report"]
    return len(report.lines), report.reported, report.not_reported


def test_a_wait_that_was_reported_is_not_reported_again_by_the_case_that_took_it_over(
    office: Client, coordinator: User, municipality: Municipality, late_on: LateOn
) -> None:
    reported = late_on(date(2026, 2, 10))
    kept = late_on(date(2026, 2, 20), person=reported.person)
    mark(coordinator, reported)
    do(Move.MERGE, Referral.objects.get(pk=kept.pk), coordinator)
    assert numbers(look(office, municipality, maned="2026-02")) == [reported.number]


def test_what_was_taken_back_is_in_the_read_log_though_the_case_is_in_no_row(
    office: Client, coordinator: User, municipality: Municipality, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 10))
    mark(coordinator, case)
    take_back(coordinator, case)
    Referral.objects.filter(pk=case.pk).update(priority=3)
    page = look(office, municipality, maned="2026-02")
    assert numbers(page) == [] and case.number in text(page)
    assert ViewLog.objects.latest("pk").persons.get().person_id == case.person_id


def test_what_was_taken_back_is_read_once(
    office: Client, coordinator: User, municipality: Municipality, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 10))
    mark(coordinator, case)
    take_back(coordinator, case)
    with CaptureQueriesContext(connection) as sent:
        assert look(office, municipality, maned="2026-02").context["withdrawn"]
    assert sum('"withdrawn_at" IS NOT NULL' in query["sql"] for query in sent) == 1
    with CaptureQueriesContext(connection) as sent:
        look(office, municipality, maned="2026-02", fil="csv")
    assert not any('"withdrawn_at" IS NOT NULL' in query["sql"] for query in sent)


def test_the_latest_whole_month_is_shown_one_line_a_case(
    office: Client, municipality: Municipality, late_on: LateOn, therapist: Therapist
) -> None:
    case = late_on(date(2026, 2, 10), therapist=therapist, assigned_on=date(2026, 1, 2))
    for day in (date(2026, 1, 31), date(2026, 3, 1)):
        late_on(day)
    page = look(office, municipality)
    assert numbers(page) == [case.number] and counts(page) == (1, 0, 1)
    shown = text(page)
    for words in ("februar 2026", "09.02.2026", "10.02.2026", "Tea Terapeut", str(case.person)):
        assert words in shown
    [line] = page.context["report"].lines
    assert line.days_late == 19


def test_months_before_with_cases_to_report_are_named_with_a_link(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    january = [late_on(date(2026, 1, day)) for day in (5, 31)]
    late_on(date(2025, 2, 1)), late_on(date(2025, 1, 31))  # twelve months before, and one more
    page = look(office, municipality)
    assert page.context["report"].left == ((date(2026, 1, 1), 2), (date(2025, 2, 1), 1))
    assert '<a class="ds-link" href="?maned=2026-01">januar 2026</a> (2)' in markup(page)
    mark(coordinator, *january, month=date(2026, 1, 1))
    assert look(office, municipality).context["report"].left == ((date(2025, 2, 1), 1),)


def test_chosen_cases_are_marked_with_who_and_when(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    first, second = late_on(date(2026, 2, 3)), late_on(date(2026, 2, 4))
    page = send(office, municipality, number=[first.number], reference="AV 7", reason="Sykdom i teamet.")
    assert "1 sak er meldt." in text(page) and counts(page) == (2, 1, 1)
    [kept] = DeviationReport.objects.all()
    assert (kept.referral, kept.reported_by, kept.reported_at) == (first, coordinator, NOW)
    assert "Sykdom i teamet." in text(page) and f"{coordinator.shown_name}, AV 7" in text(page)
    assert f'name="number" value="{second.number}"' in markup(page)
    assert f'name="number" value="{first.number}"' not in markup(page)


def test_all_are_marked_at_once_and_sent_twice_it_is_the_same(
    office: Client, municipality: Municipality, late_on: LateOn
) -> None:
    cases = [late_on(date(2026, 2, day)) for day in (3, 4, 5)]
    page = look(office, municipality)
    every = " ".join(page.context["all_numbers"])
    assert f'name="all" value="{every}"' in markup(page) and "Meld alle 3 sakene" in text(page)
    for said in ("3 saker er meldt.", "3 saker var meldt fra før"):
        page = send(office, municipality, all=every)
        assert said in text(page)
    assert counts(page) == (3, 3, 0) and DeviationReport.objects.count() == len(cases)
    assert 'id="mark"' not in markup(page)


def test_of_two_at_once_the_second_is_told_by_whom(
    office: Client, municipality: Municipality, manager: User, client_for: ClientFor, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    look(office, municipality)
    send(client_for(manager), municipality, number=[case.number])
    page = send(office, municipality, number=[case.number], reference="min egen")
    assert f"16.03.2026 10:00 av {manager.shown_name}" in text(page)
    assert DeviationReport.objects.get().reference == ""


def test_nothing_chosen_and_too_long_are_said_and_what_was_typed_stays(
    office: Client, municipality: Municipality, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    page = send(office, municipality, reason="Sykdom.")
    assert "Velg minst én sak." in text(page) and "Sykdom.</textarea>" in markup(page)
    page = send(office, municipality, number=[case.number], reference="x" * 61)
    assert page.context["mark"].errors["reference"] and not DeviationReport.objects.exists()


@pytest.mark.parametrize("sent", [["abc"], ["\0"], ["2026-999999"], ["2026-000001 OR 1=1"]])
def test_numbers_that_were_never_offered_mark_nothing(
    office: Client, municipality: Municipality, late_on: LateOn, sent: list[str]
) -> None:
    late_on(date(2026, 2, 3))
    assert send(office, municipality, number=sent).status_code == 200
    assert not DeviationReport.objects.exists()


def test_a_therapist_reads_and_marks_nothing(
    client_for: ClientFor, therapist_user: User, municipality: Municipality, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    browser = client_for(therapist_user)
    page = look(browser, municipality)
    assert numbers(page) == [case.number] and 'id="mark"' not in markup(page)
    assert "datakvalitet" not in markup(page)
    assert send(browser, municipality, number=[case.number]).status_code == 403
    assert browser.get(f"/k/{municipality.code}/avvik/{case.number}/angre/").status_code == 403


def test_what_is_corrected_later_is_told_beside_the_line_and_moves_nothing(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    mark(coordinator, case)
    change = {"received_on": case.received_on - timedelta(days=30), "prioritised_on": case.prioritised_on}
    do(Move.CORRECT, case, coordinator, changes=change, reason="Brevet kom før.")
    page = look(office, municipality)
    [line] = page.context["report"].lines
    assert (line.late_on, line.corrected) == (date(2026, 2, 3), ("received_on", "late_on"))
    assert "Rettet senere" in text(page) and "først over fristen 04.01.2026" in text(page)
    assert numbers(look(office, municipality, maned="2026-01")) == []
    assert page.context["report"].left == ()


def test_a_duplicate_found_later_stays_in_the_report(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    mark(coordinator, case)
    do(Move.CLOSE, case, coordinator, outcome=Outcome.DUPLICATE)
    page = look(office, municipality)
    assert numbers(page) == [case.number]
    assert page.context["report"].lines[0].corrected == ("outcome",)


def test_a_receipt_corrected_to_after_the_month_leaves_the_line_where_it_is(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3), registered_at=noon(TODAY))
    mark(coordinator, case)
    Referral.objects.filter(pk=case.pk).update(
        received_on=date(2026, 3, 10), seniority_on=date(2026, 3, 10), prioritised_on=date(2026, 3, 10)
    )
    page = look(office, municipality)
    assert page.context["report"].lines[0].corrected == ("received_on", "late_on")
    assert "ikke over fristen" in text(page)


def test_a_mark_is_taken_back_with_a_reason_that_is_kept(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    mark(coordinator, case)
    address = f"/k/{municipality.code}/avvik/{case.number}/angre/"
    assert address in markup(look(office, municipality))
    assert office.post(address, {"reason": ""}).context["form"].errors["reason"]
    page = office.post(address, {"reason": "Krysset av feil sak i listen."}, follow=True)
    assert counts(page) == (1, 0, 1)
    assert "Krysset av feil sak i listen." in text(page)
    again = office.get(address, follow=True)
    assert "Saken står ikke som meldt." in text(again)


def test_a_shielded_case_is_counted_and_says_no_more(
    office: Client, municipality: Municipality, late_on: LateOn
) -> None:
    person = PersonFactory(
        municipality=municipality, protection=Protection.CONFIDENTIAL, family_name="Hemmeligsen"
    )
    hidden = late_on(date(2026, 2, 3), person=person)
    page = look(office, municipality)
    assert counts(page) == (1, 0, 1) and page.context["all_numbers"] == []
    assert "Skjermet" in text(page) and str(person) not in text(page)
    assert f'value="{hidden.number}"' not in markup(page)


def test_whoever_is_bound_to_a_unit_sees_and_counts_its_cases(
    client_for: ClientFor, municipality: Municipality, manager: User, late_on: LateOn
) -> None:
    ours, theirs = (UnitFactory(municipality=municipality) for _number in range(2))
    Membership.objects.filter(user=manager).update(unit=ours)
    mine = late_on(date(2026, 2, 3), unit=ours)
    other = late_on(date(2026, 2, 4), unit=theirs)
    page = look(client_for(manager), municipality)
    assert numbers(page) == [mine.number] and "Bare sakene i enheten din" in text(page)
    send(client_for(manager), municipality, number=[other.number])
    assert not DeviationReport.objects.exists()


@pytest.mark.parametrize("asked", ["2026-13", "abc", "\0", "1999-01", "2026-04"])
def test_a_month_that_is_not_offered_is_said_and_the_usual_one_shown(
    office: Client, municipality: Municipality, asked: str
) -> None:
    page = look(office, municipality, maned=asked)
    assert page.status_code == 200 and page.context["form"].errors["maned"]
    assert page.context["report"].month.start == FEBRUARY


def test_an_empty_month_is_calm(office: Client, municipality: Municipality) -> None:
    page = look(office, municipality)
    assert "Ingen saker gikk over fristen" in text(page) and counts(page) == (0, 0, 0)
    assert 'data-color="danger"' not in markup(page).split("<main")[1].split("key-figures")[1]


def test_the_read_log_has_the_month_and_whom_it_showed(
    office: Client, municipality: Municipality, late_on: LateOn
) -> None:
    case = late_on(date(2026, 2, 3))
    look(office, municipality, fil="csv")
    line = ViewLog.objects.latest("pk")
    assert (line.kind, line.query) == ("deviations", "maned=2026-02&fil=csv")
    assert list(line.persons.values_list("number", flat=True)) == [case.number]


def test_files_have_the_same_lines_and_no_citizen(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    first, second = late_on(date(2026, 2, 3)), late_on(date(2026, 2, 20))
    mark(coordinator, second, reference="AV 1", reason="=1+1")
    raw = look(office, municipality, fil="csv").content
    assert raw.startswith("\ufeff".encode()) and b"\r\n" in raw
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert [(row["number"], row["late_on"], row["days_late"]) for row in rows] == [
        (first.number, "03.02.2026", "26"),
        (second.number, "20.02.2026", "9"),
    ]
    assert rows[1]["reason"] == "'=1+1" and rows[1]["reported_on"] == "16.03.2026"
    assert str(first.person) not in raw.decode() and first.person.family_name not in raw.decode()
    book = load_workbook(io.BytesIO(look(office, municipality, fil="xlsx").getvalue()))
    figures, recipe = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert [row[0] for row in figures[1:]] == [first.number, second.number]
    assert any("februar 2026" in str(cell) for row in recipe for cell in row)
    told = json.loads(look(office, municipality, fil="json").content)
    assert (told["month"], told["new"], told["reported"], told["not_reported"]) == ("2026-02", 2, 1, 1)
    assert told["recipe"]["hash"] == rows[0]["recipe"]


def report(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    with scoped():
        call_command("report", "deviations", *arguments, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.usefixtures("today")
def test_the_shell_tells_the_same(municipality: Municipality, manager: User, late_on: LateOn) -> None:
    case = late_on(date(2026, 1, 3))
    staff = ("--municipality", municipality.code, "--as-staff", manager.username)
    told = report("--month", "2026-01", *staff)
    assert [row["number"] for row in told["rows"]] == [case.number] and told["on"] == "2026-01-31"
    assert report(*staff)["month"] == "2026-02"
    assert report(*staff)["not_reported_before"] == {"2026-01": 1}
    line = ViewLog.objects.filter(kind="deviations").earliest("pk")
    assert line.user == manager and line.persons.get().number == case.number


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--month", "2026-02"], "egne ansatte"),
        (["--month", "2026-2", "staff"], "2026-2"),
        (["--month", "2027-01", "staff"], "fremtiden"),
        (["--mode", "then", "staff"], "--mode"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    municipality: Municipality, manager: User, arguments: list[str], said: str
) -> None:
    staff = ["--municipality", municipality.code, "--as-staff", manager.username]
    given = [one for one in arguments if one != "staff"] + (staff if "staff" in arguments else [])
    with pytest.raises(CommandError, match=said):
        report(*given)


def test_a_recipe_makes_the_same_report_again_whatever_was_done_since(
    office: Client, municipality: Municipality, coordinator: User, late_on: LateOn
) -> None:
    """Marked, corrected and registered later: what was shown comes back."""
    case, other = late_on(date(2026, 2, 3)), late_on(date(2026, 2, 4))
    mark(coordinator, other)
    with time_machine.travel(LATER, tick=False):
        told = json.loads(look(office, municipality, fil="json").content)
    assert told["reported"] == 1
    with time_machine.travel(LATER + timedelta(minutes=10), tick=False):
        send(office, municipality, number=[case.number])
        change = {"received_on": case.received_on - timedelta(days=40), "prioritised_on": case.prioritised_on}
        do(
            Move.CORRECT,
            case,
            coordinator,
            changes=change,
            reason="Brevet kom før.",
            at=LATER + timedelta(minutes=10),
        )
        again = report("--recipe", told["recipe"]["hash"], "--as-staff", coordinator.username)
    assert again == told


def test_the_menu_leads_there(office: Client, municipality: Municipality) -> None:
    assert f'href="/k/{municipality.code}/avvik/"' in markup(
        office.get(f"/k/{municipality.code}/venteliste/")
    )
