"""By which definition the pages of coverage count: chosen, named, and taken along from page to page."""

import pytest
from django.test import Client

from referrals.choices import Definition, OccupationKind
from referrals.models import LawReference
from referrals.models.law import ATTACHED_THERAPIST, PROTECTED_TITLE
from tests.factories import EmploymentFactory, OccupationFactory, VacancyFactory
from tests.pages.country import SERIES, URL, Country, listed
from tests.pages.seen import markup

DEFINED = {"employed": 3, "authorised": 3, "attached": 1}


@pytest.mark.parametrize(("definition", "without"), [*DEFINED.items()])
def test_the_definition_is_chosen_and_named(
    reader: Client, country: Country, definition: str, without: int
) -> None:
    page = reader.get(URL, {"definisjon": definition})
    label = Definition(definition).label
    assert page.context["report"].definition == definition
    assert f"Regnes som dekket: {label}" in markup(page)
    assert f'<option value="{definition}" selected>{label}' in markup(page)
    assert len(listed(page)) == int(page.context["cards"][0].value) == without
    assert page.context["report"].recipe.filters[0] == ("definition", definition)


@pytest.mark.parametrize("asked", ["", "nonsense", "<b>"])
def test_without_one_it_is_the_published_one(reader: Client, country: Country, asked: str) -> None:
    page = reader.get(URL, {"definisjon": asked})
    assert page.context["report"].definition == Definition.AUTHORISED
    assert '<option value="authorised" selected>' in markup(page)
    assert "<b>" not in page.content.decode()


def test_the_law_is_cited_beside_the_definition(reader: Client, country: Country) -> None:
    for code in (ATTACHED_THERAPIST, PROTECTED_TITLE, "preliminary-reply"):
        LawReference.objects.create(code=code, title_nb=f"Lov om {code}", url="https://lovdata.no/lov")
    for address in (URL, f"{URL}{country.none.code}/", SERIES):
        page = markup(reader.get(address))
        assert f"Lov om {ATTACHED_THERAPIST}" in page and f"Lov om {PROTECTED_TITLE}" in page
        assert "Lov om preliminary-reply" not in page


@pytest.mark.parametrize("definition", Definition)
def test_a_vacant_post_only_is_named_listed_and_never_covered(
    reader: Client, country: Country, definition: Definition
) -> None:
    before = reader.get(URL, {"definisjon": definition.value})
    for place in (country.none, country.unknown, country.own, country.agreement):
        VacancyFactory(municipality=place)
    page = reader.get(URL, {"definisjon": definition.value, "tilstand": "vacant_only"})
    assert listed(page) == [country.none.code, country.unknown.code]
    assert "Kommuner med bare en ledig stilling" in markup(page)
    assert markup(page).count("bare ledig stilling</span>") == 4, "twice in the list, twice in the table"
    shown = {card.label: card.value for card in page.context["cards"]}
    assert shown["Bare ledig stilling"] == "2"
    assert page.context["totals"].states == before.context["totals"].states
    for place, is_told in ((country.none, True), (country.unknown, True), (country.own, False)):
        of_place = markup(reader.get(f"{URL}{place.code}/", {"definisjon": definition.value}))
        assert ("<dt>Ledig stilling</dt>" in of_place) == is_told


def test_the_definition_goes_along_from_page_to_page(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"definisjon": "attached", "dato": "01.02.2026"})
    address = f"{URL}{country.none.code}/?dato=01.02.2026&amp;definisjon=attached"
    assert f'href="{address}"' in markup(page)
    assert 'href="/dekning/utvikling/?dato=01.02.2026&amp;definisjon=attached"' in markup(page)
    own_page = reader.get(address.replace("&amp;", "&"))
    assert own_page.context["report"].definition == Definition.ATTACHED
    assert 'href="/dekning/?dato=01.02.2026&amp;definisjon=attached"' in markup(own_page)
    assert '<input type="hidden" name="definisjon" value="attached">' in markup(own_page)


def test_a_post_of_another_kind_has_a_list_where_the_post_is_asked_for(
    reader: Client, country: Country
) -> None:
    other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
    EmploymentFactory(municipality=country.unknown, occupation=other)
    page = reader.get(URL, {"definisjon": "employed", "tilstand": "other_post"})
    assert listed(page) == [country.unknown.code]
    assert "Kommuner med tilstanden «Egen, i annen stilling»" in markup(page)
    own = listed(reader.get(URL, {"definisjon": "authorised", "tilstand": "own"}))
    assert sorted(own) == sorted([country.own.code, country.unknown.code])
