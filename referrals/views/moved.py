"""What came and went in a period, row by row: where figures lead whose rows today's list has otherwise."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.actions.auditing import record_view
from referrals.choices import ViewKind
from referrals.exporters import moved as export
from referrals.filters import PastFilter
from referrals.forms.moved import MovedForm, moved_values
from referrals.models import Municipality, Referral, looking_back, referrals_as
from referrals.models.referral import ReferralQuerySet
from referrals.reports import moved_rows
from referrals.reports.moved_rows import MovedReport, MovedRow
from referrals.tables.base import paginate
from referrals.tables.pages import list_response
from referrals.tables.waitlist import MovedTable
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.files import PARAMETER, answer, asked_for_file, downloads, file_name, shown_in
from referrals.views.waitlist import before_the_number, offers


@require_safe
def moved(request: HttpRequest, code: str) -> HttpResponse:
    """What a line of the flow counts in the period of the address, as it is looked at."""
    municipality, subject = municipality_or_404(request, code), subjects.municipality(request, code)
    form, data_as_of = MovedForm(request.GET, today=today()), now()
    kind = asked_for_file(request) if form.is_valid() else ""
    with looking_back(form.hindsight, form.day):
        chosen = PastFilter(request.GET, _rows(request, municipality, form), offers=offers(municipality))
        table = _table(request, code, form, chosen)
        shown = shown_in(kind, table)
        _record(
            request,
            municipality,
            form,
            shown,
            chosen.narrowed,
            {PARAMETER: kind} if kind else table.page_values,
        )
        report = _report(form, subject, chosen, moved_rows.told(shown, form.day) if kind else (), data_as_of)
        recipes.keep(**report.recipe.as_kept())
        if kind:
            return answer(kind, file_name(f"kom-og-gikk-{form.line}", report.scope, form.day), export, report)
        context: dict[str, Any] = {
            "municipality": municipality,
            "subject": subject,
            "form": form,
            "filter": chosen.form,
            "report": report,
            "table": table,
            "downloads": downloads(request, export, report),
        }
        if not table.paginator.count:
            table.when_empty = render_to_string("waitlist/_empty_moved.html", context)
        return list_response(request, "waitlist/moved.html", context)


def _rows(request: HttpRequest, municipality: Municipality, form: MovedForm) -> ReferralQuerySet:
    rows = referrals_as(form.hindsight).visible_to(request.access).in_municipality(municipality)
    return moved_rows.moved_rows(rows, form.line, form.period, on=form.day)


def _table(request: HttpRequest, code: str, form: MovedForm, chosen: PastFilter) -> MovedTable:
    """The rows as the address narrows, sorts and pages them; else those received last come first."""
    found = chosen.qs.for_list().with_shield(request.access).order_by("-received_on", "-pk")
    return paginate(MovedTable(found, on=form.day, address=before_the_number(code)), request)


def _report(
    form: MovedForm,
    subject: subjects.Subject,
    chosen: PastFilter,
    rows: tuple[MovedRow, ...],
    data_as_of: Any,
) -> MovedReport:
    look: Any = {"data_as_of": data_as_of, "hindsight": form.hindsight, "reached": subject.reached}
    return moved_rows.build(
        subject.scope, form.day, form.line, form.period, rows, narrowed=chosen.narrowed, **look
    )


def _record(
    request: HttpRequest,
    municipality: Municipality,
    form: MovedForm,
    shown: Iterable[Referral],
    narrowed: dict[str, str],
    part: dict[str, str],
) -> None:
    """Write down who is on this page of the list or in the file, of which day, and what it was narrowed to."""
    asked = {"dato": form.day.isoformat(), "kjent": form.known.value} | moved_values(form.line, form.period)
    record_view(
        ViewKind.WAITLIST,
        shown,
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked | narrowed | part),
    )
