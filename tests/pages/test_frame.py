"""The frame round every page: menu by permission, municipalities, language and colours, and what everybody may read."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referrals.models import Municipality, User
from referrals.permissions import Role
from referrals.views.context import MENU, SAME_IN_EVERY_MUNICIPALITY
from tests.factories import TODAY, InstallationFactory, MembershipFactory, ReferralFactory, UserFactory

ClientFor = Callable[[User], Client]


def menu(client: Client, address: str) -> dict[str, bool]:
    """The entries of the main menu, and which of them is the present page."""
    return {str(link.label): link.current for link in client.get(address).context["navigation"]}


# ---------------------------------------------------------------- the menu


@pytest.mark.parametrize(
    ("user", "entries"),
    [
        (
            "coordinator",
            [
                "Venteliste",
                "Frister",
                "Lange ventetider",
                "Avvik",
                "Ny henvisning",
                "Oversikt",
                "Dekning",
                "Prioriteringsnøkkel",
                "Brev",
                "Bemanning",
            ],
        ),
        (
            "therapist_user",
            [
                "Venteliste",
                "Frister",
                "Lange ventetider",
                "Avvik",
                "Ny henvisning",
                "Mine saker",
                "Oversikt",
                "Dekning",
                "Prioriteringsnøkkel",
                "Bemanning",
            ],
        ),
        (
            "manager",
            [
                "Venteliste",
                "Frister",
                "Lange ventetider",
                "Avvik",
                "Oversikt",
                "Dekning",
                "Prioriteringsnøkkel",
                "Brev",
                "Bemanning",
                "Åpninger",
                "Logger",
                "Roller",
            ],
        ),
        ("privacy_officer", ["Dekning", "Prioriteringsnøkkel", "Åpninger", "Logger", "Roller"]),
        ("county_reader", ["Oversikt", "Dekning"]),
        ("national_reader", ["Oversikt", "Dekning"]),
        ("administrator", ["Dekning", "Administrasjon"]),
    ],
)
def test_the_menu_is_what_the_role_may_open(
    user: str, entries: list[str], client_for: ClientFor, request: pytest.FixtureRequest
) -> None:
    client = client_for(request.getfixturevalue(user))
    assert list(menu(client, "/personvern/")) == entries


def test_every_entry_of_the_menu_opens(client_for: ClientFor, therapist_user: User) -> None:
    client = client_for(therapist_user)
    for link in client.get("/personvern/").context["navigation"]:
        assert client.get(link.url, follow=True).status_code == 200, link


def test_paper_says_which_day_it_is_from(client_for: ClientFor, coordinator: User) -> None:
    assert f"Skrevet ut {TODAY:%d.%m.%Y}" in client_for(coordinator).get("/personvern/").content.decode()


def test_citizens_are_told_of_emergency_access(client: Client, db: None) -> None:
    page = client.get("/personvern/").content.decode()
    assert "nødtilgang" in page and "bare de som er utpekt til det, åpner saken" not in page


def test_the_present_page_is_marked(
    client_for: ClientFor, coordinator: User, municipality: Municipality
) -> None:
    address = f"/k/{municipality.code}/venteliste/"
    current = [label for label, is_current in menu(client_for(coordinator), address).items() if is_current]
    assert current == ["Venteliste"]


def test_a_strangers_page_has_no_menu(client: Client, db: None) -> None:
    page = client.get("/personvern/")
    assert "navigation" not in page.context and 'class="site-nav"' not in page.content.decode()


# ---------------------------------------------------------------- municipalities


def test_one_municipality_is_a_name_and_several_are_a_menu_to_the_same_page(
    client_for: ClientFor, coordinator: User, municipality: Municipality, other_municipality: Municipality
) -> None:
    client = client_for(coordinator)
    address = f"/k/{municipality.code}/venteliste/"
    assert [place.label for place in client.get(address).context["municipalities"]] == ["Prøvdal"]
    MembershipFactory(user=coordinator, role=Role.MANAGER, municipality=other_municipality)
    places = client.get(address).context["municipalities"]
    assert [(place.label, place.current) for place in places] == [("Annesvik", False), ("Prøvdal", True)]
    assert places[0].url == f"/k/{other_municipality.code}/venteliste/"


def test_the_menu_follows_the_municipality_that_was_visited_last(
    client_for: ClientFor, coordinator: User, municipality: Municipality, other_municipality: Municipality
) -> None:
    MembershipFactory(user=coordinator, role=Role.MANAGER, municipality=other_municipality)
    client = client_for(coordinator)
    assert "Ny henvisning" not in menu(client, f"/k/{other_municipality.code}/venteliste/")
    assert "Ny henvisning" in menu(client, f"/k/{municipality.code}/venteliste/")
    assert "Ny henvisning" in menu(client, "/personvern/")


def test_the_frame_costs_no_queries_beyond_who_signed_in(client_for: ClientFor, coordinator: User) -> None:
    client = client_for(coordinator)
    client.get("/personvern/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/personvern/")
    tables = [query["sql"].partition('FROM "')[2].partition('"')[0] for query in asked]
    assert [table for table in tables if table] == [
        "django_session",
        "referrals_user",
        "referrals_membership",
    ]


# ---------------------------------------------------------------- language and colours


def test_the_language_is_kept_in_the_profile(client_for: ClientFor, coordinator: User) -> None:
    client = client_for(coordinator)
    assert client.post("/sprak/", {"language": "en", "next": "/personvern/"}).url == "/personvern/"
    coordinator.refresh_from_db()
    assert coordinator.language == "en"
    assert '<html lang="en"' in client.get("/personvern/").content.decode()


@pytest.mark.django_db
def test_before_signing_in_the_language_is_kept_in_a_cookie(client: Client) -> None:
    client.post("/sprak/", {"language": "en", "next": "/inn/"})
    assert '<html lang="en"' in client.get("/inn/").content.decode()


@pytest.mark.django_db
def test_the_browsers_own_language_is_passed_over(client: Client) -> None:
    page = client.get("/inn/", headers={"accept-language": "en-US,en;q=0.9"})
    assert '<html lang="nb"' in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sprak/", "/utseende/"])
def test_an_unknown_choice_is_refused_and_a_strange_way_back_is_not_taken(path: str, client: Client) -> None:
    assert client.post(path, {"language": "xx", "scheme": "pink"}).status_code == 400
    data = {"language": "nb", "scheme": "dark", "next": "//evil.example"}
    assert client.post(path, data).url == "/"
    assert client.get(path).status_code == 405


@pytest.mark.django_db
def test_the_colours_are_kept_on_the_device(client: Client) -> None:
    client.post("/utseende/", {"scheme": "dark", "next": "/inn/"})
    assert 'data-color-scheme="dark"' in client.get("/inn/").content.decode()


# ---------------------------------------------------------------- for everybody


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("path", ["/inn/", "/tilgjengelighet/", "/personvern/"])
def test_every_foot_leads_to_the_statement_and_to_privacy(path: str, language: str, client: Client) -> None:
    client.cookies["language"] = language
    page = client.get(path).content.decode()
    assert 'href="/tilgjengelighet/"' in page and 'href="/personvern/"' in page


@pytest.mark.django_db
def test_the_statement_says_what_the_law_demands_and_whom_to_tell(client: Client, settings) -> None:
    settings.CONTACT = "ergo@kommune.example"
    page = client.get("/tilgjengelighet/").content.decode()
    assert "WCAG 2.1" in page and "WCAG 2.2" in page and "ergo@kommune.example" in page


@pytest.mark.django_db
def test_the_demo_says_that_it_is_fictitious_and_a_real_installation_does_not(client: Client) -> None:
    assert "oppdiktet" not in client.get("/personvern/").content.decode()


@pytest.mark.django_db
def test_the_demo_says_so_on_every_page(client: Client) -> None:
    InstallationFactory()
    page = client.get("/personvern/").content.decode()
    assert page.count("oppdiktet") == 2  # the foot, and this page


def test_pages_for_strangers_may_be_kept_and_those_of_users_not(
    client: Client, client_for: ClientFor, db: None
) -> None:
    assert "Cache-Control" not in client.get("/personvern/").headers
    assert client_for(UserFactory()).get("/personvern/").headers["Cache-Control"] == "no-store"


# ---------------------------------------------------------------- several municipalities in one user


@pytest.mark.parametrize(
    ("role", "kept", "others"),
    [
        (
            Role.COORDINATOR,
            {
                "referral_new",
                "access_log_find",
                "period",
                "comparison_municipality",
                "dashboard_municipality",
            },
            "waitlist",
        ),
        (Role.THERAPIST, {"referral_new", "period", "comparison_municipality"}, "waitlist"),
        (
            Role.MANAGER,
            {"openings", "read_log", "change_log", "access_log_find", "rights", "comparison_municipality"},
            "waitlist",
        ),
        (
            Role.PRIVACY_OFFICER,
            {"openings", "read_log", "change_log", "access_log_find", "rights", "priority_key"},
            "openings",
        ),
    ],
)
def test_the_switcher_stays_on_the_page_where_the_role_there_opens_it(
    role: Role,
    kept: set[str],
    others: str,
    coordinator: User,
    municipality: Municipality,
    other_municipality: Municipality,
    client_for: ClientFor,
) -> None:
    """Whatever the user may do here: no entry of the switcher leads to a page that is refused."""
    MembershipFactory(user=coordinator, role=Role.MANAGER, municipality=municipality)
    MembershipFactory(user=coordinator, role=role, municipality=other_municipality)
    client, elsewhere = client_for(coordinator), {"code": other_municipality.code}
    for name in SAME_IN_EVERY_MUNICIPALITY:
        page = client.get(reverse(name, kwargs={"code": municipality.code}))
        there = next(link.url for link in page.context["municipalities"] if not link.current)
        assert there in (reverse(name, kwargs=elsewhere), reverse(others, kwargs=elsewhere)), name
        assert client.get(there).status_code == 200, (role, there)
        if name in kept:
            assert there == reverse(name, kwargs=elsewhere)


def test_every_page_of_the_menu_that_is_one_municipalitys_is_the_same_in_another() -> None:
    in_municipality = {entry.name for entry in MENU if entry.in_municipality}
    assert in_municipality <= set(SAME_IN_EVERY_MUNICIPALITY)


@pytest.mark.parametrize("rest", ["venteliste/", "henvisninger/ny/", "henvisninger/2026-000123/"])
def test_the_chosen_municipality_is_shown_on_its_pages_and_on_those_of_none(
    rest: str,
    coordinator: User,
    municipality: Municipality,
    other_municipality: Municipality,
    client_for: ClientFor,
) -> None:
    """Also on pages that belong to no municipality the last one chosen stands."""
    MembershipFactory(user=coordinator, municipality=other_municipality)
    for place in (municipality, other_municipality):
        ReferralFactory(municipality=place, number="2026-000123", waiting=True)
    client = client_for(coordinator)
    for place in (municipality, other_municipality, municipality):
        for address in (f"/k/{place.code}/{rest}", "/dekning/", "/personvern/"):
            shown = [link.label for link in client.get(address).context["municipalities"] if link.current]
            assert shown == [place.full_name], address


def test_what_is_sent_from_another_tab_acts_in_the_municipality_of_its_own_address(
    coordinator: User, municipality: Municipality, other_municipality: Municipality, client_for: ClientFor
) -> None:
    """Two tabs, two municipalities, the same number: the one chosen last does not decide for the other tab."""
    MembershipFactory(user=coordinator, municipality=other_municipality)
    here, there = (
        ReferralFactory(municipality=place, number="2026-000123")
        for place in (municipality, other_municipality)
    )
    client, move = client_for(coordinator), f"/k/{municipality.code}/henvisninger/2026-000123/prioritet/"
    client.get(move)
    client.get(f"/k/{other_municipality.code}/venteliste/")
    client.post(move, {"version": here.version, "priority": "2", "on": "16.03.2026"})
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.priority, there.priority) == (2, None)
