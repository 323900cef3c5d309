"""In, out, and where each role begins."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from referrals.demo.users import DEMO_PASSWORD, demo_users
from referrals.models import Municipality, User
from referrals.permissions import MUNICIPAL_ROLES, Role
from tests.factories import PASSWORD, InstallationFactory, MembershipFactory, UserFactory, days_ago
from tests.harness.factors import code, give_app

ClientFor = Callable[[User], Client]

WRONG = "Feil brukernavn eller passord"


@pytest.fixture
def demo(db: None) -> None:
    """An installation of fictitious data, with the first of its users."""
    InstallationFactory()
    first = demo_users()[0]
    user = UserFactory(username=first.username, password=DEMO_PASSWORD)
    MembershipFactory(user=user, role=first.role)


def typed(username: str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"login": username, "password": password, **more}


# ---------------------------------------------------------------- in and out


def test_name_password_and_code_lead_to_the_start_page(client: Client, coordinator: User) -> None:
    secret = give_app(coordinator)
    assert client.post("/inn/", typed("koordinator")).url == "/inn/kode/"
    assert "_auth_user_id" not in client.session
    response = client.post("/inn/kode/", {"code": code(secret)})
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(coordinator.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("data", [typed("koordinator", "feil"), typed("finnes-ikke"), typed("KOORDINATOR")])
def test_krav_27_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    data: dict[str, str], client: Client, coordinator: User
) -> None:
    """Nobody can find out by trying which user names exist."""
    page = client.post("/inn/", data)
    assert page.status_code == 200
    assert WRONG in page.content.decode()
    assert "<title>Feil: Logg inn – Ergo</title>" in page.content.decode()


@pytest.mark.django_db
def test_krav_27_somebody_who_is_deactivated_gets_the_same_answer(client: Client) -> None:
    """Also with the right password: that the user exists is told to nobody."""
    UserFactory(username="sluttet", is_active=False)
    assert WRONG in client.post("/inn/", typed("sluttet")).content.decode()


@pytest.mark.parametrize("username", ["koordinator", "finnes-ikke", "sluttet"])
def test_krav_27_each_attempt_costs_the_same_time(
    username: str, client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One password is hashed whoever is asked for, and hashing is what takes time."""
    UserFactory(username="sluttet", is_active=False)
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args)
    )
    client.post("/inn/", typed(username, "feil-hest-batteri"))
    assert len(hashed) == 1


@pytest.mark.django_db
def test_empty_fields_are_told_beside_the_fields(client: Client) -> None:
    page = client.post("/inn/", typed("", "")).content.decode()
    assert "Brukernavn må fylles ut" in page and "Passord må fylles ut" in page


def test_the_page_that_was_asked_for_comes_after_signing_in(client: Client, coordinator: User) -> None:
    asked = client.get("/mine/")
    assert asked.url == "/inn/?next=/mine/"
    assert client.post("/inn/", typed("koordinator", next="/mine/")).url == "/mine/"


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example",
        "//evil.example",
        r"/\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "///evil.example",
        "https:evil.example",
        "/\t/evil.example",
        "http://testserver@evil.example/",
        "\x00//evil.example",
        "data:text/html,x",
        "mine/",
    ],
)
def test_krav_31_it_never_leads_to_a_strange_place(next_page: str, client: Client, coordinator: User) -> None:
    """Whatever stands in `next`, signing in ends on a page of Ergo."""
    assert client.post("/inn/", typed("koordinator", next=next_page)).url == "/"
    assert "evil" not in client_page(client, next_page)


def client_page(client: Client, next_page: str) -> str:
    """The sign-in page as somebody who is not signed in gets it with this address."""
    client.logout()
    return client.get("/inn/", {"next": next_page}).content.decode().split("<main")[1]


def test_krav_31_signing_in_never_leads_to_a_strange_place_with_a_second_step_in_between(
    client: Client, coordinator: User
) -> None:
    """Also the address that waits while the code is typed is looked at."""
    secret = give_app(coordinator)
    client.post("/inn/?next=//evil.example", typed("koordinator", next="//evil.example"))
    assert client.post("/inn/kode/?next=//evil.example", {"code": code(secret)}).url == "/"


def test_who_is_signed_in_already_goes_on(client_for: ClientFor, coordinator: User) -> None:
    assert client_for(coordinator).get("/inn/").url == "/"


def test_signing_out_is_sent_by_post_and_ends_the_session(client_for: ClientFor, coordinator: User) -> None:
    client = client_for(coordinator)
    assert client.get("/ut/").status_code == 405
    assert client.post("/ut/").url == "/inn/"
    assert client.get("/").url == "/inn/?next=/"


