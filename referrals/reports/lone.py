"""How many therapists of the country have no colleague in their municipality: persons, counted so that none is told.

Outside the municipality only årsverk are shown, and a municipality's number of therapists could be found out: from a
county where all are alone, or from two days between which one municipality's årsverk changed. So the figure is of the
whole country, of the end of a year, and only where many could be alone and are not.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, Sum

from referrals.models import ALL_KNOWN, Employment, Hindsight, register_as
from referrals.models.workforce import MOST_FTE
from referrals.reports.limits import Limits


@dataclass(frozen=True)
class LoneTherapists:
    """Those without a colleague in a municipality at the end of the year that ends with `on`. None: not shown."""

    on: date
    people: int | None


def lone_therapists(on: date, limits: Limits, hindsight: Hindsight = ALL_KNOWN) -> LoneTherapists:
    """At the newest end of a year not after the day, by those who count in a municipality; leaves change nothing.

    Shown from the limit of that day on, and only if of the municipalities with no more årsverk than one person can
    hold as many have several therapists: else whoever sees årsverk would know that somebody there is alone. One query,
    within `looking_back`.
    """
    ended = newest_year_end(on)
    least = limits.on(ended)
    counted = register_as(Employment.objects, hindsight).counting(ended).order_by()
    here = counted.filter(municipality__valid_to__isnull=True).values("municipality")
    rows = here.annotate(people=Count("therapist", distinct=True), one=Min("therapist"), all_fte=Sum("fte"))
    could_be = rows.filter(Q(people=1) | Q(all_fte__lte=MOST_FTE))
    alone = {row["one"] for row in could_be if row["people"] == 1}
    several = sum(row["people"] > 1 for row in could_be)
    is_shown = len(alone) >= least and several >= least
    return LoneTherapists(ended, len(alone) if is_shown else None)


def newest_year_end(on: date) -> date:
    """The newest 31 December that is not after the day."""
    last = date(on.year, 12, 31)
    return last if on == last else date(on.year - 1, 12, 31)
