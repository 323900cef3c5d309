"""What people do to a referral after it is registered: the moves of `choices.ALLOWED_MOVES`, one function each.

Every move takes the referral's id and the version the user saw, and raises Referral.DoesNotExist (the user may not
see it), NotAllowed, StaleVersion or IllegalMove before anything else. Days lie between the day of receipt and today,
both included, and may be earlier than the day they are registered; FutureDate, DateTooOld or DateBefore otherwise.
"""

from datetime import date, datetime, timedelta
from typing import Any

from referrals import choices, waiting
from referrals.actions.cases import Case
from referrals.actions.checks import check_day, check_employed, check_values
from referrals.actions.transactions import action
from referrals.choices import (
    CITIZENS_CHOICE,
    SUBSTANTIVE,
    ContactKind,
    EventKind,
    Move,
    Outcome,
    PauseReason,
    Status,
    allowed_outcomes,
)
from referrals.errors import (
    DateAfter,
    DateBefore,
    IllegalMove,
    NoPriorityKey,
    NothingChanged,
    NotOnHold,
    PauseOverlap,
    ReasonRequired,
    ReopenTooLate,
    ReplyNotDue,
    UnknownCode,
)
from referrals.models import (
    Contact,
    InformationRequest,
    PreliminaryReply,
    PriorityTarget,
    Referral,
    RiskEvent,
    User,
    Validation,
    WaitPause,
)
from referrals.permissions import Access

FOLLOW_UP_DAYS = 730  # a day further ahead is a slip of the keyboard


def available_moves(referral: Referral, *, paused: bool, access: Access) -> list[Move]:
    """The moves whose buttons are shown: what the state allows and this user may do.

    `paused`: whether the wait is on hold today.
    """
    return [
        move
        for move in Move
        if access.can_move(move, referral.municipality_id)
        and choices.can_move(move, status=referral.status, paused=paused)
        and (move != Move.REPLY or referral.takes_preliminary_reply)
        and (move != Move.CAME or InformationRequest.objects.missing().filter(referral=referral).exists())
        and (move not in (Move.ASK, Move.ANSWER) or referral.is_asked == (move == Move.ANSWER))
        and (move != Move.RISK_ERROR or RiskEvent.objects.standing().filter(referral=referral).exists())
        and (move != Move.MERGE or Referral.objects.twins_of(referral).open_to(access).exists())
    ]


