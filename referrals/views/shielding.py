"""Cases that are shielded from the one who asks: the page that says so, the two ways in, and who decides over them.

Nothing here shows whom a case is about; that is the case page's, once it is open.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from referrals.actions import shielding as actions
from referrals.actions.auditing import record_view, security_event
from referrals.choices import OpeningKind, SecurityEventKind, ViewKind
from referrals.errors import DomainError, Shielded
from referrals.forms.base import ErgoForm
from referrals.forms.shielding import BarForm, EmergencyForm, NameForm, OpenForm, ProtectionForm
from referrals.models import Barring, Confidant, Municipality, Opening, Referral, staff_of
from referrals.models.shielding import STAYS_OPEN
from referrals.permissions import Access, Permission
from referrals.views.access import municipality_or_404
from referrals.views.case import address_of, reached_or_404
from referrals.views.clock import now, today
from referrals.views.methods import post_only
from referrals.views.never_offered import note_choices, note_id, row_id
from referrals.views.reauthentication import require_reauthentication
from referrals.views.unsent import brings_back, typed

OPENINGS_A_PAGE = 50
MOST_OPENINGS = 20  # of one citizen, the newest; all of them stand in the change log of the case
DEEDS = {
    "protect": actions.change_protection,
    "name": actions.name_confidant,
    "bar": actions.bar,
}


# ---------------------------------------------------------------- the ways in


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def shielded(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What somebody sees instead of a shielded case. Whoever is named opens it here, with a reason."""
    municipality = municipality_or_404(request, code)
    case = reached_or_404(request, municipality, number)
    if not actions.is_closed_to(request.access, case):
        return redirect(address_of(case, municipality))
    is_elsewhere = actions.is_elsewhere(request.access, case)
    is_named = not is_elsewhere and actions.is_named(case.person_id, request.user)
    if is_named:
        require_reauthentication(request)
    form = OpenForm(typed(request)) if is_named else None
    if request.method == "POST" and form and form.is_valid():
        if answer := _opened(request, case, municipality, form, OpeningKind.NAMED):
            return answer
    return _gate(request, municipality, case, form, OpeningKind.NAMED)


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Emergency access, for staff who are not named and cannot wait for those who are."""
    municipality = municipality_or_404(request, code, Permission.BREAK_GLASS)
    case = reached_or_404(request, municipality, number)
    if not actions.is_closed_to(request.access, case):
        return redirect(address_of(case, municipality))
    if _is_barred(request.access, case):
        return redirect("referral_shielded", code=code, number=number)
    require_reauthentication(request)
    form = EmergencyForm(typed(request))
    if request.method == "POST" and form.is_valid():
        if answer := _opened(request, case, municipality, form, OpeningKind.EMERGENCY):
            return answer
    return _gate(request, municipality, case, form, OpeningKind.EMERGENCY)


def _opened(
    request: HttpRequest, case: Referral, municipality: Municipality, form: ErgoForm, kind: OpeningKind
) -> HttpResponse | None:
    """On to the case; None when it was refused, and the form says why."""
    act = actions.open_case if kind == OpeningKind.NAMED else actions.break_glass
    try:
        act(
            referral_id=case.pk,
            reason=form.cleaned_data["reason"],
            access=request.access,
            by=request.user,
            at=now(),
        )
    except DomainError as error:
        form.refuse(error)
        return None
    if kind == OpeningKind.EMERGENCY:
        security_event(SecurityEventKind.EMERGENCY, request=request, detail=case.number)
    return redirect(address_of(case, municipality))


def _gate(
    request: HttpRequest,
    municipality: Municipality,
    case: Referral,
    form: ErgoForm | None,
    kind: OpeningKind,
) -> HttpResponse:
    """The page before the case: why it is closed, whom to ask, and the form, if there is one for this user."""
    access, barred = request.access, _is_barred(request.access, case)
    is_elsewhere = actions.is_elsewhere(access, case)
    confidants = [] if barred or is_elsewhere else _confidants(case)
    context = {
        "municipality": municipality,
        "number": case.number,
        "barred": barred,
        "elsewhere": is_elsewhere,
        "confidants": confidants,
        "form": None if barred else form,
        "kind": kind,
        "minutes": _minutes(kind),
        "emergency_minutes": _minutes(OpeningKind.EMERGENCY),
        "may_break_glass": not barred and access.can(Permission.BREAK_GLASS, municipality.pk),
        "may_manage": not (barred or is_elsewhere) and access.can(Permission.SHIELD, municipality.pk),
    }
    return render(request, f"shielding/{'gate' if kind == OpeningKind.NAMED else 'emergency'}.html", context)


def _minutes(kind: OpeningKind) -> int:
    return int(STAYS_OPEN[kind].total_seconds()) // 60


# ---------------------------------------------------------------- openings


@post_only
def end_opening(request: HttpRequest, code: str, opening: int) -> HttpResponse:
    """Closes an opening before its time is out: one's own, from the case; anybody's, from the manager's list."""
    municipality = municipality_or_404(request, code)
    running = actions.overseen(request.access, municipality.pk).filter(pk=opening).first()
    if running is None:
        note_id(request, str(opening), "opening")
    if running is None or not running.is_running(now()):
        messages.info(request, _("The case is closed already."))
    else:
        actions.end_opening(opening_id=running.pk, access=request.access, by=request.user, at=now())
        messages.success(request, _("The case is closed again."))
    back = "openings" if "from_list" in request.POST else "waitlist"
    return redirect(back, code=code)


