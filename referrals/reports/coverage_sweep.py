"""The state and the årsverk of every municipality on many days at once, from periods that were read once."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, partial
from itertools import accumulate

from referrals.choices import CoverageState
from referrals.reports.coverage_periods import Deal, Periods, Posts
from referrals.reports.intervals import Interval

# All states in order of precedence. A state is kept as its place here: days times municipalities are many.
LADDER = tuple(CoverageState)
UNKNOWN = LADDER.index(CoverageState.UNKNOWN)
NONE = LADDER.index(CoverageState.NONE)
AGREEMENT = LADDER.index(CoverageState.AGREEMENT)


class Sweep:
    """What municipalities had at the end of each of the days, which are in order.

    `states`: by id, for each day the place of the state in LADDER, with posts told apart. `fte`: by id, for each day
    hundredths of årsverk after what agreements move.
    """

    def __init__(self, periods: Periods, municipalities: Iterable[int], days: Sequence[date]) -> None:
        self._days = days
        # Which of them a day is, or the next of them: periods begin and end on the same days over and over.
        self._nth = cache(partial(bisect_left, days))
        self.states: dict[int, list[int]] = {}
        self.fte: dict[int, list[int]] = {}
        for pk in municipalities:
            self.states[pk], self.fte[pk] = self._by_itself(periods, pk)
        for deal in periods.deals:
            self._serve(periods, deal)
            self._move(deal)

    def _by_itself(self, periods: Periods, pk: int) -> tuple[list[int], list[int]]:
        """States and hundredths of årsverk before agreements."""
        states, changes = [UNKNOWN] * len(self._days), [0] * (len(self._days) + 1)
        for first, last in map(self._span, periods.absent.get(pk, ())):
            states[first:last] = [NONE] * (last - first)
        # What comes before the others in precedence is written over them.
        for posts in sorted(periods.posts.get(pk, ()), key=_rank, reverse=True):
            rank = _rank(posts)
            firsts, lasts = map(self._nth, posts.begun), map(self._nth, posts.ended)
            for first, last, hundredths in zip(firsts, lasts, posts.hundredths, strict=True):
                states[first:last] = [rank] * (last - first)
                changes[first] += hundredths
                changes[last] -= hundredths
        return states, list(accumulate(changes[:-1]))

    def _serve(self, periods: Periods, deal: Deal) -> None:
        """The recipient of an agreement has it as long as the provider has somebody to lend, and it nothing better."""
        served = self.states.get(deal.recipient)
        if served is None:
            return
        lent = self.states.get(deal.provider) or self._by_itself(periods, deal.provider)[0]
        for place in range(*self._span(deal.valid)):
            if lent[place] < AGREEMENT < served[place]:
                served[place] = AGREEMENT

    def _move(self, deal: Deal) -> None:
        """What the recipient gets the provider gives, and never more than it has."""
        given, received = self.fte.get(deal.provider), self.fte.get(deal.recipient)
        if not deal.fte or given is None or received is None:
            return
        agreed = int(deal.fte * 100)
        for place in range(*self._span(deal.valid)):
            moved = min(agreed, given[place])
            given[place] -= moved
            received[place] += moved

    def _span(self, interval: Interval) -> tuple[int, int]:
        """The days in the period, as a slice."""
        begun, ended = interval
        return self._nth(begun), self._nth(ended)


def _rank(posts: Posts) -> int:
    return LADDER.index(posts.kind)
