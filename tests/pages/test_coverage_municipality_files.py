"""The coverage of one municipality as files: its past, its waits and its like, as the page shows them to its reader."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from referrals.models import Municipality, User
from tests.factories import (
    TODAY,
    CoverageStatementFactory,
    EmploymentFactory,
    MunicipalityFactory,
    PopulationFactory,
    ReferralFactory,
    days_ago,
)
from tests.pages.country import URL, Country

ClientFor = Callable[[User], Client]
Rows = dict[tuple[str, str, str], str]

LICENCE = "Lisens"


def made(client: Client, place: Municipality, kind: str, **asked: str) -> bytes:
    answer = client.get(f"{URL}{place.code}/", {"fil": kind} | asked)
    assert answer.status_code == 200
    assert f"dekning-{place.code}-{TODAY:%Y-%m-%d}" in answer.headers["Content-Disposition"]
    return answer.getvalue()


def in_json(client: Client, place: Municipality, kind: str = "json", **asked: str) -> dict[str, Any]:
    return json.loads(made(client, place, kind, **asked))


def in_csv(client: Client, place: Municipality, **asked: str) -> Rows:
    """Every figure by its part, code and name."""
    text = made(client, place, "csv", **asked).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["part", "code", "name", "figure", "value"]
    return {(part, code, figure): value for part, code, _name, figure, value in rows[1:]}


def has_licence(client: Client, place: Municipality) -> set[bool]:
    """Of the workbook, and of the table of the county."""
    _figures, recipe = load_workbook(io.BytesIO(made(client, place, "xlsx"))).worksheets
    words = {what for what, _value in recipe.iter_rows(values_only=True)}
    return {LICENCE in words, "licence" in in_json(client, place, "jsonstat-coverage")["extension"]}


def test_its_past_is_in_every_file_by_day(reader: Client, country: Country) -> None:
    EmploymentFactory(municipality=country.none, valid_from=days_ago(900), valid_to=days_ago(400))
    found = in_json(reader, country.none)
    assert [(one["state"], one["until"], one["days"]) for one in found["history"][:3]] == [
        ("none", None, 101),
        ("unknown", f"{days_ago(101)}", 300),
        ("own", f"{days_ago(401)}", 500),
    ]
    began = f"{days_ago(400)}"
    assert found["gaps"] == [{"began": began, "ended": None, "days": 400, "is_known": True}]
    rows = in_csv(reader, country.none)
    lived = f"{days_ago(900)}/{began}"
    assert (rows["history", lived, "days_in_state"], rows["history", lived, "state_own"]) == ("500", "1")
    assert rows["gap", f"{began}/..", "gap_days"] == "400"
    gaps = in_json(reader, country.none, "jsonstat-gaps")
    assert (gaps["value"], gaps["dimension"]["place"]["category"]["label"]) == (
        [400],
        {country.none.code: country.none.full_name},
    )


def test_the_gaps_are_those_of_the_definition(reader: Client, country: Country) -> None:
    CoverageStatementFactory(municipality=country.purchased)
    assert len(in_json(reader, country.purchased)["gaps"]) == 1
    assert in_json(reader, country.purchased, definisjon="attached")["gaps"] == []


def test_a_gap_whose_days_are_not_known_says_why(reader: Client, country: Country) -> None:
    (gap,) = in_json(reader, country.none)["gaps"]
    assert (gap["began"], gap["days"], gap["is_known"]) == (None, None, True)
    assert in_csv(reader, country.none)["gap", "../..", "gap_days"] == "beginning_not_known"
    table = in_json(reader, country.none, "jsonstat-gaps")
    assert (table["value"], table["status"]) == ([None], {"0": ".."})
    EmploymentFactory(municipality=country.unknown, valid_from=days_ago(900), valid_to=days_ago(800))
    CoverageStatementFactory(municipality=country.unknown, valid_from=days_ago(700), valid_to=days_ago(600))
    (lost,) = in_json(reader, country.unknown)["gaps"]
    assert (lost["days"], lost["is_known"]) == (None, False)
    rows = in_csv(reader, country.unknown)
    assert rows["gap", f"{days_ago(800)}/..", "gap_days"] == "not_known_any_more"


def test_its_like_and_its_county_are_in_it(reader: Client, country: Country) -> None:
    assert in_json(reader, country.none)["similar"] == []
    near = [MunicipalityFactory(county=country.none.county, centrality=2) for _number in range(6)]
    for number, place in enumerate(near):
        PopulationFactory(municipality=place, persons=9_000 + number * 1000)
    page = reader.get(f"{URL}{country.own.code}/")
    found = in_json(reader, country.own)
    shown = [(one.row.code, one.centrality) for one in page.context["similar"]]
    assert len(shown) == 6 and [(one["code"], one["centrality"]) for one in found["similar"]] == shown
    assert [one["code"] for one in found["rows"]] == [row.code for row in page.context["county"].rows]


@pytest.mark.parametrize("waiting", [3, 6])
def test_waits_are_in_it_as_its_reader_sees_them(
    client_for: ClientFor,
    manager: User,
    county_reader: User,
    administrator: User,
    country: Country,
    waiting: int,
) -> None:
    ReferralFactory.create_batch(waiting, municipality=country.own, over_a_year=True)
    for user, is_own in ((manager, True), (county_reader, False)):
        client = client_for(user)
        page = client.get(f"{URL}{country.own.code}/")
        rows = in_csv(client, country.own)
        day = f"{TODAY}"
        assert rows["waits", day, "waiting"] == page.context["waits"][0].now
        told = page.context["row"].over_a_year
        assert rows["municipality", country.own.code, "over_one_year"] == (told.in_place or str(told.value))
        (now, before) = in_json(client, country.own)["waits"]["days"]
        assert (now["on"], before["on"]) == (day, f"{TODAY.replace(year=TODAY.year - 1)}")
        assert (now["waiting"] == waiting) or (not is_own and "waiting" in now["suppressed"])
        assert has_licence(client, country.own) == {not is_own}
    outside = client_for(administrator)
    assert in_json(outside, country.own)["waits"] is None
    assert not any(part == "waits" for part, _code, _figure in in_csv(outside, country.own))
    assert outside.get(f"{URL}{country.own.code}/", {"fil": "jsonstat-waits"}).status_code == 404


def test_own_staff_may_pass_on_what_tells_of_others_only(
    client_for: ClientFor, manager: User, country: Country
) -> None:
    """In another county, without anything of the own municipality among those alike."""
    assert has_licence(client_for(manager), country.none) == {True}


def test_nobody_who_works_there_is_named_in_it(
    client_for: ClientFor, manager: User, country: Country
) -> None:
    client = client_for(manager)
    (therapist,) = client.get(f"{URL}{country.own.code}/").context["therapists"]
    for kind in ("csv", "json"):
        text = made(client, country.own, kind).decode()
        assert therapist.therapist.name not in text and "therapists" not in text
