"""The state and the årsverk of every municipality on many days at once, from periods that were read once."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate

from referrals.choices import CoverageState
from referrals.reports.coverage_periods import Deal, Periods, Post
from referrals.reports.intervals import Interval

# All states in order of precedence. A state is kept as its place here: days times municipalities are many.
LADDER = tuple(CoverageState)
UNKNOWN = LADDER.index(CoverageState.UNKNOWN)
NONE = LADDER.index(CoverageState.NONE)


class Sweep:
    """What municipalities had at the end of each of the days, which are in order.

    `states`: by id, for each day the place of the state in LADDER, with posts told apart. `fte`: by id, for each day
    hundredths of årsverk after what agreements move.
    """

    def __init__(self, periods: Periods, municipalities: Iterable[int], days: Sequence[date]) -> None:
        self._days = days
        self.states = {pk: self._states(periods, pk) for pk in municipalities}
        self.fte = {pk: self._fte(periods.posts.get(pk, ())) for pk in self.states}
        for deal in periods.deals:
            self._move(deal)

    def _states(self, periods: Periods, pk: int) -> list[int]:
        """The weakest is written first, and what comes before it in precedence over it."""
        found = [UNKNOWN] * len(self._days)
        for state in range(NONE, -1, -1):
            for interval in periods.of_state(pk, LADDER[state]):
                first, last = self._places(interval)
                found[first:last] = [state] * (last - first)
        return found

    def _fte(self, posts: Iterable[Post]) -> list[int]:
        changes = [0] * (len(self._days) + 1)
        for post in posts:
            first, last = self._places(post.counted)
            hundredths = int(post.fte * 100)
            changes[first] += hundredths
            changes[last] -= hundredths
        return list(accumulate(changes[:-1]))

    def _move(self, deal: Deal) -> None:
        """What the recipient gets the provider gives, and never more than it has."""
        given, received = self.fte.get(deal.provider), self.fte.get(deal.recipient)
        if not deal.fte or given is None or received is None:
            return
        first, last = self._places(deal.valid)
        for place in range(first, last):
            moved = min(int(deal.fte * 100), given[place])
            given[place] -= moved
            received[place] += moved

    def _places(self, interval: Interval) -> tuple[int, int]:
        """The days in the period, as a slice."""
        begun, ended = interval
        return bisect_left(self._days, begun), bisect_left(self._days, ended)
