"""How much a page with the map of boundaries has to carry."""

from collections.abc import Callable

import pytest
from django.test import Client

from referrals.importers.boundaries.drawing import MOST_CHARACTERS
from referrals.models import Municipality, User
from tests.factories import BoundaryAreaFactory, BoundaryMapFactory
from tests.pages.country import URL
from tests.pages.seen import markup
from tests.pages.test_boundaries import svg

ClientFor = Callable[[User], Client]
MOST_BYTES = 200_000


@pytest.mark.usefixtures("with_registers")
@pytest.mark.django_db
def test_all_municipalities_with_the_longest_outlines_are_under_200_kb(
    client_for: ClientFor, national_reader: User
) -> None:
    made = BoundaryMapFactory()
    present = Municipality.objects.present()
    path = "M1" * (MOST_CHARACTERS // len(present) // 2)
    for number, place in enumerate(present):
        BoundaryAreaFactory(map=made, municipality=place, x=1_000, y=1_000 + number, path=path)
    asked = {"dato": "31.12.2024", "fylke": "31", "tilstand": "agreement"}
    drawn = svg(markup(client_for(national_reader).get(URL, asked)))
    assert drawn.count("<a ") == 357
    assert len(drawn.encode()) < MOST_BYTES
