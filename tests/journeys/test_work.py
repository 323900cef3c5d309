"""A referral from the day it is prioritised until it is closed; and two people who save it at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from referrals.choices import Status
from referrals.models import Municipality, Referral, User
from tests.factories import PersonFactory, ReferralFactory
from tests.journeys.accessibility import assert_accessible, assert_fits


@pytest.fixture
def referral(municipality: Municipality, therapist_user: User) -> Referral:
    """Received and not assessed; there is a therapist to give it to."""
    person = PersonFactory(municipality=municipality, given_name="Máret", family_name="Sara", known=True)
    return ReferralFactory(municipality=municipality, person=person)


def address(referral: Referral) -> str:
    return f"/k/{referral.municipality.code}/henvisninger/{referral.number}/"


def stop(page: Page) -> None:
    """Looks the page over where it stands."""
    assert_accessible(page)
    assert_fits(page)


def take(page: Page, step: str) -> None:
    """Presses one of the buttons of the case; its small page is looked over too."""
    page.get_by_role("link", name=step, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step)
    stop(page)


def test_prioritise_pause_start_and_close(
    page: Page, sign_in: Callable[[User], None], coordinator: User, referral: Referral
) -> None:
    sign_in(coordinator)
    page.goto(address(referral))
    stop(page)

    take(page, "Sett prioritet")
    page.get_by_label("Prioritet 2: oppstart innen 56 dager").check()
    page.get_by_role("button", name="Lagre prioritet").click()
    expect(page.get_by_role("status").first).to_have_text("Prioriteten er lagret.")

    take(page, "Fordel til ergoterapeut")
    page.get_by_label("Ergoterapeut").select_option("Tea Terapeut")
    page.get_by_role("button", name="Lagre ergoterapeut").click()

    take(page, "Sett på vent")
    page.get_by_label("Ønsker selv å vente").check()
    page.get_by_role("button", name="Sett på vent").click()
    expect(page.get_by_role("status").first).to_have_text("Henvisningen er satt på vent.")
    stop(page)

    take(page, "Ta tilbake på listen")
    page.get_by_role("button", name="Ta tilbake på listen").click()

    take(page, "Registrer første kontakt")
    page.get_by_label("Hjemmebesøk").check()
    page.get_by_role("button", name="Registrer første kontakt").click()
    expect(page.get_by_text("Første kontakt: Hjemmebesøk, ved Tea Terapeut.")).to_be_visible()
    stop(page)

    take(page, "Avslutt")
    page.get_by_role("button", name="Avslutt saken").click()
    expect(page.locator("#errors")).to_be_focused()
    stop(page)
    page.get_by_label("Ferdig").check()
    page.get_by_role("button", name="Avslutt saken").click()
    expect(page.get_by_text("Saken er ferdig, med sluttårsak.")).to_be_visible()
    stop(page)
    assert Referral.objects.get().status == Status.CLOSED


def test_the_second_of_two_who_save_sees_both_versions(
    page: Page,
    browser: Browser,
    base_url: str,
    sign_in: Callable[[User], None],
    coordinator: User,
    referral: Referral,
) -> None:
    sign_in(coordinator)
    page.goto(f"{address(referral)}prioritet/")
    colleague = browser.new_context(base_url=base_url, storage_state=page.context.storage_state()).new_page()
    colleague.goto(f"{address(referral)}prioritet/")
    colleague.get_by_label("Prioritet 1:").check()
    colleague.get_by_role("button", name="Lagre prioritet").click()
    expect(colleague.get_by_text("Gitt prioritet 1.")).to_be_visible()

    page.get_by_label("Prioritet 3:").check()
    page.get_by_label("Begrunnelse").fill("Kan vente 😀")
    page.get_by_role("button", name="Lagre prioritet").click()
    expect(page.get_by_text("En annen har endret henvisningen siden du åpnet den")).to_be_visible()
    expect(page.get_by_text("Gitt prioritet 1.")).to_be_visible()
    expect(page.get_by_label("Begrunnelse")).to_have_value("Kan vente 😀")
    stop(page)
    page.get_by_role("button", name="Lagre mitt likevel").click()
    expect(page.get_by_text("Prioriteten er endret fra 1 til 3.")).to_be_visible()
    colleague.context.close()


def test_a_therapist_takes_the_first_contact_on_a_telephone(
    page: Page,
    sign_in: Callable[[User], None],
    therapist_user: User,
    municipality: Municipality,
) -> None:
    mine = {"municipality": municipality, "therapist": therapist_user.therapist}
    case = ReferralFactory(waiting=True, assigned_on="2026-03-10", **mine)
    ReferralFactory(overdue=True, assigned_on="2026-03-10", **mine)
    ReferralFactory(started=True, **mine)
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(therapist_user)
    page.goto("/mine/")
    stop(page)
    page.get_by_role("link", name=f"Registrer første kontakt {case.number}").click()
    page.get_by_label("Kartlegging på video").check()
    page.get_by_role("button", name="Registrer første kontakt").click()
    expect(page.get_by_text("Første kontakt er registrert. Ventetiden er slutt.")).to_be_visible()
    stop(page)
