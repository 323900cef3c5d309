"""The waitlist as it was at the end of an earlier day: the rows behind the figures of that day, both ways to look."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.actions.auditing import record_view
from referrals.choices import ViewKind
from referrals.filters import REPLIES, PastWaitFilter, reply_counts
from referrals.forms.boards import LookBackForm
from referrals.models import Municipality, looking_back, referrals_as
from referrals.models.referral import ReferralQuerySet
from referrals.reports.beginnings import Beginning
from referrals.reports.scopes import Scope
from referrals.tables.base import paginate
from referrals.tables.pages import list_response
from referrals.tables.waitlist import PastTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.waitlist import FactCount, before_the_number, offers


@require_safe
def past_waitlist(request: HttpRequest, code: str) -> HttpResponse:
    """Those who waited at the end of the day of the address; today, where no other day is asked for."""
    municipality = municipality_or_404(request, code)
    form = LookBackForm(request.GET, today=today())
    begun = _beginning(request, municipality, form)
    with looking_back(form.hindsight, form.day):
        rows = _rows(request, municipality, form)
        chosen = PastWaitFilter(request.GET, rows, offers=offers(municipality))
        found = chosen.qs.for_list().with_shield(request.access).order_by_urgency()
        table = paginate(PastTable(found, on=form.day, address=before_the_number(code)), request)
        _record(request, municipality, form, chosen, table)
        context: dict[str, Any] = {
            "municipality": municipality,
            "form": form,
            "filter": chosen.form,
            "table": table,
            "replies": _replies(request, form, rows),
            "is_known": begun.knows(form.day),
            "begins_on": None if begun.knows(form.day) else begun.told,
            "is_narrowed": bool(chosen.chosen),
        }
        if not table.paginator.count:
            table.when_empty = render_to_string("waitlist/_empty_day.html", context)
        return list_response(request, "waitlist/past.html", context)


def _beginning(request: HttpRequest, municipality: Municipality, form: LookBackForm) -> Beginning:
    """From when on anything is known of the municipality, whose rows are read here."""
    scope = replace(Scope.municipality(municipality, request.access), exact=True)
    return Beginning(scope, form.day, form.hindsight, at=now())


def _rows(request: HttpRequest, municipality: Municipality, form: LookBackForm) -> ReferralQuerySet:
    rows = referrals_as(form.hindsight).visible_to(request.access).in_municipality(municipality)
    return (
        rows.waiting(on=form.day).with_wait(on=form.day).with_pause(on=form.day).with_reply_state(on=form.day)
    )


def _replies(request: HttpRequest, form: LookBackForm, rows: ReferralQuerySet) -> list[FactCount]:
    """How the preliminary replies of all who waited stood; each number lists exactly those it counts."""
    asked = request.GET.get("reply", "")
    return [
        FactCount(
            REPLIES[reply],
            number,
            f"{request.path}?{urlencode(form.values | {'reply': reply.value})}",
            asked == reply,
        )
        for reply, number in reply_counts(rows).items()
        if number
    ]


def _record(
    request: HttpRequest,
    municipality: Municipality,
    form: LookBackForm,
    chosen: PastWaitFilter,
    table: PastTable,
) -> None:
    """Write down who is on this page of the list, of which day, and what it was narrowed to."""
    asked = {"dato": form.day.isoformat(), "kjent": form.known.value} | chosen.chosen | table.page_values
    record_view(
        ViewKind.WAITLIST,
        table.records,
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(asked, doseq=True),
    )
