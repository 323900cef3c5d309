"""The web server of the demo: gunicorn inside our own process, so that nobody is left behind when it ends."""

import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

LOOPBACK = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))
WORKERS = 2
THREADS = 4


def addresses(port: int) -> list[str]:
    """The free loopback addresses of a port, so that localhost answers however the browser resolves it.

    Empty when the port is taken.
    """
    free = []
    for host, family in LOOPBACK:
        try:
            socket.create_server((host, port), family=family).close()
        except OSError:
            if family is socket.AF_INET:
                return []
        else:
            free.append(f"[{host}]:{port}" if family is socket.AF_INET6 else f"{host}:{port}")
    return free


class LocalServer(BaseApplication):
    """Serves Ergo on this machine until Ctrl-C, a polite kill or the closing of the terminal."""

    def __init__(self, bind: list[str], *, on_ready: Callable[[], None], on_exit: Callable[[], None]) -> None:
        self.bind, self.on_ready, self.on_exit = bind, on_ready, on_exit
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings."""
        settings = {
            "bind": self.bind,
            "workers": WORKERS,
            "threads": THREADS,
            "worker_class": "gthread",
            "loglevel": "warning",
            "control_socket_disable": True,
            "graceful_timeout": 3,
            "when_ready": self._ready,
            "on_exit": lambda arbiter: self.on_exit(),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in each worker."""
        return get_wsgi_application()

    def _ready(self, arbiter: Arbiter) -> None:
        """Gunicorn takes a closed terminal for a wish to reload; here it is the end."""

        def end(number: int, frame: FrameType | None) -> None:
            arbiter.signal(signal.SIGTERM, frame)

        signal.signal(signal.SIGHUP, end)
        self.on_ready()
        sys.stdout.flush()
