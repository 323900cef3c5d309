"""`manage.py run_jobs`: the work that nobody waits for. Any number of machines may run it; each job is run once."""

import os
import signal
import sys
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from referrals.jobs.queue import Worker, application


class Command(BaseCommand):
    """Work off the queue until told to stop, and put into it what the time-table says."""

    help = "Runs the jobs that are due, until it is stopped; a systemd unit is in docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")
        parser.add_argument(
            "--while-stdin-is-open", action="store_true", help="end with the process that started this one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["while_stdin_is_open"]:
            threading.Thread(target=end_with_parent, daemon=True).start()
        worker = Worker(application())
        if options["once"]:
            worker.run_what_waits()
        else:
            worker.run_until_stopped()


def end_with_parent() -> None:
    """Wait until nobody holds the other end of standard input, however they went, then stop politely."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
