"""Choosing by weight."""

from collections import Counter
from random import Random

from referrals.demo.chance import Weighted


def test_choices_come_as_often_as_their_weights_say():
    choices = Weighted({"a": 1, "b": 3, "never": 0, "c": 6})
    rng = Random(1)
    counts = Counter(choices.pick(rng) for _turn in range(10_000))
    assert counts["never"] == 0
    assert abs(counts["a"] - 1000) < 150
    assert abs(counts["b"] - 3000) < 250
    assert abs(counts["c"] - 6000) < 250


def test_a_single_choice_is_always_taken():
    assert Weighted({"only": 5}).pick(Random(1)) == "only"
