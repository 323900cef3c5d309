"""Somebody who keeps the staff of a municipality on screen: what is typed, sent and told."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, Occupation
from tests.factories import TODAY
from tests.pages.seen import markup

HPR = "9123456"


def written(day: date) -> str:
    return f"{day:%d.%m.%Y}"


class Desk:
    """Somebody at the screen, in one municipality."""

    def __init__(self, browser: Client, place: Municipality) -> None:
        self.browser, self.place = browser, place
        self.list = f"/k/{place.code}/bemanning/"

    def get(self, path: str = "", **query: str) -> HttpResponse:
        return self.browser.get(f"{self.list}{path}", query)

    def begun(self, path: str) -> dict[str, Any]:
        """The form as it is first seen, as a browser would send it."""
        form = self.get(path).context["form"]
        values = {bound.name: bound.value() for bound in form}
        shown = {name: form[name].field.prepare_value(value) for name, value in values.items()}
        return {
            name: written(value) if isinstance(value, date) else "on" if value is True else str(value)
            for name, value in shown.items()
            if value not in (None, False)
        }

    def send(self, path: str, typed: dict[str, Any] | None = None, **changes: Any) -> HttpResponse:
        sent = (self.begun(path) if typed is None else typed) | changes
        return self.browser.post(f"{self.list}{path}", sent)

    def look_up(self, number: str = HPR) -> str:
        """The address of the form for whoever has the number."""
        return self.browser.post(f"{self.list}ny/", {"hpr_number": number}).url.removeprefix(self.list)

    def errors(self, path: str, **changes: Any) -> dict[str, list[str]]:
        """What is said beside the fields when this is sent; nothing is saved."""
        answer = self.send(path, **changes)
        assert answer.status_code == 200
        form = answer.context["form"]
        page = markup(answer)
        assert page.index("ds-error-summary") < page.index('<form class="form"')
        return {name: list(found) for name, found in form.errors.items()}


def a_post(occupation: Occupation, **changes: Any) -> dict[str, Any]:
    return {
        "occupation": occupation.pk,
        "engagement": "own",
        "fte": "0,5",
        "valid_from": written(TODAY),
    } | changes
