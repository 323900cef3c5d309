"""`manage.py access_report`: a citizen's access log from the shell, for whoever answers for it by name."""

import sys
from argparse import SUPPRESS
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ergo.scope import scoped
from referrals.actions.auditing import Shown, record_view
from referrals.choices import ViewKind
from referrals.errors import InvalidIdentifier
from referrals.exporters.tabular import Sheet, as_csv, as_text
from referrals.identity import parse
from referrals.models import Installation, Municipality, User, access_of
from referrals.permissions import Access, Permission
from referrals.reports import access_log
from referrals.views.clock import now, today


class Command(BaseCommand):
    """Print who has seen a citizen, newest first. Making the report is itself written to the log."""

    help = "Prints every opening of a citizen in a municipality: time, who, role, page, referral, reason."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Wrong usage is told in one line too; --help has the rest."""
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--municipality", metavar="CODE", required=True, help="where, as 3103")
        parser.add_argument(
            "--by", metavar="USER", required=True, help="who makes the report; may see logs there"
        )
        citizen = parser.add_mutually_exclusive_group(required=True)
        citizen.add_argument("--referral", metavar="NUMBER", help="a referral of the citizen, as 2026-000123")
        citizen.add_argument(
            "--person", action="store_true", help="read the citizen's identity number from standard input"
        )
        parser.add_argument("--format", choices=["table", "csv"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        municipality = Municipality.objects.present().filter(code=options["municipality"]).first()
        if municipality is None:
            raise refused(_("There is no municipality %(code)s.") % {"code": options["municipality"]})
        user = User.objects.filter(username=options["by"]).first()
        access = access_of(user, on=today(), at=now()) if user else Access()
        if user is None or not access.can(Permission.SEE_LOGS, municipality.pk):
            words = {"user": options["by"], "municipality": municipality}
            raise refused(_("%(user)s may not see the logs of %(municipality)s.") % words)
        with (
            scoped(
                access.municipality_ids(Permission.SEE_CASES) & {municipality.pk},
                log_municipality_ids={municipality.pk},
                user_id=user.pk,
                request_id=str(uuid4()),
            ),
            transaction.atomic(),
        ):
            sheet = _report(options, municipality, access)
        self.stdout.write((as_csv if options["format"] == "csv" else as_text)(sheet), ending="")


def _report(options: dict[str, Any], municipality: Municipality, access: Access) -> Sheet:
    """The openings, this one included. Raises CommandError when the citizen is not known, or shielded from the user."""
    number = options["referral"] or ""
    if options["person"]:
        person_id = _with_identifier(sys.stdin.readline().strip(), municipality, access)
    else:
        person_id = access_log.citizen_behind(number, municipality.pk, access)
    is_closed = person_id is not None and access_log.is_closed_to(access, person_id)
    if is_closed and number:
        raise refused(_("The case is shielded from %(user)s.") % {"user": options["by"]})
    if person_id is None or is_closed:  # that somebody shielded is registered is not told by their number
        raise refused(_("No such citizen is known in %(municipality)s.") % {"municipality": municipality})
    shown = Shown(municipality.pk, person_id, number)
    record_view(ViewKind.ACCESS_REPORT, [shown], access=access, permission=Permission.SEE_LOGS)
    openings = access_log.build(person_id, municipality.pk, access)
    columns = (
        _("Time"),
        _("Who"),
        _("Role"),
        _("What was seen"),
        _("Referral"),
        _("Reason"),
        _("In their own words"),
    )
    return Sheet(columns, tuple(_row(opening) for opening in openings))


def _row(opening: access_log.Opening) -> tuple[str, ...]:
    time = f"{timezone.localtime(opening.at):%d.%m.%Y %H:%M}"
    numbers = ", ".join(opening.numbers)
    return (time, opening.who, opening.role, opening.page, numbers, opening.reason, opening.note)


def _with_identifier(typed: str, municipality: Municipality, access: Access) -> int | None:
    try:
        identifier = parse(typed, on=today(), allow_synthetic=Installation.objects.is_demo())
    except InvalidIdentifier as error:
        raise refused(str(error)) from error
    return access_log.citizen_with(identifier, municipality.pk, access)


def refused(message: str) -> CommandError:
    """An argument that makes no sense: one line on standard error, and the exit status of wrong usage."""
    return CommandError(message, returncode=2)
