"""The small pages that move a referral: each shows a form and hands what was typed to one action.

Whether a move is allowed the actions' own rule says, for the page as for the save. When somebody else saved the
referral in the meantime, both versions are shown and the user decides; nothing is overwritten unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from referrals import choices
from referrals.actions import information, merging, referrals, risks, rounds, worklist
from referrals.actions.auditing import record_view
from referrals.choices import Move, ViewKind
from referrals.errors import (
    AskedAlready,
    DomainError,
    IllegalMove,
    NoSuchRisk,
    NotAsked,
    NothingMissing,
    NotTheSameNeed,
    ReplyNotDue,
    StaleVersion,
)
from referrals.forms import case as forms
from referrals.forms.contact import NoShowForm, StartForm
from referrals.forms.information import CameForm, RequestForm
from referrals.forms.merging import MergeForm
from referrals.forms.risks import RiskErrorForm, RiskForm
from referrals.forms.worklist import NextStepForm
from referrals.models import Municipality, PriorityTarget, Referral, ReferralEvent, Therapist, Unit
from referrals.models.next_move import label_for
from referrals.templatetags.ergo import day_month_year
from referrals.views.access import municipality_or_404
from referrals.views.case import SLUGS, address_of, referral_or_404
from referrals.views.clock import now, today
from referrals.views.history import history_of
from referrals.views.never_offered import note_choices
from referrals.views.unsent import brings_back, typed

Text = str | Promise

MOST_EVENTS_SHOWN = 5


@dataclass(frozen=True)
class MovePage:
    """What the page of a move consists of: its form, its action, and its words.

    `lead` says what the move does, `save` is on the button, `done` is the message afterwards, or `still` where the wait
    is on hold for another reason.
    """

    form: type[forms.MoveForm]
    act: Callable[..., Referral]
    save: Text
    done: Text
    lead: Text = ""
    still: Text = ""


PAGES: dict[Move, MovePage] = {
    Move.PRIORITISE: MovePage(
        forms.PrioritiseForm,
        worklist.prioritise,
        save=_("Save priority"),
        done=_("The priority is saved."),
        lead=_("The clock goes on from the day of receipt, whatever the priority."),
    ),
    Move.ASSIGN: MovePage(
        forms.AssignForm,
        worklist.assign,
        save=_("Save therapist"),
        done=_("The therapist is saved."),
    ),
    Move.PAUSE: MovePage(
        forms.PauseForm,
        worklist.pause,
        save=Move.PAUSE.label,
        done=_("The referral is on hold."),
        lead=_(
            "The gross wait always runs. Whether the days are deducted from the target follows from the reason."
        ),
    ),
    Move.RESUME: MovePage(
        forms.ResumeForm,
        worklist.resume,
        save=Move.RESUME.label,
        done=_("The referral is back on the list."),
        still=_("The hold has ended. The referral is still on hold for another reason."),
        lead=_("If the wait is on hold for several reasons, each is ended by itself."),
    ),
    Move.REVIEW: MovePage(
        forms.ReviewForm,
        rounds.review,
        save=_("Save the review"),
        done=_("The review is saved. The hold goes on."),
        lead=_(
            "A hold is reviewed when it has lasted 42 days, and every 84 days after that. If it is over, resume the"
            " referral instead."
        ),
    ),
    Move.START: MovePage(
        StartForm,
        worklist.start,
        save=Move.START.label,
        done=_("The first contact is registered. The wait is over."),
        lead=_(
            "The first time an occupational therapist assesses the need with the citizen. It ends the wait."
        ),
    ),
    Move.NO_SHOW: MovePage(
        NoShowForm,
        worklist.no_show,
        save=_("Save"),
        done=_("It is registered that the citizen did not attend."),
        lead=_(
            "An event in the case, and no more: the wait goes on, nothing is put on hold, and it is no first contact."
        ),
    ),
    Move.REPLY: MovePage(
        forms.ReplyForm,
        worklist.reply,
        save=_("Save"),
        done=_("The preliminary reply is registered."),
        lead=_(
            "The letter can be written from the case, or the reply is sent from the record system. Here its date is"
            " registered."
        ),
    ),
    Move.REQUEST: MovePage(
        RequestForm,
        information.ask,
        save=_("Save"),
        done=_("It is registered that information is missing."),
        lead=_(
            "The question itself is sent from the record system. That something is missing neither stops nor moves a"
            " deadline."
        ),
    ),
    Move.CAME: MovePage(
        CameForm,
        information.came,
        save=_("Save"),
        done=_("It is registered that the information came."),
    ),
    Move.ASK: MovePage(
        forms.AskForm,
        rounds.ask,
        save=_("Save"),
        done=_("It is registered that the citizen was asked."),
        lead=_("Whoever has waited 90 days is asked whether they still wait. The wait goes on meanwhile."),
    ),
    Move.ANSWER: MovePage(
        forms.AnswerForm,
        rounds.answer,
        save=_("Save the answer"),
        done=_("The answer is saved."),
        lead=_("The answer moves no clock. The wait goes on until the case starts or is closed."),
    ),
    Move.CLOSE: MovePage(
        forms.CloseForm,
        worklist.close,
        save=_("Close the case"),
        done=_("The case is closed."),
    ),
    Move.REOPEN: MovePage(
        forms.ReopenForm,
        worklist.reopen,
        save=_("Reopen the case"),
        done=_("The case is open again."),
        lead=_("For a case closed by mistake or too early, within 30 days. The wait keeps its start."),
    ),
    Move.NEXT_STEP: MovePage(
        NextStepForm,
        worklist.set_next_step,
        save=_("Save the next step"),
        done=_("The next step is saved."),
        lead=_("What is to be done next in the case, and until when it is put off. It changes no clock."),
    ),
    Move.RISK: MovePage(
        RiskForm,
        risks.register,
        save=_("Save the event"),
        done=_("The event is registered. The referral is to be assessed anew today."),
        lead=_(
            "The referral goes back to assessment today and stands in the intake meeting until it is assessed anew. It"
            " keeps its place, its priority and every day of the wait until then."
        ),
    ),
    Move.RISK_ERROR: MovePage(
        RiskErrorForm,
        risks.withdraw,
        save=_("Mark as entered in error"),
        done=_("The event is marked as entered in error."),
        lead=_(
            "The event stays in the history, marked as entered in error. A priority that was set after it stays as"
            " it is."
        ),
    ),
    Move.MERGE: MovePage(
        MergeForm,
        merging.merge,
        save=_("Merge the two"),
        done=_("The two referrals are one now. This one is kept."),
        lead=_(
            "Two open referrals of the same need become one, and not a day of the wait is lost or counted twice: the"
            " earliest day of receipt stands, and the time on hold of both. The other is closed today as a duplicate,"
            " with its history and a link. It can be reopened within 30 days; what the kept one took over is then"
            " corrected by hand."
        ),
    ),
    Move.CORRECT: MovePage(
        forms.CorrectForm,
        referrals.correct,
        save=_("Save the correction"),
        done=_("The correction is saved."),
        lead=_("Put right what was registered wrongly. Before and after stay in the history."),
    ),
}
REFERRAL_FIELDS = {field.name: field for field in Referral._meta.fields if field.name != "version"}
PROCESS = ("priority", "therapist")
MOVES_BY_SLUG = {slug: move for move, slug in SLUGS.items()}


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, code: str, number: str, slug: str) -> HttpResponse:
    """One move of one referral."""
    wanted = MOVES_BY_SLUG.get(slug)
    if wanted is None:
        raise Http404
    municipality = municipality_or_404(request, code)
    case = referral_or_404(request, municipality, number)
    request.access.check_move(wanted, municipality.pk)
    situation = situation_of(request, municipality, case)
    if request.method == "POST":
        return _post(request, municipality, wanted, situation)
    if refusal := refusal_of(wanted, situation):
        messages.error(request, str(refusal))
        return redirect(address_of(case, municipality))
    form = PAGES[wanted].form(typed(request), situation=situation)
    return _page(request, municipality, wanted, situation, form)


def situation_of(request: HttpRequest, municipality: Municipality, case: Referral) -> forms.Situation:
    """What the referral is now, and what there is to choose between today."""
    on = today()
    return forms.Situation(
        referral=case,
        today=on,
        targets=PriorityTarget.objects.in_force(municipality.pk, case.category_id, case.received_on),
        therapists=Therapist.objects.employed_in(municipality.pk, on),
        units=Unit.objects.of(municipality.pk).valid(on),
        pauses=case.pauses.running(on),
        twins=Referral.objects.open_to(request.access).twins_of(case).select_related("therapist"),
        missing=case.information_requests.missing(),
        risks=case.risk_events.standing(),
        own_therapist_id=request.access.therapist_id,
    )


def refusal_of(wanted: Move, situation: forms.Situation) -> DomainError | None:
    """Why the referral's state does not allow the move; None when it does."""
    case = situation.referral
    try:
        choices.check_move(wanted, status=case.status, paused=case.is_paused)
    except IllegalMove as error:
        return error
    if wanted == Move.REPLY and not case.takes_preliminary_reply:
        return ReplyNotDue()
    if wanted == Move.CAME and not situation.missing:
        return NothingMissing()
    if wanted == Move.ASK and case.is_asked:
        return AskedAlready()
    if wanted == Move.ANSWER and not case.is_asked:
        return NotAsked()
    if wanted == Move.RISK_ERROR and not situation.risks:
        return NoSuchRisk()
    if wanted == Move.MERGE and not situation.twins:
        return NotTheSameNeed()
    return None


