"""A therapist's own cases: whom to contact first, and who is under way."""

from dataclasses import dataclass

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions.auditing import record_view
from referrals.choices import Move, Status, ViewKind
from referrals.models import Referral
from referrals.models.written import Written
from referrals.permissions import Permission
from referrals.views.case import address_of
from referrals.views.clock import today
from referrals.views.deadlines import Deadline, target


@dataclass(frozen=True)
class Card:
    """One case on the page.

    `citizen` are initials and birth year, as in all lists, or that the case is shielded. `start_url` is empty where
    this user may not register the first contact.
    """

    referral: Referral
    citizen: str
    target: Deadline
    url: str
    start_url: str


@require_safe
def caseload(request: HttpRequest) -> HttpResponse:
    """The open cases assigned to the user: those not started by the day they are due, then those under way."""
    request.access.check(Permission.SEE_CASELOAD)
    cases = _own_cases(request)
    record_view(ViewKind.CASELOAD, cases, access=request.access)
    context = {
        "to_contact": [_card(request, case) for case in cases if case.status != Status.STARTED],
        "under_way": [_card(request, case) for case in cases if case.status == Status.STARTED],
        "is_therapist": request.access.therapist_id is not None,
        "several_municipalities": len({case.municipality_id for case in cases}) > 1,
    }
    return render(request, "caseload/caseload.html", context)


def _own_cases(request: HttpRequest) -> list[Referral]:
    """By target date, those without one last, then oldest first."""
    on, therapist_id = today(), request.access.therapist_id
    if therapist_id is None:
        return []
    own = Written(Referral.objects).visible_to(request.access).of_therapist(therapist_id).open()
    rows = own.with_wait(on=on).with_pause(on=on).with_shield(request.access).for_list()
    rows = rows.select_related("municipality")
    return list(rows.order_by(F("due_on").asc(nulls_last=True), "received_on", "pk"))


def _card(request: HttpRequest, case: Referral) -> Card:
    may_start = case.status != Status.STARTED and request.access.can_move(Move.START, case.municipality_id)
    may_start = may_start and not case.is_shielded
    return Card(
        case,
        _("Protected") if case.is_shielded else str(case.person),
        target(case),
        address_of(case, case.municipality),
        address_of(case, case.municipality, Move.START) if may_start else "",
    )
