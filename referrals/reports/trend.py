"""How the list grew and aged: those who waited at the end of each of many days, in one pass over the rows for each."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import DateField, F, Func, Q, QuerySet

from referrals.models import Referral
from referrals.reports.regions import Places, look_at
from referrals.reports.scopes import Scope
from referrals.reports.splits import Counter
from referrals.reports.suppression import Figure
from referrals.reports.tallies import IN_SCOPE, Key, Tallies, Tally, exact_percentiles, in_scope, place

# Each row meets every day: the days are joined in, and the clock's expressions are given the day of the joined row.
DAY = Func(template="trend.day", output_field=DateField())
PERCENTILES = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY gross_days)"


@dataclass(frozen=True)
class TrendPoint:
    """Those who waited at the end of one day, as we now know that it was."""

    on: date
    waiting: Figure
    median_days: Figure
    p90_days: Figure


def build(scope: Scope, days: Sequence[date], places: Places) -> tuple[TrendPoint, ...]:
    """A point for each day. `days` come oldest first; two queries for outsiders, one for own staff."""
    scoped = _of_scope(scope, days)
    counted = {} if scope.exact else _of_the_country(scope, days)
    return tuple(_point(day, scope, scoped.get(day, Tally()), counted.get(day, {}), places) for day in days)


def _point(
    day: date, scope: Scope, scoped: Tally, counted: dict[frozenset, Tally], places: Places
) -> TrendPoint:
    counter = Counter(Tallies({frozenset({IN_SCOPE}): scoped} | counted))
    waiting = look_at(scope, counter, places).waiting()
    return TrendPoint(day, waiting.figure, waiting.median(scoped.median_days), waiting.p90(scoped.p90_days))


def _of_scope(scope: Scope, days: Sequence[date]) -> dict[date, Tally]:
    """The scope's own size and percentiles on each day."""
    rows = _rows(days).annotate(in_scope=in_scope(scope)).filter(in_scope=True).values("gross_days")
    found = {}
    for day, waiting, percentiles in _each_day(rows, days, f"count(*), {PERCENTILES}"):
        median, p90 = exact_percentiles(percentiles)
        found[day] = Tally(waiting, median_days=median, p90_days=p90)
    return found


def _of_the_country(scope: Scope, days: Sequence[date]) -> dict[date, dict[frozenset, Tally]]:
    """The size of every county, and of the places of the scope, on each day: they decide together what is shown."""
    rows = _rows(days).annotate(county_id=F("municipality__county_id"), place_id=place(scope))
    counts: dict[date, dict[tuple[Key, object], int]] = defaultdict(lambda: defaultdict(int))
    for day, county, municipality, waiting in _each_day(
        rows.values(Key.COUNTY, Key.PLACE), days, "county_id, place_id, count(*)", "county_id, place_id"
    ):
        counts[day][Key.COUNTY, county] += waiting
        counts[day][Key.PLACE, municipality] += waiting
    return {
        day: {frozenset({pair}): Tally(waiting) for pair, waiting in pairs.items()}
        for day, pairs in counts.items()
    }


def _rows(days: Sequence[date]) -> QuerySet[Referral]:
    relevant = Q(wait_end__isnull=True) | Q(wait_end__gt=days[0])
    rows = Referral.objects.filter(relevant, received_on__lte=days[-1]).waiting(on=DAY)
    return rows.with_gross_days(on=DAY).order_by()


def _each_day(rows: QuerySet, days: Sequence[date], columns: str, groups: str = "") -> Iterator[tuple]:
    inner, parameters = rows.query.sql_with_params()
    by = ", ".join(filter(None, ["trend.day", groups]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT trend.day, {columns} FROM unnest(%s::date[]) AS trend(day) "
            f"CROSS JOIN LATERAL ({inner}) AS waiting GROUP BY {by}",
            [list(days), *parameters],
        )
        yield from cursor
