"""Counties and municipalities. Codes and tiles lie outside those of the real registers: both fit in one database."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from referrals.models import (
    BoundaryArea,
    BoundaryMap,
    County,
    Governor,
    Installation,
    Municipality,
    MunicipalityChange,
    Population,
    Unit,
)
from tests.factories.days import LONG_AGO, NOW, TODAY
from tests.harness.ambient import reach


class GovernorFactory(DjangoModelFactory):
    class Meta:
        model = Governor
        django_get_or_create = ("name",)

    name = "Prøveembetet"


class CountyFactory(DjangoModelFactory):
    class Meta:
        model = County
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{60 + n % 40}")
    name = factory.LazyAttribute(lambda county: f"Prøvefylke {county.code}")
    full_name = factory.SelfAttribute("name")
    governor = factory.SubFactory(GovernorFactory)


class MunicipalityFactory(DjangoModelFactory):
    """A municipality that has always existed, with a number and a tile of its own."""

    class Meta:
        model = Municipality
        skip_postgeneration_save = True

    county = factory.SubFactory(CountyFactory)
    code = factory.LazyAttributeSequence(lambda municipality, n: f"{municipality.county.code}{n % 100:02}")
    name = factory.LazyAttribute(lambda municipality: f"Prøvekommune {municipality.code}")
    full_name = factory.SelfAttribute("name")
    latitude = Decimal("60.0000")
    longitude = Decimal("10.0000")
    # The sea in the south-east of the tile map: 300 tiles that no real municipality has.
    tile_column = factory.Sequence(lambda n: 18 + n % 12)
    tile_row = factory.Sequence(lambda n: 12 + n // 12 % 25)
    centrality = 4
    valid_from = LONG_AGO

    @factory.post_generation
    def reached(municipality: Municipality, create: bool, extracted: None, **kwargs: Any) -> None:
        """The test may touch its persons and cases."""
        if create:
            reach([municipality.pk])


class PopulationFactory(DjangoModelFactory):
    class Meta:
        model = Population

    municipality = factory.SubFactory(MunicipalityFactory)
    year = TODAY.year
    persons = 10_000


class MunicipalityChangeFactory(DjangoModelFactory):
    class Meta:
        model = MunicipalityChange

    old_code = "5901"
    new_code = "6001"
    valid_from = date(2024, 1, 1)


class InstallationFactory(DjangoModelFactory):
    class Meta:
        model = Installation
        django_get_or_create = ("id",)

    id = 1
    is_demo = True


class UnitFactory(DjangoModelFactory):
    """A district of a municipality."""

    class Meta:
        model = Unit

    municipality = factory.SubFactory(MunicipalityFactory)
    name = factory.Sequence(lambda n: f"Bydel {n}")
    valid_from = LONG_AGO


class BoundaryMapFactory(DjangoModelFactory):
    """The boundaries of this year in a square map."""

    class Meta:
        model = BoundaryMap

    file_name = "kommuner.geojson"
    digest = factory.Sequence(lambda n: f"{n:064x}")
    year = TODAY.year
    publisher = "© Kartverket"
    licence = "CC BY 4.0"
    reference_system = "EPSG:25833"
    with_sea = False
    width = height = 2_000
    imported_at = NOW


class BoundaryAreaFactory(DjangoModelFactory):
    """A municipality as a square about its sign."""

    class Meta:
        model = BoundaryArea

    map = factory.SubFactory(BoundaryMapFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    x = y = 1_000
    path = factory.LazyAttribute(lambda area: f"M{area.x - 90} {area.y - 90}l180 0 0 180-180 0z")
