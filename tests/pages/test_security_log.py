"""The security log: who came in, who was refused and what failed, also when the request itself was taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from referrals.actions import auditing
from referrals.actions.auditing import fingerprint, security_event, security_events_kept
from referrals.choices import SecurityEventKind
from referrals.models import Category, Municipality, Person, Referral, SecurityEvent, User
from referrals.views.security import MORE
from tests.factories import NOW, PASSWORD, TODAY, PersonFactory, ReferralFactory
from tests.harness.factors import give_app

Kind = SecurityEventKind
ClientFor = Callable[[User], Client]


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser, which gets the 500 page as people do."""
    client = client_for(coordinator)
    client.raise_request_exception = False
    return client


@pytest.fixture
def referral(municipality: Municipality, category: Category) -> Referral:
    return ReferralFactory(municipality=municipality, category=category)


def address(referral: Referral) -> str:
    return reverse("referral", kwargs={"code": referral.municipality.code, "number": referral.number})


def noted() -> list[tuple[str, str | None, str]]:
    rows = SecurityEvent.objects.order_by("pk").select_related("user")
    return [(row.kind, row.user and row.user.username, row.route) for row in rows]


CASE_ROUTE = "k/<municipality:code>/henvisninger/<number:number>/"


class TestRefusals:
    def test_a_page_that_the_role_does_not_open(self, office: Client) -> None:
        assert office.get("/mine/").status_code == 403
        assert noted() == [(Kind.REFUSED, "koordinator", "mine/")]

    def test_a_case_in_a_municipality_where_one_has_no_role(
        self, office: Client, other_municipality: Municipality, category: Category
    ) -> None:
        foreign = ReferralFactory(municipality=other_municipality, category=category)
        assert office.get(address(foreign)).status_code == 404
        assert noted() == [(Kind.NOT_FOUND, "koordinator", CASE_ROUTE)]

    def test_a_row_that_the_database_refuses(
        self, office: Client, referral: Referral, other_municipality: Municipality, monkeypatch: Any
    ) -> None:
        def write_elsewhere(*_args: Any, **_more: Any) -> None:
            Person.objects.create(
                municipality=other_municipality, given_name="A", family_name="B", birth_date=TODAY
            )

        monkeypatch.setattr("referrals.views.case.record_view", write_elsewhere)
        assert office.post(address(referral)).status_code == 404
        assert noted() == [(Kind.OUT_OF_SCOPE, "koordinator", CASE_ROUTE)]

    def test_a_form_without_its_token(self, coordinator: User, today: Any) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(coordinator)
        assert client.post("/sprak/", {"language": "en"}).status_code == 403
        assert noted() == [(Kind.FORGED_FORM, "koordinator", "sprak/")]
        assert SecurityEvent.objects.get().detail == "CSRF cookie not set."

    def test_an_address_that_no_page_has(self, office: Client, client: Client, db: None) -> None:
        assert client.get("/wp-login.php").status_code == 404
        assert noted() == []
        assert office.get("/wp-login.php").status_code == 404
        assert noted() == [(Kind.NOT_FOUND, "koordinator", "")]


