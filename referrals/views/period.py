"""What came and went in any period that own staff ask for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards import period as board
from referrals.boards.links import Drilldown
from referrals.choices import Knowledge
from referrals.exporters import period as export
from referrals.forms.period import PeriodForm
from referrals.permissions import Permission
from referrals.reports import period as report_of
from referrals.reports.beginnings import first_received
from referrals.reports.period import PeriodReport
from referrals.reports.periods import Period
from referrals.reports.scopes import Scope
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject


@require_safe
def period(request: HttpRequest, code: str) -> HttpResponse:
    """The period of the address beside the one before it and that of last year; a message where it makes no sense."""
    place = municipality_or_404(request, code, Permission.SEE_DASHBOARD)
    subject = subjects.municipality(request, code)
    form = PeriodForm(request.GET, today=today(), first=first_received(subject.scope))
    report = _report(subject.scope, form.period, form) if form.period else None
    kind = asked_for_file(request)
    if kind and report:
        return answer(kind, _file_name(report), export, report)
    context = {
        "municipality": place,
        "subject": subject,
        "form": form,
        "report": report,
        "board": board.board(report, _drilldown(subject, form)) if report else None,
        "trail": subjects.trail_below(subject, form),
        "downloads": downloads(request),
    }
    return render(request, "dashboard/period.html", context)


def _report(scope: Scope, asked: Period, form: PeriodForm) -> PeriodReport:
    report = report_of.build(scope, asked, data_as_of=now(), hindsight=form.hindsight)
    recipes.keep(**report.recipe.as_kept())
    return report


def _drilldown(subject: Subject, form: PeriodForm) -> Drilldown:
    return Drilldown(subject.rows, as_known=form.known == Knowledge.THEN)


def _file_name(report: PeriodReport) -> str:
    days = report.now.period
    return f"{file_name('periode', report.scope, days.start)}-{days.last_day.isoformat()}"
