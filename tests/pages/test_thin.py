"""Thin coverage on the pages: all of it for those who work in the municipality, årsverk alone for everybody else."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, ThinCoverageLimit, User
from tests.factories import (
    NOW,
    TODAY,
    CoverageAgreementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    PopulationFactory,
    TherapistFactory,
    ThinCoverageLimitFactory,
    days_ago,
)
from tests.harness.admin_forms import address, filled_in
from tests.pages.country import listed
from tests.pages.seen import markup
from tests.unit.management.test_report import report

ClientFor = Callable[[User], Client]
STAFF = ("coordinator", "manager")
OUTSIDERS = ("county_reader", "national_reader", "administrator", "privacy_officer")
SOON = TODAY + timedelta(days=90)
NAME = "Nora Nittidager"
# What only own staff are told, in the words of the pages.
OWN_STAFF_ONLY = (
    NAME,
    f"{SOON:%d.%m.%Y}",
    "Bare én person:",
    "Én person for flere kommuner",
    "Ingen på jobb",
    "går ut innen",
    "Går snart ut",
)


@pytest.fixture
def thin_place(municipality: Municipality) -> Municipality:
    """One therapist with half a post, on leave, who serves another municipality, with an authorisation that ends."""
    therapist = TherapistFactory(name=NAME, authorised_to=SOON)
    post = EmploymentFactory(municipality=municipality, therapist=therapist, fte="0.50")
    LeaveFactory(employment=post, valid_from=days_ago(4))
    EmploymentFactory(therapist=therapist, municipality=MunicipalityFactory(), fte="0.20")
    PopulationFactory(municipality=municipality, persons=5_000)
    return municipality


def page_of(browser: Client, place: Municipality, **query: str) -> HttpResponse:
    return browser.get(f"/dekning/{place.code}/", query)


@pytest.mark.parametrize("role", STAFF)
def test_own_staff_see_all_that_makes_it_thin(
    client_for: ClientFor, thin_place: Municipality, role: str, request: pytest.FixtureRequest
) -> None:
    browser = client_for(request.getfixturevalue(role))
    for page in (page_of(browser, thin_place), browser.get(f"/k/{thin_place.code}/bemanning/")):
        seen = markup(page)
        for words in (*OWN_STAFF_ONLY, "Under 2,00 årsverk per 10 000 innbyggere"):
            assert words in seen, words


@pytest.mark.parametrize("role", OUTSIDERS)
def test_others_see_årsverk_and_why_there_is_no_more(
    client_for: ClientFor, thin_place: Municipality, role: str, request: pytest.FixtureRequest
) -> None:
    browser = client_for(request.getfixturevalue(role))
    seen = markup(page_of(browser, thin_place))
    assert "Under 2,00 årsverk per 10 000 innbyggere" in seen
    assert "Permisjon og autorisasjon er ergoterapeutens egen sak" in seen
    for url in ("/dekning/", f"/dekning/?fylke={thin_place.county.code}&tilstand=under"):
        seen += markup(browser.get(url))
    for words in OWN_STAFF_ONLY:
        assert words not in seen, words


@pytest.mark.parametrize("role", OUTSIDERS)
def test_leave_authorisation_and_persons_change_nothing_that_others_see(
    client_for: ClientFor, thin_place: Municipality, role: str, request: pytest.FixtureRequest
) -> None:
    """The same årsverk, by two people of whom nobody is away and nothing ends, is the same page."""
    browser = client_for(request.getfixturevalue(role))
    urls = ("/dekning/", f"/dekning/{thin_place.code}/", "/dekning/?tilstand=under")
    before = [browser.get(url).context["report"] for url in urls]
    files = _files()
    post = thin_place.employments.get()
    post.leaves.all().delete()
    post.therapist.authorised_to = None
    post.therapist.save()
    post.fte = "0.30"
    post.save()
    EmploymentFactory(municipality=thin_place, fte="0.20")
    after = [browser.get(url).context["report"] for url in urls]
    shown = [[(row.code, row.state, row.fte, row.is_under) for row in one.rows] for one in (*before, *after)]
    assert shown[:3] == shown[3:]
    assert [one.lone for one in before] == [one.lone for one in after]
    assert _files() == files


def _files() -> list[str]:
    """As CSV and JSON, without what tells when they were made."""
    rows = report("coverage", "--format", "csv")
    found = report("coverage", "--format", "json")
    return [rows, found[: found.index('"recipe"')]]


def test_no_file_names_anybody_or_tells_of_leave(thin_place: Municipality) -> None:
    for text in _files():
        assert not [
            words
            for words in (*OWN_STAFF_ONLY, SOON.isoformat(), "leave", "author")
            if words in text.replace("authorised", "")
        ]


def test_staff_of_the_neighbour_are_others(
    client_for: ClientFor, coordinator: User, thin_place: Municipality
) -> None:
    other = MunicipalityFactory()
    post = EmploymentFactory(
        municipality=other, therapist=TherapistFactory(name="Nils Nabo", authorised_to=SOON)
    )
    LeaveFactory(employment=post)
    seen = markup(page_of(client_for(coordinator), other))
    assert "Nils Nabo" not in seen and "Ingen på jobb" not in seen and "Går snart ut" not in seen


def test_the_card_leads_to_those_it_counts(
    client_for: ClientFor, national_reader: User, thin_place: Municipality
) -> None:
    browser = client_for(national_reader)
    cards = {card.label: card for card in browser.get("/dekning/").context["thin_cards"]}
    card = cards["Dekket, under 2,00 per 10 000"]
    assert card.value == "1"
    assert listed(browser.get("/dekning/" + card.href.removesuffix("#list"))) == [thin_place.code]


def test_lone_therapists_are_told_of_the_country_only(
    client_for: ClientFor, national_reader: User, thin_place: Municipality
) -> None:
    for size in (1, 1, 1, 1, 1, 2, 2, 2, 2, 2):
        EmploymentFactory.create_batch(
            size, municipality=MunicipalityFactory(), fte="0.50", valid_from=date(2019, 1, 1)
        )
    browser = client_for(national_reader)
    label = "Ergoterapeuter uten kollega i kommunen"
    country = {card.label: card for card in browser.get("/dekning/").context["thin_cards"]}
    assert country[label].value == "6" and "31.12.2025" in country[label].note
    county = browser.get("/dekning/", {"fylke": thin_place.county.code}).context["thin_cards"]
    assert label not in [card.label for card in county]
    before = {
        card.label: card for card in browser.get("/dekning/", {"dato": "31.12.2018"}).context["thin_cards"]
    }
    assert before[label].value == "Vises ikke"


def test_an_earlier_day_and_another_definition(
    client_for: ClientFor, coordinator: User, thin_place: Municipality
) -> None:
    browser = client_for(coordinator)
    assert "Ingen på jobb" not in markup(page_of(browser, thin_place, dato=f"{days_ago(5):%d.%m.%Y}"))
    day_before_soon = markup(page_of(browser, thin_place, dato=f"{days_ago(1):%d.%m.%Y}"))
    assert "Ingen på jobb" in day_before_soon and f"{SOON:%d.%m.%Y}" not in day_before_soon, "91 days left"
    thin_place.employments.update(engagement="purchased")
    assert "Bare én person:" not in markup(page_of(browser, thin_place))
    assert "Bare én person:" in markup(page_of(browser, thin_place, definisjon="attached"))


def test_where_nothing_is_thin_it_is_said(
    client_for: ClientFor, coordinator: User, municipality: Municipality
) -> None:
    EmploymentFactory.create_batch(2, municipality=municipality)
    seen = markup(page_of(client_for(coordinator), municipality))
    assert "Ingenting gjør dekningen sårbar denne dagen" in seen
    assert f"går ut innen 90 dager etter {TODAY:%d.%m.%Y}" in seen


def test_an_agreement_by_which_we_are_served_is_listed(
    client_for: ClientFor, coordinator: User, municipality: Municipality
) -> None:
    provider = MunicipalityFactory(name="Nabo")
    EmploymentFactory(municipality=provider)
    CoverageAgreementFactory(provider=provider, recipient=municipality, valid_to=SOON)
    for url in (f"/dekning/{municipality.code}/", f"/k/{municipality.code}/bemanning/"):
        page = client_for(coordinator).get(url)
        assert [(row.name, row.days) for row in page.context["thin"].endings] == [("Nabo", 90)]


def test_what_has_ended_is_shown_without_it(
    client_for: ClientFor, coordinator: User, thin_place: Municipality
) -> None:
    page = client_for(coordinator).get(f"/k/{thin_place.code}/bemanning/", {"vis": "avsluttet"})
    assert page.context["thin"] is None


def test_the_administrator_sets_the_limit_from_tomorrow_on(kari: Client, administrator: User) -> None:
    page, tomorrow = address(ThinCoverageLimit, "add"), TODAY + timedelta(days=1)
    for day, least, words in (
        (TODAY, "3.00", "etter i dag"),
        (tomorrow, "0.05", "0,1"),
        (tomorrow, "21", "20"),
    ):
        sent = filled_in(kari.get(page)) | {"valid_from": f"{day:%d.%m.%Y}", "least_fte": least}
        assert words in markup(kari.post(page, sent))
    sent = filled_in(kari.get(page)) | {"valid_from": f"{tomorrow:%d.%m.%Y}", "least_fte": "3.50"}
    assert kari.post(page, sent).status_code == 302
    limit = ThinCoverageLimit.objects.get()
    assert (limit.valid_from, str(limit.least_fte)) == (tomorrow, "3.50")
    assert (limit.registered_at, limit.registered_by) == (NOW, administrator)


def test_pages_go_by_the_limit_of_their_day(
    client_for: ClientFor, national_reader: User, thin_place: Municipality
) -> None:
    ThinCoverageLimitFactory(valid_from=TODAY, least_fte="1.00", registered_at=NOW - timedelta(days=2))
    browser = client_for(national_reader)
    now, before = (browser.get("/dekning/", {"dato": f"{day:%d.%m.%Y}"}) for day in (TODAY, days_ago(1)))
    assert "Dekket, under 1,00 per 10 000" in markup(now) and now.context["totals"].under == 0
    assert "Dekket, under 2,00 per 10 000" in markup(before) and before.context["totals"].under == 1
