"""Beside the dashboard: 60 months and how the list is divided, by keyboard, on a small screen and on paper."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from referrals.choices import Source
from referrals.models import Category, Municipality, Therapist, User
from tests.factories import ReferralFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now, printed_pages

SignIn = Callable[[User], None]
MOST_PRINTED_PAGES = 3


@pytest.fixture
def years(
    municipality: Municipality, category: Category, other_category: Category, therapist: Therapist
) -> None:
    """Two years of referrals, every third started, some with a therapist."""
    place = {"municipality": municipality}
    for number in range(40):
        received, kind = before_now(800 - 20 * number), (category, other_category)[number % 2]
        if number % 3:
            has_it = {"therapist": therapist, "assigned_on": received} if number % 4 == 0 else {}
            ReferralFactory(
                **place,
                category=kind,
                waiting=True,
                received_on=received,
                priority=1 + number % 4,
                source=Source.HOSPITAL if number % 5 else Source.GP,
                **has_it,
            )
        else:
            ReferralFactory(
                **place,
                category=kind,
                started=True,
                received_on=received,
                started_on=received + timedelta(days=10),
                changed_at=timezone.now(),
            )


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)


def from_the_dashboard(page: Page, name: str) -> None:
    more = page.get_by_role("navigation", name="Mer om stedet")
    more.get_by_role("link", name=name, exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.usefixtures("years")
def test_a_manager_follows_a_layer_of_a_month_to_its_rows_and_goes_back(
    page: Page, sign_in: SignIn, manager: User, municipality: Municipality
) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    from_the_dashboard(page, "Utvikling")
    expect(page.locator("figure")).to_have_count(4)
    stop(page)
    for folded in page.locator("figure").get_by_text("Vis som tabell").all():
        folded.press("Enter")
    expect(page.locator("figure table")).to_have_count(4)
    stop(page)
    layer = page.locator("#ageing-title").locator("xpath=ancestor::figure").locator("svg a").last
    number = int((layer.get_attribute("aria-label") or "").rpartition(": ")[2])
    layer.press("Enter")
    page.wait_for_url("**/venteliste/dag/**")
    assert page.locator("tbody tr").count() == number > 0
    page.go_back()
    page.get_by_role("navigation", name="Du er her").get_by_role("link", name=municipality.full_name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(municipality.full_name)


@pytest.mark.usefixtures("years")
def test_a_manager_finds_who_has_what_and_what_is_late(
    page: Page, sign_in: SignIn, manager: User, therapist: Therapist
) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    from_the_dashboard(page, "Fordeling")
    stop(page)
    for folded in page.get_by_text("Vis alle tall").all():
        folded.press("Enter")
    expect(page.get_by_role("columnheader", name="Lengste ventetid")).to_have_count(4)
    stop(page)
    page.get_by_role("link", name="52 uker", exact=True).press("Enter")
    page.wait_for_url("**siste=52**")
    expect(page.get_by_role("heading", name="De siste 52 ukene")).to_be_visible()
    page.get_by_role("link", name="Andel over frist", exact=True).press("Enter")
    page.wait_for_url("**vis=over**")
    expect(page.get_by_role("link", name="Andel over frist", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    stop(page)
    page.get_by_label("Dato", exact=True).fill(f"{before_now(1):%d.%m.%Y}")
    page.get_by_role("button", name="Vis", exact=True).press("Enter")
    page.wait_for_url("**dato=**")
    assert "siste=52" in page.url
    expect(page.get_by_role("heading", name="Andel over frist etter kategori og prioritet")).to_be_visible()
    stop(page)
    page.goto(page.url.partition("?")[0])
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=therapist.name))
    number = int(row.get_by_role("link").first.inner_text())
    row.get_by_role("link").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Venteliste")
    assert page.locator("tbody tr").count() == number > 0


@pytest.mark.usefixtures("years")
def test_both_print_with_place_day_and_recipe(
    page: Page, sign_in: SignIn, manager: User, municipality: Municipality
) -> None:
    sign_in(manager)
    for name in ("utvikling", "fordeling"):
        page.goto(f"/oversikt/{municipality.code}/{name}/")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 1000})  # A4, less its margins, at 96 dots to the inch
        assert page.evaluate("document.documentElement.scrollWidth") <= 680
        for text in ("Prøvdal, ", f"{before_now(0):%d.%m.%Y}", "Oppskrift"):
            expect(page.locator("main").get_by_text(text).first).to_be_visible()
        assert printed_pages(page) <= MOST_PRINTED_PAGES, name
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.usefixtures("years")
def test_a_reader_sees_what_may_be_shown_and_where_nothing_may(
    page: Page, sign_in: SignIn, national_reader: User, municipality: Municipality
) -> None:
    sign_in(national_reader)
    page.goto("/oversikt/landet/")
    from_the_dashboard(page, "Utvikling")
    stop(page)
    page.goto(f"/oversikt/{municipality.code}/utvikling/")
    expect(page.get_by_text("for lite til å vises utenfor kommunen").first).to_be_visible()
    assert not page.locator("figure svg a").count()
    stop(page)


def test_the_first_day_is_empty_and_in_order(
    page: Page, sign_in: SignIn, manager: User, municipality: Municipality
) -> None:
    sign_in(manager)
    for name in ("utvikling", "fordeling"):
        page.goto(f"/oversikt/{municipality.code}/{name}/")
        stop(page)
