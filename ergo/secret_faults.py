"""Whether the secrets of an installation are fit for use: guessable, shared, or open to other users of the machine.

What is found is told by the name of the variable. A secret itself is never part of a message.
"""

import base64
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from ergo import env
from ergo.keys import DJANGO, IDENTIFIERS, INDEX, KeyStore

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL")
SHORTEST_PASSWORD = 16
SHORTEST_SECRET = 50
FEWEST_DIFFERENT = 12
"""Of random bytes or letters that many differ, in all but one of millions; of words and examples often fewer do."""

READABLE_BY_OTHERS = stat.S_IRWXO | stat.S_IWGRP


def faults(store: KeyStore) -> Iterator[str]:
    """A line for each fault of the keys and of the database passwords that this process has been given.

    Raises ConfigurationError for a key that is missing or malformed.
    """
    keys = {key.variable: store.load(key) for key in (DJANGO, IDENTIFIERS, INDEX)}
    yield from _weak_keys(keys)
    yield from _shared(_parts(keys), "keys")
    passwords = dict(_passwords())
    for variable, (user, password) in passwords.items():
        if password and (len(password) < SHORTEST_PASSWORD or user in password):
            yield f"{variable}: the password is easily guessed, make one of {SHORTEST_PASSWORD} characters or more."
    yield from _shared({name: password for name, (_, password) in passwords.items() if password}, "passwords")
    yield from _open_files(store.folder)


def _weak_keys(keys: Mapping[str, str]) -> Iterator[str]:
    secret = keys[DJANGO.variable]
    if (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_DIFFERENT
        or secret.startswith("django-insecure")
    ):
        yield f"{DJANGO.variable}: easily guessed, make it with `{DJANGO.recipe}`."
    for name, key in _parts({name: key for name, key in keys.items() if name != DJANGO.variable}).items():
        if len(set(base64.b64decode(key))) < FEWEST_DIFFERENT:
            yield f"{name}: not random, make it with `openssl rand -base64 32`."


def _parts(keys: Mapping[str, str]) -> dict[str, str]:
    """Every single key by name; a ring holds several."""
    single = {name: key for name, key in keys.items() if name != IDENTIFIERS.variable}
    pairs = (
        part.strip().partition(":") for part in keys.get(IDENTIFIERS.variable, "").split(",") if part.strip()
    )
    return single | {f"{IDENTIFIERS.variable}, {name}": key for name, _, key in pairs}


def _shared(secrets: Mapping[str, str], what: str) -> Iterator[str]:
    """One that is used twice: whoever gets the one has the other."""
    seen: dict[str, str] = {}
    for name, secret in secrets.items():
        if secret in seen:
            yield f"{seen[secret]} and {name} are the same: {what} must differ."
        seen.setdefault(secret, name)


def _passwords() -> Iterator[tuple[str, tuple[str, str]]]:
    for variable in ADDRESSES:
        if url := env.secret(variable):
            words = conninfo_to_dict(url)
            yield variable, (str(words.get("user", "")), str(words.get("password", "") or ""))


def _open_files(folder: Path) -> Iterator[str]:
    """Files of secrets that other users of the machine may read, or its group may change."""
    single_sign_on = (f"ERGO_SSO_{name.upper()}_KEY" for name in env.names("ERGO_SSO"))
    own = (key.variable for key in (DJANGO, IDENTIFIERS, INDEX))
    variables = (*ADDRESSES, *own, "ERGO_MAIL_PASSWORD", *single_sign_on)
    named = [Path(os.environ[f"{name}_FILE"]) for name in variables if os.environ.get(f"{name}_FILE")]
    kept = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in (*named, *kept):
        if path.stat().st_mode & READABLE_BY_OTHERS:
            yield f"{path}: other users of this machine can read or change it, chmod 600 or 640."
