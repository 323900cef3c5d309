"""Two offices, in each of which the same coordinator works."""

import pytest

from referrals.models import Category, Municipality, User
from tests.factories import MembershipFactory
from tests.unit.situations.office import Office


@pytest.fixture
def office(municipality: Municipality, category: Category, coordinator: User) -> Office:
    return Office(municipality, category, coordinator)


@pytest.fixture
def other_office(other_municipality: Municipality, category: Category, coordinator: User) -> Office:
    """Of the next municipality, in which the same coordinator works too."""
    MembershipFactory(user=coordinator, role="coordinator", municipality=other_municipality)
    return Office(other_municipality, category, coordinator)
