"""Seals of the logs: what they cover, and everything that somebody with the owner's password could do to a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from ergo import scope
from ergo.database import Purpose
from referrals.actions import sealing
from referrals.actions.auditing import record_view, security_event
from referrals.choices import SecurityEventKind, ViewKind
from referrals.jobs import upkeep
from referrals.jobs.job import Occasion
from referrals.models import AuditEvent, LogSeal, Municipality, SecurityEvent, User, ViewLog, access_of
from tests.factories import NOW, TODAY, PersonFactory
from tests.harness.app_role import connected_for

pytestmark = pytest.mark.django_db(transaction=True)

SECURITY, CHANGES = "referrals_securityevent", "referrals_auditevent"
LONGEST_WAIT = 180  # seconds: some modules share one transaction


def refused(count: int = 3) -> None:
    for _nth in range(count):
        security_event(SecurityEventKind.REFUSED)


def wait_for_other_tests() -> None:
    """Until every transaction has ended that began before, also those of other processes and databases of the server:
    a seal takes only what is older than the oldest that is open.
    """
    give_up_at = time.monotonic() + LONGEST_WAIT
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        (mine,) = cursor.fetchone()
        while time.monotonic() < give_up_at:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::text::xid8", [mine])
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.05)
    pytest.fail("another test keeps a transaction open")


def seal() -> dict[str, int]:
    """Seal everything that was written until now."""
    wait_for_other_tests()
    return sealing.seal()


@contextmanager
def as_owner() -> Iterator[Callable[[str], None]]:
    """Somebody who knows the owner's password, and that the owner's policies open with a word."""
    with connected_for(Purpose.OWN):

        def execute(statement: str) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL ergo.data_migration = 'on'")
                cursor.execute(statement)

        yield execute


def tamper(statement: str) -> None:
    with as_owner() as execute:
        execute(statement)


def problems() -> list[tuple[str, str]]:
    return [(fault.log, fault.problem) for fault in sealing.verify()]


@pytest.fixture
def three_seals() -> list[int]:
    """Nine lines of the security log in three seals."""
    for _nth in range(3):
        refused()
        seal()
    return list(LogSeal.objects.filter(log=SECURITY).order_by("pk").values_list("pk", flat=True))


class TestSealing:
    def test_every_log_is_sealed(self, municipality: Municipality, coordinator: User) -> None:
        with (
            scope.scoped({municipality.pk}, user_id=coordinator.pk, request_id="0"),
            transaction.atomic(),
        ):
            person = PersonFactory(municipality=municipality)
            record_view(ViewKind.CASE, [person], access=access_of(coordinator, on=TODAY))
        refused()
        sealed = seal()
        assert sealed["referrals_viewlog"] == sealed["referrals_viewlogperson"] == 1
        assert sealed[SECURITY] == 3 and sealed["referrals_auditevent"] > 5
        assert sealing.verify() == []

    def test_what_is_sealed_is_not_sealed_again(self, three_seals: list[int]) -> None:
        assert set(seal().values()) == {0}
        assert LogSeal.objects.filter(log=SECURITY).count() == 3 and problems() == []

    def test_a_transaction_that_is_still_open_waits_for_the_next_seal(self) -> None:
        written, may_commit = Event(), Event()

        def slow() -> None:
            with transaction.atomic():
                refused(2)
                written.set()
                may_commit.wait(10)
            connection.close()

        thread = Thread(target=slow)
        thread.start()
        written.wait(10)
        refused(3)  # of a later transaction, which ends before the slow one
        assert sealing.seal()[SECURITY] == 0
        may_commit.set()
        thread.join()
        assert seal()[SECURITY] == 5 and problems() == []

    def test_after_a_restore_into_another_cluster_the_count_begins_again(
        self, three_seals: list[int]
    ) -> None:
        """The old cluster had counted far; one line was not sealed yet when the backup was taken."""
        far = 10**12
        with as_owner() as execute:
            execute(f"UPDATE {SECURITY} SET xact = (xact::text::bigint + {far})::text::xid8")
            execute("DELETE FROM referrals_logseal")
        with as_owner() as execute:
            execute(
                "SELECT ergo_add_seal('referrals_securityevent', 0, '0',"
                " (SELECT max(xact) FROM referrals_securityevent), NULL)"
            )
        refused(2)
        assert seal()[SECURITY] == 3  # the old cluster's last, and the new one's two
        refused(1)
        assert seal()[SECURITY] == 1
        assert problems() == []
        tamper(f"UPDATE {SECURITY} SET detail = 'x' WHERE id = (SELECT max(id) FROM {SECURITY})")
        assert problems() == [(SECURITY, sealing.CHANGED)]

    def test_the_job_seals_what_is_new(self) -> None:
        refused()
        wait_for_other_tests()
        upkeep.seal_logs(Occasion(at=NOW))
        assert LogSeal.objects.get(log=SECURITY).lines == 3


class TestTampering:
    def test_krav_19_a_changed_line_is_found(self, three_seals: list[int]) -> None:
        """One letter of one line is changed, as the owner of the tables."""
        tamper(f"UPDATE {SECURITY} SET detail = 'x' WHERE id = (SELECT min(id) + 4 FROM {SECURITY})")
        assert [fault.seal for fault in sealing.verify()] == [three_seals[1]]
        assert problems() == [(SECURITY, sealing.CHANGED)]

    def test_krav_19_a_removed_line_is_found(self, three_seals: list[int]) -> None:
        """One line is taken away."""
        tamper(f"DELETE FROM {SECURITY} WHERE id = (SELECT min(id) FROM {SECURITY})")
        assert problems() == [(SECURITY, sealing.REMOVED)]

    def test_krav_19_an_inserted_line_is_found(self, three_seals: list[int]) -> None:
        """A line is put among those that were sealed."""
        tamper(
            f"INSERT INTO {SECURITY} (at, xact, kind, typed, method, route, request_id, detail)"
            f" SELECT at, xact, kind, typed, method, route, request_id, detail FROM {SECURITY} ORDER BY id LIMIT 1"
        )
        assert problems() == [(SECURITY, sealing.ADDED)]

    def test_krav_19_a_changed_seal_is_found(self, three_seals: list[int]) -> None:
        """Line and seal are changed together, as well as somebody can who does not know what follows."""
        tamper(f"UPDATE {SECURITY} SET detail = 'x' WHERE id = (SELECT min(id) FROM {SECURITY})")
        with as_owner() as execute:
            execute(
                "UPDATE referrals_logseal AS s SET hash = ergo_seal_hash(s, NULL, d.digest)"
                " FROM ergo_log_digest('referrals_securityevent', 0, 9223372036854775807, '0',"
                f" (SELECT upto_xact FROM referrals_logseal WHERE id = {three_seals[0]})) AS d"
                f" WHERE id = {three_seals[0]}"
            )
        assert [(fault.seal, fault.problem) for fault in sealing.verify()] == [
            (three_seals[1], sealing.CHANGED)
        ]

    def test_krav_19_a_removed_seal_is_found(self, three_seals: list[int]) -> None:
        """A seal in the middle is taken away with its lines."""
        tamper(f"DELETE FROM referrals_logseal WHERE id = {three_seals[1]}")
        assert problems() == [(SECURITY, sealing.GAP)]

    def test_krav_19_a_cut_tail_is_found_by_the_copy_kept_outside(self, three_seals: list[int]) -> None:
        """The last lines are cut off with their seal; only the copy outside remembers them."""
        copies = sealing.last_seals()
        tamper(f"DELETE FROM {SECURITY} WHERE id > (SELECT min(id) + 5 FROM {SECURITY})")
        tamper(f"DELETE FROM referrals_logseal WHERE id = {three_seals[2]}")
        assert sealing.verify() == []
        assert sealing.verify(copies) == [sealing.Fault(SECURITY, three_seals[2], sealing.GONE)]

    def test_krav_19_an_other_seal_in_its_place_is_found_by_the_copy_kept_outside(
        self, three_seals: list[int]
    ) -> None:
        """The whole chain is made anew, so that it holds by itself."""
        copies = sealing.last_seals()
        tamper(f"UPDATE {SECURITY} SET detail = 'x'")
        tamper("DELETE FROM referrals_logseal")
        tamper("ALTER TABLE referrals_logseal ALTER id RESTART")
        for _nth in range(three_seals[2]):
            refused(1)
            seal()
        assert sealing.verify() == []
        assert sealing.OTHER in {fault.problem for fault in sealing.verify(copies)} or sealing.GONE in {
            fault.problem for fault in sealing.verify(copies)
        }


class TestTheLogIsRidOfSealedNumbers:
    """What the migration 0022 does to a log of before, when sealed identity numbers still stood in it."""

    def clear(self) -> None:
        with as_owner() as execute:
            execute(import_module("referrals.migrations.0022_walls_mended").CLEAR)

    @pytest.fixture
    def copies(self, municipality: Municipality) -> list[sealing.SealCopy]:
        """Kept outside while the log held them: of a citizen added, and one whose number was changed."""
        columns = "table_name, row_id, municipality_id, operation, before, after"
        sealed = '{"phone": "%s", "identifier_index": "\\\\xaa", "identifier_sealed": "\\\\x01"}'
        values = f"'referrals_person', 1, {municipality.pk}"
        for operation, before, after in (("I", None, sealed % 1), ("U", sealed % 1, sealed % 2)):
            rows = ", ".join(f"'{row}'" if row else "NULL" for row in (before, after))
            tamper(f"INSERT INTO {CHANGES} ({columns}) VALUES ({values}, '{operation}', {rows})")
        seal()
        return sealing.last_seals()

    def test_krav_19_the_chain_that_begins_anew_says_so(self, copies: list[sealing.SealCopy]) -> None:
        """Lines rid of sealed numbers are sealed anew: the log tells it; to a copy outside the old seal is gone."""
        self.clear()
        seal()
        assert problems() == []
        (old,) = (copy for copy in copies if copy.log == CHANGES)
        assert sealing.Fault(CHANGES, old.seal, sealing.GONE) in sealing.verify(copies)
        with scope.scoped(scope.current().municipality_ids, user_id=1), transaction.atomic():
            added, changed = AuditEvent.objects.filter(table_name="referrals_person").order_by("pk")
            told = AuditEvent.objects.get(table_name=CHANGES)
        secret = {"identifier_sealed": None, "identifier_index": None}
        assert (added.before, added.after) == (None, {"phone": "1"})
        assert (changed.before, changed.after) == (secret | {"phone": "1"}, secret | {"phone": "2"})
        assert told.before == {"last_seal": old.seal, "hash": old.hash, "broken_seals": 0}
        assert told.after["lines_changed"] == 2 and told.row_id == changed.pk

    def test_what_was_wrong_before_is_not_forgotten(self, copies: list[sealing.SealCopy]) -> None:
        tamper(f"UPDATE {CHANGES} SET row_id = 2 WHERE operation = 'I' AND table_name = 'referrals_person'")
        self.clear()
        with scope.scoped(user_id=1), transaction.atomic():
            assert AuditEvent.objects.get(table_name=CHANGES).before["broken_seals"] == 1

    def test_a_log_without_them_keeps_its_seals(self, coordinator: User) -> None:
        seal()
        before = sealing.last_seals()
        self.clear()
        assert sealing.last_seals() == before and sealing.verify(before) == []


SIX = [
    "UPDATE {table} SET at = now()",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} (id) VALUES (1)",
    "INSERT INTO {table} (xact) VALUES ('1')",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
]


@pytest.mark.parametrize("statement", SIX)
@pytest.mark.parametrize("table", [*sealing.LOGS, "referrals_logseal"])
def test_krav_18_the_app_cannot_change_remove_or_forge_a_log(statement: str, table: str) -> None:
    """Change, remove, empty, choose an id, choose a transaction, alter the table: the app is refused each."""
    if table == "referrals_logseal":
        statement = statement.replace("(xact)", "(hash)")
    if table == "referrals_viewlogperson":
        statement = statement.replace("SET at = now()", "SET number = ''")
    with pytest.raises(DatabaseError, match="permission denied|must be owner"), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))


@pytest.mark.parametrize("column", ["at", "user_id", "request_id"])
def test_krav_18_the_app_cannot_say_who_looked_or_when(column: str) -> None:
    """Who, when and in which request is the database's to write."""
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO referrals_viewlog ({column}) VALUES (DEFAULT)")


