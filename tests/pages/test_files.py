"""What a page shows, as files: the same figures, the same hidden, the recipe in them, and harmless to Excel."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.exporters import waiting as waiting_export
from referrals.models import Category, Municipality, Referral, User
from tests.factories import TODAY, MunicipalityFactory, PersonFactory, ReferralFactory, days_ago
from tests.pages.seen import links_of

ClientFor = Callable[[User], Client]
KINDS = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
)


@pytest.fixture(autouse=True)
def busy(municipality: Municipality, category: Category) -> None:
    citizen = PersonFactory(municipality=municipality, family_name="Qvigstad")
    ReferralFactory(municipality=municipality, category=category, over_a_year=True, person=citizen)
    for trait in ("waiting", "overdue", "started", "closed", "withdrawn"):
        for _number in range(3):
            ReferralFactory(municipality=municipality, category=category, **{trait: True})


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


def rows(answer: HttpResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def cells(answer: HttpResponse) -> dict[tuple[str, ...], str]:
    return {tuple(row[:2] + row[3:4]): row[4] for row in rows(answer)}


def read(answer: HttpResponse) -> dict[str, Any]:
    return json.loads(answer.content)


def in_a_cell(value: int | None) -> str:
    """A count; empty where there is none, as of a month before anything is known."""
    return "" if value is None else str(value)


def pages(municipality: Municipality) -> list[str]:
    place = f"/oversikt/{municipality.code}"
    beside = ("periode", "sammenlign", "utvikling", "fordeling")
    return [f"{place}/", *(f"{place}/{name}/" for name in beside)]


def test_every_page_offers_each_kind_and_gives_it_to_be_saved(
    office: Client, municipality: Municipality
) -> None:
    for address in pages(municipality):
        page = office.get(address)
        links = links_of(page)
        assert [link.label for link in links[:3]] == ["Last ned CSV", "Last ned Excel", "Last ned JSON"]
        for link, kind in zip(links, (*KINDS, *[KINDS[2]] * (len(links) - 3)), strict=True):
            assert link.url.replace("&", "&amp;") in page.content.decode()
            answer = office.get(link.url)
            assert answer.getvalue()
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Cache-Control"] == "no-store"
            named = answer.headers["Content-Disposition"]
            assert named.startswith('attachment; filename="')
            assert municipality.code in named and "2026-03-16" in named and named.isascii()


def test_the_recipe_of_what_is_shown_is_in_the_file_and_kept(
    office: Client, municipality: Municipality
) -> None:
    for address in pages(municipality):
        figures = read(office.get(address, {"fil": "json"}))
        told = figures["recipe"]
        assert told["scope"] == {"level": "municipality", "codes": [municipality.code], "suppressed": False}
        sheet = rows(office.get(address, {"fil": "csv"}))
        assert ["recipe", told["report"], "", "definition_version", told["definition_version"]] in sheet
        assert any(row[:4] == ["recipe", told["report"], "", "hash"] and len(row[4]) == 16 for row in sheet)


def test_no_citizen_is_in_any_file(office: Client, municipality: Municipality) -> None:
    numbers = list(Referral.objects.values_list("number", flat=True))
    for address in pages(municipality):
        for kind in ("csv", "json"):
            text = office.get(address, {"fil": kind}).content.decode()
            assert "Qvigstad" not in text
            assert not any(number in text for number in numbers)


def test_the_json_of_a_dashboard_is_the_report_of_the_screen(
    office: Client, municipality: Municipality
) -> None:
    address = f"/oversikt/{municipality.code}/"
    report, figures = office.get(address).context["report"], read(office.get(address, {"fil": "json"}))
    for name, attribute in waiting_export.HEADLINES.items():
        assert figures[name] == getattr(report, attribute).figure.value, name
        assert figures["before"][name] == getattr(report, attribute).before.value, name
    assert figures["bands"] == {band.code: band.waiting.value for band in report.bands}
    assert [one["waiting"] for one in figures["distribution"]] == [
        one.waiting.value for one in report.distribution
    ]
    for name in ("by_category", "by_priority"):
        told = {one["code"]: one for one in figures[name]}
        for group in getattr(report, name):
            one = told[group.code]
            assert (one["waiting"], one["median_days"], one["p90_days"], one["over_target"]) == (
                group.waiting.value,
                group.median_days.value,
                group.p90_days.value,
                group.over_target.value,
            )
            assert one["suppressed"] == []
            assert "count" in one["started"] and "starts" in one["estimate"]
    assert [(one["on"], one["waiting"]) for one in figures["trend"]] == [
        (point.on.isoformat(), point.waiting.value) for point in report.trend
    ]
    assert figures["targets"] == [
        {"level": one.level, "least_days": one.least_days, "most_days": one.most_days}
        for one in report.targets
    ]
    assert figures["targets"] and figures["places"] == []
    assert figures["flow"]["started"] == 6
    assert figures["flow"]["load"] is not None


def test_csv_and_json_hold_the_same(office: Client, municipality: Municipality) -> None:
    address = f"/oversikt/{municipality.code}/"
    figures, found = read(office.get(address, {"fil": "json"})), cells(office.get(address, {"fil": "csv"}))
    assert found["now", "2026-03-16", "waiting"] == str(figures["waiting"]) == "7"
    assert found["now", "2026-03-16", "over_one_year"] == "1"
    for one in figures["by_category"]:
        assert found["category", one["code"], "waiting"] == str(one["waiting"])
    for one in figures["trend"]:
        assert found["trend", one["on"], "waiting"] == in_a_cell(one["waiting"])
    assert found["target", "1", "most_days"] == str(figures["targets"][0]["most_days"])
    started = figures["started"]
    assert found["started", started["period"], "median_days"] == str(started["median_days"]).replace(".", ",")


def test_readers_get_the_same_hidden_in_files_as_on_the_screen(
    client_for: ClientFor, county_reader: User, national_reader: User, municipality: Municipality
) -> None:
    county = municipality.county.code
    for _number in range(30):
        ReferralFactory(municipality=MunicipalityFactory(county=municipality.county), waiting=True)
    addresses = {
        f"/oversikt/{municipality.code}/": county_reader,
        f"/oversikt/fylke/{county}/": county_reader,
        "/oversikt/landet/": national_reader,
    }
    for address, user in addresses.items():
        reader = client_for(user)
        report = reader.get(address).context["report"]
        figures, found = (
            read(reader.get(address, {"fil": "json"})),
            cells(reader.get(address, {"fil": "csv"})),
        )
        assert figures["recipe"]["scope"]["suppressed"] is True
        for name, attribute in waiting_export.HEADLINES.items():
            figure = getattr(report, attribute).figure
            assert figures[name] == figure.value
            assert (name in figures["suppressed"]) == figure.suppressed
            if figure.suppressed:
                assert found["now", "2026-03-16", name] == figure.in_place
        told = {place["code"]: place for place in figures["places"]}
        for place in report.places:
            hidden = [
                name for name, one in waiting_export.OF_A_PLACE.items() if getattr(place, one).suppressed
            ]
            assert told[place.code]["suppressed"] == hidden
            assert told[place.code]["waiting"] == place.waiting.value
        assert all("over_target" not in one for one in figures["by_category"])


def test_a_file_of_the_development_is_the_pages(office: Client, municipality: Municipality) -> None:
    address = f"/oversikt/{municipality.code}/utvikling/"
    report, months = (
        office.get(address).context["report"],
        read(office.get(address, {"fil": "json"}))["months"],
    )
    found = cells(office.get(address, {"fil": "csv"}))
    told = zip(months, report.trend, report.ageing.points, report.flow.months, strict=True)
    for one, point, aged, flow in told:
        assert one["on"] == point.on.isoformat()
        assert (one["waiting"], one["median_days"]) == (point.waiting.value, point.median_days.value)
        assert list(one["bands"].values())[:-1] == [figure.value for figure in aged.bands]
        assert (one["referred"], one["started"]) == (flow.referred.value, flow.started.value)
        assert found["month", one["on"], "waiting"] == in_a_cell(one["waiting"])
    then = {"dato": f"{days_ago(20):%d.%m.%Y}", "kjent": "then", "fil": "json"}
    assert read(office.get(address, then))["recipe"]["mode"] == "then"


def test_in_a_readers_file_of_the_development_the_same_is_hidden(
    client_for: ClientFor, county_reader: User, municipality: Municipality
) -> None:
    address = f"/oversikt/fylke/{municipality.county.code}/utvikling/"
    reader = client_for(county_reader)
    report, figures = reader.get(address).context["report"], read(reader.get(address, {"fil": "json"}))
    hidden = set()
    for one, point, aged in zip(figures["months"], report.trend, report.ageing.points, strict=True):
        assert ("waiting" in one["suppressed"]) == point.waiting.suppressed
        assert one["bands"]["suppressed"] == [
            band.code
            for band, figure in zip(report.ageing.bands, aged.bands, strict=True)
            if figure.suppressed
        ]
        hidden |= {*one["suppressed"], *one["bands"]["suppressed"]}
        assert all(value is None or value == 0 or value >= 5 for value in [one["waiting"], one["started"]])
    assert {"waiting", "29-56"} & hidden


def test_a_file_of_a_comparison_hides_the_others(office: Client, municipality: Municipality) -> None:
    other = MunicipalityFactory(county=municipality.county)
    ReferralFactory(municipality=other, waiting=True)
    address = f"/oversikt/{municipality.code}/sammenlign/"
    own, outside = read(office.get(address, {"kommuner": other.code, "fil": "json"}))["places"]
    assert own["own"] and own["now"]["waiting"] == 7
    assert outside["now"]["waiting"] is None and "waiting" in outside["now"]["suppressed"]
    found = cells(office.get(address, {"kommuner": other.code, "fil": "csv"}))
    assert found["2026-03-16", other.code, "waiting"] in ("<5", "Skjermet")


def test_a_file_of_a_period_is_the_period(office: Client, municipality: Municipality) -> None:
    days = {"fra": f"{days_ago(40):%d.%m.%Y}", "til": f"{TODAY:%d.%m.%Y}"}
    address = f"/oversikt/{municipality.code}/periode/"
    report = office.get(address, days).context["report"]
    figures = read(office.get(address, days | {"fil": "json"}))
    for name in ("now", "before", "year_before"):
        column = getattr(report, name)
        assert figures[name]["from"] == column.period.start.isoformat()
        expected = column.flow.referred.figure.value if column.is_known else None
        assert figures[name]["referred"] == expected
        assert figures[name]["load"] == (column.flow.load.value if column.is_known else None)
    assert list(figures["now"])[-1] == "started_mean_days"


def test_a_name_that_excel_would_run_is_text(office: Client, municipality: Municipality) -> None:
    other = MunicipalityFactory(county=municipality.county, name="=cmd", full_name="=cmd|' /C calc'!A0")
    answer = office.get(f"/oversikt/{municipality.code}/sammenlign/", {"kommuner": other.code, "fil": "csv"})
    assert "'=cmd" in answer.content.decode()
    assert ";=cmd" not in answer.content.decode()


@pytest.mark.parametrize("kind", ["", "xls", "jsonstat", "CSV", "../csv", "\0"])
def test_an_unknown_kind_is_the_page(office: Client, municipality: Municipality, kind: str) -> None:
    answer = office.get(f"/oversikt/{municipality.code}/", {"fil": kind})
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_table_that_there_is_not_is_not_found(office: Client, municipality: Municipality) -> None:
    for table in ("jsonstat-", "jsonstat-nothing", "jsonstat-place"):
        assert office.get(f"/oversikt/{municipality.code}/", {"fil": table}).status_code == 404


def test_what_cannot_be_shown_is_no_file(office: Client, municipality: Municipality) -> None:
    for address, asked in {
        f"/oversikt/{municipality.code}/": {"dato": "31.02.2026"},
        f"/oversikt/{municipality.code}/periode/": {"fra": "31.02.2026"},
        f"/oversikt/{municipality.code}/sammenlign/": {"kommuner": "nowhere"},
        f"/oversikt/{municipality.code}/utvikling/": {"dato": "31.02.2026"},
        f"/oversikt/{municipality.code}/fordeling/": {"dato": "31.02.2026"},
    }.items():
        answer = office.get(address, asked | {"fil": "csv"})
        assert answer.headers["Content-Type"].startswith("text/html")
