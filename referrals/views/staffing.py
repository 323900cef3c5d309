"""A municipality's own staff on its pages: the lists, whom to employ, and what is known of a therapist.

Names are for own staff. Somebody whom another municipality employs is found by the whole HPR number and by nothing
else; every such look-up is on record, and there is a limit to how many are made.
"""

from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import workforce as actions
from referrals.actions.auditing import security_event
from referrals.actions.workforce import Record, Seen, state_of
from referrals.boards.thin import ThinBoard, thin_board
from referrals.choices import Definition, SecurityEventKind
from referrals.forms import therapists as forms
from referrals.forms.workforce import EmploymentForm
from referrals.models import CoverageAgreement, CoverageStatement, Employment, Leave, Therapist, Vacancy
from referrals.permissions import Permission
from referrals.reports import thin
from referrals.tables.base import paginate
from referrals.tables.staffing import StaffingTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import today
from referrals.views.kept import keep, kept
from referrals.views.never_offered import note_token
from referrals.views.staffing_page import FormPage, by_whom, not_here, occupations
from referrals.views.unsent import brings_back, typed

# What somebody looks up who registers a whole staff, and far less than it takes to go through all numbers.
ROOM = {"hpr": "60/h/user"}
PERIODS, ENDED = "vis", "avsluttet"
SOUGHT = "hpr_number"


# ---------------------------------------------------------------- reading


@require_safe
def staffing(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody employed, vacant posts, agreements and statements: now and to come, or what has ended."""
    municipality = municipality_or_404(request, code, Permission.SEE_STAFF)
    on, has_ended = today(), request.GET.get(PERIODS) == ENDED
    may_edit = request.access.can(Permission.EDIT_STAFF, municipality.pk)

    def rows(model: type[Record]) -> Any:
        own = model.objects.visible_to(request.access).of(municipality.pk)
        return own.ended(on) if has_ended else own.running_from(on)

    employments = rows(Employment).select_related("therapist", "occupation").order_by("therapist__sort_key")
    leaves = Prefetch("leaves", Leave.objects.visible_to(request.access).order_by("valid_from"))
    table = StaffingTable(
        employments.prefetch_related(leaves), on=on, code=municipality.code, may_edit=may_edit
    )
    agreements = rows(CoverageAgreement).with_places().order_by("-valid_from", "pk")
    context = {
        "municipality": municipality,
        "table": paginate(table, request),
        "has_ended": has_ended,
        "vacancies": rows(Vacancy).select_related("occupation").order_by("-valid_from", "pk"),
        "agreements": agreements,
        "statements": rows(CoverageStatement).order_by("-valid_from", "pk"),
        "may_edit": may_edit,
        "on": on,
        "thin": None if has_ended else _thin(request, municipality.pk),
    }
    return render(request, "staffing/staffing.html", context)


def _thin(request: HttpRequest, municipality_id: int) -> ThinBoard | None:
    """What makes the coverage thin today, whoever the therapist is attached by: the law's words."""
    return thin_board(thin.build(municipality_id, today(), request.access, Definition.ATTACHED))


# ---------------------------------------------------------------- a new employment


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, code: str) -> HttpResponse:
    """Whom the employment is to be about: asked by the whole HPR number."""
    municipality = municipality_or_404(request, code, Permission.EDIT_STAFF)
    form = forms.HprForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        page = FormPage(municipality, form, _("New employment"), _("Continue"), _("First the HPR number."))
        return page.show(request)
    if not ratelimit.consume(request, app="ergo.staffing", action="hpr", config=ROOM, user=request.user):
        return render(request, "429.html", status=429)
    number = form.cleaned_data["hpr_number"]
    is_known = Therapist.objects.with_hpr(number).exists()
    security_event(
        SecurityEventKind.THERAPIST_SOUGHT, request=request, detail="found" if is_known else "nobody"
    )
    return redirect("staffing_employ", code=code, token=keep(request, {SOUGHT: number}))


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def employ(request: HttpRequest, code: str, token: UUID) -> HttpResponse:
    """The post of whoever was looked for; of somebody whom nobody has registered also who it is."""
    municipality = municipality_or_404(request, code, Permission.EDIT_STAFF)
    number = (kept(request, token) or {}).get(SOUGHT)
    if number is None:
        note_token(request, token)
        messages.info(request, _("The search is no longer kept. Search again."))
        return redirect("staffing_find", code=code)
    known = Therapist.objects.with_hpr(number).first()
    make = EmploymentForm if known else forms.NewTherapistForm
    form = make(typed(request), initial={"submission": token}, today=today(), occupations=occupations())

    def save() -> object:
        return actions.employ(
            municipality=municipality,
            hpr_number=number,
            person=None if known else form.person,
            values=form.values,
            submission=token,
            **by_whom(request),
        )

    lead = _("%(name)s, HPR number %(number)s, is registered.") if known else _NOBODY
    words = {"name": known.name if known else "", "number": number}
    page = FormPage(municipality, form, _("New employment"), _("Save the employment"), lead % words)
    return page.answer(request, save)


_NOBODY = _("Nobody with the HPR number %(number)s is registered. Look it up in Helsepersonellregisteret.")


# ---------------------------------------------------------------- a therapist


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def therapist(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What is known of somebody who is or was employed here: name, authorisation, licence."""
    municipality = municipality_or_404(request, code, Permission.EDIT_STAFF)
    here = Employment.objects.visible_to(request.access).of(municipality.pk).values("therapist")
    row = Therapist.objects.visible_to(request.access).filter(pk__in=here, pk=pk).first()
    if row is None:
        return not_here(request, code, pk, "therapist")

    def form_of(shown: Therapist, filled: QueryDict | None) -> forms.TherapistForm:
        initial = forms.TherapistForm.values_of(shown) | {"seen": state_of(shown)}
        return forms.TherapistForm(filled, initial=initial, today=today())

    form = form_of(row, typed(request))

    def save() -> object:
        told = {"seen": Seen(pk, form.cleaned_data["seen"]), "values": form.values}
        return actions.change_therapist(municipality=municipality, **told, **by_whom(request))

    lead = _("HPR number %(number)s. What you change holds in every municipality.") % {
        "number": row.hpr_number
    }
    return FormPage(municipality, form, _("Change the therapist"), _("Save"), lead).answer(
        request, save, form_of
    )
