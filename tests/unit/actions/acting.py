"""Doing things to referrals in tests: who, when, and each move with arguments that are right on TODAY."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection

from referrals.actions import information, merging, referrals, risks, rounds, worklist
from referrals.choices import (
    AskedOf,
    Channel,
    ContactKind,
    Move,
    Outcome,
    PauseReason,
    RiskKind,
    Source,
    ValidationChannel,
    ValidationResult,
)
from referrals.models import Referral, User, access_of
from referrals.waiting import oslo_date
from tests.factories import NOW, TODAY, days_ago

Fields = dict[str, Any]

ACTIONS: dict[Move, Callable[..., Referral]] = {
    Move.PRIORITISE: worklist.prioritise,
    Move.ASSIGN: worklist.assign,
    Move.PAUSE: worklist.pause,
    Move.RESUME: worklist.resume,
    Move.REVIEW: rounds.review,
    Move.START: worklist.start,
    Move.NO_SHOW: worklist.no_show,
    Move.REPLY: worklist.reply,
    Move.REQUEST: information.ask,
    Move.CAME: information.came,
    Move.ASK: rounds.ask,
    Move.ANSWER: rounds.answer,
    Move.CLOSE: worklist.close,
    Move.REOPEN: worklist.reopen,
    Move.NEXT_STEP: worklist.set_next_step,
    Move.RISK: risks.register,
    Move.RISK_ERROR: risks.withdraw,
    Move.MERGE: merging.merge,
    Move.CORRECT: referrals.correct,
}


def acting(by: User, at: datetime = NOW) -> Fields:
    """Who acts, with the rights of that day, and when: the arguments every action has."""
    return {"by": by, "at": at, "access": access_of(by, on=oslo_date(at))}


def do(move: Move, referral: Referral, by: User, *, at: datetime = NOW, **arguments: Any) -> Referral:
    """Make a move today on the version at hand; arguments replace the usual ones."""
    usual: dict[Move, Fields] = {
        Move.PRIORITISE: {"priority": 1, "on": TODAY},
        Move.ASSIGN: {"therapist_id": None, "on": TODAY},
        Move.PAUSE: {"reason": PauseReason.OWN_WISH, "on": TODAY},
        Move.RESUME: {"reason": on_hold_for(referral, at) if move == Move.RESUME else "", "on": TODAY},
        Move.REVIEW: {
            "reason": on_hold_for(referral, at) if move == Move.REVIEW else "",
            "note": "Ringt: vil fortsatt vente.",
            "on": TODAY,
        },
        Move.START: {"kind": ContactKind.VISIT, "on": TODAY},
        Move.NO_SHOW: {"on": TODAY},
        Move.REPLY: {"on": TODAY},
        Move.REQUEST: {
            "what": "Epikrise",
            "asked_of": AskedOf.HOSPITAL,
            "on": TODAY,
            "wanted_by": days_ago(-14),
        },
        Move.CAME: {"request_id": missing_of(referral) if move == Move.CAME else 0, "on": TODAY},
        Move.ASK: {"channel": ValidationChannel.LETTER, "on": TODAY},
        Move.ANSWER: {"result": ValidationResult.STILL_WAITING, "on": TODAY},
        Move.CLOSE: {"outcome": Outcome.NOT_NEEDED, "on": TODAY},
        Move.REOPEN: {"on": TODAY},
        Move.NEXT_STEP: {"next_step": "Ringe og avtale besøk", "follow_up_on": None},
        Move.RISK: {"kind": RiskKind.FALL, "on": TODAY},
        Move.RISK_ERROR: {
            "risk_id": risk_of(referral) if move == Move.RISK_ERROR else 0,
            "reason": "Gjaldt en annen.",
        },
        Move.MERGE: twin_of(referral) if move == Move.MERGE else {},
        Move.CORRECT: {"changes": {"source": Source.SELF}, "reason": "Feil avsender valgt."},
    }
    target = {"referral_id": referral.pk, "version": referral.version}
    return ACTIONS[move](**(target | usual[move] | acting(by, at) | arguments))


def on_hold_for(referral: Referral, at: datetime) -> str:
    """Why the referral is on hold, where it is."""
    running = referral.pauses.running(oslo_date(at)).first()
    return running.reason if running else PauseReason.OWN_WISH


def missing_of(referral: Referral) -> int:
    """What is missing of the referral, as a key; 0 where nothing is."""
    missing = referral.information_requests.missing().first()
    return missing.pk if missing else 0


def risk_of(referral: Referral) -> int:
    """A risk event of the referral that stands, as a key; 0 where none does."""
    risk = referral.risk_events.standing().first()
    return risk.pk if risk else 0


def twin_of(referral: Referral) -> Fields:
    """The citizen's other open referral in the category, to be merged into this one."""
    twin = Referral.objects.twins_of(referral).first()
    other = (
        {"other_id": twin.pk, "other_version": twin.version} if twin else {"other_id": 0, "other_version": 0}
    )
    return other | {"keep_id": referral.pk}


def data(category: Any, **values: Any) -> referrals.ReferralData:
    """A referral as it comes in: a letter from the GP, received ten days ago."""
    usual: Fields = {
        "received_on": days_ago(10),
        "category": category,
        "source": Source.GP,
        "channel": Channel.LETTER,
    }
    return referrals.ReferralData(**(usual | values))


def everything() -> list[tuple[str, list[tuple[Any, ...]]]]:
    """All rows of all tables of the app: to see that nothing was written."""
    with connection.cursor() as cursor:
        # Those that the app reads: finished statistics are written and read by functions of the database alone.
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'referrals_%'"
            " AND has_table_privilege(schemaname || '.' || tablename, 'SELECT') ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            rows.append((table, cursor.fetchall()))
    return rows


def pauses(referral: Referral) -> list[tuple[str, date, date | None]]:
    """The pauses of a referral: reason, from, to."""
    return list(referral.pauses.order_by("started_on").values_list("reason", "started_on", "ended_on"))
