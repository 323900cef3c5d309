"""Counting those who wait: one pass over the rows of the waitlist, for as many groupings as a report needs.

The rows and everything known of each come from the referral's QuerySet, and so from the clock; here they are only
counted. MATERIALIZED keeps PostgreSQL from working out the target and the pauses of a row once for every count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
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
from referrals.models import Referral
from referrals.reports.periods import DAYS_A_WEEK
from referrals.reports.scopes import Level, Scope


class Key(StrEnum):
    """What rows are grouped by; the value is the column's name.

    IN_SCOPE: whether the row belongs to the report's scope. PLACE: its municipality, in the county or counties that
    the scope is about, else empty. PRIORITY: empty until it was set.
    """

    IN_SCOPE = "in_scope"
    COUNTY = "county_id"
    PLACE = "place_id"
    CATEGORY = "category_id"
    PRIORITY = "level"
    BAND = "band"
    WEEK = "week"


Grouping = tuple[Key, ...]


@dataclass(frozen=True)
class Tally:
    """The counts of a group of those who wait, and the percentiles of their gross days; None where nobody waits."""

    waiting: int = 0
    over_target: int = 0
    not_assessed: int = 0
    over_a_year: int = 0
    paused: int = 0
    median_days: float | None = None
    p90_days: float | None = None
    oldest_days: int | None = None


NOBODY = Tally()
IN_SCOPE = (Key.IN_SCOPE, True)
COUNTS = (  # in the order of Tally
    "count(*)",
    "count(*) FILTER (WHERE breaks_target)",
    "count(*) FILTER (WHERE is_not_assessed)",
    "count(*) FILTER (WHERE is_over_a_year)",
    "count(*) FILTER (WHERE is_paused)",
    "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days)",
    "max(gross_days)",
)
FACTS = ("gross_days", "breaks_target", "is_not_assessed", "is_over_a_year", "is_paused")


# One group: what its rows have in common; nothing, for all rows.
Group = frozenset[tuple[Key, object]]


class Tallies:
    """The tallies of every group asked for."""

    def __init__(self, groups: Mapping[Group, Tally]) -> None:
        self._groups = groups

    def of(self, *group: tuple[Key, object]) -> Tally:
        """The tally of one group; nobody waits in a group that is not there."""
        return self._groups.get(frozenset(group), NOBODY)

    def values(self, key: Key) -> set[object]:
        """What the key is in the groups by it."""
        return {value for group in self._groups for group_key, value in group if group_key == key}


def rows_on(on: date, scope: Scope) -> QuerySet[Referral]:
    """Everybody who waits at the end of the day, with what the groupings need.

    For a municipality's own staff its own rows, else the whole country's: what may be shown of one county depends on
    the others.
    """
    rows = Referral.objects.waiting(on=on)
    if scope.exact:
        rows = rows.filter(municipality_id__in=scope.ids)
    return (
        rows.with_wait(on=on)
        .with_pause(on=on)
        .annotate(
            county_id=F("municipality__county_id"),
            in_scope=in_scope(scope),
            place_id=place(scope),
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


def tally(rows: QuerySet[Referral], groupings: Sequence[Grouping]) -> Tallies:
    """Count the rows of `rows_on` by each grouping; () is all of them together. One query."""
    keys = list(dict.fromkeys(key for grouping in groupings for key in grouping))
    inner, parameters = rows.values(*keys, *FACTS).query.sql_with_params()
    selected = [f"GROUPING({', '.join(keys)})" if keys else "0", *keys, *COUNTS]
    sets = ", ".join(f"({', '.join(grouping)})" for grouping in groupings)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH waiting AS MATERIALIZED ({inner}) "
            f"SELECT {', '.join(selected)} FROM waiting GROUP BY GROUPING SETS ({sets})",
            parameters,
        )
        return Tallies(dict(_read(cursor.fetchall(), keys)))


def _read(rows: Iterable[tuple], keys: Sequence[Key]) -> Iterator[tuple[Group, Tally]]:
    """GROUPING has a bit for each key, the first key's the highest, set where the row is not grouped by it."""
    for mask, *fields in rows:
        pairs = zip(keys, fields[: len(keys)], strict=True)
        highest = len(keys) - 1
        group = frozenset(pair for place, pair in enumerate(pairs) if not mask >> (highest - place) & 1)
        waiting, over_target, not_assessed, over_a_year, paused, percentiles, oldest = fields[len(keys) :]
        median, p90 = exact_percentiles(percentiles)
        yield group, Tally(waiting, over_target, not_assessed, over_a_year, paused, median, p90, oldest)


def exact_percentiles(days: Sequence[float] | None) -> tuple[float | None, float | None]:
    """Median and 90th percentile as PostgreSQL gives them, without the noise of its doubles.

    Of whole days a median falls on halves and a 90th percentile on tenths.
    """
    return (round(days[0], 1), round(days[1], 1)) if days else (None, None)


def in_scope(scope: Scope) -> Case | Value:
    """Whether a row belongs to the scope."""
    if scope.level == Level.NATION:
        return Value(True)
    field = "municipality_id" if scope.level == Level.MUNICIPALITY else "municipality__county_id"
    return Case(When(Q(**{f"{field}__in": scope.ids}), then=Value(True)), default=Value(False))


def place(scope: Scope) -> Case:
    """The municipality of a row that lies in the county or counties the scope is about; else NULL."""
    return Case(When(municipality__county_id__in=scope.county_ids, then=F("municipality_id")))
