"""Finished figures, as they were worked out once and kept (migration 0023_rollups, docs/adr/0019-rollups.md).

No report reads them elsewhere. They are true and still to be suppressed. What is kept says whether anything has changed
since: then outsiders may have it for some minutes more, with the time that it is as of; own staff never do. Of ended
waits and of their own flow the database counts what has changed from the rows (0039), and there they are true of now.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from referrals.models import Rank
from referrals.reports.estimate import LifeDay
from referrals.reports.scopes import Level, Scope
from referrals.reports.splits import SPLIT_KEYS, Split
from referrals.reports.tallies import FLOWS, IN_SCOPE, Group, Groups, Key, StartTally, Tallies, Tally

ALL = "all"
LONGEST_OUTDATED = timedelta(minutes=5)
"""The worker refreshes each minute. Where it does not, figures are counted from the rows."""

Pair = tuple[Key, object]

# What is kept of a day, if nothing has changed since, else a count of the rows: in one statement, of one instant.
OVER_A_YEAR = """
WITH kept AS MATERIALIZED (
    SELECT stat.rank, stat.place_key, stat.waiting, stat.over_a_year
    FROM ergo_kept_waiting(
        ARRAY[%(on)s::date], ARRAY[%(all)s], ARRAY(SELECT id FROM referrals_county)
    ) AS stat
    WHERE stat.is_current
)
SELECT kept.place_key, municipality.county_id, kept.waiting, kept.over_a_year
FROM kept JOIN referrals_municipality AS municipality ON municipality.id = kept.place_key
WHERE kept.rank = %(rank)s AND kept.waiting > 0
UNION ALL
SELECT * FROM ergo_count_waiting_over_a_year(%(on)s) WHERE NOT EXISTS (SELECT FROM kept)
"""


@dataclass(frozen=True)
class Kept:
    """The tallies of a day, and the instant that they are true of."""

    tallies: Tallies
    as_of: datetime


@dataclass(frozen=True)
class KeptFlow:
    """What came and went between edges (slot 0: before the first), by county and by municipality, by name of FLOWS."""

    counties: dict[int, dict[int, dict[str, int]]]
    places: dict[int, dict[int, dict[str, int]]]
    as_of: datetime


def waiting(
    days: Iterable[date], scope: Scope, splits: Collection[Split] = (), *, at: datetime
) -> dict[date, Kept]:
    """Those who wait at the end of the days that are kept and good enough at the instant. One query, or none.

    In the scope, in every county, and in each place of the scope's counties; `splits`: also part by part. Several
    counties together are not kept: percentiles do not add up. For own staff only the scope.
    """
    if scope.level == Level.COUNTY and len(scope.ids) > 1:
        return {}
    named = [ALL, *(split.value for split in splits)]
    if scope.exact:
        rows = _called("ergo_own_kept_waiting(%s::date[], %s::text[], %s)", [list(days), named, scope.ids[0]])
    else:
        arguments = [list(days), named, list(scope.county_ids)]
        rows = _called("ergo_kept_waiting(%s::date[], %s::text[], %s::bigint[])", arguments)
    groups: dict[date, dict[Group, Tally]] = defaultdict(dict)
    instants: dict[date, datetime] = {}
    for day, as_of, is_current, *counted in rows:
        if instant := _good(as_of, is_current, scope, at):
            instants[day] = instant
            groups[day] |= _groups(scope, *counted)
    return {day: Kept(Tallies(groups[day]), instant) for day, instant in instants.items()}


def over_a_year(on: date) -> list[tuple[int, int, int, int]]:
    """Each municipality in which somebody waits, its county, how many, and how many of them over a year. One query.

    True of now: counted where what is kept is not.
    """
    with connection.cursor() as cursor:
        cursor.execute(OVER_A_YEAR, {"on": on, "all": ALL, "rank": Rank.MUNICIPALITY})
        rows: list[tuple[int, int, int, int]] = cursor.fetchall()
    return rows


def frozen(days: Iterable[date], scope: Scope) -> dict[date, Kept]:
    """Those who waited at month-ends, as it was known at their end; only months that are frozen. One query.

    In the groups of `waiting`; several counties together have no percentiles.
    """
    if scope.exact:
        rows = _called("ergo_own_frozen_waiting(%s::date[], %s)", [list(days), scope.ids[0]])
    else:
        rows = _called("ergo_frozen_waiting(%s::date[], %s::bigint[])", [list(days), list(scope.county_ids)])
    groups: dict[date, dict[Group, Tally]] = defaultdict(dict)
    instants: dict[date, datetime] = {}
    for day, as_of, _is_current, *counted in rows:
        instants[day] = as_of
        groups[day] |= _groups(scope, *counted)
    return {day: Kept(Tallies(groups[day]), instant) for day, instant in instants.items()}


def flow(edges: Sequence[date], scope: Scope, *, at: datetime) -> KeptFlow | None:
    """What came and went between the edges, in every county and each place of the scope's counties. One query.

    None where it is not kept, or not good enough at the instant.
    """
    rows = _called("ergo_kept_flow(%s::date[], %s::bigint[])", [list(edges), list(scope.county_ids)])
    if not rows or not (instant := _good(rows[0][1], rows[0][2], scope, at)):
        return None
    found: dict[int, dict[int, dict[int, dict[str, int]]]] = defaultdict(lambda: defaultdict(dict))
    for slot, _as_of, _is_current, rank, place, *numbers in rows:
        if rank is not None:  # there is a line also where nothing ever happened
            found[rank][place][slot] = dict(zip(FLOWS, numbers, strict=True))
    return KeptFlow(dict(found[Rank.COUNTY]), dict(found[Rank.MUNICIPALITY]), instant)


def own_flow(edges: Sequence[date], scope: Scope) -> dict[int, dict[str, int]]:
    """What came and went in the municipality of its own staff, by slot as in `flow`: true of now. One query."""
    rows = _called("ergo_own_kept_flow(%s::date[], %s)", [list(edges), scope.ids[0]])
    return {slot: dict(zip(FLOWS, numbers, strict=True)) for slot, *numbers in rows}


def own_started(on: date, weeks: int, scope: Scope) -> Groups[StartTally]:
    """Those who started in the weeks until the end of the day in the municipality of its own staff. One query.

    All of them, each category and each priority, with every percentile and the mean.
    """
    rows = _called("ergo_own_started(%s, %s, %s)", [on, weeks, scope.ids[0]])
    return Groups(
        {_group(split, part): StartTally.read(*tally) for split, part, *tally in rows}, StartTally()
    )


def own_life_tables(on: date, scope: Scope) -> Groups[Sequence[LifeDay]]:
    """What became of waits in the twelve months until the end of the day, in the same groups. One query."""
    groups: dict[Group, list[LifeDay]] = defaultdict(list)
    for split, part, *counts in _called("ergo_own_life_table(%s, %s)", [on, scope.ids[0]]):
        groups[_group(split, part)].append(LifeDay(*counts))
    return Groups(groups, ())


def _group(split: str, part: str) -> Group:
    return frozenset() if split == ALL else frozenset({_part(Split(split), part)})


def _good(as_of: datetime, is_current: bool, scope: Scope, at: datetime) -> datetime | None:
    """Which instant the kept figures are true of, if they may be used.

    What has not changed since is true of now, whatever the clocks say. Figures from later than now, of a clock that was
    set back, are of no known age.
    """
    if is_current:
        return at
    if scope.exact or not timedelta(0) <= at - as_of <= LONGEST_OUTDATED:
        return None
    return as_of


def _groups(
    scope: Scope, split: str | None, rank: int, place: int, part: str, *figures: Any
) -> dict[Group, Tally]:
    """The groups that a line is about: the place, and the scope itself; none where nobody waits on the day."""
    if split is None:
        return {}
    waiting_there, *_others, median, p90 = figures
    tally = Tally(*figures) if split == ALL else Tally(waiting_there, median_days=median, p90_days=p90)
    suffix = () if split == ALL else (_part(Split(split), part),)
    return {frozenset({pair, *suffix}): tally for pair in _places(scope, rank, place)}


def _part(split: Split, part: str) -> Pair:
    if split is Split.BAND:
        return SPLIT_KEYS[split], part
    return SPLIT_KEYS[split], int(part) if part else None


def _places(scope: Scope, rank: int, place: int) -> list[Pair]:
    if rank == Rank.NATION:
        return [IN_SCOPE] if scope.level == Level.NATION else []
    own_rank = {Level.COUNTY: Rank.COUNTY, Level.MUNICIPALITY: Rank.MUNICIPALITY}.get(scope.level)
    key = Key.COUNTY if rank == Rank.COUNTY else Key.PLACE
    return [(key, place), IN_SCOPE] if rank == own_rank and place in scope.ids else [(key, place)]


def _called(function: str, arguments: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", arguments)
        rows: list[tuple] = cursor.fetchall()
    return rows
