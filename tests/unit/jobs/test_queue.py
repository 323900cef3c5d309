"""Jobs in real workers: each is run once, missed runs are made up for, failing ones tried again."""

import logging
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as ergo_settings
from django.db import connection, transaction

from ergo import scope
from referrals.jobs import queue as jobs_queue
from referrals.jobs import upkeep
from referrals.jobs.job import Job, Occasion
from referrals.jobs.queue import ask_for
from referrals.jobs.registry import EACH_MINUTE, JOBS
from referrals.models import JobResult, JobState, Municipality, Person
from tests.factories import PersonFactory
from tests.unit.jobs.conftest import Queue

NIGHT = "30 1 * * *"
MONDAY = datetime(2026, 3, 2, 1, 30, 1, tzinfo=UTC)


def test_two_workers_run_each_job_once(queue: Queue) -> None:
    queue.add("count")
    for number in range(1, 21):
        ask_for("count", row_id=number)
    queue.work(workers=2)
    assert sorted(occasion.row_id or 0 for occasion in queue.done) == list(range(1, 21))


def test_what_two_machines_find_due_is_run_once(queue: Queue) -> None:
    queue.add("nightly", schedule=NIGHT)
    for seconds in (0, 1, 59):
        queue.come_due(MONDAY + timedelta(seconds=seconds))
    queue.work(workers=2)
    assert len(queue.done) == 1


def test_one_job_never_runs_twice_at_the_same_time(queue: Queue) -> None:
    running: list[int] = []
    most: list[int] = []

    def work(occasion: Occasion) -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()

    queue.add("alone", work)
    for _ in range(6):
        ask_for("alone")
    queue.work(workers=2)
    assert most == [1] * 6


def test_a_missed_run_is_made_up_for_once(queue: Queue) -> None:
    queue.add("nightly", schedule=NIGHT)
    queue.come_due(MONDAY)
    queue.work()
    queue.come_due(MONDAY + timedelta(days=3, hours=10))  # down for three nights, up again before noon
    queue.come_due(MONDAY + timedelta(days=3, hours=11))
    queue.work()
    assert len(queue.done) == 2


def test_what_is_not_due_yet_is_not_run(queue: Queue) -> None:
    queue.add("nightly", schedule=NIGHT)
    queue.come_due(MONDAY)
    queue.come_due(MONDAY + timedelta(hours=23, minutes=59))
    assert len(queue.rows()) == 1
    queue.come_due(MONDAY + timedelta(hours=24))
    assert len(queue.rows()) == 2


def test_runs_that_piled_up_are_worked_off_by_one(queue: Queue) -> None:
    queue.add("each_minute", schedule=EACH_MINUTE)
    for minute in range(5):
        queue.come_due(MONDAY + timedelta(minutes=minute))
    queue.work()
    assert len(queue.done) == 1


