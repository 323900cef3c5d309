"""What all changes of a referral share: take it under lock, and save it with a new version and a line of history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from referrals import choices
from referrals.actions.checks import check_values
from referrals.choices import EventKind, Move
from referrals.errors import StaleVersion
from referrals.models import InformationRequest, PriorityTarget, Referral, ReferralEvent, User, WaitPause
from referrals.models.pause import WaitPauseQuerySet
from referrals.permissions import MOVE_PERMISSIONS, Access, Permission
from referrals.waiting import oslo_date

# What the history keeps with the value before and the value after: codes and dates.
CODES = ("status", "priority", "source", "channel", "handling", "urgency", "outcome")
DATES = (
    "received_on",
    "seniority_on",
    "prioritised_on",
    "assigned_on",
    "started_on",
    "closed_on",
    "follow_up_on",
)
# Other referrals, of which the history keeps the numbers.
LINKS = ("former", "merged_into")
# Of free text the history only says that it changed.
TEXTS = ("reason", "what_matters", "referrer_name", "referrer_phone", "external_reference", "next_step")


@dataclass(frozen=True)
class Case:
    """A referral in the hands of one action, with what it was when the action took it."""

    referral: Referral
    by: User
    at: datetime
    facts_before: dict[str, Any]
    texts_before: dict[str, str]

    @classmethod
    def new(cls, referral: Referral, *, by: User, at: datetime) -> Self:
        """A referral that is about to be registered: it was nothing before."""
        return cls(referral, by, at, facts_before={}, texts_before={name: "" for name in TEXTS})

    @classmethod
    def take(
        cls, move: Move, *, referral_id: int, version: int, access: Access, by: User, at: datetime
    ) -> Self:
        """Lock the referral for the rest of the transaction and make sure that the move is allowed.

        Raises Referral.DoesNotExist when the user may not see it, NotAllowed, StaleVersion or IllegalMove.
        """
        case = cls.hold(move, referral_id=referral_id, version=version, access=access, by=by, at=at)
        paused = case.running_pauses().exists()
        choices.check_move(move, status=case.referral.status, paused=paused)
        return case

    @classmethod
    def hold(
        cls, move: Move, *, referral_id: int, version: int, access: Access, by: User, at: datetime
    ) -> Self:
        """The same for whoever may make the move, whatever the state: to undo it.

        Raises Referral.DoesNotExist, NotAllowed or StaleVersion.
        """
        needed = MOVE_PERMISSIONS[move]
        return cls.reach(needed, referral_id=referral_id, version=version, access=access, by=by, at=at)

    @classmethod
    def reach(
        cls,
        needed: Permission,
        *,
        referral_id: int,
        version: int,
        access: Access,
        by: User,
        at: datetime,
    ) -> Self:
        """The same for whoever holds the permission, for what is no move.

        Raises Referral.DoesNotExist, NotAllowed or StaleVersion.
        """
        own = Referral.objects.open_to(access).select_related("category", "person", "former", "merged_into")
        referral = own.select_for_update(of=("self",)).get(pk=referral_id)
        access.check(needed, referral.municipality_id)
        if referral.version != version:
            raise StaleVersion(current=referral)
        return cls(referral, by, at, _facts(referral), _texts(referral))

    @property
    def today(self) -> date:
        """The day of registration, in Norway."""
        return oslo_date(self.at)

    def running_pauses(self) -> WaitPauseQuerySet:
        """The pauses that run at the end of the day of registration, each for another reason."""
        return WaitPause.objects.running(self.today).filter(referral=self.referral)

    def end_pauses(self, on: date) -> list[WaitPause]:
        """Let no pause last beyond the day; one that began later becomes empty. Returns those that changed."""
        later = [
            pause for pause in self.referral.pauses.all() if pause.ended_on is None or pause.ended_on > on
        ]
        for pause in later:
            pause.ended_on = max(on, pause.started_on)
            pause.save(update_fields=["ended_on"])
        return later

    def changes(self) -> dict[str, list[Any]]:
        """Codes and dates that differ from before, each as [before, after]; empty is None."""
        after = _facts(self.referral)
        before = {name: self.facts_before.get(name) for name in after}
        return {name: [before[name], after[name]] for name in after if after[name] != before[name]}

    def changed_texts(self) -> list[str]:
        """Names of the free texts that differ from before."""
        after = _texts(self.referral)
        return [name for name in TEXTS if after[name] != self.texts_before[name]]

    def save(
        self,
        kind: EventKind,
        *,
        on: date,
        note: str = "",
        pauses: Iterable[WaitPause] = (),
        contact: dict[str, Any] | None = None,
        other: str = "",
        reply: date | None = None,
        judged_by: PriorityTarget | None = None,
        information: InformationRequest | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Referral:
        """Write the referral as its next version, and what happened on the day `on` as a line of its history.

        `other` is the number of another referral that took part in it; `reply` the day of a preliminary reply that this
        one has from it; `judged_by` what the key said of the priority that was set, `information` what was asked for or
        came; `more` are codes of what has no place among these.
        """
        referral = self.referral
        if referral.pk:
            referral.version += 1
        referral.changed_at = self.at
        event = ReferralEvent(
            municipality_id=referral.municipality_id,
            referral=referral,
            kind=kind,
            happened_on=on,
            registered_at=self.at,
            registered_by=self.by,
            details=self._details(pauses, contact, other, reply)
            | _judgement_facts(judged_by)
            | _information_facts(information)
            | dict(more or {}),
            note=note.strip(),
        )
        check_values(event, ["note"])
        referral.save()
        event.save()
        referral.refresh_from_db(fields=["wait_end"])  # the database computes it
        return referral

    def _details(
        self, pauses: Iterable[WaitPause], contact: dict[str, Any] | None, other: str, reply: date | None
    ) -> dict[str, Any]:
        """What the line of history holds, without what is empty."""
        details = {
            "changes": self.changes(),
            "texts": self.changed_texts(),
            "pauses": [_pause_facts(pause) for pause in pauses],
            "contact": contact,
            "other": other,
            "reply": _iso(reply),
        }
        return {name: value for name, value in details.items() if value}


def _facts(referral: Referral) -> dict[str, Any]:
    """The codes and dates of a referral as JSON can hold them; empty is None."""
    facts = {name: getattr(referral, name) or None for name in CODES}
    facts |= {name: _iso(getattr(referral, name)) for name in DATES}
    ids = {"therapist": referral.therapist_id, "unit": referral.unit_id}
    numbers = {name: other.number if (other := getattr(referral, name)) else None for name in LINKS}
    return facts | {"category": referral.category.code} | ids | numbers


def _texts(referral: Referral) -> dict[str, str]:
    return {name: getattr(referral, name) for name in TEXTS}


def _pause_facts(pause: WaitPause) -> dict[str, str | None]:
    return {"reason": pause.reason, "from": _iso(pause.started_on), "to": _iso(pause.ended_on)}


def _judgement_facts(target: PriorityTarget | None) -> dict[str, Any]:
    """What the key said at the time: its words stay in the history, whatever becomes of the key."""
    if target is None:
        return {}
    facts = {"days": target.days, "criteria": target.criteria, "key": _iso(target.key.valid_from)}
    return {"judged_by": facts}


def _information_facts(request: InformationRequest | None) -> dict[str, Any]:
    if request is None:
        return {}
    days = {"asked_on": _iso(request.asked_on), "wanted_by": _iso(request.wanted_by)}
    return {"information": {"asked_of": request.asked_of, **days}}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
