"""The long waits: who is listed for whom, what a row says, what it leaves behind, and what readers are shown."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.choices import ContactKind, PauseReason, Protection, ViewKind
from referrals.models import Category, Membership, Municipality, Referral, User, ViewLog
from referrals.permissions import Role
from tests.factories import (
    BarringFactory,
    ContactFactory,
    CountyFactory,
    MembershipFactory,
    MunicipalityFactory,
    PersonFactory,
    ReferralFactory,
    UnitFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]

# Beside these a page asks who signed in: session, user, memberships. Savepoints are the tests' own.
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "django_session", "referrals_user", "referrals_membership")
# What the filter offers, the history, who is shielded, the length, the rows, their pauses, the read log, and the
# recipe that is kept.
MOST_QUERIES = 8


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/lange-ventetider/"


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    """Makes referrals that have waited 400 days."""

    def make(days: int = 400, **traits: object) -> Referral:
        given = {"municipality": municipality, "category": category, "received_on": days_ago(days)}
        return ReferralFactory(**given | traits)

    return make


def listed(page: HttpResponse) -> list[Referral]:
    return list(page.context["table"].records)


def cards(page: HttpResponse) -> list[str]:
    return [card.value for card in page.context["board"].cards]


# ---------------------------------------------------------------- who is on it


def test_from_274_days_on_the_longest_wait_first(office: Client, address: str, log: Log) -> None:
    cases = {days: log(days, waiting=True) for days in (273, 274, 365, 366, 500)}
    log(500, started=True)
    page = office.get(address)
    assert listed(page) == [cases[days] for days in (500, 366, 365, 274)]
    assert cards(page) == ["2", "2"]


def test_each_number_is_the_length_of_the_list_it_leads_to(office: Client, address: str, log: Log) -> None:
    for days in (274, 300, 365, 366, 500):
        log(days, waiting=True)
    for day in ("", f"?dato={days_ago(1):%d.%m.%Y}"):
        board = office.get(address + day).context["board"]
        for card in board.cards:
            assert office.get(card.href).context["table"].paginator.count == int(card.value) > 0, card


def test_each_number_of_the_history_is_the_length_of_the_list_it_leads_to(
    office: Client, address: str, log: Log
) -> None:
    for days in (274, 300, 365, 366, 500, 700):
        log(days, waiting=True)
    log(600, started=True, started_on=days_ago(100))
    page = office.get(address)
    links = [
        (href, value)
        for line in page.context["board"].history.chart.lines
        for href, value in zip(line.hrefs, line.values, strict=True)
        if value
    ]
    assert len(links) > 20 and text(page).count("Vis som tabell, med vei til listene") == 1
    for href, count in links:
        assert office.get(href).context["table"].paginator.count == count, href


def test_as_it_was_known_then_only_the_day_itself_leads_to_its_list_and_it_is_said(
    office: Client, address: str, log: Log
) -> None:
    log(700, waiting=True)
    page = office.get(address, {"dato": "28.02.2026", "kjent": "then"})
    (over, near) = page.context["board"].history.chart.lines
    assert [bool(href) for href in over.hrefs] == [False] * 23 + [True] and not any(near.hrefs)
    assert office.get(over.hrefs[-1]).context["table"].paginator.count == over.values[-1] == 1
    assert "De tidligere månedsskiftene, slik de var kjent ved utgangen av denne dagen" in text(page)
    assert "ingen steder" not in text(office.get(address))


def test_it_is_narrowed_by_kind_category_and_priority(
    office: Client, address: str, log: Log, other_category: Category
) -> None:
    near, over = log(300, waiting=True), log(400, waiting=True, priority=1)
    elsewhere, unassessed = log(401, waiting=True, category=other_category), log(402)
    for query, expected in {
        "venter=over": {over, elsewhere, unassessed},
        "venter=near": {near},
        f"kategori={other_category.code}": {elsewhere},
        "prioritet=1": {over},
        "prioritet=null": {unassessed},
        "venter=over&prioritet=2": {elsewhere},
        "venter=x&kategori=y&prioritet=77": {near, over, elsewhere, unassessed},
    }.items():
        page = office.get(f"{address}?{query}")
        assert set(listed(page)) == expected, query
        assert cards(page) == ["3", "1"]  # above the filter stands the whole


def test_a_wait_of_over_ten_years_is_flagged(office: Client, address: str, log: Log) -> None:
    for days in (3653, 3654):
        log(days, waiting=True)
    page = text(office.get(address))
    assert page.count("over ti år") == 1 and "mottatt 14.03.2016: over ti år" in page


def test_what_is_listed_stands_over_the_list_in_words(office: Client, address: str) -> None:
    page = office.get(f"{address}?venter=over&kategori=test-aids&prioritet=2")
    assert "Over ett år, Hjelpemidler (prøve), prioritet 2" in text(page)
    assert "274 dager eller mer, ikke vurdert" in text(office.get(f"{address}?prioritet=null"))


def test_an_earlier_day_is_shown_as_we_now_know_it_without_what_comes_next(
    office: Client, address: str, log: Log
) -> None:
    case = log(400, started=True)
    assert not listed(office.get(address))
    page = office.get(address, {"dato": f"{days_ago(30):%d.%m.%Y}"})
    assert [row.gross_days for row in listed(page)] == [370] and listed(page) == [case]
    assert "next_step" not in [header.name for header in page.context["table"].headers]
    assert "Neste steg på en tidligere dag vises bare slik det var kjent da" in text(page)
    assert "slik vi nå vet at de var" in text(page)


@pytest.mark.parametrize("asked", ["31.02.2026", "01.01.2030", "xyz"])
def test_an_impossible_day_is_told_and_today_is_shown(
    asked: str, office: Client, address: str, log: Log
) -> None:
    case = log()
    page = office.get(address, {"dato": asked})
    assert listed(page) == [case] and "Dette er tallene for i dag" in text(page)


# ---------------------------------------------------------------- what a row says


def test_a_row_says_why_and_what_comes_next_and_no_name(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    person = PersonFactory(municipality=municipality, given_name="Áine", family_name="Østby-Ås")
    case = log(400, waiting=True, person=person, number="2025-000123")
    WaitPauseFactory(
        referral=case, reason=PauseReason.CAPACITY, started_on=days_ago(300), ended_on=days_ago(200)
    )
    WaitPauseFactory(referral=case, reason=PauseReason.HOSPITAL, started_on=days_ago(4))
    ContactFactory(referral=case, kind=ContactKind.PHONE, held_on=days_ago(50))
    page = text(office.get(address))
    for shown in (
        "ÁØ 1948",
        "mottatt 09.02.2025",
        "Hjelpemidler (prøve)",
        "Manglende kapasitet: 100; Innlagt på sykehus eller institusjon: 4, pågår ennå",
        "25.01.2026",
        "Kartlegging på telefon",
        "Ta tilbake på listen",
        "31.08.2025",
    ):
        assert shown in page, shown
    assert f'href="/k/{municipality.code}/henvisninger/2025-000123/"' in page
    assert "Østby" not in page


def test_the_next_step_has_the_words_of_the_cases_own_page(office: Client, address: str, log: Log) -> None:
    for traits in ({}, {"waiting": True}, {"waiting": True, "assigned": True}, {"paused": True}):
        log(**traits)
    page = office.get(address)
    cells = page.context["table"]
    for case in listed(page):
        own = office.get(f"/k/{case.municipality.code}/henvisninger/{case.number}/").context["next"]
        assert cells.cell_next_step(case) == str(own.label)


def test_of_somebody_shielded_the_row_says_no_more_than_that(
    office: Client, address: str, log: Log, municipality: Municipality, coordinator: User
) -> None:
    hidden = PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL)
    barred = BarringFactory(
        user=coordinator, person=PersonFactory(municipality=municipality, family_name="Qvigstad")
    ).person
    for person in (hidden, barred):
        case = log(waiting=True, person=person)
        WaitPauseFactory(referral=case, reason=PauseReason.HOSPITAL)
        ContactFactory(referral=case, kind=ContactKind.PHONE, held_on=days_ago(50))
    for sort in ("", "?sort=citizen", "?sort=-last_contact", "?sort=-held_days"):
        page = office.get(address + sort)
        rows = page.context["table"].rows_html
        assert len(listed(page)) == 2 and rows.count("Skjermet") == 4
        for told in ("KP 1948", "KQ 1948", "Innlagt", "telefon", "25.01.2026"):
            assert told not in rows


# ---------------------------------------------------------------- for whom


def test_all_staff_see_the_rows_and_nobody_else(
    address: str, log: Log, client_for: ClientFor, request: pytest.FixtureRequest
) -> None:
    case = log(waiting=True)
    for name in ("coordinator", "therapist_user", "manager"):
        assert listed(client_for(request.getfixturevalue(name)).get(address)) == [case], name
    for name in ("privacy_officer", "county_reader", "national_reader", "administrator"):
        assert client_for(request.getfixturevalue(name)).get(address).status_code == 403, name


def test_another_municipality_does_not_exist(office: Client, other_municipality: Municipality) -> None:
    assert office.get(f"/k/{other_municipality.code}/lange-ventetider/").status_code == 404


def test_whoever_is_bound_to_a_unit_sees_and_counts_its_cases_only(
    address: str, log: Log, municipality: Municipality, therapist_user: User, client_for: ClientFor
) -> None:
    north, south = (UnitFactory(municipality=municipality, name=name) for name in ("Nord", "Sør"))
    case = log(waiting=True, unit=north)
    log(waiting=True, unit=south)
    log(waiting=True)
    whole = client_for(therapist_user).get(address).context["report"]
    Membership.objects.filter(user=therapist_user).update(unit=north)
    page = client_for(therapist_user).get(address)
    assert listed(page) == [case] and cards(page) == ["1", "0"]
    assert page.context["report"].history[-1].over_a_year.value == 1
    assert page.context["report"].recipe.hash != whole.recipe.hash
    assert "Bare sakene i enheten din" in text(page)


def test_the_log_has_exactly_those_on_the_page_and_what_was_asked(
    office: Client, address: str, log: Log
) -> None:
    for _nth in range(51):
        log(waiting=True)
    for page, count in ((1, 50), (2, 1)):
        shown = {(row.person_id, row.number) for row in listed(office.get(address, {"page": page}))}
        line = ViewLog.objects.latest("id")
        assert len(shown) == count and set(line.persons.values_list("person_id", "number")) == shown
    assert (line.kind, line.query) == (ViewKind.LONG_WAITS, "page=2")
    office.get(address, {"venter": "near", "dato": f"{days_ago(1):%d.%m.%Y}"})
    line = ViewLog.objects.latest("id")
    assert (line.query, line.persons.count()) == (f"venter=near&dato={days_ago(1):%d.%m.%Y}", 0)


def test_thirty_rows_cost_no_more_queries_than_three(office: Client, address: str, log: Log) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            office.get(address)
        return [query["sql"] for query in asked if not any(word in query["sql"] for word in NOT_COUNTED)]

    def log_some(count: int) -> None:
        for _nth in range(count):
            case = log(paused=True, application=True)
            ContactFactory(referral=case, held_on=days_ago(9))

    log_some(3)
    office.get(address)
    few = queries()
    log_some(27)
    assert len(queries()) == len(few) <= MOST_QUERIES, few


def test_the_first_day_is_empty_and_in_order(office: Client, address: str) -> None:
    page = office.get(address)
    assert "Ingen har ventet så lenge" in text(page) and page.context["board"].history is None


def test_who_it_is_for_the_day_and_the_recipe_stand_on_the_page(
    office: Client, address: str, log: Log
) -> None:
    log(waiting=True)
    page = office.get(address)
    assert "Prøvdal, 16.03.2026" in text(page) and "taushetsbelagt" in text(page)
    assert "Definisjoner versjon 1" in text(page)
    assert page.context["report"].recipe.hash in text(page)
    assert text(page).count("Vis som tabell") == 1


# ---------------------------------------------------------------- readers


@pytest.fixture
def spread(municipality: Municipality, category: Category, log: Log) -> None:
    """Seven over a year and six near it in the county, two of them where few wait; many in another county."""
    for days in (400, 300):
        for _nth in range(20):
            log(days, waiting=True)
            log(200, waiting=True)
    few = MunicipalityFactory(county=municipality.county, name="Fåvik")
    for days in (400, 300):
        ReferralFactory(municipality=few, category=category, waiting=True, received_on=days_ago(days))
    other = MunicipalityFactory(county=CountyFactory(name="Nordfylket"))
    for days in (400, 300, 200, 20):
        for _nth in range(20):
            ReferralFactory(municipality=other, category=category, received_on=days_ago(days))


@pytest.mark.usefixtures("spread")
def test_a_national_reader_sees_counts_of_counties_and_goes_down(
    national_reader: User, client_for: ClientFor, municipality: Municipality
) -> None:
    client = client_for(national_reader)
    page = client.get("/oversikt/lange-ventetider/")
    assert "Hele landet, 16.03.2026" in text(page) and cards(page)[0] == "41"
    county = f"/oversikt/lange-ventetider/fylke/{municipality.county.code}/"
    assert county in text(page)
    below = text(client.get(county))
    assert "Fåvik" in below and "&lt;5" in client.get(county).content.decode()
    assert f'href="/oversikt/{municipality.code}/"' in below


@pytest.mark.usefixtures("spread")
def test_a_county_reader_sees_the_own_county_only(
    county_reader: User, client_for: ClientFor, municipality: Municipality, other_municipality: Municipality
) -> None:
    client = client_for(county_reader)
    page = client.get("/oversikt/lange-ventetider/")
    assert municipality.county.full_name in text(page) and "Fåvik" in text(page)
    assert "Nordfylket" not in text(page)
    elsewhere = f"/oversikt/lange-ventetider/fylke/{other_municipality.county.code}/"
    assert client.get(elsewhere).status_code == 404


def test_the_counties_of_a_reader_of_several_stand_together(
    county_reader: User, client_for: ClientFor, municipality: Municipality, other_municipality: Municipality
) -> None:
    county_reader.memberships.get().counties.add(other_municipality.county)
    page = text(client_for(county_reader).get("/oversikt/lange-ventetider/"))
    assert "Fylkene dine" in page and "Prøvdal" in page and "Annesvik" in page


def test_an_earlier_day_goes_with_every_link(
    national_reader: User, client_for: ClientFor, municipality: Municipality
) -> None:
    client, day = client_for(national_reader), f"?dato={days_ago(40):%d.%m.%Y}"
    county = f"/oversikt/lange-ventetider/fylke/{municipality.county.code}/{day}"
    assert county in text(client.get(f"/oversikt/lange-ventetider/{day}"))
    below = text(client.get(county))
    assert f"/oversikt/lange-ventetider/{day}" in below and f"/oversikt/{municipality.code}/{day}" in below


def test_readers_pages_are_not_for_staff(office: Client, municipality: Municipality) -> None:
    assert office.get("/oversikt/lange-ventetider/").status_code == 403
    county = f"/oversikt/lange-ventetider/fylke/{municipality.county.code}/"
    assert office.get(county).status_code == 403


# ---------------------------------------------------------------- ways here


def test_each_dashboard_leads_to_the_long_waits_of_the_same_day(
    manager: User, national_reader: User, client_for: ClientFor, municipality: Municipality, address: str
) -> None:
    county = municipality.county.code
    below = f"/oversikt/lange-ventetider/fylke/{county}/"
    for user, page, target in (
        (manager, f"/oversikt/{municipality.code}/", address),
        (national_reader, "/oversikt/landet/", "/oversikt/lange-ventetider/"),
        (national_reader, f"/oversikt/fylke/{county}/", below),
        (national_reader, f"/oversikt/{municipality.code}/", below),
    ):
        for day in ("", "?dato=01.02.2026"):
            answer = client_for(user).get(page + day)
            assert f'href="{target}{day}">Lange ventetider' in text(answer), page
            assert client_for(user).get(target + day).status_code == 200


def test_the_switcher_leads_to_the_same_page_elsewhere(
    office: Client, coordinator: User, address: str, other_municipality: Municipality
) -> None:
    MembershipFactory(user=coordinator, role=Role.THERAPIST, municipality=other_municipality)
    places = office.get(address).context["municipalities"]
    assert places[0].url == f"/k/{other_municipality.code}/lange-ventetider/"
