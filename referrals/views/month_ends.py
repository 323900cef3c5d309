"""Month-ends as they were known then, beside what is known of them now: of a municipality, a county and the nation."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.choices import Knowledge
from referrals.exporters import month_ends as export
from referrals.forms.boards import day_values
from referrals.permissions import Permission
from referrals.reports import frozen
from referrals.reports.frozen import FrozenReport
from referrals.tables.base import paginate
from referrals.tables.frozen import Address, MonthEndsTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.subjects import Subject

YEAR = "ar"
LONGEST_ASKED = 20  # characters that are said back


@require_safe
def municipality(request: HttpRequest, code: str) -> HttpResponse:
    """One municipality, for its own staff: true numbers, why they differ, and the lists of who reaches all cases."""
    municipality_or_404(request, code, Permission.SEE_DASHBOARD)
    return _page(request, subjects.municipality(request, code))


@require_safe
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county, small numbers hidden."""
    return _page(request, subjects.county(request, code))


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The whole country, small numbers hidden."""
    return _page(request, subjects.nation(request))


def _page(request: HttpRequest, subject: Subject) -> HttpResponse:
    report = frozen.build(subject.scope, today(), data_as_of=now(), year=_year(request))
    recipes.keep(**report.recipe.as_kept())
    if kind := asked_for_file(request):
        name = file_name(f"manedsslutt-{report.year}", report.scope, report.on)
        return answer(kind, name, export, report)
    table = paginate(
        MonthEndsTable(
            report.lines,
            address=_lists(subject.rows) if subject.rows else None,
            tells_why=subject.scope.exact,
            caption=_("Month-ends of %(year)s") % {"year": report.year},
        ),
        request,
    )
    context = {
        "subject": subject,
        "trail": subjects.way_to(subject),
        "report": report,
        "table": table,
        "years": _years(report),
        "missing_year": _missing_year(request, report),
        "first_night": _first_night(report.on),
        "downloads": downloads(request, export, report),
    }
    return render(request, "dashboard/month_ends.html", context)


def _year(request: HttpRequest) -> int | None:
    """The year of the address, if it is one."""
    asked = request.GET.get(YEAR, "")
    return int(asked) if len(asked) == 4 and asked.isascii() and asked.isdecimal() else None


def _missing_year(request: HttpRequest, report: FrozenReport) -> str:
    """What was asked for as the year and is none that is offered; empty where nothing was, or it is shown."""
    asked = request.GET.get(YEAR, "").strip()
    return "" if _year(request) == report.year else asked[:LONGEST_ASKED]


def _years(report: FrozenReport) -> list[Link]:
    return [Link(f"?{YEAR}={year}", str(year), year == report.year) for year in report.years]


def _first_night(on: date) -> date:
    """The day in whose first hour the month that runs is frozen."""
    return (on.replace(day=1) + timedelta(days=31)).replace(day=1)


def _lists(waitlist: str) -> Address:
    """The lists behind a month-end, under the address of the waitlist."""

    def address(on: date, known: Knowledge, fact: str) -> str:
        only = {"only": fact} if fact else {}
        return f"{waitlist}dag/?{urlencode(day_values(on, known) | only)}"

    return address
