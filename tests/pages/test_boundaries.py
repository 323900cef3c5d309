"""The map of boundaries on the page of coverage, beside the tiles."""

import re

from django.test import Client

from referrals.models import Municipality
from tests.factories import (
    BoundaryAreaFactory,
    BoundaryMapFactory,
    CoverageStatementFactory,
    MunicipalityFactory,
)
from tests.pages.country import URL
from tests.pages.seen import markup, text


def svg(page: str) -> str:
    """The drawing of a page; empty where there is none."""
    found = re.search(r'<svg class="areas".*?</svg>', page, re.DOTALL)
    return found[0] if found else ""


def test_without_an_import_nothing_is_said_of_a_map(reader: Client, municipality: Municipality) -> None:
    page = markup(reader.get(URL))
    assert not svg(page) and "Norge etter dekning, på kartet" not in page
    assert "data-tilemap" in page


def test_each_municipality_is_a_link_in_its_colour_with_its_name(
    reader: Client, municipality: Municipality
) -> None:
    made = BoundaryMapFactory(year=2026)
    BoundaryAreaFactory(map=made, municipality=municipality)
    none = MunicipalityFactory(name="<Ingenby>", full_name="<Ingenby>")
    CoverageStatementFactory(municipality=none)
    BoundaryAreaFactory(map=made, municipality=none, x=300, y=400)
    BoundaryAreaFactory(map=made, municipality=None, name="Vestfjorden")
    drawn = svg(markup(reader.get(URL, {"fylke": none.county.code})))
    assert 'viewBox="0 0 2000 2000"' in drawn and 'role="group"' in drawn
    assert (
        f'<a class="tile-none chosen" href="/dekning/{none.code}/" data-x="300" data-y="400">'
        '<title>&lt;Ingenby&gt;: Ingen</title><path d="M210 310l180 0 0 180-180 0z"/></a>' in drawn
    )
    assert '<text class="tile-none" x="300" y="400">0</text>' in drawn
    assert "<title>Vestfjorden</title>" in drawn
    assert "Grenser per 2026" in drawn and "© Kartverket, CC BY 4.0" in drawn
    assert "style=" not in drawn and "<script" not in drawn and "<style" not in drawn


def test_boundaries_and_municipalities_that_do_not_match_are_an_error_and_no_map(
    reader: Client, municipality: Municipality
) -> None:
    BoundaryMapFactory(year=2025)
    page = markup(reader.get(URL))
    assert not svg(page)
    assert "Kartet med grensene per 2025 vises ikke, for grensene og kommunene stemmer ikke overens." in page
    assert f"Disse kommunene har ikke noe område i kartet: {municipality.code}" in page


def test_it_shows_a_day_that_is_over_with_the_links_of_that_day(
    reader: Client, municipality: Municipality
) -> None:
    BoundaryAreaFactory(municipality=municipality)
    drawn = svg(text(reader.get(URL, {"dato": "31.12.2024"})))
    assert f'href="/dekning/{municipality.code}/?dato=31.12.2024' in drawn