@action
def prioritise(
    *,
    referral_id: int,
    version: int,
    priority: int,
    on: date,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Set the priority, from the municipality's key on the day of receipt for the category.

    The first time puts the referral on the waitlist and is its day of assessment. Later ones change the priority and
    nothing else: no clock restarts, no day is lost. The history keeps the days and criteria of the key beside the
    decision. After an answer that the need has changed, or a risk event, the same priority may be set anew. Raises
    NoPriorityKey or NothingChanged.
    """
    case = Case.take(Move.PRIORITISE, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    check_day(on, field="on", today=case.today, earliest=referral.prioritised_on or referral.received_on)
    levels = PriorityTarget.objects.in_force(
        referral.municipality_id, referral.category_id, referral.received_on
    )
    target = levels.filter(level=priority).select_related("key").first()
    if target is None:
        raise NoPriorityKey(field="priority")
    changed_need = Validation.objects.to_reassess().answered_by(on).filter(referral=referral)
    risks = RiskEvent.objects.to_reassess().happened_by(on).filter(referral=referral)
    if referral.priority == priority and not changed_need.exists() and not risks.exists():
        raise NothingChanged(field="priority")
    changed_need.update(reassessed_on=on)
    risks.update(reassessed_on=on)
    referral.priority = priority
    referral.prioritised_on = referral.prioritised_on or on
    referral.status = Status.WAITING
    return case.save(EventKind.PRIORITISED, on=on, note=note, judged_by=target)


@action
def assign(
    *,
    referral_id: int,
    version: int,
    therapist_id: int | None,
    on: date,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Give the referral to a therapist who works in the municipality on the day; None takes it from everybody.

    Raises ForeignRecord or NothingChanged.
    """
    case = Case.take(Move.ASSIGN, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    check_day(on, field="on", today=case.today, earliest=referral.received_on)
    if referral.therapist_id == therapist_id:
        raise NothingChanged(field="therapist_id")
    _give(referral, therapist_id, on=on)
    return case.save(EventKind.ASSIGNED, on=on)


@action
def pause(
    *,
    referral_id: int,
    version: int,
    reason: str,
    on: date,
    until: date | None = None,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Put the wait on hold from the day `on`; `until` is the first day not on hold and may lie in the future.

    Whether the clock stops follows from the reason. It may be on hold for other reasons too; a day then counts once.
    Raises UnknownCode, DateBefore (`until`) or PauseOverlap.
    """
    case = Case.take(Move.PAUSE, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    if reason not in PauseReason:
        raise UnknownCode(field="reason", value=reason)
    check_day(on, field="on", today=case.today, earliest=referral.received_on)
    if until is not None and until <= on:
        raise DateBefore(field="until", earliest=on + timedelta(days=1))
    if WaitPause.objects.overlapping(on, until).filter(referral=referral, reason=reason).exists():
        raise PauseOverlap(field="on")
    new = _pause(referral, reason, on, until)
    return case.save(EventKind.PAUSED, on=on, pauses=[new])


@action
def resume(
    *, referral_id: int, version: int, reason: str, on: date, access: Access, by: User, at: datetime
) -> Referral:
    """End the pause that runs for the reason: `on` is the first day not on hold for it, not before the pause began.

    Pauses for other reasons go on. Raises NotOnHold.
    """
    case = Case.take(Move.RESUME, referral_id=referral_id, version=version, access=access, by=by, at=at)
    running = case.running_pauses().filter(reason=reason).first()
    if running is None:
        raise NotOnHold(field="reason")
    check_day(on, field="on", today=case.today, earliest=running.started_on)
    running.ended_on = on
    running.save(update_fields=["ended_on"])
    return case.save(EventKind.RESUMED, on=on, pauses=[running])


@action
def start(
    *,
    referral_id: int,
    version: int,
    kind: str,
    on: date,
    therapist_id: int | None = None,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Register the first substantive contact with the citizen: the wait ends that day.

    `therapist_id` is who had the contact, None: not stated. Somebody who starts an unassigned referral gets it. No
    pause lasts beyond the start. Raises UnknownCode or ForeignRecord.
    """
    case = Case.take(Move.START, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    if kind not in SUBSTANTIVE:
        raise UnknownCode(field="kind", value=kind)
    check_day(on, field="on", today=case.today, earliest=referral.received_on)
    contact = _contact(referral, kind, on, therapist_id)
    if therapist_id is not None and referral.therapist_id is None:
        _give(referral, therapist_id, on=on)
    ended = case.end_pauses(on)
    referral.started_on = on
    referral.status = Status.STARTED
    return case.save(EventKind.STARTED, on=on, pauses=ended, contact=contact)


@action
def no_show(
    *,
    referral_id: int,
    version: int,
    on: date,
    therapist_id: int | None = None,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Register that the citizen did not attend (ikke møtt): an event, by which no clock starts, pauses or ends.

    `therapist_id` is who waited for the citizen, None: not stated. Nobody gets the case by it. Raises ForeignRecord.
    """
    case = Case.take(Move.NO_SHOW, referral_id=referral_id, version=version, access=access, by=by, at=at)
    check_day(on, field="on", today=case.today, earliest=case.referral.received_on)
    contact = _contact(case.referral, ContactKind.NO_SHOW, on, therapist_id)
    return case.save(EventKind.CONTACT, on=on, contact=contact)


@action
def reply(*, referral_id: int, version: int, on: date, access: Access, by: User, at: datetime) -> Referral:
    """Register that the preliminary reply (foreløpig svar) was sent on the day. Raises ReplyNotDue."""
    case = Case.take(Move.REPLY, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    if not referral.takes_preliminary_reply:
        raise ReplyNotDue
    check_day(on, field="on", today=case.today, earliest=referral.received_on)
    PreliminaryReply.objects.create(municipality_id=referral.municipality_id, referral=referral, sent_on=on)
    return case.save(EventKind.REPLIED, on=on)


@action
def close(
    *,
    referral_id: int,
    version: int,
    outcome: str,
    on: date,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """End the case with a closing reason, on the day it ended: for the dead the day of death, even if learnt later.

    Not before the start. A wait that still ran ends that day, and with it every pause. Raises UnknownCode, or
    IllegalMove for a reason that does not fit the status.
    """
    case = Case.take(Move.CLOSE, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    if outcome not in Outcome:
        raise UnknownCode(field="outcome", value=outcome)
    if outcome not in allowed_outcomes(referral.status):
        raise IllegalMove(field="outcome", move=Outcome(outcome).label, status=Status(referral.status).label)
    check_day(on, field="on", today=case.today, earliest=referral.started_on or referral.received_on)
    ended = case.end_pauses(on)
    referral.closed_on, referral.outcome, referral.status = on, outcome, Status.CLOSED
    return case.save(EventKind.CLOSED, on=on, note=note, pauses=ended)


@action
def reopen(
    *,
    referral_id: int,
    version: int,
    on: date,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Open a wrongly or too early closed case again, at most 30 days after it was closed; its clock goes on.

    The status is what it was. When the citizen had chosen to end a wait, the days between count as a pause by own
    wish. One that was merged into another stands by itself again; the other keeps what it took over. Raises
    ReopenTooLate, or ReasonRequired when an earlier reopening is registered after the 30 days.
    """
    case = Case.take(Move.REOPEN, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    closed_on = referral.closed_on
    assert closed_on is not None  # the database holds it to the status
    check_day(on, field="on", today=case.today, earliest=closed_on)
    last_day = closed_on + timedelta(days=waiting.REOPEN_DAYS)
    if on > last_day:
        raise ReopenTooLate(field="on", days=waiting.REOPEN_DAYS)
    if case.today > last_day and not note.strip():
        raise ReasonRequired(field="note")
    gap = []
    if referral.outcome in CITIZENS_CHOICE and referral.started_on is None and on > closed_on:
        gap.append(_pause(referral, PauseReason.OWN_WISH, closed_on, on))
    referral.closed_on, referral.outcome, referral.merged_into = None, "", None
    referral.status = _status_of_open(referral)
    return case.save(EventKind.REOPENED, on=on, note=note, pauses=gap)


@action
def set_next_step(
    *,
    referral_id: int,
    version: int,
    next_step: str,
    follow_up_on: date | None,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Write down what is to be done next, and until which day it is put off; both may be empty.

    A new day lies between today and FOLLOW_UP_DAYS ahead, both included; one that stands may have passed. Raises
    DateBefore, DateAfter, InvalidValue or NothingChanged.
    """
    case = Case.take(Move.NEXT_STEP, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral, latest = case.referral, case.today + timedelta(days=FOLLOW_UP_DAYS)
    if follow_up_on is not None and follow_up_on != referral.follow_up_on:
        if follow_up_on < case.today:
            raise DateBefore(field="follow_up_on", earliest=case.today)
        if follow_up_on > latest:
            raise DateAfter(field="follow_up_on", latest=latest)
    referral.next_step, referral.follow_up_on = " ".join(next_step.split()), follow_up_on
    check_values(referral, ["next_step"])
    if not case.changes() and not case.changed_texts():
        raise NothingChanged
    return case.save(EventKind.NEXT_STEP, on=case.today)


def _give(referral: Referral, therapist_id: int | None, *, on: date) -> None:
    """Put the therapist on the referral, or nobody. Raises ForeignRecord for one not working here on the day."""
    if therapist_id is not None:
        check_employed(therapist_id, referral.municipality_id, on=on)
    referral.therapist_id = therapist_id
    referral.assigned_on = on if therapist_id is not None else None


def _contact(referral: Referral, kind: str, on: date, therapist_id: int | None) -> dict[str, Any]:
    """Write the contact down, and return what the history says of it. Raises ForeignRecord."""
    if therapist_id is not None:
        check_employed(therapist_id, referral.municipality_id, on=on)
    Contact.objects.create(
        municipality_id=referral.municipality_id,
        referral=referral,
        kind=kind,
        held_on=on,
        therapist_id=therapist_id,
    )
    return {"kind": kind, "therapist": therapist_id}


def _pause(referral: Referral, reason: str, started_on: date, ended_on: date | None) -> WaitPause:
    return WaitPause.objects.create(
        municipality_id=referral.municipality_id,
        referral=referral,
        reason=reason,
        started_on=started_on,
        ended_on=ended_on,
    )


def _status_of_open(referral: Referral) -> Status:
    """The status that an open referral's facts say."""
    if referral.started_on is not None:
        return Status.STARTED
    return Status.RECEIVED if referral.priority is None else Status.WAITING
