"""Coverage on the map of boundaries, and what stands there where boundaries and municipalities do not match."""

from datetime import date

import pytest

from referrals.boards import coverage as state_board
from referrals.boards import coverage_tiles as tiles_board
from referrals.boards.areas import BoundaryBoard, boundary_board
from referrals.boards.coverage_tiles import BY_FTE, BY_STATE, BY_WAITS
from referrals.models import BoundaryMap, Municipality
from referrals.reports import boundaries, coverage
from referrals.reports.coverage import CoverageReport
from tests.factories import (
    NOW,
    TODAY,
    BoundaryAreaFactory,
    BoundaryMapFactory,
    CountyFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    PopulationFactory,
    ReferralFactory,
)

pytestmark = pytest.mark.django_db


def address(code: str) -> str:
    return f"/dekning/{code}/"


@pytest.fixture
def places() -> list[Municipality]:
    """One with its own, one with none, one unknown, in two counties."""
    county = CountyFactory(code="59")
    found = [MunicipalityFactory(county=county), MunicipalityFactory(county=county), MunicipalityFactory()]
    EmploymentFactory(municipality=found[0], fte="0.80")
    CoverageStatementFactory(municipality=found[1])
    return found


@pytest.fixture
def drawn(places: list[Municipality]) -> BoundaryMap:
    """The three from north to south."""
    made = BoundaryMapFactory(year=2026, with_sea=True)
    for number, place in enumerate(places, start=1):
        BoundaryAreaFactory(map=made, municipality=place, x=100, y=500 * number)
    return made


def report() -> CoverageReport:
    return coverage.build(TODAY, data_as_of=NOW, own=frozenset())


def board(county: str = "", shade: str = BY_STATE) -> BoundaryBoard | None:
    return boundary_board(report(), boundaries.current(), address, county, shade)


def test_without_an_import_there_is_no_map(places: list[Municipality]) -> None:
    assert board() is None


def test_states_words_and_links_are_those_of_the_tiles(drawn: BoundaryMap) -> None:
    found, tiles = board("59"), state_board.coverage_map(report(), address, "59")
    assert found is not None and found.map is not None
    by_link = {tile.href: tile for tile in tiles.tiles}
    for area in found.map.areas:
        tile = by_link.pop(area.href)
        assert (area.tone, area.label, area.chosen) == (tile.tone, tile.label, tile.chosen)
        assert area.text == ("" if tile.tone == "own" else tile.text)
    assert not by_link
    assert found.map.legend == tiles.legend


@pytest.mark.parametrize("shade", [BY_FTE, BY_WAITS])
def test_numbers_have_the_tones_and_words_of_the_tiles_and_hidden_ones_their_sign(
    drawn: BoundaryMap, places: list[Municipality], shade: str
) -> None:
    PopulationFactory(municipality=places[0], persons=10_000)
    for place, many in zip(places, (2, 7, 12), strict=True):
        ReferralFactory.create_batch(many, municipality=place, over_a_year=True)
    found, tiles = board(shade=shade), tiles_board.shaded_map(report(), address, shade=shade)
    assert found is not None and found.map is not None
    assert (found.title, found.map.legend) == (f"{tiles.title}, på kartet", tiles.chart.legend)
    areas = {area.href: (area.tone, area.label, area.text) for area in found.map.areas}
    assert areas == {
        tile.href: (tile.tone, tile.label, tile.text if tile.tone == "q0" else "")
        for tile in tiles.chart.tiles
    }
    assert {text for _tone, _label, text in areas.values()} > {""}
    assert found.year == 2026


def test_it_says_of_which_year_whose_and_that_there_is_sea(drawn: BoundaryMap) -> None:
    found = board()
    assert found is not None
    assert (found.year, found.credit) == (2026, "© Kartverket, CC BY 4.0")
    assert found.sentence == "Kommunegrenser per 2026, forenklet. De går ut i sjøen."
    BoundaryMap.objects.update(with_sea=False)
    again = board()
    assert again is not None and again.sentence == "Kommunegrenser per 2026, forenklet."


def test_a_sea_area_is_no_municipality(drawn: BoundaryMap) -> None:
    BoundaryAreaFactory(map=drawn, municipality=None, name="Vestfjorden")
    found = board()
    assert found is not None and found.map is not None
    assert [sea.name for sea in found.map.seas] == ["Vestfjorden"]
    assert len(found.map.areas) == 3


def test_a_municipality_without_an_area_hides_the_map_and_is_named(drawn: BoundaryMap) -> None:
    new = MunicipalityFactory(name="Nykommune")
    found = board()
    assert found is not None and found.map is None
    assert found.problem == f"Disse kommunene har ikke noe område i kartet: {new.code} Nykommune."


def test_many_without_an_area_are_not_all_named(drawn: BoundaryMap) -> None:
    for _number in range(6):
        MunicipalityFactory()
    found = board()
    assert found is not None and found.problem.endswith(" ….") and found.problem.count(",") == 4


def test_an_area_of_a_former_municipality_hides_the_map(
    drawn: BoundaryMap, places: list[Municipality]
) -> None:
    Municipality.objects.filter(pk=places[2].pk).update(valid_to=date(2026, 1, 1))
    found = board()
    assert found is not None and found.map is None
    assert found.problem == "1 område hører ikke til noen kommune i dag."
