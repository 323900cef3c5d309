"""What is counted of those who wait: groups, and the figures of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar


class Key(StrEnum):
    """What those who wait are grouped by; the value is the column's name.

    IN_SCOPE: whether they belong to the report's scope. PLACE: their municipality, in the county or counties that the
    scope is about, else empty. PRIORITY: empty until it was set. Only of own rows: WEEK, and THERAPIST, empty where
    nobody has the case.
    """

    IN_SCOPE = "in_scope"
    COUNTY = "county_id"
    PLACE = "place_id"
    CATEGORY = "category_id"
    PRIORITY = "level"
    BAND = "band"
    WEEK = "week"
    SOURCE = "source"
    THERAPIST = "therapist_id"


@dataclass(frozen=True)
class Tally:
    """The counts of a group of those who wait, and the percentiles of their gross days; None where nobody waits.

    Counts are of referrals, but `persons` of citizens. The percentiles of fewer than 10 and 20, the longest wait, and
    how many citizens there are, are known of own rows only. Those near a year are only counted where the long waits are
    asked for.
    """

    waiting: int = 0
    over_target: int = 0
    not_assessed: int = 0
    over_a_year: int = 0
    paused: int = 0
    median_days: float | None = None
    p90_days: float | None = None
    oldest_days: int | None = None
    near_a_year: int = 0
    persons: int = 0

    @classmethod
    def read(
        cls,
        waiting: int,
        over_target: int,
        not_assessed: int,
        over_a_year: int,
        paused: int,
        median: float | None,
        p90: float | None,
        oldest: int | None = None,
        persons: int = 0,
    ) -> Self:
        """As PostgreSQL counts it."""
        counts = waiting, over_target, not_assessed, over_a_year, paused
        return cls(*counts, exact_days(median), exact_days(p90), oldest, persons=persons)


@dataclass(frozen=True)
class StartTally:
    """How many of a group started in a period, and what the gross days were that each had waited at the start.

    The percentiles of fewer than 10 and 20, and the mean, are known of own rows only.
    """

    started: int = 0
    median_days: float | None = None
    p90_days: float | None = None
    mean_days: float | None = None

    @classmethod
    def read(cls, started: int, median: float | None, p90: float | None, mean: float | None = None) -> Self:
        """As PostgreSQL counts it."""
        return cls(started, exact_days(median), exact_days(p90), exact_days(mean))


# What comes and goes: received, first contact, closed without a start, closed after one.
FLOWS = ("referred", "started", "other_ends", "finished")

NOBODY = Tally()
IN_SCOPE = (Key.IN_SCOPE, True)

# One group: what those in it have in common; nothing, for all of them.
Group = frozenset[tuple[Key, object]]

Counted = TypeVar("Counted")


class Groups(Generic[Counted]):
    """What was counted of every group asked for; `nobody` stands for those that are not there."""

    def __init__(self, groups: Mapping[Group, Counted], nobody: Counted) -> None:
        self._groups, self._nobody = groups, nobody

    def of(self, *group: tuple[Key, object]) -> Counted:
        """What was counted of one group."""
        return self._groups.get(frozenset(group), self._nobody)

    def values(self, key: Key) -> set[object]:
        """What the key is in the groups by it."""
        return {value for group in self._groups for group_key, value in group if group_key == key}


class Tallies(Groups[Tally]):
    """The tallies of those who wait; nobody waits in a group that is not there."""

    def __init__(self, groups: Mapping[Group, Tally]) -> None:
        super().__init__(groups, NOBODY)


def read_groups(rows: Iterable[tuple], keys: Sequence[Key]) -> Iterator[tuple[Group, list[Any]]]:
    """Each row's group and its counts, from rows of GROUPING, the keys, and the counts.

    GROUPING has a bit for each key, the first key's the highest, set where the row is not grouped by it.
    """
    highest = len(keys) - 1
    for mask, *fields in rows:
        pairs = zip(keys, fields[: len(keys)], strict=True)
        group = frozenset(pair for place, pair in enumerate(pairs) if not mask >> (highest - place) & 1)
        yield group, fields[len(keys) :]


def exact_days(days: float | None) -> float | None:
    """A percentile as PostgreSQL gives it, without the noise of its doubles.

    Of whole days a median falls on halves and a 90th percentile on tenths. A mean is rounded to tenths.
    """
    return None if days is None else round(days, 1)
