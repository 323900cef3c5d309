"""Days before anything is known: no figure, never 0, nothing compared with them, and from when on there are figures."""

from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client

from referrals.models import Municipality, Referral, User
from tests.factories import TODAY, MunicipalityFactory, ReferralFactory, days_ago, noon
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
FIRST = date(2025, 5, 6)
BEFORE, AFTER = "05.05.2025", "30.06.2025"
TELLS = "ingen opplysninger her fra før"


@pytest.fixture
def office(client_for: ClientFor, manager: User) -> Client:
    """The manager's browser."""
    return client_for(manager)


@pytest.fixture
def reader(client_for: ClientFor, national_reader: User) -> Client:
    """That of one who reads all figures from outside."""
    return client_for(national_reader)


@pytest.fixture
def first(municipality: Municipality) -> Referral:
    """The first referral of the municipality: it waits since."""
    return ReferralFactory(
        municipality=municipality, waiting=True, received_on=FIRST, registered_at=noon(FIRST)
    )


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/"


def notes(page: HttpResponse) -> list[str]:
    board = page.context["board"]
    return [card.note for card in (*board.now, *board.recent)]


@pytest.mark.parametrize("mode", ["now", "then"])
@pytest.mark.parametrize("beside", ["weeks", "year"])
@pytest.mark.parametrize("weeks", ["13", "52"])
def test_what_was_before_anything_is_known_is_compared_with_nothing(
    office: Client, address: str, first: Referral, mode: str, beside: str, weeks: str
) -> None:
    page = office.get(address, {"dato": AFTER, "kjent": mode, "mot": beside, "siste": weeks})
    report, flow = page.context["report"], page.context["flow"]
    assert (report.waiting.figure.value, report.waiting.before.value) == (1, None)
    assert (flow.referred.figure.value, flow.referred.before.value) == (1, None)
    told = " ".join(notes(page))
    assert "Ikke noe tall å sammenligne" in told
    assert not any(word in told for word in ("flere enn", "færre enn", "Uendret", "lengre enn"))


def test_it_is_compared_from_the_first_day_on(office: Client, address: str, first: Referral) -> None:
    def before(days: int) -> tuple[object, object]:
        day = date.fromordinal(FIRST.toordinal() + days)
        page = office.get(address, {"dato": f"{day:%d.%m.%Y}"})
        return (
            page.context["report"].waiting.before.value,
            page.context["flow"].referred.before.value,
        )

    assert [before(days) for days in (90, 91, 180, 181)] == [(None, None), (1, None), (1, None), (1, 1)]


@pytest.mark.parametrize("mode", ["now", "then"])
def test_the_day_before_the_first_has_no_figures_and_the_day_itself_has(
    office: Client, address: str, first: Referral, mode: str
) -> None:
    page = office.get(address, {"dato": BEFORE, "kjent": mode})
    board = page.context["board"]
    assert {card.value for card in (*board.now, *board.recent)} == {"–"}
    assert not any(notes(page)) and not board.has_pictures
    three = page.context["three"]
    facts = (*three.waiting, *three.started, *three.estimated)
    assert {fact.value for fact in facts} == {"–"} and not three.reasons
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(page) and "Ingenting er kjent om denne dagen." in text(page)
    assert "Ingen ventet" not in text(page) and "0 uker" not in text(page)
    there = office.get(address, {"dato": f"{FIRST:%d.%m.%Y}", "kjent": mode})
    assert there.context["report"].waiting.figure.value == 1 and TELLS not in text(there)


def test_its_files_say_null_and_from_when_on_there_are_figures(
    office: Client, address: str, first: Referral
) -> None:
    told = office.get(address, {"dato": BEFORE, "fil": "json"}).json()
    assert told["nothing_known_before"] == told["flow"]["known_from"] == FIRST.isoformat()
    for name in ("waiting", "over_target", "not_assessed", "persons"):
        assert told[name] is None and told["before"][name] is None
    assert set(told["bands"].values()) == {None} and told["suppressed"] == []
    assert told["flow"]["referred"] is told["flow"]["clearance_weeks"] is None
    assert told["started"]["count"] is told["estimate"]["starts"] is None
    assert {one["waiting"] for one in told["trend"]} == {None}
    assert office.get(address, {"dato": AFTER, "fil": "json"}).json()["nothing_known_before"] is None


