"""Talking OpenID Connect with a provider: the code flow with PKCE, state, nonce and a signed word instead of a secret.

Nothing here knows a user. What goes wrong is one of the reasons of `Refused`.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import jwt
import requests
from django.core.cache import caches

from ergo.single_sign_on import Provider

ALGORITHMS = ("RS256", "PS256", "ES256")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60  # HelseID allows no more
METADATA_SECONDS = 10 * 60  # a provider that changes its keys is believed after so long
TIMEOUT = (5, 10)  # seconds to connect, and to answer
LEEWAY = 30  # seconds by which two clocks may differ
LARGEST_ANSWER, CHUNK = 256 * 1024, 16 * 1024  # bytes

Claims = dict[str, Any]


class Refused(Exception):
    """The provider's word is not enough: `unreachable`, `answer`, `token` or `level`. Holds nothing of a token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Question:
    """What is asked and must come back. Kept in the session, used once."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Question":
        """One that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _part in range(3)))

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (PKCE, S256)."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())


@dataclass(frozen=True)
class Client:
    """Us, as one provider knows us."""

    provider: Provider
    redirect_uri: str

    def address(self, question: Question, *, anew: bool) -> str:
        """Where to send the browser. `anew`: the provider shall ask the person again, whatever it remembers.

        Raises Refused when the provider cannot be reached.
        """
        asked = {
            "client_id": self.provider.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": self.provider.scope,
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": question.challenge,
            "code_challenge_method": "S256",
        }
        if self.provider.acr:
            asked["acr_values"] = " ".join(self.provider.acr)
        if anew:
            asked |= {"prompt": "login", "max_age": "0"}
        return f"{self._metadata()['authorization_endpoint']}?{urlencode(asked)}"

    def claims(self, code: str, question: Question) -> Claims:
        """What the provider says about who signed in. Raises Refused when that cannot be believed, or is too little."""
        token = self._token(code, question.verifier)
        claims = self._believed(token, question.nonce)
        self._check_level(claims)
        return claims

    def subject(self, claims: Claims) -> str:
        """Who it is, in the provider's words. Raises Refused when a claim is missing."""
        parts = [claims.get(name) for name in self.provider.subject]
        if not all(isinstance(part, str) and part for part in parts):
            raise Refused("token")
        return "+".join(str(part) for part in parts)

    def _token(self, code: str, verifier: str) -> str:
        endpoint = self._metadata()["token_endpoint"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.provider.client_id,
            "code_verifier": verifier,
            "client_assertion_type": ASSERTION,
            "client_assertion": self._assertion(endpoint),
        }
        token = _fetched("POST", endpoint, form).get("id_token")
        if not isinstance(token, str):
            raise Refused("answer")
        return token

    def _assertion(self, endpoint: str) -> str:
        """Our own signed word, good for one minute and one use (private_key_jwt, RFC 7523)."""
        provider, now = self.provider, int(time.time())
        word = {
            "iss": provider.client_id,
            "sub": provider.client_id,
            "aud": provider.issuer if provider.audience == "issuer" else endpoint,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": str(uuid4()),
        }
        return jwt.encode(word, provider.private_key, provider.algorithm, headers={"kid": provider.key_id})

    def _believed(self, token: str, nonce: str) -> Claims:
        """The claims of a token that the issuer signed, for us, now, and as an answer to our question."""
        try:
            claims: Claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=list(ALGORITHMS),
                audience=self.provider.client_id,
                issuer=self.provider.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise Refused("token") from error
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise Refused("token")
        if claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise Refused("token")
        return claims

    def _key_of(self, token: str) -> jwt.PyJWK:
        """The issuer's key that the token names. Raises Refused, or PyJWTError for what is no token."""
        key_id = jwt.get_unverified_header(token).get("kid")
        for key in jwt.PyJWKSet.from_dict(_remembered(self._metadata()["jwks_uri"])).keys:
            if (
                key.key_id == key_id
                and key.public_key_use in (None, "sig")
                and key.algorithm_name in ALGORITHMS
            ):
                return key
        raise Refused("token")

    def _check_level(self, claims: Claims) -> None:
        methods = claims.get("amr")
        methods = set(map(str, methods)) if isinstance(methods, list) else set()
        if self.provider.acr and claims.get("acr") not in self.provider.acr:
            raise Refused("level")
        if self.provider.amr and not methods & set(self.provider.amr):
            raise Refused("level")

    def _metadata(self) -> dict[str, Any]:
        metadata = _remembered(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.provider.issuer:
            raise Refused("answer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(metadata.get(name), str):
                raise Refused("answer")
        return metadata


def _remembered(address: str) -> dict[str, Any]:
    """What a provider publishes, asked for once in ten minutes by each process."""
    found: dict[str, Any] | None = caches["process"].get(address)
    if found is None:
        found = _fetched("GET", address)
        caches["process"].set(address, found, METADATA_SECONDS)
    return found


def _fetched(method: str, address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """A provider's answer. Redirects are not followed: nobody leads us on to another host."""
    options: dict[str, Any] = {"timeout": TIMEOUT, "allow_redirects": False, "stream": True}
    body = b""
    try:
        with requests.request(method, address, data=form, **options) as response:
            for chunk in response.iter_content(CHUNK):
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise Refused("answer")
        answer = json.loads(body)
    except requests.RequestException as error:
        raise Refused("unreachable") from error
    except ValueError as error:
        raise Refused("answer") from error
    if response.status_code != HTTPStatus.OK or not isinstance(answer, dict):
        raise Refused("answer")
    return answer


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
