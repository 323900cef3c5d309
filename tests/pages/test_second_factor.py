"""A password alone opens nothing: the second step, setting it up, and what goes wrong on the way."""

from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from referrals.models import Municipality, User
from referrals.views.adapters import SecondFactorAdapter
from tests.factories import NOW, PASSWORD, InstallationFactory, UserFactory
from tests.harness.doors import DOORS, SHUT, address_of
from tests.harness.factors import code, give_app, give_recovery_codes
from tests.harness.full_sessions import note

ClientFor = Callable[[User], Client]

OPEN_WHILE_SETTING_UP = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate",
}  # fmt: skip
REFUSED = "ble ikke godtatt"
CREDENTIAL = '{"id": "x"}'  # anything; what it proves is replaced where it is used


def with_password(user: User) -> Client:
    """A browser in which the password was typed, and nothing more."""
    client = Client()
    client.post("/inn/", {"login": user.username, "password": PASSWORD})
    return client


# ---------------------------------------------------------------- without a second factor


@pytest.mark.parametrize("name", SHUT)
def test_krav_24_a_password_alone_opens_no_page(
    name: str, coordinator: User, municipality: Municipality
) -> None:
    """A local account without a second factor is led to set one up, whatever page it asks for."""
    client = with_password(coordinator)
    response = getattr(client, DOORS[name].method)(address_of(name, municipality))
    if name in OPEN_WHILE_SETTING_UP:
        assert response.status_code in (200, 302)
    else:
        assert (response.status_code, response.url) == (302, "/konto/")


def test_krav_24_a_password_alone_gives_no_rights(coordinator: User, municipality: Municipality) -> None:
    """Even a page that forgot to ask would find no municipality in scope."""
    response = with_password(coordinator).get("/konto/")
    assert response.wsgi_request.access.grants == ()
    assert response.wsgi_request.municipalities == []


def test_krav_24_a_known_factor_is_always_asked_for(coordinator: User) -> None:
    """Until the second step is taken nobody is signed in at all."""
    give_app(coordinator)
    client = with_password(coordinator)
    assert client.get("/").url == "/inn/?next=/"
    assert client.get("/inn/").url == "/inn/kode/"


def test_an_app_is_set_up_with_its_first_code(coordinator: User, municipality: Municipality) -> None:
    client = with_password(coordinator)
    assert "trinn til" in client.get("/", follow=True).content.decode()
    secret = client.get("/konto/app/").context["form"].secret
    refused = client.post("/konto/app/", {"code": "000000"}).content.decode()
    assert "Koden ble ikke godtatt" in refused and "reservekode" not in refused.split("<main")[1]
    response = client.post("/konto/app/", {"code": code(secret)})
    assert response.url == "/konto/reservekoder/"
    codes = client.get(response.url)
    assert len(codes.context["codes"]) == 10
    assert client.get(f"/k/{municipality.code}/venteliste/").status_code == 200


def test_the_secret_of_an_app_never_lies_readable_in_the_database(coordinator: User) -> None:
    client = with_password(coordinator)
    secret = client.get("/konto/app/").context["form"].secret
    assert secret not in str(client.session.items())
    client.post("/konto/app/", {"code": code(secret)})
    recovery = client.get("/konto/reservekoder/").context["codes"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, '') FROM mfa_authenticator")
        kept = cursor.fetchone()[0]
    assert secret not in kept
    assert not any(one in kept for one in recovery)
    assert SecondFactorAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_adding_a_factor_changes_the_session_and_ends_the_others(coordinator: User) -> None:
    client, elsewhere = with_password(coordinator), with_password(coordinator)
    before = client.session.session_key
    secret = client.get("/konto/app/").context["form"].secret
    client.post("/konto/app/", {"code": code(secret)})
    assert client.session.session_key != before
    assert elsewhere.get("/konto/").url == "/inn/?next=/konto/"


def test_whoever_removes_the_last_factor_must_set_up_another(coordinator: User) -> None:
    secret = give_app(coordinator)
    client = with_password(coordinator)
    client.post("/inn/kode/", {"code": code(secret)})
    assert client.post("/konto/app/fjern/").url == "/konto/"
    assert client.get("/").url == "/konto/"
    assert not Authenticator.objects.filter(user=coordinator).exists()


# ---------------------------------------------------------------- codes that were used, old or not one's own


