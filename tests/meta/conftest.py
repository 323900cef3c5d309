"""Who tries the doors, and what lies behind them."""

import pytest

from referrals.models import Category, Municipality, User
from referrals.permissions import MUNICIPAL_ROLES, Role
from tests.factories import CountyFactory, MembershipFactory, ReferralFactory, UserFactory
from tests.harness.doors import NUMBER


@pytest.fixture
def users(municipality: Municipality) -> dict[Role | None, User]:
    """One user for each role, in the municipality, or its county and one more, and one without any."""
    found: dict[Role | None, User] = {None: UserFactory(username="uten-rolle")}
    for role in Role:
        place = municipality if role in MUNICIPAL_ROLES else None
        counties = [municipality.county, CountyFactory()] if role == Role.COUNTY_READER else None
        found[role] = MembershipFactory(role=role, municipality=place, counties=counties).user
    return found


@pytest.fixture
def case(municipality: Municipality, other_municipality: Municipality, category: Category) -> None:
    """The same number in both municipalities."""
    for place in (municipality, other_municipality):
        ReferralFactory(municipality=place, category=category, number=NUMBER, waiting=True)
