"""Signing in, and finding one's way in the waitlist: numbers, filter, sort, pages, search; with scripts and without."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from referrals.models import Category, Municipality, Referral, User
from referrals.views.clock import now, today
from tests.factories import PASSWORD, PersonFactory, ReferralFactory
from tests.harness.factors import give_app, lasting_code
from tests.journeys.accessibility import assert_accessible, assert_fits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["with scripts", "without scripts"])
def office(
    request: pytest.FixtureRequest,
    browser: Browser,
    context: BrowserContext,
    base_url: str,
    sign_in: Callable[[User], None],
    coordinator: User,
) -> Iterator[Page]:
    """The coordinator's browser, twice."""
    sign_in(coordinator)
    if request.param == "with scripts":
        yield context.new_page()
        return
    bare = browser.new_context(
        java_script_enabled=False, base_url=base_url, storage_state=context.storage_state()
    )
    yield bare.new_page()
    bare.close()


@pytest.fixture
def stop(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Looks the page over where it stands. axe is itself a script, so the bare browser goes by."""

    def look(page: Page) -> None:
        if "without" not in request.node.name:
            assert_accessible(page)
            assert_fits(page)
            assert_fits(page, 400)

    return look


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Callable[..., Referral]:
    """Makes referrals that were received so many days before the day of the test."""

    def make(age: int, **traits: object) -> Referral:
        return ReferralFactory(
            municipality=municipality,
            category=category,
            received_on=today() - timedelta(days=age),
            **{"changed_at": now()} | traits,
        )

    return make


def rows(page: Page) -> Locator:
    return page.locator("tbody tr:has(th)")


def filtered(page: Page, label: str, choice: str) -> None:
    """Makes a choice in the filter; without scripts the button sends it."""
    page.get_by_label(label, exact=True).focus()
    page.get_by_label(label, exact=True).select_option(choice)
    if not scripts_run(page):
        page.get_by_role("button", name="Vis treff").click()


def scripts_run(page: Page) -> bool:
    """Whether htmx is there. Playwright itself can ask in either browser."""
    return page.evaluate("typeof htmx") == "object"


def test_signs_in_and_begins_on_the_waitlist(
    page: Page, coordinator: User, municipality: Municipality
) -> None:
    secret = give_app(coordinator)
    page.goto("/")
    expect(page).to_have_title("Logg inn – Ergo")
    assert_accessible(page)
    assert_fits(page)

    page.get_by_label("Brukernavn").fill("koordinator")
    page.get_by_label("Passord").fill("feil")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Feil: Logg inn – Ergo")
    expect(page.locator("#errors")).to_be_focused()
    assert_accessible(page)

    page.get_by_label("Brukernavn").fill("koordinator")
    page.get_by_label("Passord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Kode").fill(lasting_code(secret))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/k/{municipality.code}/venteliste/$"))
    expect(page.get_by_role("link", name="Registrer den første henvisningen")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)

    page.get_by_role("button", name=re.compile("Ansatt")).click()
    page.get_by_role("button", name="Logg ut").click()
    expect(page).to_have_title("Logg inn – Ergo")


def test_a_number_leads_to_its_rows_and_on_to_a_case(
    office: Page, stop: Callable[[Page], None], log: Callable[..., Referral], municipality: Municipality
) -> None:
    late = [log(100, waiting=True, priority=1), log(60, waiting=True, priority=1)]
    log(3, waiting=True, priority=1)
    log(2)
    office.goto(f"/k/{municipality.code}/venteliste/")
    expect(rows(office)).to_have_count(4)
    stop(office)

    over = office.get_by_role("link", name="2 Over frist")
    over.click()
    expect(rows(office)).to_have_count(2)
    expect(over).to_have_attribute("aria-current", "true")
    expect(office.get_by_label("Over frist", exact=True)).to_be_checked()
    stop(office)

    for direction, first in (("ascending", late[0]), ("descending", late[1])):
        office.get_by_role("button", name="Mottatt").click()
        heading = office.get_by_role("columnheader", name="Mottatt")
        expect(heading).to_have_attribute("aria-sort", direction)
        expect(rows(office).first).to_contain_text(first.number)
    expect(office).to_have_url(re.compile(r"only=over_target.*sort=-received_on"))

    office.get_by_role("link", name=late[1].number).click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("Kari")
    office.go_back()
    expect(rows(office)).to_have_count(2)


def test_the_filter_narrows_and_keeps_the_sort(
    office: Page, stop: Callable[[Page], None], log: Callable[..., Referral], municipality: Municipality
) -> None:
    for age in (5, 10, 15):
        log(age, waiting=True, priority=1)
        log(age, waiting=True, priority=3)
    log(20, started=True, started_on=today())
    office.goto(f"/k/{municipality.code}/venteliste/")
    office.get_by_role("button", name="Ventedager").click()
    filtered(office, "Prioritet", "3")
    expect(rows(office)).to_have_count(3)
    expect(office).to_have_url(re.compile(r"priority=3"))
    expect(office).to_have_url(re.compile(r"sort=-gross_days"))
    if scripts_run(office):
        expect(office.locator("#found")).to_have_text("3 treff")
        expect(office.get_by_label("Prioritet", exact=True)).to_be_focused()
    stop(office)

    filtered(office, "Status", "started")
    expect(office.get_by_text("Ingen henvisning passer med filteret.")).to_be_visible()
    stop(office)

    office.get_by_role("link", name="Nullstill filteret").click()
    expect(rows(office)).to_have_count(6)

    office.get_by_text("Flere filtre").click()
    office.get_by_label("Fra og med").fill("31.02.2026")
    office.get_by_role("button", name="Vis treff").click()
    expect(office.get_by_text("31.02.2026 finnes ikke").first).to_be_visible()
    stop(office)
    office.get_by_label("Fra og med").fill(f"{today():%d%m%Y}")
    office.get_by_role("button", name="Vis treff").click()
    expect(office.get_by_text("Ingen henvisning passer med filteret.")).to_be_visible()
    expect(office.get_by_text("finnes ikke")).to_have_count(0)


def test_pages_keep_the_filter(
    office: Page, stop: Callable[[Page], None], log: Callable[..., Referral], municipality: Municipality
) -> None:
    for _ in range(51):
        log(5, waiting=True, priority=2)
    office.goto(f"/k/{municipality.code}/venteliste/?priority=2")
    expect(rows(office)).to_have_count(50)
    office.get_by_role("link", name="Neste", exact=True).click()
    expect(rows(office)).to_have_count(1)
    expect(office.get_by_label("Prioritet", exact=True)).to_have_value("2")
    stop(office)


def test_a_search_leaves_only_a_token_in_the_address(
    office: Page, stop: Callable[[Page], None], log: Callable[..., Referral], municipality: Municipality
) -> None:
    wanted = log(
        40,
        started=True,
        started_on=today(),
        person=PersonFactory(municipality=municipality, given_name="Áine", family_name="Østby"),
    )
    log(5, waiting=True)
    office.goto(f"/k/{municipality.code}/venteliste/?sort=received_on")
    office.get_by_role("searchbox").fill("østby")
    office.keyboard.press("Enter")
    expect(rows(office)).to_have_count(1)
    expect(rows(office)).to_contain_text(wanted.number)
    expect(office).to_have_url(re.compile(r"sok=[0-9a-f-]{36}"))
    assert "stby" not in office.url
    expect(office.get_by_role("searchbox")).to_have_value("østby")
    stop(office)

    filtered(office, "Status", "closed")
    expect(office.get_by_text("Ingen henvisning passer med søket.")).to_be_visible()
    expect(office).to_have_url(re.compile(r"sok="))

    office.get_by_role("link", name="Avslutt søket").first.click()
    expect(office).not_to_have_url(re.compile(r"sok="))
    expect(office.get_by_role("searchbox")).to_have_value("")
