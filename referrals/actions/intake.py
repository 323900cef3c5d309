"""What an intake meeting decides of a referral, in one transaction."""

from datetime import date, datetime

from referrals.actions import worklist
from referrals.actions.transactions import action
from referrals.models import Referral, User
from referrals.permissions import Access


@action
def decide(
    *,
    referral_id: int,
    version: int,
    priority: int,
    therapist_id: int | None,
    on: date,
    note: str = "",
    access: Access,
    by: User,
    at: datetime,
) -> Referral:
    """Set the priority, and give the referral to the therapist where the meeting has settled that too; both or neither.

    `therapist_id` None, or who has the referral already: left as it is. Raises what `worklist.prioritise` and
    `worklist.assign` raise.
    """
    saved = worklist.prioritise(
        referral_id=referral_id,
        version=version,
        priority=priority,
        on=on,
        note=note,
        access=access,
        by=by,
        at=at,
    )
    if therapist_id in (None, saved.therapist_id):
        return saved
    return worklist.assign(
        referral_id=referral_id,
        version=saved.version,
        therapist_id=therapist_id,
        on=on,
        access=access,
        by=by,
        at=at,
    )
