"""Risk while somebody waits: what happened, and that it was entered in error.

A risk event moves no clock and no priority: it asks for a new assessment the same day, which `worklist.prioritise`
makes. Both are moves, and raise what every move raises (`actions.worklist`).
"""

from datetime import date, datetime

from referrals.actions.cases import Case
from referrals.actions.checks import check_day, check_values
from referrals.actions.transactions import action
from referrals.choices import EventKind, Move, RiskKind
from referrals.errors import NoSuchRisk, ReasonRequired
from referrals.models import Referral, RiskEvent, User
from referrals.permissions import Access


@action
def register(
    *,
    referral_id: int,
    version: int,
    kind: str,
    on: date,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Something happened to the citizen on the day: the need is to be assessed anew, whatever it was assessed as.

    `note` must say what, where no code does. The wait, its priority and its seniority stay as they are. Raises
    UnknownCode, InvalidValue or ReasonRequired (`note`).
    """
    case = Case.take(Move.RISK, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    check_day(on, field="on", today=case.today, earliest=referral.received_on)
    risk = RiskEvent(
        municipality_id=referral.municipality_id,
        referral=referral,
        kind=kind,
        happened_on=on,
        note=note.strip(),
        registered_at=at,
        registered_by=by,
    )
    check_values(risk, ["kind", "note"])
    if kind == RiskKind.OTHER and not risk.note:
        raise ReasonRequired(field="note")
    risk.save()
    return case.save(EventKind.RISK, on=on, note=risk.note, more={"risk": kind})


@action
def withdraw(
    *,
    referral_id: int,
    version: int,
    risk_id: int,
    reason: str,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """A risk event was entered in error; `reason` says why. It stays with that, and asks for no assessment any more.

    What was assessed after it stays as it was decided. Raises NoSuchRisk, ReasonRequired or InvalidValue.
    """
    case = Case.take(Move.RISK_ERROR, referral_id=referral_id, version=version, access=access, by=by, at=at)
    risk = RiskEvent.objects.standing().filter(referral=case.referral, pk=risk_id).first()
    if risk is None:
        raise NoSuchRisk(field="risk_id")
    if not reason.strip():
        raise ReasonRequired(field="reason")
    risk.withdrawn_at, risk.withdrawn_by, risk.withdrawn_because = at, by, reason.strip()
    check_values(risk, ["withdrawn_because"])
    risk.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    told = {"risk": risk.kind, "risk_on": risk.happened_on.isoformat()}
    return case.save(EventKind.RISK_WITHDRAWN, on=case.today, note=reason, more=told)
