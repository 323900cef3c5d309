"""The state and the årsverk of every municipality on many days at once, from periods that were read once."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate

from referrals.choices import CoverageState
from referrals.reports.coverage_periods import STAFFED, Deal, Periods
from referrals.reports.intervals import Interval

# All states in order of precedence. A state is kept as its place here: days times municipalities are many.
LADDER = tuple(CoverageState)
UNKNOWN = LADDER.index(CoverageState.UNKNOWN)
NONE = LADDER.index(CoverageState.NONE)
AGREEMENT = LADDER.index(CoverageState.AGREEMENT)
# The states that posts give, the weakest first.
BY_POSTS = tuple((LADDER.index(state), state) for state in reversed(STAFFED))


class Sweep:
    """What municipalities had at the end of each of the days, which are in order.

    `states`: by id, for each day the place of the state in LADDER, with posts told apart. `fte`: by id, for each day
    hundredths of årsverk after what agreements move.
    """

    def __init__(self, periods: Periods, municipalities: Iterable[int], days: Sequence[date]) -> None:
        self._days = days
        self.states: dict[int, list[int]] = {}
        self.fte: dict[int, list[int]] = {}
        for pk in municipalities:
            self.states[pk], self.fte[pk] = self._by_itself(periods, pk)
        for deal in periods.deals:
            self._serve(periods, deal)
            self._move(deal)

    def _by_itself(self, periods: Periods, pk: int) -> tuple[list[int], list[int]]:
        """States and hundredths of årsverk before agreements. A post is looked for among the days once."""
        posts = [(post.kind, post.fte, *self._places(post.counted)) for post in periods.posts.get(pk, ())]
        states, changes = [UNKNOWN] * len(self._days), [0] * (len(self._days) + 1)
        for first, last in map(self._places, periods.absent.get(pk, ())):
            states[first:last] = [NONE] * (last - first)
        for rank, state in BY_POSTS:  # what comes before the others in precedence is written over them
            for kind, _fte, first, last in posts:
                if kind is state:
                    states[first:last] = [rank] * (last - first)
        for _kind, fte, first, last in posts:
            hundredths = int(fte * 100)
            changes[first] += hundredths
            changes[last] -= hundredths
        return states, list(accumulate(changes[:-1]))

    def _serve(self, periods: Periods, deal: Deal) -> None:
        """The recipient of an agreement has it as long as the provider has somebody to lend, and it nothing better."""
        served = self.states.get(deal.recipient)
        if served is None:
            return
        lent = self.states.get(deal.provider) or self._by_itself(periods, deal.provider)[0]
        first, last = self._places(deal.valid)
        for place in range(first, last):
            if lent[place] < AGREEMENT < served[place]:
                served[place] = AGREEMENT

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
