"""Who has which role in a municipality, and who gave it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from referrals.permissions import Permission
from referrals.reports import rights as report
from referrals.views.access import municipality_or_404
from referrals.views.clock import today


@require_safe
def rights(request: HttpRequest, code: str) -> HttpResponse:
    """The roles held now or from a later day, and every change of them: for managers and the privacy officer."""
    municipality = municipality_or_404(request, code, Permission.SEE_RIGHTS)
    context = {"municipality": municipality, "rights": report.build(municipality.pk, on=today())}
    return render(request, "logs/rights.html", context)
