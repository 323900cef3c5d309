"""What the page of one municipality's coverage tells beside the day: its past, its people, its waits, and its like."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from referrals.actions import recipes
from referrals.boards import coverage_history as board
from referrals.forms.coverage import DefinedForm
from referrals.models import Employment, Municipality
from referrals.permissions import Permission
from referrals.reports import comparison, coverage_history
from referrals.reports.coverage import CoverageReport, MunicipalityCoverage
from referrals.reports.scopes import Scope
from referrals.reports.similar import centralities
from referrals.views.clock import now


def parts(
    request: HttpRequest,
    report: CoverageReport,
    row: MunicipalityCoverage,
    form: DefinedForm,
    address: Callable[[str], str],
) -> dict[str, Any]:
    """The context of these parts. `address` makes that of a municipality's page on the same day."""
    history = coverage_history.of_municipality(row.pk, form.definition, form.day)
    is_staff = request.access.can(Permission.SEE_STAFF, row.pk)
    place = _with_figures(request, row)
    return {
        "gaps": history.gaps,
        "history": board.history_board(history, form.definition),
        "closing": board.closing(row, form.definition),
        "is_staff": is_staff,
        "therapists": _therapists(request, row, form) if is_staff else [],
        "similar": board.similar_rows(row, report.rows, centralities(), address),
        "dashboard": reverse("dashboard_municipality", kwargs={"code": row.code}) if place else "",
        **(_waits(request, place, form) if place else {"waits": ()}),
    }


def _with_figures(request: HttpRequest, row: MunicipalityCoverage) -> Municipality | None:
    """The municipality, if the user may see its figures."""
    own = request.access.can(Permission.SEE_DASHBOARD, row.pk)
    figures_of = Municipality.objects.all() if own else Municipality.objects.with_figures_for(request.access)
    return figures_of.filter(pk=row.pk).select_related("county").first()


def _therapists(request: HttpRequest, row: MunicipalityCoverage, form: DefinedForm) -> list[Employment]:
    """Those who count on the day, by name."""
    counting = Employment.objects.visible_to(request.access).of(row.pk).counting(form.day)
    return list(counting.select_related("therapist", "occupation").order_by("therapist__sort_key", "pk"))


def _waits(request: HttpRequest, place: Municipality, form: DefinedForm) -> dict[str, Any]:
    """As the municipality's dashboard shows them to the user."""
    scope = Scope.municipality(place, request.access)
    found = comparison.build(scope, [place], form.day, data_as_of=now())
    recipes.keep(**found.recipe.as_kept())
    return {
        "waits": board.wait_rows(found.places[0].now, found.places[0].before),
        "waits_days": (found.on, found.before_on),
        "waits_recipe": found.recipe,
    }
