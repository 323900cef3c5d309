"""What goes along when the day of a page is chosen, when one goes back to today, and from page to page."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, User
from tests.factories import TODAY, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
DAY = f"{days_ago(10):%d.%m.%Y}"


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


def leads_to(page: HttpResponse, label: str) -> str:
    """The address of the link with this text, the last one on the page."""
    return re.findall(rf'href="([^"]*)"[^>]*>{label}</a>', text(page))[-1]


def carried(page: HttpResponse) -> dict[str, str]:
    """The hidden fields of the form that chooses the day."""
    form = re.search(r'<form class="day-form".*?</form>', text(page))
    assert form
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form.group()))


# ---------------------------------------------------------------- the form of the day


def test_choosing_another_day_keeps_the_periods_that_were_chosen(
    office: Client, municipality: Municipality
) -> None:
    address = f"/oversikt/{municipality.code}/"
    assert carried(office.get(address)) == {}
    asked = {"siste": "52", "uker": "13"}
    kept = carried(office.get(address, asked))
    assert kept == asked
    page = office.get(address, kept | {"dato": DAY})
    assert page.context["flow_title"] == "De siste 52 ukene"
    assert [choice.weeks for choice in page.context["three"].choices if choice.is_chosen] == [13]
    assert carried(page) == asked


@pytest.mark.parametrize("odd", ["99", "%00", "x" * 2000, "52&siste=x", "٥٢"])
def test_a_period_that_is_none_is_not_carried_and_spoils_nothing(
    office: Client, municipality: Municipality, odd: str
) -> None:
    page = office.get(f"/oversikt/{municipality.code}/?dato={DAY}&siste={odd}&uker={odd}")
    assert carried(page) == {} and page.context["form"].is_valid()
    assert page.context["form"].day == days_ago(10)


def test_readers_carry_the_period_that_they_may_choose(client_for: ClientFor, national_reader: User) -> None:
    page = client_for(national_reader).get("/oversikt/landet/", {"siste": "52", "uker": "13"})
    assert carried(page) == {"siste": "52"}
    assert page.context["flow_title"] == "De siste 52 ukene"


# ---------------------------------------------------------------- back to today


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/oversikt/{code}/", "siste=52&uker=13"),
        ("/oversikt/{code}/sammenlign/", "kommuner=0301&kommuner=Prøvdal"),
        ("/oversikt/{code}/fordeling/", "vis=over"),
        ("/k/{code}/venteliste/dag/", "only=paused&source=hospital&source=gp"),
        ("/k/{code}/lange-ventetider/", "venter=near"),
        ("/dekning/", "tilstand=own"),
    ],
)
def test_back_to_today_nothing_is_lost_but_the_day(
    office: Client, municipality: Municipality, path: str, rest: str
) -> None:
    address = path.format(code=municipality.code)
    page = office.get(f"{address}?dato={DAY}&kjent=then&page=1&{rest}")
    here, _mark, query = leads_to(page, "Vis i dag").partition("?")
    assert here == address
    asked = page.wsgi_request.GET.copy()
    for name in ("dato", "kjent", "page"):
        del asked[name]
    assert query == asked.urlencode()


def test_back_to_today_from_a_bare_day_is_the_bare_address(
    office: Client, municipality: Municipality
) -> None:
    address = f"/oversikt/{municipality.code}/"
    assert leads_to(office.get(address, {"dato": DAY}), "Vis i dag") == address


# ---------------------------------------------------------------- from page to page


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        (f"fra=01.01.2026&til={DAY}", f"?dato={DAY}"),
        (f"fra=01.01.2026&til={DAY}&kjent=then", f"?dato={DAY}&kjent=then"),
        (f"til={TODAY:%d.%m.%Y}", ""),
        (f"fra={DAY}&til=01.01.2026", ""),
        ("til=tull&kjent=then", f"?dato={TODAY:%d.%m.%Y}&kjent=then"),
    ],
)
def test_from_a_period_the_way_up_is_to_the_dashboard_of_its_last_day(
    office: Client, municipality: Municipality, asked: str, query: str
) -> None:
    trail = office.get(f"/oversikt/{municipality.code}/periode/?{asked}").context["trail"]
    assert [link.url for link in trail] == [f"/oversikt/{municipality.code}/{query}"]


@pytest.mark.parametrize("asked", [{}, {"dato": DAY}, {"dato": DAY, "kjent": "then"}])
def test_from_a_dashboard_who_covers_it_is_told_of_the_same_day(
    client_for: ClientFor,
    office: Client,
    national_reader: User,
    municipality: Municipality,
    asked: dict[str, str],
) -> None:
    reader, county = client_for(national_reader), municipality.county.code
    for browser, address, coverage in [
        (office, f"/oversikt/{municipality.code}/", f"/dekning/{municipality.code}/"),
        (reader, f"/oversikt/fylke/{county}/", f"/dekning/?fylke={county}"),
        (reader, "/oversikt/landet/", "/dekning/"),
    ]:
        there = leads_to(browser.get(address, asked), "Dekning av ergoterapeuter")
        assert there.startswith(coverage)
        form = browser.get(there).context["form"]
        assert form.day == (days_ago(10) if asked else TODAY)
        if "fylke" in coverage:
            assert form.county == county


def test_cleared_the_long_waits_are_those_of_the_same_day(office: Client, municipality: Municipality) -> None:
    address = f"/k/{municipality.code}/lange-ventetider/"
    assert (
        leads_to(office.get(address, {"dato": DAY, "venter": "near"}), "Nullstill") == f"{address}?dato={DAY}"
    )
    assert leads_to(office.get(address, {"venter": "near"}), "Nullstill") == address
