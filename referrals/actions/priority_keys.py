"""Versions of a municipality's priority key: saved once, corrected by a new row, withdrawn while they judge nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Max

from referrals.actions.checks import check_reason, check_values
from referrals.actions.transactions import action
from referrals.errors import (
    DateAfter,
    DateTooOld,
    ForeignRecord,
    InvalidValue,
    KeyChanged,
    KeyInUse,
    KeyReplaced,
    KeyVersionExists,
    LevelMissing,
    NothingChanged,
    OnlyKeyVersion,
)
from referrals.models import (
    Category,
    Municipality,
    PriorityKey,
    PriorityTarget,
    Referral,
    ReplyRule,
    Submission,
    User,
)
from referrals.models.periods import EARLIEST
from referrals.models.priority import missing_levels
from referrals.permissions import Access, Permission
from referrals.waiting import DUE_SOON_DAYS, oslo_date

# A key that begins later is a slip in the year.
LONGEST_AHEAD = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Target:
    """The days within which a level of a category starts, and the criteria for it."""

    category_id: int
    level: int
    days: int
    criteria: str = ""

    @property
    def field(self) -> str:
        """What an error about it names."""
        return f"days_{self.category_id}_{self.level}"


@dataclass(frozen=True, kw_only=True)
class KeyData:
    """What a version says. `replies`: by category, whether a preliminary reply is due; all categories are named."""

    valid_from: date
    note: str = ""
    due_soon_days: int = DUE_SOON_DAYS
    targets: Sequence[Target]
    replies: Mapping[int, bool]

    @classmethod
    def of(cls, key: PriorityKey) -> Self:
        """What a saved version says."""
        targets = key.targets.order_by("category", "level")
        default = dict(Category.objects.values_list("pk", "is_vedtak"))
        return cls(
            valid_from=key.valid_from,
            note=key.note,
            due_soon_days=key.due_soon_days,
            targets=[Target(t.category_id, t.level, t.days, t.criteria) for t in targets],
            replies=default | dict(key.reply_rules.values_list("category_id", "is_due")),
        )

    def says_the_same_as(self, other: "KeyData") -> bool:
        """Whether nobody could tell the two apart."""
        return (
            (self.valid_from, self.note, self.due_soon_days)
            == (other.valid_from, other.note, other.due_soon_days)
            and set(self.targets) == set(other.targets)
            and self.replies == other.replies
        )


def state_of(municipality: Municipality) -> str:
    """Which versions the municipality has, as a short text that is another one after every change."""
    versions = PriorityKey.objects.of(municipality.pk)
    return f"{versions.aggregate(last=Max('pk'))['last'] or 0}-{versions.valid().count()}"


def saved_before(municipality: Municipality, submission: UUID) -> PriorityKey | None:
    """The version that this form was saved as already."""
    forms = Submission.objects.filter(municipality=municipality, key=submission, priority_key__isnull=False)
    return next((form.priority_key for form in forms.select_related("priority_key")), None)


@action
def save_version(
    *,
    municipality: Municipality,
    data: KeyData,
    corrects: PriorityKey | None = None,
    reason: str = "",
    seen: str,
    access: Access,
    by: User,
    at: datetime,
    submission: UUID | None = None,
) -> PriorityKey:
    """Save a version, which from then on judges whoever is received from its first day on, until the next begins.

    `corrects`: the version from the same day that it replaces. `reason` is written where somebody who has been received
    is judged anew: for a correction, and for a first day that has been. `seen` is `state_of` when the user looked at
    what changes. `submission` is the key of the form: sent again, it leads to the version of the first time.

    Raises NotAllowed, KeyVersionExists, KeyReplaced, KeyChanged, DateTooOld, DateAfter, LevelMissing, ForeignRecord,
    InvalidValue, ReasonRequired, ReasonTooShort or NothingChanged.
    """
    access.check(Permission.EDIT_PRIORITY_KEY, municipality.pk)
    _lock(municipality)
    if submission and (saved := saved_before(municipality, submission)):
        return saved
    check(municipality, data, corrects=corrects, reason=reason, today=oslo_date(at))
    if seen != state_of(municipality):
        raise KeyChanged
    key = write(municipality, data, corrects=corrects, reason=reason.strip(), by=by, at=at)
    if submission:
        Submission.objects.create(
            municipality=municipality, key=submission, user=by, priority_key=key, created_at=at
        )
    return key


@action
def withdraw_version(
    *, municipality: Municipality, key_id: int, access: Access, by: User, at: datetime
) -> PriorityKey:
    """Take a version back before anybody is judged by it; the one before it goes on. The change log has by whom.

    Raises NotAllowed, PriorityKey.DoesNotExist, KeyReplaced, OnlyKeyVersion or KeyInUse.
    """
    access.check(Permission.EDIT_PRIORITY_KEY, municipality.pk)
    _lock(municipality)
    key = PriorityKey.objects.of(municipality.pk).get(pk=key_id)
    if key.replaced_at is not None:
        raise KeyReplaced
    if not PriorityKey.objects.of(municipality.pk).valid().filter(valid_from__lt=key.valid_from).exists():
        raise OnlyKeyVersion
    if is_judged_by(key):
        raise KeyInUse
    _replace(key, at)
    return key


def is_judged_by(key: PriorityKey) -> bool:
    """Whether any referral, open or closed, was received while the version holds."""
    later = PriorityKey.objects.of(key.municipality_id).valid().filter(valid_from__gt=key.valid_from)
    until = later.order_by("valid_from").values_list("valid_from", flat=True).first()
    received = Referral.objects.filter(municipality=key.municipality_id, received_on__gte=key.valid_from)
    return (received.filter(received_on__lt=until) if until else received).exists()


def check(
    municipality: Municipality, data: KeyData, *, corrects: PriorityKey | None, reason: str, today: date
) -> None:
    """Whether the version may be saved; raises what `save_version` raises."""
    _check_day(data.valid_from, today)
    _check_place(municipality, data, corrects)
    if corrects is not None or data.valid_from <= today:
        check_reason(reason, field="reason")
    general = PriorityKey(note=data.note, due_soon_days=data.due_soon_days, reason=reason)
    check_values(general, ("note", "due_soon_days", "reason"))
    _check_targets(data)
    if corrects is not None and data.says_the_same_as(KeyData.of(corrects)):
        raise NothingChanged


def write(
    municipality: Municipality,
    data: KeyData,
    *,
    corrects: PriorityKey | None,
    reason: str,
    by: User,
    at: datetime,
) -> PriorityKey:
    """The bare rows, for whoever has asked what must be asked."""
    if corrects is not None:
        _replace(corrects, at)
    key = PriorityKey.objects.create(
        municipality=municipality,
        valid_from=data.valid_from,
        note=data.note,
        due_soon_days=data.due_soon_days,
        registered_at=at,
        registered_by=by,
        reason=reason,
        replaces=corrects,
    )
    PriorityTarget.objects.bulk_create(
        PriorityTarget(key=key, category_id=t.category_id, level=t.level, days=t.days, criteria=t.criteria)
        for t in data.targets
    )
    ReplyRule.objects.bulk_create(
        ReplyRule(key=key, category_id=category_id, is_due=is_due)
        for category_id, is_due in sorted(data.replies.items())
    )
    return key


def _lock(municipality: Municipality) -> None:
    """One at a time for a municipality; whoever registers a referral there does not wait for it."""
    Municipality.objects.select_for_update(no_key=True, of=("self",)).get(pk=municipality.pk)


def _replace(key: PriorityKey, at: datetime) -> None:
    key.replaced_at = at
    key.save(update_fields=["replaced_at"])


def _check_day(day: date, today: date) -> None:
    if day < EARLIEST:
        raise DateTooOld(field="valid_from")
    if day > today + LONGEST_AHEAD:
        raise DateAfter(field="valid_from", latest=today + LONGEST_AHEAD)


def _check_place(municipality: Municipality, data: KeyData, corrects: PriorityKey | None) -> None:
    """The row that is corrected is valid, of the municipality and from the same day; else the day is free."""
    if corrects is None:
        same_day = PriorityKey.objects.of(municipality.pk).valid().filter(valid_from=data.valid_from)
        if same_day.exists():
            raise KeyVersionExists(field="valid_from")
        return
    present = PriorityKey.objects.of(municipality.pk).filter(pk=corrects.pk).first()
    if present is None or present.valid_from != data.valid_from:
        raise ForeignRecord
    if present.replaced_at is not None:
        raise KeyReplaced


def _check_targets(data: KeyData) -> None:
    """Every category has levels from 1 on without a gap, each with days within bounds, and a word on the reply."""
    categories = set(Category.objects.values_list("pk", flat=True))
    if set(data.replies) != categories or not {target.category_id for target in data.targets} <= categories:
        raise ForeignRecord
    for category_id in sorted(categories):
        _check_levels(category_id, [t.level for t in data.targets if t.category_id == category_id])
    for target in data.targets:
        row = PriorityTarget(level=target.level, days=target.days, criteria=target.criteria)
        _check_named(row, ("level", "days", "criteria"), target.field)


def _check_levels(category_id: int, levels: Sequence[int]) -> None:
    """Raises LevelMissing, or ForeignRecord for the same level twice."""
    if missing := missing_levels(levels):
        raise LevelMissing(field=f"days_{category_id}_{missing[0]}", level=missing[0])
    if len(set(levels)) != len(levels):
        raise ForeignRecord(field=f"days_{category_id}_{levels[0]}")


def _check_named(row: PriorityTarget, names: Iterable[str], field: str) -> None:
    try:
        check_values(row, names)
    except InvalidValue as error:
        raise InvalidValue(field=field, **error.values) from error
