"""Periods [first day, first day after) put together, cut and turned round. Knows no model.

An open end is OPEN. Lists that come out are in order, without overlaps, and two that touch are one.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

OPEN = date.max
Interval = tuple[date, date]


def union(*lists: Iterable[Interval]) -> list[Interval]:
    """The days that are in at least one of the periods."""
    joined: list[Interval] = []
    for begun, ended in sorted(interval for each in lists for interval in each):
        if joined and begun <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ended)
        else:
            joined.append((begun, ended))
    return joined


def within(intervals: Iterable[Interval], whole: Interval) -> list[Interval]:
    """What of the periods lies inside another one."""
    cut = ((max(begun, whole[0]), min(ended, whole[1])) for begun, ended in intervals)
    return [(begun, ended) for begun, ended in cut if begun < ended]


def between(intervals: Sequence[Interval]) -> list[Interval]:
    """The days outside all of the periods, which are in order: before the first, between two, and after the last."""
    edges = [(date.min, date.min), *intervals, (OPEN, OPEN)]
    return [(ended, begun) for (_begun, ended), (begun, _ended) in pairwise(edges) if ended < begun]


def hold(intervals: Iterable[Interval], day: date) -> bool:
    """Whether the day is in one of the periods."""
    return any(begun <= day < ended for begun, ended in intervals)
