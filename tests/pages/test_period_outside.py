"""Any period for who reads from outside: whole months that are over, and why another may not be shown."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from referrals.models import Municipality, User
from tests.factories import ReferralFactory, SmallNumberLimitFactory, noon
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
SPRING = {"fra": "01.03.2023", "til": "31.05.2023"}
NEAREST = "Utenfor kommunen består en periode av hele måneder som er over. De nærmeste er {}."


@pytest.fixture
def spring(municipality: Municipality) -> None:
    """In March 2023 came 7, in April 6, in May 3; a year before 9 in April."""
    for day, number in (
        (date(2023, 3, 10), 7),
        (date(2023, 4, 10), 6),
        (date(2023, 5, 10), 3),
        (date(2022, 4, 10), 9),
    ):
        ReferralFactory.create_batch(number, municipality=municipality, received_on=day)


def places(municipality: Municipality) -> list[str]:
    return ["landet", f"fylke/{municipality.county.code}", municipality.code]


@pytest.mark.usefixtures("spring")
def test_a_period_is_the_sum_of_its_months_and_leads_nowhere(
    reader: Client, municipality: Municipality
) -> None:
    for place in places(municipality):
        page = reader.get(f"/oversikt/{place}/periode/", {"fra": "01.03.2023", "til": "30.04.2023"})
        told = {row.label: [cell.value for cell in row.cells] for row in page.context["board"].rows}
        assert told["Nye henvisninger"] == ["13", "0", "9"]
        assert not any(
            label.startswith(("Hadde ventet", "Gjennomsnitt", "Henvist på nytt")) for label in told
        )
        assert "vises bare for kommunens egne ansatte" in text(page)
        assert not any(cell.href for row in page.context["board"].rows for cell in row.cells)
        assert "hver slik den vises for seg" in text(page)
        assert "Se på perioden" not in text(page)


@pytest.mark.usefixtures("spring")
def test_the_page_says_which_numbers_are_small_by_the_last_day_of_the_period(
    reader: Client, municipality: Municipality
) -> None:
    SmallNumberLimitFactory(valid_from=date(2023, 4, 1), least_shown=7, registered_at=noon(date(2023, 3, 31)))
    for last_day, most in (("31.03.2023", 4), ("30.04.2023", 6)):
        asked = {"fra": "01.03.2023", "til": last_day}
        assert f"1 til {most} vises" in text(reader.get("/oversikt/landet/periode/", asked))


@pytest.mark.usefixtures("spring")
def test_a_month_of_a_few_hides_the_whole_period(reader: Client, municipality: Municipality) -> None:
    for place in places(municipality):
        page = reader.get(f"/oversikt/{place}/periode/", SPRING)
        told = {row.label: [cell.value for cell in row.cells] for row in page.context["board"].rows}
        assert told["Nye henvisninger"] == ["Skjermet", "0", "9"]
        alone = reader.get(f"/oversikt/{place}/periode/", {"fra": "01.05.2023", "til": "31.05.2023"})
        assert alone.context["board"].cards[0].value == "Skjermet"


@pytest.mark.usefixtures("spring")
@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ({"fra": "02.03.2023", "til": "31.05.2023"}, "01.03.2023–31.05.2023"),
        ({"fra": "01.03.2023", "til": "10.05.2023"}, "01.03.2023–30.04.2023"),
        ({"fra": "01.01.2026", "til": "16.03.2026"}, "01.01.2026–28.02.2026"),
        ({"fra": "14.04.2023", "til": "14.04.2023"}, "01.04.2023–30.04.2023"),
    ],
)
def test_another_period_is_refused_and_the_nearest_months_are_named(
    reader: Client, municipality: Municipality, asked: dict[str, str], nearest: str
) -> None:
    for place in places(municipality):
        page = reader.get(f"/oversikt/{place}/periode/", asked)
        assert NEAREST.format(nearest) in text(page)
        assert page.context["report"] is None
        assert reader.get(f"/oversikt/{place}/periode/", asked | {"fil": "json"})["Content-Type"].startswith(
            "text"
        )


@pytest.mark.usefixtures("spring")
@pytest.mark.parametrize(
    "asked", [{"fra": "01.03.2023"}, {"til": "31.05.2023"}, {"fra": "x", "til": "31.05.2023"}]
)
def test_one_day_alone_shows_no_period(reader: Client, asked: dict[str, str]) -> None:
    page = reader.get("/oversikt/landet/periode/", asked)
    assert page.status_code == 200 and page.context["report"] is None


@pytest.mark.usefixtures("spring")
def test_at_first_the_year_that_lies_before_the_two_of_the_dashboard(reader: Client) -> None:
    report = reader.get("/oversikt/landet/periode/").context["report"]
    assert str(report.now.period) == "2023-03-01/2024-03-01"


def test_before_there_was_such_a_year_the_latest_month(reader: Client, municipality: Municipality) -> None:
    ReferralFactory.create_batch(6, municipality=municipality, received_on=date(2026, 2, 10))
    report = reader.get("/oversikt/landet/periode/").context["report"]
    assert str(report.now.period) == "2026-02-01/2026-03-01"


@pytest.mark.usefixtures("spring")
def test_the_page_says_until_when_it_shows_figures_and_leads_there(
    reader: Client, municipality: Municipality
) -> None:
    """One referral in January 2026 hides all months of the last two years; with 6 in May the year before is shown."""
    ReferralFactory.create_batch(3, municipality=municipality, received_on=date(2023, 5, 10))
    ReferralFactory(municipality=municipality, received_on=date(2026, 1, 10))
    shown = reader.get("/oversikt/landet/periode/")
    assert "Tall vises til og med februar 2024." in text(shown)
    assert "Vis året som slutter med" not in text(shown)
    late = reader.get("/oversikt/landet/periode/", {"fra": "01.01.2026", "til": "31.01.2026"})
    assert late.context["board"].cards[0].value == "Skjermet"
    assert "Vis året som slutter med februar 2024" in text(late)
    led = reader.get(f"/oversikt/landet/periode/?{late.context['newest']}")
    assert str(led.context["report"].now.period) == "2023-03-01/2024-03-01"
    assert [card.value for card in led.context["board"].cards[:3]] == ["19", "0", "0"]


@pytest.mark.usefixtures("spring")
def test_a_year_stands_beside_the_year_before_only_once(reader: Client) -> None:
    page = reader.get("/oversikt/landet/periode/", {"fra": "01.01.2023", "til": "31.12.2023"})
    board = page.context["board"]
    assert [head.label for head in board.heads] == ["Perioden", "Året før"]
    assert {len(row.cells) for row in board.rows} == {2}


@pytest.mark.usefixtures("spring")
def test_files_hold_what_the_page_shows(reader: Client) -> None:
    told = reader.get("/oversikt/landet/periode/", SPRING | {"fil": "json"}).json()
    assert (told["now"]["referred"], told["year_before"]["referred"]) == (None, 9)
    sheet = reader.get("/oversikt/landet/periode/", SPRING | {"fil": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet), delimiter=";"))
    assert ["now", "2023-03-01/2023-06-01", "", "referred", "Skjermet"] in rows


@pytest.mark.usefixtures("spring")
def test_every_dashboard_of_a_reader_leads_to_it(
    client_for: ClientFor, county_reader: User, reader: Client, municipality: Municipality
) -> None:
    for place in places(municipality):
        assert f'href="/oversikt/{place}/periode/"' in text(reader.get(f"/oversikt/{place}/"))
    county = places(municipality)[1]
    assert client_for(county_reader).get(f"/oversikt/{county}/periode/").status_code == 200
    assert client_for(county_reader).get("/oversikt/landet/periode/").status_code == 403
