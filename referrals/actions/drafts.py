"""Keeping what somebody has typed of a referral, and throwing it away. Nothing of it is a referral yet."""

from datetime import datetime
from uuid import UUID

from referrals.actions.transactions import action
from referrals.errors import DraftChanged, DraftTooLong, ForeignRecord, TooManyDrafts
from referrals.models import Draft, Municipality, Person, User
from referrals.models.draft import Typed
from referrals.permissions import Access, Permission

MOST = 30  # of one user in a municipality: a list that is looked through at a glance
LONGEST = 100_000  # characters; the form filled to its limits is a tenth of it


@action
def save(
    *,
    municipality: Municipality,
    key: UUID,
    person: Person | None,
    typed: Typed,
    version: int,
    access: Access,
    by: User,
    at: datetime,
) -> Draft:
    """Keep the form as it is typed so far, over what was kept of it before.

    `version` is that of the draft this was typed on, 0 where there was none yet. The same text sent twice is saved
    once. Raises DraftChanged where another window has saved something else meanwhile, TooManyDrafts, DraftTooLong,
    NotAllowed, ForeignRecord.
    """
    access.check(Permission.REGISTER, municipality.pk)
    if person is not None and person.municipality_id != municipality.pk:
        raise ForeignRecord
    if len(typed.form) > LONGEST:
        raise DraftTooLong
    draft, is_new = _taken(municipality, key, person, typed, by, at)
    if is_new or (draft.typed, draft.person_id) == (typed, person and person.pk):
        return draft
    if version != draft.version:
        raise DraftChanged(current=draft)
    draft.typed, draft.person, draft.saved_at = typed, person, at
    draft.version += 1
    draft.save(update_fields=["sealed", "person", "version", "saved_at"])
    return draft


def _taken(
    municipality: Municipality, key: UUID, person: Person | None, typed: Typed, by: User, at: datetime
) -> tuple[Draft, bool]:
    """The draft under the key, locked, and whether it was made just now."""
    own = Draft.objects.filter(municipality=municipality, user=by)
    draft = own.select_for_update().filter(key=key).first()
    if draft is not None:
        return draft, False
    if own.count() >= MOST:
        raise TooManyDrafts(most=MOST)
    new = Draft(municipality=municipality, user=by, key=key, person=person, saved_at=at)
    new.typed = typed
    values = {"person": person, "sealed": new.sealed, "saved_at": at}
    return own.select_for_update().get_or_create(municipality=municipality, user=by, key=key, defaults=values)


@action
def discard(*, municipality: Municipality, key: UUID, by: User) -> bool:
    """Throw the user's draft under the key away; whether there was one."""
    return bool(Draft.objects.filter(municipality=municipality, user=by, key=key).delete()[0])
