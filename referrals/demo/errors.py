"""Three errors for the list of errors to find in one municipality, made as people make them: through the actions."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F

from referrals.actions import worklist
from referrals.choices import ContactKind, PauseReason, Status
from referrals.models import Referral, User, access_of
from referrals.models.referral import ReferralQuerySet
from referrals.waiting import HALF_A_YEAR_DAYS, OSLO

# After office hours, so that it comes after all that was registered on the last day.
REGISTERED = time(16, 30, tzinfo=OSLO)
FIRST_WEEK = timedelta(days=7)


def add(municipality_id: int, by: User, last_day: date) -> None:
    """A start before the assessment, a start without one, and a pause that nobody has ended; where a case allows it.

    Registered on the last working day of the demo.
    """
    access = access_of(by, on=last_day)
    own = Referral.objects.open_to(access).filter(municipality=municipality_id, pauses__isnull=True)
    who = {"access": access, "by": by, "at": datetime.combine(last_day, REGISTERED)}
    waiting, received = own.filter(status=Status.WAITING), own.filter(status=Status.RECEIVED)
    long_ago = last_day - timedelta(days=HALF_A_YEAR_DAYS) - 2 * FIRST_WEEK
    _do(worklist.start, waiting.filter(prioritised_on__gt=F("received_on")), _visit, who)
    _do(worklist.start, received, _visit, who)
    _do(worklist.pause, waiting.filter(received_on__lt=long_ago), _hold, who)


def _visit(case: Referral) -> dict[str, Any]:
    return {"kind": ContactKind.VISIT, "on": case.received_on}


def _hold(case: Referral) -> dict[str, Any]:
    return {"reason": PauseReason.CAPACITY, "on": case.received_on + FIRST_WEEK}


def _do(
    act: Callable[..., Referral],
    cases: ReferralQuerySet,
    how: Callable[[Referral], dict[str, Any]],
    who: dict[str, Any],
) -> None:
    """With the one that was received last."""
    case = cases.order_by("-received_on", "-pk").first()
    if case is not None:
        act(referral_id=case.pk, version=case.version, **how(case), **who)
