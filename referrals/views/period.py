"""What came and went in any period: to the day for own staff, in whole months for who reads from outside."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards import period as board
from referrals.boards.links import Drilldown
from referrals.choices import Knowledge
from referrals.exporters import period as export
from referrals.forms.period import PeriodForm, WholeMonthsForm
from referrals.reports import period as report_of
from referrals.reports.beginnings import first_received
from referrals.reports.flow_months import latest_told_year
from referrals.reports.period import PeriodReport, is_withheld
from referrals.reports.periods import Period
from referrals.reports.scopes import Scope
from referrals.views import subjects
from referrals.views.clock import now, today
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """One municipality, as its dashboard shows it to the user."""
    return _page(request, subjects.municipality(request, code))


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
    """The period of the address beside the one before it and that of last year; a message where it makes no sense."""
    asked = PeriodForm if subject.scope.exact else WholeMonthsForm
    form = asked(request.GET, today=today(), first=first_received(subject.scope))
    report = _report(subject.scope, form.period, form) if form.period else None
    kind = asked_for_file(request)
    if kind and report:
        return answer(kind, _file_name(report), export, report)
    context = {
        "subject": subject,
        "form": form,
        "report": report,
        "board": board.board(report, _drilldown(subject, form)) if report else None,
        "trail": subjects.trail_below(subject, form) if subject.scope.exact else subjects.way_to(subject),
        **({} if subject.scope.exact else _newest(form, report)),
        "downloads": downloads(request, export, report) if report else None,
    }
    return render(request, "dashboard/period.html", context)


def _report(scope: Scope, asked: Period, form: PeriodForm) -> PeriodReport:
    look = {"data_as_of": now(), "hindsight": form.hindsight, "asked_on": today()}
    report = report_of.build(scope, asked, **look)
    recipes.keep(**report.recipe.as_kept())
    return report


def _newest(form: PeriodForm, report: PeriodReport | None) -> dict[str, Any]:
    """Until when outsiders are shown months whatever is hidden, and the way to the year that ends then."""
    newest = latest_told_year(today())
    days = {"fra": f"{newest.start:%d.%m.%Y}", "til": f"{newest.last_day:%d.%m.%Y}"}
    return {
        "shown_until": newest.last_day,
        "newest": urlencode(days),
        "is_too_late": bool(report) and form.day > newest.last_day and is_withheld(report),
    }


def _drilldown(subject: Subject, form: PeriodForm) -> Drilldown:
    return Drilldown(subject.rows, as_known=form.known == Knowledge.THEN)


def _file_name(report: PeriodReport) -> str:
    days = report.now.period
    return f"{file_name('periode', report.scope, days.start)}-{days.last_day.isoformat()}"
