"""What a version of a priority key would change for those who wait: saved, looked at by the clock, and taken back.

So there is no second definition of what a key means: the preview is what the lists will show.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.actions import priority_keys
from referrals.actions.priority_keys import KeyData
from referrals.actions.transactions import action
from referrals.models import Municipality, PriorityKey, Referral, User
from referrals.permissions import Access, Permission
from referrals.waiting import oslo_date


class State(Enum):
    """How somebody who waits stands to the target. Without one: not assessed, or not in the key."""

    WITHIN = _("Within target")
    OVER = _("Over target")
    NONE = _("Without a target")


class Change(Enum):
    """What becomes of one referral, told apart by what matters most."""

    TO_OVER = pgettext_lazy("referral", "From within target to over target")
    TO_WITHIN = pgettext_lazy("referral", "From over target to within target")
    LOSES = pgettext_lazy("referral", "Loses its target: the key no longer has its priority")
    GAINS = pgettext_lazy("referral", "Gets a target: the key had none for its priority")
    MOVED = pgettext_lazy("referral", "Another due date, otherwise as before")
    SOON = _("Becomes due soon")
    NOT_SOON = _("Is no longer due soon")
    REPLY_DUE = pgettext_lazy("referral", "A preliminary reply becomes due")
    REPLY_NOT_DUE = pgettext_lazy("referral", "A preliminary reply is no longer due")


@dataclass(frozen=True)
class Standing:
    """What the clock says of one referral under one key."""

    state: State
    due_on: date | None
    is_due_soon: bool
    needs_reply: bool


@dataclass(frozen=True)
class Changed:
    """A referral of which something changes, and from when to when its target falls due."""

    number: str
    before: Standing
    after: Standing


@dataclass(frozen=True)
class Preview:
    """What changes for those who wait at the end of the day. A referral may stand under two changes.

    `elsewhere`: how many changed referrals are of units whose cases the user does not see: counted, and not listed.
    """

    waiting: int
    before: Counter[State]
    after: Counter[State]
    counts: Counter[Change]
    changed: dict[Change, list[Changed]] = field(default_factory=dict)
    elsewhere: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nobody's case changes."""
        return not self.counts


@action
def preview(
    *,
    municipality: Municipality,
    data: KeyData,
    corrects: PriorityKey | None = None,
    reason: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Preview:
    """What would change for those who wait now, if the version were saved. Nothing is written.

    Raises what `save_version` raises, but for KeyChanged.
    """
    access.check(Permission.EDIT_PRIORITY_KEY, municipality.pk)
    priority_keys.check(municipality, data, corrects=corrects, reason=reason, today=oslo_date(at))
    on = oslo_date(at)
    before = standings(municipality, on=on)
    with transaction.atomic():
        priority_keys.write(municipality, data, corrects=corrects, reason=reason, by=by, at=at)
        after = standings(municipality, on=on)
        transaction.set_rollback(True)
    seen = Referral.objects.visible_to(access).in_municipality(municipality).waiting(on=on)
    return compare(before, after, set(seen.values_list("number", flat=True)))


def standings(municipality: Municipality, *, on: date) -> dict[str, Standing]:
    """Of everybody who waits in the municipality at the end of the day, by referral number."""
    rows = Referral.objects.in_municipality(municipality).waiting(on=on).with_wait(on=on).with_reply()
    values = rows.annotate(over=F("is_over_target"), due=F("due_on"), soon=F("is_due_soon")).order_by(
        "number"
    )
    return {
        number: Standing(_state(over), due, soon, needs_reply)
        for number, over, due, soon, needs_reply in values.values_list(
            "number", "over", "due", "soon", "needs_reply"
        )
    }


def compare(before: dict[str, Standing], after: dict[str, Standing], seen: set[str]) -> Preview:
    """The difference between two keys for the same referrals."""
    changed: dict[Change, list[Changed]] = {}
    counts: Counter[Change] = Counter()
    elsewhere = set()
    for number, old in before.items():
        for change in _changes(old, after[number]):
            counts[change] += 1
            if number in seen:
                changed.setdefault(change, []).append(Changed(number, old, after[number]))
            else:
                elsewhere.add(number)
    return Preview(
        waiting=len(before),
        before=Counter(standing.state for standing in before.values()),
        after=Counter(standing.state for standing in after.values()),
        counts=counts,
        changed={change: changed[change] for change in Change if change in changed},
        elsewhere=len(elsewhere),
    )


def _state(over: bool | None) -> State:
    if over is None:
        return State.NONE
    return State.OVER if over else State.WITHIN


def _changes(old: Standing, new: Standing) -> Iterator[Change]:
    """At most one change of the target, and one of the reply."""
    if old.state != new.state:
        yield _new_state(old.state, new.state)
    elif old.due_on != new.due_on:
        yield Change.MOVED
    elif old.is_due_soon != new.is_due_soon:
        yield Change.SOON if new.is_due_soon else Change.NOT_SOON
    if old.needs_reply != new.needs_reply:
        yield Change.REPLY_DUE if new.needs_reply else Change.REPLY_NOT_DUE


def _new_state(old: State, new: State) -> Change:
    if State.NONE in (old, new):
        return Change.GAINS if old == State.NONE else Change.LOSES
    return Change.TO_OVER if new == State.OVER else Change.TO_WITHIN
