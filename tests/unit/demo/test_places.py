"""How referrals are shared between the municipalities."""

import pytest

from referrals.demo.places import LEAST_REFERRALS, allocate
from referrals.demo.users import MOSS, STRAND
from tests.unit.demo.real_places import real_places


@pytest.mark.parametrize("total", [LEAST_REFERRALS, 401, 2_000, 60_000, 1_000_000])
def test_every_municipality_has_some_and_they_add_up(total):
    counts = allocate(total, real_places())
    assert len(counts) == 357
    assert min(counts.values()) >= 1
    assert sum(counts.values()) == total


def test_the_places_drawn_after_life_have_their_share_and_oslo_the_most():
    counts = allocate(60_000, real_places())
    assert (counts[MOSS], counts[STRAND]) == (900, 1650)
    assert max(counts, key=counts.__getitem__) == "0301"
