"""What came and went, row by row: where the figures lead, as we now know it and as it was known then."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from referrals.choices import Move, Outcome, Protection
from referrals.models import (
    Category,
    KeptRecipe,
    Membership,
    Municipality,
    Referral,
    Therapist,
    User,
    ViewLog,
)
from tests.factories import (
    NOW,
    TODAY,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
    days_ago,
    noon,
)
from tests.pages.seen import markup, text
from tests.unit.actions.acting import do

ClientFor = Callable[[User], Client]
DAY = days_ago(30)


@pytest.fixture
def office(client_for: ClientFor, coordinator: User, municipality: Municipality) -> Client:
    """The browser of a coordinator who is the manager too."""
    MembershipFactory(user=coordinator, role="manager", municipality=municipality)
    return client_for(coordinator)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Callable[..., Referral]:
    """Makes referrals in the municipality, received 60 days ago, registered that day and waiting."""

    def make(**traits: object) -> Referral:
        usual = {"municipality": municipality, "category": category, "received_on": days_ago(60)}
        return ReferralFactory(**usual | {"waiting": True} | traits)

    return make


Log = Callable[..., Referral]


@pytest.fixture
def look(office: Client, municipality: Municipality) -> Callable[..., HttpResponse]:
    """Opens the list as of DAY, as it was known then, or as is asked for."""

    def get(**asked: str) -> HttpResponse:
        usual = {"dato": f"{DAY:%d.%m.%Y}", "kjent": "then", "hendt": "referred"}
        return office.get(f"/k/{municipality.code}/venteliste/kom-og-gikk/", usual | asked)

    return get


Look = Callable[..., HttpResponse]


def numbers(page: HttpResponse) -> set[str]:
    return {referral.number for referral in page.context["table"].records}


def test_what_was_registered_later_is_not_there_as_it_was_known(log: Log, look: Look) -> None:
    known, late = log(), log(registered_at=noon(days_ago(3)))
    assert numbers(look()) == {known.number}
    assert numbers(look(kjent="now")) == {known.number, late.number}


def test_a_start_that_was_registered_later_was_no_start_then(log: Log, look: Look, coordinator: User) -> None:
    started = do(Move.START, log(), coordinator, on=days_ago(40))
    assert numbers(look(hendt="started")) == set()
    assert numbers(look(hendt="started", kjent="now")) == {started.number}


def test_an_end_that_was_taken_back_later_was_one_then(log: Log, look: Look, coordinator: User) -> None:
    ended = do(
        Move.CLOSE, log(), coordinator, at=noon(days_ago(35)), on=days_ago(36), outcome=Outcome.DECLINED
    )
    do(Move.REOPEN, ended, coordinator, at=noon(days_ago(20)), on=days_ago(20))
    assert numbers(look(hendt="other_ends")) == {ended.number}
    assert "Avsluttet" in markup(look(hendt="other_ends"))
    assert numbers(look(hendt="other_ends", kjent="now")) == set()


def test_a_duplicate_found_later_came_in_then(log: Log, look: Look, coordinator: User) -> None:
    twice = do(Move.CLOSE, log(), coordinator, outcome=Outcome.DUPLICATE)
    assert numbers(look()) == {twice.number} and numbers(look(kjent="now")) == set()


def test_the_period_holds_its_first_and_its_last_day(log: Log, look: Look) -> None:
    inside = {log(received_on=days_ago(days)).number for days in (50, 45, 40)}
    for days in (51, 39):
        log(received_on=days_ago(days))
    asked = {"fra": f"{days_ago(50):%d.%m.%Y}", "til": f"{days_ago(40):%d.%m.%Y}"}
    for known in ("now", "then"):
        assert numbers(look(**asked, kjent=known)) == inside


def test_each_case_stands_as_it_stood_at_the_end_of_the_day(log: Log, look: Look, coordinator: User) -> None:
    row = log(prioritised_on=days_ago(29))
    do(Move.START, row, coordinator, on=days_ago(10))
    for known in ("now", "then"):
        page = look(kjent=known)
        cells = text(page)
        assert "Mottatt" in cells and "Ikke vurdert" in cells
        assert "Startet</span>" not in markup(page)
        [shown] = page.context["table"].records
        assert shown.gross_days == 30


def test_it_can_be_narrowed_as_the_figures_are_divided(log: Log, look: Look, therapist: Therapist) -> None:
    mine = log(therapist=therapist, assigned_on=days_ago(50), prioritised_on=days_ago(50), priority=2)
    other = log(prioritised_on=days_ago(50), priority=3)
    for known in ("now", "then"):
        assert numbers(look(kjent=known, therapist=str(therapist.pk))) == {mine.number}
        assert numbers(look(kjent=known, only="unassigned")) == {other.number}
        assert numbers(look(kjent=known, priority="3")) == {other.number}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"fra": "01.02.2026", "til": "31.01.2026"}, "til"),
        ({"til": f"{days_ago(29):%d.%m.%Y}", "fra": "01.01.2026"}, "til"),
        ({"fra": "01.01.2010", "til": "01.02.2026"}, "fra"),
        ({"fra": "31.02.2026"}, "fra"),
        ({"til": "<b>"}, "til"),
    ],
)
def test_a_period_that_cannot_be_shown_is_the_13_weeks_until_the_day(
    log: Log, look: Look, asked: dict[str, str], field: str
) -> None:
    log()
    page = look(**asked)
    assert page.context["form"].errors[field]
    assert page.context["form"].period.last_day == DAY and len(numbers(page)) == 1


def test_an_unknown_line_is_what_came_in(log: Log, look: Look) -> None:
    known = log()
    assert numbers(look(hendt="nonsense")) == {known.number}


def test_nobody(look: Look) -> None:
    assert "Ingen som passer: nye henvisninger" in text(look())


def test_a_shielded_citizen_is_not_named(log: Log, look: Look, municipality: Municipality) -> None:
    hidden = PersonFactory(
        municipality=municipality, protection=Protection.CONFIDENTIAL, family_name="Hemmeligsen"
    )
    log(person=hidden)
    for known in ("now", "then"):
        page = look(kjent=known)
        assert "Skjermet" in markup(page) and "Hemmeligsen" not in markup(page)


def test_the_log_says_what_was_listed_and_of_whom(log: Log, look: Look) -> None:
    row = log()
    look(only="unassigned")
    seen = ViewLog.objects.latest("pk")
    assert seen.query.startswith(f"dato={DAY.isoformat()}&kjent=then&hendt=referred&fra=")
    assert seen.query.endswith("&only=unassigned") and row.person_id in seen.persons.values_list(
        "person_id", flat=True
    )


def test_the_file_has_the_rows_of_the_list_and_no_name(log: Log, look: Look) -> None:
    rows = [log(received_on=days_ago(days)) for days in range(40, 40 + 55)]  # more than a page
    log(registered_at=noon(days_ago(3)))
    answer = look(fil="csv", fra=f"{days_ago(100):%d.%m.%Y}", til=f"{DAY:%d.%m.%Y}")
    told = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["number"] for row in told] == [row.number for row in rows]
    assert set(told[0]) == {
        *("number", "received_on", "category", "priority", "due_on", "gross_days", "status", "on_hold"),
        *("therapist", "recipe"),
    }
    kept = KeptRecipe.objects.get(hash=told[0]["recipe"])
    assert kept.question["report"] == "moved" and kept.question["mode"] == "then"
    assert str(rows[0].person) not in answer.content.decode()
    seen = ViewLog.objects.latest("pk").persons.values_list("person_id", flat=True)
    assert set(seen) == {row.person_id for row in rows}


@pytest.mark.parametrize("known", ["now", "then"])
def test_what_a_file_was_narrowed_to_is_made_again_by_its_recipe(
    log: Log, look: Look, municipality: Municipality, coordinator: User, therapist: Therapist, known: str
) -> None:
    mine = log(therapist=therapist, assigned_on=days_ago(50), prioritised_on=days_ago(50), priority=2)
    log(prioritised_on=days_ago(50), priority=2)
    narrowed = {"therapist": str(therapist.pk), "priority": "2"}
    told = json.loads(look(fil="json", kjent=known, **narrowed).content)
    assert [row["number"] for row in told["rows"]] == [mine.number]
    do(Move.START, mine, coordinator, at=NOW + timedelta(hours=1), on=days_ago(40))
    out = io.StringIO()
    asked = ("--recipe", told["recipe"]["hash"], "--as-staff", coordinator.username, "--format", "json")
    call_command("report", "moved", *asked, stdout=out)
    assert json.loads(out.getvalue()) == told


def linked(page: HttpResponse) -> list[str]:
    """The addresses on the page that lead to the list of what came and went."""
    found = page.content.decode().replace("&amp;", "&").split('href="')[1:]
    return sorted({part.split('"')[0] for part in found if "/kom-og-gikk/" in part.split('"')[0]})


@pytest.fixture
def busy(log: Log, coordinator: User, therapist: Therapist) -> None:
    """A quarter in which things came and went, some of it registered late."""
    for number in range(12):
        row = log(received_on=days_ago(60 + number), therapist=therapist, assigned_on=days_ago(50))
        at = noon(days_ago(3 if number % 3 else 40))
        match number % 4:
            case 0:
                do(Move.START, row, coordinator, at=at, on=days_ago(45))
            case 1:
                do(Move.CLOSE, row, coordinator, at=at, on=days_ago(44), outcome=Outcome.DECLINED)
            case 2:
                started = do(Move.START, row, coordinator, at=at, on=days_ago(45))
                do(Move.CLOSE, started, coordinator, at=at, on=days_ago(41), outcome=Outcome.FINISHED)
    log(registered_at=noon(days_ago(3)))


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("oversikt/{}/", {}),
        ("oversikt/{}/fordeling/", {}),
        ("oversikt/{}/utvikling/", {}),
        ("oversikt/{}/periode/", {"fra": f"{days_ago(100):%d.%m.%Y}", "til": f"{DAY:%d.%m.%Y}"}),
    ],
)
def test_every_number_of_what_came_and_went_leads_to_as_many_rows(
    office: Client, municipality: Municipality, path: str, asked: dict[str, str]
) -> None:
    day = {"dato": f"{DAY:%d.%m.%Y}", "kjent": "then"}
    page = office.get("/" + path.format(municipality.code), day | asked)
    addresses = linked(page)
    lines = {address.split("hendt=")[1].split("&")[0] for address in addresses}
    assert lines >= {"referred", "started", "other_ends"}
    shown = page.content.decode().replace("&amp;", "&")
    for address in addresses:
        assert f"dato={DAY:%d.%m.%Y}&kjent=then" in address
        found = office.get(address).context["table"].paginator.count
        said = {
            part.split(">", 1)[1].split("</a>")[0].split("<")[0].strip()
            for part in shown.split(f'href="{address}"')[1:]
        }
        said = {text for text in said if text.isdigit()}
        assert found > 0 and said <= {str(found)}, (address, found, said)


def test_whoever_sees_one_unit_sees_its_rows(
    client_for: ClientFor, log: Log, municipality: Municipality, therapist_user: User
) -> None:
    ours, theirs = (UnitFactory(municipality=municipality) for _number in range(2))
    Membership.objects.filter(user=therapist_user).update(unit=ours)
    mine = log(unit=ours)
    log(unit=theirs)
    page = client_for(therapist_user).get(
        f"/k/{municipality.code}/venteliste/kom-og-gikk/", {"dato": f"{DAY:%d.%m.%Y}", "kjent": "then"}
    )
    assert numbers(page) == {mine.number}
    assert "Bare sakene i enheten din er med i listen" in text(page)


def test_today_can_be_looked_at_too(log: Log, look: Look) -> None:
    row = log(received_on=TODAY, registered_at=noon(TODAY))
    assert numbers(look(dato=f"{TODAY:%d.%m.%Y}")) == {row.number}
    assert numbers(look(dato=f"{date(TODAY.year + 1, 1, 1):%d.%m.%Y}")) == {row.number}
