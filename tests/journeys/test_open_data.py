"""From the sign-in page to open data without signing in: read by keyboard, on a narrow screen and on paper."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from referrals.actions import rollups
from referrals.models import Category, Municipality
from tests.factories import (
    CountyFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    OpenDataSwitchFactory,
    ReferralFactory,
    noon,
)
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import printed_pages

TODAY = timezone.localdate()
END = TODAY.replace(day=1) - timedelta(days=1)
ROOT = "/apne-data/"
MOST_PRINTED_PAGES = 3
A4_WIDTH = 718  # less its margins, at 96 dots to the inch


@pytest.fixture
def country(municipality: Municipality, category: Category) -> None:
    """One municipality with an ergoterapeut and twenty who wait, one without; open to everybody."""
    without = MunicipalityFactory(county=CountyFactory(code="59", name="Nordfylket"), name="Tomvik")
    EmploymentFactory(municipality=municipality, fte="1.50")
    CoverageStatementFactory(municipality=without)
    for _number in range(20):
        ReferralFactory(
            municipality=municipality, category=category, waiting=True, received_on=END.replace(day=1),
            changed_at=noon(END),
        )  # fmt: skip
    rollups.freeze(today=TODAY)
    OpenDataSwitchFactory()


@pytest.mark.usefixtures("country")
def test_anybody_finds_the_files_by_keyboard(page: Page) -> None:
    page.goto("/inn/")
    page.get_by_role("link", name="Åpne data: tall alle kan lese").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Åpne data")
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)
    datasets = page.get_by_role("region", name="Datasett")
    row = datasets.get_by_role("row").filter(has_text="etter de tre definisjonene")
    expect(row).to_contain_text("en kommune")
    link = row.get_by_role("link", name="CSV")
    link.focus()
    with page.expect_download() as fetched:
        page.keyboard.press("Enter")
    assert fetched.value.suggested_filename == "dekning.csv"
    text = fetched.value.path().read_text("utf-8-sig")
    assert "Tomvik" in text and "CC BY 4.0" in text


@pytest.mark.usefixtures("country")
def test_on_paper_nothing_is_cut_off(page: Page) -> None:
    page.goto(ROOT)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    expect(page.get_by_text("Skrevet ut")).to_be_visible()
    assert printed_pages(page) <= MOST_PRINTED_PAGES


@pytest.mark.usefixtures("country")
def test_no_cookie_comes_of_it_and_scripts_are_not_needed(page_without_scripts: Page, base_url: str) -> None:
    plain = page_without_scripts
    plain.goto(f"{base_url}{ROOT}")
    expect(plain.locator("a[href$='ventetall.jsonstat.json']")).to_be_visible()
    answer = plain.request.get(f"{base_url}{ROOT}ventetall.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert json.loads(answer.text())["rows"][-1]["waiting"] == 20
    assert plain.context.cookies() == []
