"""The long waits: the rows of a municipality for its own staff, and for readers how many there are and where."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals import waiting
from referrals.actions.auditing import record_view
from referrals.boards.long_waits import board
from referrals.choices import ViewKind
from referrals.filters import offers_of
from referrals.forms.boards import NEAR_A_YEAR, OVER_A_YEAR, DayForm, LongWaitsForm
from referrals.models import County, Municipality, Referral
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Permission
from referrals.reports.beginnings import first_received
from referrals.reports.long_rows import long_rows
from referrals.reports.long_waits import LongWaitsReport, build, build_own
from referrals.reports.scopes import Level, Scope
from referrals.reports.waiting_times import NO_PRIORITY
from referrals.tables.base import paginate
from referrals.tables.long_waits import LongPlacesTable, LongWaitsTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link

ANY_NUMBER = "2026-000001"
MOST_PLACES = 400  # the nation has 15 counties, a county at most some 40 municipalities: one page

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
        address=_before_the_number(code),
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
    request.access.check(Permission.SEE_AGGREGATES)
    name, scope = _widest(request)
    return _page(request, name, scope)


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county, and its municipalities in a table."""
    request.access.check(Permission.SEE_AGGREGATES)
    found = County.objects.with_figures_for(request.access).filter(code=code).first()
    if found is None:
        raise Http404
    name, above = _widest(request)
    trail = [Link(reverse("long_waits_figures"), name)] if above.ids != (found.pk,) else []
    return _page(request, found.full_name, Scope.counties([found]), trail)


def _widest(request: HttpRequest) -> tuple[str, Scope]:
    """All whose figures the user may see, and what that is called."""
    if request.access.is_national(Permission.SEE_AGGREGATES):
        return _("The whole country"), Scope.nation()
    found = list(County.objects.with_figures_for(request.access))
    return found[0].full_name if len(found) == 1 else _("Your counties"), Scope.counties(found)


def _page(request: HttpRequest, name: str, scope: Scope, trail: Sequence[Link] = ()) -> HttpResponse:
    """The figures of a scope on the day of the address, small ones hidden."""
    form = DayForm(request.GET, today=today())
    report = build(scope, form.day, data_as_of=now())
    context = {
        "name": name,
        "trail": [Link(link.url + form.query, link.label) for link in trail],
        "form": form,
        "report": report,
        "board": board(report),
        "table": _places(request, report, form),
        "begins_on": _beginning(report, form),
    }
    return render(request, "long_waits/figures.html", context)


def _places(request: HttpRequest, report: LongWaitsReport, form: DayForm) -> LongPlacesTable:
    """The counties of the nation, or the municipalities of the counties."""
    of_counties = report.scope.level is Level.NATION
    page = "long_waits_county" if of_counties else "dashboard_municipality"
    table = LongPlacesTable(
        report.places,
        address=lambda code: reverse(page, kwargs={"code": code}) + form.query,
        caption=_("The counties") if of_counties else _("The municipalities"),
    )
    return paginate(table, request, per_page=MOST_PLACES)


def _form(request: HttpRequest, municipality: Municipality) -> LongWaitsForm:
    offers, language = offers_of(municipality, on=today()), get_language()
    categories = [(row["code"], row[language]) for row in offers.categories]
    return LongWaitsForm(request.GET, today=today(), categories=categories, levels=offers.levels)


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


def _before_the_number(code: str) -> str:
    """What the addresses of all cases of the municipality begin with."""
    return reverse("referral", kwargs={"code": code, "number": ANY_NUMBER}).removesuffix(f"{ANY_NUMBER}/")


def _beginning(report: LongWaitsReport, form: DayForm) -> date | None:
    """The first day that anything is known of, if an earlier one is asked for."""
    if not form.is_past or report.now.waiting.value != 0:
        return None
    first = first_received(report.scope)
    return first if first and form.day < first else None
