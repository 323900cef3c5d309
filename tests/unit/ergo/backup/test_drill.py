"""A backup restores to what was dumped, and the drill finds it out when one does not."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from psycopg import sql

from ergo.backup import drill
from ergo.backup.drill import Logins
from ergo.backup.programs import fitting
from ergo.backup.store import Backup, BackupFailed

Spoil = Callable[..., list[str]]


def databases(logins: Logins) -> set[str]:
    with logins.owner.connect() as server:
        return {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}


def test_krav_38_a_backup_restores_to_an_equal_database(made: Backup, copy: str, logins: Logins) -> None:
    """Rows, contents, policies, rights and rules of the copy equal those that were dumped."""
    assert drill.compare(made, copy, logins) == []
    tables = made.contents.tables
    assert tables["referrals_referral"].rows == 500
    assert tables["referrals_referral"].is_forced and tables["referrals_referral"].policies >= 2
    assert sum(table.rows for table in tables.values()) > 3000


@pytest.mark.django_db(transaction=True)
def test_krav_38_the_command_says_that_it_restores_and_how_long_it_took(
    made: Backup, logins: Logins, capsys: pytest.CaptureFixture[str]
) -> None:
    """The drill restores beside, compares, tells, and leaves nothing behind."""
    before = databases(logins)
    call_command("restore_drill", **{"from": str(made.folder.parent)})
    said = capsys.readouterr().out
    assert f"{made.folder} restores to what was dumped: " in said and said.rstrip().endswith(" s.")
    assert databases(logins) == before


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        (["DROP TABLE referrals_contact CASCADE"], "referrals_contact: missing in the copy"),
        (["CREATE TABLE referrals_more (id int)"], "referrals_more: only in the copy"),
        (["DROP POLICY tenant ON referrals_person"], "referrals_person: policies differ"),
        (
            ["ALTER POLICY tenant ON referrals_person USING (true)"],
            "referrals_person: policies differ",
        ),
        (
            ["ALTER TABLE referrals_person NO FORCE ROW LEVEL SECURITY"],
            "referrals_person: FORCE ROW LEVEL SECURITY differ, True and False",
        ),
        (
            ["ALTER TABLE referrals_person DISABLE ROW LEVEL SECURITY"],
            "referrals_person: row-level security differ, True and False",
        ),
        (
            ["DELETE FROM referrals_numberseries WHERE id = (SELECT min(id) FROM referrals_numberseries)"],
            "referrals_numberseries: content differ",
        ),
        (
            [
                "UPDATE referrals_category SET name_nb = 'x' WHERE id = (SELECT min(id) FROM referrals_category)"
            ],
            "referrals_category: content differ",
        ),
        (
            ["DROP TRIGGER referralevent_append_only ON referrals_referralevent"],
            "referrals_referralevent: triggers differ",
        ),
        (["GRANT TRUNCATE ON referrals_person TO ergo_app"], "referrals_person: rights differ"),
        (
            ["ALTER TABLE referrals_contact DROP CONSTRAINT contact_referral_same_municipality"],
            "referrals_contact: constraints differ",
        ),
        (["DROP FUNCTION ergo_analyze()"], "function ergo_analyze: missing in the copy"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_krav_38_whatever_is_missing_in_the_copy_is_found(
    statements: list[str], finding: str, spoilt: Spoil
) -> None:
    """A table, a row, a policy, a trigger or a right that did not come back: the drill names it."""
    assert finding in spoilt(*statements)


def test_krav_38_a_copy_that_shows_the_app_rows_without_a_scope_is_found(spoilt: Spoil) -> None:
    """The app's role, asked without a scope, must see nothing in the copy either."""
    found = spoilt("ALTER POLICY tenant ON referrals_referral USING (true)")
    assert "referrals_referral: the app sees 500 rows without a scope" in found


@pytest.mark.parametrize("spoil", ["flip", "cut", "remove"])
def test_krav_38_a_damaged_dump_is_found(spoil: str, another: Backup, logins: Logins) -> None:
    """One changed byte is enough, and nothing is restored from it."""
    content = bytearray(another.dump.read_bytes())
    content[len(content) // 2] ^= 1
    if spoil == "remove":
        another.dump.unlink()
    else:
        another.dump.write_bytes(content if spoil == "flip" else content[:-100])
    with pytest.raises(BackupFailed, match="is damaged"), drill.restored(another, logins):
        pytest.fail("restored")


def test_krav_38_a_dump_that_does_not_restore_is_found_and_leaves_nothing(
    another: Backup, logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the manifest was made for the damaged file."""
    before = databases(logins)
    another.dump.write_bytes(another.dump.read_bytes()[:50_000])
    monkeypatch.setattr(Backup, "check", lambda backup: None)
    with pytest.raises(BackupFailed, match="could not be restored"), drill.restored(another, logins):
        pytest.fail("restored")
    assert databases(logins) == before


@pytest.mark.django_db(transaction=True)
def test_krav_38_the_command_ends_badly_when_the_copy_differs(
    made: Backup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever runs the drill each month is told by the exit code."""
    monkeypatch.setattr(drill, "compare", lambda *arguments: ["referrals_person: policies differ"])
    with pytest.raises(CommandError, match="does not restore as it must: 1 faults"):
        call_command("restore_drill", **{"from": str(made.folder)})
    assert capsys.readouterr().err == "referrals_person: policies differ\n"


@pytest.mark.django_db(transaction=True)
def test_krav_38_a_restore_that_takes_longer_than_stated_is_a_fault(
    made: Backup, capsys: pytest.CaptureFixture[str]
) -> None:
    """An hour if nothing else is said; here a hundredth of a second."""
    with pytest.raises(CommandError, match="does not restore as it must: 1 faults"):
        call_command("restore_drill", **{"from": str(made.folder), "within": 0.01 / 60})
    assert "minutes, more than 0.000166667" in capsys.readouterr().err


def test_copies_that_a_killed_drill_left_are_swept(made: Backup, logins: Logins) -> None:
    left = f"{dict(logins.owner.words)['dbname']}{drill.SUFFIX}left"
    with logins.owner.connect(autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(left)))
    with drill.restored(made, logins) as name:
        assert left not in databases(logins) and name in databases(logins)


def test_krav_21_no_identity_number_can_be_read_in_a_dump(
    made: Backup, identifiers: list[str], logins: Logins, tmp_path: Path
) -> None:
    """The whole database, written out in plain text, holds none of the citizens' identity numbers."""
    programs = fitting(16)
    plain = tmp_path / "plain.sql"
    subprocess.run([programs.folder / "pg_restore", f"--file={plain}", made.dump], check=True)
    text = plain.read_text("utf-8")
    assert len(identifiers) > 200 and "COPY public.referrals_person" in text
    assert not [number for number in identifiers if number in text]
