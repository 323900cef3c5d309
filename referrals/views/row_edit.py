"""One fact of a referral changed in its row of the list: htmx puts a small form into the cell, then the new row.

Without scripts the same links lead to the pages of the moves, whose rules hold here too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from referrals.actions import worklist
from referrals.actions.auditing import record_view
from referrals.choices import Move, ViewKind
from referrals.errors import DomainError, StaleVersion
from referrals.forms.case import MoveForm, Situation
from referrals.forms.worklist import NextStepCell, PriorityCell, TherapistCell
from referrals.models import Municipality, Referral
from referrals.tables.waitlist import CHOSEN_NAME, WaitlistTable
from referrals.views.access import municipality_or_404
from referrals.views.case import SLUGS, address_of, referral_or_404
from referrals.views.clock import now, today
from referrals.views.moves import facts_of, refusal_of, situation_of
from referrals.views.never_offered import note_choices
from referrals.views.row_powers import powers_in
from referrals.views.waitlist import before_the_number


@dataclass(frozen=True)
class Cell:
    """What can be changed in a row: the form that fits into the cell, and the action."""

    move: Move
    form: type[MoveForm]
    act: Callable[..., Referral]


CELLS = {
    SLUGS[cell.move]: cell
    for cell in (
        Cell(Move.PRIORITISE, PriorityCell, worklist.prioritise),
        Cell(Move.ASSIGN, TherapistCell, worklist.assign),
        Cell(Move.NEXT_STEP, NextStepCell, worklist.set_next_step),
    )
}


@require_http_methods(["GET", "HEAD", "POST"])
def edit_cell(request: HttpRequest, code: str, number: str, slug: str) -> HttpResponse:
    """The form for the cell; sent, the row as it is then."""
    cell = CELLS.get(slug)
    if cell is None:
        raise Http404
    municipality = municipality_or_404(request, code)
    case = referral_or_404(request, municipality, number)
    request.access.check_move(cell.move, municipality.pk)
    if not request.htmx:
        return redirect(address_of(case, municipality, cell.move))
    situation = situation_of(request, municipality, case)
    if request.method == "POST":
        return _post(request, municipality, cell, situation)
    return _form(request, municipality, cell, situation, cell.form(situation=situation))


def _post(request: HttpRequest, municipality: Municipality, cell: Cell, situation: Situation) -> HttpResponse:
    case, form = situation.referral, cell.form(request.POST, situation=situation)
    if form.is_stale or refusal_of(cell.move, situation):
        return _changed_meanwhile(request, municipality, cell, situation)
    if form.is_valid():
        try:
            cell.act(
                referral_id=case.pk,
                version=form.cleaned_data["version"],
                access=request.access,
                by=request.user,
                at=now(),
                **form.arguments,
            )
        except StaleVersion:
            fresh = referral_or_404(request, municipality, case.number)
            return _changed_meanwhile(request, municipality, cell, situation_of(request, municipality, fresh))
        except DomainError as error:
            form.refuse(error)
        else:
            return _row(request, municipality, case.pk)
    return _form(request, municipality, cell, situation, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _form(
    request: HttpRequest,
    municipality: Municipality,
    cell: Cell,
    situation: Situation,
    form: MoveForm,
    *,
    is_changed: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The form in the cell; `is_changed`: with how the referral stands now, since somebody else saved it first."""
    case = situation.referral
    kind = ViewKind.CONFLICT if is_changed else ViewKind.MOVE
    record_view(kind, [case], access=request.access)
    note_choices(request, form)
    form.auto_id = f"rad-{case.number}-%s"  # the filter above the list has fields of the same names
    context = {
        "referral": case,
        "form": form,
        "action": request.path,
        "theirs": facts_of(case, form) if is_changed else [],
        "refusal": refusal_of(cell.move, situation),
        "page_url": address_of(case, municipality, cell.move),
    }
    return render(request, "waitlist/_cell.html", context, status=status)


def _changed_meanwhile(
    request: HttpRequest, municipality: Municipality, cell: Cell, situation: Situation
) -> HttpResponse:
    """What was typed, on the version that stands now: saving it again is done on purpose."""
    form = cell.form.onto(request.POST, situation=situation)
    return _form(request, municipality, cell, situation, form, is_changed=True, status=HTTPStatus.CONFLICT)


def _row(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """The referral's row of the list, which takes the place of the one that held the form."""
    rows = Referral.objects.visible_to(request.access).in_municipality(municipality).filter(pk=pk)
    rows = rows.as_listed(on=today(), municipality=municipality)
    table = WaitlistTable(
        rows.for_list().with_shield(request.access),
        address=before_the_number(municipality.code),
        powers=powers_in(municipality, request.access),
        hidden=request.user.hidden_columns,
    )
    # The only row here: what was chosen before it was saved is chosen after.
    table.all_ticked = CHOSEN_NAME in request.POST
    record_view(ViewKind.WAITLIST, table.records, access=request.access, municipality_id=municipality.pk)
    return reswap(retarget(HttpResponse(table.rows_html), "closest tr"), "outerHTML")
