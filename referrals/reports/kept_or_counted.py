"""Those who wait, and what came and went: kept figures where they are good, else counted anew.

Either way they are the same numbers, and come with the instant that they are true of.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import counts, kept, own_rows
from referrals.reports.counts import KnownMonths, LongWaitCount, Slots
from referrals.reports.kept import Kept
from referrals.reports.periods import Period
from referrals.reports.scopes import Scope
from referrals.reports.splits import Split
from referrals.reports.tallies import FLOWS, IN_SCOPE, Tallies

PARTS = (Split.BAND, Split.CATEGORY, Split.PRIORITY)
# The counts of a period and of the one before it: the stocks around both, then what came and went.
FLOW_COUNTS = (
    "waiting_earlier",
    "waiting_before",
    "waiting",
    *(f"{flow}_before" for flow in FLOWS),
    *FLOWS,
)
Counts = dict[str, int]
NOTHING = dict.fromkeys(FLOWS, 0)


@dataclass(frozen=True)
class FoundDays:
    """The tallies of many days, all of them true of an instant: of the oldest, where they differ."""

    tallies: dict[date, Tallies]
    as_of: datetime

    def on(self, day: date) -> Tallies:
        """Nobody waits in a group that is not there."""
        return self.tallies.get(day, Tallies({}))


@dataclass(frozen=True)
class FoundFlow:
    """The counts of FLOW_COUNTS by county, and by municipality in the scope's counties; nothing where all are 0."""

    counties: dict[int, Counts]
    places: dict[int, Counts]
    as_of: datetime


@dataclass(frozen=True)
class FoundPeriods:
    """What came and went in each of many periods end to end, and how many waited before and after it, by place."""

    counties: dict[int, list[Counts]]
    places: dict[int, list[Counts]]
    as_of: datetime


@dataclass(frozen=True)
class ReadMonths:
    """What was known of many days and of what came and went between `edges`, read from the history once."""

    found: KnownMonths
    edges: Sequence[date]

    def between(self, edges: Sequence[date]) -> tuple[Slots, Slots]:
        """The same between some of the edges, by county and municipality."""
        slots = [0, *(bisect_right(edges, edge) for edge in self.edges)]
        return _together(self.found.counties, slots, len(edges)), _together(
            self.found.places, slots, len(edges)
        )


def read_months(
    days: Sequence[date], edges: Sequence[date], scope: Scope, hindsight: Hindsight
) -> ReadMonths | None:
    """All that a page of many months asks for, where outsiders look at it as it was known; else None. One query."""
    if scope.exact or not hindsight.reads_history:
        return None
    ordered = sorted(set(edges))
    return ReadMonths(counts.known_months(days, ordered, scope, hindsight), ordered)


def _together(places: Slots, slots: Sequence[int], end: int) -> Slots:
    """What is in the slots of one number is added up; what came after the last edge, in slot `end`, is left out."""
    summed: Slots = {place: {} for place in places}
    for place, found in places.items():
        for slot, numbers in found.items():
            if slots[slot] < end:
                sums = summed[place].setdefault(slots[slot], dict.fromkeys(FLOWS, 0))
                for kind, number in numbers.items():
                    sums[kind] += number
    return summed


def waiting(on: date, scope: Scope, *, in_full: bool, at: datetime, hindsight: Hindsight = ALL_KNOWN) -> Kept:
    """Everybody who waits at the end of the day; `in_full`: also part by part.

    Own staff's are counted now, and so is what was known of a day before something was registered.
    """
    may_be_kept = not scope.exact and not hindsight.reads_history
    found = kept.waiting([on], scope, PARTS if in_full else (), at=at) if may_be_kept else {}
    return found.get(on) or Kept(_counted_on(on, scope, hindsight, in_full=in_full), at)


def waiting_each_day(
    days: Sequence[date],
    scope: Scope,
    *,
    at: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: ReadMonths | None = None,
) -> FoundDays:
    """How many wait at the end of each day, and the percentiles of the scope. `days` come oldest first."""
    return _each_day(days, scope, (), at, hindsight, read)


def over_a_year(on: date, hindsight: Hindsight = ALL_KNOWN) -> list[LongWaitCount]:
    """The municipalities in which somebody waits at the end of the day, true of now. One query."""
    if hindsight.reads_history:
        return counts.over_a_year(on, hindsight)
    return [LongWaitCount(*row) for row in kept.over_a_year(on)]


def counted_each_day(
    days: Sequence[date], scope: Scope, *, at: datetime, hindsight: Hindsight = ALL_KNOWN
) -> FoundDays:
    """The counts and percentiles of all who wait at the end of each day. A query for each day that is not kept."""
    found = {} if hindsight.reads_history else kept.waiting(days, scope, at=at)
    tallies = {
        day: found[day].tallies if day in found else _counted_on(day, scope, hindsight, in_full=False)
        for day in days
    }
    return FoundDays(tallies, min([at, *(each.as_of for each in found.values())]))


