"""What a user may do in the rows of the waitlist."""

from referrals.choices import Move
from referrals.models import Municipality
from referrals.permissions import MOVE_PERMISSIONS, Access, Permission
from referrals.tables.waitlist import ONLY_READ, RowPowers
from referrals.views.case import SLUGS

_WORKER = RowPowers(may_choose=True, next_step=SLUGS[Move.NEXT_STEP])
_TRIAGER = RowPowers(
    may_choose=True,
    priority=SLUGS[Move.PRIORITISE],
    therapist=SLUGS[Move.ASSIGN],
    next_step=SLUGS[Move.NEXT_STEP],
)


def powers_in(municipality: Municipality, access: Access) -> RowPowers:
    """By the permissions that the moves ask for: whoever triages may make all of them."""
    if access.can(Permission.TRIAGE, municipality.pk):
        return _TRIAGER
    return _WORKER if access.can(MOVE_PERMISSIONS[Move.CLOSE], municipality.pk) else ONLY_READ
