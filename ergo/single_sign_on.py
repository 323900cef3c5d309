"""The municipality's own sign-in, by OpenID Connect: which providers there are, from the environment.

ERGO_SSO names them, as in `entra,ansattporten`; each has its own variables, ERGO_SSO_ENTRA_ISSUER and so on. An issuer
is believed as far as its tokens are signed by its keys, meant for us, answer our own question, and say that the person
signed in at a level that is enough.
"""

import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ergo import env
from ergo.env import ConfigurationError

NAME = re.compile(r"[a-z0-9]{1,20}")
P256_BITS, SMALLEST_RSA_BITS = 256, 2048
IDENTITY_NUMBER = "pid"
"""The claim of ID-porten and Ansattporten that holds a fødselsnummer; HelseID's ends in it, after a slash."""

AUDIENCES = ("token_endpoint", "issuer")


@dataclass(frozen=True)
class Provider:
    """One provider.

    `acr` and `amr` are what its tokens may say about the level, one of each that is given; `subject` the claims that
    together say who it is. `audience`: whom our own signed word to it is addressed to.
    """

    name: str
    label: str
    issuer: str
    client_id: str
    private_key: str
    key_id: str
    algorithm: str
    acr: tuple[str, ...]
    amr: tuple[str, ...]
    subject: tuple[str, ...] = ("sub",)
    scope: str = "openid"
    audience: str = "token_endpoint"


def providers(*, for_real: bool) -> dict[str, Provider]:
    """The providers by name, in the order of ERGO_SSO. Raises ConfigurationError when one is not whole."""
    return {name: provider(name, for_real=for_real) for name in env.names("ERGO_SSO")}


def provider(name: str, *, for_real: bool) -> Provider:
    """One provider from its variables. Raises ConfigurationError, never with a key in the message."""
    if not NAME.fullmatch(name):
        raise ConfigurationError(f"ERGO_SSO: {name!r} must be 1 to 20 small letters and figures.")
    prefix = f"ERGO_SSO_{name.upper()}_"
    issuer = _needed(f"{prefix}ISSUER")
    if for_real and not issuer.startswith("https://"):
        raise ConfigurationError(f"{prefix}ISSUER must begin with https://.")
    acr, amr = tuple(env.names(f"{prefix}ACR")), tuple(env.names(f"{prefix}AMR"))
    if not acr and not amr:
        raise ConfigurationError(
            f"{prefix}ACR or {prefix}AMR must say which levels are enough: without, a password alone would be."
        )
    audience = env.text(f"{prefix}AUDIENCE", AUDIENCES[0])
    if audience not in AUDIENCES:
        raise ConfigurationError(f"{prefix}AUDIENCE must be {' or '.join(AUDIENCES)}, not {audience!r}.")
    subject = tuple(env.text(f"{prefix}SUBJECT", "sub").split("+"))
    if any(claim.strip().lower().rpartition("/")[2] == IDENTITY_NUMBER for claim in subject):
        raise ConfigurationError(
            f"{prefix}SUBJECT must not be {IDENTITY_NUMBER}: fødselsnummer would lie readable in the database. Use sub."
        )
    private_key = env.secret(f"{prefix}KEY")
    return Provider(
        name=name,
        label=env.text(f"{prefix}LABEL", name),
        issuer=issuer,
        client_id=_needed(f"{prefix}CLIENT_ID"),
        private_key=private_key,
        key_id=_needed(f"{prefix}KEY_ID"),
        algorithm=algorithm_of(f"{prefix}KEY", private_key),
        acr=acr,
        amr=amr,
        subject=subject,
        scope=env.text(f"{prefix}SCOPE", "openid"),
        audience=audience,
    )


def algorithm_of(variable: str, private_key: str) -> str:
    """How a key signs: RS256 for RSA, ES256 for the curve P-256. Raises ConfigurationError for any other key."""
    try:
        key = load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{variable} must hold a private key as PEM, without a password.") from error
    if isinstance(key, RSAPrivateKey) and key.key_size >= SMALLEST_RSA_BITS:
        return "RS256"
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.key_size == P256_BITS:
        return "ES256"
    raise ConfigurationError(f"{variable} must be RSA of 2048 bits or more, or the curve P-256.")


def _needed(name: str) -> str:
    value = env.text(name)
    if not value:
        raise ConfigurationError(f"{name} is not set: ERGO_SSO asks for it.")
    return value
