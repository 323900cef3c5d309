"""A shielded case in the browser: opened by somebody named, and by emergency access; and the municipality menu."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from referrals.choices import Protection
from referrals.models import Municipality, Referral, User
from tests.factories import ConfidantFactory, MembershipFactory, PersonFactory, ReferralFactory
from tests.harness.full_sessions import note
from tests.journeys.accessibility import assert_accessible, assert_fits


@pytest.fixture
def case(municipality: Municipality) -> Referral:
    """Waiting, and the citizen's address is strictly confidential."""
    person = PersonFactory(
        municipality=municipality,
        given_name="Xenia",
        family_name="Ærlingsdotter",
        address="Lønnveien 77",
        protection=Protection.STRICTLY_CONFIDENTIAL,
    )
    return ReferralFactory(municipality=municipality, person=person, waiting=True)


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> Callable[[User], None]:
    """A session of somebody who has confirmed just now who they are."""

    def with_session(user: User) -> None:
        client = Client()
        client.force_login(user)
        note(client, user, at=2**40)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return with_session


def stop(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)


def test_somebody_named_opens_a_shielded_case_with_a_reason_and_closes_it(
    page: Page, sign_in: Callable[[User], None], coordinator: User, case: Referral
) -> None:
    ConfidantFactory(person=case.person, user=coordinator)
    sign_in(coordinator)
    page.goto(f"/k/{case.municipality.code}/venteliste/")
    expect(page.get_by_role("cell", name="Skjermet")).to_be_visible()
    page.get_by_role("link", name=case.number).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saken er skjermet")
    stop(page)
    page.get_by_role("button", name="Åpne saken").click()
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_label("Begrunnelse").fill("Skal avtale hjemmebesøk i dag")
    page.get_by_role("button", name="Åpne saken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xenia Ærlingsdotter")
    expect(page.get_by_text("Lønnveien 77")).to_be_visible()
    stop(page)
    page.get_by_role("link", name="Hvem som kan åpne saken, og hvem som er sperret fra den").click()
    stop(page)
    page.go_back()
    page.get_by_role("button", name="Lukk nå").click()
    expect(page.get_by_role("status").first).to_have_text("Saken er lukket igjen.")
    page.goto(f"/k/{case.municipality.code}/henvisninger/{case.number}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saken er skjermet")


def test_a_therapist_uses_emergency_access_and_the_manager_reads_why(
    page: Page,
    sign_in: Callable[[User], None],
    therapist_user: User,
    manager: User,
    case: Referral,
) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    sign_in(therapist_user)
    page.goto(f"/k/{case.municipality.code}/henvisninger/{case.number}/")
    stop(page)
    page.get_by_role("link", name="Nødtilgang").click()
    stop(page)
    page.get_by_label("Begrunnelse").fill("Fall i natt, må ringe pårørende nå")
    page.get_by_role("button", name="Åpne med nødtilgang").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xenia Ærlingsdotter")
    sign_in(manager)
    page.goto("/")
    page.get_by_role("link", name="Åpninger").click()
    expect(page.get_by_text("Fall i natt, må ringe pårørende nå")).to_be_visible()
    stop(page)
    page.get_by_role("button", name="Avslutt nå").click()
    sign_in(therapist_user)
    page.goto(f"/k/{case.municipality.code}/henvisninger/{case.number}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saken er skjermet")


def test_the_municipality_is_changed_by_keyboard(
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    other_municipality: Municipality,
) -> None:
    MembershipFactory(user=coordinator, municipality=other_municipality)
    sign_in(coordinator)
    page.goto(f"/k/{municipality.code}/venteliste/")
    menu = page.get_by_role("button", name=municipality.name)
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=other_municipality.name)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=other_municipality.name)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/k/{other_municipality.code}/venteliste/")
    expect(page.get_by_role("button", name=other_municipality.name)).to_be_visible()
