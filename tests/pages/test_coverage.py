"""Coverage: the country and one municipality on a day; who sees what; what odd addresses get."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from referrals.choices import CoverageState, Definition, OccupationKind
from referrals.models import KeptRecipe, LawReference, Municipality, User
from referrals.models.law import ATTACHED_THERAPIST, PROTECTED_TITLE
from tests.factories import (
    TODAY,
    CountyFactory,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    OccupationFactory,
    PopulationFactory,
    ReferralFactory,
    UserFactory,
    VacancyFactory,
    days_ago,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]
URL = "/dekning/"
STATES = ("own", "purchased", "agreement", "none", "unknown")
ROLES = ("coordinator", "therapist_user", "manager", "county_reader", "national_reader", "administrator")


@dataclass(frozen=True)
class Country:
    """One municipality in each state, the four without an own employee in another county."""

    own: Municipality
    purchased: Municipality
    agreement: Municipality
    none: Municipality
    unknown: Municipality


@pytest.fixture
def country(municipality: Municipality) -> Country:
    county = CountyFactory(code="59", name="Nordfylket")
    places = {
        state: MunicipalityFactory(county=county, name=f"Kommune {state}", tile_column=number, tile_row=1)
        for number, state in enumerate(STATES[1:], start=2)
    }
    EmploymentFactory(municipality=municipality, fte="0.80")
    EmploymentFactory(municipality=places["purchased"], purchased=True)
    CoverageAgreementFactory(provider=municipality, recipient=places["agreement"], fte="0.20")
    CoverageStatementFactory(municipality=places["none"], valid_from=days_ago(100))
    PopulationFactory(municipality=municipality, persons=8_000)
    return Country(own=municipality, **places)


@pytest.fixture
def reader(client_for: ClientFor, national_reader: User) -> Client:
    """A national reader's browser."""
    return client_for(national_reader)


def listed(page: HttpResponse) -> list[str]:
    """The codes of the municipalities in the list by county."""
    return [row.code for one in page.context["lists"] for row in one.rows]


# ---------------------------------------------------------------- the country


def test_the_page_shows_what_the_report_says(reader: Client, country: Country) -> None:
    page = reader.get(URL)
    totals = page.context["report"].totals
    assert [totals.states[CoverageState(state)] for state in STATES] == [1, 1, 1, 1, 1]
    shown = {card.label: card.value for card in page.context["cards"]}
    assert shown["Uten egen"] == str(totals.without_own) == "3"
    assert "3 av 5 kommuner er uten egen ergoterapeut" in markup(page)


def test_those_without_their_own_are_listed_by_county_with_links(reader: Client, country: Country) -> None:
    page = reader.get(URL)
    assert listed(page) == [country.agreement.code, country.none.code, country.purchased.code]
    for place in (country.agreement, country.none, country.purchased):
        assert f'href="/dekning/{place.code}/"' in markup(page)


def test_every_municipality_is_in_the_table(reader: Client, country: Country) -> None:
    assert len(reader.get(URL).context["table"].records) == 5


def test_the_number_on_a_card_is_the_length_of_the_list_it_leads_to(reader: Client, country: Country) -> None:
    for card in reader.get(URL).context["cards"][:-1]:
        if card.href:
            assert len(listed(reader.get(URL + card.href.removesuffix("#list")))) == int(card.value)


def test_one_county_has_its_own_totals_list_and_frame(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"fylke": "59", "tilstand": "none"})
    assert page.context["totals"].municipalities == 4
    assert listed(page) == [country.none.code]
    assert len(page.context["table"].records) == 4
    assert 'class="c2 r1 chosen"' in markup(page)
    assert "Dekning i Nordfylket" in markup(page)


def test_an_empty_list_says_so(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"fylke": country.own.county.code})
    assert "Ingen kommuner er på denne listen på denne datoen." in markup(page)


