"""The municipality's own sign-in, as the environment describes it."""

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ergo.env import ConfigurationError
from ergo.single_sign_on import providers


@cache
def pem(kind: str) -> str:
    made = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def entra(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An installation with one provider, whole."""
    for name, value in {
        "": "entra",
        "_ENTRA_LABEL": "Prøvdal kommune",
        "_ENTRA_ISSUER": "https://login.example/t/v2.0",
        "_ENTRA_CLIENT_ID": "ergo",
        "_ENTRA_KEY": pem("rsa"),
        "_ENTRA_KEY_ID": "k1",
        "_ENTRA_AMR": "mfa",
        "_ENTRA_SUBJECT": "tid+oid",
    }.items():
        monkeypatch.setenv(f"ERGO_SSO{name}", value)
    return monkeypatch


def test_without_a_name_there_is_none() -> None:
    assert providers(for_real=True) == {}


def test_a_provider_is_read_whole(entra: pytest.MonkeyPatch) -> None:
    (found,) = providers(for_real=True).values()
    assert (found.name, found.label, found.algorithm) == ("entra", "Prøvdal kommune", "RS256")
    assert (found.acr, found.amr, found.subject) == ((), ("mfa",), ("tid", "oid"))
    assert (found.scope, found.audience) == ("openid", "token_endpoint")


def test_a_key_on_the_curve_signs_in_its_own_way(entra: pytest.MonkeyPatch) -> None:
    entra.setenv("ERGO_SSO_ENTRA_KEY", pem("p256"))
    assert providers(for_real=True)["entra"].algorithm == "ES256"


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("ERGO_SSO", "Entra ID", "ERGO_SSO: 'Entra ID' must be"),
        ("ERGO_SSO_ENTRA_ISSUER", "", "ERGO_SSO_ENTRA_ISSUER is not set"),
        ("ERGO_SSO_ENTRA_ISSUER", "http://login.example", "must begin with https://"),
        ("ERGO_SSO_ENTRA_CLIENT_ID", "", "ERGO_SSO_ENTRA_CLIENT_ID is not set"),
        ("ERGO_SSO_ENTRA_KEY_ID", "", "ERGO_SSO_ENTRA_KEY_ID is not set"),
        ("ERGO_SSO_ENTRA_KEY", "", "must hold a private key"),
        ("ERGO_SSO_ENTRA_KEY", "s3cret", "must hold a private key"),
        ("ERGO_SSO_ENTRA_KEY", pem("p384"), "must be RSA"),
        ("ERGO_SSO_ENTRA_KEY", pem("ed25519"), "must be RSA"),
        ("ERGO_SSO_ENTRA_AUDIENCE", "everybody", "must be token_endpoint or issuer"),
    ],
)
def test_one_that_is_not_whole_stops_the_start(
    name: str, value: str, line: str, entra: pytest.MonkeyPatch
) -> None:
    entra.setenv(name, value)
    with pytest.raises(ConfigurationError) as stopped:
        providers(for_real=True)
    assert line in str(stopped.value)
    assert "s3cret" not in str(stopped.value) and "PRIVATE" not in str(stopped.value)


def test_krav_24_a_provider_without_a_demanded_level_stops_the_start(entra: pytest.MonkeyPatch) -> None:
    """A provider is never trusted to have asked for a second factor unless its tokens must say so."""
    entra.delenv("ERGO_SSO_ENTRA_AMR")
    with pytest.raises(ConfigurationError, match="a password alone would be"):
        providers(for_real=True)


@pytest.mark.parametrize("subject", ["pid", "iss+pid", "PID", " pid", "helseid://claims/identity/pid"])
def test_krav_21_an_identity_number_is_no_subject(subject: str, entra: pytest.MonkeyPatch) -> None:
    """Whoever signs in is never known by fødselsnummer, which would lie readable in the database and its backups."""
    entra.setenv("ERGO_SSO_ENTRA_SUBJECT", subject)
    with pytest.raises(ConfigurationError, match="ERGO_SSO_ENTRA_SUBJECT must not be pid"):
        providers(for_real=True)
