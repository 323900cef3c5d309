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
KEY_NAME = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True)
class KeyStore:
    """Where the keys lie, and whether a missing one may be made."""

    folder: Path
    may_create: bool

    def load(self, variable: str, make: Callable[[], str]) -> str:
        """The key of one variable. Raises ConfigurationError when it is missing and may not be made."""
        if value := env.secret(variable):
            return value
        path = self.folder / variable.removeprefix("ERGO_").lower()
        if not path.exists() and not self.may_create:
            raise ConfigurationError(f"{variable} is not set: see Keys in docs/operations.md for making it.")
        if not path.exists():
            write_once(path, make())
        return env.read_secret_file(path, variable)


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