def test_the_trend_begins_with_the_first_month_that_is_known(
    office: Client, address: str, first: Referral
) -> None:
    page = office.get(address, {"dato": AFTER})
    assert [point.waiting.value for point in page.context["report"].trend] == [None] * 58 + [1, 1]
    (size,) = [one for one in page.context["board"].over_time if one.id == "list-size"]
    assert "fra 0" not in size.sentence and "mai 2025" in size.sentence
    assert {value for _label, cells in size.chart.rows[:58] for value in cells} == {(None, "–", "")}


def test_development_begins_with_it_too(office: Client, address: str, first: Referral) -> None:
    page = office.get(f"{address}utvikling/", {"dato": AFTER})
    report = page.context["report"]
    for figures in (
        [point.waiting for point in report.trend],
        [point.waiting for point in report.ageing.points],
        [month.referred for month in report.flow.months],
        [month.waiting for month in report.flow.months],
    ):
        assert [figure.value is None for figure in figures] == [True] * 58 + [False] * 2
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(page)
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(office.get(f"{address}utvikling/"))
    unknown = office.get(f"{address}utvikling/", {"dato": BEFORE})
    assert "Ingenting er kjent om disse 60 månedene." in text(unknown) and not unknown.context["pictures"]
    told = office.get(f"{address}utvikling/", {"dato": AFTER, "fil": "json"}).json()
    assert told["nothing_known_before"] == FIRST.isoformat()
    assert (told["months"][57]["waiting"], told["months"][58]["waiting"]) == (None, 1)


@pytest.mark.parametrize("mode", ["now", "then"])
def test_distribution_has_no_figures_of_such_a_day(
    office: Client, address: str, first: Referral, mode: str
) -> None:
    asked = {"dato": BEFORE, "kjent": mode}
    page = office.get(f"{address}fordeling/", asked)
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(page) and "Ingenting er kjent om denne dagen." in text(page)
    board = page.context["board"]
    assert board.heat is None and board.moved == () and board.still == "Ingenting er kjent om denne dagen."
    (therapists,) = board.waiting
    cells = [cell for row in (*therapists.grid.rows, therapists.grid.whole) for cell in row.cells]
    assert {cell.value for cell in cells} == {"–"}
    assert not any(word in text(page) for word in ("Ingen sto", "Ingen ble henvist"))
    told = office.get(f"{address}fordeling/", asked | {"fil": "json"}).json()
    assert told["nothing_known_before"] == FIRST.isoformat() and told["suppressed"] == []
    assert told["waiting"] is told["referred"] is told["by_therapist"][0]["started"] is None
    assert {one["waiting"] for one in told["by_category"]} <= {None}
    later = office.get(f"{address}fordeling/", asked | {"dato": AFTER, "fil": "json"}).json()
    assert (later["nothing_known_before"], later["waiting"]) == (None, 1)


@pytest.mark.parametrize("mode", ["now", "then"])
def test_the_long_waits_begin_with_the_first_month_that_is_known(
    office: Client, municipality: Municipality, first: Referral, mode: str
) -> None:
    address, asked = f"/k/{municipality.code}/lange-ventetider/", {"dato": BEFORE, "kjent": mode}
    page = office.get(address, asked)
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(page)
    board = page.context["board"]
    assert board.summary == "Ingenting er kjent om denne dagen." and board.history is None
    assert [(card.value, card.note) for card in board.cards] == [("–", "")] * 2
    after = office.get(address, asked | {"dato": AFTER})
    report = after.context["report"]
    assert TELLS not in text(after) and report.now.waiting.value == 1 and report.now.over_a_year.value == 0
    assert [one.over_a_year.value for one in report.history] == [None] * 22 + [0, 0]


def test_outsiders_are_told_of_distribution_and_long_waits_by_the_year(
    reader: Client, municipality: Municipality, first: Referral
) -> None:
    county = municipality.county.code
    for address in (f"/oversikt/fylke/{county}/fordeling/", f"/oversikt/lange-ventetider/fylke/{county}/"):
        page = reader.get(address, {"dato": "31.12.2024"})
        assert f"{TELLS} 01.01.2025" in text(page) and "Ingenting er kjent om denne dagen." in text(page)
        told = reader.get(address, {"dato": "31.12.2024", "fil": "json"}).json()
        assert (told["nothing_known_before"], told["waiting"]) == ("2025-01-01", None)
        assert told["suppressed"] == [] and not told.get("by_source")
        assert {place["waiting"] for place in told.get("places", ())} <= {None}
        new_year = reader.get(address, {"dato": "01.01.2025", "fil": "json"}).json()
        assert (new_year["nothing_known_before"], new_year["waiting"]) == (None, 0)


