"""60 months beside each dashboard: for whom, what is said of them, what leads to rows, and what nobody is shown."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.choices import Knowledge
from referrals.models import Category, KeptRecipe, Municipality, Referral, User
from referrals.reports.periods import month_ends
from tests.factories import TODAY, ReferralFactory, days_ago, noon
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]
PICTURES = ["list-size", "waits", "ageing", "flow"]
ENDS = month_ends(TODAY, 60)


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/utvikling/"


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
def years(log: Log) -> None:
    """30 have come since three years ago, one every 35 days; every third has started after 20 days."""
    for number in range(30):
        received = days_ago(1040 - 35 * number)
        if number % 3:
            log(waiting=True, received_on=received)
        else:
            log(started=True, received_on=received, started_on=received + timedelta(days=20))


def sentences(page: HttpResponse) -> dict[str, str]:
    return {picture.id: picture.sentence for picture in page.context["pictures"]}


def chart_of(page: HttpResponse, name: str) -> Any:
    return next(picture.chart for picture in page.context["pictures"] if picture.id == name)


def numbers(page: HttpResponse) -> list[tuple[int, str, float | None]]:
    """Every number of the tables that leads anywhere: the number of its month, the address, and the count."""
    size, aged, moved = (chart_of(page, name) for name in ("list-size", "ageing", "flow"))
    found = [
        (number, href, value)
        for line in size.lines
        for number, (href, value) in enumerate(zip(line.hrefs, line.values, strict=True))
    ]
    for number, column in enumerate(aged.columns):
        found += [(number, column.href, column.total)]
        found += [(number, layer.of.href, layer.of.value) for layer in column.layers]
    for number, flow in enumerate(moved.flows):
        found += [(number, count.href, count.value) for count in flow.counts]
    return [one for one in found if one[1]]


# ---------------------------------------------------------------- what is told


@pytest.mark.usefixtures("years")
def test_four_pictures_with_a_sentence_and_a_table_each(office: Client, address: str) -> None:
    """The sentences begin with the first month-end that is known: the first referral came in May 2023."""
    page = office.get(address)
    assert list(sentences(page)) == PICTURES
    assert text(page).count("<figcaption") == text(page).count("Vis som tabell") == 4
    assert sentences(page) == {
        "list-size": "Ventelisten vokste fra 0 ved utgangen av mai 2023 til 20 ved utgangen av februar 2026.",
        "waits": "Median ventetid gikk opp fra 15 dager ved utgangen av juni 2023 til 499 dager ved utgangen av "
        "februar 2026.",
        "ageing": "Over ett år: opp fra 0 ved utgangen av mai 2023 til 12 ved utgangen av februar 2026.",
        "flow": "De siste 12 hele månedene kom det flere enn det gikk: 11 mot 3. Av dem som gikk, hadde 3 startet.",
    }


@pytest.mark.usefixtures("years")
def test_the_figures_are_of_the_60_month_ends_up_to_the_day(office: Client, address: str) -> None:
    report = office.get(address).context["report"]
    assert [point.on for point in report.trend] == [point.on for point in report.ageing.points] == list(ENDS)
    assert [month.month.last_day for month in report.flow.months] == list(ENDS)
    for point, aged, month in zip(report.trend, report.ageing.points, report.flow.months, strict=True):
        assert point.waiting == aged.waiting == month.waiting
    earlier = office.get(address, {"dato": f"{ENDS[-7]:%d.%m.%Y}"}).context["report"]
    assert earlier.trend[-1] == report.trend[-7] and earlier.ageing.points[-1] == report.ageing.points[-7]
    before = ENDS[-7] - timedelta(days=1)
    assert office.get(address, {"dato": f"{before:%d.%m.%Y}"}).context["report"].trend[-1] == report.trend[-8]


@pytest.mark.usefixtures("years")
def test_every_number_is_the_length_of_the_list_it_leads_to(office: Client, address: str, log: Log) -> None:
    """In the tables all of them, in the drawings those of the last 12 months; and it is said."""
    log(withdrawn=True, received_on=days_ago(500), closed_on=days_ago(400))
    page = office.get(address)
    found = numbers(page)
    shown = re.findall(
        r'<td class="number"><a class="ds-link" data-color="accent" href="([^"]*)">', text(page)
    )
    assert sorted(shown) == sorted(href for _number, href, _count in found)
    tables = re.findall(r'<div class="chart-table".*?</table>', text(page))
    size, waits, *others = (
        re.findall(r'<td class="number">(?:<a[^>]*>)?([1-9][0-9]*)<', one) for one in tables
    )
    assert waits and len(shown) == len(size) + sum(map(len, others))  # none but the times leads nowhere
    for _number, href, count in found[::7]:
        assert office.get(href).context["table"].paginator.count == count > 0, href
    ended = [one for one in found if "status=left" in one[1]]
    for _number, href, count in ended:
        assert office.get(href).context["table"].paginator.count == count == 1, href
    assert ended
    drawn = [
        number
        for number, column in enumerate(chart_of(page, "ageing").columns)
        if any(layer.of.mark_href for layer in column.layers)
    ]
    assert drawn == list(range(48, 60))
    assert "fører hvert antall til radene sine, i søylene bare de siste 12 månedene" in text(page)


@pytest.mark.usefixtures("years")
def test_the_recipe_is_kept_and_shown(office: Client, address: str) -> None:
    page = office.get(address)
    recipe = page.context["report"].recipe
    assert "Definisjoner versjon 1" in text(page)
    assert f"Oppskrift <code>{recipe.hash}</code>" in text(page)
    assert dict(recipe.filters) == {"months": "60"}
    assert [kept.hash for kept in KeptRecipe.objects.all()] == [recipe.hash]


# ---------------------------------------------------------------- both ways to look


def test_then_all_months_are_shown_as_they_were_known_at_the_end_of_the_day(
    office: Client, address: str, log: Log
) -> None:
    for number in range(6):
        log(waiting=True, received_on=days_ago(70 + number))
    log(waiting=True, received_on=days_ago(60), registered_at=noon(days_ago(9)))
    for day, then, now in ((days_ago(10), 6, 7), (days_ago(9), 7, 7)):
        asked = {"dato": f"{day:%d.%m.%Y}", "kjent": "then"}
        page = office.get(address, asked)
        assert page.context["report"].recipe.knowledge == Knowledge.THEN
        assert f"det som var kjent ved slutten av {day:%d.%m.%Y}" in text(page)
        known = office.get(address, asked | {"kjent": "now"})
        assert "slik vi nå vet at de var" in text(known)
        for name, waiting in (("then", then), ("now", now)):
            report = (page if name == "then" else known).context["report"]
            assert report.trend[-1].waiting.value == report.ageing.points[-1].waiting.value == waiting
            assert report.flow.months[-1].waiting.value == waiting


@pytest.mark.usefixtures("years")
def test_then_of_the_lists_only_that_of_the_day_itself_can_be_opened(
    office: Client, address: str, log: Log
) -> None:
    log(waiting=True, received_on=days_ago(60), registered_at=noon(days_ago(9)))
    day = f"{ENDS[-1]:%d.%m.%Y}"
    page = office.get(address, {"dato": day, "kjent": "then"})
    found = numbers(page)
    of_lists = [number for number, href, _count in found if "/kom-og-gikk/" not in href]
    assert set(of_lists) == {59} and len(of_lists) < len(found)
    for _number, href, count in found:
        assert "kjent=then" in href
        assert office.get(href).context["table"].paginator.count == count, href
    assert "Lister for andre dager, slik de var kjent" in text(page)
    today = numbers(office.get(address, {"kjent": "then"}))
    assert today and all("/kom-og-gikk/" in href for _number, href, _count in today)


@pytest.mark.usefixtures("years")
def test_the_dashboard_of_a_day_leads_to_the_same_way_of_looking(office: Client, address: str) -> None:
    asked = {"dato": f"{days_ago(50):%d.%m.%Y}", "kjent": "then"}
    dashboard = text(office.get(address.removesuffix("utvikling/"), asked))
    page = office.get(address, asked)
    assert f'href="{address}{page.context["form"].query}"' in dashboard.replace("&amp;", "&")
    assert page.context["report"].recipe.knowledge == Knowledge.THEN


# ---------------------------------------------------------------- nothing to tell


def test_an_empty_place_and_a_first_month_are_said_in_words(office: Client, address: str, log: Log) -> None:
    for step in ("empty", "first month"):
        page = office.get(address)
        assert page.context["pictures"] == () and "<svg" not in text(page), step
        assert "Ingenting er kjent om disse 60 månedene." in text(page)
        assert "Bare hele måneder vises" in text(page)
        log(waiting=True, received_on=days_ago(3))


def test_before_the_first_referral_it_is_said_since_when_anything_is_known(
    office: Client, address: str, log: Log
) -> None:
    log(waiting=True, received_on=days_ago(100))
    page = office.get(address, {"dato": "01.01.2020"})
    assert f"Det finnes ingen opplysninger her fra før {days_ago(100):%d.%m.%Y}" in text(page)


def test_with_all_hidden_the_sentences_say_so(
    client_for: ClientFor, county_reader: User, log: Log, address: str
) -> None:
    for _number in range(3):
        log(waiting=True, received_on=days_ago(1900))
    page = client_for(county_reader).get(address)
    told = sentences(page)
    assert list(told) == PICTURES
    for sentence in told.values():
        assert sentence.endswith("Ingen tall kan vises: De er for små til å vises utenfor kommunen.")
    assert not re.search(r">3<", text(page)) and "vokste" not in text(page)


# ---------------------------------------------------------------- who sees what


@pytest.mark.usefixtures("years")
def test_it_is_linked_from_each_dashboard_of_the_same_day_and_leads_back(
    client_for: ClientFor,
    manager: User,
    county_reader: User,
    national_reader: User,
    municipality: Municipality,
) -> None:
    place, county = f"/oversikt/{municipality.code}/", f"/oversikt/fylke/{municipality.county.code}/"
    for user, home in (
        (manager, place),
        (county_reader, place),
        (county_reader, county),
        (national_reader, place),
        (national_reader, county),
        (national_reader, "/oversikt/landet/"),
    ):
        client, day = client_for(user), {"dato": "15.01.2026"}
        assert f'href="{home}utvikling/?dato=15.01.2026"' in text(client.get(home, day)), home
        page = client.get(f"{home}utvikling/", day)
        assert page.status_code == 200
        assert page.context["trail"][-1].url == f"{home}?dato=15.01.2026"


@pytest.mark.usefixtures("years")
def test_outsiders_see_no_small_number_and_no_way_to_rows(
    client_for: ClientFor, county_reader: User, national_reader: User, address: str
) -> None:
    for user in (county_reader, national_reader):
        page = client_for(user).get(address)
        assert not numbers(page) and "venteliste" not in " ".join(re.findall(r'href="([^"]*)"', text(page)))
        points = page.context["report"].ageing.points
        assert all(figure.value not in range(1, 5) for point in points for figure in point.bands)
        assert "Små tall er skjult" in text(page)
        assert "for lite til å vises utenfor kommunen" in sentences(page)["ageing"]


def test_it_opens_for_those_for_whom_the_dashboard_does(
    client_for: ClientFor,
    manager: User,
    county_reader: User,
    national_reader: User,
    privacy_officer: User,
    municipality: Municipality,
    other_municipality: Municipality,
) -> None:
    counties = [one.county.code for one in (municipality, other_municipality)]
    homes = [
        *(f"/oversikt/{one.code}/" for one in (municipality, other_municipality)),
        *(f"/oversikt/fylke/{code}/" for code in counties),
        "/oversikt/fylkene/",
        "/oversikt/landet/",
    ]
    for user in (manager, county_reader, national_reader, privacy_officer):
        client = client_for(user)
        for home in homes:
            assert client.get(f"{home}utvikling/").status_code == client.get(home).status_code, (user, home)


def test_all_counties_of_a_reader_together(
    client_for: ClientFor, county_reader: User, other_municipality: Municipality
) -> None:
    county_reader.memberships.get().counties.add(other_municipality.county)
    page = client_for(county_reader).get("/oversikt/fylkene/utvikling/")
    assert page.status_code == 200 and "Fylkene dine" in text(page)


@pytest.mark.parametrize(
    "query", ["dato=31.02.2026", "dato=01.01.2030", "dato=%00", "kjent=then", "dato=01.01.1900"]
)
def test_odd_addresses_are_answered(office: Client, address: str, log: Log, query: str) -> None:
    log(waiting=True)
    assert office.get(f"{address}?{query}").status_code == 200
