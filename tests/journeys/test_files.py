"""The figures of a board as files: chosen by keyboard, on a small screen too, and not on paper."""

import io
import json
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, User
from tests.factories import ReferralFactory
from tests.harness.outside_reader import opened
from tests.journeys.accessibility import assert_accessible, assert_fits

SignIn = Callable[[User], None]


@pytest.fixture
def waits(municipality: Municipality, category: Category) -> None:
    for _nth in range(6):
        ReferralFactory(municipality=municipality, category=category, waiting=True)


@pytest.mark.usefixtures("waits")
def test_a_manager_takes_the_figures_along_by_keyboard(page: Page, sign_in: SignIn, manager: User) -> None:
    sign_in(manager)
    page.goto("/oversikt/")
    files = page.get_by_role("navigation", name="Tallene som filer")
    files.get_by_role("link", name="Last ned CSV").focus()
    page.keyboard.press("Tab")
    expect(files.get_by_role("link", name="Last ned Excel")).to_be_focused()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    workbook = io.BytesIO(download.value.path().read_bytes())
    assert load_workbook(workbook).sheetnames == ["Tall", "Oppskrift"]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    table = files.get_by_role("link", name="Hvem som venter, etter kategori")
    expect(table).to_be_visible()
    assert_accessible(page, within="nav.downloads")
    assert_fits(page, 400)
    with page.expect_download() as download:
        table.press("Enter")
    made = json.loads(download.value.path().read_text("utf-8"))
    frame = opened(made)
    assert frame.loc[frame["figure"] == "waiting", "value"].sum() == 6
    page.emulate_media(media="print")
    expect(files).to_be_hidden()
