"""`manage.py run_jobs`: the work that nobody waits for. Any number of machines may run it; each job is run once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from referrals.jobs.queue import Worker, application


class Command(BaseCommand):
    """Work off the queue until told to stop, and put into it what the time-table says."""

    help = "Runs the jobs that are due, until it is stopped; a systemd unit is in docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(application())
        if options["once"]:
            worker.run_what_waits()
        else:
            worker.run_until_stopped()
