"""Choosing by weight."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

T = TypeVar("T")


def pick(rng: Random, weights: Mapping[T, float]) -> T:
    """One of the keys; one of weight 2 comes twice as often as one of weight 1."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]
