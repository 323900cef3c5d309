"""Coverage of the country on a day: its states, lists, table and map, and what odd addresses get."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import CoverageState
from referrals.models import KeptRecipe, Municipality, User
from tests.factories import (
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityChangeFactory,
    MunicipalityFactory,
    ReferralFactory,
    days_ago,
)
from tests.pages.country import SERIES, STATES, URL, Country, listed
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]


def test_the_page_shows_what_the_report_says(reader: Client, country: Country) -> None:
    page = reader.get(URL)
    totals = page.context["report"].totals
    assert [totals.states[CoverageState(state)] for state in STATES] == [1, 1, 1, 1, 1]
    shown = {card.label: card.value for card in page.context["cards"]}
    assert shown["Uten egen"] == str(totals.without_own) == "3"
    assert "3 av 5 kommuner er uten egen ergoterapeut" in markup(page)


def test_those_without_their_own_are_listed_by_county_with_links(reader: Client, country: Country) -> None:
    page = reader.get(URL)
    assert listed(page) == [country.agreement.code, country.none.code, country.purchased.code]
    for place in (country.agreement, country.none, country.purchased):
        assert f'href="/dekning/{place.code}/"' in markup(page)


def test_every_municipality_is_in_the_table(reader: Client, country: Country) -> None:
    assert len(reader.get(URL).context["table"].records) == 5


def test_the_number_on_a_card_is_the_length_of_the_list_it_leads_to(reader: Client, country: Country) -> None:
    for card in reader.get(URL).context["cards"][:-1]:
        if card.href:
            assert len(listed(reader.get(URL + card.href.removesuffix("#list")))) == int(card.value)


def test_one_county_has_its_own_totals_list_and_frame(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"fylke": "59", "tilstand": "none"})
    assert page.context["totals"].municipalities == 4
    assert listed(page) == [country.none.code]
    assert len(page.context["table"].records) == 4
    assert 'class="c2 r1 chosen"' in markup(page)
    assert "Dekning i Nordfylket" in markup(page)


def test_an_empty_list_says_so(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"fylke": country.own.county.code})
    assert "Ingen kommuner er på denne listen på denne datoen." in markup(page)


def test_an_earlier_day_is_shown_as_it_was(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"dato": f"{days_ago(101):%d.%m.%Y}"})
    states = {row.code: row.state for row in page.context["report"].rows}
    assert states[country.none.code] == CoverageState.UNKNOWN
    assert "slik vi nå vet at de var" in markup(page)
    assert f"/dekning/{country.agreement.code}/?dato={days_ago(101):%d.%m.%Y}" in markup(page)


def test_before_anything_is_known_the_page_says_so(reader: Client, municipality: Municipality) -> None:
    CoverageStatementFactory(municipality=municipality, valid_from=days_ago(100))
    page = reader.get(URL, {"dato": f"{days_ago(101):%d.%m.%Y}"})
    assert "Vi har ingen opplysninger om noen av de 1 kommunene" in markup(page)
    assert f"Det finnes ingen opplysninger her fra før {days_ago(100):%d.%m.%Y}." in markup(page)


@pytest.mark.parametrize("address", [URL, SERIES, f"{URL}{{code}}/"])
def test_the_first_day_is_the_first_of_2018(reader: Client, country: Country, address: str) -> None:
    address = address.format(code=country.own.code)
    for day in ("31.12.2017", "01.01.1900"):
        page = reader.get(address, {"dato": day})
        assert page.context["form"].errors["dato"] == ["Datoen kan ikke være før 01.01.2018"]
        assert f"«{day}» kan ikke vises. Dette er tallene for i dag." in markup(page)
    page = reader.get(address, {"dato": "01.01.2018"})
    assert page.context["form"].day == date(2018, 1, 1) and not page.context["form"].errors


@pytest.mark.parametrize(
    "asked",
    [
        f"{TODAY + timedelta(days=1):%d.%m.%Y}",
        "31.02.2026",
        "i går",
        "2026",
        "00.00.0000",
        "9" * 5000,
        "🦊",
        "<b>",
    ],
)
def test_an_impossible_day_is_answered_in_the_form_and_today_is_shown(
    reader: Client, country: Country, asked: str
) -> None:
    page = reader.get(URL, {"dato": asked})
    assert page.status_code == 200
    assert page.context["report"].on == TODAY
    assert page.context["form"].errors["dato"]
    assert "Dette er tallene for i dag." in markup(page)
    assert "<title>Feil:" in markup(page)
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize("query", [{"fylke": "58"}, {"tilstand": "nonsense"}, {"fylke": "", "tilstand": ""}])
def test_a_choice_that_does_not_exist_narrows_nothing(reader: Client, country: Country, query: dict) -> None:
    page = reader.get(URL, query)
    assert page.status_code == 200
    assert page.context["totals"].municipalities == 5


@pytest.mark.parametrize("page", ["-1", "99", "abc"])
def test_the_table_has_one_page_whatever_the_address_asks(
    reader: Client, country: Country, page: str
) -> None:
    table = reader.get(URL, {"page": page, "per_page": "100000", "sort": "unknown"}).context["table"]
    assert len(table.records) == 5


def test_every_column_sorts_both_ways(reader: Client, country: Country) -> None:
    names = [header.name for header in reader.get(URL).context["table"].headers if header.aria_sort]
    assert names == list(reader.get(URL).context["table"].Meta.fields)
    for name in names:
        for sort in (name, f"-{name}"):
            assert len(reader.get(URL, {"sort": sort}).context["table"].records) == 5


def test_a_reader_of_a_county_sees_it_first(
    client_for: ClientFor, county_reader: User, country: Country, other_municipality: Municipality
) -> None:
    EmploymentFactory(municipality=MunicipalityFactory(county=country.own.county), purchased=True)
    lists = client_for(county_reader).get(URL).context["lists"]
    assert [one.is_own for one in lists] == [True, False]
    assert lists[0].county.code == country.own.county.code


def test_the_map_is_coloured_as_asked_and_keeps_what_else_is_chosen(reader: Client, country: Country) -> None:
    query = {"farge": "arsverk", "fylke": "59", "definisjon": "attached", "dato": "31.12.2025"}
    page = reader.get(URL, query)
    assert "Norge etter årsverk" in markup(page)
    assert "Prøvdal: 0,75 årsverk per 10 000 innbyggere" in markup(page)
    assert '<input type="hidden" name="farge" value="arsverk"' in markup(page)
    address = "?farge=venter&amp;fylke=59&amp;definisjon=attached&amp;dato=31.12.2025#map-choices"
    assert f'href="{address}"' in markup(page)
    assert "?farge=arsverk&amp;fylke=59&amp;definisjon=attached#map-choices" in markup(page), "today"
    chosen = [
        choice.label for choice in (*page.context["years"], *page.context["shades"]) if choice.is_chosen
    ]
    assert chosen == ["2025", "Årsverk per 10\xa0000 innbyggere"]
    assert reader.get(URL, {"farge": "<b>"}).context["map"].title == "Norge etter dekning"


def test_on_an_earlier_day_the_page_says_where_the_borders_of_the_day_are(
    reader: Client, country: Country
) -> None:
    MunicipalityChangeFactory(old_code="5999", new_code=country.own.code, valid_from=days_ago(50))
    query = {"dato": f"{days_ago(60):%d.%m.%Y}", "definisjon": "attached"}
    page = reader.get(URL, query)
    asked = f"dato={days_ago(60):%d.%m.%Y}&amp;definisjon=attached&amp;grenser=day"
    assert f'href="{SERIES}?{asked}"' in markup(page)
    assert f'href="?{asked}&amp;fil=csv"' in markup(page)
    table = reader.get(URL, query | {"grenser": "day", "fil": "csv"}).content.decode()
    assert "5999" in table and country.own.code not in table
    todays = reader.get(URL, query | {"fil": "csv"}).content.decode()
    assert country.own.code in todays and "5999" not in todays
    assert "grenser=day" not in markup(reader.get(URL)), "today they are the same"


def test_the_slider_leads_to_the_end_of_its_month_and_keeps_what_else_is_chosen(
    reader: Client, country: Country
) -> None:
    query = {"farge": "arsverk", "fylke": "59", "dato": "31.12.2025"}
    page = reader.get(URL, query)
    assert 'type="range" id="slider-month" name="maned" min="1" max="99" step="1" value="96"' in markup(page)
    assert '<output class="day-slider__day" for="slider-month">31.12.2025</output>' in markup(page)
    moved = reader.get(URL, query | {"maned": "84"})
    assert (moved.status_code, moved.url) == (302, f"{URL}?farge=arsverk&fylke=59&dato=31.12.2024")
    assert reader.get(moved.url).context["report"].on == date(2024, 12, 31)
    assert reader.get(URL, {"maned": "99"}).url == URL, "today"


@pytest.mark.parametrize("asked", ["0", "100", "-1", "1.5", "mars", "", "9" * 5000, "<b>"])
def test_a_month_that_there_is_not_changes_no_day(reader: Client, country: Country, asked: str) -> None:
    assert reader.get(URL, {"maned": asked}).url == URL
    assert reader.get(URL, {"maned": asked, "dato": "31.12.2025"}).url == f"{URL}?dato=31.12.2025"


def test_staffing_against_waits_shows_no_small_number(reader: Client, country: Country) -> None:
    ReferralFactory(municipality=country.own, over_a_year=True)
    against = reader.get(URL).context["against"]
    assert against.chart.is_empty
    assert against.sentence.startswith("Ikke mulig å si")
    assert against.left_out.startswith("1 kommune er utelatt")


def test_the_map_of_waits_hides_small_numbers(reader: Client, country: Country) -> None:
    ReferralFactory(municipality=country.own, over_a_year=True)
    page = reader.get(URL, {"farge": "venter"})
    tile = next(tile for tile in page.context["map"].chart.tiles if country.own.code in tile.href)
    assert (tile.tone, tile.text) in {("q0", "<5"), ("q0", ":")}


# ---------------------------------------------------------------- together with the other pages of coverage


def test_both_pages_keep_and_show_the_recipe(reader: Client, country: Country) -> None:
    whole, one = reader.get(URL), reader.get(f"{URL}{country.agreement.code}/")
    coverage, waits = one.context["report"].recipe.hash, one.context["waits_recipe"].hash
    assert f"Oppskrift <code>{whole.context['report'].recipe.hash}</code>. " in markup(whole)
    told = f"Oppskrift <code>{coverage}</code> (dekningen), <code>{waits}</code> (de som venter). "
    assert told in markup(one)
    assert markup(one).count('<p class="recipe">') == 1
    assert set(KeptRecipe.objects.values_list("hash", flat=True)) == {coverage, waits}


def test_the_queries_are_the_same_for_few_and_many_municipalities(reader: Client, country: Country) -> None:
    def asked(address: str) -> int:
        reader.get(address)
        with CaptureQueriesContext(connection) as queries:
            reader.get(address)
        return len(queries)

    addresses = (URL, SERIES, f"{URL}{country.agreement.code}/")
    few = [asked(address) for address in addresses]
    for place in MunicipalityFactory.create_batch(30, county=country.none.county):
        EmploymentFactory(municipality=place)
        CoverageAgreementFactory(provider=country.own, recipient=place)
    assert [asked(address) for address in addresses] == few
