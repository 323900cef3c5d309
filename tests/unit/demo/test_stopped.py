"""A run that is stopped, or comes second."""

from datetime import date

import pytest

from referrals.demo import seed as seeding
from referrals.demo.seed import Order, seed
from referrals.models import Installation, Referral, Therapist, User

pytestmark = [pytest.mark.usefixtures("with_registers"), pytest.mark.django_db]

SMALL = Order(referrals=400, seed=1, until=date(2026, 3, 1))


def test_a_run_that_is_stopped_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(seeding, "BATCH", 100)

    def stop(done: int) -> None:
        assert Referral.objects.count() == done == 100
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(SMALL, stop)
    assert not Referral.objects.exists()
    assert not Installation.objects.exists()
    assert not User.objects.exists()
    assert not Therapist.objects.exists()
