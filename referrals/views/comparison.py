"""Municipalities beside each other: one's own against others, and for readers those that they may read of."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards import comparison as board
from referrals.boards.links import Drilldown
from referrals.exporters import comparison as export
from referrals.forms.boards import day_values
from referrals.forms.comparison import FIELD, ComparisonForm
from referrals.models import Municipality
from referrals.permissions import Permission
from referrals.reports import comparison as report_of
from referrals.reports.comparison import ComparisonReport, neighbours, outside_scope
from referrals.reports.periods import year_before
from referrals.reports.scopes import Scope
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import File, answer, asked_for_file, downloads, file_name


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """The own municipality with its true numbers, beside others as every outsider sees them."""
    place = municipality_or_404(request, code, Permission.SEE_DASHBOARD)
    offered = list(Municipality.objects.present().exclude(pk=place.pk).select_related("county"))
    suggested = [] if FIELD in request.GET else neighbours(place, today())
    form = ComparisonForm(request.GET, today=today(), offered=offered, about=place, suggested=suggested)
    scope = Scope.municipality(place, request.access)
    above = Link(reverse("dashboard_municipality", kwargs={"code": code}) + form.query, place.full_name)
    return _page(request, form, scope, [place, *form.chosen], (above,))


@require_safe
def readers(request: HttpRequest) -> HttpResponse:
    """The municipalities that a reader chooses, of those whose figures the reader may see."""
    request.access.check(Permission.SEE_AGGREGATES)
    offered = Municipality.objects.with_figures_for(request.access).present().select_related("county")
    form = ComparisonForm(request.GET, today=today(), offered=list(offered))
    scope = outside_scope(form.chosen[0]) if form.chosen else None
    return _page(request, form, scope, form.chosen)


def _page(
    request: HttpRequest,
    form: ComparisonForm,
    scope: Scope | None,
    places: Sequence[Municipality],
    trail: tuple[Link, ...] = (),
) -> HttpResponse:
    report = _report(scope, places, form) if scope else None
    kind = asked_for_file(request)
    if kind and report and form.is_valid():
        return answer(kind, _file(report))
    context: dict[str, Any] = {
        "form": form,
        "report": report,
        "measures": board.board(report, *_drilldowns(request, report, form)) if report else (),
        "trail": trail,
        "begins_on": None,
        "downloads": downloads(request),
    }
    return render(request, "dashboard/comparison.html", context)


def _report(scope: Scope, places: Sequence[Municipality], form: ComparisonForm) -> ComparisonReport:
    report = report_of.build(scope, places, form.day, data_as_of=now(), hindsight=form.hindsight)
    recipes.keep(**report.recipe.as_kept())
    return report


def _drilldowns(
    request: HttpRequest, report: ComparisonReport, form: ComparisonForm
) -> tuple[Drilldown, Drilldown]:
    """To the own rows of the day and of the day a year before, where the user may open them."""
    if not report.scope.exact or not request.access.can(Permission.SEE_CASES, report.scope.ids[0]):
        return Drilldown(), Drilldown()
    waitlist = reverse("waitlist", kwargs={"code": report.scope.codes[0]})
    of_day = f"{waitlist}dag/"
    earlier = f"{of_day}?{urlencode(day_values(year_before(form.day), form.known))}"
    return (
        Drilldown(waitlist, form.query and f"{of_day}{form.query}"),
        Drilldown(waitlist, earlier),
    )


def _file(report: ComparisonReport) -> File:
    return File(
        file_name("sammenlign", report.scope, report.on),
        as_dict=lambda: export.as_dict(report),
        as_sheet=lambda: export.as_sheet(report),
    )
