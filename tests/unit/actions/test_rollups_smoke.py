from random import Random
from referrals.actions import rollups
from tests.factories import TODAY
from tests.unit.reports.worlds import make_world
import time

def test_smoke(db):
    make_world(Random(1), 500)
    t=time.time()
    print(rollups.refresh(today=TODAY), time.time()-t)
    t=time.time()
    print(rollups.refresh(today=TODAY), time.time()-t)
    found = rollups.check()
    print(found.days, found.outdated, found.differences[:5])
    assert not found.differences
