"""The limit of small numbers by the day that figures are of."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from referrals.models import SmallNumberLimit
from referrals.models.limits import STANDARD_LIMIT


@dataclass(frozen=True)
class Limits:
    """The least count shown to outsiders, from each first day on, newest first; before them all the standard one.

    A stock is hidden by the limit of its day, what came and went in a period by that of the period's last day: so each
    number is hidden alike wherever it is shown, whenever it is asked for.
    """

    since: tuple[tuple[date, int], ...] = ()

    @classmethod
    def read(cls) -> Self:
        """All that are registered. One query."""
        return cls(tuple(SmallNumberLimit.objects.values_list("valid_from", "least_shown")))

    def on(self, day: date) -> int:
        """The limit of the day."""
        return next((least for first_day, least in self.since if first_day <= day), STANDARD_LIMIT)