def test_an_earlier_day_is_shown_as_it_was(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"dato": f"{days_ago(101):%d.%m.%Y}"})
    states = {row.code: row.state for row in page.context["report"].rows}
    assert states[country.none.code] == CoverageState.UNKNOWN
    assert "slik vi nå vet at de var" in markup(page)
    assert f"/dekning/{country.agreement.code}/?dato={days_ago(101):%d.%m.%Y}" in markup(page)


def test_before_anything_is_known_the_page_says_so(reader: Client, country: Country) -> None:
    page = reader.get(URL, {"dato": "31.12.1999"})
    assert "Vi har ingen opplysninger om noen av de 5 kommunene" in markup(page)
    assert "Det finnes ingen opplysninger her fra før 01.01.2000." in markup(page)


@pytest.mark.parametrize(
    "asked",
    [
        f"{TODAY + timedelta(days=1):%d.%m.%Y}",
        "31.02.2026",
        "i går",
        "2026",
        "00.00.0000",
        "9" * 5000,
        "🦊",
        "<b>",
    ],
)
def test_an_impossible_day_is_answered_in_the_form_and_today_is_shown(
    reader: Client, country: Country, asked: str
) -> None:
    page = reader.get(URL, {"dato": asked})
    assert page.status_code == 200
    assert page.context["report"].on == TODAY
    assert page.context["form"].errors["dato"]
    assert "Dette er tallene for i dag." in markup(page)
    assert "<title>Feil:" in markup(page)
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize("query", [{"fylke": "58"}, {"tilstand": "nonsense"}, {"fylke": "", "tilstand": ""}])
def test_a_choice_that_does_not_exist_narrows_nothing(reader: Client, country: Country, query: dict) -> None:
    page = reader.get(URL, query)
    assert page.status_code == 200
    assert page.context["totals"].municipalities == 5


@pytest.mark.parametrize("page", ["-1", "99", "abc"])
def test_the_table_has_one_page_whatever_the_address_asks(
    reader: Client, country: Country, page: str
) -> None:
    table = reader.get(URL, {"page": page, "per_page": "100000", "sort": "unknown"}).context["table"]
    assert len(table.records) == 5


def test_every_column_sorts_both_ways(reader: Client, country: Country) -> None:
    names = [header.name for header in reader.get(URL).context["table"].headers if header.aria_sort]
    assert names == list(reader.get(URL).context["table"].Meta.fields)
    for name in names:
        for sort in (name, f"-{name}"):
            assert len(reader.get(URL, {"sort": sort}).context["table"].records) == 5


def test_a_reader_of_a_county_sees_it_first(
    client_for: ClientFor, county_reader: User, country: Country, other_municipality: Municipality
) -> None:
    EmploymentFactory(municipality=MunicipalityFactory(county=country.own.county), purchased=True)
    lists = client_for(county_reader).get(URL).context["lists"]
    assert [one.is_own for one in lists] == [True, False]
    assert lists[0].county.code == country.own.county.code


def test_the_map_is_coloured_as_asked_and_keeps_what_else_is_chosen(reader: Client, country: Country) -> None:
    query = {"farge": "arsverk", "fylke": "59", "definisjon": "attached", "dato": "31.12.2025"}
    page = reader.get(URL, query)
    assert "Norge etter årsverk" in markup(page)
    assert "Prøvdal: 0,75 årsverk per 10 000 innbyggere" in markup(page)
    assert '<input type="hidden" name="farge" value="arsverk"' in markup(page)
    address = "?farge=venter&amp;fylke=59&amp;definisjon=attached&amp;dato=31.12.2025#map-choices"
    assert f'href="{address}"' in markup(page)
    assert "?farge=arsverk&amp;fylke=59&amp;definisjon=attached#map-choices" in markup(page), "today"
    chosen = [
        choice.label for choice in (*page.context["years"], *page.context["shades"]) if choice.is_chosen
    ]
    assert chosen == ["2025", "Årsverk per 10\xa0000 innbyggere"]
    assert reader.get(URL, {"farge": "<b>"}).context["map"].title == "Norge etter dekning"


