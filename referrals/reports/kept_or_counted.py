"""Those who wait, and what came and went: kept figures where they are good, else counted anew.

Either way they are the same numbers, and come with the instant that they are true of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import ALL_KNOWN, Hindsight
from referrals.reports import counts, kept, own_rows
from referrals.reports.counts import Slots
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


def waiting(on: date, scope: Scope, *, in_full: bool, at: datetime, hindsight: Hindsight = ALL_KNOWN) -> Kept:
    """Everybody who waits at the end of the day; `in_full`: also part by part.

    Own staff's are counted now, and so is what was known of a day before something was registered.
    """
    may_be_kept = not scope.exact and not hindsight.reads_history
    found = kept.waiting([on], scope, PARTS if in_full else (), at=at) if may_be_kept else {}
    return found.get(on) or Kept(_counted_on(on, scope, hindsight, in_full=in_full), at)


def waiting_each_day(
    days: Sequence[date], scope: Scope, *, at: datetime, hindsight: Hindsight = ALL_KNOWN
) -> FoundDays:
    """How many wait at the end of each day, and the percentiles of the scope. `days` come oldest first."""
    return _each_day(days, scope, (), at, hindsight)


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
    days: Sequence[date], scope: Scope, *, at: datetime, hindsight: Hindsight = ALL_KNOWN
) -> FoundDays:
    """How many wait at the end of each day, by band. `days` come oldest first."""
    return _each_day(days, scope, (Split.BAND,), at, hindsight)


def _each_day(
    days: Sequence[date], scope: Scope, splits: Sequence[Split], at: datetime, hindsight: Hindsight
) -> FoundDays:
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
    if in_bands:
        if scope.exact:
            return own_rows.bands_each_day(days, scope, hindsight)
        return counts.bands_each_day(days, scope, hindsight)
    if not scope.exact:
        return counts.waiting_each_day(days, scope, hindsight)
    own = own_rows.waiting_each_day(days, scope, hindsight)
    return {day: Tallies({frozenset({IN_SCOPE}): tally}) for day, tally in own.items()}


def flows(
    periods: Sequence[Period], scope: Scope, *, at: datetime, hindsight: Hindsight = ALL_KNOWN
) -> list[FoundFlow]:
    """What came and went in each period and in the one before it, as FLOW_COUNTS, for outsiders.

    All the periods, with those before them, lie end to end. One query, and one more where it is not kept.
    """
    edges = sorted({edge for each in periods for edge in (each.before().start, each.start, each.end)})
    found = flow_between(edges, scope, at=at, hindsight=hindsight)
    return [
        FoundFlow(_between(found.counties, slot), _between(found.places, slot), found.as_of)
        for slot in (edges.index(period.start) for period in periods)
    ]


def flow_between(
    edges: Sequence[date], scope: Scope, *, at: datetime, hindsight: Hindsight = ALL_KNOWN
) -> FoundPeriods:
    """What came and went between each edge and the next, with the stocks before it and after (`waiting`).

    One query, and one more where it is not kept.
    """
    found = None if hindsight.reads_history else kept.flow(edges, scope, at=at)
    if found is None:
        found = kept.KeptFlow(*_counted_flow(edges, scope, hindsight), at)
    number = len(edges) - 1
    return FoundPeriods(
        {place: _each(slots, number) for place, slots in found.counties.items()},
        {place: _each(slots, number) for place, slots in found.places.items()},
        found.as_of,
    )


def _counted_flow(edges: Sequence[date], scope: Scope, hindsight: Hindsight) -> tuple[Slots, Slots]:
    """By county and by municipality; for own staff only their own."""
    if scope.exact:
        return {}, {scope.ids[0]: own_rows.flow_between(edges, scope, hindsight)}
    return counts.flow_between(edges, hindsight)


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
