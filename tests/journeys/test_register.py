"""A coordinator logs a referral without touching the mouse, with JavaScript and without it.

What it costs at the keyboard is counted, too (docs/keystrokes.md).
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from referrals import identity
from referrals.models import Category, Municipality, Referral, User
from referrals.views.clock import today
from tests.factories import InstallationFactory, PersonFactory, ReferralFactory
from tests.journeys.accessibility import assert_accessible, assert_fits
from tests.journeys.steps import count_keys, keys_pressed

BORN = date(1948, 5, 17)
NUMBER = identity.synthetic(BORN, 3)


@pytest.fixture(autouse=True)
def demo(transactional_db: None) -> Iterator[None]:
    """Fictitious numbers are accepted; the answer is cached for a minute, so it is forgotten again."""
    InstallationFactory()
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(params=["with scripts", "without scripts"])
def office(
    request: pytest.FixtureRequest,
    browser: Browser,
    context: BrowserContext,
    base_url: str,
    sign_in: Callable[[User], None],
    coordinator: User,
) -> Iterator[Page]:
    """The coordinator's browser."""
    sign_in(coordinator)
    if request.param == "with scripts":
        yield context.new_page()
        return
    bare = browser.new_context(
        java_script_enabled=False, base_url=base_url, storage_state=context.storage_state()
    )
    yield bare.new_page()
    bare.close()


