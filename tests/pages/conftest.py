"""Whose browsers several pages are seen in, and the country that the pages of coverage show."""

from collections.abc import Callable

import pytest
from django.test import Client

from referrals.models import Municipality, User
from referrals.permissions import Role
from tests.factories import (
    CountyFactory,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PopulationFactory,
    UserFactory,
    days_ago,
)
from tests.pages.country import STATES, Country


@pytest.fixture
def kari(client_for: Callable[[User], Client], administrator: User) -> Client:
    """That of Kari, an administrator."""
    return client_for(administrator)


@pytest.fixture
def ola(client_for: Callable[[User], Client], db: None) -> Client:
    """That of Ola Ås, who works beside her."""
    user = UserFactory(username="ola", first_name="Ola", last_name="Ås")
    MembershipFactory(user=user, role=Role.ADMINISTRATOR, municipality=None)
    return client_for(user)


@pytest.fixture
def reader(client_for: Callable[[User], Client], national_reader: User) -> Client:
    """That of a national reader."""
    return client_for(national_reader)


@pytest.fixture
def country(municipality: Municipality) -> Country:
    county = CountyFactory(code="59", name="Nordfylket")
    places = {
        state: MunicipalityFactory(county=county, name=f"Kommune {state}", tile_column=number, tile_row=1)
        for number, state in enumerate(STATES[1:], start=2)
    }
    EmploymentFactory(municipality=municipality, fte="0.80")
    EmploymentFactory(municipality=places["purchased"], purchased=True)
    CoverageAgreementFactory(provider=municipality, recipient=places["agreement"], fte="0.20")
    CoverageStatementFactory(municipality=places["none"], valid_from=days_ago(100))
    PopulationFactory(municipality=municipality, persons=8_000)
    return Country(own=municipality, **places)
