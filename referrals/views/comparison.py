"""Municipalities beside each other: one's own against others, and for readers those that they may read of."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """The own municipality with its true numbers, beside others as every outsider sees them."""
    place = municipality_or_404(request, code, Permission.SEE_DASHBOARD)
    offered = list(Municipality.objects.present().exclude(pk=place.pk).select_related("county"))
    suggested = [] if FIELD in request.GET else neighbours(place, today())
    form = ComparisonForm(request.GET, today=today(), offered=offered, about=place, suggested=suggested)
    subject = subjects.municipality(request, code)
    return _page(request, form, subject.scope, [place, *form.chosen], subject)


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
    subject: Subject | None = None,
) -> HttpResponse:
    report = _report(scope, places, form) if scope else None
    kind = asked_for_file(request)
    if kind and report and form.is_valid():
        return answer(kind, file_name("sammenlign", report.scope, report.on), export, report)
    context: dict[str, Any] = {
        "subject": subject,
        "form": form,
        "report": report,
        "measures": board.board(report, *_drilldowns(subject, form)) if report else (),
        "trail": subjects.trail_below(subject, form) if subject else (),
        "begins_on": report.begins_on if report else None,
        "downloads": downloads(request, export, report) if report else None,
    }
    return render(request, "dashboard/comparison.html", context)


def _report(scope: Scope, places: Sequence[Municipality], form: ComparisonForm) -> ComparisonReport:
    report = report_of.build(scope, places, form.day, data_as_of=now(), hindsight=form.hindsight)
    recipes.keep(**report.recipe.as_kept())
    return report


def _drilldowns(subject: Subject | None, form: ComparisonForm) -> tuple[Drilldown, Drilldown]:
    """To the own rows of the day and of the day a year before, where the user may open them all."""
    if subject is None or not subject.rows:
        return Drilldown(), Drilldown()
    earlier = f"{subject.rows}dag/?{urlencode(day_values(year_before(form.day), form.known))}"
    return subjects.drilldown(subject.rows, form), Drilldown(subject.rows, earlier)