def _post(
    request: HttpRequest, municipality: Municipality, wanted: Move, situation: forms.Situation
) -> HttpResponse:
    page, case = PAGES[wanted], situation.referral
    form = page.form(request.POST, situation=situation)
    if form.is_stale or refusal_of(wanted, situation):
        return conflict(request, municipality, wanted, situation)
    if form.is_valid():
        try:
            saved = page.act(
                referral_id=case.pk,
                version=form.cleaned_data["version"],
                access=request.access,
                by=request.user,
                at=now(),
                **form.arguments,
            )
        except StaleVersion:
            fresh = referral_or_404(request, municipality, case.number)
            return conflict(request, municipality, wanted, situation_of(request, municipality, fresh))
        except DomainError as error:
            form.refuse(error)
        else:
            is_still = page.still and saved.pauses.running(situation.today).exists()
            messages.success(request, page.still if is_still else page.done)
            return redirect(_onward(request, municipality, saved, form.leads_to))
    return _page(request, municipality, wanted, situation, form)


def _onward(request: HttpRequest, municipality: Municipality, saved: Referral, following: Move | None) -> str:
    """Where one comes after a move: to the one that follows from it, where the user may make it."""
    if following is not None and not request.access.can_move(following, municipality.pk):
        following = None
    return address_of(saved, municipality, following)