def test_a_membership_that_is_taken_away_is_gone_at_the_next_page(
    client_for: ClientFor, coordinator: User, municipality: Municipality
) -> None:
    client = client_for(coordinator)
    waitlist = reverse("waitlist", kwargs={"code": municipality.code})
    assert client.get(waitlist).status_code == 200
    coordinator.memberships.update(valid_to=days_ago(0))
    assert client.get(waitlist).status_code == 403


def test_who_works_in_a_municipality_that_is_gone_is_told_whom_to_ask(
    client_for: ClientFor, coordinator: User, municipality: Municipality
) -> None:
    Municipality.objects.filter(pk=municipality.pk).update(valid_to=days_ago(0))
    page = client_for(coordinator).get("/")
    assert page.status_code == 200
    assert page.templates[0].name == "access/no_role.html"


# ---------------------------------------------------------------- the demo


def test_the_demo_offers_its_users(client: Client, demo: None) -> None:
    page = client.get("/inn/").content.decode()
    assert all(user.name in page for user in demo_users())


def test_one_press_signs_in_as_a_user_of_the_demo(client: Client, demo: None) -> None:
    user = User.objects.get(username=demo_users()[0].username)
    assert client.post("/inn/demo/", {"username": user.username}).url == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("username", ["koordinator2", "", "admin' --"])
def test_nobody_else_can_be_signed_in_that_way(username: str, client: Client, demo: None) -> None:
    UserFactory(username="koordinator2", password=DEMO_PASSWORD)
    assert client.post("/inn/demo/", {"username": username}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_demo_user_with_another_password_is_told_so(client: Client, demo: None) -> None:
    user = User.objects.get(username=demo_users()[0].username)
    user.set_password("noe-ganske-annet")
    user.save()
    page = client.post("/inn/demo/", {"username": user.username}, follow=True)
    assert "et annet passord" in page.content.decode()


@pytest.mark.django_db
def test_outside_the_demo_there_is_no_such_address(client: Client) -> None:
    username = demo_users()[0].username
    UserFactory(username=username, password=DEMO_PASSWORD)
    assert demo_users()[0].name not in client.get("/inn/").content.decode()
    assert client.post("/inn/demo/", {"username": username}).status_code == 404


# ---------------------------------------------------------------- where one begins


@pytest.mark.parametrize(
    ("role", "begins"),
    [
        (Role.COORDINATOR, "waitlist"),
        (Role.THERAPIST, "caseload"),
        (Role.MANAGER, "dashboard"),
        (Role.PRIVACY_OFFICER, "openings"),
        (Role.COUNTY_READER, "dashboard"),
        (Role.NATIONAL_READER, "coverage"),
        (Role.ADMINISTRATOR, "admin:index"),
    ],
)
def test_each_role_begins_on_its_own_page(
    role: Role, begins: str, client_for: ClientFor, municipality: Municipality
) -> None:
    in_place = role in MUNICIPAL_ROLES
    membership = MembershipFactory(role=role, municipality=municipality if in_place else None)
    kwargs = {"code": municipality.code} if begins in ("waitlist", "openings") else None
    assert client_for(membership.user).get("/").url == reverse(begins, kwargs=kwargs)


def test_a_coordinator_of_two_municipalities_comes_back_to_the_last_one(
    client_for: ClientFor, coordinator: User, municipality: Municipality, other_municipality: Municipality
) -> None:
    MembershipFactory(user=coordinator, municipality=other_municipality)
    client = client_for(coordinator)
    assert client.get("/").url == f"/k/{other_municipality.code}/venteliste/"  # Annesvik before Prøvdal
    client.get(f"/k/{municipality.code}/venteliste/")
    assert client.get("/").url == f"/k/{municipality.code}/venteliste/"


@pytest.mark.django_db
def test_who_has_no_role_is_told_whom_to_ask(client_for: ClientFor) -> None:
    page = client_for(UserFactory(username="ny.ansatt")).get("/")
    assert page.status_code == 200
    assert "Du har ingen rolle i Ergo ennå" in page.content.decode()
    assert "ny.ansatt" in page.content.decode()


@pytest.mark.django_db
def test_a_role_that_begins_tomorrow_is_no_role_today(client_for: ClientFor) -> None:
    membership = MembershipFactory(valid_from=days_ago(-1))
    assert "ingen rolle" in client_for(membership.user).get("/").content.decode()
