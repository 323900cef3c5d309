"""The components in a browser: accessible, without scripts too, on a narrow screen, on paper."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.accessibility import assert_accessible, assert_fits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.look.urls")]

PAGES = ["list", "form", "charts", "months", "empty", "missing"]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_accessible_and_fits_a_narrow_screen(page: Page, name: str) -> None:
    page.goto(f"/look/{name}/")
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)
    assert_fits(page, 1280)


def test_the_form_with_errors_is_accessible(page: Page) -> None:
    page.goto("/look/form/")
    page.get_by_role("button", name="Lagre").click()
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("menu", ["user-menu", "municipality-menu"])
def test_an_opened_menu_is_accessible_and_closes_with_escape(page: Page, menu: str) -> None:
    page.goto("/look/list/")
    page.locator(f"[popovertarget={menu}]").click()
    expect(page.locator(f"#{menu}")).to_be_visible()
    assert_accessible(page, within=".site-header")
    page.keyboard.press("Escape")
    expect(page.locator(f"#{menu}")).to_be_hidden()


@pytest.mark.parametrize("name", ["charts", "months"])
def test_opened_tables_of_charts_are_accessible_and_fit(page: Page, name: str) -> None:
    page.goto(f"/look/{name}/")
    for summary in page.locator(".chart-card summary").all():
        summary.click()
    assert_accessible(page, within=".chart-card .ds-details")
    assert_fits(page)


def test_the_links_of_a_chart_can_be_reached_and_skipped_by_keyboard(page: Page) -> None:
    page.goto("/look/months/")
    card = page.locator("figure[aria-labelledby=ageing-large-title]")
    card.locator("svg a").first.focus()
    page.keyboard.press("Tab")
    expect(card.locator("svg a").nth(1)).to_be_focused()
    skip = card.locator(".ds-skip-link")
    skip.focus()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(card.locator("summary")).to_be_focused()


def test_on_paper_the_shaded_table_and_its_legend_stand_as_on_screen(page: Page) -> None:
    page.goto("/look/months/")
    page.emulate_media(media="print")
    expect(page.locator("figure[aria-labelledby=heat-title] table")).to_be_visible()
    expect(page.locator("figure[aria-labelledby=heat-title] .heat-legend")).to_be_visible()
    expect(page.locator("figure[aria-labelledby=ageing-60-title] .legend-narrow")).to_be_hidden()


def test_in_a_narrow_window_the_key_stands_above_the_columns(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/look/months/")
    expect(page.locator("figure[aria-labelledby=ageing-60-title] .legend-narrow")).to_be_visible()


def send_with_errors(page: Page) -> None:
    page.goto("/look/form/")
    page.get_by_role("link", name=re.compile("hovedinnhold|main content")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#errors")).to_be_focused()


def test_the_summary_takes_the_focus_and_leads_to_the_fields(page: Page) -> None:
    send_with_errors(page)
    expect(page).to_have_title(re.compile(r"^\w+: "))
    page.locator("#errors a").first.press("Enter")
    expect(page.locator("#id_source")).to_be_focused()
    page.locator("#errors a", has_text="Navn").press("Enter")
    expect(page.locator("#id_name")).to_be_focused()


def test_the_summary_takes_the_focus_without_scripts_too(page_without_scripts: Page, base_url: str) -> None:
    page_without_scripts.goto(f"{base_url}/look/form/#content")
    page_without_scripts.get_by_role("button", name="Lagre").click()
    expect(page_without_scripts.locator("#errors")).to_be_focused()


def test_sorting_keeps_the_filter_without_scripts(page_without_scripts: Page, base_url: str) -> None:
    page = page_without_scripts
    page.goto(f"{base_url}/look/list/?status=waiting")
    page.get_by_role("button", name="Mottatt").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Mottatt")
    assert "status=waiting" in page.url
    page.locator(".filter").get_by_label("Status").select_option("received")
    page.locator(".filter button[type=submit]").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Mottatt")


def test_a_choice_in_the_filter_swaps_only_the_list_and_keeps_the_sort(page: Page) -> None:
    page.goto("/look/list/")
    page.evaluate("document.querySelector('h1').dataset.before = 'yes'")
    page.get_by_role("button", name="Dager ventet").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Dager ventet")
    page.locator(".filter").get_by_label("Status").select_option("waiting")
    expect(page.locator("#found")).to_contain_text("146")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Dager ventet")
    expect(page).to_have_url(re.compile(r"\?(?=.*status=waiting)(?=.*sort=-waited)"))
    assert "received_from" not in page.url, "empty fields stay out of the address"
    expect(page.locator("h1[data-before=yes]")).to_have_count(1)


def test_the_back_button_brings_the_whole_page_again(page: Page) -> None:
    page.goto("/look/charts/")
    page.goto("/look/list/")
    page.locator(".filter").get_by_label("Status").select_option("waiting")
    expect(page).to_have_url(re.compile("status=waiting"))
    page.go_back()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("caption")).to_contain_text("437")


def test_only_the_address_is_left_in_the_browser(page: Page) -> None:
    page.goto("/look/list/")
    page.locator(".filter").get_by_label("Status").select_option("waiting")
    expect(page.locator("#found")).to_contain_text("146")
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.evaluate("Object.values(sessionStorage)") == ["/look/list/?status=waiting"]


def test_headings_of_a_list_that_fits_stay_in_sight(page: Page) -> None:
    page.goto("/look/list/?status=received")
    page.mouse.wheel(0, 1500)
    expect(page.locator("thead th").first).to_be_in_viewport()


def test_a_form_is_sent_once_however_often_one_presses(page: Page) -> None:
    page.goto("/look/form/")
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.get_by_role("button", name="Lagre").dblclick()
    expect(page.locator("#errors")).to_be_focused()
    assert len(sent) == 1


def test_the_form_can_be_sent_again_after_the_back_button(page: Page) -> None:
    page.goto("/look/form/")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#errors")).to_be_focused()
    page.go_back()
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("#errors")).to_be_focused()


def test_the_map_is_one_stop_and_the_arrow_keys_walk_it(page: Page) -> None:
    page.goto("/look/charts/")
    tiles = page.locator("[data-tilemap][aria-labelledby=waits-title] a")
    tiles.first.focus()
    before = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('href')") != before
    assert page.locator("[aria-labelledby=waits-title] a[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[aria-labelledby=waits-title]')") is None


def test_the_user_s_choice_of_colours_works_without_scripts(
    page_without_scripts: Page, base_url: str
) -> None:
    page = page_without_scripts
    page.goto(f"{base_url}/look/list/?status=waiting")
    page.locator("[popovertarget=user-menu]").click()
    page.locator("button[name=scheme][value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-color-scheme", "dark")
    assert page.url.endswith("/look/list/?status=waiting")


def test_on_paper_the_list_stands_without_filter_and_buttons(page: Page) -> None:
    page.goto("/look/list/")
    page.emulate_media(media="print")
    expect(page.locator(".filter")).to_be_hidden()
    expect(page.locator(".site-nav")).to_be_hidden()
    expect(page.locator("thead th").first).to_be_visible()
