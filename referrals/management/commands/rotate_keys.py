"""Seal everything anew after a new key was put first on the ring: `manage.py rotate_keys`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referrals.actions.rotation import Rotated, rotate_drafts, rotate_factors, rotate_identifiers
from referrals.keyring import SealBroken
from referrals.management.progress import ProgressBar
from referrals.models import Municipality


class Command(BaseCommand):
    """Municipality by municipality; stopped, it goes on where it was. Afterwards the older keys can be removed."""

    help = "Seals identity numbers, drafts and second factors anew with the first key of the ring."

    def handle(self, *args: Any, **options: Any) -> None:
        places = list(Municipality.objects.order_by("pk"))
        bar = ProgressBar(sys.stderr, len(places), "municipalities")
        numbers = drafts = Rotated(0, 0)
        for done, place in enumerate(places, 1):
            try:
                numbers += rotate_identifiers(place)
                drafts += rotate_drafts(place)
            except SealBroken as error:
                raise CommandError(
                    f"{place}: a value does not open with any key of the ring. Nothing was changed there; put the key"
                    " that is missing last on ERGO_IDENTIFIER_KEYS and run this again."
                ) from error
            bar(done)
        factors = rotate_factors()
        self.stdout.write(
            f"{numbers.anew} of {numbers.of} identity numbers, {drafts.anew} of {drafts.of} drafts and"
            f" {factors.anew} of {factors.of} second factors were sealed anew."
            " The older keys can be removed from the ring."
        )
