"""What is typed of a referral is not lost: not with the session, not with the window, and not between two windows."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect

from ergo.sessions import SessionStore
from referrals import identity
from referrals.demo.users import DEMO_PASSWORD, demo_users
from referrals.models import Category, Draft, Municipality, Referral, User
from referrals.permissions import Role
from referrals.views.clock import today
from referrals.views.session_age import SEEN
from tests.factories import InstallationFactory, MembershipFactory, UserFactory
from tests.journeys.accessibility import assert_accessible, assert_fits

NUMBER = identity.synthetic(date(1948, 5, 17), 3)
REASON = "Har falt i dusjen"


@pytest.fixture(autouse=True)
def demo(transactional_db: None) -> Iterator[None]:
    """Fictitious numbers are accepted, and signing in is one press; the answer is cached, so it is forgotten again."""
    InstallationFactory()
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def coordinator(municipality: Municipality) -> User:
    """The demo's coordinator."""
    known = next(user for user in demo_users() if user.role == Role.COORDINATOR)
    user = UserFactory(username=known.username, password=DEMO_PASSWORD)
    MembershipFactory(user=user, role=Role.COORDINATOR, municipality=municipality)
    return user


@pytest.fixture
def form(
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    category: Category,
) -> Page:
    """The form of a new citizen, with everything that must be filled in and a reason; the cursor is behind it."""
    sign_in(coordinator)
    begin(page, municipality)
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Registrer ny innbygger")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mottatt dato")).to_be_focused()
    write(page, f"{today():%d%m%y}", "Fas", "Br", "Hj")
    page.keyboard.press("Space")
    write(page, "", "", REASON, "", "Kari")
    page.keyboard.type("Nordmann")
    return page


def begin(page: Page, municipality: Municipality) -> None:
    page.goto(f"/k/{municipality.code}/henvisninger/ny/")
    expect(page.get_by_label("Fødselsnummer")).to_be_focused()


def write(page: Page, *keys: str) -> None:
    """Types into one field after the other; Tab goes on, an empty text leaves a field as it is."""
    for typed in keys:
        if typed:
            page.keyboard.type(typed)
        page.keyboard.press("Tab")


def end_session(context: BrowserContext) -> None:
    """Nobody has touched a key for an hour."""
    cookie = next(row for row in context.cookies() if row["name"] == settings.SESSION_COOKIE_NAME)
    session = SessionStore(cookie["value"])
    session[SEEN] -= 60 * 60
    session.save()


def press_in(page: Page) -> None:
    """Signs in as the demo's coordinator."""
    page.locator("button.demo-user[value=koordinator]").focus()
    page.keyboard.press("Enter")


def kept(page: Page) -> None:
    expect(page.locator("p[data-draft-told]")).to_contain_text("Kladd lagret kl.")


def test_what_was_sent_from_an_ended_session_is_back_is_registered_and_the_draft_is_gone(
    form: Page, context: BrowserContext
) -> None:
    kept(form)
    expect(form.locator("[data-draft-said]")).to_contain_text("Kladd lagret kl.")
    assert_accessible(form, within="main")
    assert_fits(form)
    assert not Referral.objects.exists() and Draft.objects.count() == 1

    end_session(context)
    form.keyboard.type("sen")
    form.keyboard.press("Enter")
    expect(form.get_by_text("tilbake i skjemaet")).to_be_visible()
    press_in(form)

    expect(form.get_by_text("Ikke lagret ennå.")).to_be_visible()
    expect(form.get_by_label("Etternavn")).to_have_value("Nordmannsen")
    expect(form.get_by_label("Henvisningsårsak")).to_have_value(REASON)
    assert_accessible(form, within="main")
    kept(form)
    form.get_by_label("Etternavn").focus()
    form.keyboard.press("Enter")
    expect(form.get_by_role("heading", level=1)).to_have_text("Kari Nordmannsen")
    assert Referral.objects.get().reason == REASON and not Draft.objects.exists()


def test_a_window_that_is_signed_out_of_keeps_what_stands_in_it(form: Page, context: BrowserContext) -> None:
    kept(form)
    end_session(context)
    form.keyboard.type("sen")
    told = form.locator("[data-draft-trouble]")
    expect(told).to_contain_text("Du er logget ut.")
    assert_accessible(form, within="main")
    # even the button that registers waits, since there is nobody to register it
    form.keyboard.press("Enter")
    expect(form.get_by_label("Etternavn")).to_have_value("Nordmannsen")

    told.get_by_role("link", name="Logg inn i et nytt vindu").focus()
    with context.expect_page() as opened:
        form.keyboard.press("Enter")
    press_in(opened.value)
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    form.bring_to_front()
    form.get_by_label("Etternavn").focus()
    form.keyboard.press("End")
    form.keyboard.type("!")
    form.keyboard.press("Backspace")
    expect(told).to_be_empty()
    form.keyboard.press("Enter")
    expect(form.get_by_role("heading", level=1)).to_have_text("Kari Nordmannsen")
    assert not Draft.objects.exists()


def test_one_goes_on_where_one_left_off_and_throws_away(form: Page, municipality: Municipality) -> None:
    kept(form)
    address = form.url
    begin(form, municipality)
    expect(form.get_by_role("heading", name="Kladder (1)")).to_be_visible()
    assert_accessible(form, within="main")
    assert_fits(form)
    form.get_by_role("link", name="Fortsett på kladden").focus()
    form.keyboard.press("Enter")
    expect(form.get_by_label("Henvisningsårsak")).to_have_value(REASON)
    expect(form.get_by_label("Mottatt dato")).to_be_focused()
    assert form.url == address and form.locator("[aria-invalid=true]").count() == 0
    assert_accessible(form, within="main")
    assert_fits(form)

    form.get_by_role("button", name="Forkast kladden").focus()
    form.keyboard.press("Enter")
    expect(form.get_by_text("Kladden er forkastet.")).to_be_visible()
    assert not Draft.objects.exists()


def test_of_two_windows_the_second_is_told_and_may_choose(form: Page, context: BrowserContext) -> None:
    kept(form)
    other = context.new_page()
    other.goto(form.url)
    other.get_by_label("Etternavn").fill("Hansen")
    expect(other.locator("[data-draft-said]")).to_contain_text("Kladd lagret kl.")

    form.bring_to_front()
    form.keyboard.type("sen")
    told = form.locator("[data-draft-trouble]")
    expect(told).to_contain_text("et annet vindu")
    assert_accessible(form, within="main")
    told.get_by_role("button", name="Lagre det som står her").focus()
    form.keyboard.press("Enter")
    expect(told).to_be_empty()
    expect(form.get_by_role("button", name="Lagre kladd")).to_be_focused()
    form.reload()
    expect(form.get_by_label("Etternavn")).to_have_value("Nordmannsen")
