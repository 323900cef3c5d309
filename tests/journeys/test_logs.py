"""The privacy officer goes through the logs of the municipality, and finds one citizen's for somebody who calls."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from referrals.models import Municipality, Person, User
from tests.factories import InstallationFactory, PersonFactory, ReferralFactory
from tests.journeys.accessibility import assert_accessible, assert_fits


def stop(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)


def test_who_changed_what_and_who_has_seen_one_citizen(
    page: Page, sign_in: Callable[[User], None], privacy_officer: User, municipality: Municipality
) -> None:
    InstallationFactory()
    person = PersonFactory(municipality=municipality, family_name="Ærlingsdotter", known=True)
    case = ReferralFactory(municipality=municipality, person=person, waiting=True)
    Person.objects.filter(pk=person.pk).update(phone="99999999")
    sign_in(privacy_officer)
    page.goto("/")
    page.get_by_role("link", name="Logger").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Oppslag")
    stop(page)
    page.get_by_role("link", name="Endringslogg").click()
    page.get_by_label("Hva som ble endret").select_option("Innbygger")
    expect(page.get_by_role("cell", name="Telefon")).to_be_visible()
    expect(page.get_by_text("99999999")).to_have_count(0)
    stop(page)
    page.get_by_role("link", name="Én innbyggers innsynslogg").click()
    stop(page)
    page.get_by_label("Fødselsnummer eller henvisningsnummer").fill(person.identifier)
    page.get_by_label("Innbyggeren har spurt hvem som har sett").check()
    page.get_by_role("button", name="Vis innsynsloggen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Innsynslogg")
    expect(page.get_by_role("cell", name="Kommunens endringslogg")).to_be_visible()
    assert person.identifier not in page.url and case.number not in page.url
    stop(page)
