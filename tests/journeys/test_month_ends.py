"""From the dashboard to the month-ends as they were known then, on to the list of one of them, and on paper."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from referrals.actions import rollups
from referrals.models import Category, Municipality, Referral, User, end_of
from tests.factories import ReferralEventFactory, ReferralFactory, noon
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import printed_pages

SignIn = Callable[[User], None]
MOST_PRINTED_PAGES = 2  # across

TODAY = timezone.localdate()
END = TODAY.replace(day=1) - timedelta(days=1)


@pytest.fixture
def frozen(municipality: Municipality, category: Category) -> None:
    """Twelve wait at a month-end that is frozen; of one a start is registered later."""
    for _number in range(12):
        case = ReferralFactory(
            municipality=municipality, category=category, waiting=True, received_on=END.replace(day=1),
            changed_at=noon(END),
        )  # fmt: skip
    rollups.freeze(today=TODAY)
    Referral.objects.filter(pk=case.pk).update(started_on=END, status="started", changed_at=end_of(END))
    changes = {"started_on": [None, END.isoformat()], "status": ["waiting", "started"]}
    ReferralEventFactory(
        referral=case, kind="started", registered_at=end_of(END), details={"changes": changes}
    )


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)
    assert_fits(page, 400)


@pytest.mark.usefixtures("frozen")
def test_a_manager_finds_what_changed_a_month_and_its_list_by_keyboard(
    page: Page, sign_in: SignIn, manager: User
) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    page.get_by_role("navigation", name="Mer om stedet").get_by_role("link", name="Månedsslutt").press(
        "Enter"
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("Månedsslutt")
    expect(page.get_by_text("nå 11 (−1)")).to_be_visible()
    expect(page.get_by_text("−1 startet eller avsluttet, registrert senere")).to_be_visible()
    stop(page)
    page.emulate_media(media="print")
    expect(page.get_by_text("Oppskrift").first).to_be_visible()
    page.set_viewport_size(
        {"width": 1030, "height": 700}
    )  # A4 across, less its margins, at 96 dots to the inch
    assert page.evaluate("document.documentElement.scrollWidth") <= 1030
    assert printed_pages(page, as_laid=True) <= MOST_PRINTED_PAGES
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Slik den var").first.press("Enter")
    page.wait_for_url("**kjent=then**")
    expect(page.locator(".table-region tbody tr")).to_have_count(12)


@pytest.mark.usefixtures("frozen")
def test_a_reader_finds_the_month_ends_of_the_country(
    page: Page, sign_in: SignIn, national_reader: User
) -> None:
    sign_in(national_reader)
    page.goto("/oversikt/landet/")
    page.get_by_role("link", name="Månedsslutt").click()
    expect(page.get_by_text("nå 11 (−1)")).to_be_visible()
    expect(page.get_by_text("registrert senere")).to_have_count(0)
    stop(page)
    page.emulate_media(media="print")
    assert printed_pages(page, as_laid=True) <= MOST_PRINTED_PAGES
