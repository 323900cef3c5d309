"""Which municipalities are most like one in population and centrality."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2
from operator import attrgetter

from referrals.models import Municipality
from referrals.reports.coverage import MunicipalityCoverage

SIMILAR = 5


@dataclass(frozen=True)
class Likeness:
    """A municipality with its centrality class of today, 1 (most central) to 6, and its distance."""

    row: MunicipalityCoverage
    centrality: int
    distance: float


def similar(
    about: MunicipalityCoverage, rows: Iterable[MunicipalityCoverage], centralities: Mapping[int, int]
) -> tuple[Likeness, ...]:
    """The five nearest of the rows, the nearest first, and of those as near in the order of the rows.

    None where the population is not known. One class of centrality is as far as twice, or half, as many inhabitants.
    """
    if not about.population:
        return ()
    others = (row for row in rows if row.pk != about.pk and row.population)
    found = (Likeness(row, centralities[row.pk], _distance(about, row, centralities)) for row in others)
    return tuple(sorted(found, key=attrgetter("distance"))[:SIMILAR])


def centralities() -> dict[int, int]:
    """The centrality class of every municipality, by id. One query."""
    return dict(Municipality.objects.order_by().values_list("pk", "centrality"))


def _distance(
    one: MunicipalityCoverage, other: MunicipalityCoverage, centralities: Mapping[int, int]
) -> float:
    doublings = log2((other.population or 1) / (one.population or 1))
    return abs(doublings) + abs(centralities[one.pk] - centralities[other.pk])