class TestFaults:
    def test_tell_the_kind_and_not_the_message(
        self, office: Client, referral: Referral, monkeypatch: Any
    ) -> None:
        def fail(*_args: Any) -> None:
            raise ValueError("Kari Nordmann 17054832106")

        monkeypatch.setattr("referrals.views.case.render", fail)
        assert office.get(address(referral)).status_code == 500
        assert noted() == [(Kind.FAILED, "koordinator", CASE_ROUTE)]
        assert SecurityEvent.objects.get().detail == "ValueError"

    @pytest.mark.django_db(transaction=True)
    def test_stay_when_the_request_is_taken_back(
        self, office: Client, referral: Referral, monkeypatch: Any
    ) -> None:
        def write_and_fail(request: HttpRequest, *_args: Any) -> None:
            security_event(Kind.EMERGENCY, request=request)
            Category.objects.filter(pk=referral.category_id).update(position=7)
            raise ValueError

        monkeypatch.setattr("referrals.views.case.render", write_and_fail)
        assert office.post(address(referral)).status_code == 500
        assert noted() == [(Kind.EMERGENCY, "koordinator", CASE_ROUTE)]
        assert not Category.objects.filter(position=7).exists()

    def test_an_answer_comes_also_where_the_log_cannot_be_written(
        self, office: Client, monkeypatch: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(auditing, "INSERT_SECURITY_EVENT", "SELECT 1 / 0, %(kind)s")
        assert office.get("/mine/").status_code == 403
        assert "1 security events could not be written" in caplog.text


class TestSignIn:
    def sign_in(self, client: Client, username: str, password: str = "feil-hest-batteri-stift") -> None:
        client.post("/inn/", {"login": username, "password": password})

    def test_a_wrong_password_names_the_user(self, client: Client, coordinator: User) -> None:
        self.sign_in(client, "koordinator")
        assert noted() == [(Kind.SIGN_IN_FAILED, "koordinator", "inn/")]
        assert SecurityEvent.objects.get().typed == ""

    @pytest.mark.parametrize("typed", ["17054832106", "riktig-hest-batteri", "x" * 300, "a\0b"])
    def test_an_unknown_name_is_kept_as_a_fingerprint(self, client: Client, db: None, typed: str) -> None:
        self.sign_in(client, typed)
        event = SecurityEvent.objects.get()
        assert event.typed == fingerprint(typed.replace("\0", "")) and len(event.typed) == 32
        row = " ".join(str(getattr(event, field.name)) for field in event._meta.fields)
        assert typed not in row

    def test_the_same_name_has_the_same_fingerprint(self) -> None:
        assert fingerprint("Ola ") == fingerprint("ola") != fingerprint("kari")

    def test_somebody_who_comes_in(self, client: Client, coordinator: User) -> None:
        self.sign_in(client, "koordinator", PASSWORD)
        assert noted() == [(Kind.SIGNED_IN, "koordinator", "inn/")]

    def test_a_passkey_that_nobody_knows(self, client: Client, db: None) -> None:
        client.post("/inn/passnokkel/", {"credential": '{"id": "x"}'})
        assert noted() == [(Kind.SIGN_IN_FAILED, None, "inn/passnokkel/")]
        assert SecurityEvent.objects.get().detail == "alone: webauthn"

    def test_a_passkey_of_somebody_who_has_left(
        self, client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        User.objects.update(is_active=False)
        coordinator.refresh_from_db()
        passkey = Authenticator.objects.create(user=coordinator, type="webauthn", data={})
        right = "allauth.mfa.webauthn.forms.AuthenticateWebAuthnForm.clean_credential"
        monkeypatch.setattr(right, lambda form: passkey)
        client.post("/inn/passnokkel/", {"credential": '{"id": "x"}'})
        assert noted() == [(Kind.SIGN_IN_FAILED, "koordinator", "inn/passnokkel/")]

    def test_wrong_passkeys_at_the_second_step(
        self, client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        give_app(coordinator)
        monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.parse_authentication_response", id)
        self.sign_in(client, "koordinator", PASSWORD)
        for _attempt in range(6):
            client.post("/inn/kode/", {"credential": '{"id": "x"}'})
        route = "inn/kode/"
        assert noted() == [(Kind.SIGN_IN_FAILED, "koordinator", route)] * 5 + [
            (Kind.SLOWED_DOWN, "koordinator", route)
        ]

    def test_a_wrong_passkey_when_confirming(self, office: Client, coordinator: User) -> None:
        Authenticator.objects.create(user=coordinator, type="webauthn", data={})
        office.post("/konto/bekreft/passnokkel/", {"credential": '{"id": "x"}'})
        assert noted() == [(Kind.SIGN_IN_FAILED, "koordinator", "konto/bekreft/passnokkel/")]
        assert SecurityEvent.objects.get().detail == "confirming: webauthn"


class TestStrangers:
    """What anybody can cause from outside must not fill a log that nobody may shorten."""

    @pytest.fixture(autouse=True)
    def within_one_minute(self, db: None) -> Iterator[None]:
        with time_machine.travel(NOW, tick=False):
            yield

    def forge(self, times: int, address: str = "192.0.2.7") -> None:
        client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
        for _time in range(times):
            assert client.post("/sprak/", {"language": "en"}).status_code == 403

    def test_a_flood_leaves_thirty_rows_and_one_that_says_there_were_more(self) -> None:
        self.forge(40)
        assert [kind for kind, *_who in noted()] == [Kind.FORGED_FORM] * 30 + [Kind.SLOWED_DOWN]
        assert SecurityEvent.objects.get(kind=Kind.SLOWED_DOWN).detail == MORE

    def test_the_return_address_of_single_sign_on_is_none_to_fill_it_with(
        self, settings: LazySettings, client: Client
    ) -> None:
        settings.SINGLE_SIGN_ON = {"kommunen": SimpleNamespace(name="kommunen", issuer="https://x.example")}
        for _time in range(40):
            client.generic("GET", "/inn/med/kommunen/tilbake/?state=x")
        assert SecurityEvent.objects.count() == 31

    def test_another_address_and_another_minute_have_their_own(self) -> None:
        self.forge(31)
        self.forge(1, address="192.0.2.8")
        assert SecurityEvent.objects.count() == 32
        with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
            self.forge(1)
        assert SecurityEvent.objects.count() == 33

    def test_the_counters_are_shared_by_all_processes(self, settings: LazySettings) -> None:
        settings.CACHES = settings.CACHES | {"default": settings.SHARED_CACHE}
        self.forge(32)
        assert SecurityEvent.objects.count() == 31

    def test_who_is_signed_in_at_the_same_address_is_kept(self, office: Client) -> None:
        self.forge(31, address="127.0.0.1")
        office.get("/mine/")
        office.post("/ut/")
        assert [kind for kind, *_who in noted()][-2:] == [Kind.REFUSED, Kind.SIGNED_OUT]

    def test_a_machine_inside_that_sends_no_address_gets_its_answer(self, settings: LazySettings) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
        client = Client(enforce_csrf_checks=True, headers={"X-Forwarded-For": "10.0.0.1"})
        assert client.post("/sprak/", {"language": "en"}).status_code == 403
        assert SecurityEvent.objects.count() == 1


class TestWriting:
    def test_outside_a_request_it_is_written_at_once(self, coordinator: User) -> None:
        security_event(Kind.ACCOUNT_CHANGED, user=coordinator, detail="password")
        event = SecurityEvent.objects.get()
        assert (event.kind, event.user, event.route) == (Kind.ACCOUNT_CHANGED, coordinator, "")

    def test_all_of_a_request_carry_its_id(self, office: Client, referral: Referral) -> None:
        office.get("/mine/")
        assert len(SecurityEvent.objects.get().request_id) == 36

    @pytest.mark.django_db(transaction=True)
    def test_what_was_noted_is_written_after_the_transaction_inside(self, coordinator: User) -> None:
        with security_events_kept(), pytest.raises(RuntimeError), transaction.atomic():
            security_event(Kind.REFUSED, user=coordinator)
            PersonFactory()
            raise RuntimeError
        assert len(noted()) == 1 and not Person.objects.exists()
        assert not connection.in_atomic_block
