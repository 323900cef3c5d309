"""What administrators set for the whole installation."""

from datetime import timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from referrals.models import OpenDataSwitch, SmallNumberLimit, ThinCoverageLimit
from tests.factories.days import NOW, TODAY
from tests.factories.people import UserFactory


class SmallNumberLimitFactory(DjangoModelFactory):
    """A limit of small numbers from tomorrow on, registered today."""

    class Meta:
        model = SmallNumberLimit

    valid_from = TODAY + timedelta(days=1)
    least_shown = 3
    registered_at = NOW
    registered_by = factory.SubFactory(UserFactory)


class ThinCoverageLimitFactory(DjangoModelFactory):
    """A limit of thin coverage from tomorrow on, registered today."""

    class Meta:
        model = ThinCoverageLimit

    valid_from = TODAY + timedelta(days=1)
    least_fte = Decimal("3.00")
    registered_at = NOW
    registered_by = factory.SubFactory(UserFactory)


class OpenDataSwitchFactory(DjangoModelFactory):
    """Open data is switched on."""

    class Meta:
        model = OpenDataSwitch

    is_on = True
    registered_at = NOW
    registered_by = factory.SubFactory(UserFactory)
