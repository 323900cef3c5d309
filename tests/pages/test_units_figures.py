"""Figures of the whole municipality, read by somebody whose list holds only some units' cases."""

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Membership, Municipality, Unit, User
from referrals.permissions import Role
from tests.factories import MembershipFactory, MunicipalityFactory, ReferralFactory, UnitFactory, days_ago

ClientFor = Callable[[User], Client]

PAST = {"dato": f"{days_ago(40):%d.%m.%Y}"}
THEN = PAST | {"kjent": "then"}
QUARTER = {"fra": f"{days_ago(90):%d.%m.%Y}", "til": f"{days_ago(0):%d.%m.%Y}"}
PAGES = [  # after /oversikt/<code>/
    ("", {}),
    ("", PAST),
    ("", THEN),
    ("utvikling/", {}),
    ("utvikling/", PAST),
    ("periode/", QUARTER),
    ("sammenlign/", {}),
    ("sammenlign/", PAST),
]
of_every_page = pytest.mark.parametrize(("path", "query"), PAGES)
WHY_NOT = "Tallene gjelder hele kommunen"


@pytest.fixture
def north(municipality: Municipality) -> Unit:
    return UnitFactory(municipality=municipality, name="Nord")


@pytest.fixture(autouse=True)
def cases(municipality: Municipality, north: Unit) -> None:
    """In each of two units, and in none: two who wait, of whom one has for over a year, and one who has started."""
    MunicipalityFactory(county=municipality.county, name="Anvik")
    south = UnitFactory(municipality=municipality, name="Sør")
    for unit in (north, south, None):
        ReferralFactory(municipality=municipality, unit=unit, waiting=True, received_on=days_ago(80))
        ReferralFactory(municipality=municipality, unit=unit, over_a_year=True)
        ReferralFactory(municipality=municipality, unit=unit, started=True)


def main(page: HttpResponse) -> str:
    """What stands between the menu and the foot of the page."""
    [shown] = re.findall(r"<main.*?</main>", page.content.decode(), re.DOTALL)
    return html.unescape(" ".join(shown.split()))


def to_the_list(page: HttpResponse) -> list[str]:
    return re.findall(r'href="(/k/\d+/venteliste/[^"]*)"', main(page))


def address(municipality: Municipality, page: str) -> str:
    return f"/oversikt/{municipality.code}/{page}"


@of_every_page
@pytest.mark.parametrize("role", [Role.MANAGER, Role.COORDINATOR, Role.THERAPIST])
def test_no_number_of_all_leads_to_the_list_of_a_unit_and_the_page_says_why(
    path: str,
    query: dict[str, str],
    role: Role,
    request: pytest.FixtureRequest,
    north: Unit,
    municipality: Municipality,
    client_for: ClientFor,
) -> None:
    name = {Role.MANAGER: "manager", Role.COORDINATOR: "coordinator", Role.THERAPIST: "therapist_user"}[role]
    user = request.getfixturevalue(name)
    whole = client_for(user).get(address(municipality, path), query)
    assert to_the_list(whole) and WHY_NOT not in main(whole)
    Membership.objects.filter(user=user).update(unit=north)
    bound = client_for(user).get(address(municipality, path), query)
    assert to_the_list(bound) == []
    assert main(bound).count(WHY_NOT) == 1
    assert ("de som ikke er plassert i noen enhet" in main(bound)) == (role is Role.COORDINATOR)
    assert bound.context["report"] == whole.context["report"]


@of_every_page
def test_from_there_it_goes_to_what_is_counted_of_the_own_cases_on_the_same_day(
    path: str,
    query: dict[str, str],
    manager: User,
    north: Unit,
    municipality: Municipality,
    client_for: ClientFor,
) -> None:
    Membership.objects.filter(user=manager).update(unit=north)
    client = client_for(manager)
    told = main(client.get(address(municipality, path), query)).split(WHY_NOT)[1].split("</p>")[0]
    found = re.findall(r'href="([^"]+)"', told)
    assert [urlsplit(href).path for href in found] == [
        address(municipality, "fordeling/"),
        f"/k/{municipality.code}/lange-ventetider/",
    ]
    day = {name: [value] for name, value in query.items() if name in ("dato", "kjent")}
    assert [parse_qs(urlsplit(href).query) for href in found] == [day, day]
    distribution = client.get(found[0])
    assert distribution.context["report"].whole.waiting.value == 2
    assert to_the_list(distribution)
    assert client.get(found[1]).context["table"].paginator.count == 1


@of_every_page
def test_one_role_without_a_unit_has_its_links(
    path: str,
    query: dict[str, str],
    therapist_user: User,
    north: Unit,
    municipality: Municipality,
    client_for: ClientFor,
) -> None:
    Membership.objects.filter(user=therapist_user).update(unit=north)
    MembershipFactory(user=therapist_user, role=Role.MANAGER, municipality=municipality)
    shown = client_for(therapist_user).get(address(municipality, path), query)
    assert to_the_list(shown) and WHY_NOT not in main(shown)


def test_whoever_reads_from_outside_is_told_nothing_of_units(
    county_reader: User, north: Unit, municipality: Municipality, client_for: ClientFor
) -> None:
    elsewhere = MunicipalityFactory(name="Bovik")
    unit = UnitFactory(municipality=elsewhere, name="Vest")
    MembershipFactory(user=county_reader, role=Role.MANAGER, municipality=elsewhere, unit=unit)
    client = client_for(county_reader)
    for page in ("", "utvikling/"):
        assert WHY_NOT not in main(client.get(address(municipality, page)))
    compared = client.get("/oversikt/sammenlign/", {"kommuner": municipality.code})
    assert compared.status_code == 200 and WHY_NOT not in main(compared)
