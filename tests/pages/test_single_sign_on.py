"""Signing in with the municipality's own sign-in, against a real OpenID Connect provider on this machine."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import LazySettings
from django.test import Client

from ergo.oidc import Client as OidcClient
from ergo.oidc import Question, Refused
from ergo.single_sign_on import Provider
from referrals.models import SecurityEvent, User
from tests.harness import provider as op
from tests.harness.admin_forms import opened

RETURN = "/inn/med/kommunen/tilbake/"
REDIRECT_URI = f"http://testserver{RETURN}"


@pytest.fixture(scope="module")
def client_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def running(client_key: RSAPrivateKey) -> Iterator[op.Provider]:
    with op.running(["high", "low"], client_key, REDIRECT_URI) as provider:
        yield provider


@pytest.fixture
def known(running: op.Provider, client_key: RSAPrivateKey, settings: LazySettings) -> Provider:
    """The provider as this installation knows it: level `high` is enough."""
    pem = client_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    found = Provider(
        name="kommunen", label="Prøvdal kommune", issuer=running.issuer, client_id=op.CLIENT_ID, private_key=pem,
        key_id=op.CLIENT_KEY_ID, algorithm="RS256", acr=("high",), amr=(),
    )  # fmt: skip
    settings.SINGLE_SIGN_ON = {"kommunen": found}
    return found


@pytest.fixture
def prepared(known: Provider, coordinator: User) -> User:
    """The coordinator, prepared for the one person whom the provider knows."""
    coordinator.set_unusable_password()
    coordinator.save()
    SocialAccount.objects.create(user=coordinator, provider=known.issuer, uid=subject_of(known))
    return coordinator


def subject_of(provider: Provider) -> str:
    """Who the provider says it is, learned from the provider."""
    client, question = OidcClient(provider, REDIRECT_URI), Question.new()
    return client.subject(client.claims(code_for(client, question), question))


def code_for(client: OidcClient, question: Question) -> str:
    """The code that the provider gives the browser."""
    return answer_of(client.address(question, anew=False))["code"]


def answer_of(address: str) -> dict[str, str]:
    """What the provider sends the browser back with."""
    response = requests.get(address, allow_redirects=False, timeout=10)
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def ask(browser: Client, **query: str) -> dict[str, str]:
    """Press the button, and let the provider answer."""
    return answer_of(browser.get("/inn/med/kommunen/", query).url)


def come_back(browser: Client, answer: dict[str, str]) -> Any:
    """What the provider's answer leads to. The one GET that may write, so past the guard of Client.get."""
    return browser.generic("GET", f"{RETURN}?{urlencode(answer)}")


def why(browser: Client, response: Any) -> str:
    """What the page says to whoever was turned away; its address holds nothing of the provider's."""
    assert response.url == "/inn/med/kommunen/avvist/"
    assert not is_signed_in(browser)
    return browser.get(response.url).content.decode()


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


# ---------------------------------------------------------------- the way in


def test_the_sign_in_page_offers_it(known: Provider, client: Client, db: None) -> None:
    page = client.get("/inn/", {"next": "/mine/"}).content.decode()
    assert "Logg inn med Prøvdal kommune" in page
    assert 'href="/inn/med/kommunen/?next=%2Fmine%2F"' in page


def test_krav_24_single_sign_on_at_an_accepted_level_opens_everything(client: Client, prepared: User) -> None:
    """Whoever comes from the municipality's own sign-in at the demanded level needs no further factor."""
    response = come_back(client, ask(client, next="/konto/okter/"))
    assert response.url == "/konto/okter/"
    assert client.session["_auth_user_id"] == str(prepared.pk)
    assert client.get(response.url).status_code == 200
    event = SecurityEvent.objects.get()
    assert (event.kind, event.user) == ("signed_in", prepared)


def test_krav_24_below_the_demanded_level_nobody_comes_in(
    client: Client, prepared: User, known: Provider, settings: LazySettings
) -> None:
    """A sign-in by password alone at the provider is turned away here, and the page says why."""
    address = client.get("/inn/med/kommunen/").url.replace("acr_values=high", "acr_values=low")
    page = why(client, come_back(client, answer_of(address)))
    assert "ikke på en måte som er trygg nok" in page


