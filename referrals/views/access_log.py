"""The page of a citizen's access log, to be printed for the citizen who asks who has looked."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from referrals.actions.auditing import Shown, record_view
from referrals.choices import ViewKind
from referrals.errors import Barred, Shielded
from referrals.models import Person
from referrals.permissions import Permission
from referrals.reports import access_log as report
from referrals.views.access import municipality_or_404
from referrals.views.clock import now


@require_safe
def access_log(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Everybody who has seen the citizen whom the referral is about, in this municipality; this time included."""
    municipality = municipality_or_404(request, code, Permission.SEE_LOGS)
    person_id = report.citizen_behind(number, municipality.pk, request.access)
    if person_id is None:
        raise Http404
    person = Person.objects.visible_to(request.access).filter(pk=person_id).first()
    if report.is_closed_to(request.access, person_id):
        raise Shielded(municipality_code=code, number=number) if person else Barred
    record_view(
        ViewKind.ACCESS_REPORT,
        [Shown(municipality.pk, person_id, number)],
        access=request.access,
        permission=Permission.SEE_LOGS,
    )
    context = {
        "municipality": municipality,
        "number": number,
        "person": person,
        "openings": report.build(person_id, municipality.pk, request.access),
        "made_at": now(),
    }
    return render(request, "logs/access_log.html", context)
