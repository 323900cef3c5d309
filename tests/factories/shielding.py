"""Who may open a shielded case, who is barred from one, and openings of them."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from referrals.choices import BarringKind, OpeningKind
from referrals.models import Barring, Confidant, Opening
from tests.factories.cases import PersonFactory
from tests.factories.days import LONG_AGO, NOW, noon
from tests.factories.people import UserFactory


class OfShieldedPersonFactory(DjangoModelFactory):
    """What is about one citizen and one member of staff, in the citizen's municipality."""

    class Meta:
        abstract = True

    person = factory.SubFactory(PersonFactory)
    municipality = factory.SelfAttribute("person.municipality")
    user = factory.SubFactory(UserFactory)


class ConfidantFactory(OfShieldedPersonFactory):
    class Meta:
        model = Confidant

    named_at = noon(LONG_AGO)
    named_by = factory.SelfAttribute("user")


class BarringFactory(OfShieldedPersonFactory):
    class Meta:
        model = Barring

    kind = BarringKind.RELATIVE
    reason = "Søskenbarn"
    valid_from = LONG_AGO
    registered_at = noon(LONG_AGO)
    registered_by = factory.SubFactory(UserFactory)


class OpeningFactory(OfShieldedPersonFactory):
    """Opened just now by somebody named, and open for half an hour; `emergency=True` for an hour."""

    class Meta:
        model = Opening

    kind = OpeningKind.NAMED
    number = "2026-000123"
    reason = "Skal avtale hjemmebesøk i dag"
    opened_at = NOW
    expires_at: Any = factory.LazyAttribute(lambda row: row.opened_at + timedelta(minutes=30))

    class Params:
        emergency = factory.Trait(kind=OpeningKind.EMERGENCY)
