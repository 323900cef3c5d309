"""Who can take a case: the therapists of a municipality on a day."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import NamedTuple

# The one who has been there longest takes so many of the cases; the others share the rest.
SENIOR_SHARE = 0.25


class Member(NamedTuple):
    """A therapist's time in the municipality [start, end), as ordinals."""

    start: int
    end: int
    therapist_id: int


class Team:
    """The therapists of one municipality over time."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._members = sorted(members)
        self._changes = sorted({day for member in self._members for day in (member.start, member.end)})
        self._present = [[], *(self._on(day) for day in self._changes)]

    def on(self, day: int) -> list[int]:
        """Who works there on the day, the longest there first."""
        return self._present[bisect_right(self._changes, day)]

    def pick(self, rng: Random, day: int, also: int | None = None) -> int | None:
        """A therapist who works there on the day and, if that can be, also on another day; None: nobody does."""
        present = self.on(day)
        if also is not None:
            later = frozenset(self.on(also))
            present = [pk for pk in present if pk in later] or present
        if not present:
            return None
        return present[0] if rng.random() < SENIOR_SHARE else rng.choice(present)

    def _on(self, day: int) -> list[int]:
        return [member.therapist_id for member in self._members if member.start <= day < member.end]


def ordinal(day: date | None) -> int:
    """A day as a number; an open end lies behind all days."""
    return day.toordinal() if day else date.max.toordinal()