def test_a_failing_job_is_tried_again_later_and_later(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(occasion: Occasion) -> None:
        raise OSError("no")

    monkeypatch.setattr(jobs_queue, "BACK_OFF_SECONDS", 60)  # so that nothing comes due on a slow machine
    queue.add("failing", fail)
    ask_for("failing")
    waits = []
    for _ in range(3):
        queue.work()
        [(status, wait)] = queue.rows("status::text, extract(epoch FROM scheduled_at - now())::int")
        assert status == "todo"
        waits.append(wait)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    assert waits == [pytest.approx(60**attempt, abs=30) for attempt in (1, 2, 3)]
    state = JobState.objects.get(name="failing")
    assert (state.result, state.failures, state.error_kind) == (JobResult.FAILED, 3, "OSError")


def test_a_job_that_fails_too_often_is_given_up_until_its_next_turn(queue: Queue) -> None:
    def fail(occasion: Occasion) -> None:
        raise OSError("no")

    queue.jobs["each_minute"] = Job("each_minute", "each_minute", fail, EACH_MINUTE, retries=0)
    for minute in range(2):
        queue.come_due(MONDAY + timedelta(minutes=minute))
        queue.work()
    assert queue.rows("status::text") == [("failed",), ("failed",)]


def test_a_job_that_succeeds_again_is_forgiven(queue: Queue) -> None:
    queue.add("moody")
    JobState.objects.create(name="moody", result=JobResult.FAILED, failures=4, error_kind="OSError")
    ask_for("moody")
    queue.work()
    state = JobState.objects.get(name="moody")
    assert (state.result, state.failures, state.error_kind) == (JobResult.DONE, 0, "")
    assert state.started_at <= state.ended_at == state.succeeded_at


def test_a_failure_is_told_by_its_kind_and_place_and_never_by_its_words(
    queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    def quote_a_row(occasion: Occasion) -> None:
        raise ValueError("Kari Nordmann 01019012345")

    queue.add("quoting", quote_a_row)
    ask_for("quoting")
    with caplog.at_level(logging.DEBUG):
        queue.work()
    assert "Job quoting failed: ValueError at " in caplog.text and "test_queue.py:" in caplog.text
    kept = f"{caplog.text} {queue.rows('procrastinate_jobs.*')} {list(JobState.objects.values())}"
    assert not re.search("Kari|0101901", kept)


def test_a_job_whose_worker_died_is_run_again(queue: Queue) -> None:
    queue.add("orphan")
    number = ask_for("orphan")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
    queue.work()
    assert queue.done == []
    upkeep.rescue_jobs(Occasion(at=MONDAY))
    queue.work()
    assert len(queue.done) == 1


def test_nothing_waits_for_a_rescuer_that_died_itself(queue: Queue) -> None:
    queue.jobs["rescue_jobs"] = JOBS["rescue_jobs"]
    queue.add("orphan")
    numbers = [ask_for("orphan"), ask_for("rescue_jobs")]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ANY(%s)", [numbers])
    ask_for("rescue_jobs")
    queue.work()
    assert len(queue.done) == 1
    assert {status for (status,) in queue.rows("status::text")} == {"succeeded"}


def test_a_job_that_kills_its_workers_is_given_up(queue: Queue) -> None:
    queue.add("deadly")
    number = ask_for("deadly")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 5 WHERE id = %s", [number])
    upkeep.rescue_jobs(Occasion(at=MONDAY))
    assert queue.rows("status::text") == [("failed",)]


class TestWhatAJobMayTouch:
    def test_a_job_about_one_municipality_sees_that_one_and_another_none(
        self, queue: Queue, municipality: Municipality, other_municipality: Municipality
    ) -> None:
        seen: list[set[str]] = []

        def look(occasion: Occasion) -> None:
            with transaction.atomic():
                seen.append({person.municipality.name for person in Person.objects.all()})

        PersonFactory(municipality=municipality)
        PersonFactory(municipality=other_municipality)
        queue.add("looking", look)
        ask_for("looking", municipality_id=municipality.pk)
        queue.work()
        ask_for("looking")
        queue.work()
        assert seen == [{municipality.name}, set()]

    def test_what_it_writes_says_which_job_it_was(self, queue: Queue) -> None:
        asked: list[scope.Scope] = []
        queue.add("telling", lambda occasion: asked.append(scope.current()))
        ask_for("telling")
        queue.work()
        assert [(set(found.municipality_ids), found.user_id, found.request_id) for found in asked] == [
            (set(), None, "job telling")
        ]


class TestArguments:
    @pytest.mark.parametrize("value", ["01019012345", "Kari", 1.5, True, {"name": "Kari"}])
    def test_nothing_but_ids_goes_into_the_queue(self, queue: Queue, value: object) -> None:
        queue.add("asked")
        for word in ("municipality_id", "row_id"):
            with pytest.raises(TypeError, match=f"{word} must be an id"):
                ask_for("asked", **{word: value})
        assert queue.rows() == []

    def test_a_job_that_nobody_knows_is_not_asked_for(self, queue: Queue) -> None:
        with pytest.raises(KeyError):
            ask_for("unknown")

    def test_a_job_is_asked_for_when_the_transaction_holds(self, queue: Queue) -> None:
        queue.add("asked")
        with transaction.atomic():
            ask_for("asked", row_id=7)
            transaction.set_rollback(True)
        assert queue.rows() == []
        ask_for("asked", row_id=7)
        assert queue.rows() == [("asked", "todo", 0, '{"row_id": 7}')]


def test_every_job_has_a_name_of_its_own() -> None:
    lines = (ergo_settings.BASE_DIR / "referrals" / "jobs" / "registry.py").read_text("utf-8")
    assert lines.count("Job(") == len(JOBS)


def test_whoever_runs_it_finds_each_job_once_in_the_manual() -> None:
    manual = (ergo_settings.BASE_DIR / "docs" / "operations.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (?:each (?:\d+ )?minutes?|\d\d:\d\d)[^|]* \|", manual, re.MULTILINE)
    assert sorted(listed) == sorted(JOBS)


def test_every_registered_job_runs_and_each_has_a_row(
    transactional_db: None, settings, tmp_path: Path
) -> None:
    settings.BACKUP_DIR = str(tmp_path)
    for job in JOBS.values():
        assert job.next_run(MONDAY) is None or job.next_run(MONDAY) > MONDAY
    queue = Queue(jobs=dict(JOBS))
    for name in JOBS:
        ask_for(name)
    queue.work()
    assert {state.name: state.result for state in JobState.objects.all()} == dict.fromkeys(
        JOBS, JobResult.DONE
    )
    upkeep.clear_jobs(Occasion(at=MONDAY))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_finished_jobs_are_cleared_when_they_are_old(queue: Queue) -> None:
    queue.add("count")
    ask_for("count")
    queue.work()
    upkeep.clear_jobs(Occasion(at=MONDAY))
    assert len(queue.rows()) == 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '31 days'")
    upkeep.clear_jobs(Occasion(at=MONDAY))
    assert queue.rows() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_worker_that_is_told_to_stop_leaves_at_once_and_in_silence(number: signal.Signals) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    worker = subprocess.Popen(
        [sys.executable, "-c", STOPPED_WORKER, str(int(number))],
        cwd=ergo_settings.BASE_DIR, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    output, _ = worker.communicate(timeout=30)
    assert (worker.returncode, output) == (0, "")


STOPPED_WORKER = """
import asyncio, os, sys, threading
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "ergo.settings"
django.setup()
from referrals.jobs import queue
queue.announce = lambda: None
async def forever(self, wait):
    threading.Timer(0.2, os.kill, (os.getpid(), int(sys.argv[1]))).start()
    await asyncio.Event().wait()
queue.Worker._run = forever
queue.Worker(None).run_until_stopped()
"""
