"""Whatever is wrong with a file of boundaries is named with the feature it is in, and no map is drawn."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import shapely

from referrals.importers.boundaries import drawing, reading
from referrals.importers.boundaries.reading import preview
from referrals.importers.rows import BrokenFiles
from referrals.models import Municipality
from tests.factories import CountyFactory, MunicipalityChangeFactory, MunicipalityFactory
from tests.unit.importers.boundaries.country import Country, points

TODAY = date(2026, 3, 1)
CODES = ("3103", "3105", "3107")


@pytest.fixture(autouse=True)
def three_places(db: None) -> None:
    """Three neighbours at their real places; the first has had another number."""
    county = CountyFactory(code="31", name="Østfold")
    where = {"3103": ("59.3927", "10.7251"), "3105": ("59.3295", "11.1429"), "3107": ("59.2535", "10.8676")}
    for code, (north, east) in where.items():
        MunicipalityFactory(code=code, name=f"Sted {code}", county=county, latitude=north, longitude=east)
    MunicipalityChangeFactory(old_code="3002", new_code="3103", valid_from=date(2024, 1, 1))


def square(code: str, side: float = 5_000) -> shapely.Polygon:
    x, y = points()[code]
    return shapely.box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def country(change: Callable[[list[dict[str, Any]]], None] = lambda features: None, **values: Any) -> Country:
    """The three as squares."""
    return Country({code: square(code) for code in CODES}, change=change, **values)


def problems(content: bytes | Country, name: str = "x.geojson", **typed: Any) -> list[str]:
    with pytest.raises(BrokenFiles) as raised:
        preview(name, content if isinstance(content, bytes) else content.content(), today=TODAY, **typed)
    return [str(problem) for problem in raised.value.problems]


def properties(number: int, **values: Any) -> Callable[[list[dict[str, Any]]], None]:
    """Changes what a feature says of itself; None takes it away."""

    def change(features: list[dict[str, Any]]) -> None:
        said = features[number]["properties"]
        said.update(values)
        features[number]["properties"] = {name: value for name, value in said.items() if value is not None}

    return change


def geometry(value: Any) -> Callable[[list[dict[str, Any]]], None]:
    """Gives the first feature another geometry."""

    def change(features: list[dict[str, Any]]) -> None:
        features[0]["geometry"] = value

    return change


def test_the_three_are_drawn_as_they_are() -> None:
    assert preview("x.geojson", country().content(), today=TODAY).municipalities == 3


class TestTheFile:
    @pytest.mark.parametrize("content", [b"", b" \r\n\t"])
    def test_empty(self, content: bytes) -> None:
        assert problems(content) == ["x.geojson: er tom."]

    def test_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        content = country().content()
        monkeypatch.setattr(reading, "MOST_BYTES", len(content))
        assert preview("x.geojson", content, today=TODAY)
        assert problems(content + b"\n") == ["x.geojson: er større enn 0 MB."]

    def test_packed(self) -> None:
        assert problems(b"PK\x03\x04 and more") == [
            "x.geojson: er pakket (zip): pakk den ut, og importer filen i den som slutter på .geojson."
        ]

    def test_cut_off_anywhere(self) -> None:
        content = country().content()
        for length in range(1, len(content), 97):
            (problem,) = problems(content[:length])
            assert problem.startswith("x.geojson, linje 1: er ikke hel JSON")

    def test_not_in_utf_8(self) -> None:
        content = country(properties(0, kommunenavn="Våler")).content().decode().encode("cp1252")
        assert problems(content) == ["x.geojson: er ikke tekst i UTF-8."]

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "9" * 5_000])
    def test_numbers_that_are_none(self, number: str) -> None:
        content = country(geometry({"type": "Polygon", "coordinates": [[[0, 0]]]})).content()
        (problem,) = problems(content.replace(b"[0, 0]", f"[0, {number}]".encode()))
        assert problem.startswith("x.geojson: inneholder et tall som ikke kan leses")

    @pytest.mark.parametrize("escape", ["\\u0000", "\\ud83d", "\\uDE00"])
    def test_with_an_escape_that_is_no_character(self, escape: str) -> None:
        content = country(properties(0, kommunenavn="Moss")).content().replace(b"Moss", escape.encode())
        assert problems(content) == [f"x.geojson, linje 1: «{escape}» er ikke noe tegn."]

    def test_nested_without_end(self) -> None:
        assert problems(b"[" * 1_000_000) == ["x.geojson: er for dypt nøstet til å være GeoJSON."]

    @pytest.mark.parametrize(
        "whole",
        [
            [],
            {},
            7,
            "FeatureCollection",
            {"type": "Topology", "objects": {}},
            {"type": "Polygon", "coordinates": [[[10, 60], [11, 60], [11, 61], [10, 60]]]},
            {"Kommune": []},
            {"Kommunegrense": {"type": "FeatureCollection", "features": []}},
        ],
        ids=["list", "empty", "number", "text", "TopoJSON", "one polygon", "no collection", "lines only"],
    )
    def test_of_another_kind(self, whole: Any) -> None:
        assert problems(json.dumps(whole).encode()) == [
            "x.geojson: er ikke GeoJSON med kommuner: den inneholder ingen FeatureCollection av dem."
        ]

    @pytest.mark.parametrize("features", [[], {}, None, "all"])
    def test_without_features(self, features: Any) -> None:
        content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        assert problems(content) == ["x.geojson: inneholder ingen objekter."]


class TestTheReferenceSystem:
    @pytest.mark.parametrize(
        "crs",
        [
            7,
            {"type": "link", "properties": {"href": "x"}},
            {"type": "name", "properties": {"name": "RT 90"}},
            {"type": "name", "properties": {"name": 25833}},
            {"type": "name"},
        ],
    )
    def test_one_that_says_nothing_known(self, crs: Any) -> None:
        (problem,) = problems(country(crs=crs))
        assert problem.startswith("x.geojson: medlemmet crs nevner ikke noe kjent referansesystem: ")

    @pytest.mark.parametrize("number", ["3857", "32633", "27391", "999999"])
    def test_one_that_is_not_read(self, number: str) -> None:
        crs = {"type": "name", "properties": {"name": f"EPSG:{number}"}}
        (problem,) = problems(country(crs=crs))
        assert problem == (
            f"x.geojson: koordinatene er i EPSG:{number}; kjente er EPSG:4326, EPSG:4258, EPSG:25832, EPSG:25833, "
            "EPSG:25834, EPSG:25835."
        )

    def test_metres_said_to_be_degrees_lie_outside_norway(self) -> None:
        found = problems(country(crs=None))
        assert len(found) == 3
        assert found[0].startswith("x.geojson, objekt 1, 3103 Moss: posisjonen ")
        assert "ligger utenfor Norge" in found[0]

    def test_latitude_before_longitude_lies_outside_norway(self) -> None:
        def swap(features: list[dict[str, Any]]) -> None:
            for feature in features:
                for ring in feature["geometry"]["coordinates"]:
                    ring[:] = [place[::-1] for place in ring]

        found = problems(country(swap, system="4326"))
        assert len(found) == 3 and all("med nord først?" in one for one in found)

    def test_a_wrong_zone_puts_boundaries_and_numbers_apart(self) -> None:
        crs = {"type": "name", "properties": {"name": "EPSG:25834"}}
        found = problems(country(crs=crs))
        assert any("grenser og nummer stemmer ikke overens" in one or "utenfor Norge" in one for one in found)


class TestFeatures:
    @pytest.mark.parametrize("feature", [None, 7, "x", [], {}, {"type": "Polygon"}])
    def test_what_is_none(self, feature: Any) -> None:
        def change(features: list[Any]) -> None:
            features.insert(1, feature)

        assert problems(country(change)) == ["x.geojson, objekt 2: er ikke noe objekt (Feature)."]

    @pytest.mark.parametrize("said", [None, "", " ", True, 3.5, [], {}])
    def test_without_a_number(self, said: Any) -> None:
        assert problems(country(properties(1, kommunenummer=said))) == [
            "x.geojson, objekt 2, Sarpsborg: har ikke noe kommunenummer."
        ]

    @pytest.mark.parametrize("said", ["31030", "31O3", "x", "³¹⁰³", "-103"])
    def test_with_a_number_of_another_shape(self, said: str) -> None:
        assert problems(country(properties(0, kommunenummer=said))) == [
            f"x.geojson, objekt 1, {said} Moss: «{said}» er ikke noe kommunenummer."
        ]

    def test_two_of_one_municipality(self) -> None:
        assert problems(country(properties(2, kommunenummer="3103"))) == [
            "x.geojson, objekt 3, 3103 Fredrikstad: kommunen har et område fra før: objekt 1, 3103 Moss.",
            "x.geojson: har ikke noe område for 3107 Sted 3107.",
        ]

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (None, "ingenting"),
            ("x", "ingenting"),
            ({"type": "Point", "coordinates": [1, 2]}, "Point"),
            ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "LineString"),
            ({"type": "GeometryCollection", "geometries": []}, "ingenting"),
        ],
        ids=["none", "text", "point", "line", "collection"],
    )
    def test_that_is_no_area(self, value: Any, kind: str) -> None:
        assert problems(country(geometry(value))) == [
            f"x.geojson, objekt 1, 3103 Moss: geometrien er {kind}, ikke Polygon eller MultiPolygon."
        ]

    @pytest.mark.parametrize(
        "coordinates",
        [
            None,
            7,
            "x",
            [7],
            [[7]],
            [[["a", "b"], ["c", "d"]]],
            [[[1], [2]]],
            [[[1, 2], [3]]],
            [[[1, None]]],
            [[[True, False]]],
            [[[[1, 2]]]],
            [{"x": 1}],
        ],
    )
    def test_with_coordinates_that_are_none(self, coordinates: Any) -> None:
        assert problems(country(geometry({"type": "Polygon", "coordinates": coordinates}))) == [
            "x.geojson, objekt 1, 3103 Moss: koordinatene er ikke ringer av tallpar."
        ]

    @pytest.mark.parametrize(
        "rings",
        [[], [[]], [[[0, 0]]], [[[0, 0], [9, 0]]], [[[0, 0], [9, 0], [18, 0], [0, 0]]]],
        ids=["no ring", "empty", "a place", "two places", "a line"],
    )
    def test_without_an_area(self, rings: list[list[list[float]]]) -> None:
        x, y = points()["3103"]
        moved = [[[x + east, y + north] for east, north in ring] for ring in rings]
        assert problems(country(geometry({"type": "Polygon", "coordinates": moved}))) == [
            "x.geojson, objekt 1, 3103 Moss: har ikke noe areal."
        ]

    @pytest.mark.parametrize("place", [(0, 0), (1e9, 1e9), (2_000_000, 6_600_000), (250_000, 5_000_000)])
    def test_with_a_single_position_outside_norway(self, place: tuple[float, float]) -> None:
        corners = [[*one] for one in square("3103").exterior.coords]
        corners[2] = [*place]
        (problem,) = problems(country(geometry({"type": "Polygon", "coordinates": [corners]})))
        assert problem.startswith(
            f"x.geojson, objekt 1, 3103 Moss: posisjonen {place[0]:g}, {place[1]:g} ligger utenfor"
        )

    def test_every_problem_is_told_and_of_very_many_how_many_more(self) -> None:
        def change(features: list[Any]) -> None:
            features += [None] * 100

        found = problems(country(change))
        assert len(found) == 51
        assert found[0] == "x.geojson, objekt 4: er ikke noe objekt (Feature)."
        assert "50" in found[-1]


class TestTheRegisters:
    def test_a_number_that_nobody_has(self) -> None:
        assert problems(country(properties(0, kommunenummer="3199"))) == [
            "x.geojson, objekt 1, 3199 Moss: 3199 er ingen kommune som registrene kjenner.",
            "x.geojson: har ikke noe område for 3103 Sted 3103.",
        ]

    def test_an_old_number_tells_what_became_of_it(self) -> None:
        assert problems(country(properties(0, kommunenummer="3002")))[0] == (
            "x.geojson, objekt 1, 3002 Moss: 3002 er et gammelt nummer: det ble 3103 den 01.01.2024. Grensene er eldre."
        )

    def test_one_that_is_missing(self) -> None:
        assert problems(country(lambda features: features.pop())) == [
            "x.geojson: har ikke noe område for 3107 Sted 3107."
        ]

    def test_one_that_no_longer_exists_is_not_asked_for(self) -> None:
        Municipality.objects.filter(code="3107").update(valid_to=date(2025, 1, 1))
        assert problems(country())[0].endswith("3107 er ingen kommune som registrene kjenner.")
        found = preview("x.geojson", country(lambda features: features.pop()).content(), today=TODAY)
        assert found.municipalities == 2

    def test_numbers_that_have_changed_places(self) -> None:
        def swap(features: list[dict[str, Any]]) -> None:
            first, second = (feature["properties"] for feature in features[:2])
            first["kommunenummer"], second["kommunenummer"] = "3105", "3103"

        assert problems(country(swap)) == [
            "x.geojson: stedet for 3103 Sted 3103 ligger i området til 3105 Sted 3105: grenser og nummer stemmer ikke "
            "overens.",
            "x.geojson: stedet for 3105 Sted 3105 ligger i området til 3103 Sted 3103: grenser og nummer stemmer ikke "
            "overens.",
        ]

    def test_an_area_far_from_its_municipality(self) -> None:
        Municipality.objects.filter(code="3103").update(latitude="69.6000", longitude="18.9000")
        assert problems(country()) == [
            "x.geojson: stedet for 3103 Sted 3103 ligger ikke i området til kommunen: grenser og nummer stemmer ikke "
            "overens."
        ]

    def test_a_coast_that_is_a_little_off(self) -> None:
        """The point of a small island may lie in the water of a coarse file."""
        Municipality.objects.filter(code="3103").update(latitude="59.3597")
        assert preview("x.geojson", country().content(), today=TODAY).municipalities == 3

    def test_two_areas_upon_each_other(self) -> None:
        both = Country({"3103": square("3103"), "3105": square("3103", 90_000), "3107": square("3107")})
        assert any("3103 Sted 3103 ligger i området til 3105" in one for one in problems(both))


class TestTheYear:
    def test_one_that_is_neither_in_the_file_nor_stated(self) -> None:
        assert problems(country(properties={})) == [
            "x.geojson: filen sier ikke hvilket år grensene gjelder: oppgi det med --year."
        ]

    def test_one_that_contradicts_the_file(self) -> None:
        assert problems(country(), year=2025) == ["x.geojson: grensene er per 2026, ikke 2025."]

    @pytest.mark.parametrize("year", [2019, 2027, 0, -1, 99999])
    def test_one_that_cannot_be(self, year: int) -> None:
        (problem,) = problems(country(properties={}), year=year or 1)
        assert "kan ikke være året for grensene" in problem

    def test_one_before_a_municipality_began(self) -> None:
        Municipality.objects.filter(code="3105").update(valid_from=date(2024, 1, 1))
        assert problems(country(properties={}), year=2023) == [
            "x.geojson: grensene er per 2023, men 3105 Sted 3105 finnes først fra 01.01.2024."
        ]
        assert preview("x.geojson", country(properties={}).content(), today=TODAY, year=2024)


def test_too_much_for_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_CHARACTERS", 20)
    assert problems(country()) == ["x.geojson: kan ikke tegnes med 0 kB: den har for mange områder."]
