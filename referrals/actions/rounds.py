"""What is asked again and again while somebody waits: is the hold still right, and do they still wait?

Neither moves a clock. As the moves of `worklist`, each takes the referral's id and the version the user saw, and raises
Referral.DoesNotExist, NotAllowed, StaleVersion or IllegalMove before anything else.
"""

from datetime import date, datetime

from referrals.actions.cases import Case
from referrals.actions.checks import check_day, check_values
from referrals.actions.transactions import action
from referrals.choices import EventKind, Move, ValidationChannel, ValidationResult
from referrals.errors import (
    AskedAlready,
    NotAsked,
    NotOnHold,
    ReasonRequired,
    UnknownCode,
)
from referrals.models import PauseReview, Referral, User, Validation
from referrals.permissions import Access


@action
def review(
    *,
    referral_id: int,
    version: int,
    reason: str,
    on: date,
    note: str,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """The pause that runs for the reason was looked at on the day, and goes on; `note` says why.

    Raises NotOnHold, ReasonRequired, and FutureDate or DateBefore for a day before the pause began.
    """
    case = Case.take(Move.REVIEW, referral_id=referral_id, version=version, access=access, by=by, at=at)
    running = case.running_pauses().filter(reason=reason).first()
    if running is None:
        raise NotOnHold(field="reason")
    if not note.strip():
        raise ReasonRequired(field="note")
    check_day(on, field="on", today=case.today, earliest=running.started_on)
    made = PauseReview(
        municipality_id=case.referral.municipality_id,
        referral=case.referral,
        pause=running,
        reviewed_on=on,
        note=note.strip(),
        registered_at=at,
        registered_by=by,
    )
    check_values(made, ["note"])
    made.save()
    return case.save(EventKind.REVIEWED, on=on, note=note, more={"review": reason})


@action
def ask(
    *, referral_id: int, version: int, channel: str, on: date, access: Access, by: User, at: datetime
) -> Referral:
    """The citizen was asked on the day whether they still wait. Raises UnknownCode or AskedAlready."""
    case = Case.take(Move.ASK, referral_id=referral_id, version=version, access=access, by=by, at=at)
    if channel not in ValidationChannel:
        raise UnknownCode(field="channel", value=channel)
    if case.referral.is_asked:
        raise AskedAlready
    check_day(on, field="on", today=case.today, earliest=case.referral.received_on)
    Validation.objects.create(
        municipality_id=case.referral.municipality_id,
        referral=case.referral,
        asked_on=on,
        channel=channel,
        registered_at=at,
        registered_by=by,
    )
    return case.save(EventKind.ASKED, on=on, more={"asked": channel})


@action
def answer(
    *,
    referral_id: int,
    version: int,
    result: str,
    on: date,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """What the citizen answered, or that nobody was reached: the round is over, and the next is due 90 days later.

    Where it is no longer needed the case is closed by its own move; where the need has changed it is listed until it
    is assessed anew, and keeps priority and clock until then. Raises NotAsked, UnknownCode, InvalidValue, and
    DateBefore for a day before the one of asking.
    """
    case = Case.take(Move.ANSWER, referral_id=referral_id, version=version, access=access, by=by, at=at)
    asked = Validation.objects.open().filter(referral=case.referral).first()
    if asked is None:
        raise NotAsked
    if result not in ValidationResult:
        raise UnknownCode(field="result", value=result)
    check_day(on, field="on", today=case.today, earliest=asked.asked_on)
    asked.answered_on, asked.result, asked.note = on, result, note.strip()
    check_values(asked, ["note"])
    asked.save()
    return case.save(EventKind.ANSWERED, on=on, note=note, more={"answer": result})
