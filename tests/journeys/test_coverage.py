"""Coverage read by keyboard: the list, the map with its arrow keys, one municipality and its neighbours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.models import Municipality, User
from tests.factories import (
    CountyFactory,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    ReferralFactory,
)
from tests.journeys.accessibility import assert_accessible, assert_fits

SignIn = Callable[[User], None]
MOST_PRINTED_PAGES = 2


@pytest.fixture
def country() -> dict[str, Municipality]:
    """Five municipalities on a cross of the map, one in each state: own in the middle."""
    county = CountyFactory(code="59", name="Nordfylket")
    crossed = {
        "own": (10, 10),
        "purchased": (10, 9),
        "agreement": (11, 10),
        "none": (10, 11),
        "unknown": (9, 10),
    }
    places = {
        state: MunicipalityFactory(county=county, name=f"Kommune {state}", tile_column=column, tile_row=row)
        for state, (column, row) in crossed.items()
    }
    EmploymentFactory(municipality=places["own"])
    EmploymentFactory(municipality=places["purchased"], purchased=True)
    CoverageAgreementFactory(provider=places["own"], recipient=places["agreement"], fte="0.30")
    CoverageStatementFactory(municipality=places["none"])
    ReferralFactory(municipality=places["none"], over_a_year=True)
    return places


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until something has the focus; the page has an end."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip() == name:
            return
    pytest.fail(f"Tab never comes to {name}")


def focused(page: Page) -> str:
    """What a screen reader says of what has the focus."""
    return page.evaluate(
        "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
    )


def test_coverage_is_read_by_keyboard(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    expect(page.get_by_text("3 av 5 kommuner er uten egen ergoterapeut")).to_be_visible()
    stop(page)

    tab_to(page, "Kommune agreement")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kommune agreement")
    expect(page.get_by_text("0,30 årsverk")).to_be_visible()
    stop(page)

    page.get_by_role("navigation", name="Du er her").get_by_role("link", name="Dekning").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dekning")


def test_the_map_is_one_stop_and_walked_with_the_arrow_keys(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    tab_to(page, "Hopp over kartet")
    page.keyboard.press("Tab")
    assert focused(page) == "Kommune purchased: Kjøpt, 1,0 årsverk"
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("Kommune own: Egen")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Kommune unknown: Ukjent"
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.tiles')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kommune unknown")


def test_the_map_can_be_skipped(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    tab_to(page, "Hopp over kartet")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('#all'))")


def test_a_number_leads_to_its_municipalities(
    page: Page, sign_in: SignIn, county_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(county_reader)
    page.goto("/dekning/")
    page.get_by_role("link", name="Vis dem: Avtale").click()
    expect(page.get_by_role("heading", name="Kommuner med tilstanden «Avtale»")).to_be_visible()
    expect(page.locator("#list tbody th[scope=row]")).to_have_text(["Kommune agreement"])
    stop(page)


def test_day_county_and_list_are_chosen_without_scripts(
    page_without_scripts: Page,
    base_url: str,
    page: Page,
    sign_in: SignIn,
    administrator: User,
    country: dict[str, Municipality],
) -> None:
    sign_in(administrator)
    plain = page_without_scripts
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base_url}/dekning/")
    plain.get_by_label("Dato", exact=True).fill("31.12.2024")
    plain.get_by_label("Fylke").select_option("Nordfylket")
    plain.get_by_label("Liste over").select_option("Egen")
    plain.get_by_role("button", name="Vis", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Dekning i Nordfylket")
    expect(plain.locator("#list tbody th[scope=row]")).to_have_text(["Kommune own"])


def test_the_list_comes_before_the_map_on_a_telephone(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/dekning/")
    list_top, map_top = (page.locator(part).bounding_box()["y"] for part in ("#list", ".tiles"))
    assert list_top < map_top
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_definition_is_chosen_and_goes_along_to_the_years_since_2018(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    page.get_by_label("Regnes som dekket").select_option("Knyttet til kommunen, også ved kjøp eller avtale")
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.get_by_text("1 av 5 kommuner har ingen ergoterapeut knyttet til seg")).to_be_visible()
    page.get_by_role("link", name="Dekning siden 2018").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dekning siden 2018")
    expect(page.get_by_text("Regnes som dekket: Knyttet til").first).to_be_visible()
    stop(page)


def test_the_map_gets_another_colour_and_another_year_without_scripts(
    page_without_scripts: Page,
    base_url: str,
    page: Page,
    sign_in: SignIn,
    national_reader: User,
    country: dict[str, Municipality],
) -> None:
    sign_in(national_reader)
    plain = page_without_scripts
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base_url}/dekning/")
    plain.get_by_role("link", name="Venter over ett år", exact=True).click()
    expect(plain.get_by_role("heading", name="Norge etter lang ventetid")).to_be_visible()
    plain.get_by_role("link", name="2024", exact=True).click()
    expect(plain.get_by_label("Dato", exact=True)).to_have_value("31.12.2024")
    expect(plain.get_by_role("heading", name="Norge etter lang ventetid")).to_be_visible()
    page.goto("/dekning/?farge=arsverk&dato=31.12.2024")
    stop(page)


def test_the_day_is_drawn_by_keyboard_and_told_as_it_is_drawn(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/?dato=31.12.2024&farge=arsverk")
    slider = page.get_by_role("slider", name="Måned, regnet fra januar 2018")
    slider.press("ArrowLeft")
    expect(page.locator(".day-slider__day")).to_have_text("30.11.2024")
    expect(slider).to_have_attribute("aria-valuetext", "30.11.2024")
    slider.press("Enter")
    expect(page.get_by_label("Dato", exact=True)).to_have_value("30.11.2024")
    expect(page.get_by_role("heading", name="Norge etter årsverk")).to_be_visible()
    stop(page)


def test_the_day_is_drawn_without_scripts(
    page_without_scripts: Page,
    base_url: str,
    page: Page,
    sign_in: SignIn,
    national_reader: User,
    country: dict[str, Municipality],
) -> None:
    sign_in(national_reader)
    plain = page_without_scripts
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base_url}/dekning/?dato=31.12.2024")
    plain.get_by_role("slider").press("ArrowRight")
    plain.get_by_role("button", name="Vis dagen").click()
    expect(plain.locator(".day-slider__day")).to_have_text("31.01.2025")


def test_it_prints_its_list_and_its_map(
    page: Page, sign_in: SignIn, national_reader: User, country: dict[str, Municipality]
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= MOST_PRINTED_PAGES
