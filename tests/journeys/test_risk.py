"""By keyboard from a case to a risk event that is registered, assessed anew in the meeting, and one taken back."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, Referral, RiskEvent, User
from referrals.views.clock import now
from tests.factories import ReferralFactory, RiskEventFactory, WaitPauseFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now, printed_pages
from tests.journeys.test_deadlines import tab_to

REGISTER, SAVED = "Registrer risikohendelse", "Hendelsen er registrert."


def test_a_fall_is_registered_and_assessed_anew_by_keyboard(
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    category: Category,
) -> None:
    given = {"municipality": municipality, "category": category, "received_on": before_now(200)}
    case = ReferralFactory(**given, waiting=True, prioritised_on=before_now(190))
    WaitPauseFactory(referral=case, started_on=before_now(60), ended_on=before_now(30))
    sign_in(coordinator)
    page.goto(f"/k/{municipality.code}/henvisninger/{case.number}/")
    expect(page.get_by_role("img", name="Ventetiden som tidslinje")).to_be_visible()

    tab_to(page, REGISTER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(REGISTER)
    assert_accessible(page)
    assert_fits(page)
    expect(page.get_by_label("Fall", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_text("Skal vurderes på nytt i dag.").first).to_be_visible()
    assert_accessible(page)
    for width in (1280, 400, 320):
        assert_fits(page, width)
    assert printed_pages(page) <= 2

    tab_to(page, "Vurder på nytt")
    page.goto(f"/k/{municipality.code}/inntaksmote/")
    expect(page.get_by_role("heading", name=case.person.name)).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ingen venter på vurdering.")).to_be_visible()
    saved = Referral.objects.get(pk=case.pk)
    assert (saved.priority, saved.received_on) == (1, before_now(200))
    assert RiskEvent.objects.get().reassessed_on == before_now(0)


def test_one_entered_in_error_is_taken_back_without_scripts(
    page_without_scripts: Page,
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
) -> None:
    case = ReferralFactory(municipality=municipality, waiting=True, received_on=before_now(50))
    RiskEventFactory(referral=case, happened_on=before_now(1), registered_at=now(), registered_by=coordinator)
    sign_in(coordinator)
    bare = page_without_scripts
    bare.context.add_cookies(page.context.cookies())
    bare.goto(f"/k/{municipality.code}/henvisninger/{case.number}/risiko-feilfort/")
    bare.get_by_label("Hvorfor var det feil").fill("Gjaldt naboen.")
    bare.get_by_role("button", name="Merk som feilført").click()
    expect(bare.get_by_text("Hendelsen er merket som feilført.")).to_be_visible()
    assert RiskEvent.objects.get().withdrawn_because == "Gjaldt naboen."
