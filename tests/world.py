"""The small world that tests share: two municipalities in two counties, and one user for each role.

A pytest plugin. The day is `TODAY` for everybody who asks for `today` or for a client.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from referrals.models import Category, Municipality, Therapist, User
from referrals.permissions import Role
from tests.factories import (
    NOW,
    TODAY,
    CategoryFactory,
    MembershipFactory,
    MunicipalityFactory,
    TherapistFactory,
    UserFactory,
    give_template_key,
)


@pytest.fixture
def today() -> Iterator[date]:
    """The clock stands at NOW; the value is TODAY."""
    with time_machine.travel(NOW, tick=False):
        yield TODAY


@pytest.fixture
def category(db: None) -> Category:
    """What most referrals are about."""
    return CategoryFactory(code="test-aids", name_nb="Hjelpemidler (prøve)", name_en="Aids (test)")


@pytest.fixture
def other_category(db: None) -> Category:
    """Something else that referrals are about."""
    return CategoryFactory(code="test-home", name_nb="Boligtilpasning (prøve)", name_en="Home (test)")


@pytest.fixture
def municipality(category: Category, other_category: Category) -> Municipality:
    """The municipality whose staff the role fixtures are; it has the template's priority key."""
    return _with_key(MunicipalityFactory(name="Prøvdal"), category, other_category)


@pytest.fixture
def other_municipality(category: Category, other_category: Category) -> Municipality:
    """A municipality in another county, in which none of the municipal users has any right."""
    return _with_key(MunicipalityFactory(name="Annesvik"), category, other_category)


@pytest.fixture
def coordinator(municipality: Municipality) -> User:
    """The intake coordinator of the municipality."""
    return _user("koordinator", Role.COORDINATOR, municipality)


@pytest.fixture
def therapist_user(municipality: Municipality) -> User:
    """A user with the role of a therapist, who is the `therapist`."""
    user = _user("ergoterapeut", Role.THERAPIST, municipality)
    TherapistFactory(name="Tea Terapeut", user=user, employed_in=municipality)
    return user


@pytest.fixture
def therapist(therapist_user: User) -> Therapist:
    """The therapist in the register behind `therapist_user`, employed in the municipality."""
    return therapist_user.therapist


@pytest.fixture
def manager(municipality: Municipality) -> User:
    """The manager of the municipality."""
    return _user("leder", Role.MANAGER, municipality)


@pytest.fixture
def privacy_officer(municipality: Municipality) -> User:
    """Who reads the logs of the municipality, and no case."""
    return _user("personvernombud", Role.PRIVACY_OFFICER, municipality)


@pytest.fixture
def county_reader(municipality: Municipality) -> User:
    """A reader of the county of the municipality, without persons."""
    user = _user("fylkesleser", Role.COUNTY_READER)
    user.memberships.get().counties.add(municipality.county)
    return user


@pytest.fixture
def national_reader(db: None) -> User:
    """A reader of the whole country, without persons."""
    return _user("nasjonal-leser", Role.NATIONAL_READER)


@pytest.fixture
def administrator(db: None) -> User:
    """Who keeps the registers."""
    return _user("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def client_for(today: date) -> Callable[[User], Client]:
    """Makes a browser in which a user is signed in, on TODAY."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def _with_key(municipality: Municipality, *categories: Category) -> Municipality:
    for category in categories:
        give_template_key(municipality, category)
    return municipality


def _user(username: str, role: Role, municipality: Municipality | None = None) -> User:
    user = UserFactory(username=username)
    MembershipFactory(user=user, role=role, municipality=municipality)
    return user
