"""Asking for what a referral lacks, and registering that it came. Neither moves the status or a clock.

Both are moves, and raise what every move raises (`actions.worklist`).
"""

from datetime import date, datetime

from referrals.actions.cases import Case
from referrals.actions.checks import check_day, check_values
from referrals.actions.transactions import action
from referrals.choices import EventKind, Move
from referrals.errors import DateBefore, NothingMissing
from referrals.models import InformationRequest, Referral, User
from referrals.permissions import Access


@action
def ask(
    *,
    referral_id: int,
    version: int,
    what: str,
    asked_of: str,
    on: date,
    wanted_by: date,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Note that information is missing: what, whom it was asked of on the day `on`, and the last day it is wanted by.

    The history keeps what was asked for as its note. Raises UnknownCode or InvalidValue, and DateBefore (`wanted_by`).
    """
    case = Case.take(Move.REQUEST, referral_id=referral_id, version=version, access=access, by=by, at=at)
    referral = case.referral
    check_day(on, field="on", today=case.today, earliest=referral.received_on)
    if wanted_by < on:
        raise DateBefore(field="wanted_by", earliest=on)
    request = InformationRequest(
        municipality_id=referral.municipality_id,
        referral=referral,
        what=what.strip(),
        asked_of=asked_of,
        asked_on=on,
        wanted_by=wanted_by,
    )
    check_values(request, ["what", "asked_of"])
    request.save()
    return case.save(EventKind.INFORMATION_ASKED, on=on, note=request.what, information=request)


@action
def came(
    *,
    referral_id: int,
    version: int,
    request_id: int,
    on: date,
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Note that what was asked for came on the day `on`; other things may still be missing. Raises NothingMissing."""
    case = Case.take(Move.CAME, referral_id=referral_id, version=version, access=access, by=by, at=at)
    missing = InformationRequest.objects.missing().filter(referral=case.referral)
    request = missing.filter(pk=request_id).first()
    if request is None:
        raise NothingMissing(field="request_id")
    check_day(on, field="on", today=case.today, earliest=request.asked_on)
    request.received_on = on
    request.save(update_fields=["received_on"])
    return case.save(EventKind.INFORMATION_CAME, on=on, note=request.what, information=request)
