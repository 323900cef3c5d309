"""What machines that watch over the installation are told, and how little strangers are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateWorker

from ergo import health
from ergo.database import Purpose
from ergo.env import ConfigurationError
from ergo.postgresql import walls
from referrals.jobs import health as jobs_health
from referrals.models import JobState, User
from referrals.models.walls import WALLS
from tests.factories import NOW
from tests.harness.app_role import connected_for

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


PERSON, ANYBODY = "referrals_person", "CREATE POLICY anybody ON referrals_person USING (true)"
BY_NAME = "referrals_auditevent_by_name"
# As the view has it, of every municipality.
ALL_OF_IT = (
    "SELECT id, at, user_id, municipality_id, table_name, operation, ARRAY[]::text[] AS names, ''::text AS number,"
    " row_id AS person_id FROM referrals_auditevent WHERE current_setting('ergo.log_municipality_ids', true) <> ''"
)
HOLES = {
    f"DROP POLICY tenant ON {PERSON}": f"{PERSON} has another policy tenant than meant",
    f"DROP POLICY tenant ON {PERSON}; ALTER TABLE {PERSON} DISABLE ROW LEVEL SECURITY": (
        f"{PERSON} is open, {PERSON} has another policy tenant than meant"
    ),
    f"ALTER TABLE {PERSON} NO FORCE ROW LEVEL SECURITY": f"{PERSON} is open",
    ANYBODY: f"{PERSON} has another policy anybody than meant",
    f"ALTER POLICY tenant ON {PERSON} USING (true)": f"{PERSON} has another policy tenant than meant",
    f"ALTER POLICY tenant ON {PERSON} WITH CHECK (true)": f"{PERSON} has another policy tenant than meant",
    "ALTER POLICY counted ON referrals_referral TO PUBLIC": (
        "referrals_referral has another policy counted than meant"
    ),
    f"{ANYBODY}; ALTER TABLE {PERSON} RENAME TO referrals_people": (
        "referrals_people has another policy anybody than meant,"
        " referrals_people has another policy known_by than meant"
    ),
    "CREATE TABLE referrals_more (municipality_id bigint)": (
        "referrals_more is open, referrals_more has another policy data_migration than meant,"
        " referrals_more has another policy tenant than meant"
    ),
    "CREATE VIEW more AS SELECT * FROM referrals_person": "more is open",
    "CREATE VIEW more WITH (security_invoker) AS SELECT * FROM referrals_person": "",
    f"ALTER VIEW {BY_NAME} RESET (security_barrier)": f"{BY_NAME} is open",
    f"CREATE OR REPLACE VIEW {BY_NAME} WITH (security_barrier) AS {ALL_OF_IT}": f"{BY_NAME} is open",
    f"ALTER VIEW {BY_NAME} RENAME TO more": "more is open",
    "CREATE MATERIALIZED VIEW more AS SELECT * FROM referrals_population": (
        "more is open, more has another policy data_migration than meant, more has another policy tenant than meant"
    ),
}


@pytest.mark.django_db(transaction=True)
def test_krav_01_a_wall_that_is_taken_down_makes_the_installation_not_ready(
    admin_client: Client,
) -> None:
    """A policy dropped, changed or added, row-level security switched off, a new open table or view: each is told."""
    assert admin_client.get("/health/ready").json() == {"ready": True, "faults": {}}
    with connected_for(Purpose.OWN):
        for hole, fault in HOLES.items():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(hole)
                assert health.walls_fault(WALLS) == fault, hole
                transaction.set_rollback(True)


def test_a_database_without_any_wall_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "TABLES", "SELECT relname, false, false FROM pg_class WHERE false")
    assert health.walls_fault(WALLS) == "no table is closed"


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
