"""A manager asks for a period and compares with others, takes the figures along, and prints them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, User
from tests.factories import MunicipalityFactory, ReferralFactory, days_ago
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import printed_pages

SignIn = Callable[[User], None]


@pytest.fixture
def busy(municipality: Municipality, category: Category) -> None:
    """A year of everything here, and a list next door."""
    next_door = MunicipalityFactory(county=municipality.county, name="Nesterud")
    for days in range(0, 400, 20):
        for place in (municipality, next_door):
            ReferralFactory(municipality=place, category=category, waiting=True, received_on=days_ago(days))
    for trait in ("overdue", "started", "closed", "withdrawn"):
        ReferralFactory(municipality=municipality, category=category, **{trait: True})


def stop(page: Page) -> None:
    """Looks the page over where it stands, also at 400 px."""
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)


@pytest.mark.usefixtures("busy")
def test_a_manager_asks_for_a_period_and_opens_its_rows(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("link", name="52 uker").first.click()
    expect(page.get_by_role("heading", name="De siste 52 ukene")).to_be_visible()
    page.get_by_role("link", name="Valgfri periode").click()
    page.get_by_label("Fra og med").fill("010125")
    page.get_by_label("Til og med").fill("311224")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.get_by_label("Til og med")).to_have_attribute("aria-invalid", "true")
    stop(page)
    page.get_by_label("Til og med").fill("160326")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.get_by_text("hva som kom og gikk 01.01.2025–16.03.2026")).to_be_visible()
    stop(page)
    assert printed_pages(page) == 1
    row = page.get_by_role("row").filter(has_text="Nye henvisninger")
    link = row.get_by_role("link").first
    number = link.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned CSV").click()
    assert download.value.suggested_filename.startswith("periode-")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Venteliste")
    assert page.locator("tbody tr").count() == int(number)


@pytest.mark.usefixtures("busy")
def test_a_manager_compares_with_next_door_by_keyboard(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("link", name="Sammenlign kommuner").click()
    expect(page.get_by_text("Ingen andre er valgt")).to_be_visible()
    field = page.get_by_label("Kommuner")
    field.fill("Nowhere")
    field.press("Enter")
    expect(page.get_by_label("Kommuner")).to_have_attribute("aria-invalid", "true")
    stop(page)
    page.get_by_label("Kommuner").fill("nesterud")
    page.get_by_label("Kommuner").press("Enter")
    expect(page.get_by_role("table", name="Median ventetid").get_by_text("Nesterud")).to_be_visible()
    stop(page)
    assert printed_pages(page) <= 2
