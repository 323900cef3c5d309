"""Every address, tried by strangers, by every role and from another municipality. A new one needs a line in DOORS."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, User
from referrals.permissions import Role
from tests.harness.addresses import Address
from tests.harness.doors import ADDRESSES, ADMIN, DOORS, NUMBER, SHUT, address_in_admin, address_of

ClientFor = Callable[[User], Client]
Users = dict[Role | None, User]

VERBS = ("get", "post", "put", "patch", "delete")
PUBLIC = [name for name in ADDRESSES if name in DOORS and DOORS[name].is_public]
WITH_A_PLACE = [name for name in SHUT if "code" in ADDRESSES[name].values]


def ask(client: Client, verb: str, address: str) -> HttpResponse:
    return getattr(client, verb)(address)


def test_krav_08_every_address_has_a_line_and_every_line_an_address() -> None:
    """A new address without a line that says whom it opens for fails."""
    assert set(DOORS) == set(ADDRESSES)


@pytest.mark.parametrize("name", SHUT)
def test_krav_08_strangers_are_sent_to_the_sign_in_page(
    name: str, municipality: Municipality, client: Client
) -> None:
    """Whoever is not signed in is led to the sign-in page, from every address and by every verb."""
    address = address_of(name, municipality)
    for verb in VERBS:
        response = ask(client, verb, address)
        assert (response.status_code, response.url) == (302, f"/inn/?next={address}"), verb


@pytest.mark.parametrize("name", PUBLIC)
def test_public_addresses_send_nobody_away(name: str, municipality: Municipality, client: Client) -> None:
    for verb in ("get", "post"):
        response = ask(client, verb, address_of(name, municipality))
        assert "next=" not in response.headers.get("Location", ""), verb


@pytest.mark.parametrize("name", SHUT)
def test_krav_08_a_door_opens_for_its_roles_and_no_other(
    name: str, municipality: Municipality, users: Users, case: None, client_for: ClientFor
) -> None:
    """The wrong role is refused, by every verb."""
    door, address = DOORS[name], address_of(name, municipality)
    for role, user in users.items():
        client = client_for(user)
        if role in door.roles or (role is None and door.also_without_role):
            assert ask(client, door.method, address).status_code in (200, 302), role
            continue
        answers = {ask(client, verb, address).status_code for verb in VERBS}
        assert answers <= {403, 405} and 403 in answers, role


@pytest.mark.parametrize("name", WITH_A_PLACE)
def test_krav_08_a_place_where_one_has_no_role_might_as_well_not_exist(
    name: str,
    other_municipality: Municipality,
    users: Users,
    case: None,
    client_for: ClientFor,
) -> None:
    """Another municipality is not found, by every verb."""
    door, address = DOORS[name], address_of(name, other_municipality)
    for role in door.roles:
        client = client_for(users[role])
        if role in door.elsewhere:
            assert ask(client, door.method, address).status_code == 200, role
            continue
        answers = {ask(client, verb, address).status_code for verb in VERBS}
        assert answers <= {404, 405} and 404 in answers, role


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


@pytest.mark.parametrize("address", ADMIN, ids=lambda address: address.name)
def test_krav_08_the_administration_opens_for_administrators_only(
    address: Address, users: Users, client: Client, client_for: ClientFor
) -> None:
    """Every page of the administration is shut to strangers and to every other role."""
    path = address_in_admin(address)
    assert client.get(path, follow=True).request["PATH_INFO"] == "/inn/"
    for role in (None, *sorted(set(Role) - {Role.ADMINISTRATOR})):
        assert client_for(users[role]).get(path, follow=True).status_code in (403, 404), role
