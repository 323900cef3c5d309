"""From the manager's numbers to the rows behind them, and a reader's way down the country."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, User
from tests.factories import CountyFactory, MunicipalityFactory, ReferralFactory, days_ago
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import printed_pages

SignIn = Callable[[User], None]
MOST_PRINTED_PAGES = 2
MOST_PRINTED_PAGES_OF_READERS = 3  # with the table of the places
CLIPPED = """labels => labels.filter(label => {
    const svg = label.closest("svg");
    const paper = getComputedStyle(svg).overflow === "visible" ? svg.closest("figure") : svg;
    return label.getBoundingClientRect().left < paper.getBoundingClientRect().left;
}).map(label => label.textContent)"""  # what of the texts beside bars does not stand on the paper
# Words of a table's headings that stand in two lines, though no hyphen parts them.
BROKEN = """cells => cells.flatMap(cell => {
    const text = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode(), range = document.createRange();
    return [...text.data.matchAll(/\\S+/g)].filter(word => {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return range.getClientRects().length > 1;
    }).map(word => word[0]);
})"""
A4_WIDTH = 680  # less its margins, at 96 dots to the inch


@pytest.fixture
def busy(municipality: Municipality, category: Category, other_category: Category) -> None:
    """A list with something in every chart."""
    for days in range(0, 300, 20):
        ReferralFactory(
            municipality=municipality, category=other_category, waiting=True, received_on=days_ago(days)
        )
    for trait in ("overdue", "over_a_year", "paused", "started", "closed", "withdrawn"):
        ReferralFactory(municipality=municipality, category=category, **{trait: True})
    ReferralFactory(municipality=municipality, category=category)


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)


def listed(page: Page) -> int:
    """How many rows the waitlist shows."""
    return page.locator("tbody tr").count()


def number_on(page: Page, label: str) -> int:
    card = page.locator(".key-figure").filter(has=page.get_by_text(label, exact=True))
    return int(card.locator("strong").inner_text())


@pytest.mark.usefixtures("busy")
def test_a_manager_goes_from_each_number_to_its_rows(
    page: Page, sign_in: SignIn, manager: User, municipality: Municipality
) -> None:
    sign_in(manager)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(municipality.full_name)
    expect(page.get_by_role("navigation").get_by_role("link", name="Oversikt")).to_have_attribute(
        "aria-current", "page"
    )
    stop(page)
    for label in ("Venter", "Over frist", "Over ett år", "Satt på vent"):
        number = number_on(page, label)
        page.get_by_role("link", name=f"Vis dem: {label}", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Venteliste")
        assert listed(page) == number > 0, label
        page.go_back()


@pytest.mark.usefixtures("busy")
def test_a_bar_opens_the_rows_it_counts_by_keyboard(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    bar = page.locator("#priorities-title").locator("xpath=ancestor::figure").locator("svg a").first
    number = int((bar.get_attribute("aria-label") or "").rpartition(": ")[2])
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Venteliste")
    assert listed(page) == number


@pytest.mark.usefixtures("busy")
def test_every_chart_opens_as_a_table(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    folded = page.locator("figure").get_by_text("Vis som tabell")
    for number in range(folded.count()):
        folded.nth(number).click()
    expect(page.locator("figure table")).to_have_count(5)
    stop(page)


@pytest.mark.usefixtures("busy")
def test_another_day_is_chosen_without_scripts(
    page_without_scripts: Page, base_url: str, page: Page, sign_in: SignIn, manager: User
) -> None:
    sign_in(manager)
    plain = page_without_scripts
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base_url}/oversikt/")
    plain.get_by_label("Dato", exact=True).fill("311225")
    plain.get_by_role("button", name="Vis", exact=True).click()
    expect(plain.locator(".as-of").get_by_text("slik vi nå vet at de var")).to_be_visible()
    plain.get_by_label("Dato", exact=True).fill("31.02.2026")
    plain.get_by_role("button", name="Vis", exact=True).click()
    expect(plain.get_by_label("Dato", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(plain.get_by_text("Dette er tallene for i dag.")).to_be_visible()


@pytest.mark.usefixtures("busy")
def test_an_impossible_day_is_told_accessibly(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/?dato=31.02.2026")
    page.goto(f"{page.url}?dato=31.02.2026")
    stop(page)


@pytest.mark.usefixtures("busy")
def test_a_reader_goes_down_from_the_country_and_up_again(
    page: Page, sign_in: SignIn, national_reader: User, municipality: Municipality
) -> None:
    sign_in(national_reader)
    page.goto("/oversikt/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hele landet")
    stop(page)
    for name in (municipality.county.full_name, municipality.full_name):
        page.get_by_role("table").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        stop(page)
    expect(page.get_by_text("Små tall er skjult")).to_be_visible()
    page.get_by_role("navigation", name="Du er her").get_by_role("link", name="Hele landet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hele landet")


def test_the_first_day_is_empty_and_in_order(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    expect(page.get_by_text("Ingen venter.", exact=True)).to_be_visible()
    stop(page)


@pytest.mark.usefixtures("busy")
def test_it_prints_on_two_pages(page: Page, sign_in: SignIn, manager: User, tmp_path: Path) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    assert printed_pages(page) <= MOST_PRINTED_PAGES
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    labels = page.locator(".row-label")
    assert labels.count() and not labels.evaluate_all(CLIPPED)


@pytest.mark.usefixtures("busy")
def test_the_dashboards_of_readers_print_with_every_place(
    page: Page, sign_in: SignIn, national_reader: User, municipality: Municipality
) -> None:
    """As many municipalities as a county has at most, and as many counties as the nation."""
    county = municipality.county
    MunicipalityFactory.create_batch(45, county=county)
    CountyFactory.create_batch(14)
    sign_in(national_reader)
    for address, places in (("/oversikt/landet/", 15), (f"/oversikt/fylke/{county.code}/", 45)):
        page.goto(address)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH, address
        assert page.locator("#places tbody tr").count() >= places, address
        for text in ("Små tall er skjult", "Lengste ventetid vises ikke", "Oppskrift"):
            expect(page.get_by_text(text).first).to_be_visible()
        assert printed_pages(page) <= MOST_PRINTED_PAGES_OF_READERS, address


@pytest.mark.usefixtures("busy")
def test_in_a_narrow_window_the_shaded_table_breaks_no_word_and_shows_its_sums(
    page: Page, sign_in: SignIn, manager: User, category: Category
) -> None:
    Category.objects.filter(pk=category.pk).update(name_nb="Hverdagsrehabilitering av voksne")
    sign_in(manager)
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto("/oversikt/")
    page.get_by_role("navigation", name="Mer om stedet").get_by_role("link", name="Fordeling").click()
    heat = page.locator(".heat-region")
    assert heat.locator("tbody th").evaluate_all(BROKEN) == []
    assert heat.evaluate("table => table.scrollWidth <= table.clientWidth")


def test_how_the_figures_are_made_can_be_read(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("link", name="Slik blir tallene til").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Slik blir tallene til")
    stop(page)
