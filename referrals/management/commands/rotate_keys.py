"""Seal everything anew after a new key was put first on the ring: `manage.py rotate_keys`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referrals.actions.rotation import rotate_factors, rotate_identifiers
from referrals.keyring import SealBroken
from referrals.management.progress import ProgressBar
from referrals.models import Municipality


class Command(BaseCommand):
    """Municipality by municipality; stopped, it goes on where it was. Afterwards the older keys can be removed."""

    help = "Seals identity numbers and second factors anew with the first key of the ring."

    def handle(self, *args: Any, **options: Any) -> None:
        places = list(Municipality.objects.order_by("pk"))
        bar = ProgressBar(sys.stderr, len(places), "municipalities")
        anew = total = 0
        for done, place in enumerate(places, 1):
            try:
                rotated = rotate_identifiers(place)
            except SealBroken as error:
                raise CommandError(
                    f"{place}: a value does not open with any key of the ring. Nothing was changed there; put the key"
                    " that is missing last on ERGO_IDENTIFIER_KEYS and run this again."
                ) from error
            anew, total = anew + rotated.anew, total + rotated.of
            bar(done)
        factors = rotate_factors()
        self.stdout.write(
            f"{anew} of {total} identity numbers and {factors.anew} of {factors.of} second factors were sealed anew."
            " The older keys can be removed from the ring."
        )
