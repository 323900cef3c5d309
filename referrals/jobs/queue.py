"""The queue: who asks for a job, and the workers that run them. Procrastinate keeps it, in tables of our database."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicDeferrer
from procrastinate.psycopg_connector import PsycopgConnector

from referrals.jobs.job import Job, Occasion
from referrals.jobs.registry import JOBS
from referrals.jobs.running import perform
from referrals.models import JobState

logger = logging.getLogger(__name__)

QUEUE = "ergo"
CONCURRENCY = 3
"""Jobs at a time in one worker: a long one must not hold up what is due each minute."""

LONGEST_AWAY_SECONDS = 40 * 24 * 60 * 60
"""Who was away makes up for the last missed run of each job; longer than any job's period."""

PATIENCE_SECONDS = 30
"""When a worker that was told to stop notes that it still waits. No job is cut off from here: who cannot wait any
longer kills the worker, and its jobs are run again elsewhere."""

BACK_OFF_SECONDS = 4
"""A job that failed is tried again after so many seconds, then the square of it, the cube, and so on."""


def ask_for(name: str, *, municipality_id: int | None = None, row_id: int | None = None) -> int:
    """Let a worker run a job once this transaction is committed; the job's number in the queue.

    Ids only, so that no job's arguments say anything about a person. Raises KeyError, and TypeError for other values.
    """
    ids = {"municipality_id": municipality_id, "row_id": row_id}
    given = {key: value for key, value in ids.items() if value is not None}
    if wrong := [key for key, value in given.items() if type(value) is not int]:
        raise TypeError(f"{wrong[0]} must be an id.")
    queue = App(connector=DjangoConnector())
    lock = lock_of(JOBS[name], municipality_id)
    return queue.configure_task(name, queue=QUEUE, lock=lock).defer(**given)


def lock_of(job: Job, municipality_id: int | None = None) -> str | None:
    """What only one job may hold at a time: one for each job, and for each municipality it is about."""
    if not job.has_lock:
        return None
    return job.name if municipality_id is None else f"{job.name}:{municipality_id}"


def application(jobs: Mapping[str, Job] = JOBS) -> App:
    """The jobs, in procrastinate's words, on Django's connection."""
    app = DjangoApp(connector=DjangoConnector(), periodic_defaults={"max_delay": LONGEST_AWAY_SECONDS})
    for job in jobs.values():
        register(app, job)
    return app


def register(app: App, job: Job) -> None:
    """Make a job known to a worker, with its time-table if it has one."""

    def run(context: JobContext, timestamp: int | None = None, **ids: int) -> None:
        try:
            if timestamp is not None:
                drop_waiting(job.name)
            perform(job, Occasion(at=timezone.now(), **ids), timezone.now)
        finally:
            connection.close()  # the next job may come in another thread, and in an hour

    back_off = RetryStrategy(max_attempts=job.retries, exponential_wait=BACK_OFF_SECONDS)
    retry = back_off if job.retries else False  # to the strategy 0 means for ever
    task: Any = app.task(name=job.name, queue=QUEUE, pass_context=True, lock=lock_of(job), retry=retry)(run)
    if job.schedule and job.is_wanted():
        app.periodic(cron=job.schedule)(task)


def drop_waiting(name: str) -> None:
    """One run does all that is due: what the time-table has put behind it meanwhile is not run after it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_cancel_job_v1(id, false, true) FROM procrastinate_jobs"
            " WHERE task_name = %s AND status = 'todo' AND args ? 'timestamp'",
            [name],
        )


async def put_due(app: App, at: datetime) -> None:
    """Put into the queue what the time-table had last, up to an instant, unless another machine has done so."""
    due = PeriodicDeferrer(app.periodic_registry, max_delay=LONGEST_AWAY_SECONDS)
    await due.defer_jobs(due.get_previous_tasks(at=at.timestamp()))


class Worker:
    """Runs jobs until it is told to stop; outlives a database that goes away for a while."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False

    def run_until_stopped(self) -> None:
        """Work, until a signal says no more."""
        pause = 1
        while not self._is_stopped:
            try:
                announce()
                asyncio.run(self._work(wait=True))
                pause = 1
            except (ConnectorException, Error, OSError) as error:
                logger.warning("Jobs wait for the database: %s", type(error).__name__)
            if not self._is_stopped:
                asyncio.run(self._sleep(pause))
                pause = min(2 * pause, 60)

    def run_what_waits(self) -> None:
        """Run the jobs that wait or are due by now, then return."""
        announce()
        asyncio.run(self._work(wait=False))
        while something_waits():  # until a lock that another worker holds is free
            asyncio.run(self._work(wait=False))

    def stop(self) -> None:
        """No more jobs; those that run may end."""
        self._is_stopped = True
        if self._task is not None:
            self._task.cancel()

    async def _work(self, *, wait: bool) -> None:
        if wait:
            self._listen_to_signals()
        with contextlib.suppress(asyncio.CancelledError):
            self._task = asyncio.create_task(self._run(wait))
            await self._task

    async def _run(self, wait: bool) -> None:
        parameters = await asyncio.to_thread(parameters_of_queue)
        connector = PsycopgConnector(kwargs=parameters, min_size=1, max_size=CONCURRENCY + 2)
        with self.app.replace_connector(connector) as app:
            async with app.open_async():
                if not wait:
                    await put_due(app, timezone.now())
                await app.run_worker_async(
                    queues=[QUEUE], concurrency=CONCURRENCY, wait=wait, install_signal_handlers=False,
                    shutdown_graceful_timeout=PATIENCE_SECONDS, fetch_job_polling_interval=5.0,
                )  # fmt: skip

    async def _sleep(self, seconds: float) -> None:
        self._listen_to_signals()
        with contextlib.suppress(asyncio.CancelledError):
            self._task = asyncio.create_task(asyncio.sleep(seconds))
            await self._task

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)


def parameters_of_queue() -> dict[str, Any]:
    """How to reach the database now; starts the embedded server, also when it has died."""
    connection.ensure_connection()
    connection.close()
    return connector_params()


def something_waits() -> bool:
    """Whether a job could be run now, or as soon as another that holds its lock is done."""
    waiting = ProcrastinateJob.objects.filter(queue_name=QUEUE, status=Status.TODO.value)
    try:
        return waiting.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now())).exists()
    finally:
        connection.close()


def announce() -> None:
    """A row for every job, so that one that has never run is seen too; none for those that are gone."""
    JobState.objects.bulk_create([JobState(name=name) for name in JOBS], ignore_conflicts=True)
    JobState.objects.exclude(name__in=JOBS).delete()
    connection.close()
