"""The long waits as files: own staff's rows as the page is narrowed and sorted, readers' counts; both ways."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from ergo.scope import scoped
from referrals.choices import ContactKind, Move, PauseReason, Protection, ViewKind
from referrals.models import Category, KeptRecipe, Municipality, Referral, User, ViewLog
from tests.factories import (
    NOW,
    ContactFactory,
    MunicipalityFactory,
    PersonFactory,
    ReferralFactory,
    WaitPauseFactory,
    days_ago,
    noon,
)
from tests.pages.seen import links_of, text
from tests.unit.actions.acting import do

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]
DAY = f"{days_ago(30):%d.%m.%Y}"
THEN = {"dato": DAY, "kjent": "then"}


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/lange-ventetider/"


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals that have waited 430 days, all that time known and assessed."""

    def make(days: int = 430, **traits: object) -> Referral:
        given = {"municipality": municipality, "category": category, "received_on": days_ago(days)}
        return ReferralFactory(**given | {"waiting": True} | traits)

    return make


def read(answer: HttpResponse) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.content)


def rows(answer: HttpResponse) -> list[dict[str, str]]:
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def numbers(told: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in told]


def listed(page: HttpResponse) -> list[str]:
    return [row.number for row in page.context["table"].records]


# ---------------------------------------------------------------- files of own staff


def test_each_kind_is_offered_with_what_was_asked_for(office: Client, address: str, log: Log) -> None:
    log()
    page = office.get(address, {"venter": "over", "sort": "-held_days"} | THEN)
    kinds = ("csv", "xlsx", "json", "json")
    for link, kind in zip(links_of(page), kinds, strict=True):
        assert f'href="{link.url}"' in text(page)
        answer = office.get(link.url)
        table = "-long" if "jsonstat" in link.url else ""
        name = f'lange-ventetider-{address.split("/")[2]}-{days_ago(30).isoformat()}{table}.{kind}"'
        assert answer.headers["Content-Disposition"].endswith(name)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.getvalue()


def test_a_file_has_the_rows_of_the_page_in_its_order_and_of_all_its_pages(
    office: Client, address: str, log: Log
) -> None:
    cases = [log(400 + days) for days in range(52)]
    for case in cases[::2]:
        WaitPauseFactory(referral=case, started_on=days_ago(9 + cases.index(case)))
    log(300)
    for asked in ({"venter": "over"}, {"venter": "over", "sort": "-held_days"}, {"sort": "number"}):
        shown = [number for page in (1, 2) for number in listed(office.get(address, asked | {"page": page}))]
        assert len(shown) == 53 - ("venter" in asked)
        assert numbers(rows(office.get(address, asked | {"fil": "csv"}))) == shown
        assert numbers(read(office.get(address, asked | {"fil": "json", "page": "2"}))["rows"]) == shown


def test_a_row_says_what_the_page_says_and_nothing_of_the_citizen(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    person = PersonFactory(
        municipality=municipality, given_name="Áine", family_name="Qvigstad", phone="99887766", known=True
    )
    case = log(person=person, number="2025-000123", reason="Trenger rampe")
    WaitPauseFactory(referral=case, reason=PauseReason.CAPACITY, started_on=days_ago(4))
    ContactFactory(referral=case, kind=ContactKind.PHONE, held_on=days_ago(50))
    hidden = log(500, person=PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL))
    WaitPauseFactory(referral=hidden, reason=PauseReason.HOSPITAL)
    ContactFactory(referral=hidden)
    answers = [office.get(address, {"fil": kind}) for kind in ("csv", "json")]
    report = office.get(address).context["report"]
    first, second = rows(answers[0])
    assert second | {"recipe": ""} == {
        "number": "2025-000123",
        "received_on": f"{days_ago(430):%d.%m.%Y}",
        "gross_days": "430",
        "category": case.category.code,
        "priority": "2",
        "days_on_hold": "4",
        "on_hold": "yes",
        "hold_reasons": "capacity",
        "hold_reason_days": "4",
        "running_reasons": "capacity",
        "last_contact_on": f"{days_ago(50):%d.%m.%Y}",
        "last_contact": "phone",
        "next_step": "resume",
        "over_183_days_on": "31.07.2025",
        "recipe": "",
    }
    assert (first["hold_reasons"], first["last_contact"], first["last_contact_on"]) == ("", "", "")
    figures = read(answers[1])
    assert (figures["over_one_year"], figures["near_one_year"]) == (2, 0)
    assert [one["over_one_year"] for one in figures["history"]] == [
        counts.over_a_year.value for counts in report.history
    ]
    assert figures["rows"][0]["hold_reasons"] == {} and figures["rows"][1]["hold_reasons"] == {"capacity": 4}
    identifier = str(person.identifier)
    for answer in answers:
        for secret in ("Qvigstad", "Áine", "ÁQ", "1948", "99887766", "rampe", identifier):
            assert secret not in answer.content.decode()


