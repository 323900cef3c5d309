"""Figures of every municipality for whoever has none in scope: what the counting functions of the database say.

The only place that calls them (in the migrations: ergo_count_… and ergo_first_years). They show no row; what they count
is true, and still to be suppressed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from referrals.models import ALL_KNOWN, Hindsight, looking_back
from referrals.reports.estimate import LifeDay
from referrals.reports.periods import Period
from referrals.reports.scopes import Level, Scope
from referrals.reports.tallies import (
    FLOWS,
    IN_SCOPE,
    Group,
    Key,
    StartTally,
    Tallies,
    Tally,
    exact_days,
    read_groups,
)
from referrals.waiting import Band

GROUPS = (Key.IN_SCOPE, Key.COUNTY, Key.PLACE)
PARTS = (Key.BAND, Key.CATEGORY, Key.PRIORITY)
WHOLE = ""  # all bands together
DIVIDED = (Key.IN_SCOPE, Key.COUNTY, Key.PLACE, Key.SOURCE, Key.CATEGORY, Key.PRIORITY)
# By place and slot, what came and went.
Slots = dict[int, dict[int, dict[str, int]]]


@dataclass(frozen=True)
class Divided:
    """Those who wait, in the scope and in every county: all, by source, by category and by priority.

    `crossed`: of each municipality how many wait by category and priority. Percentiles only of the scope, whole and by
    source.
    """

    tallies: Tallies
    crossed: dict[int, dict[tuple[int, int | None], int]]


@dataclass(frozen=True)
class LongWaitCount:
    """How many wait in a municipality, and how many of them for more than a year."""

    municipality: int
    county: int
    waiting: int
    over_a_year: int


def waiting(on: date, scope: Scope, *, in_full: bool, hindsight: Hindsight = ALL_KNOWN) -> Tallies:
    """Everybody who waits at the end of the day: in the scope, in every county, and in each place of the scope.

    `hindsight` of THEN: with what was registered by the end of the day. What may be shown of one county depends on the
    others. `in_full`: also part by part. One or two queries.
    """
    arguments = [on, *_about(scope)]
    suffix = _suffix(hindsight)
    with looking_back(hindsight, on):
        totals = _called(f"ergo_count_waiting{suffix}(%s, %s, %s)", arguments)
        parts = _called(f"ergo_count_waiting_parts{suffix}(%s, %s, %s)", arguments) if in_full else ()
    groups = {group: Tally.read(*counts) for group, counts in read_groups(totals, GROUPS)}
    if in_full:
        for group, (count, median, p90) in read_groups(parts, (*GROUPS, *PARTS)):
            groups[group] = Tally(count, median_days=exact_days(median), p90_days=exact_days(p90))
    return Tallies(groups)


def divided(on: date, scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> Divided:
    """How those who wait at the end of the day are divided, all of it at one moment. One query."""
    with looking_back(hindsight, on):
        rows = _called(f"ergo_count_waiting_divided{_suffix(hindsight)}(%s, %s, %s)", [on, *_about(scope)])
    groups: dict[Group, Tally] = {}
    sums: Counter[Group] = Counter()
    crossed: dict[int, dict[tuple[int, int | None], int]] = defaultdict(dict)
    for group, (count, median, p90) in read_groups(rows, DIVIDED):
        values: dict[Key, Any] = dict(group)
        if Key.PLACE in values:
            crossed[values[Key.PLACE]][values[Key.CATEGORY], values[Key.PRIORITY]] = count
            county = (Key.COUNTY, values[Key.COUNTY])
            sums[frozenset({county})] += count
            sums[frozenset({county, (Key.CATEGORY, values[Key.CATEGORY])})] += count
            sums[frozenset({county, (Key.PRIORITY, values[Key.PRIORITY])})] += count
        else:
            groups[group] = Tally(count, median_days=exact_days(median), p90_days=exact_days(p90))
    groups |= {group: Tally(count) for group, count in sums.items()}
    return Divided(Tallies(groups), dict(crossed))


def waiting_each_day(days: Sequence[date], scope: Scope) -> dict[date, Tallies]:
    """How many wait at the end of each day, in the same groups; percentiles only of the scope. One query."""
    if not days:
        return {}
    groups: dict[date, dict[Group, Tally]] = defaultdict(dict)
    sums: dict[tuple[date, tuple[Key, int]], int] = defaultdict(int)
    rows = _called("ergo_count_waiting_each_day(%s::date[], %s, %s)", [list(days), *_about(scope)])
    for day, in_scope, county, place, count, median, p90 in rows:
        if in_scope:
            tally = Tally(count, median_days=exact_days(median), p90_days=exact_days(p90))
            groups[day][frozenset({(Key.IN_SCOPE, True)})] = tally
        else:
            sums[day, (Key.COUNTY, county)] += count
            sums[day, (Key.PLACE, place)] += count
    for (day, pair), count in sums.items():
        groups[day][frozenset({pair})] = Tally(count)
    return {day: Tallies(tallies) for day, tallies in groups.items()}


def bands_each_day(days: Sequence[date], scope: Scope) -> dict[date, Tallies]:
    """How many wait at the end of each day by band: in the scope, every county and each place. One query."""
    rows = _called("ergo_count_bands_each_day(%s::date[])", [list(days)])
    groups = _by_band((*row[:3], _is_within(scope, *row[1:3]), *row[3:]) for row in rows)
    return {day: Tallies(tallies) for day, tallies in groups.items()}


def _by_band(rows: Iterable[tuple]) -> dict[date, dict[Group, Tally]]:
    """Of each day the counts of every county and place, and of the scope: all together, and by band."""
    sums: Counter[tuple[date, tuple[Key, object], str]] = Counter()
    for day, county, place, in_scope, band, count in rows:
        pairs = [(Key.COUNTY, county), (Key.PLACE, place)]
        for pair in [*pairs, IN_SCOPE] if in_scope else pairs:
            sums[day, pair, WHOLE] += count
            sums[day, pair, band] += count
    longest = Band.OVER_365.code
    groups: dict[date, dict[Group, Tally]] = defaultdict(dict)
    for (day, pair, band), count in sums.items():
        part = frozenset() if band == WHOLE else frozenset({(Key.BAND, band)})
        over = sums[day, pair, longest] if band in (WHOLE, longest) else 0
        groups[day][frozenset({pair}) | part] = Tally(count, over_a_year=over)
    return groups


@dataclass(frozen=True)
class KnownMonths:
    """Who waited at the end of days, by band, and what came and went between edges; as it was known at one instant."""

    days: dict[date, Tallies]
    counties: Slots
    places: Slots


def known_months(
    days: Sequence[date], edges: Sequence[date], scope: Scope, hindsight: Hindsight
) -> KnownMonths:
    """All of it as it was known, by one reading of the history; days and edges come oldest first. One query.

    What is known is that of the end of the last day, and of the last day before the last edge: the same day where both
    are asked for, or `hindsight` says the instant itself. Percentiles only of the scope.
    """
    last = days[-1] if days else edges[-1] - timedelta(days=1)
    with looking_back(hindsight, last):
        arguments = [list(days), list(edges), *_about(scope)]
        rows = list(_called("ergo_count_months_as_known(%s::date[], %s::date[], %s, %s)", arguments))
    groups = _by_band((row[0], row[3], row[4], row[2], row[5], row[6]) for row in rows if row[5])
    for day, _slot, _in_scope, _county, _place, band, count, median, p90, *_flows in rows:
        if day and band is None:
            over = groups[day][frozenset({IN_SCOPE})].over_a_year
            tally = Tally(count, over_a_year=over, median_days=exact_days(median), p90_days=exact_days(p90))
            groups[day][frozenset({IN_SCOPE})] = tally
    told = {day: Tallies(tallies) for day, tallies in groups.items()}
    flows = ((row[1], *row[3:5], *row[-len(FLOWS) :]) for row in rows if row[1] is not None)
    return KnownMonths(told, *_slots(flows))


def over_a_year(on: date, hindsight: Hindsight = ALL_KNOWN) -> list[LongWaitCount]:
    """The municipalities in which somebody waits at the end of the day. One query."""
    with looking_back(hindsight, on):
        rows = _called(f"ergo_count_waiting_over_a_year{_suffix(hindsight)}(%s)", [on])
    return [LongWaitCount(*row) for row in rows]


def long_each_day(
    days: Sequence[date], scope: Scope, hindsight: Hindsight = ALL_KNOWN
) -> dict[date, Tallies]:
    """Who waits at the end of each day, in every county and place of the scope: all, by band, over and near a year.

    All bands, since what may be shown of those near a year follows from them. `hindsight` of THEN: all days as they
    were known by the end of the last one. One query.
    """
    found: dict[date, dict[Group, Counter]] = defaultdict(lambda: defaultdict(Counter))
    function = f"ergo_count_long_waits{_suffix(hindsight)}(%s::date[], %s)"
    with looking_back(hindsight, max(days)):
        rows = _called(function, [list(days), list(scope.county_ids)])
    for day, county, place, band, waiting, near in rows:
        over = waiting if band == Band.OVER_365.code else 0
        counted = Counter(waiting=waiting, over_a_year=over, near_a_year=near)
        for pair in ((Key.COUNTY, county), (Key.PLACE, place)):
            found[day][frozenset({pair})] += counted
            found[day][frozenset({pair, (Key.BAND, band)})] += counted
    return {
        day: Tallies({group: Tally(**counted) for group, counted in groups.items()})
        for day, groups in found.items()
    }


def flow_between(edges: Sequence[date]) -> tuple[Slots, Slots]:
    """What came and went before the first edge (slot 0) and between each two, by county and municipality. One query."""
    return _slots(_called("ergo_count_flow_between(%s::date[])", [list(edges)]))


def _slots(rows: Iterable[tuple]) -> tuple[Slots, Slots]:
    """By county and by municipality, from rows of slot, county, municipality and numbers."""
    counties: Slots = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(FLOWS, 0)))
    places: Slots = defaultdict(dict)
    for slot, county, place, *numbers in rows:
        places[place][slot] = dict(zip(FLOWS, numbers, strict=True))
        for kind, number in places[place][slot].items():
            counties[county][slot][kind] += number
    return counties, places


def life_table(period: Period, scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> list[LifeDay]:
    """What became of the waits of the scope in the period; nothing where fewer than 20 of them started. One query."""
    return [LifeDay(*row) for row in _called_of("ergo_count_life_table", period, scope, hindsight)]


def started(period: Period, scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> StartTally:
    """How many of the scope started in the period, with the percentiles of what they had waited. One query."""
    (tally,) = _called_of("ergo_count_started", period, scope, hindsight)
    return StartTally.read(*tally)


def first_year(scope: Scope, hindsight: Hindsight = ALL_KNOWN) -> int | None:
    """The year in which the earliest referral of the scope was received; None before the first. One query."""
    if scope.level == Level.MUNICIPALITY:
        return first_years(hindsight).get(scope.ids[0])
    years = first_years_of_counties(hindsight).items()
    return min((year for county, year in years if not scope.ids or county in scope.ids), default=None)


def first_years(hindsight: Hindsight = ALL_KNOWN) -> dict[int, int]:
    """The year in which the earliest referral of each municipality was received, by id; without those before the first.

    One query.
    """
    return {municipality: year for municipality, _county, year in _first_years(hindsight)}


def first_years_of_counties(hindsight: Hindsight = ALL_KNOWN) -> dict[int, int]:
    """The same of each county, of the earliest in any of its municipalities, former ones too. One query."""
    if not hindsight.until:
        return dict(_called("ergo_first_years_of_counties()", []))
    years: dict[int, int] = {}
    for _municipality, county, year in _first_years(hindsight):
        years[county] = min(year, years.get(county, year))
    return years


def _first_years(hindsight: Hindsight) -> Iterator[tuple]:
    """Whichever way a day is looked at they are those of now, or of the instant at which a report was made first."""
    made_first = Hindsight(until=hindsight.until)
    with looking_back(made_first, date.max):
        return _called(f"ergo_first_years{_suffix(made_first)}()", [])


def _is_within(scope: Scope, county: int, municipality: int) -> bool:
    if scope.level == Level.NATION:
        return True
    return (municipality if scope.level == Level.MUNICIPALITY else county) in scope.ids


def _about(scope: Scope) -> tuple[list[int], int | None]:
    """The counties in which places are told apart, and the one municipality that is asked for; none for the nation."""
    return list(scope.county_ids), scope.ids[0] if scope.level == Level.MUNICIPALITY else None


def _called_of(function: str, period: Period, scope: Scope, hindsight: Hindsight) -> Iterator[tuple]:
    """A function of a period and a scope, as known by the end of the period."""
    arguments = [period.start, period.end, *_about(scope)]
    with looking_back(hindsight, period.last_day):
        return _called(f"{function}{_suffix(hindsight)}(%s, %s, %s, %s)", arguments)


def _suffix(hindsight: Hindsight) -> str:
    """Of each function there is one that counts rows as they were known."""
    return "_as_known" if hindsight.reads_history else ""


def _called(function: str, arguments: Sequence[Any]) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", arguments)
        return iter(cursor.fetchall())