@pytest.mark.parametrize(
    "call",
    [
        "ergo_add_seal('referrals_viewlog', 0, '0', '9', NULL)",
        "ergo_log_digest('referrals_viewlog', 0, 9, '0', '9')",
        "ergo_log_added()",
    ],
)
def test_krav_18_the_app_can_seal_and_not_forge_a_seal(call: str) -> None:
    """Sealing what stands there is all the app can do."""
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}")


@pytest.mark.parametrize("model", [AuditEvent, ViewLog, SecurityEvent])
def test_krav_18_nor_by_way_of_the_models(model: type) -> None:
    """Saving a line of a log through its model is refused like any other statement."""
    with pytest.raises(DatabaseError, match="permission denied"):
        model.objects.create()


class TestCommands:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command(*arguments, stdout=out)
        return out.getvalue()

    def test_seal_export_and_verify(self, tmp_path: Path) -> None:
        file = tmp_path / "segl.jsonl"
        refused()
        wait_for_other_tests()
        assert f"{SECURITY}: 3 lines sealed" in self.run("seal_logs", "--export", str(file))
        assert "0 seals added" in self.run("seal_logs", "--export", str(file))
        assert self.run("verify_logs", "--against", str(file)) == (
            "All 1 seals hold, 1 of them compared with the file.\n"
        )

    def test_what_does_not_hold_is_named_and_the_exit_code_is_not_0(self, three_seals: list[int]) -> None:
        tamper(f"DELETE FROM {SECURITY} WHERE id = (SELECT min(id) FROM {SECURITY})")
        out = StringIO()
        with pytest.raises(CommandError, match="1 seals do not hold"):
            call_command("verify_logs", stdout=out)
        assert (
            out.getvalue() == f"{SECURITY}, seal {three_seals[0]}: lines were removed from what it sealed\n"
        )

    @pytest.mark.parametrize("content", [None, "rubbish\n", '{"log": 1}\n'])
    def test_a_file_that_holds_no_seals_is_refused_in_one_line(
        self, tmp_path: Path, content: str | None
    ) -> None:
        file = tmp_path / "segl.jsonl"
        if content:
            file.write_text(content)
        with pytest.raises(CommandError, match="The file of seals cannot be read"):
            self.run("verify_logs", "--against", str(file))
