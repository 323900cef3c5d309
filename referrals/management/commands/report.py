"""Figures from the shell: `manage.py report {waiting,coverage} --on DATE --format {table,json,csv}`."""

import json
from argparse import SUPPRESS
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from ergo.scope import scoped
from referrals.errors import DomainError
from referrals.exporters import coverage as coverage_export
from referrals.exporters import waiting as waiting_export
from referrals.exporters.tabular import as_csv, as_text
from referrals.models import County, Municipality, User, access_of
from referrals.permissions import NO_ACCESS
from referrals.reports import coverage, waiting_times
from referrals.reports.periods import parse_day
from referrals.reports.scopes import Scope
from referrals.views.clock import now, today


class Command(BaseCommand):
    """Print a report, and nothing else, to standard output.

    Small numbers are hidden, as on the pages of those who do not work in the municipality, and no referral is read.
    `--as-staff USER` reads those of the one municipality asked for, where the user works, and shows true numbers.
    """

    help = "Prints a report: who waits, or who has an ergoterapeut, at the end of a day."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Wrong usage is told in one line too; --help has the rest."""
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", choices=["waiting", "coverage"])
        parser.add_argument("--on", metavar="DATE", help="the day, as 2024-12-31; today when left out")
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--municipality", metavar="CODE", help="waiting: of one municipality, as 3103")
        place.add_argument("--county", metavar="CODE", help="waiting: of one county, as 31")
        parser.add_argument(
            "--as-staff", metavar="USER", help="waiting: the true numbers of the user's own municipality"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        on = _day(options["on"])
        if options["report"] == "coverage":
            if options["municipality"] or options["county"] or options["as_staff"]:
                raise refused(_("The coverage report is of the whole country: leave out the place."))
            with scoped(), transaction.atomic():
                covered = coverage.build(on, data_as_of=now())
            self._print(options["format"], covered, coverage_export.as_dict, coverage_export.as_sheet)
            return
        scope = _scope(options)
        with scoped(scope.ids if scope.exact else ()), transaction.atomic():
            waits = waiting_times.build(scope, on, data_as_of=now())
        self._print(options["format"], waits, waiting_export.as_dict, waiting_export.as_sheet)

    def _print(
        self, form: str, report: Any, as_dict: Callable[[Any], dict], as_sheet: Callable[[Any], Any]
    ) -> None:
        if form == "json":
            text = json.dumps(as_dict(report), ensure_ascii=False, indent=2) + "\n"
        else:
            text = (as_csv if form == "csv" else as_text)(as_sheet(report))
        self.stdout.write(text, ending="")


def _day(text: str | None) -> date:
    """The day of --on, today without it. Raises CommandError with what is wrong with it."""
    try:
        return parse_day(text, today=today()) if text is not None else today()
    except DomainError as error:
        raise refused(f"--on: {error}") from error


def _scope(options: dict[str, Any]) -> Scope:
    """The place asked for. Raises CommandError for one that does not exist, or is not the user's own."""
    if options["municipality"]:
        return _municipality_scope(options["municipality"], options["as_staff"])
    if options["as_staff"]:
        raise refused(_("--as-staff goes with --municipality: one of the user's own."))
    if not options["county"]:
        return Scope.nation()
    counties = County.objects.filter(code=options["county"])
    if not counties:
        raise refused(_("There is no county %(code)s.") % {"code": options["county"]})
    return Scope.counties(counties)


def _municipality_scope(code: str, username: str | None) -> Scope:
    municipality = Municipality.objects.present().filter(code=code).first()
    if municipality is None:
        raise refused(_("There is no municipality %(code)s.") % {"code": code})
    if username is None:
        return Scope.municipality(municipality, NO_ACCESS)
    user = User.objects.filter(username=username).first()
    scope = Scope.municipality(municipality, access_of(user, on=today()) if user else NO_ACCESS)
    if not scope.exact:
        words = {"user": username, "municipality": municipality}
        raise refused(_("%(user)s does not work in %(municipality)s.") % words)
    return scope


def refused(message: str) -> CommandError:
    """An argument that makes no sense: one line on standard error, and the exit status of wrong usage."""
    return CommandError(message, returncode=2)
