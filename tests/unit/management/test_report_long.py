"""The long waits from the shell: counts for everybody, rows by number for own staff, and never a name."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ergo.scope import scoped
from referrals.choices import ContactKind, Handling, Move, Outcome, PauseReason, Protection, ViewKind
from referrals.models import Category, Membership, Municipality, Referral, User, ViewLog, ViewLogPerson
from referrals.permissions import Role
from tests.factories import (
    NOW,
    TODAY,
    BarringFactory,
    ContactFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
    WaitPauseFactory,
    days_ago,
    give_template_key,
    noon,
)
from tests.unit.situations.office import Office

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
    "running_reasons",
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
        "running_reasons": ["capacity"],
        "last_contact_on": "2026-01-25",
        "last_contact": "phone",
        "next_step": "resume",
        "over_183_days_on": "2025-08-31",
    }
    assert "Qvigstad" not in told


def test_csv_and_table_hold_the_same_rows(municipality: Municipality, manager: User) -> None:
    case = waited(400, municipality)
    place = as_staff(municipality, manager)
    rows = list(csv.reader(io.StringIO(report(*place, "--format", "csv")), delimiter=";"))
    assert len(rows) == 2 and rows[1][:3] == [case.number, "09.02.2025", "400"]
    assert rows[0][-1] == "recipe" and len(rows[1][-1]) == 16
    assert case.number in report(*place, "--format", "table")


def test_a_unit_is_the_limit_here_too(municipality: Municipality, therapist_user: User) -> None:
    north = UnitFactory(municipality=municipality)
    case = waited(400, municipality, unit=north)
    waited(400, municipality)
    Membership.objects.filter(user=therapist_user).update(unit=north)
    figures = json.loads(report(*as_staff(municipality, therapist_user), "--format", "json"))
    assert [row["number"] for row in figures["rows"]] == [case.number] and figures["over_one_year"] == 1
    assert figures["recipe"]["filters"] == {"units": str(north.pk)}


def test_a_recipe_of_a_unit_is_made_again_with_what_the_reader_may_not_be_told(
    municipality: Municipality, therapist_user: User
) -> None:
    """Whom the reader is barred from is known inside the scope only; and a newcomer moves no case."""
    north = UnitFactory(municipality=municipality)
    Membership.objects.filter(user=therapist_user).update(unit=north)
    case = waited(400, municipality, unit=north)
    WaitPauseFactory(referral=case, reason=PauseReason.HOSPITAL)
    ContactFactory(referral=case)
    BarringFactory(person=case.person, user=therapist_user)
    place = as_staff(municipality, therapist_user)
    told = json.loads(report(*place, "--format", "json"))
    waited(500, municipality, unit=north, registered_at=NOW + timedelta(hours=1))
    for found in (
        told,
        json.loads(report("--recipe", told["recipe"]["hash"], *place[2:], "--format", "json")),
    ):
        (row,) = found["rows"]
        assert (row["number"], row["hold_reasons"], row["last_contact"]) == (case.number, {}, None)


def test_everybody_in_the_rows_stands_in_the_read_log(municipality: Municipality, manager: User) -> None:
    case = waited(400, municipality)
    report(*as_staff(municipality, manager))
    (line,) = ViewLog.objects.all()
    assert (line.user, line.kind) == (manager, ViewKind.LONG_WAITS)
    assert [seen.person_id for seen in ViewLogPerson.objects.all()] == [case.person_id]


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


LATER = NOW + timedelta(hours=1)
DAY = days_ago(30)


def figures(*arguments: str) -> dict[str, Any]:
    return json.loads(report(*arguments, "--format", "json"))


@pytest.fixture
def office(municipality: Municipality, category: Category, coordinator: User) -> Office:
    """A municipality in which six wait over a year and two near it: on hold, replied to, or not assessed yet."""
    give_template_key(municipality, category)
    office = Office(municipality, category, coordinator)
    for _nth in range(6):
        held = office.waits(days_ago(430))
    office.does(Move.PAUSE, held, days_ago(60), reason=PauseReason.CAPACITY)
    applied = office.register(days_ago(320), handling=Handling.APPLICATION)
    office.does(Move.REPLY, applied, days_ago(300))
    office.register(days_ago(310))
    return office


def register_later(office: Office) -> None:
    """All sorts of things about the past, an hour after the figures were made."""
    office.register(days_ago(500), at=LATER)
    cases = list(Referral.objects.filter(registered_at__lt=NOW).order_by("pk"))
    office.does(Move.START, cases[0], days_ago(100), at=LATER)
    office.does(Move.CLOSE, cases[1], days_ago(90), at=LATER, outcome=Outcome.DUPLICATE)
    office.does(Move.PAUSE, cases[2], days_ago(80), at=LATER)
    office.does(Move.RESUME, cases[5], days_ago(50), at=LATER)
    office.does(Move.PRIORITISE, cases[7], days_ago(200), at=LATER)


class TestRecipes:
    @pytest.mark.parametrize("mode", ["now", "then"])
    @pytest.mark.parametrize("on", [TODAY, DAY], ids=str)
    def test_the_same_rows_and_counts_once_more_whatever_was_registered_since(
        self, office: Office, manager: User, mode: str, on: Any
    ) -> None:
        place = as_staff(office.municipality, manager)
        before = figures(*place, "--on", on.isoformat(), "--mode", mode)
        assert len(before["rows"]) == 8 and before["recipe"]["mode"] == mode
        assert all(bool(row["next_step"]) == (on == TODAY or mode == "then") for row in before["rows"])
        assert {row["last_contact"] for row in before["rows"]} == {None, "preliminary_reply"}
        register_later(office)
        assert figures("--recipe", before["recipe"]["hash"], *place[2:]) == before
        if mode == "now":
            assert figures(*place, "--on", on.isoformat())["rows"] != before["rows"]

    @pytest.mark.parametrize("mode", ["now", "then"])
    def test_for_readers_the_same_counts(self, office: Office, mode: str) -> None:
        county = office.municipality.county.code
        places = ((), ("--county", county), ("--municipality", office.municipality.code))
        made = [figures(*place, "--on", DAY.isoformat(), "--mode", mode) for place in places]
        register_later(office)
        for before in made:
            assert before["waiting"] == 8 and before["recipe"]["scope"]["suppressed"]
            assert before["rows"] == []
            assert figures("--recipe", before["recipe"]["hash"]) == before

    def test_then_leaves_out_what_was_registered_later(self, office: Office, manager: User) -> None:
        place = (*as_staff(office.municipality, manager), "--on", DAY.isoformat())
        office.register(days_ago(500), at=noon(days_ago(3)))
        now, then = (figures(*place, "--mode", mode) for mode in ("now", "then"))
        assert (now["over_one_year"], then["over_one_year"]) == (7, 6)
        assert (len(now["rows"]), len(then["rows"])) == (9, 8)
        assert (now["history"][-1]["over_one_year"], then["history"][-1]["over_one_year"]) == (7, 6)

    def test_only_who_reaches_all_of_these_cases_makes_them_again(
        self, office: Office, manager: User
    ) -> None:
        municipality = office.municipality
        unit = UnitFactory(municipality=municipality)
        coordinator, therapist = (
            MembershipFactory(role=role, municipality=municipality, unit=unit).user
            for role in (Role.COORDINATOR, Role.THERAPIST)
        )
        of_coordinator, of_therapist = (
            figures(*as_staff(municipality, user)) for user in (coordinator, therapist)
        )
        for made, users in (
            (of_coordinator, (coordinator, manager)),
            (of_therapist, (coordinator, therapist, manager)),
        ):
            for user in users:
                again = figures("--recipe", made["recipe"]["hash"], "--as-staff", user.username)
                assert again == made
        with pytest.raises(CommandError, match="ikke når") as refused:
            report("--recipe", of_coordinator["recipe"]["hash"], "--as-staff", therapist.username)
        assert refused.value.returncode == 2

    def test_true_numbers_need_somebody_who_works_there(self, office: Office, manager: User) -> None:
        code = figures(*as_staff(office.municipality, manager))["recipe"]["hash"]
        with pytest.raises(CommandError, match="--as-staff"):
            report("--recipe", code)
