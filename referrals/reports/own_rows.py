"""Counting those who wait in the municipality of its own staff: its rows, in one pass for as many groups as needed.

The rows and everything known of each come from the referral's QuerySet, and so from the clock; here they are only
counted. MATERIALIZED keeps PostgreSQL from working out the target and the pauses of a row once for every count.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    DateField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)

from referrals import waiting as clock
from referrals.models import ALL_KNOWN, Hindsight, looking_back, referrals_as
from referrals.models.referral import ReferralQuerySet
from referrals.reports.periods import DAYS_A_WEEK, Period
from referrals.reports.scopes import Scope
from referrals.reports.tallies import (
    FLOWS,
    IN_SCOPE,
    Group,
    Groups,
    Key,
    Tallies,
    Tally,
    exact_days,
    read_groups,
)

PERCENTILES = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days)"
COUNTS = (  # in the order of Tally.read
    "count(*)",
    "count(*) FILTER (WHERE breaks_target)",
    "count(*) FILTER (WHERE is_not_assessed)",
    "count(*) FILTER (WHERE is_over_a_year)",
    "count(*) FILTER (WHERE is_paused)",
    f"({PERCENTILES})[1]",
    f"({PERCENTILES})[2]",
    "max(gross_days)",
    "count(DISTINCT person_id)",
)
FACTS = ("gross_days", "breaks_target", "is_not_assessed", "is_over_a_year", "is_paused", "person_id")
PARTS = (Key.BAND, Key.CATEGORY, Key.PRIORITY, Key.WEEK)
# As those who wait are divided, and what came and went.
PARTED = ((Key.CATEGORY,), (Key.PRIORITY,), (Key.CATEGORY, Key.PRIORITY), (Key.SOURCE,), (Key.THERAPIST,))

# Each row meets every day: the days are joined in, and the clock's expressions are given the day of the joined row.
DAY = Func(template="trend.day", output_field=DateField())


def waiting(on: date, scope: Scope, *, in_full: bool, hindsight: Hindsight = ALL_KNOWN) -> Tallies:
    """Everybody who waits in the scope at the end of the day; `in_full`: also part by part. One query."""
    rows = referrals_as(hindsight).filter(municipality_id__in=scope.ids)
    return _counted(on, rows, [(part,) for part in PARTS] if in_full else [], hindsight)


def waiting_in_parts(on: date, rows: ReferralQuerySet, hindsight: Hindsight = ALL_KNOWN) -> Tallies:
    """Those of the rows who wait at the end of the day, as PARTED divides them. One query.

    `rows` are some of `referrals_as(hindsight)`. The therapist is who has the case, or had it last, by what is known.
    """
    return _counted(on, rows, PARTED, hindsight)


def _counted(
    on: date, rows: ReferralQuerySet, parted: Sequence[tuple[Key, ...]], hindsight: Hindsight
) -> Tallies:
    """All of those who wait, and each group of them that has the same values of some keys."""
    sets = [(Key.IN_SCOPE, *together) for together in [(), *parted]]
    found = grouped(_rows(on, rows), sets, COUNTS, of=FACTS, on=on, hindsight=hindsight)
    return Tallies({group: Tally.read(*counts) for group, counts in found.items()})


def grouped(
    rows: QuerySet,
    sets: Sequence[tuple[Key, ...]],
    counts: Sequence[str],
    *,
    of: Sequence[str],
    on: date,
    hindsight: Hindsight,
) -> dict[Group, list[Any]]:
    """What the SQL in `counts` counts of each group of the rows that has the same values of the keys of a set.

    The empty set is all rows together. `of`: the columns that `counts` names. `rows` are some of
    `referrals_as(hindsight)`, read as known by the end of the day `on`. One query.
    """
    keys = tuple(dict.fromkeys(key for together in sets for key in together))
    inner, parameters = rows.values(*keys, *of).query.sql_with_params()
    selected = ", ".join([f"GROUPING({', '.join(keys)})", *keys, *counts])
    grouping = ", ".join(f"({', '.join(together)})" for together in sets)
    with looking_back(hindsight, on), connection.cursor() as cursor:
        cursor.execute(
            f"WITH counted AS MATERIALIZED ({inner}) "
            f"SELECT {selected} FROM counted GROUP BY GROUPING SETS ({grouping})",
            parameters,
        )
        return dict(read_groups(cursor.fetchall(), keys))


def _rows(on: date, rows: ReferralQuerySet) -> QuerySet:
    """Those of the rows who wait at the end of the day, with what the groupings need."""
    rows = rows.waiting(on=on)
    return (
        rows.with_wait(on=on)
        .with_pause(on=on)
        .annotate(
            in_scope=Value(True),
            band=clock.band_sql(),
            week=Func(
                F("gross_days"),
                Value(DAYS_A_WEEK),
                template="(%(expressions)s)",
                arg_joiner=" / ",
                output_field=IntegerField(),
            ),
            level=Case(When(is_assessed=True, then=F("priority"))),
            breaks_target=clock.over_target_sql(),
            is_not_assessed=ExpressionWrapper(clock.not_assessed_q(), BooleanField()),
            is_over_a_year=ExpressionWrapper(clock.over_a_year_q(), BooleanField()),
        )
        .order_by()
    )


def waiting_each_day(
    days: Sequence[date], scope: Scope, hindsight: Hindsight = ALL_KNOWN
) -> dict[date, Tally]:
    """How many wait in the scope at the end of each day, and their percentiles. `days` come oldest first. One query."""
    rows = referrals_as(hindsight).filter(municipality_id__in=scope.ids)
    read, each_day, parameters = _on_each(days, rows, _waiting_on_day(rows).values("gross_days"))
    with looking_back(hindsight, days[-1]), connection.cursor() as cursor:
        cursor.execute(
            f"{read} SELECT trend.day, count(*), {PERCENTILES} FROM {each_day} GROUP BY trend.day", parameters
        )
        return {
            day: Tally(count, median_days=exact_days(median), p90_days=exact_days(p90))
            for day, count, (median, p90) in cursor
        }


def long_each_day(
    days: Sequence[date], rows: ReferralQuerySet, hindsight: Hindsight = ALL_KNOWN
) -> dict[date, Tally]:
    """How many rows wait at the end of each day, over a year and near it. `days` come oldest first. One query.

    `rows` are some of `referrals_as(hindsight)`; of THEN: all days as they were known by the end of the last one.
    """
    known = _waiting_on_day(rows).annotate(
        is_over=ExpressionWrapper(clock.over_a_year_q(), BooleanField()),
        is_near=ExpressionWrapper(clock.near_a_year_q(), BooleanField()),
    )
    read, each_day, parameters = _on_each(days, rows, known.values("is_over", "is_near"))
    with looking_back(hindsight, days[-1]), connection.cursor() as cursor:
        cursor.execute(
            f"{read} SELECT trend.day, count(*), count(*) FILTER (WHERE is_over), count(*) FILTER (WHERE is_near) "
            f"FROM {each_day} GROUP BY trend.day",
            parameters,
        )
        return {day: Tally(count, over_a_year=over, near_a_year=near) for day, count, over, near in cursor}


def _waiting_on_day(rows: ReferralQuerySet) -> QuerySet:
    """Who waits at the end of the joined day, of all rows of the kind."""
    return rows.model.objects.all().waiting(on=DAY).with_gross_days(on=DAY)


def _on_each(days: Sequence[date], rows: ReferralQuerySet, known: QuerySet) -> tuple[str, str, list[Any]]:
    """SQL that reads the rows, SQL of what is `known` of those of them who wait on each day, and the parameters.

    The rows are read once, under the name of their table: else what was known would be worked out for each day anew.
    Who waited on none of the days is passed over.
    """
    relevant = Q(wait_end__isnull=True) | Q(wait_end__gt=days[0])
    rows = rows.filter(relevant, received_on__lte=days[-1]).order_by()
    base, of_base = rows.values("received_on", "wait_end", "outcome").query.sql_with_params()
    inner, of_inner = known.order_by().query.sql_with_params()
    table = connection.ops.quote_name(rows.model._meta.db_table)
    return (
        f"WITH {table} AS MATERIALIZED ({base})",
        f"unnest(%s::date[]) AS trend(day) CROSS JOIN LATERAL ({inner}) AS waiting",
        [*of_base, list(days), *of_inner],
    )


def bands_each_day(
    days: Sequence[date], scope: Scope, hindsight: Hindsight = ALL_KNOWN
) -> dict[date, Tallies]:
    """How many wait in the scope at the end of each day, by band. `days` come oldest first. One query."""
    of_scope = referrals_as(hindsight).filter(municipality_id__in=scope.ids)
    bands = _waiting_on_day(of_scope).annotate(band=clock.band_sql()).values("band")
    read, each_day, parameters = _on_each(days, of_scope, bands)
    with looking_back(hindsight, days[-1]), connection.cursor() as cursor:
        cursor.execute(
            f"{read} SELECT trend.day, GROUPING(waiting.band), waiting.band, count(*) FROM {each_day} "
            "GROUP BY GROUPING SETS ((trend.day), (trend.day, waiting.band))",
            parameters,
        )
        groups: dict[date, dict[Group, Tally]] = {day: {} for day in days}
        for day, is_whole, band, count in cursor:
            part = frozenset() if is_whole else frozenset({(Key.BAND, band)})
            groups[day][frozenset({IN_SCOPE}) | part] = Tally(count)
    return {day: Tallies(tallies) for day, tallies in groups.items()}


def moved(period: Period) -> dict[str, Q]:
    """What came and went in the period, by the names of FLOWS: of rows that count."""
    closed = _within("closed_on", period)
    return {
        "referred": _within("received_on", period),
        "started": _within("started_on", period),
        "other_ends": closed & Q(started_on__isnull=True),
        "finished": closed & Q(started_on__isnull=False),
    }


def _within(field: str, period: Period) -> Q:
    return Q(**{f"{field}__gte": period.start, f"{field}__lt": period.end})


def flow_in_parts(
    period: Period, rows: ReferralQuerySet, hindsight: Hindsight = ALL_KNOWN
) -> Groups[dict[str, int]]:
    """What came and went of the rows in the period, in all (no key) and as PARTED divides it. One query.

    `rows` are some of `referrals_as(hindsight)`. The priority is the one that was set by the end of the period; the
    therapist as for those who wait.
    """
    counts, moving = [f"count(*) FILTER (WHERE {kind})" for kind in FLOWS], _moving(period, rows)
    found = grouped(moving, [(), *PARTED], counts, of=FLOWS, on=period.last_day, hindsight=hindsight)
    groups = {group: dict(zip(FLOWS, numbers, strict=True)) for group, numbers in found.items()}
    return Groups(groups, dict.fromkeys(FLOWS, 0))


def _moving(period: Period, rows: ReferralQuerySet) -> QuerySet:
    """Those of the rows that came or went in the period, each with what it did."""
    facts = moved(period)
    did = (
        rows.counted()
        .filter(reduce(or_, facts.values()))
        .alias(is_assessed=clock.assessed_sql(period.last_day))
    )
    named = {kind: ExpressionWrapper(fact, BooleanField()) for kind, fact in facts.items()}
    return did.annotate(level=Case(When(is_assessed=True, then=F("priority"))), **named).order_by()


def flow_between(
    edges: Sequence[date], scope: Scope, hindsight: Hindsight = ALL_KNOWN
) -> dict[int, dict[str, int]]:
    """What came and went in the scope before the first edge (slot 0) and between each two. One query."""
    rows = referrals_as(hindsight).counted().filter(municipality_id__in=scope.ids).order_by()
    fields = ("received_on", "started_on", "closed_on")
    inner, parameters = rows.values(*fields).query.sql_with_params()
    with looking_back(hindsight, edges[-1] - timedelta(days=1)), connection.cursor() as cursor:
        cursor.execute(
            f"WITH counted AS MATERIALIZED ({inner}), happened (day, kind) AS ("
            "SELECT received_on, 'referred' FROM counted UNION ALL SELECT started_on, 'started' FROM counted"
            " UNION ALL SELECT closed_on, CASE WHEN started_on IS NULL THEN 'other_ends' ELSE 'finished' END"
            " FROM counted) SELECT width_bucket(day, %s::date[]), kind, count(*) FROM happened"
            " WHERE day < %s GROUP BY 1, 2",
            [*parameters, list(edges), edges[-1]],
        )
        slots: dict[int, dict[str, int]] = {}
        for slot, kind, count in cursor:
            slots.setdefault(slot, dict.fromkeys(FLOWS, 0))[kind] = count
    return slots
