"""Open data: a page and its files that anybody may read and keep, while an administrator has them switched on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from referrals.exporters.open_data import DATASETS, LICENCE, LICENCE_ADDRESS, TERMS, Dataset, words
from referrals.exporters.words import FIGURES, Text
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import CSV, JSON, XLSX
from referrals.views.open_files import (
    JSONSTAT_SUFFIX,
    KINDS,
    LOOKED_AT_EVERY,
    Told,
    digest_of,
    edition,
    open_file,
)
from referrals.views.open_switch import check_open

KEPT = f"public, max-age={LOOKED_AT_EVERY // timedelta(seconds=1)}"
LABELS = {CSV: "CSV", XLSX: "Excel", JSON: "JSON", JSONSTAT_SUFFIX: "JSON-stat"}


@dataclass(frozen=True)
class Row:
    """A dataset on the page. `told` is None where it has no rows yet."""

    dataset: Dataset
    told: Told | None
    files: list[Link]


@dataclass(frozen=True)
class Column:
    """A column of some datasets, by their names; of none: those that every sheet ends with."""

    name: str
    says: Text
    unit: Text
    datasets: list[str]


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """What there is, where it is, and what it says."""
    check_open()
    found = edition(at=now(), today=today())
    rows = [_row(dataset, found.told.get(dataset.name)) for dataset in DATASETS]
    context = {
        "rows": rows,
        "columns": list(_columns()),
        "has_open_data": True,
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
        "example": request.build_absolute_uri(rows[0].files[0].url) if rows[0].files else "",
    }
    response = render(request, "open_data/page.html", context)
    patch_vary_headers(response, ["Cookie"])  # its language and its colours
    return _kept(request, response, digest_of(response.content))


@login_not_required
@require_safe
def file(request: HttpRequest, dataset: str, kind: str) -> HttpResponseBase:
    """One dataset as one kind of file; a page of anybody's may read it."""
    check_open()
    found = open_file(dataset, kind, at=now(), today=today()) if kind in KINDS else None
    if found is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{dataset}.{kind}"', "Content-Language": "nb"}
    response = HttpResponse(found.content, content_type=KINDS[kind], headers=headers)
    answer = _kept(request, response, found.digest, found.changed_at)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _row(dataset: Dataset, told: Told | None) -> Row:
    files = [
        Link(reverse("open_data_file", kwargs={"dataset": dataset.name, "kind": kind}), LABELS[kind])
        for kind in KINDS
        if told
    ]
    return Row(dataset, told, files)


def _columns() -> Iterator[Column]:
    """Each once, in the order of the datasets."""
    named = [*chain.from_iterable((*one.keys, *one.figures) for one in DATASETS), *TERMS]
    for name, says in words(dict.fromkeys(named)):
        unit = FIGURES[name].unit if name in FIGURES else ""
        datasets = [one.name for one in DATASETS if name in (*one.keys, *one.figures)]
        yield Column(name, says, unit, datasets)


def _kept(
    request: HttpRequest, response: HttpResponse, digest: str, changed_at: datetime | None = None
) -> HttpResponseBase:
    """The answer, or that nothing is new, which may be kept on the way."""
    etag, stamp = quote_etag(digest), None
    response.headers["Cache-Control"] = KEPT
    response.headers["ETag"] = etag
    if changed_at:
        stamp = int(changed_at.timestamp())
        response.headers["Last-Modified"] = http_date(stamp)
    return get_conditional_response(request, etag=etag, last_modified=stamp, response=response)
