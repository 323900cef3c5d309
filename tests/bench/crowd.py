"""Many people at work at once: real requests to the app, served as the demo is, by 2 workers of gunicorn."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from math import inf
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from ergo.embedded import shared_server
from ergo.roles import APP
from referrals.models import Municipality
from referrals.permissions import Role
from referrals.views.clock import today
from tests.bench.pages import Page
from tests.bench.staff import member
from tests.crash.stage import address_of
from tests.crash.writers import VERSION, referral_of_new_citizen

COORDINATORS, MANAGERS = 50, 10
WARM_SECONDS, SECONDS = 5, 40
THINK = (0.5, 1.5)
START_SECONDS, END_SECONDS, PATIENCE = 240, 30, 30
EVERY_NTH_PLACE = 7  # large and small ones alike
OK, FOUND = 200, 302


class WrongAnswer(Exception):
    """Not what a browser would go on from."""


@dataclass
class Found:
    """Milliseconds of each kind of request, and what went wrong; only of requests begun while it counts."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def percentile(self, kind: str, nth: int) -> float:
        """Milliseconds within which so many of a hundred requests of a kind were answered; endless, if none was."""
        times = self.times[kind]
        return quantiles(times, n=100)[nth - 1] if len(times) > 1 else inf

    @property
    def summary(self) -> str:
        """How much there was to do."""
        number = sum(map(len, self.times.values()))
        return (
            f"{COORDINATORS} coordinators and {MANAGERS} managers think {THINK[0]} to {THINK[1]} s before each page:"
            f" {number / SECONDS:.0f} requests a second, {len(self.errors)} errors in {SECONDS} s."
        )


class Visitor(threading.Thread):
    """Somebody signed in, in front of a browser; does one round of work after the other until it is over."""

    def __init__(self, port: int, page: Page, is_counted: threading.Event, is_over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.found = Found()
        self._port, self._start, self._is_counted, self._is_over = port, page.address, is_counted, is_over
        self._cookies = SimpleCookie(page.cookies)
        self._counts = False  # the request that was begun last

    def run(self) -> None:
        """Whoever meets an error, whatever it is, thinks and begins anew."""
        while not self._is_over.is_set():
            try:
                self.work()
            except Exception as error:
                if self._counts:
                    self.found.errors.append(f"{type(error).__name__}: {error}")

    def work(self) -> None:
        """One round."""
        raise NotImplementedError

    def think(self) -> None:
        """Read the page, and decide."""
        self._is_over.wait(random.uniform(*THINK))

    def get(self, kind: str, address: str) -> str:
        """A page."""
        status, _location, text = self._ask(kind, "GET", address)
        if status != OK:
            raise WrongAnswer(f"GET {address}: {status}")
        return text

    def post(self, kind: str, address: str, /, **typed: object) -> str:
        """Send a form; where its answer leads."""
        token = {"csrfmiddlewaretoken": self._cookies["csrftoken"].value}
        status, location, text = self._ask(kind, "POST", address, urlencode(token | typed))
        if status != FOUND:
            raise WrongAnswer(f"POST {address}: {status} {text[:200]}")
        return location

    def _ask(self, kind: str, method: str, address: str, body: str | None = None) -> tuple[int, str, str]:
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self._counts = self._is_counted.is_set()
        began = time.perf_counter()
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)) as browser:
            browser.request(method, address, body, headers)
            answer = browser.getresponse()
            text = answer.read().decode()
        took = (time.perf_counter() - began) * 1000
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self._cookies.load(cookie)
        if self._counts:
            self.found.times[kind].append(took)
        return answer.status, answer.headers.get("Location", ""), text


class Coordinator(Visitor):
    """Looks at the list, logs a referral of a new citizen, and registers the first contact of every other one."""

    def work(self) -> None:
        self.think()
        self.get("list", self._start)
        case = self._log()
        if random.random() < 0.5:
            self._begin(case)

    def _log(self) -> str:
        new = self._start.replace("venteliste/", "henvisninger/ny/")
        name = f"Prøve {random.randrange(10**9)}"
        self.think()
        self.get("form", new)
        self.think()
        found = self.post("step", new, name=name, birth_date="17.05.1948")
        self.get("form", found)
        self.think()
        token = found.partition("sok=")[2]
        form = self.post("step", f"{new}innbygger/", sok=token, person="ny")
        text = self.get("form", form)
        self.think()
        typed = referral_of_new_citizen(text, given_name="Kari", family_name=name, reason="Bad")
        case = self.post("write", form, **typed)
        self.get("case", case)
        return case

    def _begin(self, case: str) -> None:
        self.think()
        form = f"{case}oppstart/"
        version = VERSION.search(self.get("form", form))[1]
        self.think()
        self.get("case", self.post("write", form, version=version, kind="visit", on=f"{today():%d.%m.%Y}"))


class Manager(Visitor):
    """Looks at the dashboard, then at the list."""

    def work(self) -> None:
        self.think()
        self.get("dashboard", self._start)
        self.think()
        self.get("list", self._start.replace("/oversikt/", "/k/") + "venteliste/")


def at_work(places: Sequence[Municipality], folder: Path) -> Found:
    """Let everybody work for as long as is counted."""
    port = _free_port()
    is_counted, is_over = threading.Event(), threading.Event()
    people = [kind(port, page, is_counted, is_over) for kind, page in _people(places[::EVERY_NTH_PLACE])]
    with _served(port, folder / "app.log"):
        for person in people:
            person.start()
        time.sleep(WARM_SECONDS)
        is_counted.set()
        time.sleep(SECONDS)
        is_counted.clear()
        is_over.set()
        for person in people:
            person.join(PATIENCE)
    found = Found()
    for person in people:
        found.errors += person.found.errors
        for kind, times in person.found.times.items():
            found.times[kind] += times
    return found


def _people(places: Sequence[Municipality]) -> Iterator[tuple[type[Visitor], Page]]:
    """Each signed in, where their work begins."""
    for nth in range(COORDINATORS):
        place = places[nth % len(places)]
        name = member(f"bench-koordinator-{nth}", Role.COORDINATOR, place)
        yield Coordinator, Page.seen_by(name, "list", f"/k/{place.code}/venteliste/")
    for nth in range(MANAGERS):
        place = places[nth % len(places)]
        name = member(f"bench-leder-{nth}", Role.MANAGER, place)
        yield Manager, Page.seen_by(name, "dashboard", f"/oversikt/{place.code}/")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _served(port: int, log: Path) -> Iterator[None]:
    """The demo on the database of the measurement, with the worker of its jobs beside it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ERGO_"))}
    server = shared_server(settings.DATA_DIR)
    url = address_of(server, APP, connection.settings_dict["NAME"])
    with log.open("wb") as output:
        app = subprocess.Popen(
            [sys.executable, settings.BASE_DIR / "manage.py", "demo", "--port", str(port)],
            env=kept | {"ERGO_DEMO": "1", "DATABASE_URL": url},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(app, port, log)
        yield
    finally:
        app.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            app.wait(END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(app.pid, signal.SIGKILL)
        app.wait()


def _wait_until_it_answers(app: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Raises TimeoutError."""
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and app.poll() is None:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as browser:
            browser.request("GET", "/inn/")
            answer = browser.getresponse()
            answer.read()
            if answer.status == OK:
                return
        time.sleep(0.2)
    raise TimeoutError(log.read_text("utf-8", "replace")[-2000:])
