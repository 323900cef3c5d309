"""How those who wait are divided in counties and in the nation, for the readers of their dashboards."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards.divided import divided as board_of
from referrals.exporters import divided as export
from referrals.forms.boards import LookBackForm
from referrals.reports import divided
from referrals.views import subjects
from referrals.views.clock import now, today
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county."""
    return _page(request, subjects.county(request, code))


@require_safe
def counties(request: HttpRequest) -> HttpResponse:
    """All counties of a reader of counties together."""
    return _page(request, subjects.counties(request))


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The whole country."""
    return _page(request, subjects.nation(request))


def _page(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Those who wait at the end of the day of the address."""
    form = LookBackForm(request.GET, today=today())
    report = divided.build(subject.scope, form.day, data_as_of=now(), hindsight=form.hindsight)
    recipes.keep(**report.recipe.as_kept())
    kind = asked_for_file(request)
    if kind and form.is_valid():
        return answer(kind, file_name("fordeling", report.scope, report.on), export, report)
    context = {
        "subject": subject,
        "trail": subjects.trail_below(subject, form),
        "form": form,
        "report": report,
        "board": board_of(report),
        "begins_on": report.begins_on,
        "downloads": downloads(request, export, report),
    }
    return render(request, "distribution/divided.html", context)
