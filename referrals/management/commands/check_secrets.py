"""`manage.py check_secrets`: whether keys and passwords are fit for use. Shows none of them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ergo.keys import KeyStore
from ergo.secret_faults import faults


class Command(BaseCommand):
    """One line for each fault; exit code 1 when there is any."""

    help = "Looks for keys and database passwords that are guessable, shared, or readable by others."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults(KeyStore(settings.DATA_DIR / "keys", may_create=False)))
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{len(found)} faults in the secrets.")
        self.stdout.write("The secrets are in order.")
