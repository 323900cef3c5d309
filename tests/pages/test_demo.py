"""The demo as its users meet it: one press to come in, a start page for each, and walls between municipalities."""

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings as ergo_settings
from django.test import Client

from referrals.demo.users import MOSS, STRAND, DemoUser, demo_users
from referrals.models import Referral, User
from tests.factories import InstallationFactory

pytestmark = [pytest.mark.usefixtures("seeded"), pytest.mark.django_db]

USERS = {user.username: user for user in demo_users()}


@pytest.fixture(autouse=True)
def on_the_day_of_the_demo(order):
    with time_machine.travel(order.until, tick=False):
        yield


def signed_in(user: DemoUser) -> Client:
    client = Client()
    response = client.post("/inn/demo/", {"username": user.username})
    assert response.status_code == 302
    return client


@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
def test_each_user_comes_in_with_one_press_and_can_follow_the_whole_menu(user):
    client = signed_in(user)
    page = client.get("/", follow=True)
    assert page.status_code == 200
    menu = re.search(r"<nav.*?</nav>", page.content.decode(), re.DOTALL)
    addresses = set(re.findall(r'href="(/[^"]*)"', menu[0])) if menu else set()
    for address in sorted(addresses):
        assert client.get(address, follow=True).status_code == 200, address


@pytest.mark.parametrize(("username", "elsewhere"), [("koordinator", STRAND), ("strand", MOSS)])
def test_a_coordinator_finds_nothing_of_another_municipality(username, elsewhere):
    client = signed_in(USERS[username])
    number = Referral.objects.filter(municipality__code=elsewhere).values_list("number", flat=True)[0]
    for address in (f"/k/{elsewhere}/venteliste/", f"/k/{elsewhere}/henvisninger/{number}/"):
        assert client.get(address).status_code == 404


def test_every_page_says_that_the_data_are_fictitious():
    page = signed_in(USERS["koordinator"]).get(f"/k/{MOSS}/venteliste/").content.decode()
    assert "oppdiktet" in page


def test_a_case_of_the_demo_can_be_read_with_its_history(order):
    client = signed_in(USERS["koordinator"])
    for number in Referral.objects.filter(municipality__code=MOSS).values_list("number", flat=True):
        assert client.get(f"/k/{MOSS}/henvisninger/{number}/").status_code == 200


def test_a_stranger_is_told_what_is_wrong_once_and_keeps_nothing_of_it(client: Client) -> None:
    """Messages lie in the session, also of somebody who is not signed in."""
    user = User.objects.get(username="leder")
    user.set_password("riktig-hest-batteri-stift")
    user.save()
    answer = client.post("/inn/demo/", {"username": "leder"})
    assert answer.url == "/inn/" and set(answer.cookies) == {ergo_settings.SESSION_COOKIE_NAME}
    told = "Denne demobrukeren har fått et annet passord eller finnes ikke lenger."
    assert told in client.get("/inn/").content.decode()
    assert told not in client.get("/inn/").content.decode()


@pytest.mark.django_db
def test_an_installation_for_real_does_not_serve_the_demos_database(client: Client, settings: Any) -> None:
    InstallationFactory(is_demo=True)
    settings.FOR_REAL = True
    answer = client.get("/inn/", secure=True)
    assert answer.status_code == 503
    assert "This database holds the demo" in answer.content.decode()
    assert client.post("/inn/demo/", {"username": "leder"}, secure=True).status_code == 503
