"""Every address, tried by strangers, by every role and from another municipality. A new one needs a line in DOORS."""

from collections.abc import Callable, Iterable

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from referrals.choices import Move
from referrals.models import Municipality, User
from referrals.permissions import MUNICIPAL_ROLES, Role
from referrals.views.case import SLUGS
from tests.factories import MembershipFactory, UserFactory
from tests.harness.doors import (
    ADDRESSES,
    ADMIN,
    DOORS,
    MOVES,
    NUMBER,
    SHUT_DOORS,
    Door,
    address_in_admin,
    address_of,
)

ClientFor = Callable[[User], Client]
Users = dict[Role | None, User]

VERBS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
PUBLIC = [name for name in ADDRESSES if name in DOORS and DOORS[name].is_public]
WITH_A_PLACE = [(name, door) for name, door in SHUT_DOORS if "code" in ADDRESSES[name].values]
COOKIES = {
    settings.SESSION_COOKIE_NAME,
    settings.CSRF_COOKIE_NAME,
    settings.LANGUAGE_COOKIE_NAME,
    settings.COLOUR_SCHEME_COOKIE_NAME,
}


def ask(client: Client, verb: str, address: str) -> HttpResponse:
    """The answer, which sets no cookie but those that are bound to the host (tests/meta/test_start_up.py)."""
    answer = getattr(client, verb)(address)
    assert set(answer.cookies) <= COOKIES, (verb, address)
    return answer


def answers(client: Client, address: str, verbs: Iterable[str] = VERBS) -> set[int]:
    return {ask(client, verb, address).status_code for verb in verbs}


def every_door(doors: list[tuple[str, Door]]) -> pytest.MarkDecorator:
    names = [f"{name}-{door.slug}" if door.slug else name for name, door in doors]
    return pytest.mark.parametrize(("name", "door"), doors, ids=names)


def in_all_of(roles: Iterable[Role], place: Municipality) -> User:
    """One user with all these roles. Rights add up: what is refused to this one is refused to each of them."""
    user = UserFactory()
    for role in roles:
        counties = [place.county] if role == Role.COUNTY_READER else None
        municipality = place if role in MUNICIPAL_ROLES else None
        MembershipFactory(user=user, role=role, municipality=municipality, counties=counties)
    return user


def test_krav_08_every_address_has_a_line_and_every_line_an_address() -> None:
    """A new address without a line that says whom it opens for fails."""
    assert set(DOORS) == set(ADDRESSES)


def test_every_move_has_a_door() -> None:
    assert set(MOVES) == set(Move) == set(SLUGS)


@every_door(SHUT_DOORS)
def test_krav_08_strangers_are_sent_to_the_sign_in_page(
    name: str, door: Door, municipality: Municipality, client: Client
) -> None:
    """Whoever is not signed in is led to the sign-in page, from every address and by every verb."""
    address = address_of(name, municipality, door)
    for verb in VERBS:
        response = ask(client, verb, address)
        assert response.status_code == 302 and response.url.startswith("/inn/?next="), verb
    assert ask(client, "get", address).url == f"/inn/?next={address}"


@pytest.mark.parametrize("name", PUBLIC)
def test_public_addresses_send_nobody_away(name: str, municipality: Municipality, client: Client) -> None:
    for verb in VERBS:
        response = ask(client, verb, address_of(name, municipality))
        assert "next=" not in response.headers.get("Location", ""), verb


@every_door(SHUT_DOORS)
def test_krav_08_a_door_opens_for_its_roles_and_no_other(
    name: str, door: Door, municipality: Municipality, users: Users, case: None, client_for: ClientFor
) -> None:
    """The wrong role is refused, by every verb."""
    address = address_of(name, municipality, door)
    refused = set(Role) - door.roles
    for role, user in users.items():
        client = client_for(user)
        if role in door.roles or (role is None and door.also_without_role):
            assert ask(client, door.method, address).status_code in (200, 302), role
        else:
            assert ask(client, door.method, address).status_code == 403, role
    if refused:
        seen = answers(client_for(in_all_of(refused, municipality)), address)
        assert seen <= {403, 405} and 403 in seen


@every_door(WITH_A_PLACE)
def test_krav_08_a_place_where_one_has_no_role_might_as_well_not_exist(
    name: str,
    door: Door,
    municipality: Municipality,
    other_municipality: Municipality,
    users: Users,
    case: None,
    client_for: ClientFor,
) -> None:
    """Another municipality is not found, by every verb."""
    address = address_of(name, other_municipality, door)
    for role in door.roles:
        status = 200 if role in door.elsewhere else 404
        assert ask(client_for(users[role]), door.method, address).status_code == status, role
    if strangers := door.roles - door.elsewhere:
        seen = answers(client_for(in_all_of(strangers, municipality)), address)
        assert seen <= {404, 405} and 404 in seen


@pytest.mark.parametrize("value", ["0000", "9999", "abcd", "%00", "030", "03011"])
def test_a_place_that_does_not_exist_is_not_found(
    value: str, coordinator: User, client_for: ClientFor
) -> None:
    client = client_for(coordinator)
    for page in ("venteliste/", "henvisninger/ny/", f"henvisninger/{NUMBER}/"):
        assert client.get(f"/k/{value}/{page}").status_code == 404


@pytest.mark.parametrize("value", ["00", "9999", "ab", "%00", "%00%00%00%00", "9" * 4000])
def test_figures_of_a_place_that_does_not_exist_are_not_found(
    value: str, national_reader: User, client_for: ClientFor
) -> None:
    client = client_for(national_reader)
    for page in ("oversikt", "oversikt/fylke", "dekning"):
        assert client.get(f"/{page}/{value}/").status_code == 404, page


# Out of the administration one signs out from anywhere: that is for everybody.
ADMINISTRATION = sorted({address_in_admin(address) for address in ADMIN} - {reverse("admin:logout")})
SIGN_IN, SIGN_IN_OF_ADMIN = "/inn/", "/admin/login/"


def way(answer: HttpResponse) -> str:
    """Where an answer leads, without what it is to come back to; empty when it leads nowhere."""
    return answer.headers.get("Location", "").partition("?")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_krav_08_every_page_of_the_administration_is_shut_to_strangers(verb: str, client: Client) -> None:
    """Whoever is not signed in is led to the sign-in page, from every page of the administration, by every verb."""
    for address in ADMINISTRATION:
        assert way(ask(client, verb, address)) in (SIGN_IN, SIGN_IN_OF_ADMIN), address
    assert way(ask(client, verb, SIGN_IN_OF_ADMIN)) == SIGN_IN


@pytest.mark.parametrize("verb", VERBS)
def test_krav_08_the_administration_opens_for_administrators_only(
    verb: str, users: Users, municipality: Municipality, client_for: ClientFor
) -> None:
    """Every page of it is shut to every other role and to whoever has all the others, by every verb."""
    others = set(Role) - {Role.ADMINISTRATOR}
    for role in (None, *others):
        assert way(ask(client_for(users[role]), verb, "/admin/")) == SIGN_IN_OF_ADMIN, role
        assert ask(client_for(users[role]), verb, SIGN_IN_OF_ADMIN).status_code == 403, role
    client = client_for(in_all_of(others, municipality))
    for address in ADMINISTRATION:
        answer = ask(client, verb, address)
        assert way(answer) == SIGN_IN_OF_ADMIN or answer.status_code in (403, 404, 405), address
