"""The logs of a municipality, for the privacy officer and the manager: who has seen what, and who has changed what.

Going through a log is itself written in the read log, with the citizens whose referrals stand on the page.
"""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.actions.auditing import Shown, record_view
from referrals.choices import ViewKind, ViewReason
from referrals.forms.logs import ChangeLogForm, LogForm, ReadLogForm
from referrals.models import Municipality
from referrals.permissions import Permission
from referrals.reports import logs as report
from referrals.tables.base import paginate
from referrals.tables.logs import ChangeLogTable, ReadLogTable
from referrals.tables.pages import list_response
from referrals.views.access import municipality_or_404
from referrals.views.clock import now
from referrals.views.never_offered import note_choices


@require_safe
def read_log(request: HttpRequest, code: str) -> HttpResponse:
    """Every page with citizens that somebody has opened: by whom, when, and which referrals stood there."""
    municipality = municipality_or_404(request, code, Permission.CONTROL_LOGS)
    form = ReadLogForm(request.GET, employees=report.employees_of(municipality.pk))
    views = report.views_of(municipality.pk, request.access, form.asked)
    table = paginate(ReadLogTable(views, address=_access_log_in(code), narrowed=form.words), request)
    table.seen = report.seen_in(table.records, municipality.pk, request.access)
    shown = {
        Shown(municipality.pk, row.person_id, row.number)
        for seen in table.seen.values()
        for row in seen.named
    }
    _record(request, municipality, ViewKind.READ_LOG, form, shown)
    return _page(request, municipality, "logs/read_log.html", form, table)


@require_safe
def change_log(request: HttpRequest, code: str) -> HttpResponse:
    """Every change of what is about a citizen: by whom, when, and which facts; never from what to what."""
    municipality = municipality_or_404(request, code, Permission.CONTROL_LOGS)
    form = ChangeLogForm(request.GET, employees=report.employees_of(municipality.pk))
    changes = report.changes_of(municipality.pk, request.access, form.asked)
    table = paginate(ChangeLogTable(changes, address=_access_log_in(code), narrowed=form.words), request)
    shown = {
        Shown(municipality.pk, change.person_id, change.number)
        for change in table.records
        if change.person_id and change.number
    }
    _record(request, municipality, ViewKind.CHANGE_LOG, form, shown)
    return _page(request, municipality, "logs/change_log.html", form, table)


def _record(
    request: HttpRequest, municipality: Municipality, kind: ViewKind, form: LogForm, shown: Iterable[Shown]
) -> None:
    asked = {name: str(value) for name, value in vars(form.asked).items() if value}
    record_view(
        kind,
        sorted(shown),
        access=request.access,
        municipality_id=municipality.pk,
        permission=Permission.CONTROL_LOGS,
        reason=ViewReason.CONTROL,
        query=urlencode(asked),
    )


def _page(
    request: HttpRequest,
    municipality: Municipality,
    template: str,
    form: LogForm,
    table: ReadLogTable | ChangeLogTable,
) -> HttpResponse:
    table.names = report.names_of(line.user_id for line in table.records if line.user_id)
    note_choices(request, form)
    context = {"municipality": municipality, "form": form, "table": table, "made_at": now()}
    return list_response(request, template, context)


def _access_log_in(code: str) -> Callable[[str], str]:
    """The address of the access log of a referral's citizen; whoever comes from here goes through the logs."""
    why = urlencode({"why": ViewReason.CONTROL.value})
    return lambda number: f"{reverse('access_log', kwargs={'code': code, 'number': number})}?{why}"