def test_staffing_against_waits_shows_no_small_number(reader: Client, country: Country) -> None:
    ReferralFactory(municipality=country.own, over_a_year=True)
    against = reader.get(URL).context["against"]
    assert against.chart.is_empty
    assert against.sentence.startswith("Ikke mulig å si")
    assert against.left_out.startswith("1 kommune er utelatt")


def test_the_map_of_waits_hides_small_numbers(reader: Client, country: Country) -> None:
    ReferralFactory(municipality=country.own, over_a_year=True)
    page = reader.get(URL, {"farge": "venter"})
    tile = next(tile for tile in page.context["map"].chart.tiles if country.own.code in tile.href)
    assert (tile.tone, tile.text) in {("q0", "<5"), ("q0", ":")}


# ---------------------------------------------------------------- by which definition

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


def test_a_municipality_tells_when_it_had_nobody(reader: Client, country: Country) -> None:
    EmploymentFactory(municipality=country.none, valid_from=days_ago(900), valid_to=days_ago(400))
    CoverageStatementFactory(municipality=country.purchased)
    page = reader.get(f"{URL}{country.none.code}/")
    assert [(gap.began, gap.days) for gap in page.context["gaps"]] == [(days_ago(400), 400)]
    assert "Fortsatt uten" in markup(page)
    bought = f"{URL}{country.purchased.code}/"
    assert len(reader.get(bought).context["gaps"]) == 1
    assert reader.get(bought, {"definisjon": "attached"}).context["gaps"] == ()


# ---------------------------------------------------------------- since 2018

SERIES = f"{URL}utvikling/"


def test_the_series_ends_with_what_the_day_says(reader: Client, country: Country) -> None:
    for definition in Definition:
        page = reader.get(SERIES, {"definisjon": definition.value})
        of_the_day = reader.get(URL, {"definisjon": definition.value}).context["report"].totals
        last = page.context["rows"][-1].cells[-1]
        assert (last.without, last.point.municipalities) == (of_the_day.without, 5)
        assert last.point.fte == of_the_day.fte
        assert f"Regnes som dekket: {definition.label}" in markup(page)
    assert page.context["years"] == (*map(str, range(2018, 2026)), "16.03.2026")


def test_it_is_put_together_and_drawn_as_asked(reader: Client, country: Country) -> None:
    page = reader.get(SERIES, {"gruppe": "centrality", "grenser": "day"})
    question = page.context["series"].question
    assert (question.by, question.borders) == ("centrality", "day")
    assert "Gamle kommunenumre har ikke navn her" in markup(page)
    unknown = reader.get(SERIES, {"gruppe": "nonsense", "grenser": "nonsense"}).context["series"].question
    assert (unknown.by, unknown.borders) == ("county", "today")


def test_the_published_numbers_stand_beside_the_line_with_their_source(
    reader: Client, country: Country
) -> None:
    page = reader.get(SERIES)
    assert page.context["published"] == ((2018, 83), (2021, 43), (2022, 44), (2023, 49), (2024, 41))
    assert "83 (2018) · 43 (2021) · 44 (2022) · 49 (2023) · 41 (2024)." in markup(page)
    assert "Norsk Ergoterapeutforbund" in markup(page)
    published = page.context["picture"].chart.lines[-1]
    assert (published.name, [point.value for point in published.points]) == (
        "Publisert",
        [83, 43, 44, 49, 41],
    )
    assert published.strokes == ()
    early = reader.get(SERIES, {"dato": "30.12.2018"})
    assert early.context["published"] == () and len(early.context["picture"].chart.lines) == 3


