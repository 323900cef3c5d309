"""People who save all the time, and remember what they were told was saved."""

import re
import threading
from dataclasses import dataclass, field
from itertools import count
from time import sleep

import requests

from referrals.demo.users import MOSS
from referrals.views.clock import today

PATIENCE_SECONDS = 0.3
LEVELS = (1, 2, 3, 4)
# Every so many-th save is a new referral; the others change a priority.
REGISTERS_EVERY = 20
VERSION = re.compile(r'name="version" value="(\d+)"')
CATEGORY = re.compile(r'<select name="category".*?<option value="(\d+)"', re.DOTALL)


@dataclass
class Told:
    """What a writer was told is saved: the note of each change, and the number of each new referral by its reason."""

    changes: list[str] = field(default_factory=list)
    registered: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.changes) + len(self.registered)


class Writer(threading.Thread):
    """One coordinator at the keyboard: saves, and after a lost answer looks how it stands and goes on."""

    def __init__(self, name: str, address: str, number: str, is_over: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.told = Told()
        self.failure: BaseException | None = None
        self._address, self._is_over = address, is_over
        self._case = f"{address}/k/{MOSS}/henvisninger/{number}/"
        self._new = f"{address}/k/{MOSS}/henvisninger/ny/"
        self._browser = requests.Session()
        self._version = 0

    def run(self) -> None:
        """Until it is over."""
        try:
            for nth in count(1):
                if self._is_over.is_set():
                    return
                if nth % REGISTERS_EVERY:
                    self._insist(self._change, nth)
                else:
                    self._insist(self._register, nth)
        except BaseException as failure:
            self.failure = failure

    def _insist(self, deed: object, nth: int) -> None:
        """Once; an answer that got lost is no reason to stop."""
        try:
            if "sessionid" not in self._browser.cookies:
                self._sign_in()
            deed(nth)  # type: ignore[operator]
        except (requests.RequestException, Unanswered):
            self._version = 0
            sleep(PATIENCE_SECONDS)

    def _sign_in(self) -> None:
        self._get(f"{self._address}/inn/")
        answer = self._post(f"{self._address}/inn/demo/", username="koordinator")
        if answer.status_code != 302:
            raise Unanswered

    def _change(self, nth: int) -> None:
        """Another priority than the last, with a note of its own."""
        page = f"{self._case}prioritet/"
        if not self._version:
            self._version = int(VERSION.search(self._get(page))[1])
        note = f"{self.name}-{nth}"
        level = LEVELS[nth % len(LEVELS)]
        answer = self._post(page, version=self._version, priority=level, on=f"{today():%d.%m.%Y}", note=note)
        if answer.status_code == 302 and answer.headers["Location"] in self._case:
            self.told.changes.append(note)
            self._version += 1
        else:
            raise Unanswered(answer.status_code)

    def _register(self, nth: int) -> None:
        """A new referral of a new citizen; sent again until somebody says that it is saved."""
        found = self._led_to(self._new, name=f"Krasj {self.name}", birth_date="17.05.1948")
        chosen = self._led_to(f"{self._new}innbygger/", sok=found.partition("sok=")[2], person="ny")
        form = f"{self._address}{chosen}"
        reason = f"{self.name}-{nth}"
        typed = referral_of_new_citizen(
            self._get(form), given_name="Krasj", family_name=self.name, reason=reason
        )
        while not self._is_over.is_set():
            try:
                answer = self._post(form, **typed)
            except requests.RequestException:
                sleep(PATIENCE_SECONDS)
                continue
            number = re.search(r"(\d{4}-\d{6})/$", answer.headers.get("Location", ""))
            if answer.status_code == 302 and number:
                self.told.registered[reason] = number[1]
                return
            if answer.status_code < 500:
                raise AssertionError(
                    f"not saved, and not for want of power: {answer.status_code} {answer.text}"
                )
            sleep(PATIENCE_SECONDS)

    def _get(self, address: str) -> str:
        answer = self._browser.get(address, timeout=30, allow_redirects=False)
        if answer.status_code != 200:
            raise Unanswered(answer.status_code)
        return answer.text

    def _led_to(self, address: str, **data: object) -> str:
        """Where the answer to a form leads."""
        answer = self._post(address, **data)
        if answer.status_code != 302:
            raise Unanswered(answer.status_code)
        return answer.headers["Location"]

    def _post(self, address: str, **data: object) -> requests.Response:
        token = {"csrfmiddlewaretoken": self._browser.cookies.get("csrftoken", "")}
        return self._browser.post(address, data=token | data, timeout=30, allow_redirects=False)


def referral_of_new_citizen(page: str, *, given_name: str, family_name: str, reason: str) -> dict[str, str]:
    """What is typed into the form on the page, for somebody without a number; the first category that it offers."""
    received = {"received_on": f"{today():%d.%m.%Y}", "source": "gp", "channel": "letter", "reason": reason}
    citizen = {"given_name": given_name, "family_name": family_name, "birth_date": "17.05.1948"}
    rest = {"handling": "referral", "written_form": "nb", "protection": "none", "identifier_unknown": "on"}
    return received | citizen | rest | {"category": CATEGORY.search(page)[1]}


class Unanswered(Exception):
    """Nobody said that it was saved."""
