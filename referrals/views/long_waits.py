"""The long waits: the rows of a municipality for its own staff, and for readers how many there are and where."""

from datetime import date

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from referrals import waiting
from referrals.actions.auditing import record_view
from referrals.boards.long_waits import board
from referrals.choices import ViewKind
from referrals.forms.boards import NEAR_A_YEAR, OVER_A_YEAR, DayForm, LongWaitsForm
from referrals.models import Municipality, Referral
from referrals.models.referral import ReferralQuerySet
from referrals.reports.long_rows import long_rows
from referrals.reports.long_waits import LongWaitsReport, build, build_own
from referrals.reports.scopes import Scope
from referrals.reports.waiting_times import NO_PRIORITY
from referrals.tables.base import paginate
from referrals.tables.long_waits import LongPlacesTable, LongWaitsTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.subjects import Subject
from referrals.views.waitlist import before_the_number, offers

LISTED = {OVER_A_YEAR: waiting.over_a_year_q(), NEAR_A_YEAR: waiting.near_a_year_q()}


@require_safe
def long_waits(request: HttpRequest, code: str) -> HttpResponse:
    """Who has waited over a year, and nearly, at the end of the day of the address: row by row, and over time."""
    municipality = municipality_or_404(request, code)
    form = _form(request, municipality)
    visible = Referral.objects.visible_to(request.access).in_municipality(municipality)
    units = request.access.units(municipality.pk)
    scope = Scope.municipality(municipality, request.access)
    report = build_own(scope, form.day, visible, data_as_of=now(), units=units)
    rows = _narrowed(long_rows(visible, request.access, on=form.day), form.chosen)
    table = LongWaitsTable(
        rows.order_by("received_on", "pk"),
        on=form.day,
        today=today(),
        address=before_the_number(code),
        caption=form.words,
    )
    _record(request, municipality, form, paginate(table, request))
    context = {
        "municipality": municipality,
        "form": form,
        "report": report,
        "board": board(report, lambda listed: _list_address(request, form, listed)),
        "table": table,
        "in_units": units is not None,
        "begins_on": _beginning(report, form),
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
    form = DayForm(request.GET, today=today())
    report = build(subject.scope, form.day, data_as_of=now())
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
        "begins_on": _beginning(report, form),
    }
    return render(request, "long_waits/figures.html", context)


def _form(request: HttpRequest, municipality: Municipality) -> LongWaitsForm:
    offered, language = offers(municipality), get_language()
    categories = [(row["code"], row[language]) for row in offered.categories]
    return LongWaitsForm(request.GET, today=today(), categories=categories, levels=offered.levels)


def _narrowed(rows: ReferralQuerySet, chosen: dict[str, str]) -> ReferralQuerySet:
    """The rows that the form asks for."""
    conditions = {
        "venter": lambda listed: LISTED[listed],
        "kategori": lambda code: Q(category__code=code),
        "prioritet": lambda level: Q(level__isnull=True) if level == NO_PRIORITY else Q(level=level),
    }
    return rows.filter(*(conditions[name](value) for name, value in chosen.items()))


def _record(
    request: HttpRequest, municipality: Municipality, form: LongWaitsForm, table: LongWaitsTable
) -> None:
    """Write down who is on this page of the list, and what it was narrowed to."""
    asked = form.chosen | form.values
    asked |= {"page": str(table.page.number)} if table.page.number > 1 else {}
    record_view(
        ViewKind.LONG_WAITS,
        table.records,
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked),
    )


def _list_address(request: HttpRequest, form: LongWaitsForm, listed: str) -> str:
    """The same day's list of those over a year, or near it."""
    return f"{request.path}?{urlencode(form.values | {'venter': listed})}#list"


def _beginning(report: LongWaitsReport, form: DayForm) -> date | None:
    """The first day that anything is known of, if an earlier one is asked for."""
    return subjects.beginning(report.scope, form, is_empty=report.now.waiting.value == 0)
