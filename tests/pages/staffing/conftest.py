"""Two who keep the staff of a municipality, and one who works there."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from referrals.models import Employment, Municipality, Occupation, User
from tests.factories import EmploymentFactory, MembershipFactory, OccupationFactory, TherapistFactory
from tests.pages.staffing.desk import Desk

ClientFor = Callable[[User], Client]


@pytest.fixture
def occupation(db: None) -> Occupation:
    return OccupationFactory()


@pytest.fixture
def desk(
    client_for: ClientFor, coordinator: User, municipality: Municipality, occupation: Occupation
) -> Desk:
    cache.clear()
    return Desk(client_for(coordinator), municipality)


@pytest.fixture
def colleague(client_for: ClientFor, municipality: Municipality, desk: Desk) -> Desk:
    user = MembershipFactory(municipality=municipality, user__first_name="Ola", user__last_name="Ås").user
    return Desk(client_for(user), municipality)


@pytest.fixture
def post(municipality: Municipality, occupation: Occupation) -> Employment:
    therapist = TherapistFactory(name="Kari Prøve", hpr_number="9000111")
    return EmploymentFactory(municipality=municipality, therapist=therapist)
