"""The distribution of a waitlist: numbers that lead to exactly their rows, for own staff and for nobody else."""

import json
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.boards.distribution import Grid
from referrals.choices import Knowledge, Outcome, Source, Status
from referrals.models import Category, KeptRecipe, Membership, Municipality, Referral, Therapist, User
from tests.factories import OpeningFactory, ReferralFactory, UnitFactory, days_ago, noon
from tests.pages.seen import links_of, text
from tests.unit.management.test_report import refusal

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]
ODD_QUERIES = [
    "vis=%00",
    "vis=x",
    "dato=31.02.2026",
    "dato=01.01.2030",
    "dato=01.01.1900&vis=over",
    "kjent=x",
]


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/fordeling/"


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals in the municipality."""

    def make(**traits: object) -> Referral:
        return ReferralFactory(**{"municipality": municipality, "category": category} | traits)

    return make


@pytest.fixture
def busy(log: Log, other_category: Category, therapist: Therapist) -> None:
    """11 wait: 5 over target, 3 not assessed, 3 of other source; 4 are assigned, 2 of them late. 3 have started."""
    for _number in range(3):
        log()
        log(waiting=True, category=other_category, source=Source.HOSPITAL)
    for _number in range(2):
        log(overdue=True)
        log(overdue=True, therapist=therapist, assigned_on=days_ago(100))
    log(over_a_year=True, category=other_category)
    for _number in range(2):
        log(started=True, therapist=therapist)
    log(started=True, therapist=None, assigned_on=None)


def leading(page: HttpResponse) -> list[tuple[str, str]]:
    """Every number of the tables that leads somewhere, and where."""
    tables = re.findall(r"<table.*?</table>", text(page))
    return [
        pair for table in tables for pair in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', table)
    ]


def listed(client: Client, href: str) -> int:
    return int(client.get(href).context["table"].paginator.count)


def grids(page: HttpResponse) -> dict[str, Grid]:
    """What is read first of each table by its id, and what lies folded away by the id and a word."""
    board = page.context["board"]
    tables = (*board.waiting, *board.moved)
    return {table.id: table.grid for table in tables} | {
        f"{table.id} more": table.more for table in tables if table.more
    }


def rows(page: HttpResponse, id: str) -> dict[str, list[str]]:
    grid = grids(page)[id]
    lines = (*grid.rows, grid.whole)
    return {row.name: [cell.value.replace("\N{NO-BREAK SPACE}", " ") for cell in row.cells] for row in lines}


def shown(page: HttpResponse) -> list[list[int | None]]:
    """The shaded table with its sums, row by row."""
    chart = page.context["board"].heat.chart
    found = [[*(cell.of.value for cell in row.cells), row.total.value] for row in chart.rows]
    return [*found, [*(total.value for total in chart.totals), chart.whole.value]]


# ---------------------------------------------------------------- the numbers


@pytest.mark.usefixtures("busy")
def test_the_tables_of_those_who_wait(office: Client, address: str, therapist: Therapist) -> None:
    page = office.get(address)
    assert page.context["board"].heat.chart.columns == ("2", "4", "Ikke vurdert")
    assert shown(page) == [[4, 0, 3, 7], [3, 1, 0, 4], [7, 1, 3, 11]]
    assert rows(page, "source") == {
        "Fastlege": ["8", "5", "0 %", "200 dager"],
        "Sykehus": ["3", "0", "100 %", "10 dager"],
        "I alt": ["11", "5", "38 %", "10 dager"],
    }
    assert rows(page, "source more") == {
        "Fastlege": ["250 dager", "366 dager", "3", "1"],
        "Sykehus": ["10 dager", "10 dager", "0", "0"],
        "I alt": ["200 dager", "366 dager", "3", "1"],
    }
    assert rows(page, "priority") == {
        "Prioritet 2": ["7", "4", "43 %", "200 dager"],
        "Prioritet 4": ["1", "1", "0 %", "366 dager"],
        "Ikke vurdert": ["3", "0", "–", "10 dager"],
        "I alt": ["11", "5", "38 %", "10 dager"],
    }
    assert rows(page, "therapist") == {
        therapist.name: ["2", "2", "0 %", "200 dager", "2"],
        "Ikke fordelt": ["9", "3", "50 %", "10 dager", "1"],
        "I alt": ["11", "5", "38 %", "10 dager", "3"],
    }
    for sentence in (
        "Flest venter på «Hjelpemidler (prøve)», prioritet 2: 4 av 11.",
        "Flest er henvist av «Fastlege»: 8.",
        "9 av 11 som venter, har ikke fått en ergoterapeut ennå.",
    ):
        assert sentence in text(page)


@pytest.mark.usefixtures("busy")
def test_the_tables_of_what_came_and_went(office: Client, address: str, log: Log, category: Category) -> None:
    log(withdrawn=True, source=Source.NAV)
    log(over_a_year=True, closed=True, started_on=days_ago(91))
    page = office.get(address)
    assert "De siste 13 ukene" in text(page)
    assert rows(page, "source-moved") == {
        "Fastlege": ["6", "3", "0", "2,00", "35 uker"],
        "Sykehus": ["3", "0", "0", "∞", "–"],
        "NAV": ["1", "0", "1", "1,00", "0 uker"],
        "I alt": ["10", "3", "1", "2,50", "36 uker"],
    }
    year = office.get(address, {"siste": "52"})
    assert "De siste 52 ukene" in text(year)
    assert rows(year, "source-moved")["Fastlege"] == ["10", "4", "0", "2,50", "104 uker"]
    assert rows(year, "category-moved")[category.name][1] == "4"
    assert grids(year)["therapist"].headings[-1] == "Startet på 52 uker"
    assert rows(year, "therapist")["I alt"][-1] == "4"


@pytest.mark.usefixtures("busy")
def test_the_weeks_are_kept_with_the_day_the_shares_and_the_files(office: Client, address: str) -> None:
    page = office.get(address, {"siste": "52"})
    assert [(choice.weeks, choice.is_chosen) for choice in page.context["flow_choices"]] == [
        (13, False),
        (52, True),
    ]
    assert all("siste=52" in link.url for link in (*page.context["switch"], *links_of(page)))
    assert '<input type="hidden" name="siste" value="52"' in text(page)
    period = str(page.context["report"].period)
    as_csv, as_json = (office.get(address, {"siste": "52", "fil": kind}) for kind in ("csv", "json"))
    figures = json.loads(as_json.content)
    assert figures["period"] == figures["recipe"]["filters"]["period"] == period
    assert f"recipe;distribution;;period;{period}" in as_csv.content.decode()
    assert [link.url for link in office.get(address).context["switch"]] == [address, f"{address}?vis=over"]


def test_where_nothing_came_or_went_it_is_said(office: Client, address: str, log: Log) -> None:
    log(waiting=True, received_on=days_ago(91))
    page = office.get(address)
    assert page.context["board"].moved == ()
    assert "Ingen ble henvist, startet eller gikk ut av listen i disse ukene." in text(page)
    assert office.get(address, {"siste": "52"}).context["board"].moved


@pytest.mark.usefixtures("busy")
def test_the_priority_of_an_earlier_day_leads_to_the_list_that_knows_it(office: Client, address: str) -> None:
    page = office.get(address, {"dato": f"{days_ago(1):%d.%m.%Y}"})
    moved = {
        id: [cell.href for row in grids(page)[id].rows for cell in row.cells if cell.href]
        for id in grids(page)
    }
    assert moved["category-moved"] and not any("/kom-og-gikk/" in href for href in moved["category-moved"])
    assert moved["priority-moved"] and all("/kom-og-gikk/" in href for href in moved["priority-moved"])
    today = grids(office.get(address))["priority-moved"]
    assert not any("/kom-og-gikk/" in cell.href for row in today.rows for cell in row.cells)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("weeks", ["13", "52"])
@pytest.mark.parametrize("known", ["", *Knowledge])
@pytest.mark.parametrize("day", ["", "1", "150"])
def test_every_number_is_the_length_of_the_list_it_leads_to(
    office: Client, address: str, log: Log, day: str, known: str, weeks: str
) -> None:
    log(waiting=True, received_on=days_ago(300), registered_at=noon(days_ago(1)))
    log(withdrawn=True, category=Category.objects.first())
    log(waiting=True, outcome=Outcome.DUPLICATE, status=Status.CLOSED, closed_on=days_ago(1))
    query = {"dato": f"{days_ago(int(day)):%d.%m.%Y}"} if day else {}
    page = office.get(address, query | ({"kjent": known} if known else {}) | {"siste": weeks})
    found = leading(page)
    assert len(found) > 8
    for href, number in found:
        if number.isdigit():
            assert listed(office, href) == int(number), href
    days = {number.split()[0] for _href, number in found if number.endswith(("dag", "dager"))}
    assert days and not [number for _href, number in found if not re.match(r"\d+( dager?|\s%)?$", number)]


@pytest.mark.usefixtures("busy")
def test_the_longest_wait_and_the_share_within_target_lead_to_their_rows_too(
    office: Client, address: str
) -> None:
    made = grids(office.get(address))
    within, longest = made["priority"].rows[0].cells[2], made["priority more"].rows[0].cells[1]
    assert within.value.startswith("43") and listed(office, within.href) == 3  # of 7
    oldest = office.get(longest.href).context["table"].records
    assert oldest and {f"{one.gross_days} dager" for one in oldest} == {longest.value}
    assert {one.priority for one in oldest} == {2}
    assert made["priority"].rows[1].cells[2].href == ""  # nobody is
    assert "Medianer og andre tall som regnes ut av mange, har ingen egne rader." in text(office.get(address))


@pytest.mark.usefixtures("busy")
def test_shares_over_target_lead_to_those_over_target(office: Client, address: str) -> None:
    page = office.get(address, {"vis": "over"})
    assert shown(page) == [[100, None, None, 57], [0, 100, None, 25], [57, 100, None, 45]]
    assert "5 av 11 som venter, er over fristen, 45 %. Uten prioritet er det ingen frist." in text(page)
    chart = page.context["board"].heat.chart
    numbers = [[cell.of for cell in row.cells] for row in chart.rows]
    assert [[listed(office, one.href) for one in row if one.href] for row in numbers] == [[4], [1]]
    assert [listed(office, total.href) for total in (*chart.totals, chart.whole) if total.href] == [4, 1, 5]


@pytest.mark.usefixtures("busy")
def test_the_two_faces_of_the_table_lead_to_each_other_on_the_same_day(office: Client, address: str) -> None:
    day = f"dato={days_ago(5):%d.%m.%Y}&kjent=then"
    for query, current in ((day, "Antall som venter"), (f"{day}&vis=over", "Andel over frist")):
        switch = {str(link.label): link for link in office.get(f"{address}?{query}").context["switch"]}
        assert [label for label, link in switch.items() if link.current] == [current]
        assert switch["Antall som venter"].url == f"{address}?{day}"
        assert switch["Andel over frist"].url == f"{address}?{day}&vis=over"


def test_a_share_of_nought_is_a_figure_too(office: Client, address: str, log: Log) -> None:
    log(waiting=True)
    page = text(office.get(address, {"vis": "over"}))
    assert "0 av 1 som venter, er over fristen, 0 %." in page and '<table class="heat">' in page


@pytest.mark.usefixtures("busy")
def test_the_sums_are_the_dashboards(office: Client, address: str) -> None:
    dashboard = office.get(address.removesuffix("fordeling/"))
    waiting = dashboard.context["report"].waiting.figure.value
    page = office.get(address)
    assert shown(page)[-1][-1] == waiting == 11
    for id in ("category", "priority", "source", "therapist"):
        *parts, whole = (int(cells[0]) for cells in rows(page, id).values())
        assert sum(parts) == whole == waiting


def test_of_an_earlier_day_therapists_lead_to_their_cases_and_it_is_said_whose_they_are(
    office: Client, address: str, log: Log
) -> None:
    log(waiting=True, assigned=True, received_on=days_ago(30))
    page = office.get(address, {"dato": f"{days_ago(5):%d.%m.%Y}"})
    [row, _nobody] = grids(page)["therapist"].rows
    assert "&therapist=" in row.cells[0].href and listed(office, row.cells[0].href) == 1
    assert "Hver sak står hos den ergoterapeuten som har den nå" in text(page)
    then = office.get(address, {"dato": f"{days_ago(5):%d.%m.%Y}", "kjent": "then"})
    assert "som har den nå" not in text(then)


def test_a_therapist_whom_the_list_does_not_offer_leads_nowhere(
    office: Client, address: str, log: Log, other_municipality: Municipality
) -> None:
    """Who has left and has nothing open here: the list could not be narrowed, and would show everybody's."""
    gone = log(closed=True).therapist
    gone.employments.update(valid_to=days_ago(1))
    page = office.get(address)
    assert rows(page, "therapist")[gone.name] == ["0", "0", "–", "–", "1"]
    row = next(row for row in grids(page)["therapist"].rows if row.name == gone.name)
    assert not any(cell.href for cell in row.cells)


