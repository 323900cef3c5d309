"""The month's deviations by keyboard: looked through, marked, taken along and printed; and an error that is mended."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from referrals.choices import PauseReason
from referrals.models import Category, DeviationReport, Municipality, User
from referrals.reports.deviations import month_of
from tests.factories import ReferralFactory, WaitPauseFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now, printed_pages

SignIn = Callable[[User], None]
CASES = 6


def last_month() -> date:
    """The first day of the latest whole month."""
    return month_of(month_of(before_now(0)).day_before).start


@pytest.fixture
def late(municipality: Municipality, category: Category) -> None:
    """Six cases that were late first in the latest whole month, and two in the month before it."""
    before = month_of(last_month() - timedelta(days=1)).start
    for first, count in ((last_month(), CASES), (before, 2)):
        for nth in range(count):
            ReferralFactory(
                municipality=municipality,
                category=category,
                waiting=True,
                received_on=first + timedelta(days=nth - 57),
            )


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)


@pytest.mark.usefixtures("late")
def test_a_coordinator_reports_a_month_by_keyboard(page: Page, sign_in: SignIn, coordinator: User) -> None:
    sign_in(coordinator)
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Avvik").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Avvik")
    rows = page.locator(".table-region tbody tr")
    expect(rows).to_have_count(CASES)
    stop(page)
    page.get_by_role("checkbox").first.press("Space")
    page.get_by_label("Referanse i kvalitetssystemet").fill("AV 2026/11")
    page.get_by_role("button", name="Meld de avkryssede").press("Enter")
    expect(page.get_by_text("1 sak er meldt.")).to_be_visible()
    stop(page)
    page.get_by_role("button", name=f"Meld alle {CASES - 1} sakene").press("Enter")
    expect(page.get_by_text(f"{CASES - 1} saker er meldt.")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    stop(page)
    assert DeviationReport.objects.count() == CASES
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned CSV").press("Enter")
    assert len(download.value.path().read_text("utf-8").splitlines()) == 1 + CASES
    page.locator(".ds-alert").get_by_role("link").first.press("Enter")
    expect(rows).to_have_count(2)
    page.go_back()
    page.get_by_role("link", name="Angre").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Angre meldingen")
    stop(page)
    page.get_by_label("Begrunnelse").fill("Krysset av feil sak i listen.")
    page.get_by_role("button", name="Angre meldingen").press("Enter")
    expect(page.get_by_text("Krysset av feil sak i listen.")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(1)
    stop(page)


@pytest.mark.usefixtures("late")
def test_without_scripts_a_month_is_reported_too(
    page_without_scripts: Page, base_url: str, page: Page, sign_in: SignIn, coordinator: User
) -> None:
    sign_in(coordinator)
    plain = page_without_scripts
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base_url}/")
    plain.get_by_role("navigation").get_by_role("link", name="Avvik").first.click()
    plain.get_by_role("button", name=f"Meld alle {CASES} sakene").click()
    expect(plain.get_by_text(f"{CASES} saker er meldt.")).to_be_visible()


@pytest.mark.usefixtures("late")
def test_it_prints_across(page: Page, sign_in: SignIn, manager: User, municipality: Municipality) -> None:
    sign_in(manager)
    page.goto(f"/k/{municipality.code}/avvik/")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Meld de avkryssede")).to_be_hidden()
    expect(page.get_by_text("Oppskrift").first).to_be_visible()
    page.set_viewport_size({"width": 1030, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1030
    assert printed_pages(page, as_laid=True) <= 2


def test_an_error_is_mended_and_another_is_right_as_it_is(
    page: Page, sign_in: SignIn, coordinator: User, municipality: Municipality, category: Category
) -> None:
    for _nth in range(2):
        case = ReferralFactory(
            municipality=municipality, category=category, waiting=True, received_on=before_now(300)
        )
        WaitPauseFactory(referral=case, reason=PauseReason.CAPACITY, started_on=before_now(200))
    sign_in(coordinator)
    page.goto(f"/k/{municipality.code}/avvik/")
    page.get_by_role("link", name="Datakvalitet").first.press("Enter")
    expect(page.get_by_text("2 ting å se på")).to_be_visible()
    stop(page)
    page.get_by_role("link", name="Ta tilbake på listen").first.press("Enter")
    page.get_by_role("button", name="Ta tilbake på listen").press("Enter")
    page.goto(f"/k/{municipality.code}/datakvalitet/")
    expect(page.get_by_text("1 ting å se på")).to_be_visible()
    page.get_by_role("link", name="Riktig som den er").first.press("Enter")
    stop(page)
    page.get_by_label("Hvorfor den er riktig som den er").fill("Avtalt med pårørende i februar.")
    page.get_by_role("button", name="Den er riktig som den er").press("Enter")
    expect(page.get_by_text(f"{municipality.name}: ingenting å se på")).to_be_visible()
    stop(page)