@pytest.mark.parametrize("by", ["county", "centrality"])
def test_staffing_is_drawn_by_group_with_two_decimals(reader: Client, country: Country, by: str) -> None:
    page = reader.get(SERIES, {"gruppe": by})
    bars = page.context["staffed"].chart.bars
    assert [bar.label for bar in bars] == [str(row.name) for row in page.context["rows"]]
    last = page.context["rows"][-1].cells[-1].point.fte_per_10000
    assert bars[-1].shown_total == float(last)
    assert f"{last:.2f}".replace(".", ",") + "</text>" in markup(page)


def test_who_is_new_is_named_with_the_way_there(reader: Client, country: Country) -> None:
    page = reader.get(SERIES)
    assert [(each.title, len(each.places)) for each in page.context["lists"]] == [("Nye uten", 1)]
    assert "er 1 kommune ny uten, 0 er dekket igjen." in markup(page)
    assert f'href="/dekning/{country.none.code}/"' in markup(page)


def test_the_series_is_taken_along_with_its_recipe(reader: Client, country: Country) -> None:
    query = {"definisjon": "attached", "gruppe": "governor", "fil": "json"}
    found = json.loads(reader.get(SERIES, query).content)
    assert (found["definition"], found["by"], found["borders"]) == ("attached", "governor", "today")
    assert found["since_a_year"]["new"] == [country.none.code]
    assert found["years"][-1]["without"] == 1
    assert KeptRecipe.objects.filter(hash=found["recipe"]["hash"]).exists()
    table = reader.get(SERIES, query | {"fil": "csv"}).content.decode()
    assert table.splitlines()[0].endswith("definition;borders")


# ---------------------------------------------------------------- who


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_coverage(
    request: pytest.FixtureRequest, client_for: ClientFor, country: Country, role: str
) -> None:
    client = client_for(request.getfixturevalue(role))
    assert client.get(URL).status_code == 200
    assert client.get(f"{URL}{country.none.code}/").status_code == 200


def test_who_has_no_role_reads_nothing(client_for: ClientFor, country: Country) -> None:
    client = client_for(UserFactory())
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}{country.none.code}/").status_code == 403


def test_a_stranger_is_asked_to_sign_in(client: Client, country: Country) -> None:
    for address in (URL, f"{URL}{country.none.code}/"):
        assert client.get(address).headers["Location"].startswith("/inn/")


def test_small_numbers_of_citizens_are_hidden_from_outsiders_and_not_from_own_staff(
    reader: Client, client_for: ClientFor, manager: User, country: Country
) -> None:
    for _number in range(3):
        ReferralFactory(municipality=country.own, over_a_year=True)
    address = f"{URL}{country.own.code}/"
    outside, inside = reader.get(address), client_for(manager).get(address)
    hidden = outside.context["row"].over_a_year
    assert hidden.suppressed
    assert inside.context["row"].over_a_year.value == 3
    assert f"<dd>{escape(hidden.hidden.label)}</dd>" in outside.content.decode()
    assert "<dd>3</dd>" in inside.content.decode()


def test_how_many_work_there_is_told_only_to_those_who_work_there_too(
    reader: Client, client_for: ClientFor, manager: User, country: Country
) -> None:
    address = f"{URL}{country.own.code}/"
    assert "<dt>Ergoterapeuter</dt>" in markup(client_for(manager).get(address))
    assert "<dt>Ergoterapeuter</dt>" not in markup(reader.get(address))


def test_therapists_are_named_to_own_staff_only(
    reader: Client,
    client_for: ClientFor,
    manager: User,
    county_reader: User,
    administrator: User,
    country: Country,
) -> None:
    named = country.own.employments.get().therapist
    gone = EmploymentFactory(municipality=country.own, valid_to=days_ago(0)).therapist
    bought = country.purchased.employments.get().therapist
    outsiders = [reader, client_for(county_reader), client_for(administrator)]
    address = f"{URL}{country.own.code}/"
    assert named.name in markup(client_for(manager).get(address))
    assert gone.name not in markup(client_for(manager).get(address))
    assert gone.name in markup(client_for(manager).get(address, {"dato": f"{days_ago(1):%d.%m.%Y}"}))
    for client, pages in (
        *((client, (URL, address)) for client in outsiders),
        (client_for(manager), (URL, f"{URL}{country.purchased.code}/")),
    ):
        for page in map(markup, map(client.get, pages)):
            for therapist in (named, bought):
                assert f"{therapist.name}<" not in page and therapist.hpr_number not in page


