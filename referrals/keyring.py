"""Identity numbers at rest: sealed by a ring of keys, and found again by a keyed hash.

AES-256-GCM. A sealed value opens only in the place it was sealed for; anything else raises, never guesses. The keys
come from the environment or a file, never from the database: the number space is so small (about 10⁹) that whoever
holds the index key and the table can list all numbers.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12
LONGEST_KEY_NAME = 8

PLACE_OF_FACTORS = b"mfa.secret"
"""Where the secrets of second factors are sealed for."""


class SealBroken(Exception):
    """A sealed value does not open: it was altered, belongs in another place, or its key is not on the ring."""


class Ring:
    """The keys `k2:<base64 of 32 bytes>,k1:<…>`: the first one seals, all of them open.

    A sealed value is format, length of the key's name, the name, a nonce, and the encrypted text with its tag: 43
    bytes for an identity number under a two-letter name.
    """

    def __init__(self, keys: str, index_key: str) -> None:
        """Raises ValueError, without any key in the message, when a key is malformed or named twice."""
        self._ciphers: dict[bytes, AESGCM] = {}
        for part in keys.split(","):
            name, _colon, key = part.strip().partition(":")
            if not 1 <= len(name.encode()) <= LONGEST_KEY_NAME or name.encode() in self._ciphers:
                raise ValueError("each key needs a name of its own, of 1 to 8 letters, before a colon")
            self._ciphers[name.encode()] = AESGCM(_decoded(key))
        self._sealing_name = next(iter(self._ciphers))
        self._index_key = _decoded(index_key)

    def seal(self, text: str, *, where: bytes) -> bytes:
        """Encrypt the text for one place: the column and the municipality, as in `person.identifier:301`."""
        header = bytes([FORMAT, len(self._sealing_name)]) + self._sealing_name
        nonce = os.urandom(NONCE_BYTES)
        return (
            header + nonce + self._ciphers[self._sealing_name].encrypt(nonce, text.encode(), header + where)
        )

    def open(self, sealed: bytes | memoryview, *, where: bytes) -> str:
        """The text that was sealed for this place. Raises SealBroken in every other case."""
        blob = bytes(sealed)
        name = _key_name(blob)
        header, body = blob[: 2 + len(name)], blob[2 + len(name) :]
        try:
            opened = self._ciphers[name].decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], header + where)
        except (InvalidTag, KeyError, ValueError) as error:
            raise SealBroken("The sealed value does not open here, with these keys.") from error
        return opened.decode()

    def stale(self, sealed: bytes | memoryview) -> bool:
        """Whether an older key than the first sealed the value, so that it should be sealed anew."""
        return _key_name(bytes(sealed)) != self._sealing_name

    def index(self, digits: str, municipality_id: int) -> bytes:
        """The keyed hash for exact search: the same number looks different in two municipalities."""
        return hmac.digest(self._index_key, f"{municipality_id:d}|{digits}".encode(), hashlib.sha256)


def ring() -> Ring:
    """The installation's ring, from IDENTIFIER_KEYS and IDENTIFIER_INDEX_KEY of the settings.

    Raises ImproperlyConfigured when they hold no usable keys.
    """
    return _ring(settings.IDENTIFIER_KEYS, settings.IDENTIFIER_INDEX_KEY)


@lru_cache(maxsize=2)
def _ring(keys: str, index_key: str) -> Ring:
    try:
        return Ring(keys, index_key)
    except ValueError as error:
        raise ImproperlyConfigured(f"IDENTIFIER_KEYS and IDENTIFIER_INDEX_KEY: {error}.") from error


def _decoded(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != KEY_BYTES:
        raise ValueError(f"a key must be base64 of {KEY_BYTES} bytes")
    return decoded


def _key_name(blob: bytes) -> bytes:
    if len(blob) < 2 or blob[0] != FORMAT:
        raise SealBroken("The value is not sealed in a known format.")
    return blob[2 : 2 + blob[1]]