def test_each_reason_has_its_days_in_the_files_and_those_that_run_are_named(
    office: Client, address: str, log: Log
) -> None:
    case = log()
    for reason, start, end in (
        (PauseReason.OWN_WISH, days_ago(39), None),
        (PauseReason.HOSPITAL, days_ago(60), days_ago(41)),
    ):
        WaitPauseFactory(referral=case, reason=reason, started_on=start, ended_on=end)
    shown = office.get(address).context["table"].rows_html
    assert "39, pågår ennå" in shown and ": 19" in shown
    [line] = rows(office.get(address, {"fil": "csv"}))
    own, hospital = PauseReason.OWN_WISH.value, PauseReason.HOSPITAL.value
    assert (line["hold_reasons"], line["hold_reason_days"]) == (f"{own} {hospital}", "39 19")
    assert line["running_reasons"] == own
    [told] = read(office.get(address, {"fil": "json"}))["rows"]
    assert told["hold_reasons"] == {own: 39, hospital: 19} and told["running_reasons"] == [own]


def test_all_rows_can_stand_on_one_page_to_be_printed(office: Client, address: str, log: Log) -> None:
    cases = {log(400 + days).number for days in range(52)}
    first = office.get(address, {"venter": "over"})
    assert "Vis alle 52 på én side, for å skrive dem ut" in text(first)
    assert "Dette er ikke alle radene" in text(first)
    whole = office.get(address + first.context["all_rows"].removesuffix("#list"))
    assert set(listed(whole)) == cases
    assert "Dette er ikke alle radene" not in text(whole) and "for å skrive dem ut" not in text(whole)
    line = ViewLog.objects.latest("id")
    assert line.persons.count() == 52 and line.query.endswith("page=all")


def test_what_excel_would_run_is_text(office: Client, address: str, log: Log, category: Category) -> None:
    Category.objects.filter(pk=category.pk).update(code="=cmd")
    log()
    csv_text = office.get(address, {"fil": "csv"}).content.decode()
    assert ";'=cmd;" in csv_text and ";=cmd" not in csv_text


def test_the_read_log_has_everybody_in_the_file_and_what_was_asked(
    office: Client, address: str, log: Log
) -> None:
    cases = {(case.person_id, case.number) for case in (log() for _nth in range(52))}
    log(300)
    for kind in ("csv", "xlsx", "json"):
        assert office.get(address, {"venter": "over", "page": "2", "fil": kind} | THEN).getvalue()
        line = ViewLog.objects.latest("id")
        assert set(line.persons.values_list("person_id", "number")) == cases
        assert line.kind == ViewKind.LONG_WAITS
        assert line.query == f"venter=over&dato={DAY}&kjent=then&fil={kind}"


def test_a_file_that_only_counts_says_so_in_the_read_log(office: Client, address: str, log: Log) -> None:
    log()
    made = read(office.get(address, {"fil": "jsonstat-long"}))
    assert 1 in made["value"]
    line = ViewLog.objects.latest("id")
    assert line.query.endswith("fil=jsonstat-long") and not line.persons.exists()


def test_what_cannot_be_shown_is_no_file(office: Client, address: str, log: Log) -> None:
    log()
    for asked in ({"dato": "31.02.2026", "fil": "csv"}, {"fil": "ods"}, {"venter": "x", "fil": "json"}):
        answer = office.get(address, asked)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert ViewLog.objects.latest("id").persons.count() == 1


