"""A file of all municipalities becomes a map, in whichever reference system it comes and however it is packed."""

import json
from datetime import date
from typing import Any

import pytest
import shapely
from shapely import affinity

from referrals.actions.boundaries import record
from referrals.importers.boundaries import drawing
from referrals.importers.boundaries.drawing import MOST_CHARACTERS
from referrals.importers.boundaries.reading import Preview, preview
from referrals.models import BoundaryMap
from tests.factories import NOW
from tests.unit.importers.boundaries.country import Country, areas, drawn, points

pytestmark = [pytest.mark.usefixtures("with_registers"), pytest.mark.django_db]

TODAY = date(2026, 3, 1)
SYSTEMS = ["4258", "4326", "25832", "25833", "25834", "25835"]
NAME = "Basisdata_0000_Norge_Kommuner_GeoJSON.geojson"


def read(country: Country, name: str = NAME, **typed: Any) -> Preview:
    return preview(name, country.content(), today=TODAY, **typed)


def outline(found: Preview, code: str) -> shapely.Geometry:
    """The area of one municipality as it is drawn."""
    return next(
        drawn(one.path)
        for one in found.drawing.areas
        if one.municipality is not None and one.municipality.code == code
    )


def square(code: str, side: float, *, east: float = 0, north: float = 0) -> shapely.Polygon:
    """A square about the point of a municipality, or so far from it, in metres."""
    x, y = points()[code]
    return shapely.box(x + east - side / 2, y + north - side / 2, x + east + side / 2, y + north + side / 2)


def test_every_municipality_is_drawn_and_all_outlines_are_small() -> None:
    found = read(Country())
    assert found.municipalities == 357
    assert sorted(one.municipality.code for one in found.drawing.areas) == sorted(points())
    assert found.characters <= MOST_CHARACTERS
    assert found.source.year == 2026 and found.source.reference_system == "EPSG:25833"
    assert not found.skips and not found.seas and not found.is_shown


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_reference_system_gives_the_same_map(system: str) -> None:
    """Up to one unit: coordinates in another system are rounded differently."""
    expected, found = read(Country()), read(Country(system=system))
    assert found.source.reference_system == f"EPSG:{system}"
    assert (found.drawing.width, found.drawing.height) == (expected.drawing.width, expected.drawing.height)
    for one, other in zip(expected.drawing.areas, found.drawing.areas, strict=True):
        assert abs(one.x - other.x) <= 1 and abs(one.y - other.y) <= 1
        assert drawn(one.path).hausdorff_distance(drawn(other.path)) < 3


@pytest.mark.parametrize(
    "crs",
    [
        None,
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}},
        {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/4326"}},
    ],
    ids=["none", "CRS84", "urn", "http"],
)
def test_wgs84_has_several_names_and_none(crs: Any) -> None:
    assert read(Country(system="4326", crs=crs)).source.reference_system == "EPSG:4326"


@pytest.mark.parametrize("key", ["Kommune", "administrative_enheter.kommune"])
def test_the_collection_of_municipalities_is_found_among_others(key: str) -> None:
    """Geonorge's file holds the lines of the boundaries in a collection of its own, before or after."""
    line = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[1, 2]]}}
    lines = {"type": "FeatureCollection", "features": [line]}
    whole = {"Kommunegrense": lines, key: Country().collection(), "Riksgrense": lines}
    found = preview(NAME, json.dumps(whole).encode(), today=TODAY)
    assert found.municipalities == 357 and found.source.reference_system == "EPSG:25833"


def test_lines_among_the_features_and_places_that_are_no_municipality_are_passed_over() -> None:
    def change(features: list[dict[str, Any]]) -> None:
        line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
        features.insert(0, {"type": "Feature", "properties": {"objtype": "Grense"}, "geometry": line})
        svalbard = {"kommunenummer": "2100", "kommunenavn": "Spitsbergen"}
        features.append({"type": "Feature", "properties": svalbard, "geometry": None})

    found = read(Country(change=change))
    assert [skip.place for skip in found.skips] == ["objekt 1, Grense", "objekt 359, 2100 Spitsbergen"]
    assert found.municipalities == 357


