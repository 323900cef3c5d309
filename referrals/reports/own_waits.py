"""What became of waits in the municipality of its own staff: its rows, in one pass for the whole and for each part.

As in `own_rows` the rows and what is known of each come from the referral's QuerySet and the clock. The groups are
everybody in the scope (no key), each category by id, and each priority as it was set by the end of the period or None.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DateField,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Greatest

from ergo.postgresql.days import Days
from referrals import waiting as clock
from referrals.models import ALL_KNOWN, Hindsight, looking_back, referrals_as
from referrals.reports import own_rows
from referrals.reports.estimate import LifeDay
from referrals.reports.periods import Period
from referrals.reports.scopes import Scope
from referrals.reports.tallies import Group, Groups, Key, StartTally, read_groups

PARTS = (Key.CATEGORY, Key.PRIORITY)
GROUPING = f"GROUPING({', '.join(PARTS)}), {', '.join(PARTS)}"
SERVED, OTHER, CENSORED = "served", "other", "censored"


def life_tables(period: Period, scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> Groups[Sequence[LifeDay]]:
    """What became of the waits of the scope in the period. One query.

    A wait enters on the day after the period's eve, or on the day it was received, and is followed until it ends
    or the period does.
    """
    inner, parameters = (
        _followed(period, scope, hindsight)
        .values(*PARTS, "first_day", "last_day", "how")
        .query.sql_with_params()
    )
    leaving = ", ".join(f"(how = '{how}')::integer" for how in (SERVED, OTHER, CENSORED))
    groups: dict[Group, list[LifeDay]] = defaultdict(list)
    with looking_back(hindsight, period.last_day), connection.cursor() as cursor:
        cursor.execute(
            f"WITH waits AS MATERIALIZED ({inner}) "
            f"SELECT {GROUPING}, day, sum(entered), sum(served), sum(other), sum(censored) FROM waits "
            f"CROSS JOIN LATERAL (VALUES (first_day, 1, 0, 0, 0), (last_day, 0, {leaving})) "
            "AS move (day, entered, served, other, censored) "
            "GROUP BY GROUPING SETS ((day), (category_id, day), (level, day))",
            parameters,
        )
        for group, counts in read_groups(cursor.fetchall(), PARTS):
            groups[group].append(LifeDay(*counts))
    return Groups(groups, ())


def starts(period: Period, scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> Groups[StartTally]:
    """Those of the scope who started in the period, and what they had waited by then. One query."""
    rows = _of(scope, period, hindsight).filter(started_on__gte=period.start, started_on__lt=period.end)
    known = rows.annotate(waited=clock.gross_days_sql(period.last_day)).order_by()
    percentiles = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY waited)"
    counts = ("count(*)", f"({percentiles})[1]", f"({percentiles})[2]", "avg(waited)::double precision")
    sets = [(), *((part,) for part in PARTS)]
    found = own_rows.grouped(known, sets, counts, of=("waited",), on=period.last_day, hindsight=hindsight)
    return Groups({group: StartTally.read(*tally) for group, tally in found.items()}, StartTally())


def _of(scope: Scope, period: Period, hindsight: Hindsight) -> QuerySet:
    """Every referral of the scope that counts, with its priority as it was set by the end of the period."""
    rows = referrals_as(hindsight).counted().filter(municipality_id__in=scope.ids)
    assessed = rows.alias(is_assessed=clock.assessed_sql(period.last_day))
    return assessed.annotate(level=Case(When(is_assessed=True, then=F("priority"))))


def _followed(period: Period, scope: Scope, hindsight: Hindsight) -> QuerySet:
    """Who waited on some day of the period, with the first and the last day of age that lie in it.

    What ended after the period was still waiting at its end.
    """
    has_ended = Q(wait_end__lt=period.end)
    waited = Q(wait_end__isnull=True) | Q(wait_end__gte=period.start)
    rows = _of(scope, period, hindsight).filter(waited, received_on__lt=period.end)
    followed: QuerySet = rows.annotate(
        first_day=Greatest(Value(0), Days(Value(period.start, DateField()), F("received_on"))),
        last_day=clock.gross_days_sql(period.last_day),
        how=Case(
            When(has_ended & Q(started_on__isnull=False), then=Value(SERVED)),
            When(has_ended, then=Value(OTHER)),
            default=Value(CENSORED),
            output_field=CharField(),
        ),
    )
    return followed.order_by()