def test_another_municipality_has_no_file(
    office: Client, client_for: ClientFor, national_reader: User, address: str, log: Log
) -> None:
    log()
    elsewhere = MunicipalityFactory()
    assert office.get(f"/k/{elsewhere.code}/lange-ventetider/", {"fil": "csv"}).status_code == 404
    assert client_for(national_reader).get(address, {"fil": "csv"}).status_code == 403


@pytest.mark.parametrize("mode", [{}, THEN], ids=["today", "then"])
def test_the_shell_makes_the_file_again_by_its_recipe(
    office: Client, address: str, log: Log, coordinator: User, mode: dict[str, str]
) -> None:
    """The same JSON, filter and all, after what was registered since."""
    over, _near = log(), log(300)
    log(450, waiting=False)
    asked = {"venter": "over", "prioritet": "2"} | mode
    made = read(office.get(address, asked | {"fil": "json"}))
    assert numbers(made["rows"]) == [over.number]
    code = made["recipe"]["hash"]
    assert made["recipe"]["filters"] == {"wait": "over", "priority": "2"}
    assert KeptRecipe.objects.filter(hash=code).exists()
    later = NOW + timedelta(hours=1)
    do(Move.START, over, coordinator, on=days_ago(100), at=later)
    log(600, registered_at=later)
    out = io.StringIO()
    with scoped():
        call_command(
            "report", "long", "--recipe", code, "--as-staff", coordinator.username, "--format", "json",
            stdout=out,
        )  # fmt: skip
    assert json.loads(out.getvalue()) == made
    assert (read(office.get(address, asked | {"fil": "json"})) == made) == bool(mode)


# ---------------------------------------------------------------- both ways, on the page


def test_the_list_and_its_numbers_are_those_known_then(
    office: Client, address: str, log: Log, coordinator: User
) -> None:
    known, started, late = log(), log(), log(registered_at=noon(days_ago(3)))
    do(Move.START, started, coordinator, on=days_ago(60))
    do(Move.PAUSE, known, coordinator, on=days_ago(60))
    now, then = office.get(address, {"dato": DAY}), office.get(address, THEN)
    assert set(listed(now)) == {known.number, late.number}
    assert set(listed(then)) == {known.number, started.number}
    assert [card.value for card in then.context["board"].cards] == ["2", "0"]
    assert "slik de var kjent da" in text(then) and "slik vi nå vet at de var" in text(now)
    assert "30 dager" in now.context["table"].rows_html and "30 dager" not in then.context["table"].rows_html
    assert then.context["report"].recipe.hash in text(then)


def test_the_next_step_of_that_day_is_shown_and_empty_contacts_are_explained(
    office: Client, address: str, log: Log, coordinator: User
) -> None:
    case = log()
    ContactFactory(referral=case, held_on=days_ago(100))
    case = do(Move.PAUSE, case, coordinator, on=days_ago(60), at=noon(days_ago(60)))
    do(Move.RESUME, case, coordinator, on=days_ago(20), at=noon(days_ago(20)))
    now, then = office.get(address, {"dato": DAY}), office.get(address, THEN)
    names = [[header.name for header in page.context["table"].headers] for page in (now, then)]
    assert [("next_step" in each) for each in names] == [False, True]
    assert "Ta tilbake på listen" in then.context["table"].rows_html
    assert "historikken i saken" in text(then) and "historikken i saken" not in text(now)
    assert "Ingen registrert" not in text(then)


@pytest.mark.parametrize(
    "sort", ["citizen", "-level", "held_days", "last_contact", "half_a_year", "category"]
)
def test_it_sorts_and_filters_as_it_was_known(office: Client, address: str, log: Log, sort: str) -> None:
    cases = {log(430 + days).number for days in range(3)}
    log(300, waiting=False)
    asked = THEN | {"venter": "over", "prioritet": "2", "sort": sort}
    assert set(listed(office.get(address, asked))) == cases


def test_somebody_shielded_is_so_then_as_well(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    log(person=PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL))
    page = office.get(address, THEN)
    assert page.context["table"].rows_html.count("Skjermet") == 2


