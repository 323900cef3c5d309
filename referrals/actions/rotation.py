"""A new key: what an older one has sealed is sealed anew, so that the older one can be thrown away.

The change log says that a value was sealed anew and holds neither the old nor the new one: it would keep them for ever.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from ergo.scope import scoped
from referrals.keyring import PLACE_OF_FACTORS, ring
from referrals.models import Draft, Municipality, Person

BATCH = 500

SEALED = ("secret", "seed")
"""What is sealed in a second factor: the secret of an app, the seed of recovery codes. Passkeys hold no secret."""


@dataclass(frozen=True)
class Rotated:
    """How many were sealed anew, of how many."""

    anew: int
    of: int

    def __add__(self, other: "Rotated") -> "Rotated":
        return Rotated(self.anew + other.anew, self.of + other.of)


def rotate_identifiers(municipality: Municipality) -> Rotated:
    """Seal the identifiers of a municipality's citizens with the first key, and find them by the present index key.

    All of a municipality in one transaction: meanwhile a number is found by the old index or by the new, never lost.
    Raises SealBroken, and changes nothing there, where a value does not open with any key of the ring.
    """
    with scoped([municipality.pk]), transaction.atomic():
        rows = Person.objects.filter(municipality=municipality, identifier_sealed__isnull=False)
        people = list(rows.select_for_update().order_by("pk"))
        changed = [person for person in people if person.seal_identifier_anew()]
        Person.objects.bulk_update(changed, ["identifier_sealed", "identifier_index"], batch_size=BATCH)
        return Rotated(len(changed), len(people))


def rotate_drafts(municipality: Municipality) -> Rotated:
    """Seal the drafts of a municipality's staff with the first key. Raises SealBroken where one does not open."""
    with scoped([municipality.pk]), transaction.atomic():
        drafts = list(Draft.objects.filter(municipality=municipality).select_for_update().order_by("pk"))
        changed = [draft for draft in drafts if draft.seal_anew()]
        Draft.objects.bulk_update(changed, ["sealed"], batch_size=BATCH)
        return Rotated(len(changed), len(drafts))


@transaction.atomic
def rotate_factors() -> Rotated:
    """Seal the secrets of the second factors with the first key. Raises SealBroken where one does not open."""
    anew = total = 0
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        total += 1
        data = _sealed_anew(factor.data)
        if data != factor.data:
            factor.data = data
            factor.save(update_fields=["data"])
            anew += 1
    return Rotated(anew, total)


def _sealed_anew(data: dict[str, Any]) -> dict[str, Any]:
    return data | {name: _again(data[name]) for name in SEALED if name in data}


def _again(text: str) -> str:
    sealed = b64decode(text)
    if not ring().stale(sealed):
        return text
    return b64encode(ring().seal(ring().open(sealed, where=PLACE_OF_FACTORS), where=PLACE_OF_FACTORS)).decode(
        "ascii"
    )