def test_the_list_of_such_a_day_says_so(office: Client, municipality: Municipality, first: Referral) -> None:
    address = f"/k/{municipality.code}/venteliste/dag/"
    page = office.get(address, {"dato": BEFORE})
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(page) and "Ingenting er kjent om denne dagen." in text(page)
    assert "filteret" not in text(page).split('class="table-empty"')[-1].split("</main>")[0]
    then = office.get(address, {"dato": BEFORE, "kjent": "then", "only": "paused"})
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(then)
    assert TELLS not in text(office.get(address, {"dato": AFTER, "only": "paused"}))


@pytest.mark.parametrize("path", ["landet/", "fylke/{county}/", "{code}/"])
def test_outsiders_are_told_by_the_year(
    reader: Client, municipality: Municipality, first: Referral, path: str
) -> None:
    address = "/oversikt/" + path.format(code=municipality.code, county=municipality.county.code)
    page = reader.get(address, {"dato": "31.12.2024"})
    assert {card.value for card in (*page.context["board"].now, *page.context["board"].recent)} == {"–"}
    assert f"{TELLS} 01.01.2025" in text(page) and "0 uker" not in text(page)
    assert {place.waiting.value for place in page.context["report"].places} <= {None}
    assert not any(place.waiting.suppressed for place in page.context["report"].places)
    new_year = reader.get(address, {"dato": "01.01.2025"}).context["report"]
    assert (new_year.waiting.figure.value, new_year.waiting.before.value) == (0, None)


def test_a_county_that_began_later_has_no_figures_before_it_in_the_table_of_the_nation(
    reader: Client, first: Referral, municipality: Municipality
) -> None:
    elsewhere = MunicipalityFactory()
    ReferralFactory.create_batch(6, municipality=elsewhere, waiting=True, received_on=date(2024, 3, 4))
    report = reader.get("/oversikt/landet/", {"dato": "31.12.2024"}).context["report"]
    places = {place.code: place.waiting for place in report.places}
    assert (places[elsewhere.county.code].value, places[municipality.county.code].value) == (6, None)
    assert not places[municipality.county.code].suppressed
    today = reader.get("/oversikt/landet/").context["report"].places
    assert all(place.waiting.is_defined for place in today)


def test_the_comparison_says_so(
    office: Client, reader: Client, address: str, first: Referral, municipality: Municipality
) -> None:
    other = MunicipalityFactory(county=municipality.county)
    asked = {"kommuner": other.code, "dato": BEFORE}
    assert f"{TELLS} {FIRST:%d.%m.%Y}" in text(office.get(f"{address}sammenlign/", asked))
    assert TELLS not in text(office.get(f"{address}sammenlign/", asked | {"dato": AFTER}))
    both = {"kommuner": f"{municipality.code},{other.code}", "dato": "31.12.2024"}
    page = reader.get("/oversikt/sammenlign/", both)
    assert f"{TELLS} 01.01.2025" in text(page)
    assert [place.now.waiting.is_defined for place in page.context["report"].places] == [False, False]
    assert TELLS not in text(reader.get("/oversikt/sammenlign/", both | {"dato": "01.01.2025"}))


def test_where_nothing_was_ever_registered_only_today_is_known(
    office: Client, municipality: Municipality, address: str
) -> None:
    page = office.get(address)
    assert page.context["report"].waiting.figure.value == page.context["flow"].referred.figure.value == 0
    assert "Uendret" not in " ".join(notes(page))
    past = office.get(address, {"dato": f"{days_ago(1):%d.%m.%Y}"})
    assert not past.context["report"].is_known and "Ingenting er kjent om denne dagen." in text(past)
    assert TODAY > days_ago(1)


def test_what_came_in_at_the_start_was_not_known_then(
    office: Client, address: str, municipality: Municipality
) -> None:
    """Of a day before the import: as we now know it one waited, as it was known then there is no figure."""
    began = days_ago(30)
    ReferralFactory(municipality=municipality, waiting=True, received_on=FIRST, registered_at=noon(began))
    asked = {"dato": AFTER}
    assert office.get(address, asked).context["report"].waiting.figure.value == 1
    page = office.get(address, asked | {"kjent": "then"})
    assert not page.context["report"].is_known and f"{TELLS} {began:%d.%m.%Y}" in text(page)
