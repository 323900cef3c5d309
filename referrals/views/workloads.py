"""How the open cases lie on those who work here, and the way to divide anew what somebody leaves behind."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.exporters import workloads as export
from referrals.permissions import Permission
from referrals.reports import workloads as reports
from referrals.tables.base import paginate
from referrals.tables.workloads import WorkloadsTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import today
from referrals.views.files import CSV, PARAMETER, answer, asked_for_file, file_name

MOST_THERAPISTS = 400  # more than any municipality has
NOBODY = "null"  # as the filter of the waitlist has it


@require_safe
def workloads(request: HttpRequest, code: str) -> HttpResponse:
    """Every therapist's open cases against their årsverk today, and those that nobody has."""
    municipality = municipality_or_404(request, code, Permission.ASSIGN)
    subject = subjects.municipality(request, code)
    report = reports.build(municipality, request.access, today())
    if asked_for_file(request) == CSV:
        return answer(CSV, file_name("saksmengde", subject.scope, report.on), export, report)
    waitlist = reverse("waitlist", kwargs={"code": code})

    def cases(therapist_id: int | None, **narrowed: str) -> str:
        asked = {"therapist": NOBODY if therapist_id is None else therapist_id} | narrowed
        return f"{waitlist}?{urlencode(asked)}"

    table = WorkloadsTable(report, cases=cases)
    context = {
        "municipality": municipality,
        "subject": subject,
        "report": report,
        "table": paginate(table, request, per_page=MOST_THERAPISTS),
        "file_address": f"?{PARAMETER}={CSV}",
    }
    return render(request, "workloads/workloads.html", context)