def test_krav_24_methods_are_demanded_too(
    client: Client, prepared: User, known: Provider, settings: LazySettings
) -> None:
    """Where the installation demands `amr`, a token that does not say how is too little."""
    settings.SINGLE_SIGN_ON = {"kommunen": replace(known, acr=(), amr=("mfa",))}
    assert why(client, come_back(client, ask(client)))
    assert not is_signed_in(client)


def test_krav_25_single_sign_on_gives_a_new_session_id(client: Client, prepared: User) -> None:
    """The session that carried the question is not the one that is signed in."""
    answer = ask(client)
    before = client.session.session_key
    come_back(client, answer)
    assert client.session.session_key != before


def test_krav_31_single_sign_on_leads_to_no_strange_place(client: Client, prepared: User) -> None:
    """Also what waits while the provider asks is looked at."""
    assert come_back(client, ask(client, next="//evil.example")).url == "/"


# ---------------------------------------------------------------- who is not let in


def test_somebody_unknown_is_told_whom_to_ask_and_gets_nothing(
    client: Client, known: Provider, db: None
) -> None:
    text = why(client, come_back(client, ask(client)))
    assert subject_of(known) in text and known.issuer in text
    assert not is_signed_in(client) and not User.objects.exists() and not SocialAccount.objects.exists()
    event = SecurityEvent.objects.get()
    assert (event.kind, event.detail) == ("sign_in_failed", "kommunen: unknown")
    assert subject_of(known) not in event.typed


def test_somebody_deactivated_is_unknown(client: Client, prepared: User) -> None:
    User.objects.update(is_active=False)
    assert "ingen har laget en bruker" in why(client, come_back(client, ask(client)))
    assert not is_signed_in(client)


def test_the_subject_of_another_issuer_is_unknown(client: Client, prepared: User) -> None:
    SocialAccount.objects.update(provider="https://another.example")
    assert why(client, come_back(client, ask(client)))


def test_nobody_links_an_identity_to_the_user_who_is_signed_in(
    client: Client, known: Provider, manager: User
) -> None:
    client.force_login(manager)
    assert come_back(client, ask(client, process="connect")).url.endswith("/avvist/")
    assert not SocialAccount.objects.exists()


# ---------------------------------------------------------------- answers to no question of ours


def test_an_answer_works_once(client: Client, prepared: User) -> None:
    answer = ask(client)
    come_back(client, answer)
    client.post("/ut/")
    assert why(client, come_back(client, answer))
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"state": "å\x00"}, {"iss": "https://evil.example"}]
)
def test_an_answer_with_something_changed_is_refused(
    change: dict[str, str], client: Client, prepared: User
) -> None:
    assert why(client, come_back(client, ask(client) | change))
    assert not is_signed_in(client)


@pytest.mark.parametrize("code", ["", "x", "\x00", "å" * 2000])
def test_a_code_that_the_provider_never_gave_is_refused(code: str, client: Client, prepared: User) -> None:
    assert why(client, come_back(client, ask(client) | {"code": code}))
    assert not is_signed_in(client)


def test_the_answer_of_another_browser_is_refused(client: Client, prepared: User) -> None:
    answer = ask(Client())
    assert why(client, come_back(client, answer))
    ask(client)
    assert why(client, come_back(client, answer))
    assert not is_signed_in(client)


