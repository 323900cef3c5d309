"""The coordinator keeps the staff by keyboard: a new employment with its mistakes, a leave, an agreement, an end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from referrals.models import CoverageAgreement, Employment, Leave, Municipality, Therapist, User
from tests.factories import (
    CoverageAgreementFactory,
    EmploymentFactory,
    LeaveFactory,
    OccupationFactory,
    TherapistFactory,
)
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import write

SignIn = Callable[[User], None]

HPR = "9123456"
DAY = timedelta(days=1)


def written(days: int) -> str:
    """The day so many days from now."""
    return f"{localdate() + timedelta(days=days):%d.%m.%Y}"


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page, 400)


def choose(page: Page, label: str) -> None:
    """Space, on a radio button or a box."""
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Space")


def press(page: Page, role: str, name: str) -> None:
    """Enter, on a link or a button that has the focus; what a link is about stands behind it, unseen."""
    words = re.compile(" ?, ".join(map(re.escape, name.split(", "))))
    control = page.get_by_role(role, name=words)
    control.focus()
    expect(control).to_be_focused()
    page.keyboard.press("Enter")


@pytest.fixture
def staff_page(page: Page, sign_in: SignIn, coordinator: User, municipality: Municipality) -> Page:
    OccupationFactory()
    sign_in(coordinator)
    page.goto(f"/k/{municipality.code}/venteliste/")
    press(page, "link", "Bemanning")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bemanning")
    stop(page)
    return page


def test_somebody_new_is_employed_goes_on_leave_and_leaves(staff_page: Page) -> None:
    page = staff_page
    press(page, "link", "Nytt arbeidsforhold")
    expect(page.get_by_label("HPR-nummer")).to_be_focused()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    stop(page)
    write(page, "HPR-nummer", HPR)
    page.keyboard.press("Enter")

    expect(page.get_by_label("Navn")).to_be_focused()
    stop(page)
    page.keyboard.type("Ny Terapeut")
    choose(page, "Autorisasjon")
    write(page, "Godkjent fra", "01012020")
    page.locator("#id_occupation").focus()
    page.keyboard.type("3226104")
    write(page, "Årsverk", "50 %")
    write(page, "Fra Må fylles ut", "01012026")
    press(page, "button", "Lagre arbeidsforholdet")
    expect(page.locator("#errors")).to_be_focused()
    stop(page)
    press(page, "link", "Skriv årsverk som et tall")
    expect(page.get_by_label("Årsverk")).to_be_focused()
    write(page, "Årsverk", "0,5")
    press(page, "button", "Lagre arbeidsforholdet")
    expect(page.get_by_text("Lagret.", exact=True)).to_be_visible()
    stop(page)
    assert Employment.objects.get().therapist == Therapist.objects.get(hpr_number=HPR)

    press(page, "link", "Permisjon, Ny Terapeut")
    write(page, "Fra", written(0))
    write(page, "Til", written(30))
    press(page, "button", "Lagre")
    expect(page.get_by_role("cell", name=f"{written(0)}–{written(30)}")).to_be_visible()
    assert Leave.objects.count() == 1

    press(page, "link", "Avslutt, Ny Terapeut")
    stop(page)
    write(page, "Første dag uten", written(60))
    press(page, "button", "Avslutt arbeidsforholdet")
    expect(page.get_by_role("cell", name=written(60))).to_be_visible()


def test_a_circle_of_agreements_is_told_and_mended(
    staff_page: Page, municipality: Municipality, other_municipality: Municipality
) -> None:
    page = staff_page
    CoverageAgreementFactory(provider=municipality, recipient=other_municipality)
    press(page, "link", "Ny avtale")
    stop(page)
    choose(page, "Den andre kommunen betjener oss")
    page.get_by_label("Den andre kommunen", exact=False).last.focus()
    page.keyboard.type(other_municipality.full_name)
    write(page, "Årsverk", "0,2")
    write(page, "Fra", "01012026")
    press(page, "button", "Lagre")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors")).to_contain_text("Annesvik → Prøvdal → Annesvik")
    stop(page)
    choose(page, "Vi betjener den andre kommunen")
    write(page, "Fra", "01012000")
    press(page, "button", "Lagre")
    expect(page.locator("#errors")).to_contain_text("har allerede en avtale i perioden")
    assert CoverageAgreement.objects.count() == 1


def test_it_works_without_scripts(
    page: Page,
    page_without_scripts: Page,
    base_url: str,
    sign_in: SignIn,
    coordinator: User,
    municipality: Municipality,
) -> None:
    TherapistFactory(name="Kari Prøve", employed_in=municipality)
    sign_in(coordinator)
    page_without_scripts.context.add_cookies(page.context.cookies())
    page_without_scripts.goto(f"{base_url}/k/{municipality.code}/bemanning/")
    press(page_without_scripts, "link", "Endre, Kari Prøve")
    write(page_without_scripts, "Årsverk", "0,8")
    write(page_without_scripts, "Endret fra", "01012026")
    press(page_without_scripts, "button", "Lagre")
    press(page_without_scripts, "link", "Avsluttet")
    expect(page_without_scripts.get_by_role("cell", name="01.01.2026")).to_be_visible()
    assert Employment.objects.count() == 2


def test_the_list_fits_a_screen_of_1280_pixels(
    page: Page, sign_in: SignIn, coordinator: User, municipality: Municipality
) -> None:
    """With the longest that usually stands in each of its nine columns."""
    therapist = TherapistFactory(
        name="Anne-Kristine Bjørklund-Thorvaldsen", hpr_number="912345678", authorised_to=localdate() + DAY
    )
    title = "ergoterapeut (psykisk helsearbeid)"
    post = EmploymentFactory(
        municipality=municipality,
        therapist=therapist,
        occupation=OccupationFactory(code="3226119", title=title),
        is_temporary=True,
    )
    LeaveFactory(employment=post, valid_from=localdate() - DAY, valid_to=localdate() + DAY)
    sign_in(coordinator)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/k/{municipality.code}/bemanning/")
    region = page.locator(".table-region").first
    wide, room = region.evaluate("region => [region.scrollWidth, region.clientWidth]")
    assert wide <= room, f"the table is {wide - room} px too wide"
    stop(page)


def test_the_posts_of_a_therapist_scroll_by_themselves_on_the_administrators_site(
    page: Page, sign_in: SignIn, administrator: User
) -> None:
    post = EmploymentFactory()
    sign_in(administrator)
    page.goto(f"/admin/referrals/therapist/{post.therapist_id}/change/")
    expect(page.locator("#employments-0")).to_be_visible()
    for width in (1280, 400):
        assert_fits(page, width)
