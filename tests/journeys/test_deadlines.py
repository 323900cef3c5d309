"""By keyboard from the deadlines to a preliminary reply that is settled."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from referrals.models import Category, Municipality, PreliminaryReply, User
from tests.factories import ReferralFactory, ValidationFactory, WaitPauseFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now

REPLY = "Registrer foreløpig svar"


FOCUSED_LINK = "document.activeElement.tagName === 'A' ? document.activeElement.innerText : ''"


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Presses Tab until a link that is called so has the focus, as somebody without a mouse does."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED_LINK):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_a_preliminary_reply_is_settled_by_keyboard(
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    category: Category,
) -> None:
    category.is_vedtak = True
    category.save()
    given = {"municipality": municipality, "category": category, "waiting": True}
    late = ReferralFactory(**given, received_on=before_now(40), priority=4, application=True)
    held = ReferralFactory(**given, received_on=before_now(120), priority=4)
    WaitPauseFactory(referral=held, started_on=before_now(60))
    asked = ReferralFactory(**given, received_on=before_now(130), priority=3)
    ValidationFactory(referral=asked, asked_on=before_now(40), registered_by=coordinator)
    sign_in(coordinator)

    page.goto(f"/k/{municipality.code}/frister/")
    assert_accessible(page)
    for width in (1280, 400, 320):
        assert_fits(page, width)
    expect(page.get_by_role("heading", name="Foreløpig svar 1")).to_be_visible()

    tab_to(page, "Foreløpig svar")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/k/{municipality.code}/frister/#reply")
    tab_to(page, REPLY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(REPLY)
    assert_accessible(page)

    expect(page.get_by_label("Svaret ble sendt")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Foreløpig svar er registrert.")).to_be_visible()
    assert PreliminaryReply.objects.get().referral == late

    page.goto(f"/k/{municipality.code}/frister/")
    expect(page.get_by_role("heading", name="Foreløpig svar 1")).to_have_count(0)
    assert_accessible(page)
