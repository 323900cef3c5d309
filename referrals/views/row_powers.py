"""What a user may do in the rows of the waitlist."""

from referrals.actions.bulk import TO_MANY
from referrals.choices import Move
from referrals.models import Municipality
from referrals.permissions import Access
from referrals.tables.waitlist import RowPowers
from referrals.views.case import SLUGS


def powers_in(municipality: Municipality, access: Access) -> RowPowers:
    """By the permissions that the moves ask for, whatever roles they come from."""
    place = municipality.pk

    def slug(move: Move) -> str:
        return SLUGS[move] if access.can_move(move, place) else ""

    return RowPowers(
        may_choose=any(access.can_move(move, place) for move in TO_MANY),
        priority=slug(Move.PRIORITISE),
        therapist=slug(Move.ASSIGN),
        next_step=slug(Move.NEXT_STEP),
    )
