"""The coverage of one municipality: what it has and lacks, its past, its waits and its like."""

from collections.abc import Callable

import pytest
from django.test import Client

from referrals.choices import OccupationKind, StaffingMeasure
from referrals.models import CoverageAgreement, User
from tests.factories import (
    TODAY,
    CoverageStatementFactory,
    EmploymentFactory,
    MembershipFactory,
    MunicipalityFactory,
    OccupationFactory,
    PopulationFactory,
    ReferralFactory,
    StaffingFigureFactory,
    VacancyFactory,
    days_ago,
)
from tests.pages.country import URL, Country
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]


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


@pytest.mark.parametrize("side", ["agreement", "own"], ids=["served", "serving"])
def test_where_an_agreement_is_filed_is_told_to_own_staff_of_both_and_to_nobody_else(
    client_for: ClientFor, reader: Client, county_reader: User, country: Country, side: str
) -> None:
    CoverageAgreement.objects.filter(recipient=country.agreement).update(reference="24/118-3")
    staff = client_for(MembershipFactory(municipality=getattr(country, side)).user)
    elsewhere = client_for(MembershipFactory(municipality=MunicipalityFactory()).user)
    for place in (country.agreement, country.own):
        address = f"{URL}{place.code}/"
        assert "arkivert som 24/118-3" in markup(staff.get(address))
        for outsider in (reader, client_for(county_reader), elsewhere):
            assert "24/118-3" not in markup(outsider.get(address))
    form = staff.get(f"/k/{getattr(country, side).code}/bemanning/avtale/ny/")
    assert "Ansatte i begge kommunene ser det; dekningen viser det ikke til andre." in markup(form)


def test_each_official_figure_has_a_heading_of_its_own(reader: Client, country: Country) -> None:
    """Headings name the landmarks: two of the same measure are told apart by contents, table and day."""
    told = [
        ("SSB 13533", "Avtalte årsverk"),
        ("SSB 13533", "Årsverk i alt"),
        ("SSB 11111", "Avtalte årsverk"),
        ("SSB 22222", ""),
    ]
    for source, contents in told:
        StaffingFigureFactory(
            municipality=country.own, measure=StaffingMeasure.FTE, source=source, contents=contents
        )
    page = reader.get(f"{URL}{country.own.code}/")
    labels = [figure.label for figure in page.context["official"]]
    assert sorted(labels) == [
        "Årsverk",
        "Årsverk, Avtalte årsverk, SSB 11111",
        "Årsverk, Avtalte årsverk, SSB 13533",
        "Årsverk, Årsverk i alt",
    ]


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


def test_a_municipality_tells_when_it_had_nobody(reader: Client, country: Country) -> None:
    EmploymentFactory(municipality=country.none, valid_from=days_ago(900), valid_to=days_ago(400))
    CoverageStatementFactory(municipality=country.purchased)
    page = reader.get(f"{URL}{country.none.code}/")
    assert [(gap.began, gap.days) for gap in page.context["gaps"]] == [(days_ago(400), 400)]
    assert "Fortsatt uten" in markup(page)
    bought = f"{URL}{country.purchased.code}/"
    assert len(reader.get(bought).context["gaps"]) == 1
    assert reader.get(bought, {"definisjon": "attached"}).context["gaps"] == ()


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
