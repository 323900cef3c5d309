"""From the manager's number to those who have waited longest, by keyboard and on paper; and a reader's way down."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.choices import PauseReason
from referrals.models import Category, Municipality, User
from tests.factories import ContactFactory, ReferralFactory, WaitPauseFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now, printed_pages

SignIn = Callable[[User], None]
MOST_PRINTED_PAGES = 3  # the rows, and the history which is never cut


@pytest.fixture
def waits(municipality: Municipality, category: Category) -> None:
    """Six over a year, nine near it and one shorter; the longest is on hold and was met before."""
    for days in range(270, 430, 10):
        case = ReferralFactory(
            municipality=municipality, category=category, waiting=True, received_on=before_now(days)
        )
    WaitPauseFactory(referral=case, reason=PauseReason.CAPACITY, started_on=before_now(100))
    ContactFactory(referral=case, held_on=before_now(50))


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)


def rows(page: Page) -> int:
    return page.locator(".table-region tbody tr").count()


@pytest.mark.usefixtures("waits")
def test_a_manager_finds_those_who_have_waited_longest_by_keyboard(
    page: Page, sign_in: SignIn, manager: User
) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("navigation", name="Mer om stedet").get_by_role("link", name="Lange ventetider").press(
        "Enter"
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("Lange ventetider")
    assert rows(page) == 15
    stop(page)
    page.get_by_role("link", name="Vis dem: Over ett år", exact=True).press("Enter")
    expect(page.get_by_label("Har ventet")).to_have_value("over")
    assert rows(page) == 6
    page.get_by_label("Har ventet").select_option("near")
    page.get_by_role("button", name="Vis treff").press("Enter")
    page.wait_for_url("**venter=near**")
    assert rows(page) == 9
    page.get_by_role("button", name="Siste kontakt").press("Enter")
    page.wait_for_url("**sort=last_contact**")
    expect(page.get_by_label("Har ventet")).to_have_value("near")
    page.get_by_text("Vis som tabell").press("Enter")
    expect(page.locator("figure table")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")  # halfway down, the headings that stay in sight lie over some row
    stop(page)


@pytest.mark.usefixtures("waits")
def test_an_earlier_day_is_chosen(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("navigation").get_by_role("link", name="Lange ventetider").first.click()
    page.get_by_label("Dato", exact=True).fill(f"{before_now(70):%d.%m.%Y}")
    page.get_by_role("button", name="Vis treff").click()
    expect(page.locator(".as-of").get_by_text("slik vi nå vet at de var")).to_be_visible()
    assert rows(page) == 8
    stop(page)
    page.get_by_label("Se dagen").select_option("then")
    page.get_by_role("button", name="Vis treff").press("Enter")
    expect(page.locator(".as-of").get_by_text("slik de var kjent da")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Neste steg")).to_be_visible()
    assert rows(page) == 8
    stop(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned CSV").press("Enter")
    assert len(download.value.path().read_text("utf-8").splitlines()) == 1 + 8


@pytest.mark.usefixtures("waits")
def test_it_prints_across_with_place_day_readers_and_recipe(
    page: Page, sign_in: SignIn, manager: User, municipality: Municipality
) -> None:
    sign_in(manager)
    page.goto(f"/k/{municipality.code}/lange-ventetider/")
    page.emulate_media(media="print")
    for text in (f"Prøvdal, {before_now(0):%d.%m.%Y}", "taushetsbelagt", "Oppskrift"):
        expect(page.get_by_text(text).first).to_be_visible()
    expect(page.locator("form.filter")).to_be_hidden()
    page.set_viewport_size(
        {"width": 1030, "height": 700}
    )  # A4 across, less its margins, at 96 dots to the inch
    assert page.evaluate("document.documentElement.scrollWidth") <= 1030
    assert printed_pages(page, as_laid=True) <= MOST_PRINTED_PAGES


@pytest.mark.usefixtures("waits")
def test_a_reader_goes_down_from_the_country_and_up_again(
    page: Page, sign_in: SignIn, national_reader: User, municipality: Municipality
) -> None:
    sign_in(national_reader)
    page.goto("/oversikt/landet/")
    page.get_by_role("link", name="Lange ventetider").click()
    expect(page.get_by_text(f"Hele landet, {before_now(0):%d.%m.%Y}")).to_be_visible()
    stop(page)
    page.get_by_role("table").get_by_role("link", name=municipality.county.full_name, exact=True).click()
    expect(page.get_by_role("table").get_by_role("link", name="Prøvdal", exact=True)).to_be_visible()
    expect(page.get_by_text("Små tall er skjult")).to_be_visible()
    stop(page)
    page.get_by_role("navigation", name="Du er her").get_by_role("link", name="Hele landet").click()
    expect(page.get_by_text(f"Hele landet, {before_now(0):%d.%m.%Y}")).to_be_visible()


@pytest.mark.usefixtures("waits")
def test_the_figures_of_a_reader_print_on_two_pages(
    page: Page, sign_in: SignIn, national_reader: User
) -> None:
    sign_in(national_reader)
    page.goto("/oversikt/lange-ventetider/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})  # A4, less its margins, at 96 dots to the inch
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    for text in (f"Hele landet, {before_now(0):%d.%m.%Y}", "Små tall er skjult", "Oppskrift"):
        expect(page.get_by_text(text).first).to_be_visible()
    assert printed_pages(page, as_laid=True) <= 2


@pytest.mark.usefixtures("waits")
def test_a_month_end_of_the_history_leads_to_its_list(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("navigation").get_by_role("link", name="Lange ventetider").first.click()
    page.get_by_text("Vis som tabell, med vei til listene").press("Enter")
    page.evaluate("scrollTo(0, 0)")  # halfway down, the headings that stay in sight lie over some row
    assert_accessible(page)
    number = page.locator("figure table a").last
    count = int(number.inner_text())
    number.press("Enter")
    page.wait_for_url("**venter=**")
    assert rows(page) == count > 0
