"""An empty queue, real workers, and jobs that only tests have."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from referrals.jobs import queue as jobs_queue
from referrals.jobs.job import Job, Occasion
from referrals.jobs.queue import Worker, application, put_due

QUEUE_TABLES = (
    "procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers"
)


@dataclass
class Queue:
    """The jobs of a test: what they did, and how workers are set on them."""

    jobs: dict[str, Job] = field(default_factory=dict)
    done: list[Occasion] = field(default_factory=list)

    def add(self, name: str, work: Callable[[Occasion], None] | None = None, schedule: str = "") -> Job:
        """A job that notes each occasion, or does `work`."""
        self.jobs[name] = Job(name, name, work or self.done.append, schedule)
        return self.jobs[name]

    def come_due(self, at: datetime) -> None:
        """A worker looks at the time-table at this instant."""
        async_to_sync(put_due)(application(self.jobs), at)

    def work(self, workers: int = 1) -> None:
        """So many workers, each with connections of its own, until nothing waits."""
        threads = [threading.Thread(target=self._work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        worker = Worker(application({name: replace(job, schedule="") for name, job in self.jobs.items()}))
        worker.run_what_waits()

    @staticmethod
    def rows(columns: str = "task_name, status::text, attempts, args") -> list[tuple[Any, ...]]:
        """What lies in the queue."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM procrastinate_jobs ORDER BY id")
            return cursor.fetchall()


@pytest.fixture
def queue(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """The queue, with no other jobs than the test's."""
    found = Queue()
    monkeypatch.setattr(jobs_queue, "JOBS", found.jobs)
    yield found
    with connection.cursor() as cursor:
        for table in QUEUE_TABLES.split(", "):
            cursor.execute(f"DELETE FROM {table}")
