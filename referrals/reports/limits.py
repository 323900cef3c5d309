"""What administrators have set, by the day that figures are of: what is a small number, and what is thin coverage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from referrals.models import SmallNumberLimit, ThinCoverageLimit
from referrals.models.limits import STANDARD_FTE, STANDARD_LIMIT


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

    @classmethod
    def of(cls, counties: Iterable[Any]) -> Self:
        """All that are registered, of counties that were read `with_limits`; none where there are no counties."""
        found: list[dict[str, Any]] = next((county.limits for county in counties), [])
        return cls(tuple((date.fromisoformat(limit["since"]), limit["least"]) for limit in found))

    def on(self, day: date) -> int:
        """The limit of the day."""
        return next((least for first_day, least in self.since if first_day <= day), STANDARD_LIMIT)


def with_limits(counties: QuerySet) -> Any:
    """The counties with `limits`: whoever decides what outsiders see needs both, and asks once."""
    newest_first = SmallNumberLimit.objects.order_by("-valid_from", "-pk")
    return counties.annotate(
        limits=ArraySubquery(newest_first.values(limit=JSONObject(since="valid_from", least="least_shown")))
    )


def least_fte_on(day: date) -> Decimal:
    """Årsverk per 10 000 inhabitants under which coverage is thin on the day. One query."""
    newest = ThinCoverageLimit.objects.filter(valid_from__lte=day).values_list("least_fte", flat=True).first()
    return STANDARD_FTE if newest is None else newest