def test_numbers_that_lost_the_zero_in_front_are_known() -> None:
    def change(features: list[dict[str, Any]]) -> None:
        for feature in features:
            said = feature["properties"]
            said["KOMMUNENUMMER"] = int(said.pop("kommunenummer"))
            said["navn"] = [{"navn": said.pop("kommunenavn"), "sprak": "nor"}]

    assert read(Country(change=change)).municipalities == 357


class TestYear:
    def test_it_is_when_the_features_were_taken_out(self) -> None:
        country = Country(properties={"datauttaksdato": "2025-11-30"})
        assert read(country, "Kommuner2024.geojson").source.year == 2025

    def test_else_it_is_in_the_name(self) -> None:
        name = "Basisdata_0000_Norge_25833_Kommuner2024_GeoJSON.geojson"
        assert read(Country(properties={}), name).source.year == 2024

    def test_else_it_is_stated(self) -> None:
        assert read(Country(properties={}), year=2025).source.year == 2025


class TestShapes:
    def test_an_island_of_its_own_is_drawn_and_a_speck_is_not(self) -> None:
        shapes = areas()
        island, speck = square("1151", 20_000, east=-90_000), square("1151", 300, east=-90_000, north=30_000)
        shapes["1151"] = shapely.MultiPolygon([*shapely.get_parts(shapes["1151"]), island, speck])
        assert len(shapely.get_parts(outline(read(Country(shapes)), "1151"))) == 2

    def test_a_lake_is_a_hole(self) -> None:
        shapes = areas()
        whole = outline(read(Country()), "5612").area
        shapes["5612"] = shapes["5612"].difference(square("5612", 9_000, east=3_000, north=3_000))
        lake = outline(read(Country(shapes)), "5612")
        assert len(lake.interiors) == 1
        assert lake.area == pytest.approx(whole - 9_000**2 / read_unit() ** 2, rel=0.02)

    def test_a_municipality_within_another_one_is_seen_in_its_hole(self) -> None:
        shapes = areas()
        both = shapes["0301"].union(shapes["3201"])
        shapes["3201"] = square("3201", 5_000)
        shapes["0301"] = both.difference(shapes["3201"])
        found = read(Country(shapes))
        inner, outer = outline(found, "3201"), outline(found, "0301")
        assert len(outer.interiors) == 1
        assert shapely.Polygon(outer.interiors[0]).equals(inner)

    def test_neighbours_share_their_boundary_however_coarse_it_is(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody lies upon another, and between them is nothing but what is between them in the file."""
        between = sum(
            len(part.interiors) for part in shapely.get_parts(shapely.union_all(list(areas().values())))
        )
        for most in (MOST_CHARACTERS, 25_000):
            monkeypatch.setattr(drawing, "MOST_CHARACTERS", most)
            found = read(Country())
            assert found.characters <= most
            shown = [drawn(path) for path in paths(found)]
            together = shapely.union_all(shown)
            assert sum(area.area for area in shown) - together.area < 2
            holes = sum(len(part.interiors) for part in shapely.get_parts(together))
            assert holes == between

    def test_a_ring_that_is_not_closed_is_closed(self) -> None:
        def change(features: list[dict[str, Any]]) -> None:
            for feature in features:
                for polygon in coordinates(feature):
                    for ring in polygon:
                        ring.pop()

        assert paths(read(Country(change=change))) == paths(read(Country()))

    def test_positions_said_twice_and_heights_do_not_matter(self) -> None:
        def change(features: list[dict[str, Any]]) -> None:
            for feature in features:
                for polygon in coordinates(feature):
                    for number, ring in enumerate(polygon):
                        polygon[number] = [[*place, 12.5] for place in ring for _time in (1, 2)]

        assert paths(read(Country(change=change))) == paths(read(Country()))

    def test_rings_the_wrong_way_round_do_not_matter(self) -> None:
        def change(features: list[dict[str, Any]]) -> None:
            for feature in features:
                for polygon in coordinates(feature):
                    for ring in polygon:
                        ring.reverse()

        expected, found = read(Country()), read(Country(change=change))
        for one, other in zip(expected.drawing.areas, found.drawing.areas, strict=True):
            assert drawn(one.path).equals(drawn(other.path))

    @pytest.mark.parametrize("kind", ["touches itself", "crosses itself", "has a spike"])
    def test_a_ring_that_is_slightly_wrong_is_mended(self, kind: str) -> None:
        """The municipality keeps its area; so do its neighbours."""
        x, y = points()["5612"]
        # From the lower left corner: a loop, a bow or a spike on the way along the lower edge, all small.
        detours = {
            "touches itself": [
                (x, y - 6_000),
                (x - 1_000, y - 5_000),
                (x + 1_000, y - 5_000),
                (x, y - 6_000),
            ],
            "crosses itself": [(x, y - 6_000), (x + 500, y - 5_500), (x - 500, y - 5_500), (x, y - 6_100)],
            "has a spike": [(x, y - 6_000), (x, y - 9_000), (x, y - 6_000)],
        }
        corners = [
            (x - 6_000, y - 6_000),
            *detours[kind],
            (x + 6_000, y - 6_000),
            (x + 6_000, y + 6_000),
            (x - 6_000, y + 6_000),
        ]
        shapes = areas() | {"5612": shapely.Polygon([*corners, corners[0]])}
        assert not shapes["5612"].is_valid
        expected = outline(read(Country(areas() | {"5612": square("5612", 12_000)})), "5612")
        assert outline(read(Country(shapes)), "5612").symmetric_difference(expected).area < 4

    @pytest.mark.parametrize("long", [200, 20_000], ids=["as an islet", "as a strip"])
    def test_one_that_is_narrower_than_a_unit_is_still_there(self, long: int) -> None:
        x, y = points()["1151"]
        shapes = areas() | {"1151": shapely.box(x - 100, y - long / 2, x + 100, y + long / 2)}
        assert outline(read(Country(shapes)), "1151").area > 0


class TestSea:
    def test_a_country_of_the_size_of_the_land_has_no_sea(self) -> None:
        shapes = {
            code: affinity.scale(shape, 0.75, 0.75, origin=points()[code]) for code, shape in areas().items()
        }
        assert not read(Country(shapes)).drawing.with_sea

    def test_one_that_is_larger_goes_out_into_it(self) -> None:
        assert read(Country()).drawing.with_sea

    def test_sea_areas_are_drawn_with_their_names(self) -> None:
        def change(features: list[dict[str, Any]]) -> None:
            for name, east in (("Vestfjorden", -80_000), ("Havet langt ute", -3e5)):
                place = json.loads(
                    shapely.to_geojson(square("1824", 40_000, east=max(east, -8e4), north=2e4))
                )
                if east < -8e4:
                    place = json.loads(
                        shapely.to_geojson(shapely.box(-190_000, 6_360_000, -180_000, 6_370_000))
                    )
                said = {"objtype": "Havområde", "navn": name}
                features.append({"type": "Feature", "properties": said, "geometry": place})

        found = read(Country(change=change))
        assert found.seas == ["Vestfjorden"]
        assert found.municipalities == 357


def test_the_very_file_is_known_when_it_is_shown() -> None:
    found = read(Country())
    assert record(source=found.source, drawing=found.drawing, by=None, at=NOW)
    assert read(Country()).is_shown
    assert not read(Country(system="4258")).is_shown
    assert BoundaryMap.objects.count() == 1


def paths(found: Preview) -> list[str]:
    return [one.path for one in found.drawing.areas]


def coordinates(feature: dict[str, Any]) -> list[list[Any]]:
    """The polygons of a feature, to be changed in place."""
    geometry = feature["geometry"]
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


def read_unit() -> float:
    """How many metres a unit of the invented country's map is."""
    west, south, east, north = shapely.total_bounds(list(areas().values()))
    return max(east - west, north - south) / 1_960
