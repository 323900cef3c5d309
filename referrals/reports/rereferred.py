"""Who was referred anew within 90 days, of those whose case was closed after a start: for own staff only.

It asks the days themselves, and not the link that a re-referral has to the former: so a day that is corrected counts
as it is corrected. A referral belongs to the same need as another of the citizen's in the same category.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from referrals.choices import Knowledge
from referrals.models import ALL_KNOWN, Hindsight, looking_back, referrals_as
from referrals.reports.periods import Period
from referrals.reports.scopes import Scope
from referrals.reports.suppression import WITHHELD, Figure
from referrals.waiting import REREFERRED_DAYS, oslo_date

COLUMNS = ("id", "person_id", "category_id", "received_on", "started_on", "closed_on")


@dataclass(frozen=True)
class Rereferred:
    """Of those closed after a start in a period how many were `followed` for 90 days, and came back in them.

    Whoever was closed less than 90 days before the day up to which something is known is not followed yet.
    """

    followed: Figure
    again: Figure

    @property
    def share(self) -> Figure:
        """The share of those followed, 0 to 1; undefined where nobody was, and withheld where they are."""
        if self.followed.suppressed or self.again.suppressed:
            return WITHHELD
        return Figure((self.again.value or 0) / self.followed.value) if self.followed.value else Figure()


def build(
    scope: Scope, period: Period, *, data_as_of: datetime, hindsight: Hindsight = ALL_KNOWN
) -> Rereferred:
    """Of those closed in the period, by what is known at `data_as_of`, or was known by its last day. One query.

    Closed and received the same day is within, and so is the ninetieth day. Raises ValueError for outsiders.
    """
    if not scope.exact:
        raise ValueError("who comes back is counted for own staff only")
    known_to = period.last_day if hindsight.knowledge == Knowledge.THEN else oslo_date(data_as_of)
    last = known_to - timedelta(days=REREFERRED_DAYS)  # the last day of closing that is followed so long
    end = min(period.end, last + timedelta(days=1))
    closed = Q(closed_on__gte=period.start, closed_on__lt=end)
    came = Q(received_on__gte=period.start, received_on__lt=end + timedelta(days=REREFERRED_DAYS))
    rows = referrals_as(hindsight).counted().filter(closed | came, municipality_id__in=scope.ids).order_by()
    inner, parameters = rows.values(*COLUMNS).query.sql_with_params()
    with looking_back(hindsight, period.last_day), connection.cursor() as cursor:
        cursor.execute(_counting(inner), [*parameters, REREFERRED_DAYS, period.start, end])
        followed, again = cursor.fetchone()
    return Rereferred(Figure(followed), Figure(again))


def _counting(inner: str) -> str:
    return (
        f"WITH known AS MATERIALIZED ({inner}) "
        "SELECT count(DISTINCT finished.id), count(DISTINCT finished.id) FILTER (WHERE later.id IS NOT NULL) "
        "FROM known AS finished LEFT JOIN known AS later "
        "ON later.person_id = finished.person_id AND later.category_id = finished.category_id "
        "AND later.id <> finished.id "
        "AND later.received_on BETWEEN finished.closed_on AND finished.closed_on + %s "
        "WHERE finished.started_on IS NOT NULL AND finished.closed_on >= %s AND finished.closed_on < %s"
    )