def _page(
    request: HttpRequest,
    municipality: Municipality,
    wanted: Move,
    situation: forms.Situation,
    form: forms.MoveForm,
) -> HttpResponse:
    record_view(ViewKind.MOVE, _shown_cases(wanted, situation), access=request.access)
    note_choices(request, form)
    context = _context(municipality, wanted, situation, form)
    return render(request, "case/move.html", context)


def conflict(
    request: HttpRequest,
    municipality: Municipality,
    wanted: Move,
    situation: forms.Situation,
    *,
    page: type[forms.MoveForm] | None = None,
    discard_url: str = "",
) -> HttpResponse:
    """Theirs and yours side by side. What was typed stays in a form that can be saved on purpose.

    `page` is the form that was sent where it is not the move's own, `discard_url` where to go on without it.
    """
    case = situation.referral
    record_view(ViewKind.CONFLICT, _shown_cases(wanted, situation), access=request.access)
    page = page or PAGES[wanted].form
    form = page.onto(request.POST, situation=situation)
    context = _context(municipality, wanted, situation, form) | {
        "discard_url": discard_url or address_of(case, municipality),
        "refusal": refusal_of(wanted, situation),
        "since": history_of(_events_since(page(request.POST, situation=situation)), request.access),
        "theirs": facts_of(case, form),
    }
    return render(request, "case/conflict.html", context, status=409)


def _shown_cases(wanted: Move, situation: forms.Situation) -> list[Referral]:
    """Of which referrals the page tells something."""
    return [situation.referral, *(situation.twins if wanted == Move.MERGE else [])]


def _events_since(form: forms.MoveForm) -> list[ReferralEvent]:
    """What has happened to the referrals of the form since the user saw them; of an unchanged one alone the last."""
    changed = [pair for pair in form.seen if pair[0].version != pair[1]] or form.seen[:1]
    events: list[ReferralEvent] = []
    for referral, version in changed:
        newest = referral.events.select_related("registered_by").order_by("-registered_at", "-pk")
        events += newest[: max(1, min(referral.version - version, MOST_EVENTS_SHOWN))]
    return events


def _context(
    municipality: Municipality, wanted: Move, situation: forms.Situation, form: forms.MoveForm
) -> dict[str, Any]:
    case = situation.referral
    return {
        "municipality": municipality,
        "referral": case,
        "person": case.person,
        "title": label_for(wanted, case),
        "page": PAGES[wanted],
        "form": form,
        "key_is_missing": wanted == Move.PRIORITISE and not situation.targets,
        "case_url": address_of(case, municipality),
    }


def facts_of(case: Referral, form: forms.MoveForm) -> list[tuple[str, str]]:
    """How the referral stands now: where it is in the process, and each fact that the form is about."""
    names = [*PROCESS, *(name for name in form.fields if name in REFERRAL_FIELDS)]
    facts = {name: (str(REFERRAL_FIELDS[name].verbose_name), shown(case, name)) for name in names}
    return list(facts.values())


def shown(case: Referral, name: str) -> str:
    """A fact of a referral in the words of the screen."""
    value = getattr(case, f"get_{name}_display", lambda: getattr(case, name))()
    if value in (None, ""):
        return str(_("not stated"))
    return day_month_year(value) if isinstance(value, date) else str(value)