def test_krav_24_a_code_works_once(coordinator: User) -> None:
    """The same code, seen over a shoulder, opens nothing."""
    secret = give_app(coordinator)
    with time_machine.travel(NOW, tick=False):
        used = {"code": code(secret)}
        assert with_password(coordinator).post("/inn/kode/", used).url == "/"
        assert REFUSED in with_password(coordinator).post("/inn/kode/", used).content.decode()


def test_krav_24_an_old_code_does_not_work(coordinator: User) -> None:
    """A code is good for its half minute."""
    secret = give_app(coordinator)
    client = with_password(coordinator)
    assert REFUSED in client.post("/inn/kode/", {"code": code(secret, periods_ago=2)}).content.decode()
    assert "_auth_user_id" not in client.session


def test_krav_24_a_recovery_code_works_once(coordinator: User) -> None:
    """A stale recovery code gets the same answer as a wrong one."""
    give_app(coordinator)
    first, *_rest = give_recovery_codes(coordinator)
    assert with_password(coordinator).post("/inn/kode/", {"code": first}).url == "/"
    assert REFUSED in with_password(coordinator).post("/inn/kode/", {"code": first}).content.decode()


@pytest.mark.parametrize("rubbish", ["", "😀" * 40, "\x00", "9" * 5000, "' OR 1=1", "1e3", "-1", "١٢٣٤٥٦"])
def test_rubbish_instead_of_a_code_is_a_wrong_code(rubbish: str, coordinator: User) -> None:
    give_app(coordinator)
    give_recovery_codes(coordinator)
    client = with_password(coordinator)
    assert client.post("/inn/kode/", {"code": rubbish}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("rubbish", ["", "{}", "[]", "null", "1", '"x"', "{", '{"response": 1}', '{"id": {}}',
                                     '{"response": {"userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}'])  # fmt: skip
def test_rubbish_instead_of_a_passkey_leads_back(rubbish: str, client: Client, coordinator: User) -> None:
    client.get("/inn/passnokkel/", headers={"Accept": "application/json"})
    response = client.post("/inn/passnokkel/", {"credential": rubbish})
    assert (response.status_code, response.url) == (302, "/inn/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "rubbish", ["{}", "[]", "null", "1", "{", '{"response": 1}', '{"rawId": "x", "id": "x"}']
)
def test_rubbish_instead_of_a_new_passkey_is_refused(rubbish: str, coordinator: User) -> None:
    client = with_password(coordinator)
    client.get("/konto/passnokkel/")
    page = client.post("/konto/passnokkel/", {"name": "Min", "credential": rubbish})
    assert page.status_code == 200
    assert not Authenticator.objects.exists()


def test_the_second_step_without_the_first_leads_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/inn/kode/").url == "/inn/"
    assert client.post("/inn/kode/", {"code": "123456"}).url == "/inn/"


def test_cancelling_the_second_step_forgets_the_first(coordinator: User) -> None:
    give_app(coordinator)
    client = with_password(coordinator)
    client.post("/ut/")
    assert client.get("/inn/").status_code == 200


# ---------------------------------------------------------------- recovery codes


def test_new_recovery_codes_replace_the_old(coordinator: User) -> None:
    secret = give_app(coordinator)
    old = give_recovery_codes(coordinator)
    client = with_password(coordinator)
    client.post("/inn/kode/", {"code": code(secret)})
    assert client.get("/konto/reservekoder/").context["codes"] == old
    assert client.post("/konto/reservekoder/nye/").url == "/konto/reservekoder/"
    new = client.get("/konto/reservekoder/").context["codes"]
    assert len(new) == 10 and not set(new) & set(old)


# ---------------------------------------------------------------- once more, who sits there


SENSITIVE = [
    "/konto/app/", "/konto/passnokkel/", "/konto/reservekoder/", "/konto/reservekoder/nye/",
]  # fmt: skip


@pytest.mark.parametrize("address", SENSITIVE)
def test_factors_ask_again_after_five_minutes(address: str, coordinator: User, client_for: ClientFor) -> None:
    client = client_for(coordinator)
    assert client.get(address).url == f"/konto/bekreft/?next={address.replace('/', '%2F')}"
    assert client.post(address, {"code": "1"}).status_code in (302, 405)
    note(client, coordinator, at=NOW.timestamp() - 299)
    assert client.get(address).status_code == 200 or client.get(address).url == "/konto/"
    note(client, coordinator, at=NOW.timestamp() - 301)
    assert client.get(address).url.startswith("/konto/bekreft/")


def test_the_password_confirms_and_leads_back(coordinator: User, client_for: ClientFor) -> None:
    client = client_for(coordinator)
    page = client.post("/konto/bekreft/", {"password": "feil", "next": "/konto/app/"})
    assert "Passordet er feil" in page.content.decode()
    assert client.post("/konto/bekreft/", {"password": PASSWORD, "next": "/konto/app/"}).url == "/konto/app/"
    assert client.get("/konto/app/").status_code == 200


def test_a_code_confirms_too(coordinator: User, client_for: ClientFor) -> None:
    secret = give_app(coordinator)
    client = client_for(coordinator)
    assert client.post("/konto/bekreft/kode/", {"code": code(secret), "next": "/konto/"}).url == "/konto/"
    assert client.get("/konto/app/fjern/").status_code == 200


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", r"/\evil.example"])
def test_krav_31_confirming_leads_to_no_strange_place(
    address: str, coordinator: User, client_for: ClientFor
) -> None:
    """Also the page that asks once more leads only to pages of Ergo."""
    client = client_for(coordinator)
    assert client.post("/konto/bekreft/", {"password": PASSWORD, "next": address}).url == "/"


def test_what_was_being_sent_is_not_kept_readable_in_the_session(
    coordinator: User, client_for: ClientFor
) -> None:
    client = client_for(coordinator)
    client.post("/konto/app/", {"code": "hemmelig-kode"}, headers={"Referer": "http://testserver/konto/app/"})
    assert "hemmelig-kode" not in str(client.session.items())


# ---------------------------------------------------------------- the demo, and the others


@pytest.mark.django_db
def test_a_user_of_the_demo_may_try_a_second_factor_and_needs_none(client: Client) -> None:
    InstallationFactory()
    UserFactory(username="koordinator", password="ventelista-i-moss")
    client.post("/inn/demo/", {"username": "koordinator"})
    assert client.get("/").status_code == 200
    secret = client.get("/konto/app/").context["form"].secret
    assert client.post("/konto/app/", {"code": code(secret)}).url == "/konto/reservekoder/"


@pytest.mark.django_db
def test_outside_the_demo_its_users_need_a_factor_like_everybody(client: Client) -> None:
    user = UserFactory(username="koordinator")
    assert with_password(user).get("/").url == "/konto/"


@pytest.mark.django_db
def test_in_the_demo_other_users_need_a_factor(client: Client) -> None:
    InstallationFactory()
    assert with_password(UserFactory(username="en-annen")).get("/").url == "/konto/"


def test_whoever_signs_in_with_the_municipality_has_no_second_way_in(
    coordinator: User, client_for: ClientFor
) -> None:
    coordinator.set_unusable_password()
    coordinator.save()
    client = client_for(coordinator)
    note(client, coordinator, at=NOW.timestamp(), method="socialaccount")
    assert "kommunens egen innlogging" in client.get("/konto/").content.decode()
    for address in ("/konto/app/", "/konto/passnokkel/", "/konto/passord/"):
        assert client.get(address).url == "/konto/"


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!unusable"}])
def test_a_passkey_of_earlier_days_leads_nobody_past(
    change: dict, client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has left, or now signs in with the municipality, gets the answer of a passkey that nobody knows."""
    passkey = Authenticator.objects.create(user=coordinator, type="webauthn", data={})
    User.objects.filter(pk=coordinator.pk).update(**change)
    coordinator.refresh_from_db()
    passkey.user = coordinator
    right = "allauth.mfa.webauthn.forms.AuthenticateWebAuthnForm.clean_credential"
    monkeypatch.setattr(right, lambda form: passkey)
    assert (
        client.post("/inn/passnokkel/", {"credential": CREDENTIAL}, follow=True).request["PATH_INFO"]
        == "/inn/"
    )
    assert "_auth_user_id" not in client.session
    assert "account_authentication_methods" not in client.session


def test_a_passkey_that_is_right_leads_in(
    client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    passkey = Authenticator.objects.create(user=coordinator, type="webauthn", data={})
    right = "allauth.mfa.webauthn.forms.AuthenticateWebAuthnForm.clean_credential"
    monkeypatch.setattr(right, lambda form: passkey)
    assert (
        client.post("/inn/passnokkel/", {"credential": CREDENTIAL, "next": "/konto/okter/"}).url
        == "/konto/okter/"
    )
    assert client.get("/konto/okter/").status_code == 200
