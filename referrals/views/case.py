"""The page of one referral: who, why, where in the process, how long, what next, and what has happened."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from referrals import identity, waiting
from referrals.actions.auditing import record_view
from referrals.actions.letters import kinds_for
from referrals.actions.shielding import is_closed_to, is_elsewhere
from referrals.actions.worklist import available_moves
from referrals.boards.wait_line import wait_line_of
from referrals.choices import (
    STATUS_SENTENCES,
    STOPS_CLOCK,
    Move,
    Status,
    ViewKind,
)
from referrals.errors import Shielded
from referrals.models import (
    Municipality,
    Opening,
    Person,
    Referral,
    ReferralEvent,
    WaitPause,
)
from referrals.models.next_move import label_for, next_move
from referrals.permissions import Access, Permission
from referrals.views.access import municipality_or_404
from referrals.views.changes import changes_of
from referrals.views.clock import now, today
from referrals.views.deadlines import preliminary_reply, target, validation
from referrals.views.history import history_of, standing_judgement
from referrals.views.lacking import asked_for, missing_sentence
from referrals.views.letter_texts import address_to_write
from referrals.views.risks import risks_of

SLUGS = {
    Move.PRIORITISE: "prioritet",
    Move.ASSIGN: "ergoterapeut",
    Move.PAUSE: "pause",
    Move.RESUME: "gjenoppta",
    Move.REVIEW: "pausevurdering",
    Move.START: "oppstart",
    Move.NO_SHOW: "ikke-mott",
    Move.REPLY: "forelopig-svar",
    Move.REQUEST: "be-om-opplysninger",
    Move.CAME: "opplysninger-kom",
    Move.ASK: "sporsmal",
    Move.ANSWER: "svar",
    Move.CLOSE: "avslutt",
    Move.REOPEN: "gjenapne",
    Move.NEXT_STEP: "neste-steg",
    Move.RISK: "risiko",
    Move.RISK_ERROR: "risiko-feilfort",
    Move.MERGE: "sla-sammen",
    Move.CORRECT: "rett",
}


@dataclass(frozen=True)
class Button:
    """A move that this user may make now."""

    move: Move
    label: str | Promise
    url: str


@dataclass(frozen=True)
class Step:
    """A station of the way from received to closed; `day` None: not come to, or passed by."""

    label: str | Promise
    day: date | None
    current: bool


@dataclass(frozen=True)
class Hold:
    """A pause as shown: how many days so far, and whether they are deducted from the target.

    `review_due_on`: the last day before it is to be reviewed; None: it is over.
    """

    pause: WaitPause
    days: int
    deducted: bool
    review_due_on: date | None = None


@dataclass(frozen=True)
class Held:
    """The days of all pauses together, and those of them that are deducted: a day in several pauses is one day."""

    days: int
    deducted: int


@dataclass(frozen=True)
class Other:
    """Another referral of the citizen; `relation` says what it has to do with this one, where it has."""

    referral: Referral
    relation: str | Promise


@require_http_methods(["GET", "HEAD", "POST"])
def referral(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One referral. By POST the same page with the identity number in full: to show it is an act, not a habit."""
    municipality = municipality_or_404(request, code)
    case = referral_or_404(request, municipality, number)
    others = list(others_of(request.access, case))
    in_full = request.method == "POST"
    kind = ViewKind.IDENTIFIER if in_full else ViewKind.CASE
    opening = _own_opening(request, case)
    record_view(kind, [case, *others], access=request.access)
    on = today()
    buttons = {button.move: button for button in buttons_for(case, municipality, request.access)}
    following = next_move(case, on=on)
    holds = _holds(case, on=on)
    asked = asked_for(case, on=on)
    events = list(_events(case))
    correct, forward = buttons.pop(Move.CORRECT, None), buttons.pop(following, None)
    context = {
        "municipality": municipality,
        "referral": case,
        "person": case.person,
        "age": case.person.age(on),
        "identifier": _identifier(case.person, in_full=in_full),
        "in_full": in_full,
        "status_sentence": STATUS_SENTENCES[Status(case.status)],
        "steps": _steps(case),
        "target": target(case),
        "reply": preliminary_reply(case),
        "validation": validation(case, on=on),
        "risks": risks_of(case),
        "line": wait_line_of(case, [hold.pause for hold in holds], on=on),
        "holds": holds,
        "held": _held(case, holds, on=on),
        "asked_for": asked,
        "missing_sentence": missing_sentence(case, asked),
        "judgement": standing_judgement(events, case.priority),
        "contacts": _contacts(case, others),
        "letters": case.letters.newest_first(),
        "letters_to_write": _letters_to_write(case, municipality, request.access),
        "others": told_others(case, others),
        "former": _linked(case.former_id, others),
        "merged_into": _linked(case.merged_into_id, others),
        "history": history_of(events, request.access),
        "change_log": changes_of(case, request.access),
        "may_see_logs": request.access.can(Permission.SEE_LOGS, municipality.pk),
        "next": forward,
        "moves": list(buttons.values()),
        "correct": correct,
        "opening": opening,
        "may_shield": _may_shield(request.access, case),
        "may_register": request.access.can(Permission.REGISTER, municipality.pk),
        "may_move": bool(forward or buttons),
        "waits_for_coordinator": following in (Move.PRIORITISE, Move.ASSIGN) and forward is None,
        "on": on,
    }
    return render(request, "case/referral.html", context)


