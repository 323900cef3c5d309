"""Figures from the shell: `manage.py report {waiting,flow,period,…,coverage} --on DATE …`."""

from argparse import SUPPRESS
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from ergo.scope import scoped
from referrals.actions import recipes
from referrals.choices import Borders, Definition, GroupedBy, Knowledge
from referrals.management.reports.again import asked_by_recipe, check_same
from referrals.management.reports.asked import Asked, asked_by_options
from referrals.management.reports.kinds import KINDS, Kind
from referrals.management.reports.printing import FORMATS, check_output, send, written
from referrals.management.reports.refusal import refused
from referrals.management.usage import in_words
from referrals.reports.periods import Beside
from referrals.reports.tallies import FLOWS


class Command(BaseCommand):
    """Print a report, and nothing else, to standard output, or write it to a file.

    Small numbers are hidden, as on the pages of those who do not work in the municipality, and no referral is read.
    `--as-staff USER` reads those of the one municipality asked for, where the user works, and shows true numbers.
    `--recipe` makes figures again that were shown on a page or in the shell, from what was registered by then.
    """

    help = (
        "Prints a report of a day or a period: who waits, what came and went, how municipalities compare, "
        "60 months, how a list is divided, month-ends, who has waited long, the rows of what came and went, "
        "the deviations of a month, "
        "two priority keys, who has an ergoterapeut, and who has had one since 2018."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Wrong usage is told in one line too; --help has the rest."""
        return in_words(super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", choices=list(KINDS))
        parser.add_argument("--on", metavar="DATE", help="the day, as 2024-12-31; today when left out")
        parser.add_argument(
            "--from",
            metavar="DATE",
            dest="since",
            help="waiting, flow, period, distribution, moved: the first day of the period; 13 weeks when left out",
        )
        parser.add_argument(
            "--mode",
            choices=Knowledge.values,
            help="now: as we now know it was, the default; then: with what was registered by the end of the day",
        )
        parser.add_argument("--format", choices=FORMATS, default="table")
        parser.add_argument(
            "--output", metavar="FILE", help="the file to write; standard output when left out"
        )
        parser.add_argument(
            "--table", metavar="NAME", help="jsonstat: which of the report's tables; the first when left out"
        )
        parser.add_argument(
            "--with",
            metavar="CODES",
            dest="others",
            help="comparison, keys: other municipalities, as 3105,3107",
        )
        parser.add_argument(
            "--beside",
            choices=[each.value for each in Beside],
            help="waiting, flow: compared with 13 weeks before, the default, or with a year before",
        )
        parser.add_argument("--line", choices=FLOWS, help="moved: which rows; those referred when left out")
        parser.add_argument(
            "--month",
            metavar="MONTH",
            help="deviations: the month, as 2026-10; the last whole one when left out",
        )
        parser.add_argument("--year", type=int, help="month_ends: the year; the newest when left out")
        parser.add_argument(
            "--definition",
            choices=Definition.values,
            help="coverage, coverage_series: what it takes; authorised when left out",
        )
        parser.add_argument(
            "--borders",
            choices=Borders.values,
            help="coverage, coverage_series: today's municipalities, or those of the day",
        )
        parser.add_argument(
            "--by", choices=GroupedBy.values, help="coverage, coverage_series: put together so"
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--municipality", metavar="CODE", help="of one municipality, as 3103")
        place.add_argument("--county", metavar="CODE", help="of one county, as 31")
        parser.add_argument("--as-staff", metavar="USER", help="true numbers of the user's own municipality")
        parser.add_argument("--recipe", metavar="HASH", help="the same figures once more, by their recipe")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = KINDS[options["report"]]
        _check(kind, options)
        check_output(kind, self.stdout, options["format"], options["output"], options["table"])
        asked = (asked_by_recipe if options["recipe"] else asked_by_options)(options)
        with _scope_of(asked), transaction.atomic():
            reports = kind.build(asked)
            if options["recipe"]:
                check_same(options["recipe"], reports)
            for report in reports:
                recipes.keep(**report.recipe.as_kept())
            file = written(kind, reports, options["format"], options["table"])
        send(file, options["format"], self.stdout, options["output"])


def _scope_of(asked: Asked) -> AbstractContextManager[None]:
    """The one municipality whose true numbers are asked for, for whoever works there; else none."""
    if not asked.scope.exact:
        return scoped()
    return scoped(asked.scope.ids, user_id=asked.access.user_id, request_id=str(uuid4()))


def _check(kind: Kind, options: dict[str, Any]) -> None:
    """Raise CommandError for options that reports of the kind do not have."""
    if not kind.of_a_place and (options["municipality"] or options["county"] or options["as_staff"]):
        raise refused(_("The coverage report is of the whole country: leave out the place."))
    if options["mode"] and not kind.has_modes:
        without = ", ".join(name for name, one in KINDS.items() if not one.has_modes)
        raise refused(_("--mode does not go with these reports: %(names)s.") % {"names": without})
