"""Fill an empty database with fictitious data: `manage.py seed_demo [--referrals N] [--seed S] [--until DATE]`."""

import argparse
import sys
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.demo.seed import CannotSeed, Order, seed
from referrals.management.progress import ProgressBar
from referrals.views.clock import today

DEFAULT_REFERRALS, DEFAULT_SEED = 60_000, 1
EARLIEST_UNTIL = date(2025, 1, 1)


class Command(BaseCommand):
    """Make the demo: all of it or, when it is stopped, nothing."""

    help = "Fills an empty database with fictitious data on the real municipalities."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--referrals", type=int, default=DEFAULT_REFERRALS, help="how many (60000)")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another number, other data (1)")
        parser.add_argument("--until", type=_day, help="the first day without data, as in 2026-11-01 (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.FOR_REAL:
            raise CommandError("This is an installation for real: set ERGO_DEMO=1 if it shall be a demo.")
        until = options["until"] or today()
        if not EARLIEST_UNTIL <= until <= today():
            raise CommandError(f"--until must lie between {EARLIEST_UNTIL} and today, {today()}.")
        order = Order(options["referrals"], options["seed"], until)
        bar = ProgressBar(sys.stderr, order.referrals, "referrals")
        try:
            seed(order, bar)
        except CannotSeed as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"{order.referrals} fictitious referrals from {order.since} to {until}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a date: write it as 2026-11-01.") from error
