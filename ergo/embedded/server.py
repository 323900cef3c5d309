"""Starting, sharing and stopping the embedded server."""

import atexit
import fcntl
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from ergo.embedded.cluster import PORT, Cluster, cluster_in, last_line
from ergo.env import ConfigurationError

START_SECONDS = 60
STOP_SECONDS = 60
RETRY_SECONDS = 15
"""After kill -9 the old server's children may hold its shared memory for a moment."""

IN_BACKGROUND = '"$@" </dev/null >>"$0" 2>&1 & echo $!'
"""For /bin/sh: start the server, detached, and tell its process number. $0 is the log."""


@dataclass(frozen=True)
class Login:
    """What a client needs to connect as one role."""

    host: str
    port: int
    password: str


@dataclass
class Server:
    """This process's share in the embedded server of one checkout.

    Two kernel locks: `start` is held only while somebody starts or stops the server; `users` is shared by all
    processes that use it, for life. One lock for both would hang the second process.
    """

    data_dir: Path
    _users: IO[str] | None = field(default=None, repr=False)
    _joined_by: int = 0
    _threads: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def cluster(self) -> Cluster:
        """Its files; asked for only while the start lock is held."""
        return cluster_in(self.data_dir)

    def login(self, role: str) -> Login:
        """Join, start the server if it is not running, and tell how to log in.

        Raises ConfigurationError, in one line, when it cannot be started.
        """
        with self._threads:
            if self._joined_by != os.getpid() or not self.is_running():
                with self._starting():
                    self._ensure_running()
                    self._join()
            return Login(str(self.cluster.socket_folder()), PORT, self.cluster.password(role))

    def is_running(self) -> bool:
        """Whether the server takes log-ins."""
        if not self._says_ready():
            return False
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.cluster.socket_folder() / f".s.PGSQL.{PORT}")) == 0

    def leave(self) -> None:
        """Give up our share; the last one out stops the server. Nothing happens in a forked child."""
        if self._users is None or self._joined_by != os.getpid():
            return
        with self._threads, self._starting():
            with suppress(BlockingIOError):
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
            self._users.close()
            self._users, self._joined_by = None, 0

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with self._open_lock("postgres-start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open_lock(self, name: str) -> IO[str]:
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            return open(self.data_dir / name, "a", encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(
                f"Cannot write in {self.data_dir} ({error.strerror}): make the folder writable for you."
            ) from error

    def _join(self) -> None:
        """Take our share. A forked child opens the file anew: a lock belongs to the opened file."""
        if self._joined_by != os.getpid():
            self._users = self._open_lock("postgres-users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._joined_by = os.getpid()
            atexit.register(self.leave)

    def _ensure_running(self) -> None:
        try:
            if not self.cluster.data.exists():
                self.cluster.create()
            self.cluster.check_version()
            if not self.is_running():
                self._start()
        except OSError as error:
            raise ConfigurationError(
                f"The embedded PostgreSQL cannot use {error.filename or self.data_dir} ({error.strerror})."
            ) from error

    def _start(self) -> None:
        give_up_at = time.monotonic() + RETRY_SECONDS
        while not self._started():
            if time.monotonic() > give_up_at:
                self.cluster.sweep_socket_folder()
                words = last_line(self.cluster.log.read_text(encoding="utf-8", errors="replace"))
                raise ConfigurationError(
                    f"The embedded PostgreSQL did not start: {words} (see {self.cluster.log})"
                )
            time.sleep(0.3)

    def _started(self) -> bool:
        """One try: wait for a server that is on its way up or down, else start one."""
        if self._says_ready() and self._runs_here(self._process()):
            self._stop()  # it runs, but nobody gets in: its socket lay in a temporary folder that was swept
        if not self._runs_here(process := self._process()):
            self._forget_dead_server()
            self.cluster.complete()
            process = self._launch()
        wait(lambda: self.is_running() or not self._runs_here(process), START_SECONDS)
        return self.is_running()

    def _launch(self) -> int:
        cluster = self.cluster
        result = cluster.account.run(
            "/bin/sh", "-c", IN_BACKGROUND, cluster.log, cluster.binaries.postgres, "-D", cluster.data,
            "-p", str(PORT), "-k", cluster.socket_folder(),
        )  # fmt: skip
        return int(result.stdout)

    def _stop(self) -> None:
        process = self._process()
        if self._runs_here(process):
            os.kill(process, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
            wait(lambda: not self._runs_here(process), STOP_SECONDS)
            self.cluster.sweep_socket_folder()

    def _note(self) -> list[str]:
        """The lines of postmaster.pid; the first is its number, the eighth its state."""
        try:
            return (self.cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _says_ready(self) -> bool:
        note = self._note()
        return len(note) > 7 and note[7].strip() == "ready"

    def _process(self) -> int:
        """The server's process number as it noted it down, or 0."""
        note = self._note()
        return int(note[0]) if note and note[0].isdecimal() else 0

    def _runs_here(self, process: int) -> bool:
        """Whether this process is our server: neither a zombie nor a stranger who got its number later."""
        if not process:
            return False
        if not Path("/proc/self").exists():
            return answers_to_signals(process)
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.cluster.data) in words

    def _forget_dead_server(self) -> None:
        """Remove what a killed server left; PostgreSQL would take any process of that number for it."""
        (self.cluster.data / "postmaster.pid").unlink(missing_ok=True)
        for left in self.cluster.socket_folder().glob(".s.PGSQL.*"):
            left.unlink()


def answers_to_signals(process: int) -> bool:
    """Whether a process of this number exists, where there is no /proc to tell more."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait(is_done: Callable[[], bool], seconds: float) -> None:
    """Ask again and again until it is done or the time is up."""
    give_up_at = time.monotonic() + seconds
    while not is_done() and time.monotonic() < give_up_at:
        time.sleep(0.02)


_servers: dict[Path, Server] = {}


def shared_server(data_dir: Path) -> Server:
    """The one Server object of this process for a checkout's data folder."""
    return _servers.setdefault(data_dir, Server(data_dir))
