"""By keyboard from the deadlines to a letter that is sent, and to what prints on A4."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from referrals.choices import WrittenForm
from referrals.models import Category, Municipality, PreliminaryReply, SentLetter, User
from tests.factories import PersonFactory, ReferralFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import before_now
from tests.journeys.test_deadlines import tab_to


def test_the_letter_goes_from_the_deadlines_to_paper(
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    category: Category,
) -> None:
    category.is_vedtak = True
    category.save()
    person = PersonFactory(municipality=municipality, written_form=WrittenForm.NN)
    case = ReferralFactory(
        municipality=municipality,
        category=category,
        person=person,
        waiting=True,
        application=True,
        received_on=before_now(22),
    )
    sign_in(coordinator)

    page.goto(f"/k/{municipality.code}/frister/")
    assert_accessible(page)
    tab_to(page, "Brevet er klart")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Foreløpig svar")
    assert_accessible(page)
    for width in (1280, 400, 320):
        assert_fits(page, width)

    detail = page.get_by_label("Når svar kan ventes")
    detail.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("innan seks veker")
    page.keyboard.press("Tab")
    page.keyboard.type("Ring gjerne.")
    page.get_by_role("button", name="Vis brevet med dette").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Du kan rekne med svar innan seks veker.")).to_be_visible()
    assert not SentLetter.objects.exists()

    page.get_by_role("button", name="Lagre som sendt, og skriv ut").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Brevet er lagret som sendt.")).to_be_visible()
    assert PreliminaryReply.objects.get().referral == case
    expect(page.locator("article[lang=nn]")).to_contain_text("Ring gjerne.")
    assert_accessible(page)
    for width in (1280, 400, 320):
        assert_fits(page, width)

    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    expect(page.get_by_role("navigation", name="Hovedmeny")).to_be_hidden()
    expect(page.get_by_text(f"{municipality.full_name} kommune").first).to_be_visible()
    expect(page.get_by_text("Ergo: ventelisten")).to_be_hidden()
    page.emulate_media(media="screen")

    page.goto(f"/k/{municipality.code}/frister/")
    expect(page.get_by_text("Brevet er klart")).to_have_count(0)


def test_a_text_is_written_by_keyboard_beside_what_it_becomes(
    page: Page, sign_in: Callable[[User], None], coordinator: User, municipality: Municipality
) -> None:
    sign_in(coordinator)
    page.goto(f"/k/{municipality.code}/brev/")
    assert_accessible(page)
    for width in (1280, 400, 320):
        assert_fits(page, width)
    tab_to(page, "Ergos tekst")
    page.keyboard.press("Enter")
    assert_accessible(page)
    for width in (1280, 400, 320):
        assert_fits(page, width)
    text = page.get_by_label("Tekst", exact=True)
    text.fill("Hei {namn}")
    page.get_by_role("button", name="Lagre teksten").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_contain_text("{namn}")
    expect(text).to_have_value("Hei {namn}")
    assert_accessible(page)
    text.fill("Hei {navn}. Vi har fått henvisningen.")
    page.get_by_role("button", name="Vis hvordan det blir").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hei Kari Nordmann. Vi har fått henvisningen.")).to_be_visible()
    page.get_by_role("button", name="Lagre teksten").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Teksten er lagret")).to_be_visible()
    expect(page.get_by_role("link", name="Deres egen")).to_have_count(1)
