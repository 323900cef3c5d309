"""Serve the demo: `make demo` sets the folder up and then runs this."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from ergo.serving import LocalServer, addresses
from referrals.demo.users import DEMO_PASSWORD, demo_users
from referrals.models import Installation, User

SECONDS_TO_END = 10


class Command(BaseCommand):
    """Bring the database up to date, fill it when it is empty, and serve it on this machine."""

    help = "Serves fictitious data on the real municipalities; started by `make demo`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.FOR_REAL:
            raise CommandError("This is an installation for real: start the demo with `make demo`.")
        bind = addresses(options["port"])
        if not bind:
            raise CommandError(
                f"Port {options['port']} is taken: choose another, as in `make demo PORT=8123`."
            )
        connection.ensure_connection()  # from here on the embedded server is ours too: steps find it running
        self.prepare_database()
        self.collect_static_files()
        self.check()
        self.serve(bind, options["port"])

    def prepare_database(self) -> None:
        """Migrate, load the registers, and make fictitious data in an empty database. Never touches real data."""
        if unapplied_migrations():
            self.say("Preparing the database …")
            step("migrate", "--verbosity=0")
        if Installation.objects.is_demo():
            step("load_registers", quiet=True)
            return
        if User.objects.exists():  # persons are out of scope here; where there are any, there are users
            raise CommandError(
                "This database holds real data: unset DATABASE_URL, or name an empty database."
            )
        self.say("Loading the registers …")
        step("load_registers", quiet=True)
        self.say("Making fictitious referrals …")
        step("seed_demo", "--verbosity=0")

    def collect_static_files(self) -> None:
        """Collect and compress, when a file has changed since the last time."""
        wanted, stamp = static_fingerprint(), Path(settings.STATIC_ROOT) / ".collected"
        if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
            return
        self.say("Compressing the static files …")
        step("collectstatic", "--noinput", "--clear", "--verbosity=0")
        stamp.write_text(wanted, encoding="ascii")

    def serve(self, bind: list[str], port: int) -> None:
        """Serve until told to stop; the embedded server stops with us, unless somebody else uses it."""
        connections.close_all()  # the workers are forked: each opens its own
        jobs = run_jobs_beside()

        def stop() -> None:
            end(jobs)
            self.say("\nErgo has stopped.")

        def tell() -> None:
            self.say("")
            for line in sign_in_lines():
                self.say(line)
            self.say(f"\nErgo is ready: http://localhost:{port}  (stop with Ctrl-C)")

        LocalServer(bind, on_ready=tell, on_exit=stop).run()

    def say(self, line: str) -> None:
        """Tell what is being done, at once also where the output is a file."""
        self.stdout.write(line)
        self.stdout.flush()


def step(*command: str, quiet: bool = False) -> None:
    """Run one of our commands in a process, and so a role, of its own. It tells itself why it failed."""
    output = subprocess.DEVNULL if quiet else None
    code = subprocess.call([sys.executable, settings.BASE_DIR / "manage.py", *command], stdout=output)
    if code:
        sys.exit(code)


def run_jobs_beside() -> subprocess.Popen[bytes]:
    """The worker of the jobs, which ends with us: also after kill -9 nobody holds the other end of its input."""
    command = [sys.executable, settings.BASE_DIR / "manage.py", "run_jobs", "--while-stdin-is-open"]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def end(jobs: subprocess.Popen[bytes]) -> None:
    """Let the worker finish what it is doing, then leave nobody behind."""
    jobs.stdin.close()
    try:
        jobs.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        jobs.kill()
        jobs.wait()


def unapplied_migrations() -> bool:
    """Whether the tables are older than the code."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static_fingerprint() -> str:
    """Which static files there are, how large and how old."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def sign_in_lines() -> Iterator[str]:
    """How to sign in: a line for each demo user, and the password they share. The terminal speaks English."""
    with translation.override("en"):
        for user in demo_users():
            yield f"  {user.username:<12} {user.description}"
    yield f"  password for all: {DEMO_PASSWORD}"
