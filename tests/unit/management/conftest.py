"""What the tests of `report` begin with: who asks for true numbers, and who waits."""

import pytest

from referrals.models import Municipality, Referral, User
from tests.factories import ReferralFactory, days_ago


@pytest.fixture
def staff(municipality: Municipality, manager: User) -> tuple[str, ...]:
    """Asking for the true numbers of the municipality."""
    return ("--municipality", municipality.code, "--as-staff", manager.username)


@pytest.fixture
def waits(municipality: Municipality) -> list[Referral]:
    """Three who wait, received 60 days ago."""
    return [
        ReferralFactory(municipality=municipality, waiting=True, received_on=days_ago(60))
        for _number in range(3)
    ]
