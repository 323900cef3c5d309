"""`manage.py add_administrator NAME`: the first user of an installation, who lets in the others at /admin/."""

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.actions import access
from referrals.models import User
from referrals.views.clock import today


class Command(BaseCommand):
    """Ask for a password, and make the user an administrator."""

    help = "Makes a user an administrator, who can then sign in and give others their memberships at /admin/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        try:
            password = asked_password(username)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if access.make_administrator(username=username, password=password, on=today()):
            self.stdout.write(f"{username} is an administrator and can sign in.")
        else:
            self.stdout.write(f"{username} is an administrator already; nothing was changed.")


def asked_password(username: str) -> str:
    """A password typed twice. Raises ValidationError when it is not fit for a name or a password."""
    User.username_validator(username)
    password = getpass.getpass("Password: ")
    validate_password(password, User(username=username))
    if getpass.getpass("Password, once more: ") != password:
        raise ValidationError("The two passwords are not the same.")
    return password
