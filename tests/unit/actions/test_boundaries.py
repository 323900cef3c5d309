"""The map of boundaries is put in the place of the one before; the very same changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from ergo.scope import scoped
from referrals.actions.boundaries import Area, Drawing, Source, record
from referrals.models import AuditEvent, BoundaryArea, BoundaryMap, Municipality, User
from referrals.reports import boundaries
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def source(letter: str = "a", year: int = 2026) -> Source:
    return Source("kommuner.geojson", letter * 64, year, "© Kartverket", "CC BY 4.0", "EPSG:25833")


def drawing(place: Municipality) -> Drawing:
    areas = [Area(place, "", "M0 0l9 0 0 9z", 3, 4), Area(None, "Vestfjorden", "M9 9l9 0 0 9z", 12, 13)]
    return Drawing(100, 200, True, areas)


def write(place: Municipality, minutes: int = 0, **values: Any) -> BoundaryMap | None:
    at = NOW + timedelta(minutes=minutes)
    return record(source=source(**values), drawing=drawing(place), by=None, at=at)


def test_what_is_recorded_is_what_is_shown(municipality: Municipality) -> None:
    assert boundaries.current() is None
    write(municipality)
    found = boundaries.current()
    assert found is not None
    assert (found.year, found.publisher, found.licence) == (2026, "© Kartverket", "CC BY 4.0")
    assert (found.width, found.height, found.with_sea) == (100, 200, True)
    assert [(one.municipality_id, one.name, one.path, one.x, one.y) for one in found.outlines] == [
        (municipality.pk, "", "M0 0l9 0 0 9z", 3, 4),
        (None, "Vestfjorden", "M9 9l9 0 0 9z", 12, 13),
    ]


def test_the_same_twice_changes_nothing(municipality: Municipality) -> None:
    write(municipality)
    before = [*BoundaryMap.objects.values(), *BoundaryArea.objects.values()]
    assert write(municipality, minutes=5) is None
    assert [*BoundaryMap.objects.values(), *BoundaryArea.objects.values()] == before


@pytest.mark.parametrize("values", [{"letter": "b"}, {"year": 2025}], ids=["another file", "another year"])
def test_another_takes_its_place_and_the_first_one_is_remembered(
    municipality: Municipality, values: dict[str, Any]
) -> None:
    write(municipality)
    newer = write(municipality, minutes=5, **values)
    assert newer is not None
    assert set(BoundaryArea.objects.values_list("map_id", flat=True)) == {newer.pk}
    assert BoundaryMap.objects.count() == 2


def test_one_that_was_replaced_can_come_back(municipality: Municipality) -> None:
    write(municipality)
    write(municipality, minutes=5, letter="b")
    assert write(municipality, minutes=9) is not None
    assert BoundaryArea.objects.count() == 2


def test_who_imported_which_file_stands_in_the_change_log(
    municipality: Municipality, administrator: User
) -> None:
    with scoped(user_id=administrator.pk), transaction.atomic():
        made = record(source=source(), drawing=drawing(municipality), by=administrator, at=NOW)
        assert made is not None and made.imported_by == administrator
        line = AuditEvent.objects.get(table_name="referrals_boundarymap", row_id=made.pk)
    assert (line.operation, line.user_id) == ("I", administrator.pk)