def _letters_to_write(case: Referral, municipality: Municipality, access: Access) -> list[tuple[Any, str]]:
    """The letters that fit the case, each with the page on which it is written; none for who may not."""
    if not access.can(Permission.WORK_CASES, municipality.pk):
        return []
    return [(kind, address_to_write(case, municipality, kind)) for kind in kinds_for(case)]


def _may_shield(access: Access, case: Referral) -> bool:
    return access.can(Permission.SHIELD, case.municipality_id) and not is_elsewhere(access, case)


def referral_or_404(request: HttpRequest, municipality: Municipality, number: str) -> Referral:
    """The referral with everything the clock says today, to be shown or changed.

    Raises Http404 where the user sees no such number, and Shielded, which leads to the page that says so.
    """
    found = reached_or_404(request, municipality, number)
    if is_closed_to(request.access, found):
        raise Shielded(municipality_code=municipality.code, number=number)
    return found


def reached_or_404(request: HttpRequest, municipality: Municipality, number: str) -> Referral:
    """The same, also when it is shielded from the user or another unit's: then its page may say no more than that."""
    reached = Referral.objects.within_reach_of(request.access).in_municipality(municipality)
    on = today()
    wanted = reached.with_wait(on=on).with_pause(on=on).with_reply_state(on=on).with_validation()
    wanted = wanted.with_missing(municipality=municipality).with_risk(municipality=municipality)
    wanted = wanted.filter(number=number)
    related = ("person", "category", "unit", "therapist", "registered_by", "preliminary_reply")
    found = wanted.select_related(*related).first()
    if found is None:
        raise Http404
    return found


def address_of(case: Referral, municipality: Municipality, move: Move | None = None) -> str:
    """The address of the referral's page, or of a move's."""
    place = {"code": municipality.code, "number": case.number}
    if move is None:
        return reverse("referral", kwargs=place)
    return reverse("referral_move", kwargs=place | {"slug": SLUGS[move]})


def buttons_for(case: Referral, municipality: Municipality, access: Access) -> list[Button]:
    """The moves that state and role allow, by the rule that the actions follow: no button leads to a refusal."""
    return [
        Button(move, label_for(move, case), address_of(case, municipality, move))
        for move in available_moves(case, paused=case.is_paused, access=access)
    ]


def _own_opening(request: HttpRequest, case: Referral) -> Opening | None:
    """What keeps a shielded case open for the user just now; None for a case that is open to all."""
    if case.person_id not in request.access.shield.opened:
        return None
    own = Opening.objects.running(now()).filter(person=case.person_id, user=request.user)
    return own.order_by("-expires_at").first()


def _identifier(person: Person, *, in_full: bool) -> str:
    digits = person.identifier
    return identity.format(digits) if in_full else identity.mask(digits)


def _steps(case: Referral) -> list[Step]:
    """Received, on the waitlist, started, closed, each with its day."""
    days = {
        Status.RECEIVED: case.received_on,
        Status.WAITING: case.prioritised_on,
        Status.STARTED: case.started_on,
        Status.CLOSED: case.closed_on,
    }
    return [Step(status.label, day, status == case.status) for status, day in days.items()]


def _holds(case: Referral, *, on: date) -> list[Hold]:
    """The pauses, newest first."""
    pauses = case.pauses.with_review_due().order_by("-started_on", "-pk")
    end = min(on, case.wait_end or on)
    runs = case.wait_end is None
    return [
        Hold(
            pause,
            max(0, (min(pause.ended_on or end, end) - pause.started_on).days),
            pause.reason in STOPS_CLOCK,
            pause.review_due_on if runs and (pause.ended_on is None or pause.ended_on > on) else None,
        )
        for pause in pauses
    ]


def _held(case: Referral, holds: list[Hold], *, on: date) -> Held | None:
    """What several pauses come to; one says it itself."""
    if len(holds) < 2:
        return None
    pauses = [waiting.Pause(one.pause.started_on, one.pause.ended_on, one.pause.reason) for one in holds]
    days = waiting.held_days(pauses, received_on=case.received_on, ended_on=case.wait_end, on=on)
    return Held(days, case.paused_days)


def _contacts(case: Referral, others: list[Referral]) -> Any:
    """Contacts of the case, and of those merged into it, newest first."""
    held = case.contacts.all()
    for other in others:
        if other.merged_into_id == case.pk:
            held |= other.contacts.all()
    return held.select_related("therapist", "referral").order_by("-held_on", "-pk")


def _events(case: Referral) -> QuerySet[ReferralEvent]:
    """What happened, newest first."""
    return case.events.select_related("registered_by").order_by("-registered_at", "-pk")


def _linked(key: int | None, others: list[Referral]) -> Referral | None:
    """The referral that a link leads to, if the user may see it."""
    return next((other for other in others if other.pk == key), None)


def _relation(case: Referral, other: Referral) -> str | Promise:
    """What another referral of the citizen has to do with this one; nothing where it is another need."""
    if other.pk == case.former_id:
        return _("The former referral")
    if other.former_id == case.pk:
        return _("Referred again after this referral")
    if other.pk == case.merged_into_id:
        return _("This referral was merged into it")
    if other.merged_into_id == case.pk:
        return _("Merged into this referral")
    return ""


def told_others(case: Referral, others: list[Referral]) -> list[Other]:
    """Each with what it has to do with this one."""
    return [Other(other, _relation(case, other)) for other in others]


def others_of(access: Access, case: Referral) -> Any:
    """Other referrals of the citizen that the user may see, newest first."""
    own = Referral.objects.open_to(access).filter(person_id=case.person_id)
    return own.exclude(pk=case.pk).for_list().order_by("-received_on", "-pk")
