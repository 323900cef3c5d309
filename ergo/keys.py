"""The installation's secret keys: from the environment, else from `.data/keys/`, made there if that is safe.

Making keys is safe where the database lies in the same folder (the embedded server), in the demo and in
development. Elsewhere a new key would leave sealed identifiers unreadable: there the start stops.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ergo import env
from ergo.env import ConfigurationError

KEY_BYTES = 32
SECRET_BYTES = 48
KEY_NAME = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True)
class KeyStore:
    """Where the keys lie, and whether a missing one may be made."""

    folder: Path
    may_create: bool

    def load(self, key: "Key") -> str:
        """The key from the environment, else from its file. Raises ConfigurationError when it may not be made."""
        return key.check(key.variable, env.secret(key.variable) or self._from_file(key))

    def _from_file(self, key: "Key") -> str:
        path = self.folder / key.variable.removeprefix("ERGO_").lower()
        if not path.exists():
            if not self.may_create:
                raise ConfigurationError(
                    f"{key.variable} is not set: make it with `{key.recipe}` and keep it safe."
                )
            write_once(path, key.make())
        return env.read_secret_file(path, key.variable)


def write_once(path: Path, content: str) -> None:
    """Write a secret that only its owner can read; whichever of several processes comes first, wins."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"Cannot write {path} ({error.strerror}): make the folder writable."
        ) from error


def random_secret() -> str:
    """48 random bytes as base64: Django asks for a SECRET_KEY of 50 characters or more."""
    return base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def random_key() -> str:
    """32 random bytes as base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def random_key_ring() -> str:
    """A key ring with one new key."""
    return f"k1:{random_key()}"


def checked_key(variable: str, value: str) -> str:
    """The value, if it is base64 of 32 bytes. Raises ConfigurationError otherwise."""
    try:
        size = len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size != KEY_BYTES:
        raise ConfigurationError(
            f"{variable} must be base64 of {KEY_BYTES} bytes: use `openssl rand -base64 32`."
        )
    return value


def checked_key_ring(variable: str, value: str) -> str:
    """The value, if it is a ring `k2:…,k1:…` of distinct names; the first key seals, all open.

    Raises ConfigurationError otherwise.
    """
    pairs = [part.strip().partition(":") for part in value.split(",")]
    key_names = [name for name, _, _ in pairs]
    if not all(KEY_NAME.fullmatch(name) for name in key_names) or len(set(key_names)) < len(key_names):
        raise ConfigurationError(
            f"{variable} must be `k1:<base64 of 32 bytes>`, older keys after a comma, each named once."
        )
    return ",".join(f"{name}:{checked_key(variable, key)}" for name, _, key in pairs)


def any_text(variable: str, value: str) -> str:
    """The value as it is."""
    return value


@dataclass(frozen=True)
class Key:
    """One kind of key: how it is named, made here or by hand, and checked."""

    variable: str
    recipe: str
    make: Callable[[], str]
    check: Callable[[str, str], str]


DJANGO = Key("ERGO_SECRET_KEY", "openssl rand -base64 48", random_secret, any_text)
"""Signs sessions and forms; a new one signs everybody out."""

IDENTIFIERS = Key(
    "ERGO_IDENTIFIER_KEYS", "echo k1:$(openssl rand -base64 32)", random_key_ring, checked_key_ring
)
"""Seals the persons' identifiers: `k2:…,k1:…`, the first seals, all open."""

INDEX = Key("ERGO_INDEX_KEY", "openssl rand -base64 32", random_key, checked_key)
"""Keyed hash for exact search; a new one means writing every person's index anew."""
