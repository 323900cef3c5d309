"""Month-ends as they were known then, beside what is known of them now: of a municipality, a county and the nation."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.choices import Knowledge
from referrals.errors import NotAllowed
from referrals.models import County, Municipality
from referrals.permissions import Permission
from referrals.reports import frozen
from referrals.reports.scopes import Scope
from referrals.tables.base import paginate
from referrals.tables.frozen import Address, MonthEndsTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link

YEAR = "ar"


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """One municipality, for its own staff: true numbers, why they differ, and the lists of those who may open cases."""
    place = municipality_or_404(request, code, Permission.SEE_DASHBOARD)
    may_open = request.access.can(Permission.SEE_CASES, place.pk)
    above = Link(reverse("dashboard_municipality", kwargs={"code": code}), place.full_name)
    scope = Scope.municipality(place, request.access)
    return _page(request, place.full_name, scope, above, _lists(place) if may_open else None)


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county, small numbers hidden."""
    request.access.check(Permission.SEE_AGGREGATES)
    found = County.objects.with_figures_for(request.access).filter(code=code).first()
    if found is None:
        raise Http404
    above = Link(reverse("dashboard_county", kwargs={"code": code}), found.full_name)
    return _page(request, found.full_name, Scope.counties([found]), above)


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The whole country, small numbers hidden."""
    if not request.access.is_national(Permission.SEE_AGGREGATES):
        raise NotAllowed
    name = _("The whole country")
    return _page(request, name, Scope.nation(), Link(reverse("dashboard_nation"), name))


def _page(
    request: HttpRequest, name: str, scope: Scope, above: Link, address: Address | None = None
) -> HttpResponse:
    report = frozen.build(scope, today(), data_as_of=now(), year=_year(request))
    recipes.keep(**report.recipe.as_kept())
    caption = _("Month-ends of %(year)s") % {"year": report.year}
    table = paginate(
        MonthEndsTable(report.lines, address=address, tells_why=scope.exact, caption=caption), request
    )
    context = {
        "name": name,
        "trail": [above],
        "report": report,
        "table": table,
        "years": _years(report.years),
        "first_night": _first_night(report.on),
    }
    return render(request, "dashboard/month_ends.html", context)


def _year(request: HttpRequest) -> int | None:
    """The year of the address, if it is one."""
    asked = request.GET.get(YEAR, "")
    return int(asked) if len(asked) == 4 and asked.isascii() and asked.isdecimal() else None


def _years(years: Sequence[int]) -> list[Link]:
    return [Link(f"?{YEAR}={year}", str(year)) for year in years]


def _first_night(on: date) -> date:
    """The day in whose first hour the month that runs is frozen."""
    return (on.replace(day=1) + timedelta(days=31)).replace(day=1)


def _lists(place: Municipality) -> Address:
    """The lists behind a month-end."""
    start = reverse("waitlist_on_day", kwargs={"code": place.code})

    def address(on: date, known: Knowledge) -> str:
        return f"{start}?dato={on:%d.%m.%Y}&kjent={known.value}"

    return address
