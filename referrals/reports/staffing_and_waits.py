"""Whether thin coverage goes with long waits: årsverk against those who have waited over a year, by municipality."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from referrals.choices import CoverageState
from referrals.reports.coverage import MunicipalityCoverage

# Of fewer municipalities nothing is said; with as many, a connection is said to be one where chance alone would give
# as strong a one in at most about one of twenty cases.
LEAST_MUNICIPALITIES = 20
NORMAL_95 = 1.96
INHABITANTS = 10_000


@dataclass(frozen=True)
class Pair:
    """A municipality: its årsverk, and those who have waited over a year, both per 10 000 inhabitants."""

    name: str
    fte: float
    waits: float


@dataclass(frozen=True)
class StaffingAndWaits:
    """The municipalities of which both are shown; how many are `hidden`, and of how many one is `unknown`.

    `correlation` is Spearman's, -1 to 1; None where all have the same of one of the two.
    """

    pairs: tuple[Pair, ...]
    hidden: int
    unknown: int
    correlation: float | None

    @property
    def is_enough(self) -> bool:
        """Whether there are enough municipalities to say something."""
        return len(self.pairs) >= LEAST_MUNICIPALITIES and self.correlation is not None

    @property
    def is_clear(self) -> bool:
        """Whether the connection is stronger than chance would easily make it."""
        correlation = self.correlation if self.is_enough else None
        return correlation is not None and abs(correlation) >= NORMAL_95 / sqrt(len(self.pairs) - 1)


def build(rows: Iterable[MunicipalityCoverage]) -> StaffingAndWaits:
    """Of the rows of a day."""
    pairs: list[Pair] = []
    hidden = unknown = 0
    for row in rows:
        fte, waits = row.fte_per_10000, row.over_a_year
        if row.state == CoverageState.UNKNOWN or fte is None:
            unknown += 1
        elif waits.suppressed:
            hidden += 1
        elif waits.value is None or not row.population:
            unknown += 1
        else:
            pairs.append(Pair(row.full_name, float(fte), waits.value * INHABITANTS / row.population))
    correlation = spearman([pair.fte for pair in pairs], [pair.waits for pair in pairs])
    return StaffingAndWaits(tuple(pairs), hidden, unknown, correlation)


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The correlation of ranks, those of equals shared; None where one of the two does not vary."""
    ranks, others = _ranks(first), _ranks(second)
    middle = (len(ranks) + 1) / 2
    together = sum((one - middle) * (other - middle) for one, other in zip(ranks, others, strict=True))
    spread = sum((one - middle) ** 2 for one in ranks) * sum((one - middle) ** 2 for one in others)
    return together / sqrt(spread) if spread else None


def _ranks(values: Sequence[float]) -> list[float]:
    """From 1 for the least; equal values get the mean of their places."""
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values), start=1):
        places.setdefault(value, []).append(place)
    return [sum(places[value]) / len(places[value]) for value in values]
