"""The administrators' site to a browser without JavaScript: where its pages are, and what a form would send."""

from html.parser import HTMLParser

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


def address(model: type[Model], page: str, *args: object) -> str:
    """Of the administrators' page of a model: changelist, add, or change with the key of a row."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


class FormReader(HTMLParser):
    """Names and values of the form that adds or changes a row; of a row not yet asked for (__prefix__) nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.is_inside = False
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.is_inside = (given.get("id") or "").endswith("_form")
        elif tag == "input" and given.get("type") not in ("submit", "button"):
            if given.get("type") not in ("checkbox", "radio"):
                self.put(name, value)
            elif "checked" in given:
                self.put(name, value or "on")
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.put(self.select, value)
        elif tag == "textarea":
            self.textarea = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        if tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.put(self.textarea, data.strip())

    def put(self, name: str, value: str) -> None:
        if self.is_inside and name and "__prefix__" not in name:
            self.values.setdefault(name, []).append(value)


def filled_in(page: HttpResponse) -> dict[str, list[str]]:
    """The form of the page as it is filled in."""
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader.values


def opened(client: Client, address: str) -> dict[str, list[str]]:
    """The form of the page at the address, as it is filled in when it is opened."""
    return filled_in(client.get(address))
