"""Coming in: a first second step, a passkey of Chromium's own virtual authenticator, and what stands open."""

from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import BrowserContext, Page, expect

from referrals.models import User
from tests.factories import PASSWORD
from tests.harness.factors import give_app, give_recovery_codes, lasting_code
from tests.journeys.accessibility import assert_accessible, assert_fits

pytestmark = pytest.mark.usefixtures("coordinator")


@pytest.fixture
def authenticator(context: BrowserContext, page: Page) -> Iterator[str]:
    """A device that makes passkeys and lets whoever holds it through, as a laptop with a fingerprint reader does."""
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    yield devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    devices.detach()


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)


def type_password(page: Page) -> None:
    page.goto("/inn/")
    page.get_by_label("Brukernavn").fill("koordinator")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn", exact=True).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_register_a_passkey_sign_out_and_come_in_with_it(page: Page, authenticator: str) -> None:
    page.goto("/inn/")
    stop(page)
    type_password(page)
    heading(page, "Én ting gjenstår: et trinn til")
    stop(page)
    page.get_by_role("link", name="Legg til en passnøkkel").click()
    page.get_by_label("Navn på passnøkkelen").fill("Jobb-PC")
    stop(page)
    page.get_by_role("button", name="Legg til passnøkkelen").click()
    heading(page, "Reservekoder")
    stop(page)
    expect(page.get_by_role("listitem").filter(has_text="0").first).to_be_visible()
    page.get_by_role("link", name="Jeg har tatt vare på dem, gå videre").click()
    heading(page, "Venteliste")
    passkey = Authenticator.objects.get(type="webauthn")
    assert passkey.wrap().name == "Jobb-PC" and passkey.wrap().is_passwordless

    page.goto("/konto/")
    stop(page)
    page.get_by_role("button", name="Ada Ansatt").click()
    page.get_by_role("button", name="Logg ut").click()
    heading(page, "Logg inn")
    page.get_by_role("button", name="Logg inn med passnøkkel").click()
    heading(page, "Venteliste")
    page.goto("/konto/okter/")
    expect(page.get_by_role("listitem").filter(has_text="denne")).to_contain_text("Chrome, Linux")
    stop(page)


def test_a_passkey_is_the_second_step_too_and_confirms_later(page: Page, authenticator: str) -> None:
    type_password(page)
    page.get_by_role("link", name="Legg til en passnøkkel").click()
    page.get_by_role("button", name="Legg til passnøkkelen").click()
    heading(page, "Reservekoder")

    page.context.clear_cookies()
    type_password(page)
    heading(page, "Trinn to")
    stop(page)
    page.get_by_role("button", name="Bruk en passnøkkel").click()
    heading(page, "Venteliste")

    page.goto("/konto/bekreft/passnokkel/?next=/konto/okter/")
    stop(page)
    page.get_by_role("button", name="Bruk en passnøkkel").click()
    heading(page, "Hvor du er logget inn")


def test_without_a_passkey_on_the_device_the_page_says_so(page: Page, authenticator: str) -> None:
    page.goto("/inn/")
    page.get_by_role("button", name="Logg inn med passnøkkel").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Nettleseren ga ingen passnøkkel. Prøv igjen, eller velg en annen måte."
    )
    assert_accessible(page)


def test_an_app_without_scripts_and_by_keyboard(
    page_without_scripts: Page, base_url: str, coordinator: User
) -> None:
    """Password and code need neither mouse nor JavaScript."""
    secret = give_app(coordinator)
    page = page_without_scripts
    page.goto(f"{base_url}/inn/")
    expect(page.get_by_role("button", name="Logg inn med passnøkkel")).to_be_hidden()
    page.get_by_label("Brukernavn").focus()
    page.keyboard.type("koordinator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Kode").focus()
    page.keyboard.type(lasting_code(secret))
    page.keyboard.press("Enter")
    heading(page, "Venteliste")


def test_set_up_an_app_and_read_the_codes(page: Page) -> None:
    type_password(page)
    page.get_by_role("link", name="Legg til en app").click()
    stop(page)
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Koden som appen viser").fill("000000")
    page.get_by_role("button", name="Legg til appen").click()
    expect(page.locator("#errors")).to_be_focused()
    stop(page)
    page.get_by_label("Koden som appen viser").fill(lasting_code(secret))
    page.get_by_role("button", name="Legg til appen").click()
    heading(page, "Reservekoder")


def test_confirming_leads_back_to_what_one_was_about_to_do(
    page: Page, sign_in: Callable[[User], None], coordinator: User
) -> None:
    give_app(coordinator)
    codes = give_recovery_codes(coordinator)
    sign_in(coordinator)
    page.goto("/konto/")
    page.get_by_role("link", name="Vis kodene").click()
    heading(page, "Bekreft at det er deg")
    stop(page)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Bekreft").click()
    heading(page, "Reservekoder")
    expect(page.get_by_text(codes[0])).to_be_visible()

    page.goto("/konto/passord/")
    stop(page)
    page.get_by_label("Passordet du har nå").fill(PASSWORD)
    page.get_by_label("Nytt passord", exact=True).fill("Sommer2026!!")
    page.get_by_label("Nytt passord en gang til").fill("Sommer2026!!")
    page.get_by_role("button", name="Lagre det nye passordet").click()
    expect(page.locator("#errors")).to_contain_text("ord som blir prøvd først")
    stop(page)
