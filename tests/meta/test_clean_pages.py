"""No page, as it is sent, holds a script, a style or a handler of its own, and every answer forbids them."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, User
from referrals.permissions import Role
from tests.factories import InstallationFactory
from tests.harness.addresses import Address
from tests.harness.doors import ADDRESSES, ADMIN, DOORS, address_in_admin, address_of

ClientFor = Callable[[User], Client]
Users = dict[Role | None, User]


class InlineFinder(HTMLParser):
    """Collects what the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style" or (tag == "script" and not self._is_harmless(values)):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"<{tag} {name}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value}>")

    @staticmethod
    def _is_harmless(values: dict[str, str | None]) -> bool:
        return bool(values.get("src")) or values.get("type") == "application/json"


def assert_clean(response: HttpResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "nonce" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if response.headers.get("Content-Type", "").startswith("text/html"):
        finder = InlineFinder()
        finder.feed(response.content.decode())
        assert not finder.found


@pytest.mark.parametrize("name", sorted(DOORS.keys() & ADDRESSES.keys()))
def test_krav_29_a_page_brings_nothing_of_its_own_and_forbids_it(
    name: str, municipality: Municipality, users: Users, case: None, client: Client, client_for: ClientFor
) -> None:
    """No page holds a script, a style or a handler of its own, and every answer forbids them and framing."""
    InstallationFactory()
    address = address_of(name, municipality)
    assert_clean(client.get(address))
    for role in sorted(DOORS[name].roles):
        assert_clean(client_for(users[role]).get(address))


@pytest.mark.parametrize("address", ADMIN, ids=lambda address: address.name)
def test_krav_29_neither_do_the_pages_of_the_administration(
    address: Address, users: Users, client_for: ClientFor
) -> None:
    """The administration keeps the same policy."""
    assert_clean(client_for(users[Role.ADMINISTRATOR]).get(address_in_admin(address)))


def test_dead_ends_forbid_it_too(users: Users, client_for: ClientFor) -> None:
    client = client_for(users[Role.MANAGER])
    assert_clean(client.get("/finnes-ikke/"))
    assert_clean(client.get("/mine/"))


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>1</script>",
        "<a href='JavaScript:x()'>",
        "<b onclick=x()>",
    ],
)
def test_the_finder_finds_what_it_looks_for(html: str) -> None:
    finder = InlineFinder()
    finder.feed(html)
    assert finder.found