def test_where_nobody_waits_it_is_said(office: Client, address: str) -> None:
    page = office.get(address)
    assert "Ingen sto på venteliste ved utgangen av denne dagen." in text(page)
    assert page.context["board"].heat is None and "<svg" not in text(page)
    nothing = ["0", "0", "–", "–", "0"]
    assert rows(page, "therapist") == {"Ikke fordelt": nothing, "I alt": nothing}
    assert set(grids(page)) == {"therapist"}


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_odd_addresses_are_answered(office: Client, address: str, log: Log, query: str) -> None:
    log(waiting=True)
    assert office.get(f"{address}?{query}").status_code == 200


def test_the_recipe_is_kept_and_shown(office: Client, address: str) -> None:
    page = office.get(address)
    recipe = page.context["report"].recipe
    assert "Definisjoner versjon 1" in text(page)
    assert f"Oppskrift <code>{recipe.hash}</code>" in text(page)
    assert [kept.hash for kept in KeptRecipe.objects.all()] == [recipe.hash]


@pytest.mark.usefixtures("busy")
def test_the_figures_can_be_taken_along_as_they_stand_there(
    office: Client, address: str, therapist: Therapist
) -> None:
    page = office.get(address)
    as_csv, as_json = (office.get(address, {"fil": kind}) for kind in ("csv", "json"))
    figures, report = json.loads(as_json.content), page.context["report"]
    assert figures["waiting"] == report.whole.waiting.value == 11
    told = [one["waiting"] for one in figures["by_category_and_priority"]]
    assert told == [cell.waiting.value for row in report.cells for cell in row]
    assert [(one["name"], one["waiting"], one["started"]) for one in figures["by_therapist"]] == [
        (one.name, one.waiting.value, one.moved.started.value) for one in report.by_therapist
    ]
    assert f"source;{Source.HOSPITAL.value};{Source.HOSPITAL.label};waiting;3" in as_csv.content.decode()
    assert f";{therapist.name};started;2" in as_csv.content.decode()
    assert 'filename="fordeling-' in as_json.headers["Content-Disposition"]


