"""The manager writes a version of the priority key by keyboard: from the menu through the preview to the list."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, PriorityKey, User
from tests.factories import (
    LONG_AGO,
    CategoryFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    days_ago,
)
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import write

SignIn = Callable[[User], None]

WHY = "Kommunestyret vedtok nye frister."
CRITERIA = "Nylig tap av funksjon, fare for fall eller for å miste jobb, skole eller bolig."
DAYS = "Hjelpemidler (prøve), Prioritet 2, dager"


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page, 400)


def press(page: Page, role: str, name: str) -> None:
    """Enter, on a link or a button that has the focus."""
    control = page.get_by_role(role, name=name, exact=True)
    control.focus()
    expect(control).to_be_focused()
    page.keyboard.press("Enter")


@pytest.fixture
def key_page(page: Page, sign_in: SignIn, manager: User, municipality: Municipality) -> Page:
    sign_in(manager)
    page.goto(f"/k/{municipality.code}/venteliste/")
    press(page, "link", "Prioriteringsnøkkel")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prioriteringsnøkkel")
    return page


def test_a_version_is_written_by_keyboard(
    key_page: Page, municipality: Municipality, category: Category
) -> None:
    page = key_page
    case = ReferralFactory(municipality=municipality, category=category, waiting=True)
    stop(page)
    press(page, "link", "Ny versjon")
    page.get_by_label("Den gjeldende versjonen").focus()
    page.keyboard.press("Space")
    stop(page)
    press(page, "button", "Fortsett")

    write(page, DAYS, "10 000")
    press(page, "button", "Se hva som endres")
    expect(page.locator("#errors")).to_be_focused()
    stop(page)
    press(
        page,
        "link",
        f"{DAYS.replace('Prioritet 2,', 'prioritet 2:')}: Skriv et helt antall dager, fra 1 til 730.",
    )
    expect(page.get_by_label(DAYS, exact=True)).to_be_focused()

    write(page, DAYS, "3")
    write(page, "Gjelder fra", "01012020")
    write(page, "Begrunnelse", WHY)
    press(page, "button", "Se hva som endres")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hva versjonen endrer")
    expect(page.get_by_role("link", name=case.number)).to_be_visible()
    stop(page)

    press(page, "button", "Lagre versjonen")
    expect(page.get_by_role("status")).to_contain_text("Lagret. Versjonen gjelder fra 01.01.2020.")
    expect(page.get_by_role("cell", name="3 dager")).to_be_visible()
    stop(page)
    assert PriorityKey.objects.of(municipality.pk).valid().count() == 2


def test_a_version_is_corrected_without_scripts(
    page_without_scripts: Page,
    sign_in: SignIn,
    manager: User,
    municipality: Municipality,
    base_url: str,
    page: Page,
) -> None:
    sign_in(manager)
    page_without_scripts.context.add_cookies(page.context.cookies())
    page_without_scripts.goto(
        f"{base_url}/k/{municipality.code}/prioriteringsnokkel/{LONG_AGO.isoformat()}/rett/"
    )
    write(page_without_scripts, DAYS, "40")
    press(page_without_scripts, "button", "Se hva som endres")
    expect(page_without_scripts.locator("#errors")).to_contain_text("Begrunnelse")
    write(page_without_scripts, "Begrunnelse", WHY)
    press(page_without_scripts, "button", "Se hva som endres")
    press(page_without_scripts, "button", "Lagre rettingen")
    expect(page_without_scripts.get_by_role("cell", name="40 dager")).to_be_visible()
    assert PriorityKey.objects.of(municipality.pk).valid().get().reason == WHY


def test_two_keys_stand_side_by_side(
    key_page: Page, municipality: Municipality, other_municipality: Municipality
) -> None:
    page = key_page
    press(page, "link", "Sammenlign med en annen kommune")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prioriteringsnøkler side om side")
    page.get_by_label("Sammenlignet med").select_option(other_municipality.code)
    press(page, "button", "Vis")
    expect(page.get_by_text("0 linjer er ulike.")).to_be_visible()
    stop(page)


def test_keys_print_upright_with_every_column(
    page: Page,
    sign_in: SignIn,
    manager: User,
    municipality: Municipality,
    other_municipality: Municipality,
) -> None:
    """Of one municipality and of two side by side, with four priorities, criteria and a long name."""
    long_name = CategoryFactory(code="long-name", name_nb="Forebyggende hjemmebesøk og boligrådgivning")
    for place in (municipality, other_municipality):
        key = PriorityKeyFactory(municipality=place, valid_from=days_ago(10))
        for level in range(1, 5):
            PriorityTargetFactory(
                key=key, category=long_name, level=level, criteria=f"{CRITERIA} {place.name}"
            )
    sign_in(manager)
    one, other = municipality.code, other_municipality.code
    for address in (
        f"/k/{one}/prioriteringsnokkel/",
        f"/prioriteringsnokler/?a={one}",
        f"/prioriteringsnokler/?a={one}&b={other}",
    ):
        page.goto(address)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 1000})  # A4, less its margins, at 96 dots to the inch
        assert page.evaluate("document.documentElement.scrollWidth") <= 680, address
        expect(page.get_by_text(long_name.name_nb).first).to_be_visible()
        assert page.pdf(format="A4").count(b"/Type /Page\n") == 1, address
