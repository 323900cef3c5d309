"""`manage.py send_digests`: the daily e-mail of deadlines. As often as cron likes: everybody gets one a day."""

from typing import Any

from django.core.management.base import BaseCommand

from referrals.choices import DigestState
from referrals.jobs.digests import is_configured, send_due
from referrals.views.clock import now


class Command(BaseCommand):
    """Says how many were sent, had nothing to say, wait to be tried again, and were given up."""

    help = "Sends the daily e-mail of deadlines to those who want it, and what could not be sent before."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_configured():
            self.stdout.write("ERGO_MAIL_HOST is not set: nothing is queued or sent.")
            return
        done = send_due(now)
        self.stdout.write(
            f"{done[DigestState.SENT]} sent, {done[DigestState.NOTHING]} with nothing to say,"
            f" {done[DigestState.QUEUED]} to be tried again, {done[DigestState.FAILED]} given up"
        )