def test_what_emergency_access_had_opened_is_told_in_the_recipe_and_not_made_again(
    address: str, log: Log, municipality: Municipality, therapist_user: User, client_for: ClientFor
) -> None:
    north, south = (UnitFactory(municipality=municipality, name=name) for name in ("Nord", "Sør"))
    Membership.objects.filter(user=therapist_user).update(unit=north)
    log(waiting=True, unit=north)
    elsewhere = log(waiting=True, unit=south)
    OpeningFactory(person=elsewhere.person, user=therapist_user, emergency=True)
    report = client_for(therapist_user).get(address).context["report"]
    assert report.whole.waiting.value == 2
    assert dict(report.recipe.filters)["opened"] == "yes"
    asked = ("distribution", "--recipe", report.recipe.hash, "--as-staff", therapist_user.username)
    assert "nødtilgang" in refusal(*asked)


# ---------------------------------------------------------------- who sees what


def test_whoever_is_bound_to_a_unit_sees_its_cases_in_every_sum(
    address: str, log: Log, municipality: Municipality, therapist_user: User, client_for: ClientFor
) -> None:
    north, south = (UnitFactory(municipality=municipality, name=name) for name in ("Nord", "Sør"))
    log(waiting=True, unit=north, source=Source.NAV)
    log(waiting=True, unit=south)
    log(started=True, unit=south)
    whole = client_for(therapist_user).get(address).context["report"]
    assert whole.whole.waiting.value == 2
    Membership.objects.filter(user=therapist_user).update(unit=north)
    page = client_for(therapist_user).get(address)
    assert shown(page)[-1][-1] == 1
    assert list(rows(page, "source")) == ["NAV", "I alt"]
    one = ["1", "0", "100 %", "10 dager", "0"]
    assert rows(page, "therapist") == {"Ikke fordelt": one, "I alt": one}
    assert page.context["report"].recipe.hash != whole.recipe.hash
    assert "Bare sakene som enheten din når" in text(page)
    for href, number in leading(page):
        if number.isdigit():
            assert listed(client_for(therapist_user), href) == int(number)