@pytest.fixture
def stop(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Looks the page over where it stands. axe is itself a script, so the bare browser goes by."""

    def look(page: Page) -> None:
        if page.evaluate("1") == 1 and "without" not in request.node.name:
            assert_accessible(page)
            assert_fits(page)

    return look


def begin(office: Page, municipality: Municipality) -> None:
    """Opens the page, which begins in the number; keys that are sent before the browser is there would be lost."""
    office.goto(f"/k/{municipality.code}/henvisninger/ny/")
    expect(office.get_by_label("Fødselsnummer")).to_be_focused()


def write(page: Page, *keys: str) -> None:
    """Types into one field after the other; Tab goes on, an empty text leaves a field as it is."""
    for typed in keys:
        if typed:
            page.keyboard.type(typed)
        page.keyboard.press("Tab")


def follow_first_problem(page: Page) -> None:
    """From the error summary, which has the focus, to the field of its first line."""
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.locator("#errors a").first).to_be_focused()
    page.keyboard.press("Enter")


def test_logs_a_referral_for_a_new_citizen_by_keyboard_alone(
    office: Page, stop: Callable[[Page], None], municipality: Municipality, category: Category
) -> None:
    begin(office, municipality)
    stop(office)

    # the number, Enter; nobody is found, Enter
    office.keyboard.type(NUMBER)
    office.keyboard.press("Enter")
    expect(office.get_by_role("button", name="Registrer ny innbygger")).to_be_focused()
    stop(office)
    office.keyboard.press("Enter")

    # the form begins in the received date
    expect(office.get_by_label("Mottatt dato")).to_be_focused()
    stop(office)
    write(office, f"{today():%d%m%Y}", "Fas", "Br", "Hj")
    office.keyboard.press("Space")  # treated as: henvisning
    write(office, "", "Fall", "Har falt i badet. Čáhci 😀", "Å dusje selv")
    write(office, "Máret Ánne", "Østby")
    office.keyboard.press("Enter")

    expect(office.get_by_role("heading", level=1)).to_have_text("Máret Ánne Østby")
    referral = Referral.objects.get()
    expect(office.get_by_role("status").first).to_contain_text(f"Henvisning {referral.number} er registrert.")
    expect(office.get_by_role("link", name="Sett prioritet")).to_be_visible()
    expect(office.get_by_role("link", name="Registrer en ny henvisning")).to_be_visible()
    stop(office)
    assert (referral.source, referral.channel, referral.category) == ("gp", "letter", category)
    assert (referral.urgency, referral.reason) == ("fall", "Har falt i badet. Čáhci 😀")
    assert (referral.person.identifier, referral.person.birth_date) == (NUMBER, BORN)


def test_errors_take_the_focus_and_lead_to_the_fields(
    office: Page, stop: Callable[[Page], None], municipality: Municipality
) -> None:
    begin(office, municipality)
    office.keyboard.type("12345678901")
    office.keyboard.press("Enter")
    summary = office.locator("#errors")
    expect(summary).to_be_focused()
    expect(office).to_have_title("Feil: Ny henvisning: innbyggeren – Ergo")
    stop(office)
    follow_first_problem(office)
    expect(office.get_by_label("Fødselsnummer")).to_be_focused()
    expect(office.get_by_label("Fødselsnummer")).to_have_value("12345678901")


def test_an_open_referral_is_seen_before_a_second_one_is_saved(
    office: Page, stop: Callable[[Page], None], municipality: Municipality, category: Category
) -> None:
    person = PersonFactory(municipality=municipality, given_name="Per", family_name="Ås", birth_date=BORN)
    open_one = ReferralFactory(
        municipality=municipality, person=person, category=category, number="2020-000042"
    )

    begin(office, municipality)
    write(office, "", "Per Ås")
    office.keyboard.type("170548")
    office.keyboard.press("Enter")
    expect(office.get_by_role("button", name="Velg Per Ås")).to_be_focused()
    stop(office)
    office.keyboard.press("Enter")

    expect(office.get_by_role("link", name=open_one.number)).to_be_visible()
    stop(office)
    write(office, f"{today():%d%m%y}", "Fas", "Br", "Hj")
    office.keyboard.press("Space")
    write(office, "", "", "Nytt behov", "", "")
    office.keyboard.press("Enter")

    expect(office.locator("#errors")).to_be_focused()
    expect(office.get_by_label("Henvisningsårsak")).to_have_value("Nytt behov")
    stop(office)
    follow_first_problem(office)
    expect(office.get_by_label("Hvorfor registreres en til?")).to_be_focused()
    office.keyboard.type("Behovet gjelder hytta")
    office.keyboard.press("Enter")
    expect(office.get_by_role("heading", level=1)).to_have_text("Per Ås")
    assert Referral.objects.count() == 2


# A typical one: the GP sends it by letter. Letters that need no second key, so that each is one.
REASON_TYPED = "Har falt to ganger i dusjen. Bor alene."
FACTS_TYPED = 6 + 3 + 2 + 2  # the day, and as much of source, channel and category as chooses them


@pytest.mark.parametrize(
    ("is_known", "cost"),
    [
        # Search and choose; then Tab past what is answered, a tick with Space, and Enter.
        pytest.param(True, len(NUMBER) + 2 + FACTS_TYPED + 4 + 2 + 1 + 2 + 1, id="known citizen"),
        pytest.param(
            False,
            len(NUMBER) + 2 + FACTS_TYPED + 4 + 2 + 1 + 2 + len("KariNordmann48212345") + 5 + 1,
            id="new",
        ),
    ],
)
def test_a_typical_referral_costs_so_many_keys_and_three_pages(
    is_known: bool,
    cost: int,
    page: Page,
    sign_in: Callable[[User], None],
    coordinator: User,
    municipality: Municipality,
    category: Category,
) -> None:
    if is_known:
        PersonFactory(
            municipality=municipality, identifier=identity.parse(NUMBER, on=today(), allow_synthetic=True)
        )
    sign_in(coordinator)
    count_keys(page)
    begin(page, municipality)
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    page.keyboard.type(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Velg" if is_known else "Registrer ny innbygger")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mottatt dato")).to_be_focused()
    write(page, f"{today():%d%m%y}", "Fas", "Br", "Hj")
    page.keyboard.press("Space")
    write(page, "", "", REASON_TYPED, "")
    if not is_known:
        write(page, "Kari", "Nordmann", "", "", "")
        page.keyboard.type("48212345")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("er registrert.")
    referral = Referral.objects.get()
    assert (referral.source, referral.channel, referral.category) == ("gp", "letter", category)
    assert referral.reason == REASON_TYPED
    assert keys_pressed(page) == cost + len(REASON_TYPED)
    assert len(loads) == 3
