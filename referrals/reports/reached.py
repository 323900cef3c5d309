"""Which cases of a municipality are counted for somebody: all, or those of some units. Told in a recipe, and read back.

Which unit a case belongs to is known only as it is now: figures of some units are not made again once a case has moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q

from referrals.choices import EventKind
from referrals.models import ReferralEvent
from referrals.models.referral import ReferralQuerySet
from referrals.permissions import Access, Permission
from referrals.reports.recipe import Filters, of_units

UNPLACED, OPENED, YES = "in_no_unit", "opened", "yes"


@dataclass(frozen=True)
class Reached:
    """The cases of `units`, by id; None: of all, and those in none.

    `has_unplaced`: also those in no unit. `has_opened`: also those of other units that emergency access had opened;
    which ones no recipe says.
    """

    units: frozenset[int] | None = None
    has_unplaced: bool = False
    has_opened: bool = False

    @classmethod
    def by(cls, access: Access, municipality_id: int) -> Self:
        """What the user reaches in the municipality."""
        units = access.units(municipality_id)
        if units is None:
            return cls()
        has_unplaced = access.can(Permission.TRIAGE, municipality_id)
        return cls(units, has_unplaced, bool(access.shield.emergency))

    @classmethod
    def read(cls, filters: Mapping[str, str]) -> Self:
        """What a recipe says."""
        if "units" not in filters:
            return cls()
        units = frozenset(map(int, filter(None, filters["units"].split(","))))
        return cls(units, UNPLACED in filters, OPENED in filters)

    @property
    def filters(self) -> Filters:
        """The same for a recipe; nothing where all are counted."""
        others = {UNPLACED: self.has_unplaced, OPENED: self.has_opened}
        return (*of_units(self.units), *((name, YES) for name, is_so in others.items() if is_so))

    def is_within(self, other: "Reached") -> bool:
        """Whether whoever reaches the other reaches all of this."""
        if self.units is None or other.units is None:
            return other.units is None
        return self.units <= other.units and self.has_unplaced <= other.has_unplaced

    def among(self, rows: ReferralQuerySet) -> ReferralQuerySet:
        """Those of the rows of one municipality; of what was opened, what the rows hold."""
        if self.units is None or self.has_opened:
            return rows
        unplaced = Q(unit_id__isnull=True) if self.has_unplaced else Q()
        return rows.filter(Q(unit_id__in=self.units) | unplaced)

    def has_moved(self, municipality_id: int, since: datetime) -> bool:
        """Whether the units may hold other cases than at the instant, beside those registered since."""
        if self.units is None:
            return False
        later = ReferralEvent.objects.filter(municipality_id=municipality_id, registered_at__gte=since)
        return later.exclude(kind=EventKind.RECEIVED).filter(details__changes__has_key="unit").exists()


EVERY_CASE = Reached()
