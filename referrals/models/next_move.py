"""The one step that brings a case on, and what a move is called for it: on its own page and in lists alike."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals import waiting
from referrals.choices import OPEN, Move, Reply, Status


def label_for(move: Move, case: Any) -> str | Promise:
    """What the move is called for this referral: the second time it is a change. Needs `with_pause`."""
    if move == Move.PRIORITISE and case.priority is not None and case.is_at_risk:
        return _("Assess anew")
    if move == Move.PRIORITISE and case.priority is not None:
        return _("Change priority")
    if move == Move.ASSIGN and case.therapist_id is not None:
        return _("Change therapist")
    if move == Move.PAUSE and case.is_paused:
        return _("Put on hold for one more reason")
    if move == Move.NEXT_STEP and (case.next_step or case.follow_up_on):
        return _("Change the next step")
    if move == Move.CORRECT:
        return _("Correct what was registered")
    return move.label


def next_move(case: Any, *, on: date) -> Move | None:
    """The one step that brings the case on, whoever may take it; None for a closed case. Needs `with_pause`.

    After a risk event nothing comes before assessing the need anew: that is for the same day.
    """
    if case.is_at_risk:
        return Move.PRIORITISE
    if case.status in OPEN and _is_reply_next(case, on):
        return Move.REPLY
    if case.status == Status.RECEIVED:
        return Move.PRIORITISE
    if case.status == Status.WAITING and case.is_paused:
        return Move.RESUME
    if case.status == Status.WAITING:
        return Move.START if case.therapist_id else Move.ASSIGN
    return Move.CLOSE if case.status == Status.STARTED else None


def _is_reply_next(case: Any, on: date) -> bool:
    """Whether the preliminary reply to an open case is due or late."""
    state = waiting.reply_state(
        received_on=case.received_on,
        is_asked=case.takes_preliminary_reply,
        sent_on=None,
        closed_on=None,
        on=on,
    )
    return state in (Reply.DUE, Reply.LATE)