def bands_each_day(
    days: Sequence[date],
    scope: Scope,
    *,
    at: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: ReadMonths | None = None,
) -> FoundDays:
    """How many wait at the end of each day, by band. `days` come oldest first."""
    return _each_day(days, scope, (Split.BAND,), at, hindsight, read)


def _each_day(
    days: Sequence[date],
    scope: Scope,
    splits: Sequence[Split],
    at: datetime,
    hindsight: Hindsight,
    read: ReadMonths | None,
) -> FoundDays:
    if read:
        return FoundDays({day: read.found.days[day] for day in days if day in read.found.days}, at)
    found = {} if hindsight.reads_history else kept.waiting(days, scope, splits, at=at)
    missing = [day for day in days if day not in found]
    tallies = {day: each.tallies for day, each in found.items()}
    if missing:
        tallies |= _counted(missing, scope, hindsight, in_bands=bool(splits))
    return FoundDays(tallies, min([at, *(each.as_of for each in found.values())]))


def _counted_on(on: date, scope: Scope, hindsight: Hindsight, *, in_full: bool) -> Tallies:
    count = own_rows.waiting if scope.exact else counts.waiting
    return count(on, scope, in_full=in_full, hindsight=hindsight)


def _counted(
    days: Sequence[date], scope: Scope, hindsight: Hindsight, *, in_bands: bool
) -> dict[date, Tallies]:
    if not scope.exact:
        if hindsight.reads_history:
            return counts.known_months(days, (), scope, hindsight).days
        return (counts.bands_each_day if in_bands else counts.waiting_each_day)(days, scope)
    if in_bands:
        return own_rows.bands_each_day(days, scope, hindsight)
    own = own_rows.waiting_each_day(days, scope, hindsight)
    return {day: Tallies({frozenset({IN_SCOPE}): tally}) for day, tally in own.items()}


def flows(
    periods: Sequence[Period],
    scope: Scope,
    *,
    at: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: ReadMonths | None = None,
) -> list[FoundFlow]:
    """What came and went in each period and in the one before it, as FLOW_COUNTS, for outsiders.

    All the periods, with those before them, lie end to end. One query, and one more where it is not kept.
    """
    edges = edges_of(periods)
    found = flow_between(edges, scope, at=at, hindsight=hindsight, read=read)
    return [
        FoundFlow(_between(found.counties, slot), _between(found.places, slot), found.as_of)
        for slot in (edges.index(period.start) for period in periods)
    ]


def edges_of(periods: Sequence[Period]) -> list[date]:
    """Where the periods and those before them begin and end, oldest first."""
    return sorted({edge for each in periods for edge in (each.before().start, each.start, each.end)})


def flow_between(
    edges: Sequence[date],
    scope: Scope,
    *,
    at: datetime,
    hindsight: Hindsight = ALL_KNOWN,
    read: ReadMonths | None = None,
) -> FoundPeriods:
    """What came and went between each edge and the next, with the stocks before it and after (`waiting`).

    One query, and one more where it is not kept; none where it has been `read`. Own staff's is of now, and never more
    than one.
    """
    found = None if hindsight.reads_history or scope.exact else kept.flow(edges, scope, at=at)
    if read:
        found = kept.KeptFlow(*read.between(edges), at)
    if found is None:
        found = kept.KeptFlow(*_counted_flow(edges, scope, hindsight), at)
    number = len(edges) - 1
    return FoundPeriods(
        {place: _each(slots, number) for place, slots in found.counties.items()},
        {place: _each(slots, number) for place, slots in found.places.items()},
        found.as_of,
    )


def _counted_flow(edges: Sequence[date], scope: Scope, hindsight: Hindsight) -> tuple[Slots, Slots]:
    """By county and by municipality; for own staff only their own, which is read of what is kept."""
    if scope.exact:
        is_kept = not hindsight.reads_history
        own = kept.own_flow(edges, scope) if is_kept else own_rows.flow_between(edges, scope, hindsight)
        return {}, {scope.ids[0]: own}
    if not hindsight.reads_history:
        return counts.flow_between(edges)
    known = counts.known_months((), edges, scope, hindsight)
    return known.counties, known.places


def _between(places: dict[int, list[Counts]], slot: int) -> dict[int, Counts]:
    """The counts of a period and of the one before it, by place. Who waited, by all who ever came and went."""
    return {place: _beside(*periods[slot - 1 : slot + 1]) for place, periods in places.items()}


def _beside(before: Counts, now: Counts) -> Counts:
    stocks = before["waiting_before"], now["waiting_before"], now["waiting"]
    counted = [*stocks, *(before[kind] for kind in FLOWS), *(now[kind] for kind in FLOWS)]
    return dict(zip(FLOW_COUNTS, counted, strict=True))


def _each(slots: dict[int, Counts], number: int) -> list[Counts]:
    stock, periods = _growth(slots.get(0, NOTHING)), []
    for slot in range(1, number + 1):
        flows = slots.get(slot, NOTHING)
        after = stock + _growth(flows)
        periods.append({"waiting_before": stock, **flows, "waiting": after})
        stock = after
    return periods


def _growth(flows: Counts) -> int:
    """By how many the list grew."""
    return flows["referred"] - flows["started"] - flows["other_ends"]
