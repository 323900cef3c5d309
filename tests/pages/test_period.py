"""Any period: its numbers and exactly their rows, beside earlier ones, and every odd way to ask for it."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from referrals.models import Category, Municipality, Referral, User
from tests.factories import TODAY, ReferralFactory, days_ago, noon
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]
QUARTER = {"fra": f"{days_ago(90):%d.%m.%Y}", "til": f"{TODAY:%d.%m.%Y}"}


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/periode/"


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
def three_years(log: Log) -> None:
    """In the 91 days: 4 referred, 2 started, 1 left otherwise, 1 finished; in those before 1 referred; a year ago 2."""
    log(waiting=True, received_on=days_ago(500))
    log(waiting=True)
    log(started=True, received_on=days_ago(100), started_on=days_ago(20))
    log(closed=True)
    log(withdrawn=True)
    log(waiting=True, received_on=days_ago(90))
    for days in (370, 380):
        log(waiting=True, received_on=days_ago(days))


@pytest.mark.usefixtures("three_years")
def test_every_number_in_the_table_is_the_length_of_the_list_it_leads_to(
    office: Client, address: str
) -> None:
    rows = office.get(address, QUARTER).context["board"].rows
    linked = [(row.label, cell) for row in rows for cell in row.cells if cell.href]
    assert {label for label, _cell in linked} == {
        "Nye henvisninger",
        "Startet",
        "Gikk ut av listen på annen måte",
        "Avsluttet etter oppstart",
    }
    assert [cell.value for cell in rows[0].cells] == ["4", "1", "2"]
    for label, cell in linked:
        assert office.get(cell.href).context["table"].paginator.count == int(cell.value), label


@pytest.mark.usefixtures("three_years")
def test_the_cards_lead_to_their_rows_and_the_load_is_referred_for_each_who_left(
    office: Client, address: str
) -> None:
    cards = {card.label: card for card in office.get(address, QUARTER).context["board"].cards}
    for label in ("Nye henvisninger", "Startet", "Gikk ut av listen på annen måte"):
        assert office.get(cards[label].href).context["table"].paginator.count == int(cards[label].value)
    assert cards["Belastning"].value == "1,33"  # 4 referred, 2 started and 1 left otherwise
    assert not cards["Belastning"].href


def test_nobody_left_is_an_endless_load_and_nothing_at_all_is_none(
    office: Client, address: str, log: Log
) -> None:
    log(waiting=True)
    shown = {row.label: row.cells for row in office.get(address, QUARTER).context["board"].rows}
    assert shown["Belastning"][0].value == "∞"
    log(waiting=True, received_on=days_ago(500))
    shown = {
        row.label: row.cells
        for row in office.get(address, {"fra": "01.01.2025", "til": "31.01.2025"}).context["board"].rows
    }
    assert shown["Belastning"][0].value == "–"


@pytest.mark.usefixtures("three_years")
def test_the_waits_of_those_who_started_and_the_mean_last(office: Client, address: str) -> None:
    page = office.get(address, QUARTER)
    started = page.context["report"].now.started
    assert (started.count.value, started.median_days.value) == (2, 44)  # 80 days, and 8
    assert page.context["board"].rows[-1].label.startswith("Gjennomsnitt")


def test_what_was_registered_later_is_left_out_of_then(office: Client, address: str, log: Log) -> None:
    log(waiting=True, received_on=days_ago(400))
    log(waiting=True, received_on=days_ago(60), registered_at=noon(days_ago(1)))
    then = QUARTER | {"til": f"{days_ago(30):%d.%m.%Y}"}
    assert office.get(address, then).context["report"].now.flow.referred.figure.value == 1
    page = office.get(address, then | {"kjent": "then"})
    assert page.context["report"].now.flow.referred.figure.value == 0
    assert not any(row.cells[0].href for row in page.context["board"].rows)
    assert "slik den var kjent ved utgangen av sin siste dag" in text(page)


@pytest.mark.parametrize("known", ["now", "then"])
def test_each_count_leads_to_as_many_rows_as_its_own_period_was_known(
    office: Client, address: str, log: Log, known: str
) -> None:
    log(waiting=True, received_on=days_ago(380))
    log(waiting=True, received_on=days_ago(60))
    log(waiting=True, received_on=days_ago(130), registered_at=noon(days_ago(1)))
    page = office.get(address, QUARTER | {"kjent": known})
    links = [(cell.value, cell.href) for row in page.context["board"].rows for cell in row.cells if cell.href]
    assert len(links) == (3 if known == "now" else 2)
    for number, href in links:
        assert office.get(href).context["table"].paginator.count == int(number), href
        assert ("/kom-og-gikk/" in href) is (known == "then")


def test_a_period_before_anything_is_known_has_no_figures_beside_it(
    office: Client, address: str, log: Log
) -> None:
    log(waiting=True, received_on=days_ago(50))
    board = office.get(address, QUARTER).context["board"]
    assert [cell.value for cell in board.rows[0].cells] == ["1", "–", "–"]
    assert board.heads[0].note == f"Bare kjent fra {days_ago(50):%d.%m.%Y}"
    assert board.heads[1].note == board.heads[2].note == "Det finnes ingen opplysninger om den"
    assert all("enn i perioden før" not in card.note for card in board.cards)


@pytest.mark.parametrize(("days", "known"), [(0, [True, False, False]), (40, [False, False, False])])
def test_what_was_imported_later_was_not_known_then_and_no_zero_is_shown_of_it(
    office: Client, address: str, log: Log, days: int, known: list[bool]
) -> None:
    log(waiting=True, received_on=days_ago(500), registered_at=noon(days_ago(30)))
    asked = {"til": f"{days_ago(days):%d.%m.%Y}", "kjent": "then"}
    board = office.get(address, asked).context["board"]
    assert bool(board.cards) == known[0]
    assert [cell.value != "–" for cell in board.rows[0].cells] == known
    assert [head.note == "" for head in board.heads] == known
    assert {head.note for head in board.heads} <= {"", "Det finnes ingen opplysninger om den"}


FIRST = 100
TOMORROW = f"{TODAY + timedelta(days=1):%d.%m.%Y}"


@pytest.mark.parametrize(
    ("fra", "til", "field", "message"),
    [
        ("31.02.2026", "", "fra", "31.02.2026 finnes ikke"),
        ("", "i går", "til", "Skriv dag, måned og år"),
        ("02.02.2026", "01.02.2026", "til", "kan ikke være før den første"),
        ("", TOMORROW, "til", "kan ikke være etter"),
        (TOMORROW, "", "fra", "kan ikke være etter"),
        ("01.01.2020", f"{days_ago(FIRST + 1):%d.%m.%Y}", "til", f"{days_ago(FIRST):%d.%m.%Y}"),
        ("15.03.2016", "16.03.2026", "fra", "høyst ti år"),
        ("<b>", "", "fra", "Skriv dag, måned og år"),
        ("9" * 5000, "", "fra", "Skriv dag, måned og år"),
    ],
)
def test_a_period_that_cannot_be_is_told_beside_its_field_and_no_number_is_shown(
    office: Client, address: str, log: Log, fra: str, til: str, field: str, message: str
) -> None:
    log(waiting=True, received_on=days_ago(FIRST))
    page = office.get(address, {"fra": fra, "til": til})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert message in html.unescape(str(page.context["form"].errors[field]))
    assert page.context["report"] is None
    assert "key-figure" not in page.content.decode()
    assert "<b>" not in page.content.decode()


def test_ten_years_to_the_day_and_the_first_day_are_shown(office: Client, address: str, log: Log) -> None:
    log(waiting=True, received_on=days_ago(FIRST))
    for days in (
        {"fra": "17.03.2016", "til": "16.03.2026"},
        {"fra": "01.01.2020", "til": f"{days_ago(FIRST):%d.%m.%Y}"},
        {},
    ):
        page = office.get(address, days)
        assert not page.context["form"].errors
        assert page.context["report"]


def test_without_days_it_is_the_last_13_weeks(office: Client, address: str) -> None:
    period = office.get(address).context["report"].now.period
    assert (period.days, period.last_day) == (91, TODAY)


@pytest.mark.usefixtures("three_years")
def test_the_dashboard_leads_to_the_same_period(office: Client, address: str) -> None:
    dashboard = office.get(address.removesuffix("periode/"), {"siste": "52"})
    leading = f"{address}{dashboard.context['period_query']}"
    assert leading.replace("&", "&amp;") in dashboard.content.decode()
    moved = dashboard.context["flow"]
    assert office.get(leading).context["report"].now.flow.referred.figure == moved.referred.figure
    assert moved.period.days == 52 * 7
