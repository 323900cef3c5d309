"""A coordinator at the list, by keyboard: several assigned at once and undone, and facts changed in their rows."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from referrals.models import Category, Municipality, Referral, Therapist, User
from referrals.views.clock import now, today
from tests.factories import EmploymentFactory, ReferralFactory, TherapistFactory
from tests.journeys.accessibility import assert_accessible, assert_fits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kari(municipality: Municipality) -> Therapist:
    therapist = TherapistFactory(name="Kari Ergo")
    EmploymentFactory(
        therapist=therapist, municipality=municipality, valid_from=today() - timedelta(days=900)
    )
    return therapist


@pytest.fixture
def waiting(municipality: Municipality, category: Category, kari: Therapist) -> list[Referral]:
    return [
        ReferralFactory(
            municipality=municipality,
            category=category,
            waiting=True,
            received_on=today() - timedelta(days=30 + age),
            changed_at=now(),
        )
        for age in range(3)
    ]


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/venteliste/"


def press_until(page: Page, target: Locator, key: str = "Tab", most: int = 120) -> None:
    """Goes on with the key until the focus is there."""
    for _step in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {target}")


def test_several_are_assigned_at_once_and_undone_by_keyboard(
    page: Page, sign_in: Callable[[User], None], coordinator: User, address: str, waiting: list[Referral]
) -> None:
    sign_in(coordinator)
    page.goto(address)
    assert_accessible(page)
    assert_fits(page)

    press_until(page, page.get_by_label("Velg alle på siden"))
    page.keyboard.press("Space")
    expect(page.get_by_text("Valgt: 3")).to_be_visible()
    first = page.get_by_label(f"Velg {waiting[0].number}")
    press_until(page, first)
    page.keyboard.press("Space")
    expect(page.get_by_text("Valgt: 2")).to_be_visible()
    assert_accessible(page)
    assert_fits(page, 400)
    press_until(page, page.get_by_role("button", name="Fordel til ergoterapeut"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Fordel 2 henvisninger", level=1)).to_be_visible()
    expect(page.get_by_role("combobox", name="Ergoterapeut")).to_be_focused()
    assert_accessible(page)
    assert_fits(page)
    page.keyboard.type("Kari")
    press_until(page, page.get_by_role("button", name="Fordel 2 henvisninger"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("Ergoterapeut er endret for 2 henvisninger.")).to_be_visible()
    assert sorted(one.therapist_id is None for one in Referral.objects.all()) == [False, False, True]
    assert_accessible(page)
    assert_fits(page, 400)
    press_until(page, page.get_by_role("button", name="Angre"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Angret for 2 henvisninger.")).to_be_visible()
    assert not Referral.objects.filter(therapist__isnull=False).exists()
    assert_accessible(page)


def test_facts_are_changed_in_the_row_by_keyboard(
    page: Page, sign_in: Callable[[User], None], coordinator: User, address: str, waiting: list[Referral]
) -> None:
    sign_in(coordinator)
    page.goto(address)
    row = page.locator("tr", has=page.get_by_role("link", name=waiting[0].number, exact=True))
    box = page.get_by_label(f"Velg {waiting[0].number}")
    box.focus()
    page.keyboard.press("Space")

    priority = row.get_by_role("link", name=re.compile("^2.*endre prioritet"))
    priority.focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("combobox", name="Prioritet")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(priority).to_be_focused()

    page.keyboard.press("Enter")
    expect(row.get_by_role("combobox", name="Prioritet")).to_be_focused()
    page.keyboard.press("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name=re.compile("^1.*endre prioritet"))).to_be_focused()
    waiting[0].refresh_from_db()
    assert waiting[0].priority == 1
    expect(box).to_be_checked()
    expect(box).to_have_value(f"{waiting[0].number}.{waiting[0].version}")
    expect(page.get_by_text("Valgt: 1")).to_be_visible()
    box.focus()
    page.keyboard.press("Space")

    row.get_by_role("link", name="Legg til neste steg").focus()
    page.keyboard.press("Enter")
    step = row.get_by_role("textbox", name="Neste steg")
    expect(step).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("Ringe datteren")
    page.keyboard.press("Tab")
    page.keyboard.type("32132026")
    page.keyboard.press("Enter")
    expect(row.get_by_role("textbox", name="Utsatt til")).to_be_focused()
    expect(step).to_have_value("Ringe datteren")
    assert_accessible(page)
    page.keyboard.press("Control+A")
    page.keyboard.type(f"{today() + timedelta(days=9):%d%m%Y}")
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name="Ringe datteren")).to_be_focused()
    assert_accessible(page)


def test_single_keys_walk_the_list_and_can_be_turned_off(
    page: Page, sign_in: Callable[[User], None], coordinator: User, address: str, waiting: list[Referral]
) -> None:
    sign_in(coordinator)
    page.goto(address)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Hurtigtaster")
    expect(sheet).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tbody tr").nth(1).locator("th a")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("Valgt: 1")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_role("combobox", name="Prioritet").last).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    field = page.get_by_role("search").locator("input:not([type=hidden])")
    expect(field).to_be_focused()
    page.keyboard.type("x?")
    expect(field).to_have_value("x?")
    expect(sheet).to_be_hidden()

    page.get_by_role("button", name="Hurtigtaster").click()
    page.get_by_role("button", name="Slå av enkelttaster").click()
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(sheet).to_be_hidden()
    expect(page.locator("tbody a:focus")).to_have_count(0)
    coordinator.refresh_from_db()
    assert not coordinator.single_keys


def test_a_view_is_saved_and_opened_again_by_keyboard(
    page: Page, sign_in: Callable[[User], None], coordinator: User, address: str, waiting: list[Referral]
) -> None:
    sign_in(coordinator)
    page.goto(f"{address}?priority=2")
    menu = page.locator("summary", has_text="Lagrede visninger")
    press_until(page, menu)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ingen visning er lagret ennå.")).to_be_visible()
    assert_accessible(page)
    press_until(page, page.get_by_role("link", name="Lagre denne visningen, velg kolonner"))
    page.keyboard.press("Enter")

    press_until(page, page.get_by_label("Navn på visningen"))
    page.keyboard.type("Lav prioritet på Ås")
    assert_accessible(page)
    assert_fits(page, 400)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Visningen «Lav prioritet på Ås» er lagret.")).to_be_visible()

    page.goto(address)
    press_until(page, menu)
    page.keyboard.press("Enter")
    saved = page.get_by_role("listitem").filter(has_text="Lav prioritet på Ås")
    expect(saved).to_contain_text("3")
    assert_fits(page, 400)
    press_until(page, saved.get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Prioritet")).to_have_value("2")
