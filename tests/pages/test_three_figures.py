"""The three figures on the dashboards: for staff, for readers, with nobody on the list, and on other days."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.choices import Status
from referrals.models import Category, Municipality, Referral, User
from tests.factories import TODAY, ReferralFactory, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]
TITLES = ["Venter nå", "Startet i perioden", "Beregnet for en henvisning mottatt i dag"]


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/"


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    def make(**traits: object) -> Referral:
        return ReferralFactory(**{"municipality": municipality, "category": category} | traits)

    return make


@pytest.fixture
def year(log: Log) -> None:
    """24 started after 30 days, one of them long ago after 100; 30 wait, since 200 days; 6 have moved."""
    for _number in range(24):
        log(waiting=True, status=Status.STARTED, received_on=days_ago(40), started_on=days_ago(10))
    log(waiting=True, status=Status.STARTED, received_on=days_ago(400), started_on=days_ago(300))
    for _number in range(30):
        log(waiting=True, received_on=days_ago(200))
    for _number in range(6):
        log(withdrawn=True, received_on=days_ago(40), closed_on=days_ago(20))


def section(page: HttpResponse) -> str:
    found = re.search(r'<section class="three-figures".*?</section>', text(page))
    assert found
    return found.group()


def facts(page: HttpResponse) -> dict[str, str]:
    """Every figure of the three cards by its label, without the same in weeks or months."""
    shown = re.sub(r"</?a\b[^>]*>", "", section(page))
    found = re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*?) ?(?:<span[^>]*>[^<]*</span>)?</dd>", shown)
    return {label: value.strip() for label, value in found}


@pytest.mark.usefixtures("year")
def test_staff_see_three_figures_beside_each_other(office: Client, address: str) -> None:
    page = office.get(address)
    assert re.findall(r"<h3[^>]*>([^<]*)</h3>", section(page)) == TITLES
    assert facts(page) == {
        "Halvparten har ventet så lenge eller lenger": "200 dager",
        "9 av 10 har ventet kortere enn (P90)": "200 dager",
        "Henvisninger": "25",
        "Halvparten hadde ventet så lenge eller lenger": "30 dager",
        "9 av 10 hadde ventet kortere enn (P90)": "30 dager",
        "Gjennomsnitt, som noen få lange ventetider trekker opp": "33 dager",
        "Halvparten har startet innen": "Kan ikke beregnes",
        "8 av 10 har startet innen": "Kan ikke beregnes",
        "Halvparten venter ikke lenger, uansett grunn, innen": "30 dager",
        "8 av 10 venter ikke lenger, uansett grunn, innen": "Kan ikke beregnes",
        "Slutter uten å starte": "10 %",
    }
    assert "ligger utenfor den lengste ventetiden" in section(page)
    assert (
        "Bygger på oppstartene i disse tolv månedene: 25. Lengste observerte ventetid er 200 dager."
        in section(page)
    )


@pytest.mark.usefixtures("year")
def test_why_the_three_differ_is_said(office: Client, address: str) -> None:
    assert "Får bare prioritet 1 hjelp, ser ventetiden til dem som startet, fin ut" in section(
        office.get(address)
    )


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize(
    ("query", "count", "period"),
    [
        ("", "25", "18.03.2025–16.03.2026"),
        ("?uker=52", "25", "18.03.2025–16.03.2026"),
        ("?uker=13", "24", "16.12.2025–16.03.2026"),
        ("?uker=7", "25", "18.03.2025–16.03.2026"),
        ("?uker=%00", "25", "18.03.2025–16.03.2026"),
    ],
)
def test_the_period_of_the_starts_is_chosen_and_the_estimates_is_not(
    office: Client, address: str, query: str, count: str, period: str
) -> None:
    shown = section(office.get(f"{address}{query}"))
    assert f"Hvor lenge de hadde ventet som fikk første kontakt {period}" in shown
    assert f">{count}<" in shown
    assert "Hvis alt fortsetter som de siste tolv månedene, 17.03.2025–16.03.2026." in shown
    assert shown.count('aria-current="true"') == 1


@pytest.mark.usefixtures("year")
def test_the_links_to_a_period_keep_the_day(office: Client, address: str) -> None:
    page = office.get(address, {"dato": f"{days_ago(20):%d.%m.%Y}"})
    assert "Beregnet for en henvisning mottatt den dagen" in section(page)
    assert f'href="?dato={days_ago(20):%d.%m.%Y}&uker=13#three-title"' in section(page)


@pytest.mark.usefixtures("year")
def test_by_category_and_priority(office: Client, address: str, category: Category) -> None:
    shown = section(office.get(address))
    rows = re.findall(r'<th scope="row">([^<]*)</th>(.*?)</tr>', shown)
    cells = {name: re.findall(r'<td class="number">(?:<a[^>]*>)?([^<]*)<', row) for name, row in rows}
    assert cells[category.name] == cells["Prioritet 2"]
    assert cells["Prioritet 2"] == [
        "30",
        "200 dager",
        "25",
        "30 dager",
        "30 dager",
        "Kan ikke beregnes",
        "Kan ikke beregnes",
    ]


def leading(page: HttpResponse) -> dict[str, list[tuple[str, str]]]:
    """The number and its address of every link of the section, by the row or the card that it stands in."""
    link = r'<a class="ds-link" data-color="accent" href="([^"]*venteliste/[^"]*)">(\d+)</a>'
    found = re.findall(r'<(?:h3[^>]*|th scope="row")>([^<]*)</(.*?)(?=<h3|<th scope|$)', section(page))
    links = {name: re.findall(link, rest) for name, rest in found}
    return {name: [(number, href) for href, number in all_of] for name, all_of in links.items() if all_of}


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("query", [{}, {"uker": "13"}, {"dato": "11.03.2026"}])
def test_each_count_of_staff_is_the_length_of_the_list_it_leads_to(
    office: Client, address: str, log: Log, other_category: Category, query: dict[str, str]
) -> None:
    """Some of another category, one not assessed, and one who started after the earlier day."""
    log(waiting=True, received_on=days_ago(50), category=other_category, priority=1)
    log(started=True, received_on=days_ago(60), started_on=days_ago(20), category=other_category, priority=1)
    log(received_on=days_ago(9))
    log(waiting=True, status=Status.STARTED, received_on=days_ago(60), started_on=days_ago(2))
    found = leading(office.get(address, query))
    assert TITLES[1] in found
    if not query:
        assert len(found) == 2 + 2 + 3  # cards, categories, and two priorities with those who have none
    for name, links in found.items():
        for number, href in links:
            assert office.get(href).context["table"].paginator.count == int(number) > 0, (name, href)


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize(("day", "count"), [(TODAY, 25), (days_ago(15), 1)])
def test_the_starts_of_the_estimate_can_be_opened(
    office: Client, address: str, day: date, count: int
) -> None:
    page = office.get(address, {"dato": f"{day:%d.%m.%Y}"})
    found = re.search(
        rf'månedene: {count}\. .*?<a [^>]*href="([^"]*)">Vis dem som startet</a>', section(page)
    )
    assert found and office.get(found.group(1)).context["table"].paginator.count == count


@pytest.mark.usefixtures("year")
def test_who_started_by_an_earlier_days_priority_leads_to_the_list_that_knows_it(
    office: Client, address: str, log: Log, category: Category
) -> None:
    """The list of today would have the one who was assessed only later, and not by the priority of that day."""
    log(
        started=True,
        received_on=days_ago(30),
        started_on=days_ago(20),
        priority=3,
        prioritised_on=days_ago(3),
    )
    page = office.get(address)
    assert len(leading(page)["Prioritet 3"]) == 1
    by_name = leading(office.get(address, {"dato": f"{days_ago(5):%d.%m.%Y}"}))
    assert len(by_name[category.name]) == 2 and len(by_name["Prioritet 2"]) == 2
    [(number, href)] = by_name["Ikke vurdert"]
    assert "/kom-og-gikk/" in href
    assert office.get(href).context["table"].paginator.count == int(number) == 1


@pytest.mark.usefixtures("year")
def test_as_it_was_known_then_every_number_leads_to_a_list_of_that_day(office: Client, address: str) -> None:
    page = office.get(address, {"dato": f"{days_ago(5):%d.%m.%Y}", "kjent": "then"})
    assert "Lister for andre dager, slik de var kjent" in text(page)
    links = [link for all_of in leading(page).values() for link in all_of]
    assert {href.split("/venteliste/")[1].split("/")[0] for _number, href in links} == {"dag", "kom-og-gikk"}
    for number, href in links:
        assert "kjent=then" in href
        assert office.get(href).context["table"].paginator.count == int(number) > 0, href
    assert "Lister for andre dager" not in text(office.get(address))


@pytest.mark.parametrize(("starts", "shown"), [(19, "For få"), (20, "30 dager")])
def test_nineteen_starts_are_too_few(office: Client, address: str, log: Log, starts: int, shown: str) -> None:
    for _number in range(starts):
        log(waiting=True, status=Status.STARTED, received_on=days_ago(40), started_on=days_ago(10))
    page = office.get(address)
    assert facts(page)["Halvparten har startet innen"] == shown
    assert ("Det må være minst 20 på tolv måneder." in section(page)) is (starts < 20)


def test_on_the_first_day_there_is_nothing_to_tell(office: Client, address: str) -> None:
    page = office.get(address)
    assert facts(page)["Halvparten har startet innen"] == facts(page)["Slutter uten å starte"] == "For få"
    assert facts(page)["Henvisninger"] == "0"
    assert facts(page)["Halvparten hadde ventet så lenge eller lenger"] == "–"
    assert "<details" not in section(page)


def test_a_start_of_today_counts(office: Client, address: str, log: Log) -> None:
    log(waiting=True, status=Status.STARTED, received_on=TODAY, started_on=TODAY)
    assert facts(office.get(address))["Halvparten hadde ventet så lenge eller lenger"] == "0 dager"


@pytest.mark.usefixtures("year")
def test_readers_see_13_weeks_and_no_number_of_few(
    client_for: ClientFor,
    county_reader: User,
    national_reader: User,
    municipality: Municipality,
    address: str,
) -> None:
    """The one who started long ago is in no figure, nor how many starts there are behind the estimate."""
    for user, place in (
        (county_reader, address),
        (county_reader, f"/oversikt/fylke/{municipality.county.code}/"),
        (national_reader, "/oversikt/landet/"),
    ):
        page = client_for(user).get(place)
        shown = facts(page)
        assert shown["Henvisninger"] == "24"
        assert shown["9 av 10 hadde ventet kortere enn (P90)"] == "30 dager"
        assert shown["Halvparten har startet innen"] == "Kan ikke beregnes"
        assert not any("Gjennomsnitt" in label for label in shown)
        assert "Utenfor kommunen vises bare 13 uker" in section(page)
        for told in ("uker=", "Bygger på", "Lengste", "<details"):
            assert told not in section(page)


def test_readers_see_hidden_figures_in_words(
    client_for: ClientFor, county_reader: User, log: Log, address: str
) -> None:
    for _number in range(3):
        log(waiting=True, status=Status.STARTED, received_on=days_ago(40), started_on=days_ago(10))
    shown = facts(client_for(county_reader).get(f"{address}?uker=52"))
    assert shown["Halvparten har startet innen"] == "Skjermet"
    assert shown["Henvisninger"] in ("<5", "Skjermet")
    assert set(shown.values()) <= {"<5", "Skjermet", "0", "–"}


def test_the_three_figures_are_explained_to_anybody(db: None, client: Client) -> None:
    page = text(client.get("/tallene/"))
    for title in ("Tre tall om ventetiden", *TITLES, "Aalen–Johansen"):
        assert title in page