@require_safe
def openings(request: HttpRequest, code: str) -> HttpResponse:
    """The openings of shielded cases in the municipality, newest first, each with its reason."""
    municipality = municipality_or_404(request, code, Permission.SEE_OPENINGS)
    kind = request.GET.get("type", "")
    rows = actions.overseen(request.access, municipality.pk).select_related("user", "ended_by")
    if kind in OpeningKind:
        rows = rows.filter(kind=kind)
    page = Paginator(rows.order_by("-opened_at", "-pk"), OPENINGS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "municipality": municipality,
        "page": page,
        "rows": [_row(opening, now()) for opening in page],
        "kind": kind,
        "kinds": OpeningKind.choices,
        "may_end": request.access.can(Permission.END_OPENINGS, municipality.pk),
        "may_open": request.access.can(Permission.SEE_CASES, municipality.pk),
    }
    return render(request, "shielding/openings.html", context)


def _row(opening: Opening, at: datetime) -> dict[str, Any]:
    return {"opening": opening, "is_running": opening.is_running(at)}


# ---------------------------------------------------------------- who decides


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def shielding(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Who may open the case of a protected citizen, and who is barred from it; for coordinators and managers.

    Of the unit whose case it is; emergency access to another's decides nothing there.
    """
    municipality = municipality_or_404(request, code, Permission.SHIELD)
    case = reached_or_404(request, municipality, number)
    if _is_barred(request.access, case) or actions.is_elsewhere(request.access, case):
        return redirect("referral_shielded", code=code, number=number)
    forms = _forms(request, municipality, case)
    if request.method == "POST":
        require_reauthentication(request)
        if _done(request, case, forms):
            return redirect("referral_shielding", code=code, number=number)
    record_view(ViewKind.SHIELDING, [case], access=request.access, permission=Permission.SHIELD)
    protected = case.person.is_address_protected
    context = {
        "municipality": municipality,
        "number": case.number,
        "protected": protected,
        "confidants": _confidants(case),
        "forms": forms,
        "may_protect": not protected or actions.is_named(case.person_id, request.user),
        "form": _sent(forms) or forms["name"],
    }
    return render(request, "shielding/manage.html", context | _decided(request.access, case))


def _decided(access: Access, case: Referral) -> dict[str, Any]:
    """Who is barred and who has opened, only where the case is open: an employee who is barred may be the citizen.

    Who was named tells no more than who is: staff whom somebody chose.
    """
    is_open, on = not actions.is_closed_to(access, case), today()
    named = Confidant.objects.filter(person=case.person_id, dismissed_at__isnull=False)
    barrings = Barring.objects.filter(person=case.person_id) if is_open else Barring.objects.none()
    barrings = barrings.select_related("user", "registered_by", "lifted_by").order_by("-valid_from", "-pk")
    openings = Opening.objects.filter(person=case.person_id) if is_open else Opening.objects.none()
    return {
        "is_open": is_open,
        "former_confidants": named.select_related("user", "named_by", "dismissed_by").order_by(
            "-dismissed_at"
        ),
        "barrings": barrings.valid(on),
        "former_barrings": barrings.filter(valid_to__lte=on),
        "openings": openings.select_related("user", "ended_by").order_by("-opened_at", "-pk")[:MOST_OPENINGS],
    }


def _forms(request: HttpRequest, municipality: Municipality, case: Referral) -> dict[str, ErgoForm]:
    """The forms of the page, each by the name of its button; the one whose button was pressed holds what was typed.

    Who is barred is left out only where that may be known: where the case is open.
    """
    free = staff_of(municipality.pk, on=today())
    named = Confidant.objects.present().filter(person=case.person_id).values("user")
    if not actions.is_closed_to(request.access, case):
        barred = Barring.objects.valid(today()).filter(person=case.person_id).values("user")
        free = free.exclude(pk__in=barred)
    sent = typed(request) or {}
    data = {name: sent if name in sent else None for name in DEEDS}
    return {
        "protect": ProtectionForm(
            data["protect"], prefix="protect", initial={"protection": case.person.protection}
        ),
        "name": NameForm(data["name"], prefix="name", staff=free.exclude(pk__in=named)),
        "bar": BarForm(data["bar"], prefix="bar", staff=free),
    }


def _sent(forms: dict[str, ErgoForm]) -> ErgoForm | None:
    return next((form for form in forms.values() if form.is_bound), None)


def _done(request: HttpRequest, case: Referral, forms: dict[str, ErgoForm]) -> bool:
    """Whether what the button asks for has been done; otherwise a form, or a message, says why not."""
    who = {"access": request.access, "by": request.user, "at": now()}
    if "dismiss" in request.POST:
        named = Confidant.objects.filter(person=case.person_id, pk=row_id(request.POST["dismiss"]))
        return _ended(
            request,
            "dismiss",
            named,
            named.present(),
            lambda pk: actions.dismiss_confidant(confidant_id=pk, **who),
        )
    if "lift" in request.POST:
        if actions.is_closed_to(request.access, case):
            raise Shielded(municipality_code=case.municipality.code, number=case.number)
        barred = Barring.objects.filter(person=case.person_id, pk=row_id(request.POST["lift"]))
        return _ended(
            request, "lift", barred, barred.valid(today()), lambda pk: actions.lift(barring_id=pk, **who)
        )
    form = _sent(forms)
    if form is None or not form.is_valid():
        if form is not None:
            note_choices(request, form)
        return False
    values = dict(form.cleaned_data)
    if "user" in values:
        values["user_id"] = values.pop("user").pk
    try:
        DEEDS[str(form.prefix)](person_id=case.person_id, **values, **who)
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("Saved. It holds from now on."))
    return True


def _ended(request: HttpRequest, name: str, of_case: QuerySet, present: QuerySet, act: Any) -> bool:
    """Ends one of those present; `of_case` has it also when it was ended already, in another window."""
    row = present.first()
    if row is None:
        if not of_case.exists():
            note_id(request, request.POST.get(name, ""), name)
        messages.info(request, _("It was ended already."))
    else:
        act(row.pk)
        messages.success(request, _("Saved. It holds from now on."))
    return True


def _confidants(case: Referral) -> list[Confidant]:
    named = Confidant.objects.present().filter(person=case.person_id).select_related("user", "named_by")
    return list(named.order_by("user__last_name", "user__first_name", "pk"))


def _is_barred(access: Access, case: Referral) -> bool:
    return case.person_id in access.shield.barred
