"""The long waits from the shell: counts for everybody, rows by number for own staff, and never a name."""

import csv
import io
import json

import pytest
from django.core.management import call_command

from ergo.scope import scoped
from referrals.choices import ContactKind, PauseReason, Protection
from referrals.models import Membership, Municipality, Referral, User
from tests.factories import (
    TODAY,
    ContactFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
    WaitPauseFactory,
    days_ago,
)

pytestmark = pytest.mark.usefixtures("today")

ROW_KEYS = {
    "number",
    "received_on",
    "gross_days",
    "category",
    "priority",
    "days_on_hold",
    "on_hold",
    "hold_reasons",
    "last_contact_on",
    "last_contact",
    "next_step",
    "over_183_days_on",
}


def report(*arguments: str) -> str:
    out = io.StringIO()
    with scoped():  # as when the command is started: of whose referrals is read is said by the command itself
        call_command("report", "long", *arguments, stdout=out)
    return out.getvalue()


def as_staff(municipality: Municipality, user: User) -> tuple[str, ...]:
    return ("--municipality", municipality.code, "--as-staff", user.username)


def waited(days: int, municipality: Municipality, **traits: object) -> Referral:
    return ReferralFactory(municipality=municipality, received_on=days_ago(days), waiting=True, **traits)


def test_own_staff_get_the_rows_by_number(municipality: Municipality, manager: User) -> None:
    person = PersonFactory(municipality=municipality, family_name="Qvigstad")
    case = waited(400, municipality, person=person, number="2025-000123")
    WaitPauseFactory(referral=case, reason=PauseReason.CAPACITY, started_on=days_ago(4))
    ContactFactory(referral=case, kind=ContactKind.PHONE, held_on=days_ago(50))
    waited(300, municipality)
    waited(273, municipality)
    told = report(*as_staff(municipality, manager), "--on", TODAY.isoformat(), "--format", "json")
    figures = json.loads(told)
    assert (figures["waiting"], figures["over_one_year"], figures["near_one_year"]) == (3, 1, 1)
    assert len(figures["history"]) == 24 and figures["suppressed"] == []
    first = figures["rows"][0]
    assert first.keys() == ROW_KEYS and len(figures["rows"]) == 2
    assert first == {
        "number": "2025-000123",
        "received_on": "2025-02-09",
        "gross_days": 400,
        "category": case.category.code,
        "priority": 2,
        "days_on_hold": 4,
        "on_hold": True,
        "hold_reasons": {"capacity": 4},
        "last_contact_on": "2026-01-25",
        "last_contact": "phone",
        "next_step": "Ta tilbake på lista",
        "over_183_days_on": "2025-08-31",
    }
    assert "Qvigstad" not in told


def test_csv_and_table_hold_the_same_rows(municipality: Municipality, manager: User) -> None:
    case = waited(400, municipality)
    place = as_staff(municipality, manager)
    rows = list(csv.reader(io.StringIO(report(*place, "--format", "csv")), delimiter=";"))
    assert len(rows) == 2 and rows[1][:3] == [case.number, "09.02.2025", "400"]
    assert case.number in report(*place, "--format", "table")


def test_a_unit_is_the_limit_here_too(municipality: Municipality, therapist_user: User) -> None:
    north = UnitFactory(municipality=municipality)
    case = waited(400, municipality, unit=north)
    waited(400, municipality)
    Membership.objects.filter(user=therapist_user).update(unit=north)
    figures = json.loads(report(*as_staff(municipality, therapist_user), "--format", "json"))
    assert [row["number"] for row in figures["rows"]] == [case.number] and figures["over_one_year"] == 1
    assert figures["recipe"]["filters"] == {"units": str(north.pk)}


def test_of_somebody_shielded_neither_reasons_nor_contacts_are_told(
    municipality: Municipality, manager: User
) -> None:
    hidden = PersonFactory(municipality=municipality, protection=Protection.STRICTLY_CONFIDENTIAL)
    case = waited(400, municipality, person=hidden)
    WaitPauseFactory(referral=case, reason=PauseReason.HOSPITAL)
    ContactFactory(referral=case)
    row = json.loads(report(*as_staff(municipality, manager), "--format", "json"))["rows"][0]
    assert (row["hold_reasons"], row["last_contact"], row["last_contact_on"]) == ({}, None, None)


def test_others_get_counts_and_no_row(municipality: Municipality) -> None:
    for days in (400, 300, 200):
        for _nth in range(6):
            waited(days, municipality)
    county = municipality.county.code
    for place in ((), ("--county", county), ("--municipality", municipality.code)):
        figures = json.loads(report(*place, "--format", "json"))
        counted = (figures["waiting"], figures["over_one_year"], figures["near_one_year"])
        assert counted == (18, 6, 6) and figures["rows"] == [], place
        assert figures["recipe"]["report"] == "long"
    places = json.loads(report("--county", county, "--format", "json"))["places"]
    assert [(place["code"], place["near_one_year"]) for place in places] == [(municipality.code, 6)]


def test_small_numbers_are_null_with_their_names_and_words_in_a_table(municipality: Municipality) -> None:
    for _nth in range(3):
        waited(300, municipality)
    figures = json.loads(report("--format", "json"))
    assert figures["near_one_year"] is None
    assert figures["suppressed"] == ["waiting", "over_one_year", "near_one_year"]
    assert "Skjermet" in report("--format", "csv")
