"""What machines that watch over the installation are told, and how little strangers are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateWorker

from ergo import health
from ergo.env import ConfigurationError
from referrals.jobs import health as jobs_health
from referrals.models import JobState, User
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]


@pytest.fixture
def admin_client(client_for: ClientFor, administrator: User) -> Client:
    return client_for(administrator)


def test_a_living_process_says_so_without_asking_the_database(
    client: Client, django_assert_num_queries: Callable
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"live": True})
    assert "no-store" in response.headers["Cache-Control"]


def test_an_installation_in_order_is_ready(client: Client, today: object) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"ready": True})


@pytest.mark.parametrize("who", ["anonymous", "coordinator", "administrator"])
def test_what_is_wrong_is_told_to_administrators_alone(
    who: str, request: pytest.FixtureRequest, client: Client, client_for: ClientFor
) -> None:
    JobState.objects.create(name="backup", result="failed", failures=3, error_kind="OSError")
    asking = client if who == "anonymous" else client_for(request.getfixturevalue(who))
    response = asking.get("/health/ready")
    faults = {"jobs": "backup has failed 3 times in a row (OSError)"}
    assert response.status_code == 503
    assert response.json() == {"ready": False} | ({"faults": faults} if who == "administrator" else {})


def test_a_job_that_is_still_being_tried_again_is_no_fault(client: Client, today: object) -> None:
    JobState.objects.create(name="backup", result="failed", failures=2, error_kind="OSError")
    assert client.get("/health/ready").status_code == 200


def test_a_database_that_is_away_makes_the_process_live_but_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, today: object
) -> None:
    def fail(*arguments: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get("/health/live").status_code == 200
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"ready": False})


def test_a_role_with_too_much_is_a_fault(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(cursor: object) -> None:
        raise ConfigurationError("Ergo does not serve as postgres")

    monkeypatch.setattr(health, "refuse_too_much", refuse)
    assert admin_client.get("/health/ready").json()["faults"] == {"role": "Ergo does not serve as postgres"}


def test_a_missing_migration_is_a_fault(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    names = health.names_of_migrations() | {("referrals", "9999_more")}
    monkeypatch.setattr(health, "names_of_migrations", lambda: names)
    assert admin_client.get("/health/ready").json()["faults"] == {"migrations": "1 migrations are missing"}


@pytest.mark.parametrize(
    ("query", "fault"),
    [("SELECT 12, 1", "1 tables are open"), ("SELECT 0, 0", "no table is closed"), ("SELECT 12, 0", "")],
)
def test_an_open_table_is_a_fault(query: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.walls_fault() == ""
    monkeypatch.setattr(health, "WALLS", query)
    assert health.walls_fault() == fault


def test_for_real_somebody_must_work_off_the_jobs(settings) -> None:
    assert jobs_health.workers_fault(NOW) == ""
    settings.FOR_REAL = True
    assert jobs_health.workers_fault(NOW) == "no worker is running: start `manage.py run_jobs`"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [NOW])
    assert jobs_health.workers_fault(NOW + timedelta(minutes=1)) == ""
    assert jobs_health.workers_fault(NOW + timedelta(minutes=3)) != ""
    assert ProcrastinateWorker.objects.count() == 1


def test_for_real_the_logs_must_have_been_sealed_lately(settings) -> None:
    assert jobs_health.seals_fault(NOW) == ""
    settings.FOR_REAL = True
    assert jobs_health.seals_fault(NOW) == "the logs have not been sealed for 10 minutes"
    JobState.objects.create(name="seal_logs", succeeded_at=NOW)
    assert jobs_health.seals_fault(NOW + timedelta(minutes=9)) == ""
    assert jobs_health.seals_fault(NOW + timedelta(minutes=10)) != ""


def test_where_backups_are_made_the_last_one_must_not_be_old(settings) -> None:
    assert jobs_health.backup_fault(NOW) == ""
    settings.BACKUP_DIR = "/closed/to/whoever/serves/pages"
    assert jobs_health.backup_fault(NOW) == "there is no backup"
    JobState.objects.create(name="backup", result="done", started_at=NOW, succeeded_at=NOW)
    assert jobs_health.backup_fault(NOW + timedelta(hours=26)) == ""
    assert jobs_health.backup_fault(NOW + timedelta(hours=27)) == "the last backup is 27 hours old"
