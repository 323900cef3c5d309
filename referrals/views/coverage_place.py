"""What the page of one municipality's coverage tells beside the day: its past, its people, its waits, and its like."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from referrals.actions import recipes
from referrals.boards import coverage_history as board
from referrals.models import Employment, Municipality
from referrals.permissions import Permission
from referrals.reports import comparison, coverage_place
from referrals.reports.comparison import ComparisonReport
from referrals.reports.coverage import CountyCoverage, CoverageReport, MunicipalityCoverage
from referrals.reports.coverage_place import PlaceCoverage
from referrals.reports.scopes import Scope
from referrals.views.clock import now


def read(
    request: HttpRequest, report: CoverageReport, county: CountyCoverage, row: MunicipalityCoverage
) -> PlaceCoverage:
    """All that the page and its files tell of the municipality, as its reader may see it."""
    own = request.access.municipality_ids(Permission.SEE_DASHBOARD)
    return coverage_place.build(report, county, row, _waits(request, report, row), own)


def parts(request: HttpRequest, place: PlaceCoverage, address: Callable[[str], str]) -> dict[str, Any]:
    """The context of these parts. `address` makes that of a municipality's page on the same day."""
    row, definition = place.row, place.report.definition
    is_staff = request.access.can(Permission.SEE_STAFF, row.pk)
    return {
        "gaps": place.history.gaps,
        "history": board.history_board(place.history, definition),
        "closing": board.closing(row, definition),
        "is_staff": is_staff,
        "therapists": _therapists(request, place) if is_staff else [],
        "similar": board.similar_rows(place.similar, address),
        "dashboard": reverse("dashboard_municipality", kwargs={"code": row.code}) if place.waits else "",
        **(_shown(place.waits) if place.waits else {"waits": ()}),
    }


def _waits(
    request: HttpRequest, report: CoverageReport, row: MunicipalityCoverage
) -> ComparisonReport | None:
    """As the municipality's dashboard shows them to the user; None for who may not see its figures."""
    own = request.access.can(Permission.SEE_DASHBOARD, row.pk)
    figures_of = Municipality.objects.all() if own else Municipality.objects.with_figures_for(request.access)
    place = figures_of.filter(pk=row.pk).select_related("county").first()
    if not place:
        return None
    scope = Scope.municipality(place, request.access)
    found = comparison.build(scope, [place], report.on, data_as_of=now())
    recipes.keep(**found.recipe.as_kept())
    return found


def _therapists(request: HttpRequest, place: PlaceCoverage) -> list[Employment]:
    """Those who count on the day, by name."""
    counting = Employment.objects.visible_to(request.access).of(place.row.pk).counting(place.report.on)
    return list(counting.select_related("therapist", "occupation").order_by("therapist__sort_key", "pk"))


def _shown(waits: ComparisonReport) -> dict[str, Any]:
    (place,) = waits.places
    return {
        "waits": board.wait_rows(place.now, place.before),
        "waits_days": (waits.on, waits.before_on),
        "waits_recipe": waits.recipe,
    }
