"""`manage.py take_away_factors NAME`: for when the only administrator has lost telephone, passkey and codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.actions.auditing import security_event
from referrals.actions.sign_in import take_away_factors
from referrals.choices import SecurityEventKind
from referrals.models import User


class Command(BaseCommand):
    """What administrators do for others on the page of users."""

    help = "Takes away a user's second factors and ends the sessions; the password then leads to setting up new ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"].replace("\0", "")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError("There is no such user.")
        count = take_away_factors(user=user)
        detail = "second factors gone, by a command"
        security_event(SecurityEventKind.ACCOUNT_CHANGED, user=user, detail=detail)
        self.stdout.write(
            f"{username} had {count} second factors; they are gone, and all sessions have ended."
        )
