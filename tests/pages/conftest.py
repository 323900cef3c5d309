"""Two administrators, each in a browser: Kari, and Ola Ås who works beside her."""

from collections.abc import Callable

import pytest
from django.test import Client

from referrals.models import User
from referrals.permissions import Role
from tests.factories import MembershipFactory, UserFactory


@pytest.fixture
def kari(client_for: Callable[[User], Client], administrator: User) -> Client:
    return client_for(administrator)


@pytest.fixture
def ola(client_for: Callable[[User], Client], db: None) -> Client:
    user = UserFactory(username="ola", first_name="Ola", last_name="Ås")
    MembershipFactory(user=user, role=Role.ADMINISTRATOR, municipality=None)
    return client_for(user)
