"""Municipalities beside each other: the own one true, all others as outsiders see them, and odd choices told."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from referrals.models import Category, Municipality, User
from referrals.permissions import NO_ACCESS, Role
from referrals.reports import waiting_times
from referrals.reports.periods import year_before
from referrals.reports.scopes import Scope
from tests.factories import (
    NOW,
    TODAY,
    MembershipFactory,
    MunicipalityFactory,
    ReferralFactory,
    days_ago,
)
from tests.pages.seen import text

ClientFor = Callable[[User], Client]


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/sammenlign/"


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


@pytest.fixture
def neighbours(municipality: Municipality, category: Category) -> list[Municipality]:
    """Three in the same county: 3, 12 and 25 wait there, and 2 in the own; each once more for more than a year."""
    places = [
        MunicipalityFactory(county=municipality.county, name=name) for name in ("Anvik", "Bovik", "Dovik")
    ]
    for place, number in zip((municipality, *places), (2, 3, 12, 25), strict=True):
        for days in range(number):
            ReferralFactory(
                municipality=place, category=category, waiting=True, received_on=days_ago(10 + days)
            )
        ReferralFactory(municipality=place, category=category, over_a_year=True)
    return places


def asked(places: list[Municipality]) -> dict[str, str]:
    return {"kommuner": ",".join(place.code for place in places)}


def test_the_own_is_true_and_the_others_are_what_their_dashboards_show_outsiders(
    office: Client, address: str, municipality: Municipality, neighbours: list[Municipality]
) -> None:
    report = office.get(address, asked(neighbours)).context["report"]
    own, *others = report.places
    assert own.is_own and own.now.waiting.value == 3 and own.now.over_a_year.value == 1
    assert [place.code for place in others] == [place.code for place in neighbours]
    for shown, place in zip(others, neighbours, strict=True):
        outside = waiting_times.build(Scope.municipality(place, NO_ACCESS), TODAY, data_as_of=NOW)
        assert not shown.is_own
        for name in ("waiting", "median_days", "p90_days", "over_target", "not_assessed", "over_a_year"):
            assert getattr(shown.now, name) == getattr(outside, name).figure, name
        assert shown.now.within_target == outside.within_target.figure
    assert others[0].now.waiting.suppressed
    assert others[2].now.waiting.value == 26


def test_who_works_in_two_sees_only_the_one_of_the_page_truly(
    office: Client, address: str, manager: User, neighbours: list[Municipality]
) -> None:
    MembershipFactory(user=manager, role=Role.MANAGER, municipality=neighbours[0])
    page = office.get(address, asked(neighbours[:1]))
    assert page.context["report"].places[1].now.waiting.suppressed


def test_no_sum_of_a_county_or_of_the_nation_stands_beside_a_true_number(
    office: Client, address: str, municipality: Municipality, neighbours: list[Municipality]
) -> None:
    page = office.get(address, asked(neighbours))
    rows = [row.of.label for measure in page.context["measures"] for row in measure.chart.rows]
    assert set(rows) == {municipality.full_name, *(place.full_name for place in neighbours)}
    assert "/oversikt/fylke/" not in text(page)


def test_own_numbers_lead_to_their_rows_on_both_days_and_those_of_others_nowhere(
    office: Client, address: str, municipality: Municipality, neighbours: list[Municipality]
) -> None:
    ReferralFactory(
        municipality=municipality, started=True, received_on=days_ago(500), started_on=days_ago(300)
    )
    measures = office.get(address, asked(neighbours)).context["measures"]
    amounts = [
        (row.of.is_own, amount)
        for measure in measures
        for row in measure.chart.rows
        for amount in (row.of.now, row.of.before)
    ]
    leading = [amount for is_own, amount in amounts if is_own and amount.href]
    assert len(leading) > 2
    for amount in leading:
        assert office.get(amount.href).context["table"].paginator.count == int(amount.text)
    assert not any(amount.href for is_own, amount in amounts if not is_own)


def test_a_difference_is_that_of_the_two_numbers_which_are_shown(
    office: Client, address: str, municipality: Municipality, category: Category
) -> None:
    """A median of 60.5 is shown as 61 and one of 100 as 100: 39 longer, although 39.5 lie between them."""
    a_year_ago = year_before(TODAY)
    ReferralFactory(municipality=municipality, category=category, waiting=True, received_on=days_ago(100))
    for days in (60, 61):
        ReferralFactory(
            municipality=municipality, category=category, started=True,
            received_on=a_year_ago - timedelta(days=days), started_on=a_year_ago + timedelta(days=1),
        )  # fmt: skip
    page = office.get(address)
    median = next(one for one in page.context["measures"] if one.id == "median_days").chart.rows[0].of
    assert (median.now.text, median.before.text) == ("100 dager", "61 dager")
    assert "39 dager lengre enn et år tidligere" in text(page)


def test_a_day_before_anything_is_known_is_no_day_on_which_nobody_waited(
    office: Client, address: str, municipality: Municipality, category: Category
) -> None:
    young, old = (MunicipalityFactory(county=municipality.county) for _number in range(2))
    for place, days in ((municipality, 30), (young, 30), (old, 1000)):
        for _number in range(5):
            ReferralFactory(municipality=place, category=category, waiting=True, received_on=days_ago(days))
    report = office.get(address, asked([young, old])).context["report"]
    assert [place.now.waiting.value for place in report.places] == [5, 5, 5]
    assert [place.before.waiting.value for place in report.places] == [None, None, 5]
    assert not any(place.before.waiting.suppressed for place in report.places)


def test_a_rate_is_by_the_population_of_its_year(
    office: Client, address: str, municipality: Municipality, neighbours: list[Municipality]
) -> None:
    municipality.populations.create(year=2024, persons=2_000)
    municipality.populations.create(year=2026, persons=4_000)
    page = office.get(address, {"kommuner": ""})
    own = page.context["report"].places[0]
    assert own.now.per_10000.value == 7.5  # 3 of 4 000
    assert (own.now.population_year, own.before.population_year) == (2026, 2024)
    assert "1. januar 2026, og et år tidligere 2024" in text(page)


def test_without_a_choice_the_neighbours_of_similar_population_are_suggested(
    office: Client, address: str, municipality: Municipality, neighbours: list[Municipality]
) -> None:
    more = [MunicipalityFactory(county=municipality.county, name=name) for name in ("Eivik", "Fuvik")]
    MunicipalityFactory(name="Gavik").populations.create(year=2026, persons=5_000)
    for place, persons in zip(
        (municipality, *neighbours, *more), (5_000, 4_000, 6_000, 90_000, 5_100, 900), strict=True
    ):
        place.populations.create(year=2026, persons=persons)
    page = office.get(address)
    assert [place.name for place in page.context["form"].chosen] == ["Anvik", "Bovik", "Eivik", "Fuvik"]
    assert 'value="Anvik, Bovik, Eivik, Fuvik"' in text(page)


def test_none_are_chosen_is_said_and_the_own_stands_alone(office: Client, address: str) -> None:
    page = office.get(address, {"kommuner": ""})
    assert len(page.context["report"].places) == 1
    assert "Ingen andre er valgt." in text(page)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0000", "«0000» er ikke en av kommunene"),
        ("Anvik, Nowhere", "«Nowhere» er ikke en av kommunene"),
        ("{own}", "er den som de andre sammenlignes med"),
        ("{own_name}", "er den som de andre sammenlignes med"),
        ("{all}", "Velg høyst 7 kommuner. Her er det 8"),
        ("Tvilling", "Flere kommuner heter «Tvilling». Skriv nummeret: {twins}"),
        ("<script>", "«<script>» er ikke en av kommunene"),
        ("x" * 5000, "for lang"),
        ("\0", ""),
    ],
)
def test_a_choice_that_makes_no_sense_is_told_beside_the_field(
    office: Client, address: str, municipality: Municipality, typed: str, message: str
) -> None:
    MunicipalityFactory(county=municipality.county, name="Anvik")
    twins = " / ".join(sorted(MunicipalityFactory(name="Tvilling").code for _number in range(2)))
    eight = [MunicipalityFactory().code for _number in range(8)]
    words = {"own": municipality.code, "own_name": municipality.name.upper(), "all": ",".join(eight)}
    page = office.get(address, {"kommuner": typed.format(**words)})
    assert page.status_code == 200
    told = html.unescape(html.unescape(str(page.context["form"].errors["kommuner"])))
    assert message.format(twins=twins) in told
    assert len(page.context["report"].places) == 1
    assert "<script>" not in page.content.decode().split("<main")[1]


def test_names_numbers_repeats_and_spaces_mean_the_same(
    office: Client, address: str, neighbours: list[Municipality]
) -> None:
    for typed in (f"anvik ,, {neighbours[1].code}", f" {neighbours[0].code},BOVIK, Anvik"):
        chosen = office.get(address, {"kommuner": typed}).context["form"].chosen
        assert chosen == neighbours[:2]


# ---------------------------------------------------------------- readers


def test_a_reader_chooses_among_those_within_reach_and_sees_nothing_true(
    client_for: ClientFor,
    county_reader: User,
    municipality: Municipality,
    other_municipality: Municipality,
    neighbours: list[Municipality],
) -> None:
    reader = client_for(county_reader)
    page = reader.get("/oversikt/sammenlign/", asked([municipality, *neighbours]))
    assert [place.is_own for place in page.context["report"].places] == [False] * 4
    assert page.context["report"].places[0].now.waiting.suppressed
    assert "/venteliste/" not in text(page).split("<main")[1]
    refused = reader.get("/oversikt/sammenlign/", asked([other_municipality]))
    assert "er ikke en av kommunene som kan velges" in text(refused)
    assert refused.context["report"] is None


def test_a_reader_who_has_chosen_nobody_is_told_what_to_write(
    client_for: ClientFor, national_reader: User
) -> None:
    page = client_for(national_reader).get("/oversikt/sammenlign/")
    assert page.context["report"] is None
    assert "Skriv hvilke kommuner du vil sammenligne." in text(page)


def test_staff_have_no_reach_and_readers_no_own(
    client_for: ClientFor, manager: User, national_reader: User, address: str
) -> None:
    assert client_for(manager).get("/oversikt/sammenlign/").status_code == 403
    assert client_for(national_reader).get(address).status_code == 403