def test_the_way_to_the_waitlists_figures_is_shown_to_those_who_may_go_it(
    client_for: ClientFor, manager: User, county_reader: User, administrator: User, country: Country
) -> None:
    address = f"{URL}{country.own.code}/"
    for user, expected in ((manager, True), (county_reader, True), (administrator, False)):
        assert bool(client_for(user).get(address).context["dashboard"]) == expected
    assert not client_for(county_reader).get(f"{URL}{country.none.code}/").context["dashboard"]


# ---------------------------------------------------------------- one municipality


def test_a_municipality_without_anybody_says_since_when_and_from_whom_it_is_known(
    reader: Client, country: Country
) -> None:
    page = markup(reader.get(f"{URL}{country.none.code}/"))
    assert "heller ikke ved kjøp eller avtale" in page
    assert "E-post fra kommunalsjefen" in page


def test_an_agreement_is_seen_from_both_sides(reader: Client, country: Country) -> None:
    served = reader.get(f"{URL}{country.agreement.code}/")
    serves = reader.get(f"{URL}{country.own.code}/")
    assert [(one.role, one.name) for one in served.context["agreements"]] == [
        ("Får tjenesten fra", country.own.full_name)
    ]
    assert [(one.role, one.name) for one in serves.context["agreements"]] == [
        ("Yter tjenesten til", country.agreement.full_name)
    ]
    assert "0,20 årsverk" in markup(served)


def test_unknown_is_a_dash_and_not_nought(reader: Client, country: Country) -> None:
    assert "<dt>Årsverk</dt><dd>–</dd>" in markup(reader.get(f"{URL}{country.unknown.code}/"))


def test_the_neighbours_are_those_of_the_county(reader: Client, country: Country) -> None:
    page = reader.get(f"{URL}{country.none.code}/")
    assert {row.code for row in page.context["neighbours"].records} == {
        place.code for place in (country.purchased, country.agreement, country.none, country.unknown)
    }


@pytest.mark.parametrize("code", ["0000", "9999", "abc", "60011", "0301 ", "%00"])
def test_a_municipality_that_does_not_exist_is_not_found(reader: Client, country: Country, code: str) -> None:
    assert reader.get(f"{URL}{code}/").status_code == 404


def test_an_impossible_day_of_a_municipality_shows_today(reader: Client, country: Country) -> None:
    page = reader.get(f"{URL}{country.none.code}/", {"dato": "30.02.2025"})
    assert page.status_code == 200
    assert page.context["report"].on == TODAY


def test_the_past_is_a_band_and_a_table(reader: Client, country: Country) -> None:
    EmploymentFactory(municipality=country.none, valid_from=days_ago(900), valid_to=days_ago(400))
    page = reader.get(f"{URL}{country.none.code}/")
    rows = page.context["history"].rows
    assert [(row.state, row.days) for row in rows[:3]] == [("none", 101), ("unknown", 300), ("own", 500)]
    (mark,) = page.context["history"].chart.marks
    assert mark.label == f"Uten fra {days_ago(400):%d.%m.%Y}, 400 dager"
    assert markup(page).count('<rect class="timeline-band') == 4


def test_the_five_most_like_it_stand_beside_it(reader: Client, country: Country) -> None:
    assert "Innbyggertallet er ukjent" in markup(reader.get(f"{URL}{country.none.code}/"))
    near = [MunicipalityFactory(county=country.none.county) for _number in range(6)]
    for number, place in enumerate(near):
        PopulationFactory(municipality=place, persons=9_000 + number * 1000)
    page = reader.get(f"{URL}{country.own.code}/")
    codes = [one.row.code for one in page.context["similar"]]
    assert codes == [country.own.code, *(place.code for place in near[:5])]
    assert "dobbelt eller halvt så mange innbyggere" in markup(page)


