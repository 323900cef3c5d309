"""Choosing by weight."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Choices with weights: one of weight 2 comes twice as often as one of weight 1."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.choices = tuple(weights)
        *self._bounds, self._total = accumulate(weights.values())

    def pick(self, rng: Random) -> T:
        """One of the choices."""
        return self.choices[bisect_right(self._bounds, rng.random() * self._total)]