def test_an_answer_after_ten_minutes_is_refused(
    client: Client, prepared: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(client)
    monkeypatch.setattr("referrals.views.single_sign_on.PATIENCE_SECONDS", -1)
    assert "tok for lang tid" in why(client, come_back(client, answer))


def test_whoever_cancels_is_told_so(client: Client, prepared: User) -> None:
    answer = ask(client)
    assert "avbrutt" in why(client, come_back(client, {"error": "access_denied", "state": answer["state"]}))


def test_a_provider_that_is_gone_is_told_of(
    client: Client, known: Provider, settings: LazySettings, db: None
) -> None:
    settings.SINGLE_SIGN_ON = {"kommunen": replace(known, issuer="http://127.0.0.1:9")}
    assert "svarer ikke som den skal" in why(client, client.get("/inn/med/kommunen/"))


def test_a_provider_that_nobody_configured_has_no_address(client: Client, db: None) -> None:
    assert client.get("/inn/med/kommunen/").status_code == 404
    assert client.get(RETURN).status_code == 404


# ---------------------------------------------------------------- what the protocol protects


class TestProtocol:
    @pytest.fixture
    def us(self, known: Provider) -> OidcClient:
        return OidcClient(known, REDIRECT_URI)

    def test_the_question_holds_pkce_state_nonce_and_level(self, us: OidcClient) -> None:
        question = Question.new()
        query = parse_qs(urlsplit(us.address(question, anew=True)).query)
        assert query["code_challenge_method"] == ["S256"] and query["code_challenge"] == [question.challenge]
        assert (query["state"], query["nonce"]) == ([question.state], [question.nonce])
        assert (query["acr_values"], query["prompt"], query["max_age"]) == (["high"], ["login"], ["0"])
        assert question.verifier not in us.address(question, anew=False)

    def test_a_stolen_code_is_worth_nothing_without_the_verifier(self, us: OidcClient) -> None:
        question = Question.new()
        thief = replace(question, verifier=Question.new().verifier)
        with pytest.raises(Refused, match="answer"):
            us.claims(code_for(us, question), thief)

    def test_a_token_for_another_question_is_refused(self, us: OidcClient) -> None:
        question = Question.new()
        with pytest.raises(Refused, match="token"):
            us.claims(code_for(us, question), replace(question, nonce=Question.new().nonce))

    def test_the_provider_refuses_whoever_signs_with_another_key(self, us: OidcClient) -> None:
        question, other = Question.new(), generate_private_key(65537, 2048)
        pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        impostor = replace(us, provider=replace(us.provider, private_key=pem))
        with pytest.raises(Refused, match="answer"):
            impostor.claims(code_for(us, question), question)

    def test_our_word_names_us_for_one_minute_and_one_use(self, us: OidcClient) -> None:
        words = [
            jwt.decode(us._assertion("https://t"), options={"verify_signature": False}) for _n in range(2)
        ]
        assert words[0]["iss"] == words[0]["sub"] == op.CLIENT_ID and words[0]["aud"] == "https://t"
        assert words[0]["exp"] - words[0]["iat"] == 60
        assert words[0]["jti"] != words[1]["jti"]

    def test_the_issuer_must_be_the_one_we_know(self, us: OidcClient) -> None:
        with pytest.raises(Refused, match="answer"):
            replace(us, provider=replace(us.provider, issuer=us.provider.issuer + "/")).address(
                Question.new(), anew=False
            )

    def test_entra_is_known_by_tenant_and_object(self, us: OidcClient) -> None:
        entra = replace(us, provider=replace(us.provider, subject=("tid", "oid")))
        assert entra.subject({"tid": "t-1", "oid": "o-2", "sub": "x"}) == "t-1+o-2"
        for claims in ({"tid": "t-1"}, {"tid": "t-1", "oid": ""}, {"tid": 1, "oid": "o"}):
            with pytest.raises(Refused, match="token"):
                entra.subject(claims)


class TestTokens:
    """Tokens made here with the provider's own key, each wrong in one way."""

    @pytest.fixture
    def us(self, known: Provider) -> OidcClient:
        return OidcClient(known, REDIRECT_URI)

    def claims(self, us: OidcClient, **change: Any) -> dict[str, Any]:
        now = int(time.time())
        right = {
            "iss": us.provider.issuer,
            "aud": op.CLIENT_ID,
            "sub": "s",
            "nonce": "n",
            "iat": now,
            "exp": now + 60,
        }
        return {key: value for key, value in (right | change).items() if value is not None}

    def signed(self, running: op.Provider, claims: dict[str, Any], **header: str) -> str:
        key = running.server.keyjar.get_signing_key("RSA")[0]
        return jwt.encode(claims, key.private_key(), "RS256", headers={"kid": key.kid} | header)

    def test_a_right_one_is_believed(self, us: OidcClient, running: op.Provider) -> None:
        assert us._believed(self.signed(running, self.claims(us)), "n")["sub"] == "s"

    @pytest.mark.parametrize(
        "change",
        [
            {"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "m"}, {"nonce": None},
            {"azp": "another"}, {"iat": None}, {"sub": None}, {"nbf": 4_000_000_000}, {"nonce": ["n"]},
        ],
        ids=str,
    )  # fmt: skip
    def test_one_that_is_wrong_is_not(self, change: dict, us: OidcClient, running: op.Provider) -> None:
        with pytest.raises(Refused, match="token"):
            us._believed(self.signed(running, self.claims(us, **change)), "n")

    def test_neither_is_one_without_signature_or_signed_by_a_stranger(
        self, us: OidcClient, running: op.Provider, client_key: RSAPrivateKey
    ) -> None:
        key = running.server.keyjar.get_signing_key("RSA")[0]
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        header, claims = {"kid": key.kid}, self.claims(us)
        forged = [
            jwt.encode(claims, "", "none", headers=header),
            signed_with_a_shared_secret(claims, public, key.kid),
            jwt.encode(claims, client_key, "RS256", headers=header),
            jwt.encode(claims, client_key, "RS256", headers={"kid": "of-nobody"}),
            jwt.encode(claims, client_key, "RS256"),
            "", "a.b.c", "å",
        ]  # fmt: skip
        for token in forged:
            with pytest.raises(Refused, match="token"):
                us._believed(token, "n")


def signed_with_a_shared_secret(claims: dict[str, Any], secret: bytes, key_id: str) -> str:
    """As an attacker does who takes the provider's public key for a secret; PyJWT itself refuses to make it."""

    def part(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    header = {"alg": "HS256", "kid": key_id}
    body = part(json.dumps(header).encode()) + b"." + part(json.dumps(claims).encode())
    return (body + b"." + part(hmac.digest(secret, body, "sha256"))).decode()


# ---------------------------------------------------------------- once more


def test_confirming_leads_to_the_provider_which_asks_anew(client: Client, prepared: User) -> None:
    come_back(client, ask(client))
    session = client.session
    session["account_authentication_methods"][0]["at"] = 0
    session.save()
    away = client.get("/konto/reservekoder/").url
    assert away == "/inn/med/kommunen/?anew=1&next=%2Fkonto%2Freservekoder%2F"
    address = client.get(away).url
    assert "prompt=login" in address and "max_age=0" in address
    assert come_back(client, answer_of(address)).url == "/konto/reservekoder/"
    assert client.get("/konto/reservekoder/").url == "/konto/"


@pytest.mark.parametrize("auth_time", [-3600, None], ids=["an hour ago", "unknown"])
def test_krav_24_whom_the_provider_remembers_has_not_just_confirmed(
    auth_time: int | None, client: Client, prepared: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coming in on a session that the provider still has opens no page that asks for a confirmation."""
    let_through(monkeypatch, auth_time)
    assert come_back(client, ask(client)).url == "/"
    assert client.get("/konto/reservekoder/").url.startswith("/inn/med/kommunen/?anew=1")


def test_whoever_has_just_signed_in_at_the_provider_has_confirmed(
    client: Client, prepared: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_through(monkeypatch, -60)
    come_back(client, ask(client))
    assert client.get("/konto/reservekoder/").url == "/konto/"


def let_through(monkeypatch: pytest.MonkeyPatch, auth_time: int | None) -> None:
    """The provider says that the person signed in there so many seconds from now, or does not say it."""
    believed = OidcClient.claims

    def claims(us: OidcClient, code: str, question: Question) -> dict[str, Any]:
        said = {name: value for name, value in believed(us, code, question).items() if name != "auth_time"}
        return said if auth_time is None else said | {"auth_time": int(time.time()) + auth_time}

    monkeypatch.setattr(OidcClient, "claims", claims)


def test_a_provider_that_did_not_ask_anew_is_not_believed(
    client: Client, prepared: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referrals.views.single_sign_on.FRESH_SECONDS", -3600)
    assert why(client, come_back(client, ask(client, anew="1")))
    assert not is_signed_in(client)


# ---------------------------------------------------------------- preparing somebody


def test_an_administrator_prepares_somebody_with_what_the_page_said(
    known: Provider, client: Client, administrator: User, coordinator: User
) -> None:
    office = Client()
    office.force_login(administrator)
    form = {
        "username": "koordinator", "first_name": "Kari", "last_name": "Prøve", "email": "", "language": "nb",
        "is_active": "on", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
        "socialaccount_set-TOTAL_FORMS": "1", "socialaccount_set-INITIAL_FORMS": "0",
        "socialaccount_set-0-user": coordinator.pk, "socialaccount_set-0-provider": known.issuer,
        "socialaccount_set-0-uid": subject_of(known),
    }  # fmt: skip
    page = f"/admin/referrals/user/{coordinator.pk}/change/"
    assert office.post(page, opened(office, page) | form).status_code == 302
    assert come_back(client, ask(client)).url == "/"
    assert client.session["_auth_user_id"] == str(coordinator.pk)
