"""A real OpenID Connect provider (idpyoidc) on this machine, which asks nobody for a password.

It checks what a provider checks: that the client is known and signed its word (private_key_jwt), the address to come
back to, PKCE, and that a code is used once. Which level it claims follows from what was asked and what it offers.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from idpyoidc.server import Server
from idpyoidc.server.user_authn.user import NoAuthn

CLIENT_ID, CLIENT_KEY_ID = "ergo", "ergo-1"
PERSON = "kari"
ENDPOINTS = {
    "/.well-known/openid-configuration": "provider_config",
    "/authorization": "authorization",
    "/token": "token",
}
NO_LOG = {"version": 1, "root": {"handlers": [], "level": "CRITICAL"}}


class ProvesAtOnce(NoAuthn):
    """The person proves who they are as soon as they are asked; where the provider must ask anew, it shows a page."""

    def __call__(self, **kwargs: Any) -> str:
        return "the page that asks"


def configuration(issuer: str, levels: list[str]) -> dict[str, Any]:
    """What the provider offers: the code flow with PKCE, signed client words, and these levels."""
    oidc, token = "idpyoidc.server.oidc", "idpyoidc.server.token"
    key_defs = [{"type": "RSA", "key": "", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]
    secret = [{"type": "oct", "bytes": 24, "use": ["enc"], "kid": name} for name in ("code", "refresh")]
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks.json",
        "key_conf": {"key_defs": key_defs},
        "logging": NO_LOG,
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": f"{oidc}.provider_config.ProviderConfiguration",
                "kwargs": {},
            },
            "authorization": {
                "path": "authorization",
                "class": f"{oidc}.authorization.Authorization",
                "kwargs": {"response_types_supported": ["code"], "response_modes_supported": ["query"]},
            },
            "token": {
                "path": "token",
                "class": f"{oidc}.token.Token",
                "kwargs": {"client_authn_method": ["private_key_jwt"]},
            },
        },
        "token_handler_args": {
            "jwks_def": {"private_path": "", "read_only": False, "key_defs": secret},
            "code": {"lifetime": 60, "kwargs": {"crypt_conf": {"kwargs": {"iterations": 1}}}},
            "token": {"class": f"{token}.jwt_token.JWTToken", "kwargs": {"lifetime": 60}},
            "id_token": {"class": f"{token}.id_token.IDToken", "kwargs": {}},
        },
        "authentication": {
            level: {"acr": level, "class": "tests.harness.provider.ProvesAtOnce", "kwargs": {"user": PERSON}}
            for level in levels
        },
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {PERSON: {}}}},
        "add_on": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
            }
        },
    }


class Provider:
    """The provider while it runs. `issuer` is its address; `amr` is what it says about how a person proved it."""

    def __init__(self, levels: list[str], client_key: RSAPrivateKey, redirect_uri: str) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"
        self.server = Server(configuration(self.issuer, levels))
        self.server.context.cdb[CLIENT_ID] = {
            "client_id": CLIENT_ID,
            "client_salt": "salt",
            "redirect_uris": [(redirect_uri, None)],
            "token_endpoint_auth_method": "private_key_jwt",
            "response_types_supported": ["code"],
            "allowed_scopes": ["openid"],
            "id_token_signed_response_alg": "RS256",
        }
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(client_key.public_key()))
        jwks = {
            "keys": [{"kty": "RSA", "n": public["n"], "e": public["e"], "kid": CLIENT_KEY_ID, "use": "sig"}]
        }
        self.server.keyjar.import_jwks(jwks, CLIENT_ID)

    def answer(
        self, path: str, query: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of one request."""
        if path == "/jwks.json":
            return (
                200,
                {"Content-Type": "application/json"},
                json.dumps(self.server.keyjar.export_jwks()).encode(),
            )
        endpoint = self.server.get_endpoint(ENDPOINTS[path])
        request = endpoint.parse_request(query, http_info={"headers": headers, "url": self.issuer + path})
        if "error" in request:
            return 400, {"Content-Type": "application/json"}, request.to_json().encode()
        made = endpoint.process_request(request, http_info={"headers": headers})
        if "http_response" in made:  # the page that asks anew, which the person answers at once
            del request["prompt"]
            made = endpoint.process_request(request, http_info={"headers": headers})
        given = endpoint.do_response(request=request, **made)
        if endpoint.response_placement == "url":
            return 302, {"Location": given["response"]}, b""
        body = given["response"].encode()
        return (400 if b'"error"' in body else 200), {"Content-Type": "application/json"}, body


def _handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, form: str) -> None:
            query = {name: values[0] for name, values in parse_qs(form).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                status, more, body = provider.answer(urlsplit(self.path).path, query, headers)
            except Exception as error:  # idpyoidc raises where a provider answers 400 or 401
                status, more, body = 401, {}, type(error).__name__.encode()
            self.send_response(status)
            for name, value in (more | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def running(levels: list[str], client_key: RSAPrivateKey, redirect_uri: str) -> Iterator[Provider]:
    """A provider on a free port of this machine, until the end of the block."""
    provider = Provider(levels, client_key, redirect_uri)
    thread = Thread(target=provider.http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.http.shutdown()
        provider.http.server_close()
        thread.join()
