"""One move made with several referrals at once, all of them or none, and undone again within a while."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from referrals.actions import rounds, worklist
from referrals.actions.cases import Case
from referrals.actions.transactions import action
from referrals.choices import EventKind, Move
from referrals.errors import DomainError, NothingChanged, SomeRefused, TooManyChosen, UndoTooLate
from referrals.models import (
    BulkAction,
    BulkRow,
    Municipality,
    Referral,
    RiskEvent,
    User,
    Validation,
    WaitPause,
)
from referrals.permissions import Access

MOST_AT_ONCE = 100  # referrals
UNDO_TIME = timedelta(minutes=15)

# What can be done to several at once, by the same actions that do it to one. Each of them changes no more than FACTS,
# the ends of pauses, that a need was assessed anew and, where the citizens are asked, the round that this begins.
TO_MANY: dict[Move, Callable[..., Referral]] = {
    Move.ASSIGN: worklist.assign,
    Move.PRIORITISE: worklist.prioritise,
    Move.ASK: rounds.ask,
    Move.CLOSE: worklist.close,
}
# The columns that these moves write, and whether they hold a day.
FACTS = {
    "status": False,
    "priority": False,
    "prioritised_on": True,
    "therapist_id": False,
    "assigned_on": True,
    "closed_on": True,
    "outcome": False,
}


@action
def do_to_many(
    *,
    move: Move,
    municipality: Municipality,
    chosen: Mapping[int, int],
    arguments: Mapping[str, Any],
    key: UUID,
    access: Access,
    by: User,
    at: datetime,
) -> BulkAction:
    """Make a move of TO_MANY with all of the chosen referrals, or with none: `chosen` are versions seen, by id.

    `arguments` are those of the move, the same for each. Where a referral is already as it is to be, nothing is
    written of it. The same `key` again leads to what was done the first time.

    Raises SomeRefused, which says of each that is in the way why; TooManyChosen; NothingChanged where none would be
    changed; NotAllowed.
    """
    access.check_move(move, municipality.pk)
    if len(chosen) > MOST_AT_ONCE:
        raise TooManyChosen(most=MOST_AT_ONCE)
    done = {"move": move, "count": len(chosen), "done_at": at, "done_by": by}
    bulk, is_new = BulkAction.objects.get_or_create(municipality=municipality, key=key, defaults=done)
    if not is_new:
        return bulk
    before = _before(municipality, chosen, access)
    who = {"access": access, "by": by, "at": at}
    after = _make(move, chosen, before, {**arguments, **who})
    _remember(bulk, {pk: before[pk] for pk in after}, after)
    return bulk


@action
def undo(
    *, bulk_id: int, access: Access, by: User, at: datetime, all_or_none: bool = True
) -> tuple[BulkAction, int]:
    """Give each referral of one's own action back what it was before, as a further line of its history.

    Whoever was asked whether they still wait no longer stands as asked: the round is deleted.
    Not one that somebody has changed since: SomeRefused says which, unless `all_or_none` is False: then the
    rest is undone all the same. Returns the action, and how many were undone; 0 where it was undone already. Raises
    BulkAction.DoesNotExist, UndoTooLate, NotAllowed, SomeRefused.
    """
    bulk = BulkAction.objects.select_for_update().get(pk=bulk_id, done_by=by)
    access.check_move(Move(bulk.move), bulk.municipality_id)
    if bulk.undone_at is not None:
        return bulk, 0
    if at > bulk.done_at + UNDO_TIME:
        raise UndoTooLate(minutes=UNDO_TIME // timedelta(minutes=1))
    refused: dict[int, DomainError | None] = {}
    count = 0
    for row in bulk.rows.filter(municipality_id=bulk.municipality_id).order_by("referral_id"):
        try:
            _put_back(row, Move(bulk.move), access=access, by=by, at=at)
            count += 1
        except (DomainError, Referral.DoesNotExist) as error:
            refused[row.referral_id] = _said(error)
    if refused and (all_or_none or not count):
        raise SomeRefused(refused)
    bulk.undone_at = at
    bulk.save(update_fields=["undone_at"])
    return bulk, count


def _before(
    municipality: Municipality, chosen: Mapping[int, int], access: Access
) -> dict[int, dict[str, Any]]:
    """What the referrals are now, each locked in the order of the ids, so that two who meet wait for each other."""
    own = Referral.objects.open_to(access).in_municipality(municipality).filter(pk__in=list(chosen))
    locked = own.order_by("pk").select_for_update(of=("self",))
    found = {
        referral.pk: _facts(referral) | {"pauses": {}, "reassess": [], "risks": []} for referral in locked
    }
    for pause in WaitPause.objects.filter(referral__in=list(found)).order_by("pk"):
        found[pause.referral_id]["pauses"][str(pause.pk)] = _iso(pause.ended_on)
    for validation in Validation.objects.to_reassess().filter(referral__in=list(found)).order_by("pk"):
        found[validation.referral_id]["reassess"].append(validation.pk)
    for risk in RiskEvent.objects.to_reassess().filter(referral__in=list(found)).order_by("pk"):
        found[risk.referral_id]["risks"].append(risk.pk)
    return found


def _make(
    move: Move,
    chosen: Mapping[int, int],
    before: Mapping[int, Any],
    arguments: Mapping[str, Any],
) -> dict[int, int]:
    """The move with each of them; the versions they have afterwards, of those that it changed."""
    refused: dict[int, DomainError | None] = {pk: None for pk in chosen if pk not in before}
    after: dict[int, int] = {}
    for pk in sorted(before):
        try:
            after[pk] = TO_MANY[move](referral_id=pk, version=chosen[pk], **arguments).version
        except NothingChanged:
            continue
        except (DomainError, Referral.DoesNotExist) as error:
            refused[pk] = _said(error)
    if refused:
        raise SomeRefused(refused)
    if not after:
        raise NothingChanged
    return after


def _remember(bulk: BulkAction, before: Mapping[int, Any], after: Mapping[int, int]) -> None:
    BulkRow.objects.bulk_create(
        BulkRow(
            municipality_id=bulk.municipality_id,
            bulk_action=bulk,
            referral_id=pk,
            version=after[pk],
            before=before[pk],
        )
        for pk in sorted(after)
    )
    if bulk.count != len(after):
        bulk.count = len(after)
        bulk.save(update_fields=["count"])


def _put_back(row: BulkRow, move: Move, **who: Any) -> None:
    """One referral as it was, if it still has the version that the action left."""
    case = Case.hold(move, referral_id=row.referral_id, version=row.version, **who)
    for name, is_day in FACTS.items():
        value = row.before[name]
        setattr(case.referral, name, date.fromisoformat(value) if is_day and value else value)
    anew = Validation.objects.filter(referral=case.referral, pk__in=row.before["reassess"])
    anew.update(reassessed_on=None)
    if move == Move.ASK:
        # The one that the action began: nobody is asked whose round is open, and nothing was saved since.
        Validation.objects.open().filter(referral=case.referral).delete()
    risks = RiskEvent.objects.filter(referral=case.referral, pk__in=row.before.get("risks", []))
    risks.update(reassessed_on=None)
    case.save(
        EventKind.UNDONE, on=_day_of(case, move), pauses=_pauses_put_back(case.referral, row.before["pauses"])
    )


def _day_of(case: Case, move: Move) -> date:
    """Today; of a priority the day from which it was said to hold, so that it holds on no day in between."""
    said = case.referral.events.filter(kind=EventKind.PRIORITISED).order_by("registered_at", "pk").last()
    return said.happened_on if said is not None and move == Move.PRIORITISE else case.today


def _pauses_put_back(referral: Referral, ends: Mapping[str, str | None]) -> list[WaitPause]:
    """The pauses that the action ended, with the end that they had."""
    ended = []
    for pause in referral.pauses.order_by("pk"):
        if _iso(pause.ended_on) != ends[str(pause.pk)]:
            end = ends[str(pause.pk)]
            pause.ended_on = date.fromisoformat(end) if end else None
            pause.save(update_fields=["ended_on"])
            ended.append(pause)
    return ended


def _facts(referral: Referral) -> dict[str, Any]:
    """The columns of FACTS as JSON can hold them."""
    values = {name: getattr(referral, name) for name in FACTS}
    return {name: _iso(value) if FACTS[name] else value for name, value in values.items()}


def _said(error: Exception) -> DomainError | None:
    """The refusal, if it may be told: whoever may not see a referral is told nothing of it."""
    return error if isinstance(error, DomainError) else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
