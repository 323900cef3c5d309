"""The ways to divide those who wait, and how many are in each part."""

from collections.abc import Sequence
from enum import Enum

from referrals.choices import Source
from referrals.reports.periods import DAYS_A_WEEK
from referrals.reports.tallies import Key, Tallies, Tally
from referrals.waiting import Band


class Split(Enum):
    """A way to divide those who wait into parts that add up to all of them, or one band of them."""

    TARGET = "target"  # over target, not assessed, the rest
    YEAR = "year"  # over a year, the rest
    PAUSE = "pause"  # on hold, the rest
    BAND = "band"  # shortest first; the last one is those over a year
    CATEGORY = "category"
    PRIORITY = "priority"  # no priority yet comes last
    SOURCE = "source"  # in the order in which they are chosen from
    NEAR = "near"  # only those of the band before a year: the earlier ones, and those near a year


# The band of which those near a year are the later part.
NEAR_BAND = Band.UP_TO_365

# The splits that rows are grouped by; of the others, counts of every tally, nobody is shown the rest.
SPLIT_KEYS = {
    Split.BAND: Key.BAND,
    Split.CATEGORY: Key.CATEGORY,
    Split.PRIORITY: Key.PRIORITY,
    Split.SOURCE: Key.SOURCE,
}


class Counter:
    """The tallies of a day, read as parts. `categories` are the ids of all categories, in the report's order."""

    def __init__(self, tallies: Tallies, categories: Sequence[int] = ()) -> None:
        self._tallies = tallies
        levels = tallies.values(Key.PRIORITY)
        self.values: dict[Split, list] = {
            Split.BAND: [band.code for band in Band],
            Split.CATEGORY: list(categories),
            Split.PRIORITY: sorted(levels, key=lambda level: (level is None, level)),
            Split.SOURCE: [source.value for source in Source],
        }

    def tally(self, *pairs: tuple[Key, object]) -> Tally:
        """The tally of a group."""
        return self._tallies.of(*pairs)

    def parts(self, split: Split, *pairs: tuple[Key, object]) -> list[int]:
        """How many of a group are in each part of a split."""
        if key := SPLIT_KEYS.get(split):
            return [self.tally(*pairs, (key, value)).waiting for value in self.values[split]]
        if split is Split.NEAR:
            band = self.tally(*pairs, (Key.BAND, NEAR_BAND.code))
            return [band.waiting - band.near_a_year, band.near_a_year]
        counts = self.tally(*pairs)
        named = {
            Split.TARGET: [counts.over_target, counts.not_assessed],
            Split.YEAR: [counts.over_a_year],
            Split.PAUSE: [counts.paused],
        }[split]
        return [*named, counts.waiting - sum(named)]

    def weeks(self, *pairs: tuple[Key, object]) -> list[Tally]:
        """Those of a group who have waited 0 to 6 days, 7 to 13, and so on up to the longest wait."""
        longest = self.tally(*pairs).oldest_days
        weeks = range(0 if longest is None else longest // DAYS_A_WEEK + 1)
        return [self.tally(*pairs, (Key.WEEK, week)) for week in weeks]