def test_waits_are_true_for_own_staff_hidden_from_outsiders_and_not_told_to_others(
    client_for: ClientFor, manager: User, county_reader: User, administrator: User, country: Country
) -> None:
    ReferralFactory.create_batch(3, municipality=country.own)
    address = f"{URL}{country.own.code}/"
    seen = [client_for(user).get(address).context["waits"] for user in (manager, county_reader)]
    assert [rows[0].now for rows in seen] == ["3", "Skjermet"]
    assert (seen[0][1].now.endswith("dager"), seen[1][1].now) == (True, "Skjermet")
    assert client_for(administrator).get(address).context["waits"] == ()


CLOSED_BY = {
    ("none", "attached"): "kjøper tjenesten eller får en avtale",
    ("none", "authorised"): "uansett stilling. Kjøp eller avtale er nok etter loven",
    ("none", "employed"): "en av de sju yrkeskodene. Kjøp eller avtale er nok etter loven",
    ("agreement", "attached"): "Det som fortsatt mangler etter det publiserte tallet",
    ("agreement", "authorised"): "Kommunen får tjenesten fra andre",
    ("purchased", "employed"): "Kommunen får tjenesten fra andre",
    ("unknown", "authorised"): "Først må det være kjent",
    ("own", "employed"): "Ingenting mangler",
}


@pytest.mark.parametrize(("state", "definition"), sorted(CLOSED_BY))
def test_what_it_takes_is_said_in_a_plain_sentence(
    reader: Client, country: Country, state: str, definition: str
) -> None:
    page = reader.get(f"{URL}{getattr(country, state).code}/", {"definisjon": definition})
    assert CLOSED_BY[state, definition] in markup(page)


def test_a_vacant_post_and_a_post_of_another_kind_say_what_is_lacking(
    reader: Client, country: Country
) -> None:
    VacancyFactory(municipality=country.none)
    assert "En stilling er ledig." in markup(reader.get(f"{URL}{country.none.code}/"))
    other = OccupationFactory(code="1120102", kind=OccupationKind.OTHER)
    EmploymentFactory(municipality=country.unknown, occupation=other)
    address = f"{URL}{country.unknown.code}/"
    assert "er allerede ansatt" in markup(reader.get(address, {"definisjon": "employed"}))
    assert "Ingenting mangler" in markup(reader.get(address))


# ---------------------------------------------------------------- its recipe


def test_both_pages_keep_and_show_the_recipe(reader: Client, country: Country) -> None:
    whole, one = reader.get(URL), reader.get(f"{URL}{country.agreement.code}/")
    coverage, waits = one.context["report"].recipe.hash, one.context["waits_recipe"].hash
    assert f"Oppskrift <code>{whole.context['report'].recipe.hash}</code>. " in markup(whole)
    told = f"Oppskrift <code>{coverage}</code> (dekningen), <code>{waits}</code> (de som venter). "
    assert told in markup(one)
    assert markup(one).count('<p class="recipe">') == 1
    assert set(KeptRecipe.objects.values_list("hash", flat=True)) == {coverage, waits}


# ---------------------------------------------------------------- cost


def test_the_queries_are_the_same_for_few_and_many_municipalities(reader: Client, country: Country) -> None:
    def asked(address: str) -> int:
        reader.get(address)
        with CaptureQueriesContext(connection) as queries:
            reader.get(address)
        return len(queries)

    addresses = (URL, SERIES, f"{URL}{country.agreement.code}/")
    few = [asked(address) for address in addresses]
    for place in MunicipalityFactory.create_batch(30, county=country.none.county):
        EmploymentFactory(municipality=place)
        CoverageAgreementFactory(provider=country.own, recipient=place)
    assert [asked(address) for address in addresses] == few
