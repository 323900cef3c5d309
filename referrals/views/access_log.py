"""The page of a citizen's access log, to be printed for the citizen who asks who has looked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions.auditing import Shown, record_view, security_event
from referrals.choices import USUAL_REASONS, Protection, SecurityEventKind, ViewKind, ViewReason
from referrals.errors import Barred, Shielded
from referrals.forms.logs import AccessLogForm
from referrals.models import Municipality, Person
from referrals.permissions import Permission
from referrals.reports import access_log as report
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.demo import is_demo
from referrals.views.kept import keep, kept
from referrals.views.never_offered import note_token

SEARCH = "sok"
LOOKED_FOR = "access_log"


@require_safe
def access_log(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Everybody who has seen the citizen whom the referral is about, in this municipality; this time included."""
    municipality = municipality_or_404(request, code, Permission.SEE_LOGS)
    person_id = report.citizen_behind(number, municipality.pk, request.access)
    if person_id is None:
        raise Http404
    if report.is_closed_to(request.access, person_id):
        raise Shielded(municipality_code=code, number=number) if _person(request, person_id) else Barred
    return _page(request, municipality, person_id, number, _why(request.GET.get("why")))


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, code: str) -> HttpResponse:
    """Whose access log is wanted, by a number on paper or by the citizen's own; then the log itself.

    The citizen who was found by identity number is kept in the session: the address has only a token.
    """
    municipality = municipality_or_404(request, code, Permission.SEE_LOGS)
    if request.method == "POST":
        return _sought(request, municipality)
    token = request.GET.get(SEARCH, "")
    found = kept(request, token) if token else None
    if found is None or found.get(LOOKED_FOR) != code:
        if token:
            note_token(request, token)
            messages.info(request, _("The search is no longer kept. Search again."))
            return redirect("access_log_find", code=code)
        return _form_page(request, municipality, _form())
    if report.is_elsewhere(request.access, found["person"], municipality.pk):
        raise Http404
    if report.is_closed_to(request.access, found["person"]):
        raise Barred
    return _page(request, municipality, found["person"], "", _why(found["why"]))


def _sought(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    form = _form(request.POST)
    if not form.is_valid():
        return _form_page(request, municipality, form)
    why = form.cleaned_data["why"]
    if form.number:
        person_id = report.citizen_behind(form.number, municipality.pk, request.access)
        if person_id is not None:
            address = reverse("access_log", kwargs={"code": municipality.code, "number": form.number})
            return redirect(f"{address}?{urlencode({'why': why})}")
    else:
        person_id = report.citizen_with(form.identifier, municipality.pk, request.access)
        if person_id is not None and not report.is_closed_to(request.access, person_id):
            token = keep(request, {LOOKED_FOR: municipality.code, "person": person_id, "why": why})
            return redirect(f"{request.path}?{SEARCH}={token}")
    _record_nothing_shown(request, municipality, person_id, form)
    form.add_error("q", _not_shown(person_id, municipality))
    return _form_page(request, municipality, form)


def _not_shown(person_id: int | None, municipality: Municipality) -> str:
    if person_id is None:
        return _("No such citizen is known in %(municipality)s.") % {"municipality": municipality}
    return _("The citizen is shielded from you. Somebody to whom the case is open can make the access log.")


def _record_nothing_shown(
    request: HttpRequest, municipality: Municipality, person_id: int | None, form: AccessLogForm
) -> None:
    """To learn that somebody is registered here, or is not, is to have looked."""
    record_view(
        ViewKind.ACCESS_REPORT,
        [Shown(municipality.pk, person_id)] if person_id is not None else [],
        access=request.access,
        municipality_id=municipality.pk,
        permission=Permission.SEE_LOGS,
        reason=_why(form.cleaned_data["why"]),
        query=urlencode({SEARCH: form.meant}),
    )
    person = _person(request, person_id) if person_id is not None else None
    if person is not None and person.protection == Protection.STRICTLY_CONFIDENTIAL:
        detail = "strictly confidential citizen looked up by number"
        security_event(SecurityEventKind.REFUSED, request=request, detail=detail)


def _page(
    request: HttpRequest, municipality: Municipality, person_id: int, number: str, why: ViewReason
) -> HttpResponse:
    record_view(
        ViewKind.ACCESS_REPORT,
        [Shown(municipality.pk, person_id, number)],
        access=request.access,
        permission=Permission.SEE_LOGS,
        reason=None
        if why == USUAL_REASONS[ViewKind.ACCESS_REPORT]
        else why,  # then an opening's own reason holds
    )
    context = {
        "municipality": municipality,
        "number": number,
        "person": _person(request, person_id),
        "openings": report.build(person_id, municipality.pk, request.access),
        "made_at": now(),
    }
    return render(request, "logs/access_log.html", context)


def _form_page(request: HttpRequest, municipality: Municipality, form: AccessLogForm) -> HttpResponse:
    context = {
        "municipality": municipality,
        "form": form,
        "may_control": request.access.can(Permission.CONTROL_LOGS, municipality.pk),
    }
    return render(request, "logs/find.html", context)


def _form(typed: Any = None) -> AccessLogForm:
    return AccessLogForm(typed, on=today(), allow_synthetic=is_demo())


def _person(request: HttpRequest, person_id: int) -> Person | None:
    """The citizen, for those who may see cases; nobody for those who read logs only."""
    return Person.objects.visible_to(request.access).filter(pk=person_id).first()


def _why(wish: str | None) -> ViewReason:
    """Why the log is read: the citizen's right, unless whoever opens it goes through the logs."""
    return ViewReason.CONTROL if wish == ViewReason.CONTROL else ViewReason.INSIGHT
