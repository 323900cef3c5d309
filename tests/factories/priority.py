"""What referrals are about, and how soon they shall start."""

import factory
from factory.django import DjangoModelFactory

from referrals.models import Category, Municipality, PriorityKey, PriorityTarget
from tests.factories.days import LONG_AGO, days_ago, noon
from tests.factories.places import MunicipalityFactory

# The ready-made template: days within which a priority starts. Every factory-made municipality has it.
TARGET_DAYS = {1: 14, 2: 56, 3: 84, 4: 182}


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "test-aids"
    name_nb = factory.LazyAttribute(lambda category: f"Prøvekategori {category.code}")
    name_nn = factory.SelfAttribute("name_nb")
    name_en = factory.LazyAttribute(lambda category: f"Test category {category.code}")


class PriorityKeyFactory(DjangoModelFactory):
    class Meta:
        model = PriorityKey
        django_get_or_create = ("municipality", "valid_from")

    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO
    registered_at = factory.LazyAttribute(lambda key: noon(min(key.valid_from, days_ago(1))))


class PriorityTargetFactory(DjangoModelFactory):
    class Meta:
        model = PriorityTarget
        django_get_or_create = ("key", "category", "level")

    key = factory.SubFactory(PriorityKeyFactory)
    category = factory.SubFactory(CategoryFactory)
    level = 2
    days = factory.LazyAttribute(lambda target: TARGET_DAYS[target.level])


def give_template_key(municipality: Municipality, category: Category) -> None:
    """Let the municipality have the template's targets for the category, unless it has a key of its own."""
    if municipality.priority_keys.exclude(valid_from=LONG_AGO).exists():
        return
    key = PriorityKeyFactory(municipality=municipality)
    for level in TARGET_DAYS:
        PriorityTargetFactory(key=key, category=category, level=level)
