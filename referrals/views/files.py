"""What a page shows, as a file: the same reports, under the same address with `fil` in it."""

import json
from datetime import date
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from referrals.exporters.tabular import Sheet, as_csv
from referrals.reports.scopes import Scope
from referrals.views.context import Link

PARAMETER = "fil"
CSV, JSON = "csv", "json"
TYPES = {CSV: "text/csv; charset=utf-8", JSON: "application/json"}
WHOLE_COUNTRY = "landet"


class Exporter(Protocol):
    """A module of `exporters` that writes the reports of a page, in the order in which it takes them."""

    def as_dict(self, *reports: Any) -> dict[str, Any]: ...

    def as_sheet(self, *reports: Any) -> Sheet: ...


def file_name(what: str, scope: Scope, on: date) -> str:
    """Where it is from and of which day, in letters that every system takes: oversikt-0301-2026-10-31."""
    return "-".join([what, *(scope.codes or (WHOLE_COUNTRY,)), on.isoformat()])


def asked_for_file(request: HttpRequest) -> str:
    """The kind of file that the address asks for; empty for the page."""
    kind = request.GET.get(PARAMETER, "")
    return kind if kind in TYPES else ""


def answer(kind: str, name: str, exporter: Exporter, *reports: Any) -> HttpResponse:
    """The reports as a file, to be saved; never kept on the way, since figures are hidden by who asks."""
    text = as_csv(exporter.as_sheet(*reports)) if kind == CSV else _json(exporter.as_dict(*reports))
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(text, headers=headers)


def downloads(request: HttpRequest) -> list[Link]:
    """The links to what is shown, as files."""
    return [
        Link(_address(request, CSV), _("Download CSV")),
        Link(_address(request, JSON), _("Download JSON")),
    ]


def _address(request: HttpRequest, kind: str) -> str:
    query = request.GET.copy()
    query[PARAMETER] = kind
    return f"{request.path}?{query.urlencode()}"


def _json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, ensure_ascii=False, indent=2) + "\n"
