"""The dashboards: the report's numbers, links to exactly their rows, who sees what, odd days, nobody at all."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import Knowledge
from referrals.models import Category, County, Municipality, Referral, User
from referrals.permissions import Role
from tests.factories import (
    TODAY,
    MembershipFactory,
    MunicipalityFactory,
    ReferralFactory,
    UserFactory,
    days_ago,
    noon,
)
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/"


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
def busy(log: Log, other_category: Category) -> None:
    """Something of every kind: 12 wait, 5 of them over target, 2 over a year, 3 not assessed, 1 on hold."""
    for _number in range(3):
        log()
        log(waiting=True, category=other_category)
        log(overdue=True)
    for _number in range(2):
        log(over_a_year=True)
        log(started=True)
    log(paused=True)
    log(closed=True)
    log(withdrawn=True)


def cards(page: HttpResponse) -> dict[str, str]:
    """The numbers on the page by their labels, as they are read."""
    found = re.findall(
        r'key-figure__label">([^<]*)</span> <span class="key-figure__value"[^>]*><strong>([^<]*)<', text(page)
    )
    return dict(found)


def links(page: HttpResponse) -> dict[str, str]:
    board = page.context["board"]
    return {card.label: card.href for card in (*board.now, *board.recent) if card.href}


LONGEST = 2  # have waited as long as nobody else, where something of every kind waits
NO_ROWS = (
    "Antall fører til radene de teller. Medianer og andre tall som regnes ut av mange, har ingen egne rader."
)


def rows_of(label: str, shown: dict[str, str]) -> int:
    """How many rows are behind a card: its count, of a share its first part; of the longest wait one or more."""
    if label == "Innenfor frist":
        return int(shown["Venter"]) - int(shown["Over frist"]) - int(shown["Ikke vurdert"])
    return LONGEST if label == "Lengste ventetid" else int(shown[label])


# ---------------------------------------------------------------- the numbers


@pytest.mark.usefixtures("busy")
def test_the_numbers_on_the_page_are_the_reports(office: Client, address: str) -> None:
    page = office.get(address)
    report, flow, shown = page.context["report"], page.context["flow"], cards(page)
    assert shown["Venter"] == str(report.waiting.figure.value) == "12"
    assert shown["Over frist"] == str(report.over_target.figure.value) == "5"
    assert shown["Over ett år"] == str(report.over_a_year.figure.value) == "2"
    assert shown["Ikke vurdert"] == str(report.not_assessed.figure.value) == "3"
    assert shown["Satt på vent"] == str(report.paused.figure.value) == "1"
    assert shown["Nye henvisninger"] == str(flow.referred.figure.value)
    assert shown["Startet"] == str(flow.started.figure.value) == "3"
    assert shown["Gikk ut av listen på annen måte"] == str(flow.other_ends.figure.value) == "1"
    assert shown["Innenfor frist"] == "44 %"  # 4 of the 9 who are assessed
    assert shown["Lengste ventetid"] == "366 dager"


@pytest.mark.usefixtures("busy")
def test_every_headline_number_is_the_length_of_the_list_it_leads_to(office: Client, address: str) -> None:
    page = office.get(address)
    shown, leading = cards(page), links(page)
    assert {"Venter", "Over frist", "Over ett år", "Ikke vurdert", "Satt på vent"} <= set(leading)
    assert {"Nye henvisninger", "Startet", "Gikk ut av listen på annen måte"} <= set(leading)
    for label, href in leading.items():
        assert office.get(href).context["table"].paginator.count == rows_of(label, shown), label


@pytest.mark.usefixtures("busy")
def test_what_no_number_of_rows_is_says_why_it_leads_nowhere(
    office: Client, client_for: ClientFor, county_reader: User, address: str
) -> None:
    page = office.get(address)
    nowhere = set(cards(page)) - set(links(page))
    assert nowhere == {
        "Median ventetid",
        "9 av 10 har ventet kortere enn (P90)",
        "Belastning",
        "Å tømme ventelisten tar",
    }
    assert NO_ROWS in text(page)
    assert NO_ROWS not in text(client_for(county_reader).get(address))


@pytest.mark.usefixtures("busy")
def test_who_is_within_target_is_listed_and_so_is_the_one_who_has_waited_longest(
    office: Client, address: str
) -> None:
    leading = links(office.get(address))
    within = office.get(leading["Innenfor frist"]).context["table"].records
    assert len(within) == 4 and all(one.days_left >= 0 for one in within)
    longest = office.get(leading["Lengste ventetid"])
    assert {one.gross_days for one in longest.context["table"].records} == {366}
    assert '<option value="366-366" selected>366 dager</option>' in text(longest)
    assert "Innenfor frist" in text(office.get(leading["Innenfor frist"])).split("Vis bare")[1]


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("query", ["", "?dato={day}", "?dato={day}&kjent=then"])
def test_every_number_in_the_tables_of_the_charts_is_the_length_of_the_list_it_leads_to(
    office: Client, address: str, query: str
) -> None:
    """Over target and the others too, of each week, priority and category; nothing but nought leads nowhere."""
    page = text(office.get(address + query.format(day=f"{days_ago(3):%d.%m.%Y}")))
    for id, columns in (("distribution", 2), ("priorities", 2), ("categories", 2)):
        table = page.split(f'aria-labelledby="{id}-title"')[-1].split("<tbody>")[1].split("</tbody>")[0]
        for row in table.split("</tr>")[:-1]:
            counts = re.findall(r'<td class="number">(.*?)</td>', row)[:columns]
            for cell in counts:
                assert cell == "0" or "href" in cell, (id, row)
                if cell != "0":
                    href, number = re.search(r'href="([^"]*)">(\d+)</a>', cell).groups()
                    assert office.get(href).context["table"].paginator.count == int(number), href


@pytest.mark.usefixtures("busy")
def test_each_part_of_a_bar_leads_to_its_own_rows(office: Client, address: str) -> None:
    board = office.get(address).context["board"]
    for chart in (picture.chart for picture in board.by_group):
        for segment in (segment for bar in chart.bars for segment in bar.segments if segment.value):
            assert office.get(segment.href).context["table"].paginator.count == segment.value
    over = [column for column in board.over_time[0].chart.columns if column.of.over]
    assert sum(column.of.over for column in over) == 5
    for column in over:
        assert office.get(column.of.over_href).context["table"].paginator.count == column.of.over


@pytest.mark.usefixtures("busy")
def test_every_column_and_bar_is_the_length_of_the_list_it_leads_to(office: Client, address: str) -> None:
    board = office.get(address).context["board"]
    drawn = {picture.id: picture.chart for picture in (*board.over_time, *board.by_group)}
    columns = [(column.of.href, column.of.count) for column in drawn["distribution"].columns]
    rows = [(bar.href, bar.shown_total) for id in ("priorities", "categories") for bar in drawn[id].bars]
    leading = [(href, count) for href, count in columns + rows if href]
    assert sum(count for href, count in leading) == 3 * 12
    for href, count in leading:
        assert office.get(href).context["table"].paginator.count == count, href


@pytest.mark.usefixtures("busy")
def test_every_month_end_is_the_length_of_the_list_it_leads_to(office: Client, address: str) -> None:
    board = office.get(address).context["board"]
    (line,) = next(picture.chart.lines for picture in board.over_time if picture.id == "list-size")
    leading = [(href, value) for href, value in zip(line.hrefs, line.values, strict=True) if value]
    assert len(leading) == 12 and all(href for href, _value in leading)
    for href, count in leading:
        assert office.get(href).context["table"].paginator.count == count, href


@pytest.mark.usefixtures("busy")
def test_readers_are_told_why_the_longest_wait_is_left_out(
    client_for: ClientFor, office: Client, county_reader: User, address: str
) -> None:
    why = "Lengste ventetid vises ikke utenfor kommunen: Den gjelder én enkelt innbygger."
    assert why in text(client_for(county_reader).get(address))
    assert why not in text(office.get(address))


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("known", Knowledge)
def test_every_number_of_an_earlier_day_is_the_length_of_its_list(
    office: Client, address: str, log: Log, known: Knowledge
) -> None:
    log(started=True, received_on=days_ago(300), started_on=days_ago(250))
    log(waiting=True, received_on=days_ago(300), registered_at=noon(days_ago(1)))
    page = office.get(address, {"dato": f"{days_ago(200):%d.%m.%Y}", "kjent": known.value})
    in_list = {"Venter", "Over frist", "Ikke vurdert"}
    assert set(links(page)) - in_list == {"Nye henvisninger", "Startet", "Innenfor frist", "Lengste ventetid"}
    for label, href in links(page).items():
        assert office.get(href).context["table"].paginator.count == rows_of(label, cards(page)), label


@pytest.mark.usefixtures("busy")
def test_every_bar_of_an_earlier_day_is_the_length_of_its_list(
    office: Client, address: str, log: Log
) -> None:
    for days in (180, 200, 230, 400):
        log(waiting=True, received_on=days_ago(days), prioritised_on=days_ago(days - 60))
    board = office.get(address, {"dato": f"{days_ago(150):%d.%m.%Y}"}).context["board"]
    drawn = {picture.id: picture.chart for picture in (*board.over_time, *board.by_group)}
    columns = [(column.of.href, column.of.count) for column in drawn["distribution"].columns]
    rows = [(bar.href, bar.shown_total) for id in ("priorities", "categories") for bar in drawn[id].bars]
    leading = [(href, count) for href, count in columns + rows if href]
    assert sum(count for href, count in leading) == 3 * 9
    for href, count in leading:
        assert office.get(href).context["table"].paginator.count == count, href


def test_the_change_is_said_against_13_weeks_before(office: Client, address: str, log: Log) -> None:
    log(waiting=True, received_on=days_ago(100))
    log(waiting=True)
    assert "Én flere enn 13 uker tidligere" in text(office.get(address))


@pytest.mark.usefixtures("busy")
def test_every_chart_has_a_heading_a_sentence_and_a_table(office: Client, address: str) -> None:
    page = text(office.get(address))
    assert page.count("<figcaption") == page.count("Vis som tabell") == 5
    assert all(sentence.strip() for sentence in re.findall(r'<p class="ds-paragraph">([^<]*)</p>', page))
    assert "12 henvisninger venter. 5 er over fristen. 2 har ventet i over ett år." in page


@pytest.mark.usefixtures("busy")
def test_the_recipe_stands_at_the_foot(office: Client, address: str) -> None:
    page = office.get(address)
    assert page.context["report"].recipe.hash in text(page)
    assert "Definisjoner versjon" in text(page)
    assert 'href="/tallene/"' in text(page)


def test_the_definitions_can_be_read_by_anybody(db: None, client: Client) -> None:
    page = client.get("/tallene/")
    assert page.status_code == 200
    assert "§ 3-2" in text(page)


# ---------------------------------------------------------------- nobody waits


def test_the_first_day_says_so_and_draws_nothing(office: Client, address: str) -> None:
    page = text(office.get(address))
    assert "Ingen venter." in page
    assert "<svg" not in page
    assert "Når henvisninger er registrert" in page


def test_an_emptied_list_says_so_and_shows_how_it_got_there(office: Client, address: str, log: Log) -> None:
    log(started=True, received_on=days_ago(100))
    page = text(office.get(address))
    assert "Ingen venter." in page
    assert page.count("<figcaption") == 2


# ---------------------------------------------------------------- the day


@pytest.mark.parametrize(
    "asked",
    [
        f"{TODAY + timedelta(days=1):%d.%m.%Y}",
        "31.02.2026",
        "i dag",
        "1.1.1066",
        "2026-13-01",
        "9" * 5000,
        "🦊",
        "<b>",
    ],
)
@pytest.mark.usefixtures("busy")
def test_an_impossible_day_is_answered_in_the_form_and_today_is_shown(
    office: Client, address: str, asked: str
) -> None:
    page = office.get(address, {"dato": asked})
    assert page.status_code == 200
    assert page.context["report"].on == TODAY
    assert page.context["form"].errors["dato"]
    assert "Dette er tallene for i dag." in text(page)
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize("asked", ["", "   ", f"{TODAY:%d.%m.%Y}", f"{TODAY:%d%m%y}", f"{TODAY:%Y-%m-%d}"])
def test_today_can_be_written_in_many_ways(office: Client, address: str, asked: str) -> None:
    page = office.get(address, {"dato": asked})
    assert not page.context["form"].errors
    assert not page.context["form"].is_past


def test_of_a_day_before_anything_was_logged_nothing_is_known(office: Client, address: str, log: Log) -> None:
    log(waiting=True)
    page = text(office.get(address, {"dato": "31.12.1999"}))
    assert "Ingenting er kjent om denne dagen." in page and "Ingen sto på venteliste" not in page
    assert "Tallene gjelder utgangen av 31.12.1999, slik vi nå vet at de var." in page
    assert f"Det finnes ingen opplysninger her fra før {days_ago(10):%d.%m.%Y}." in page


@pytest.mark.parametrize("query", ["page=-1", "per_page=100000", "sort=unknown", "dato=&dato=", "dato=%00"])
def test_odd_addresses_are_answered(client_for: ClientFor, county_reader: User, query: str) -> None:
    county = county_reader.memberships.get().counties.get()
    assert client_for(county_reader).get(f"/oversikt/fylke/{county.code}/?{query}").status_code == 200


# ---------------------------------------------------------------- who sees what


def starts(client: Client) -> str:
    """Where /oversikt/ leads."""
    return client.get("/oversikt/", {"dato": "01.02.2026"}).headers.get("Location", "")


def test_each_reader_begins_at_the_widest_of_their_own(
    client_for: ClientFor, manager: User, county_reader: User, national_reader: User, address: str
) -> None:
    county = county_reader.memberships.get().counties.get()
    assert starts(client_for(manager)) == f"{address}?dato=01.02.2026"
    assert starts(client_for(county_reader)) == f"/oversikt/fylke/{county.code}/?dato=01.02.2026"
    assert starts(client_for(national_reader)) == "/oversikt/landet/?dato=01.02.2026"


def test_a_reader_of_several_counties_begins_with_all_of_them(
    client_for: ClientFor, county_reader: User, other_municipality: Municipality
) -> None:
    county_reader.memberships.get().counties.add(other_municipality.county)
    reader = client_for(county_reader)
    assert starts(reader) == "/oversikt/fylkene/?dato=01.02.2026"
    page = reader.get("/oversikt/fylkene/")
    assert {place.code for place in page.context["report"].places} >= {other_municipality.code}
    for county in County.objects.all():
        assert f'href="/oversikt/fylke/{county.code}/"' in text(page)


def test_who_has_several_chooses(
    client_for: ClientFor, manager: User, other_municipality: Municipality
) -> None:
    MembershipFactory(user=manager, role=Role.MANAGER, municipality=other_municipality)
    page = client_for(manager).get("/oversikt/")
    assert [choice.label for choice in page.context["choices"]] == ["Annesvik", "Prøvdal"]


@pytest.mark.parametrize("role", ["coordinator", "therapist_user", "manager"])
def test_own_staff_see_true_numbers(
    request: pytest.FixtureRequest, client_for: ClientFor, log: Log, address: str, role: str
) -> None:
    log(over_a_year=True)
    page = client_for(request.getfixturevalue(role)).get(address)
    assert cards(page)["Over ett år"] == "1"
    assert "Små tall er skjult" not in text(page)


def test_readers_see_small_numbers_hidden_and_are_told_once_why(
    client_for: ClientFor, county_reader: User, national_reader: User, log: Log, address: str
) -> None:
    for _number in range(3):
        log(over_a_year=True)
    for user in (county_reader, national_reader):
        page = client_for(user).get(address)
        assert not page.context["report"].scope.exact
        assert set(cards(page).values()) <= {"<5", "Skjermet", "0"}
        assert text(page).count("Små tall er skjult") == 1
        assert "/venteliste/" not in text(page).split("<main")[1]


def test_readers_go_down_from_the_country_to_a_county_to_a_municipality(
    client_for: ClientFor, national_reader: User, municipality: Municipality, log: Log, address: str
) -> None:
    log()
    reader, county = client_for(national_reader), municipality.county
    assert f'href="/oversikt/fylke/{county.code}/"' in text(reader.get("/oversikt/landet/"))
    assert f'href="{address}"' in text(reader.get(f"/oversikt/fylke/{county.code}/"))
    trail = reader.get(address).context["trail"]
    assert [step.url for step in trail] == ["/oversikt/landet/", f"/oversikt/fylke/{county.code}/"]


def test_the_day_goes_along_on_the_way_down_and_up(
    client_for: ClientFor, national_reader: User, municipality: Municipality, log: Log
) -> None:
    log(waiting=True, received_on=days_ago(100))
    day = f"dato={days_ago(20):%d.%m.%Y}"
    page = client_for(national_reader).get(f"/oversikt/fylke/{municipality.county.code}/?{day}")
    assert f'href="/oversikt/{municipality.code}/?{day}"' in text(page)
    assert f'href="/oversikt/landet/?{day}"' in text(page)


def test_another_municipality_is_not_found(
    client_for: ClientFor, manager: User, county_reader: User, other_municipality: Municipality
) -> None:
    for user in (manager, county_reader):
        assert client_for(user).get(f"/oversikt/{other_municipality.code}/").status_code == 404


def test_staff_of_a_municipality_see_no_aggregates(office: Client, municipality: Municipality) -> None:
    for place in ("landet", "fylkene", f"fylke/{municipality.county.code}"):
        assert office.get(f"/oversikt/{place}/").status_code == 403


def test_a_county_reader_sees_neither_another_county_nor_the_country(
    client_for: ClientFor, county_reader: User, other_municipality: Municipality
) -> None:
    reader = client_for(county_reader)
    assert reader.get(f"/oversikt/fylke/{other_municipality.county.code}/").status_code == 404
    assert reader.get("/oversikt/landet/").status_code == 403


def test_an_administrator_has_no_dashboard(client_for: ClientFor, administrator: User, address: str) -> None:
    client = client_for(administrator)
    assert client.get("/oversikt/").status_code == 403
    assert client.get(address).status_code == 403


def test_who_has_no_role_and_who_is_not_signed_in_see_nothing(
    client: Client, client_for: ClientFor, address: str
) -> None:
    assert client.get(address).headers["Location"].startswith("/inn/")
    assert client_for(UserFactory()).get("/oversikt/").status_code == 403


@pytest.mark.parametrize("code", ["0000", "abc", "60011", "3103 ", "..", "%00"])
def test_a_municipality_that_does_not_exist_is_not_found(office: Client, code: str) -> None:
    assert office.get(f"/oversikt/{code}/").status_code == 404


def test_the_places_sort_by_every_column(
    client_for: ClientFor, county_reader: User, municipality: Municipality, log: Log
) -> None:
    MunicipalityFactory(county=municipality.county, name="Ågård")
    log()
    reader, address = client_for(county_reader), f"/oversikt/fylke/{municipality.county.code}/"
    for name in reader.get(address).context["table"].Meta.fields:
        for sort in (name, f"-{name}"):
            assert len(reader.get(address, {"sort": sort}).context["table"].records) >= 2
    names = [place.name for place in reader.get(address, {"sort": "-name"}).context["table"].records]
    assert names[0] == "Ågård"


# ---------------------------------------------------------------- as it was known


@pytest.fixture
def late(log: Log) -> None:
    """One that waited and was registered at once, and one that was received in February and registered in March."""
    log(waiting=True, received_on=date(2026, 1, 12), registered_at=noon(date(2026, 1, 12)))
    log(waiting=True, received_on=date(2026, 1, 20), registered_at=noon(date(2026, 3, 5)))


@pytest.mark.parametrize("mode", ["now", "then"])
def test_the_trend_of_a_month_end_says_what_the_headline_says_and_opens_as_many(
    office: Client, client_for: ClientFor, address: str, national_reader: User, late: None, mode: str
) -> None:
    asked = {"dato": "28.02.2026", "kjent": mode}
    waits = {"now": 2, "then": 1}[mode]
    page = office.get(address, asked)
    report = page.context["report"]
    assert report.waiting.figure.value == report.trend[-1].waiting.value == waits
    (size,) = [one for one in page.context["board"].over_time if one.id == "list-size"]
    _label, ((_value, _hidden, last),) = size.chart.rows[-1]
    assert office.get(last).context["table"].paginator.count == waits
    assert client_for(national_reader).get("/oversikt/landet/", asked).status_code == 200


def test_then_the_trend_has_of_earlier_months_what_was_known_by_the_day(
    office: Client, address: str, late: None
) -> None:
    """January too with what was registered by the end of February; as we now know it with all."""

    def january(mode: str) -> object:
        asked = {"dato": "28.02.2026", "kjent": mode, "fil": "json"}
        return {one["on"]: one["waiting"] for one in office.get(address, asked).json()["trend"]}["2026-01-31"]

    assert (january("then"), january("now")) == (1, 2)


def test_then_the_page_says_beside_the_trend_why_its_months_open_nothing(
    office: Client, address: str, late: None
) -> None:
    page = office.get(address, {"dato": "28.02.2026", "kjent": "then"})
    flow, trend = text(page).split('id="list-size-title"')
    assert "As they were known" not in flow and "kan ikke åpnes" not in flow
    assert trend.count("kan ikke åpnes") == 1
    assert "Vis som tabell, med vei til listene" in trend
    middle = office.get(address, {"dato": "10.03.2026", "kjent": "then"})
    assert "med vei til listene" not in text(middle)
    assert "kan ikke åpnes" not in text(office.get(address, {"dato": "28.02.2026"}))


# ---------------------------------------------------------------- cost


def test_the_queries_are_the_same_for_few_and_many_referrals(
    office: Client, client_for: ClientFor, national_reader: User, address: str, log: Log
) -> None:
    reader = client_for(national_reader)

    def asked(client: Client, path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    log(waiting=True)
    few = asked(office, address), asked(reader, "/oversikt/landet/")
    for _number in range(15):
        log(waiting=True)
        log(municipality=MunicipalityFactory(), waiting=True)
    assert (asked(office, address), asked(reader, "/oversikt/landet/")) == few


def test_the_figures_beside_those_of_a_year_before(
    client_for: ClientFor, manager: User, municipality: Municipality
) -> None:
    """By one link, on every card; the page, its files and the recipe say so."""
    for days, number in ((500, 3), (100, 4)):
        ReferralFactory.create_batch(
            number, municipality=municipality, waiting=True, received_on=days_ago(days)
        )
    ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(20))
    client, address = client_for(manager), f"/oversikt/{municipality.code}/"
    weeks = client.get(address)
    assert [link.label for link in weeks.context["beside_choices"] if link.current] == ["13 uker tidligere"]
    (link,) = [link for link in weeks.context["beside_choices"] if not link.current]
    assert (link.url, link.label) == ("?mot=year", "Et år tidligere")
    page = client.get(address + link.url)
    notes = {card.label: card.note for card in (*page.context["board"].now, *page.context["board"].recent)}
    assert notes["Venter"].endswith("5 flere enn samme dag året før")
    assert notes["Nye henvisninger"] == "Én flere enn 52 uker tidligere"
    assert "Filter: Mot et år tidligere; " in text(page)
    told = client.get(address, {"mot": "year", "fil": "json"}).json()
    assert (told["before"]["on"], told["before"]["waiting"]) == ("2025-03-16", 3)
    assert told["flow"]["before"] == str(page.context["flow"].before) == "2024-12-17/2025-03-18"
    assert told["recipe"]["filters"] == {"beside": "year"}
    assert 'name="mot" value="year"' in text(page)


def test_what_is_not_offered_compares_with_13_weeks_before(
    client_for: ClientFor, manager: User, municipality: Municipality
) -> None:
    page = client_for(manager).get(f"/oversikt/{municipality.code}/", {"mot": "decade"})
    assert page.status_code == 200 and str(page.context["report"].beside) == "weeks"


def test_readers_compare_with_the_year_before_by_what_may_be_shown(
    client_for: ClientFor, national_reader: User, municipality: Municipality
) -> None:
    ReferralFactory.create_batch(3, municipality=municipality, waiting=True, received_on=days_ago(500))
    ReferralFactory.create_batch(9, municipality=municipality, waiting=True, received_on=days_ago(100))
    page = client_for(national_reader).get("/oversikt/landet/", {"mot": "year"})
    notes = {card.label: card.note for card in (*page.context["board"].now, *page.context["board"].recent)}
    assert "Endringen vises ikke" in notes["Venter"]
