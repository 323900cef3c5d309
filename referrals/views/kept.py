"""What must survive from one page to the next and must not stand in an address: searches for persons.

It lies in the user's own session, sealed, since the session table would otherwise hold identity numbers in clear.
The address holds only a random token.
"""

import json
from base64 import b64decode, b64encode
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest

from referrals.keyring import SealBroken, ring

SESSION_KEY = "kept"
WHERE = b"session.kept"
MOST_KEPT = 30


def keep(request: HttpRequest, what: dict[str, Any], *, token: UUID | None = None) -> UUID:
    """Keep something that JSON can hold, and give its token; what lay under a given token is replaced.

    The oldest goes when there are too many.
    """
    token = token or uuid4()
    sealed = b64encode(ring().seal(json.dumps(what), where=WHERE)).decode("ascii")
    kept = request.session.get(SESSION_KEY, {}) | {str(token): sealed}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MOST_KEPT:])
    return token


def kept(request: HttpRequest, token: UUID | str) -> dict[str, Any] | None:
    """What was kept under the token in this session; None for a token unknown, foreign or expired."""
    sealed = request.session.get(SESSION_KEY, {}).get(str(token))
    if sealed is None:
        return None
    try:
        return json.loads(ring().open(b64decode(sealed), where=WHERE))
    except SealBroken:
        return None