def test_each_number_is_the_length_of_its_list_as_it_was_known(
    office: Client, address: str, log: Log, coordinator: User
) -> None:
    for days in (430, 440, 330):
        do(Move.START, log(days), coordinator, on=days_ago(60))
    board = office.get(address, THEN).context["board"]
    for card in board.cards:
        assert office.get(card.href).context["table"].paginator.count == int(card.value) > 0, card


# ---------------------------------------------------------------- readers


@pytest.fixture
def spread(municipality: Municipality, category: Category) -> None:
    """Twelve over a year in the municipality, half of them registered lately; three in another of the county."""
    few = MunicipalityFactory(county=municipality.county, name="Fåvik", full_name="=Fåvik")
    for place, registered in ((municipality, 430), (municipality, 3)):
        for _nth in range(6):
            ReferralFactory(
                municipality=place, category=category, waiting=True, received_on=days_ago(430),
                registered_at=noon(days_ago(registered)),
            )  # fmt: skip
    for _nth in range(3):
        ReferralFactory(municipality=few, category=category, waiting=True, received_on=days_ago(430))


@pytest.mark.usefixtures("spread")
def test_readers_see_both_ways_with_the_same_rules(
    client_for: ClientFor, national_reader: User, municipality: Municipality
) -> None:
    client = client_for(national_reader)
    nation, county = (
        "/oversikt/lange-ventetider/",
        f"/oversikt/lange-ventetider/fylke/{municipality.county.code}/",
    )
    for asked, most in (({"dato": DAY}, 15), (THEN, 9)):
        page = client.get(nation, asked)
        assert page.context["report"].now.over_a_year.value in (most, None)
        assert page.context["report"].now.waiting.value == most
        below = client.get(county, asked)
        figures = {place.name: place.waiting for place in below.context["report"].places}
        assert figures["=Fåvik"].suppressed
        assert f"{county}?dato={DAY}" in text(page)
        assert ("kjent=then" in text(page)) == ("kjent" in asked)
        assert page.context["report"].recipe.hash in text(page)


@pytest.mark.usefixtures("spread")
@pytest.mark.parametrize("mode", [{}, THEN], ids=["now", "then"])
def test_readers_files_hold_the_counts_of_the_page_hidden_alike_and_no_row(
    client_for: ClientFor, national_reader: User, municipality: Municipality, mode: dict[str, str]
) -> None:
    client, hidden = client_for(national_reader), 0
    for address in (
        "/oversikt/lange-ventetider/",
        f"/oversikt/lange-ventetider/fylke/{municipality.county.code}/",
    ):
        report = client.get(address, mode).context["report"]
        answers = [client.get(address, mode | {"fil": kind}) for kind in ("json", "csv")]
        figures, lines = read(answers[0]), rows(answers[1])
        assert figures["rows"] == [] and figures["recipe"]["scope"]["suppressed"]
        told = {(line["part"], line["code"], line["figure"]): line["value"] for line in lines}
        names = {"waiting": "waiting", "over_one_year": "over_a_year", "near_one_year": "near_a_year"}
        for part, code, counts, found in (
            ("now", report.on.isoformat(), report.now, figures),
            *(
                ("place", place.code, place, found)
                for place, found in zip(report.places, figures["places"], strict=True)
            ),
            *(
                ("history", counts.on.isoformat(), counts, found)
                for counts, found in zip(report.history, figures["history"], strict=True)
            ),
        ):
            for name, attribute in names.items():
                figure = getattr(counts, attribute)
                assert found[name] == figure.value
                assert (name in found["suppressed"]) == figure.suppressed
                said = figure.in_place or (str(figure.value) if figure.is_defined else "")
                assert told[part, code, name] == said
                hidden += figure.suppressed
        assert told["recipe", "long", "mode"] == ("then" if mode else "now")
        assert len(told["recipe", "long", "hash"]) == 16
        csv_text = answers[1].content.decode()
        assert ";=Fåvik" not in csv_text
        assert not any(number in csv_text for number in Referral.objects.values_list("number", flat=True))
    assert hidden and "'=Fåvik" in csv_text
    assert not ViewLog.objects.exists()
