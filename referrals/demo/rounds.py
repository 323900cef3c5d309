"""Some of those who wait in Moss were asked whether they still do, and some long holds were reviewed: by the actions.

Nothing here is drawn by chance: it follows from the order of the cases, so that no other part of the demo is another
one for it.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from referrals.actions import rounds
from referrals.choices import Task, ValidationChannel, ValidationResult
from referrals.models import Municipality, Referral, User, access_of
from referrals.reports.deadlines import rows_of
from referrals.waiting import OSLO

OFFICE_TIME = time(10, 30, tzinfo=OSLO)
MOST_ASKED, ASKED_DAYS_AGO, ANSWERED_DAYS_AGO = 60, 35, 6
# By turns; None: no answer yet. Of each five one is left, whose turn has come.
ANSWERS = (
    ValidationResult.STILL_WAITING,
    None,
    ValidationResult.STILL_WAITING,
    ValidationResult.NOT_REACHED,
    ValidationResult.STILL_WAITING,
    None,
    ValidationResult.STILL_WAITING,
    ValidationResult.CHANGED,
)
LEFT = 5
CHANNELS = (ValidationChannel.LETTER, ValidationChannel.PHONE, ValidationChannel.SMS)
REVIEW_NOTES = ("Ringt: vil fortsatt vente.", "Avklart med sykehuset: fortsatt innlagt.")


def play(by: User, code: str, last_day: date) -> None:
    """In the municipality, by its coordinator, as it stands on the last day of the demo."""
    acting: dict[str, Any] = {
        "by": by,
        "at": datetime.combine(last_day, OFFICE_TIME),
        "access": access_of(by, on=last_day),
    }
    municipality = Municipality.objects.present().get(code=code)
    here = Referral.objects.open_to(acting["access"]).in_municipality(municipality)
    for nth, referral in enumerate(list(rows_of(here, Task.ASK, on=last_day)[:MOST_ASKED])):
        if nth % LEFT:
            _ask(referral, nth, last_day, acting)
    for nth, referral in enumerate(list(rows_of(here, Task.REVIEW, on=last_day))):
        if nth % 2:
            _review(referral, nth, last_day, acting)


def _ask(referral: Referral, nth: int, last_day: date, acting: dict[str, Any]) -> None:
    """One is asked, and perhaps answers."""
    asked_on = max(referral.received_on, last_day - timedelta(days=ASKED_DAYS_AGO - nth % 20))
    case: dict[str, Any] = {"referral_id": referral.pk, "version": referral.version}
    asked = rounds.ask(**case, channel=CHANNELS[nth % len(CHANNELS)], on=asked_on, **acting)
    result = ANSWERS[nth % len(ANSWERS)]
    if result is not None:
        answered_on = max(asked_on, last_day - timedelta(days=ANSWERED_DAYS_AGO))
        case = {"referral_id": asked.pk, "version": asked.version}
        rounds.answer(**case, result=result, on=answered_on, **acting)


def _review(referral: Any, nth: int, last_day: date, acting: dict[str, Any]) -> None:
    """A hold that has lasted long is looked at, and goes on."""
    rounds.review(
        referral_id=referral.pk,
        version=referral.version,
        reason=referral.review_reason,
        on=last_day,
        note=REVIEW_NOTES[nth % len(REVIEW_NOTES)],
        **acting,
    )
