"""What a page shows, as a file: the same reports, under the same address with `fil` in it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.exporters.exporter import Exporter
from referrals.exporters.jsonstat import as_jsonstat
from referrals.exporters.statistics import Statistics
from referrals.exporters.tabular import as_csv
from referrals.exporters.workbook import workbook_on_disk
from referrals.reports.scopes import Scope
from referrals.tables.base import ErgoTable
from referrals.views.context import Link

PARAMETER = "fil"
CSV, XLSX, JSON, JSONSTAT = "csv", "xlsx", "json", "jsonstat"
# A JSON-stat file holds one table: jsonstat-bands is that of the bands.
OF_A_TABLE = f"{JSONSTAT}-"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSON: "application/json",
}
WORDS: dict[str, str | Promise] = {
    CSV: gettext_lazy("Download CSV"),
    XLSX: gettext_lazy("Download Excel"),
    JSON: gettext_lazy("Download JSON"),
}
WHOLE_COUNTRY = "landet"


@dataclass(frozen=True)
class Downloads:
    """The links to what is shown: files of all of it, and JSON-stat files of one table each."""

    files: Sequence[Link]
    tables: Sequence[Link]


def file_name(what: str, scope: Scope, on: date) -> str:
    """Where it is from and of which day, in letters that every system takes: oversikt-0301-2026-10-31."""
    return "-".join([what, *(scope.codes or (WHOLE_COUNTRY,)), on.isoformat()])


def asked_for_file(request: HttpRequest) -> str:
    """The kind of file that the address asks for; empty for the page."""
    kind = request.GET.get(PARAMETER, "")
    return kind if kind in TYPES or is_of_a_table(kind) else ""


def is_of_a_table(kind: str) -> bool:
    """Whether the file holds a statistical table, and so no row of a list."""
    return kind.startswith(OF_A_TABLE)


def shown_in(kind: str, table: ErgoTable) -> Iterable[Any]:
    """Of whom a list tells: those on its page, those on all its pages in a file; nobody in a file that only counts."""
    if is_of_a_table(kind):
        return ()
    return table.data.data if kind else table.records


def answer(kind: str, name: str, exporter: Exporter, *reports: Any) -> HttpResponse | FileResponse:
    """The reports as a file, to be saved; never kept on the way, since figures are hidden by who asks.

    Raises Http404 for a table that there is not.
    """
    if is_of_a_table(kind):
        return _table(kind.removeprefix(OF_A_TABLE), name, exporter.as_statistics(*reports))
    if kind == XLSX:
        file = workbook_on_disk(exporter.as_sheet(*reports))
        return FileResponse(file, content_type=TYPES[XLSX], headers=_headers(f"{name}.{kind}"))
    text = as_csv(exporter.as_sheet(*reports)) if kind == CSV else as_json(exporter.as_dict(*reports))
    return _saved(text, TYPES[kind], f"{name}.{kind}")


def downloads(request: HttpRequest, exporter: Exporter, *reports: Any) -> Downloads:
    """The links to what is shown, as files."""
    files = [Link(_address(request, kind), str(WORDS[kind])) for kind in TYPES]
    found = exporter.as_statistics(*reports).tables
    tables = [Link(_address(request, OF_A_TABLE + table.name), str(table.label)) for table in found]
    if len(tables) == 1:
        return Downloads([*files, Link(tables[0].url, _("Download JSON-stat"))], [])
    return Downloads(files, tables)


def _table(table: str, name: str, statistics: Statistics) -> HttpResponse:
    try:
        cube = statistics.cube(table)
    except KeyError as error:
        raise Http404 from error
    return _saved(as_json(as_jsonstat(cube)), TYPES[JSON], f"{name}-{table}.{JSON}")


def _saved(text: str, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(text, content_type=content_type, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _address(request: HttpRequest, kind: str) -> str:
    query = request.GET.copy()
    query[PARAMETER] = kind
    return f"{request.path}?{query.urlencode()}"


def as_json(figures: dict[str, Any]) -> str:
    """As it is written into files: with every letter as it is."""
    return json.dumps(figures, ensure_ascii=False, indent=2) + "\n"
