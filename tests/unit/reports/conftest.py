"""One random world for the tests of the reports."""

from random import Random

import pytest

from tests.unit.reports.worlds import World, make_world


@pytest.fixture(params=[1, 2], ids=["seed 1", "seed 2"])
def world(request: pytest.FixtureRequest, db: None) -> World:
    """Some 500 cases in six municipalities of three counties."""
    return make_world(Random(request.param), 500)
