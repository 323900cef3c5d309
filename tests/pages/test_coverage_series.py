"""Coverage since 2018: the line, its groups, the published numbers beside it, and who is new."""

import json
from datetime import date

import pytest
from django.test import Client

from referrals.choices import Definition
from referrals.models import KeptRecipe, MunicipalityChange
from tests.pages.country import SERIES, URL, Country
from tests.pages.seen import markup


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


def test_the_divided_are_told_with_their_parts(reader: Client, country: Country) -> None:
    for old, new in (
        ("1850", "1806"),
        ("1850", "1875"),
        ("5012", "5055"),
        ("5012", "5056"),
        ("5012", "5059"),
    ):
        MunicipalityChange.objects.get_or_create(old_code=old, new_code=new, valid_from=date(2020, 1, 1))
    page = reader.get(SERIES, {"grenser": "day"})
    assert "1850 ble delt mellom 1806 og 1875 01.01.2020." in markup(page)
    assert "5012 ble delt mellom 5055, 5056 og 5059 01.01.2020." in markup(page)
    assert "med mindre også andre gikk inn i dem" in markup(page)


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
    assert "Siden samme dato i fjor er 1 kommune ny uten, 0 er dekket igjen." in markup(page)
    assert "Nye uten siden samme dato i fjor: 1" in markup(page)
    assert f'href="/dekning/{country.none.code}/"' in markup(page)


def test_the_series_is_taken_along_with_its_recipe(reader: Client, country: Country) -> None:
    query = {"definisjon": "attached", "gruppe": "governor", "fil": "json"}
    found = json.loads(reader.get(SERIES, query).content)
    assert (found["definition"], found["by"], found["borders"]) == ("attached", "governor", "today")
    assert found["since_a_year"]["new"] == [country.none.code]
    assert found["years"][-1]["without"] == 1
    assert KeptRecipe.objects.filter(hash=found["recipe"]["hash"]).exists()
    table = reader.get(SERIES, query | {"fil": "csv"}).content.decode()
    assert table.splitlines()[0].endswith("definition;borders;origin;licence;recipe")
