"""The map of boundaries: one stop, walked with the arrow keys, links without scripts, on a telephone and on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.models import BoundaryArea, BoundaryMap, Municipality, User
from tests.factories import (
    BoundaryAreaFactory,
    BoundaryMapFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
)
from tests.journeys.accessibility import assert_accessible, assert_fits

SignIn = Callable[[User], None]
# Places of which the fifth is the nearest of none of the others in any of the four directions.
NOBODYS_NEAREST = ((1600, 1600), (400, 700), (1400, 600), (1300, 500), (900, 1100), (400, 1600))


@pytest.fixture(autouse=True)
def crossed(db: None) -> dict[str, Municipality]:
    """Four municipalities around a fifth, which has nobody."""
    made = BoundaryMapFactory(year=2026)
    where = {
        "nord": (1000, 700),
        "vest": (700, 1000),
        "midt": (1000, 1000),
        "øst": (1300, 1000),
        "sør": (1000, 1300),
    }
    places = {name: MunicipalityFactory(name=f"Kommune {name}") for name in where}
    for name, (x, y) in where.items():
        BoundaryAreaFactory(map=made, municipality=places[name], x=x, y=y)
    EmploymentFactory(municipality=places["nord"])
    CoverageStatementFactory(municipality=places["midt"])
    return places


def focused(page: Page) -> str:
    """The title of the area that has the focus."""
    return page.evaluate("document.activeElement.querySelector('title')?.textContent || ''")


def test_the_map_is_one_stop_and_walked_with_the_arrow_keys(
    page: Page, sign_in: SignIn, national_reader: User
) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    expect(page.get_by_text("Grenser per 2026", exact=True)).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.locator(".area-card").get_by_role("link", name="Hopp over kartet").focus()
    page.keyboard.press("Tab")
    assert focused(page).startswith("Kommune nord: Egen")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Kommune midt: Ingen"
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Kommune vest: Ukjent"
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.areas')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kommune vest")


def test_every_area_is_reached_by_the_arrow_keys(page: Page, sign_in: SignIn, national_reader: User) -> None:
    sixth = MunicipalityFactory(name="Kommune sjette")
    BoundaryAreaFactory(map=BoundaryMap.objects.get(), municipality=sixth)
    for area, (x, y) in zip(BoundaryArea.objects.order_by("pk"), NOBODYS_NEAREST, strict=True):
        BoundaryArea.objects.filter(pk=area.pk).update(x=x, y=y)
    sign_in(national_reader)
    page.goto("/dekning/")
    page.locator(".area-card").get_by_role("link", name="Hopp over kartet").focus()
    page.keyboard.press("Tab")
    reached: set[str] = set()
    ahead = [focused(page)]
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
                page.locator(".areas a").filter(has_text=here.partition(":")[0]).focus()
                page.keyboard.press(key)
                ahead.append(focused(page))
    assert len(reached) == len(NOBODYS_NEAREST)


def test_the_map_can_be_skipped(page: Page, sign_in: SignIn, national_reader: User) -> None:
    sign_in(national_reader)
    page.goto("/dekning/")
    page.locator(".area-card").get_by_role("link", name="Hopp over kartet").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('#all'))")


def test_without_scripts_each_area_is_a_link(
    page_without_scripts: Page, base_url: str, page: Page, sign_in: SignIn, administrator: User
) -> None:
    sign_in(administrator)
    plain = page_without_scripts
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{base_url}/dekning/")
    plain.locator(".areas").get_by_role("link", name="Kommune sør").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Kommune sør")


def test_on_a_telephone_it_scrolls_in_its_own_place(
    page: Page, sign_in: SignIn, national_reader: User
) -> None:
    sign_in(national_reader)
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/dekning/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator(".areas").bounding_box()["width"] > 400


def test_on_paper_it_fits_the_sheet(page: Page, sign_in: SignIn, national_reader: User) -> None:
    sign_in(national_reader)
    page.set_viewport_size({"width": 680, "height": 900})  # A4 within its margins
    page.emulate_media(media="print")
    page.goto("/dekning/")
    box = page.locator(".areas").bounding_box()
    assert box["width"] <= 680 and box["height"] <= 900
