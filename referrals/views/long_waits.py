"""The long waits: the rows of a municipality for its own staff, and for readers how many there are and where."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.actions.auditing import record_view
from referrals.boards.long_waits import board
from referrals.choices import Knowledge, ViewKind
from referrals.exporters import long_waits as long_export
from referrals.forms.boards import LongWaitsForm, LookBackForm, day_values
from referrals.models import Municipality, Referral, looking_back, referrals_as
from referrals.models.referral import ReferralQuerySet
from referrals.reports.long_rows import long_rows, tells_next_step, told
from referrals.reports.long_waits import LongWaitsReport, build, build_own
from referrals.tables.base import PAGE_SIZE, paginate
from referrals.tables.long_waits import LongPlacesTable, LongWaitsTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import PARAMETER, answer, asked_for_file, downloads, file_name, shown_in
from referrals.views.subjects import Subject
from referrals.views.waitlist import before_the_number, offers

PAGE, ALL = "page", "all"
MOST_TO_PRINT = 2000  # rows on one page; what is beyond is on the next


@require_safe
def long_waits(request: HttpRequest, code: str) -> HttpResponse:
    """Who has waited over a year, and nearly, at the end of the day of the address: row by row, and over time."""
    municipality, subject = municipality_or_404(request, code), subjects.municipality(request, code)
    form, data_as_of = _form(request, municipality), now()
    kind = asked_for_file(request) if form.is_valid() else ""
    visible = referrals_as(form.hindsight).visible_to(request.access).in_municipality(municipality)
    with_next_step = tells_next_step(form.day, form.hindsight, data_as_of)
    with looking_back(form.hindsight, form.day):
        table = _table(request, code, form, visible, with_next_step=with_next_step)
        shown = shown_in(kind, table)
        _record(request, municipality, form, shown, _part(request, kind, table))
        rows = told(shown, form.day, with_next_step=with_next_step) if kind else ()
    look: Any = {"data_as_of": data_as_of, "hindsight": form.hindsight, "reached": subject.reached}
    report = build_own(subject.scope, form.day, visible, listed=form.listed, rows=rows, **look)
    recipes.keep(**report.recipe.as_kept())
    if kind:
        return _file(kind, report)
    context = {
        "municipality": municipality,
        "subject": subject,
        "form": form,
        "report": report,
        "board": board(report, lambda listed, day: _list_address(request, form, listed, day)),
        "table": table,
        "with_next_step": with_next_step,
        "all_rows": _all_rows(request, table),
        "begins_on": report.begins_on,
        "downloads": downloads(request, long_export, report),
    }
    return render(request, "long_waits/list.html", context)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """All that a reader may see together: the whole country, or the reader's counties."""
    return _page(request, subjects.widest(request))


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county, and its municipalities in a table."""
    return _page(request, subjects.county(request, code))


def _page(request: HttpRequest, subject: Subject) -> HttpResponse:
    """The figures of the subject on the day of the address, small ones hidden."""
    form = LookBackForm(request.GET, today=today())
    report = build(subject.scope, form.day, data_as_of=now(), hindsight=form.hindsight)
    recipes.keep(**report.recipe.as_kept())
    kind = asked_for_file(request)
    if kind and form.is_valid():
        return _file(kind, report)
    above = [Link(reverse("long_waits_figures"), step.label) for step in subject.above]
    context = {
        "name": subject.name,
        "trail": subjects.on_day(above, form),
        "form": form,
        "report": report,
        "board": board(report),
        "table": subjects.places_table(
            request, LongPlacesTable, report, form, county_page="long_waits_county"
        ),
        "begins_on": report.begins_on,
        "downloads": downloads(request, long_export, report),
    }
    return render(request, "long_waits/figures.html", context)


def _file(kind: str, report: LongWaitsReport) -> HttpResponse:
    """What the page shows; of own staff's list all rows, also those of its other pages."""
    name = file_name("lange-ventetider", report.scope, report.on)
    return answer(kind, name, long_export, report)


def _form(request: HttpRequest, municipality: Municipality) -> LongWaitsForm:
    offered, language = offers(municipality), get_language()
    categories = [(row["code"], row[language]) for row in offered.categories]
    return LongWaitsForm(request.GET, today=today(), categories=categories, levels=offered.levels)


def _table(
    request: HttpRequest, code: str, form: LongWaitsForm, visible: ReferralQuerySet, *, with_next_step: bool
) -> LongWaitsTable:
    """The rows that the form asks for, as the address sorts and pages them."""
    rows = long_rows(visible, request.access, on=form.day, hindsight=form.hindsight)
    table = LongWaitsTable(
        form.listed.among(rows).order_by("received_on", "pk"),
        on=form.day,
        with_next_step=with_next_step,
        with_history=form.hindsight.reads_history,
        address=before_the_number(code),
        caption=form.words,
    )
    return paginate(table, request, per_page=MOST_TO_PRINT if _asks_for_all(request) else PAGE_SIZE)


def _asks_for_all(request: HttpRequest) -> bool:
    """Whether all rows stand on one page, which is printed as a whole."""
    return request.GET.get(PAGE) == ALL


def _part(request: HttpRequest, kind: str, table: LongWaitsTable) -> dict[str, str]:
    """Which part of the list is read: a file, a page or all on one."""
    if kind:
        return {PARAMETER: kind}
    return {PAGE: ALL} if _asks_for_all(request) else table.page_values


def _record(
    request: HttpRequest,
    municipality: Municipality,
    form: LongWaitsForm,
    shown: Iterable[Referral],
    part: dict[str, str],
) -> None:
    """Write down who is on this page of the list or in the file, and what it was narrowed to."""
    record_view(
        ViewKind.LONG_WAITS,
        shown,
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(form.chosen | form.values | part),
    )


def _list_address(request: HttpRequest, form: LongWaitsForm, listed: str, day: date) -> str:
    """The day's list of those over a year, or near it.

    Another day as it was known at the end of the one that is shown is in no list.
    """
    if day != form.day and form.known == Knowledge.THEN:
        return ""
    values = form.values if day == form.day else day_values(day)
    return f"{request.path}?{urlencode(values | {'venter': listed})}#list"


def _all_rows(request: HttpRequest, table: LongWaitsTable) -> str:
    """The address of all rows on one page; empty where they stand there already."""
    if table.paginator.num_pages == 1 or _asks_for_all(request):
        return ""
    asked = request.GET.copy()
    asked[PAGE] = ALL
    return f"?{asked.urlencode()}#list"
