"""Who was started before somebody with a higher priority and a longer wait (forbigått)."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.actions.auditing import record_view
from referrals.choices import ViewKind
from referrals.exporters import overtaken as export
from referrals.forms.overtaken import StartsForm
from referrals.models import Municipality, Referral
from referrals.permissions import Permission
from referrals.reports import overtaken as reports
from referrals.reports.overtaken import Overtaking
from referrals.tables.base import paginate
from referrals.tables.overtaken import SHOWN, OvertakenTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import today
from referrals.views.files import CSV, PARAMETER, answer, asked_for_file, file_name
from referrals.views.waitlist import before_the_number


@require_safe
def overtaken(request: HttpRequest, code: str) -> HttpResponse:
    """The starts of the days of the address, those that overtook somebody."""
    municipality = municipality_or_404(request, code, Permission.ASSIGN)
    subject = subjects.municipality(request, code)
    form = StartsForm(request.GET, today=today())
    visible = Referral.objects.visible_to(request.access).in_municipality(municipality)
    report = reports.build(visible, request.access, form.period)
    days = {"fra": f"{form.period.start:%d.%m.%Y}", "til": f"{form.period.last_day:%d.%m.%Y}"}
    if form.is_valid() and asked_for_file(request) == CSV:
        _record(request, municipality, report.rows, days | {PARAMETER: CSV}, most=None)
        return answer(CSV, file_name("forbigatt", subject.scope, form.period.last_day), export, report)
    table = OvertakenTable(report.rows, address=before_the_number(code))
    paginate(table, request)
    _record(request, municipality, table.records, days | table.page_values, most=SHOWN)
    context = {
        "municipality": municipality,
        "subject": subject,
        "form": form,
        "report": report,
        "table": table,
        "file_address": f"?{urlencode(days | {PARAMETER: CSV})}",
    }
    return render(request, "workloads/overtaken.html", context)


def _record(
    request: HttpRequest,
    municipality: Municipality,
    rows: Iterable[Overtaking],
    asked: dict[str, str],
    *,
    most: int | None,
) -> None:
    """Write down whose cases are shown: those that started, and of each at `most` so many that it overtook."""
    shown = {row.referral.pk: row.referral for row in rows}
    passed = {one.pk for row in rows for one in row.passed[:most]} - shown.keys()
    seen = Referral.objects.visible_to(request.access).in_municipality(municipality)
    shown |= {case.pk: case for case in seen.filter(pk__in=sorted(passed))}
    record_view(
        ViewKind.OVERTAKEN,
        list(shown.values()),
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked),
    )