def test_every_role_that_works_with_cases_finds_it_from_the_dashboard(
    client_for: ClientFor, coordinator: User, therapist_user: User, manager: User, address: str
) -> None:
    for user in (coordinator, therapist_user, manager):
        dashboard = client_for(user).get(address.removesuffix("fordeling/"), {"dato": "01.02.2026"})
        assert f'href="{address}?dato=01.02.2026"' in text(dashboard)
        page = client_for(user).get(address, {"dato": "01.02.2026"})
        assert page.status_code == 200
        assert f'href="{address.removesuffix("fordeling/")}?dato=01.02.2026"' in text(page)


@pytest.mark.usefixtures("busy")
def test_for_outsiders_there_is_no_such_page_and_no_word_of_it(
    client_for: ClientFor, county_reader: User, national_reader: User, address: str, therapist: Therapist
) -> None:
    place = address.removesuffix("fordeling/")
    for user in (county_reader, national_reader):
        client = client_for(user)
        assert client.get(address).status_code == 403
        for page in (place, f"{place}utvikling/"):
            told = text(client.get(page))
            assert "fordeling" not in told.lower() and therapist.name not in told


def test_of_another_municipality_nobody_is_told(office: Client, other_municipality: Municipality) -> None:
    assert office.get(f"/oversikt/{other_municipality.code}/fordeling/").status_code == 404
