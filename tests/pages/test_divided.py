"""How lists are divided outside the municipality: by source, and by category and priority where it tells of no few."""

import csv
import io
from collections.abc import Callable
from itertools import product

import pytest
from django.test import Client

from referrals.models import Municipality, User
from tests.factories import TODAY, CategoryFactory, PersonFactory, ReferralFactory, days_ago
from tests.pages.seen import text

ClientFor = Callable[[User], Client]


@pytest.fixture
def many(municipality: Municipality) -> None:
    """20 in each of two categories and two priorities, and 2 in a third category, of whom nobody else hears."""
    person = PersonFactory(municipality=municipality)
    categories = [CategoryFactory(code=f"c{n}", position=n, name_nb=f"Kategori {n}") for n in range(3)]
    cells = [*product(categories[:2], (1, 2)), (categories[2], 1)]
    for category, level in cells:
        ReferralFactory.create_batch(
            2 if category == categories[2] else 20,
            municipality=municipality,
            person=person,
            category=category,
            waiting=True,
            priority=level,
            source="gp" if level == 1 else "hospital",
        )


@pytest.mark.usefixtures("many")
def test_the_nation_sees_category_and_priority_with_the_few_put_together(reader: Client) -> None:
    page = reader.get("/oversikt/landet/fordeling/")
    heat = page.context["board"].heat.chart
    assert [row.label for row in heat.rows] == ["Kategori 1", "Kategori 0, kategori 2"]
    assert [[cell.of.value for cell in row.cells] for row in heat.rows] == [[20, 20], [22, 20]]
    assert not any(cell.of.href for row in heat.rows for cell in row.cells)
    assert "er kategorier eller prioriteter slått sammen" in text(page)


@pytest.mark.usefixtures("many")
def test_by_source_with_what_may_be_shown(reader: Client, municipality: Municipality) -> None:
    for place in ("landet", f"fylke/{municipality.county.code}"):
        board = reader.get(f"/oversikt/{place}/fordeling/").context["board"]
        told = [(row.name, *(cell.value for cell in row.cells)) for row in board.sources.grid.rows]
        assert told == [("Fastlege", "42", "10 dager", "10 dager"), ("Sykehus", "40", "10 dager", "10 dager")]
        assert board.sources.grid.whole.cells[0].value == "82"


@pytest.mark.usefixtures("many")
def test_of_a_county_the_page_says_why_not(
    client_for: ClientFor, county_reader: User, municipality: Municipality
) -> None:
    page = client_for(county_reader).get(f"/oversikt/fylke/{municipality.county.code}/fordeling/")
    assert page.context["board"].heat is None
    assert "kunne tallene for et fylke fortelle om noen få" in text(page)


def test_too_few_are_told_so(reader: Client, municipality: Municipality) -> None:
    ReferralFactory.create_batch(30, municipality=municipality, waiting=True)
    page = reader.get("/oversikt/landet/fordeling/")
    assert page.context["board"].heat is None
    assert "For få venter til at kategori og prioritet kan vises sammen" in text(page)


def test_nobody_waits(reader: Client) -> None:
    page = reader.get("/oversikt/landet/fordeling/")
    board = page.context["board"]
    assert (board.heat, board.sources, board.withheld) == (None, None, "")
    assert board.nobody in text(page)


@pytest.mark.usefixtures("many")
def test_files_hold_what_the_page_shows(reader: Client) -> None:
    told = reader.get("/oversikt/landet/fordeling/", {"fil": "json"}).json()
    assert told["on"] == TODAY.isoformat() and told["waiting"] == 82
    assert {"categories": ["c0", "c2"], "priorities": ["1"], "waiting": 22} in told[
        "by_category_and_priority"
    ]
    sheet = reader.get("/oversikt/landet/fordeling/", {"fil": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet), delimiter=";"))
    assert ["category and priority", "c1, 2", "Kategori 1, Prioritet 2", "waiting", "20"] in rows
    assert ["source", "gp", "Fastlege", "waiting", "42"] in rows
    assert ["recipe", "distribution", "", "hash", told["recipe"]["hash"]] in rows


@pytest.mark.usefixtures("many")
def test_an_earlier_day_and_all_counties_of_a_reader(
    client_for: ClientFor, county_reader: User, other_municipality: Municipality
) -> None:
    county_reader.memberships.get().counties.add(other_municipality.county)
    client = client_for(county_reader)
    page = client.get("/oversikt/fylkene/fordeling/", {"dato": f"{days_ago(5):%d.%m.%Y}"})
    assert page.context["report"].whole.waiting.value == 82
    assert 'href="/oversikt/fylkene/fordeling/"' in text(client.get("/oversikt/fylkene/"))


@pytest.mark.usefixtures("many")
def test_a_municipality_is_divided_for_nobody_outside(reader: Client, municipality: Municipality) -> None:
    assert reader.get(f"/oversikt/{municipality.code}/fordeling/").status_code in (403, 404)
    assert "fordeling/" not in text(reader.get(f"/oversikt/{municipality.code}/"))
