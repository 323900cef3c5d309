"""What was just done to several referrals: offered to be undone above the list, for a while, to whoever did it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.actions import bulk
from referrals.actions.auditing import record_view
from referrals.choices import Move, ViewKind
from referrals.errors import DomainError, SomeRefused
from referrals.models import BulkAction, Municipality, Referral
from referrals.templatetags.ergo import number
from referrals.views.access import municipality_or_404
from referrals.views.case import address_of
from referrals.views.clock import now
from referrals.views.methods import post_only
from referrals.views.never_offered import note_id

SESSION_KEY = "undo"
OTHERS = "de-andre"  # the button that undoes those that nobody has changed


@dataclass(frozen=True)
class Offer:
    """What can be undone, in words, and until when."""

    pk: int
    sentence: str
    until: datetime


@dataclass(frozen=True)
class InTheWay:
    """A referral that cannot be changed with the others: its number where the user may know it, and why."""

    number: str
    url: str
    reason: str


def note_done(request: HttpRequest, municipality: Municipality, done: BulkAction) -> None:
    """Offer to undo it from now on, instead of what was done before it."""
    until = done.done_at + bulk.UNDO_TIME
    request.session[SESSION_KEY] = {
        "code": municipality.code,
        "pk": done.pk,
        "move": done.move,
        "count": done.count,
        "until": until.timestamp(),
    }


def offered(request: HttpRequest, municipality: Municipality) -> Offer | None:
    """What the user may undo in the municipality now; without a query."""
    noted = request.session.get(SESSION_KEY)
    if noted is None or noted["code"] != municipality.code or noted["until"] < now().timestamp():
        return None
    until = localtime(now() + timedelta(seconds=noted["until"] - now().timestamp()))
    return Offer(noted["pk"], done_in_words(Move(noted["move"]), noted["count"]), until)


def done_in_words(move: Move, count: int) -> str:
    """What was done to how many."""
    if move == Move.ASSIGN:
        text = ngettext(
            "The therapist of %(count)s referral is changed.",
            "The therapist of %(count)s referrals is changed.",
            count,
        )
    elif move == Move.PRIORITISE:
        text = ngettext(
            "%(count)s referral has its priority.", "%(count)s referrals have their priority.", count
        )
    elif move == Move.ASK:
        text = ngettext(
            "It is registered for %(count)s referral that the citizen was asked.",
            "It is registered for %(count)s referrals that the citizen was asked.",
            count,
        )
    else:
        text = ngettext("%(count)s case is closed.", "%(count)s cases are closed.", count)
    return text % {"count": number(count)}


@post_only
def undo(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Undo one's own action; where somebody changed a referral since, say which, and offer to undo the others."""
    municipality = municipality_or_404(request, code)
    own = BulkAction.objects.filter(municipality=municipality, pk=pk, done_by=request.user).first()
    if own is None:
        note_id(request, str(pk), "bulk action")
        messages.info(request, _("There is nothing of yours to undo."))
        return redirect("waitlist", code=code)
    try:
        _undone, count = bulk.undo(
            bulk_id=pk,
            access=request.access,
            by=request.user,
            at=now(),
            all_or_none=OTHERS not in request.POST,
        )
    except SomeRefused as error:
        return _some_changed(request, municipality, own, error)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        _say(request, count)
    request.session.pop(SESSION_KEY, None)
    return redirect("waitlist", code=code)


def reasons(request: HttpRequest, municipality: Municipality, error: SomeRefused) -> list[InTheWay]:
    """Each referral that is in the way, by number; of one that the user may not see only that there is one."""
    seen = Referral.objects.open_to(request.access).in_municipality(municipality)
    found = {case.pk: case for case in seen.filter(pk__in=list(error.refused)).order_by("number")}
    told = [
        InTheWay(case.number, address_of(case, municipality), str(error.refused[pk] or ""))
        for pk, case in found.items()
    ]
    hidden = len(error.refused) - len(found)
    return told + [InTheWay("", "", _("You can no longer open it."))] * hidden


def _some_changed(
    request: HttpRequest, municipality: Municipality, own: BulkAction, error: SomeRefused
) -> HttpResponse:
    shown = Referral.objects.open_to(request.access).filter(pk__in=list(error.refused))
    record_view(
        ViewKind.CONFLICT,
        shown.select_related("person"),
        access=request.access,
        municipality_id=municipality.pk,
    )
    context = {
        "municipality": municipality,
        "done": own,
        "sentence": done_in_words(Move(own.move), own.count),
        "in_the_way": reasons(request, municipality, error),
        "others": own.count - len(error.refused),
        "button": OTHERS,
    }
    return render(request, "waitlist/undo.html", context, status=409)


def _say(request: HttpRequest, count: int) -> None:
    if not count:
        messages.info(request, _("It was undone already."))
        return
    text = ngettext("Undone for %(count)s referral.", "Undone for %(count)s referrals.", count)
    messages.success(request, text % {"count": number(count)})
