"""An Ergo of its own to be killed: a PostgreSQL in a folder of its own, and gunicorn in front of it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import requests
from django.conf import settings

from ergo import roles
from ergo.embedded import Server

REFERRALS = 1_500
START_SECONDS = 90
MANAGE = str(settings.BASE_DIR / "manage.py")


class Stage:
    """What is started, killed and started again. `port`: a free one of this machine."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._server = Server(folder)
        self._port = port
        self._log = folder / "app.log"
        self._app: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Fictitious referrals in an empty database."""
        for command in (["migrate"], ["load_registers"], ["seed_demo", "--referrals", str(REFERRALS)]):
            self.run(*command)

    def run(self, *command: str) -> None:
        """One of Ergo's commands, to its end."""
        subprocess.run(
            [sys.executable, MANAGE, *command, "--verbosity=0"],
            env=self._environment(),
            check=True,
            capture_output=True,
        )

    def kill_command_after(self, seconds: float, *command: str) -> None:
        """One of Ergo's commands, not to its end."""
        process = subprocess.Popen(
            [sys.executable, MANAGE, *command],
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        process.wait()

    def start_app(self) -> None:
        """Serve, and wait until somebody answers."""
        command = [sys.executable, "-m", "gunicorn", "ergo.wsgi", "--workers=2", "--threads=4"]
        with open(self._log, "ab") as log:
            self._app = subprocess.Popen(
                [*command, f"--bind=127.0.0.1:{self._port}"],
                cwd=settings.BASE_DIR,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """Raises TimeoutError."""
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at:
            try:
                if requests.get(f"{self.address}/inn/", timeout=5).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise TimeoutError(self._log.read_text("utf-8", "replace")[-2000:])

    def kill_app(self) -> None:
        """Every process of it at once, without a word."""
        if self._app:
            os.killpg(self._app.pid, signal.SIGKILL)
            self._app.wait()

    def kill_database(self) -> None:
        """The server and every process it has started, as when the power goes."""
        pid = int((self._server.cluster.data / "postmaster.pid").read_text().splitlines()[0])
        killed = [pid, *_children_of(pid)]
        for process in killed:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(_is_alive(process) for process in killed):
            time.sleep(0.01)

    def start_database(self) -> None:
        """Up again, after its own recovery."""
        self._server.login(roles.APP)

    def stop(self) -> None:
        """The end of the play."""
        self.kill_app()
        self._server.leave()
        shutil.rmtree(self._server.cluster.home, ignore_errors=True)  # as root it lies elsewhere

    def look(self, municipality: str) -> psycopg.Connection:
        """A connection that sees the municipality's rows."""
        connection = psycopg.connect(self._url(roles.APP), autocommit=True)
        connection.execute(
            "SELECT set_config('ergo.municipality_ids', id::text, false) FROM referrals_municipality"
            " WHERE code = %s AND valid_to IS NULL",
            [municipality],
        )
        return connection

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ERGO_"))}
        return kept | {
            "ERGO_DEBUG": "1",
            "DATABASE_URL": self._url(roles.APP),
            "DATABASE_OWNER_URL": self._url(roles.OWNER),
        }

    def _url(self, role: str) -> str:
        return address_of(self._server, role, "ergo")


def address_of(server: Server, role: str, database: str) -> str:
    """A database of an embedded server, as DATABASE_URL says it."""
    login = server.login(role)
    host = quote(login.host, safe="")
    return f"postgresql://{role}:{quote(login.password, safe='')}@/{database}?host={host}&port={login.port}"


def _children_of(process: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _is_alive(process: int) -> bool:
    """Neither gone nor a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
