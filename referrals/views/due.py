"""The page of deadlines (frister): what is to be done by when, in one list by kind."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from referrals.actions.auditing import record_view
from referrals.choices import LetterKind, Move, Task, ViewKind
from referrals.forms.deadlines import DeadlinesForm
from referrals.models import Municipality, Referral
from referrals.models.next_move import label_for
from referrals.reports.deadlines import rows_of
from referrals.tables.base import paginate
from referrals.tables.deadlines import DeadlineTable
from referrals.views.access import municipality_or_404
from referrals.views.case import address_of
from referrals.views.clock import today
from referrals.views.letter_texts import address_to_write
from referrals.views.never_offered import note_choices
from referrals.views.waitlist import before_the_number, offers
from referrals.waiting import REPLY_LETTER_DAYS

ROWS_A_PAGE = 25  # of each kind: all of them stand below each other
ALARMING = frozenset({Task.OVER_TARGET, Task.REASSESS})
# The one move that settles a task. A target is settled by the first contact, for which somebody must be assigned.
SETTLED_BY = {
    Task.REPLY: Move.REPLY,
    Task.REVIEW: Move.REVIEW,
    Task.REASSESS: Move.PRIORITISE,
    Task.ASK: Move.ASK,
    Task.ANSWER: Move.ANSWER,
}


@dataclass(frozen=True)
class Group:
    """All of one kind: how many, where they stand on the page, and their rows."""

    task: Task
    label: str | Promise
    count: int
    table: DeadlineTable
    alarming: bool


@require_safe
def deadlines(request: HttpRequest, code: str) -> HttpResponse:
    """What is to be done now, or by its last day, as the address narrows it."""
    municipality = municipality_or_404(request, code)
    therapists = [(row["id"], row["name"]) for row in offers(municipality).therapists]
    form = DeadlinesForm(request.GET, therapists=therapists, own_id=request.access.therapist_id)
    note_choices(request, form)
    groups = [_group(request, municipality, form, task) for task in form.tasks]
    _record(request, municipality, form, groups)
    context = {
        "municipality": municipality,
        "form": form,
        "groups": groups,
        "listed": [group for group in groups if group.count],
        "table": groups[0].table,
        "on": today(),
    }
    return render(request, "deadlines/list.html", context)


def _group(request: HttpRequest, municipality: Municipality, form: DeadlinesForm, task: Task) -> Group:
    own = Referral.objects.visible_to(request.access).in_municipality(municipality).filter(**form.narrowing)
    rows = rows_of(own, task, on=today(), when=form.when, municipality=municipality)
    table = DeadlineTable(
        rows.for_list().with_shield(request.access),
        what=task,
        on=today(),
        address=before_the_number(municipality.code),
        settling=lambda case: _settling(request, municipality, task, case),
        letter=lambda case: _letter(request, municipality, task, case),
    )
    count = rows.count()
    paginate(table, request, per_page=ROWS_A_PAGE, count=count)
    return Group(task, task.label, count, table, alarming=task in ALARMING and bool(count))


def _settling(
    request: HttpRequest, municipality: Municipality, task: Task, case: Referral
) -> tuple[str | Promise, str] | None:
    """The move, as it is called for the case, and its address; None where the user may not make or open it."""
    assigns = request.access.can_move(Move.ASSIGN, municipality.pk) and case.therapist_id is None
    move = SETTLED_BY.get(task, Move.ASSIGN if assigns else Move.START)
    if case.is_shielded or not request.access.can_move(move, municipality.pk):
        return None
    return label_for(move, case), address_of(case, municipality, move)


def _letter(request: HttpRequest, municipality: Municipality, task: Task, case: Referral) -> str:
    """The page of the preliminary reply's letter, from the day on which it is ready; empty for who may not open it."""
    is_ready = task == Task.REPLY and (today() - case.received_on).days >= REPLY_LETTER_DAYS
    if not is_ready or case.is_shielded or not request.access.can_move(Move.REPLY, municipality.pk):
        return ""
    return address_to_write(case, municipality, LetterKind.PRELIMINARY)


def _record(
    request: HttpRequest, municipality: Municipality, form: DeadlinesForm, groups: list[Group]
) -> None:
    """Write down who is on the page, and what it was narrowed to."""
    pages = {name: value for group in groups for name, value in group.table.page_values.items()}
    shown = [case for group in groups for case in group.table.records]
    record_view(
        ViewKind.DEADLINES,
        {case.pk: case for case in shown}.values(),
        access=request.access,
        municipality_id=municipality.pk,
        query=urlencode(form.chosen | pages),
    )
