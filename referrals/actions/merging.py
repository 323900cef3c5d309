"""Two open referrals that are the same need made into one: nothing of the wait is lost, and no day is counted twice."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from referrals.actions.cases import Case
from referrals.actions.referrals import drop_impossible_priority, former_of
from referrals.actions.transactions import action
from referrals.choices import EventKind, Handling, Move, Outcome, Status
from referrals.errors import MergeLosesStart, NotTheSameNeed
from referrals.models import PreliminaryReply, Referral, User, WaitPause
from referrals.permissions import Access
from referrals.waiting import Pause, keeps_start, wait_end


@action
def merge(
    *,
    referral_id: int,
    version: int,
    other_id: int,
    other_version: int,
    keep_id: int,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Make one of two open referrals of a citizen in a category; `keep_id` is the one that stays, and is returned.

    It takes over the earliest day of receipt and seniority, the pauses of both, the preliminary reply, what is missing
    of the other, what its citizen was asked or answered that is not settled yet, the risk events after which it was
    not assessed anew, and that it is an application or urgent. The other is closed today as a duplicate, with a link
    to it and all its history. Of two, only the one that started first may stay.

    Raises NotTheSameNeed, MergeLosesStart, and for each of the two what every move raises.
    """
    versions = {referral_id: version, other_id: other_version}
    if len(versions) != 2 or keep_id not in versions:
        raise NotTheSameNeed
    # In one order for everybody: two who merge the same two at once do not wait for each other for ever.
    cases = {
        key: Case.take(Move.MERGE, referral_id=key, version=versions[key], access=access, by=by, at=at)
        for key in sorted(versions)
    }
    kept = cases.pop(keep_id)
    gone = cases.popitem()[1]
    _check_mergeable(kept.referral, gone.referral)
    pauses = _take_over_pauses(kept.referral, gone.referral)
    _take_over_facts(kept, gone.referral)
    reply = _take_over_reply(kept.referral, gone.referral)
    _take_over_missing(kept.referral, gone.referral)
    _take_over_rounds(kept.referral, gone.referral)
    _take_over_risks(kept.referral, gone.referral)
    _close_as_duplicate(gone, kept.referral, note)
    told: Any = {"note": note, "pauses": pauses, "other": gone.referral.number, "reply": reply}
    return kept.save(EventKind.MERGED, on=kept.today, **told)


def _check_mergeable(kept: Referral, gone: Referral) -> None:
    needs = {(one.municipality_id, one.person_id, one.category_id) for one in (kept, gone)}
    if len(needs) != 1:
        raise NotTheSameNeed
    if not keeps_start(kept.started_on, gone.started_on):
        raise MergeLosesStart(field="keep")


def _take_over_facts(kept: Case, gone: Referral) -> None:
    referral = kept.referral
    referral.received_on = min(referral.received_on, gone.received_on)
    referral.seniority_on = min(referral.seniority_on, gone.seniority_on)
    referral.urgency = referral.urgency or gone.urgency
    if gone.handling == Handling.APPLICATION:
        referral.handling = Handling.APPLICATION
    referral.former = former_of(referral)
    drop_impossible_priority(kept)


def _take_over_reply(kept: Referral, gone: Referral) -> date | None:
    """The citizen was answered when the first preliminary reply was sent. Returns its day, where it was the other's."""
    replies = PreliminaryReply.objects.filter(referral__in=(kept, gone))
    sent = min(replies, key=lambda reply: (reply.sent_on, reply.referral_id != kept.pk), default=None)
    if sent is None or sent.referral_id == kept.pk:
        return None
    PreliminaryReply.objects.update_or_create(
        municipality_id=kept.municipality_id, referral=kept, defaults={"sent_on": sent.sent_on}
    )
    return sent.sent_on


def _take_over_missing(kept: Referral, gone: Referral) -> None:
    """Whoever was asked for something answers for the one that stays."""
    for request in gone.information_requests.missing():
        request.pk, request.referral = None, kept
        request.save()


def _take_over_rounds(kept: Referral, gone: Referral) -> None:
    """Whoever was asked if they still wait answers for the one that stays; a changed need is still assessed anew.

    Where both were asked one answer is enough, and it is the kept one's round that it ends. Nobody asks or assesses
    whoever has started.
    """
    if not kept.is_on_waitlist:
        return
    unsettled = list(gone.validations.to_reassess())
    if not kept.is_asked:
        unsettled += gone.validations.open()
    for asked in unsettled:
        asked.pk, asked.referral = None, kept
        asked.save()


def _take_over_risks(kept: Referral, gone: Referral) -> None:
    """After what has happened to the citizen the need is assessed anew in the one that stays."""
    for risk in gone.risk_events.to_reassess():
        risk.pk, risk.referral = None, kept
        risk.save()


def _close_as_duplicate(gone: Case, kept: Referral, note: str) -> None:
    referral, today = gone.referral, gone.today
    ended = gone.end_pauses(today)
    referral.closed_on, referral.outcome, referral.status = today, Outcome.DUPLICATE, Status.CLOSED
    referral.merged_into = kept
    gone.save(EventKind.CLOSED, on=today, note=note, pauses=ended, other=kept.number)


# ---------------------------------------------------------------- the pauses of both


def _take_over_pauses(kept: Referral, gone: Referral) -> list[WaitPause]:
    """Give the kept one the other's pauses too, within its wait. Returns those that are new."""
    own = [_plain(row) for row in kept.pauses.all()]
    theirs = _within([_plain(row) for row in gone.pauses.all()], wait_end(kept.started_on, kept.closed_on))
    added = sorted(left_of(theirs, own), key=lambda piece: (piece.started_on, piece.reason))
    return [_written(kept, piece) for piece in added]


def left_of(theirs: Iterable[Pause], own: Iterable[Pause]) -> list[Pause]:
    """The parts of their pauses that lie in no own one of the same reason; nothing of one without a day."""
    held = [pause for pause in own if pause.started_on != pause.ended_on]
    return [
        part for pause in theirs for part in _without(pause, [p for p in held if p.reason == pause.reason])
    ]


def _without(pause: Pause, others: Iterable[Pause]) -> list[Pause]:
    parts = [(pause.started_on, pause.ended_on or date.max)]
    for other in others:
        first, after = other.started_on, other.ended_on or date.max
        cut = [part for start, end in parts for part in ((start, min(end, first)), (max(start, after), end))]
        parts = [(start, end) for start, end in cut if start < end]
    return [
        Pause(start, None if end == date.max else end, pause.reason) for start, end in parts if start < end
    ]


def _within(pauses: Iterable[Pause], end: date | None) -> list[Pause]:
    """What lies before the day on which the wait ended; everything where it has not."""
    if end is None:
        return list(pauses)
    return [
        Pause(pause.started_on, min(pause.ended_on or end, end), pause.reason)
        for pause in pauses
        if pause.started_on < end
    ]


def _plain(row: WaitPause) -> Pause:
    return Pause(row.started_on, row.ended_on, row.reason)


def _written(referral: Referral, pause: Pause) -> WaitPause:
    return WaitPause.objects.create(
        municipality_id=referral.municipality_id,
        referral=referral,
        reason=pause.reason,
        started_on=pause.started_on,
        ended_on=pause.ended_on,
    )
