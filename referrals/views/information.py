"""Pages that anybody may read: how accessible the pages are, and what is known about whom."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from referrals.models import LawReference
from referrals.views.clock import today
from referrals.waiting import DEFINITION_VERSION


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (tilgjengelighetserklæring) that the law wants linked from every page."""
    return render(request, "information/accessibility.html", {"contact": settings.CONTACT})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What Ergo keeps about citizens and staff, in plain words."""
    return render(request, "information/privacy.html", {"contact": settings.CONTACT})


@login_not_required
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """What every figure on the boards means, in plain words."""
    context = {"version": DEFINITION_VERSION, "law": LawReference.objects.all(), "today": today()}
    return render(request, "information/definitions.html", context)
