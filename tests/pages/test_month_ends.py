"""Month-ends as they were known then: what own staff see and why, where it leads, what readers are shown."""

import html
import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from referrals.actions import rollups
from referrals.choices import EventKind
from referrals.models import Category, KeptRecipe, Membership, Municipality, Referral, User, end_of
from tests.factories import (
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralEventFactory,
    ReferralFactory,
    UnitFactory,
    noon,
)

ClientFor = Callable[[User], Client]

# Freezing is stamped by the clock of the database, so these tests happen now.
TODAY = timezone.localdate()
END = TODAY.replace(day=1) - timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/oversikt/{municipality.code}/manedsslutt/"


@pytest.fixture
def manager_now(manager: User, client_for: ClientFor) -> Client:
    """The manager's browser."""
    return client_for(manager)


@pytest.fixture(autouse=True)
def today(time_machine: object) -> None:
    """The pages ask what day it is; here it is the day of the database."""
    time_machine.move_to(noon(TODAY))


@pytest.fixture
def six(municipality: Municipality, category: Category) -> None:
    """Six wait from the first day of the last month that has ended."""
    for _number in range(6):
        ReferralFactory(
            municipality=municipality, category=category, waiting=True, received_on=END.replace(day=1),
            changed_at=noon(END),
        )  # fmt: skip


def start_later(referral: Referral, on: date) -> None:
    """A start on the day, written down after the month-end."""
    at = end_of(END)
    Referral.objects.filter(pk=referral.pk).update(started_on=on, status="started", changed_at=at)
    changes = {"started_on": [None, on.isoformat()], "status": ["waiting", "started"]}
    ReferralEventFactory(
        referral=referral, kind=EventKind.STARTED, registered_at=at, details={"changes": changes}
    )


def row(client: Client, address: str) -> str:
    """The row of the last month-end, as its reader has it."""
    page = client.get(address)
    assert page.status_code == 200
    table = page.context["table"]
    [line] = [line for line in table.records if line.on == END]
    written = [
        getattr(table, f"cell_{name}", None) or table.columns[name].column.cell
        for name in table.columns.names()
    ]
    return html.unescape(" | ".join(str(cell(line)) for cell in written))


def test_before_anything_is_frozen_the_page_says_when(manager_now: Client, address: str) -> None:
    text = html.unescape(manager_now.get(address).content.decode())
    first = (TODAY.replace(day=1) + timedelta(days=31)).replace(day=1)
    assert "Ingen månedsslutt er fryst ennå" in text and f"natt til {first:%d.%m.%Y}" in text
    assert "<table" not in text


@pytest.mark.usefixtures("six")
def test_each_figure_stands_as_it_was_with_what_is_known_now_and_why(
    manager_now: Client, address: str
) -> None:
    rollups.freeze(today=TODAY)
    assert row(manager_now, address).count("uendret") == 6
    for referral in Referral.objects.order_by("pk")[:2]:
        start_later(referral, END)
    told = row(manager_now, address)
    assert re.search(
        '>6</a><span class="cell-note" data-tone="neutral">nå <a [^>]*>4</a> \\(−2\\)</span>', told
    )
    assert "Venter: −2 startet eller avsluttet, registrert senere" in told
    late = "Fryst sent, " if TODAY.day > 1 else "Fryst "
    assert f"{late}{TODAY:%d.%m.%Y}" in told


def test_a_median_is_the_same_as_on_the_dashboard_and_half_a_day_is_told_in_words(
    manager_now: Client, address: str, municipality: Municipality, category: Category
) -> None:
    """Half of 10, 10, 11 and 11 days is 10.5 days, which is shown as 11; without the first it is 11."""
    for days in (10, 10, 11, 11):
        ReferralFactory(
            municipality=municipality, category=category, waiting=True,
            received_on=END - timedelta(days=days), changed_at=noon(END),
        )  # fmt: skip
    rollups.freeze(today=TODAY)
    start_later(Referral.objects.order_by("pk").first(), END)
    waiting, median, p90 = row(manager_now, address).split(" | ")[1:4]
    assert strip_tags(waiting) == "4nå 3 (−1)" and strip_tags(p90) == "11uendret"
    assert median.startswith("11<") and "endret med under én dag" in median and ",5" not in median
    dashboard = f"/oversikt/{municipality.code}/?dato={END:%d.%m.%Y}"
    for known in ("then", "now"):
        cards = manager_now.get(f"{dashboard}&kjent={known}").context["board"].now
        assert next(card.value for card in cards if card.label == "Median ventetid") == "11 dager"


@pytest.mark.usefixtures("six")
def test_a_new_version_of_the_key_is_told_as_the_reason(
    manager_now: Client, address: str, municipality: Municipality, category: Category
) -> None:
    rollups.freeze(today=TODAY)
    key = PriorityKeyFactory(
        municipality=municipality, valid_from=END.replace(day=1), registered_at=end_of(TODAY)
    )
    PriorityTargetFactory(key=key, category=category, level=2, days=1)
    told = row(manager_now, address)
    assert "Over frist: +6 vurdert etter en ny versjon av prioriteringsnøkkelen" in told
    assert "Venter: " not in told
    figures = json.loads(manager_now.get(address, {"fil": "json"}).content)
    assert figures["month_ends"][0]["reasons_over_target"] == {"new_key": 6}


@pytest.mark.usefixtures("six")
def test_both_lists_of_the_day_have_as_many_rows_as_the_figures_say(
    manager_now: Client, address: str, municipality: Municipality
) -> None:
    rollups.freeze(today=TODAY)
    start_later(Referral.objects.order_by("pk").first(), END)
    table = manager_now.get(address).context["table"]
    [line] = [line for line in table.records if line.on == END]
    for known, figure in (("then", line.waiting.then), ("now", line.waiting.now)):
        href = f"/k/{municipality.code}/venteliste/dag/?dato={END:%d.%m.%Y}&kjent={known}"
        assert href in html.unescape(str(table.cell_rows(line)))
        assert manager_now.get(href).context["table"].paginator.count == figure.value


def test_every_count_then_and_now_is_the_length_of_the_list_it_leads_to(
    manager_now: Client, address: str, municipality: Municipality, category: Category
) -> None:
    """Over target, over a year and not assessed too, each of another number then and now."""
    waits: list[Referral] = []
    for number, traits in enumerate(({}, {"overdue": True}, {"over_a_year": True})):
        for age in range(2 + number):
            case = ReferralFactory(
                municipality=municipality, category=category, changed_at=noon(END), **traits,
                received_on=END - timedelta(days=370 + age),
            )  # fmt: skip
        waits.append(case)
    rollups.freeze(today=TODAY)
    for referral in waits:
        start_later(referral, END)
    page = manager_now.get(address)
    shown = row(manager_now, address).split(" | ")
    names = page.context["table"].columns.names()
    for name in ("waiting", "over_target", "over_a_year", "not_assessed"):
        cell = shown[names.index(name)]
        [line] = [line for line in page.context["report"].lines if line.on == END]
        pair = getattr(line, name)
        assert pair.then.value and pair.now.value and pair.then.value != pair.now.value
        links = re.findall(r'href="([^"]*)">(\d+)</a>', cell)
        assert [int(number) for _href, number in links] == [pair.then.value, pair.now.value]
        for href, number in links:
            assert manager_now.get(href).context["table"].paginator.count == int(number), (name, href)
    for name in ("median_days", "p90_days"):
        assert "href" not in shown[names.index(name)]
    assert "Medianer og andre tall som regnes ut av mange" in page.content.decode()


@pytest.mark.usefixtures("six")
def test_whoever_is_bound_to_a_unit_sees_the_figures_of_all_and_no_list_of_some(
    client_for: ClientFor, manager: User, address: str, municipality: Municipality
) -> None:
    rollups.freeze(today=TODAY)
    whole = client_for(manager).get(address)
    assert "rows" in whole.context["table"].columns.names()
    assert "Tallene gjelder hele kommunen" not in html.unescape(whole.content.decode())
    Membership.objects.filter(user=manager).update(unit=UnitFactory(municipality=municipality))
    bound = client_for(manager).get(address)
    text = html.unescape(bound.content.decode())
    assert bound.context["report"].lines == whole.context["report"].lines
    assert "reasons" in bound.context["table"].columns.names() and "venteliste/dag" not in text
    told = text.split("Tallene gjelder hele kommunen")[1].split("</p>")[0]
    assert f'href="/oversikt/{municipality.code}/fordeling/"' in told
    assert f'href="/k/{municipality.code}/lange-ventetider/"' in told


@pytest.mark.usefixtures("six")
def test_readers_see_no_reason_no_list_and_no_small_number(
    client_for: ClientFor, national_reader: User, municipality: Municipality
) -> None:
    rollups.freeze(today=TODAY)
    start_later(Referral.objects.order_by("pk").first(), END)
    reader = client_for(national_reader)
    for address in (
        "/oversikt/landet/manedsslutt/",
        f"/oversikt/fylke/{municipality.county.code}/manedsslutt/",
    ):
        text = html.unescape(reader.get(address).content.decode())
        assert "6<span" in text and "nå 5 (−1)" in text
        assert "registrert senere" not in text.split("<table")[1] and "Hvorfor tallene er endret" not in text
        assert "Hvorfor et tall er endret, vises bare for kommunens egne ansatte" in text
        assert "venteliste/dag" not in text
    for referral in Referral.objects.order_by("pk")[1:3]:
        start_later(referral, END)
    told = row(reader, "/oversikt/landet/manedsslutt/")
    assert "nå <5" in told and "(−" not in told.split("|")[1]


@pytest.mark.usefixtures("six")
def test_the_recipe_is_kept_and_shown(manager_now: Client, address: str) -> None:
    rollups.freeze(today=TODAY)
    page = manager_now.get(address, {"ar": str(END.year)})
    recipe = page.context["report"].recipe
    assert "Definisjoner versjon 1" in page.content.decode()
    assert f"Oppskrift <code>{recipe.hash}</code>" in page.content.decode()
    assert dict(recipe.filters) == {"year": str(END.year)}
    assert [kept.hash for kept in KeptRecipe.objects.all()] == [recipe.hash]


@pytest.mark.usefixtures("six")
def test_the_figures_can_be_taken_along_as_they_stand_there(manager_now: Client, address: str) -> None:
    assert "Last ned" not in manager_now.get(address).content.decode()
    rollups.freeze(today=TODAY)
    start_later(Referral.objects.order_by("pk").first(), END)
    page = manager_now.get(address, {"ar": str(END.year)})
    as_csv, as_json = (
        manager_now.get(address, {"ar": str(END.year), "fil": kind}) for kind in ("csv", "json")
    )
    figures = json.loads(as_json.content)
    [month] = [one for one in figures["month_ends"] if one["on"] == END.isoformat()]
    [line] = [line for line in page.context["report"].lines if line.on == END]
    assert figures["year"] == END.year and month["standing"] == line.standing.value
    for side in ("then", "now", "change"):
        assert month[side]["waiting"] == getattr(line.waiting, side).value
        assert month[side]["median_days"] == getattr(line.median_days, side).value
    assert month["reasons"] == {"ended_later": -1}
    assert f"then;{END.isoformat()};{line.standing.value};waiting;6" in as_csv.content.decode()
    assert f'filename="manedsslutt-{END.year}-' in as_csv.headers["Content-Disposition"]
    assert figures["recipe"]["report"] == "month_ends" and len(figures["recipe"]["hash"]) == 16


@pytest.mark.usefixtures("six")
def test_in_a_readers_file_the_same_is_hidden(
    client_for: ClientFor, county_reader: User, municipality: Municipality
) -> None:
    rollups.freeze(today=TODAY)
    for referral in Referral.objects.order_by("pk")[:2]:
        start_later(referral, END)
    address = f"/oversikt/fylke/{municipality.county.code}/manedsslutt/"
    figures = json.loads(client_for(county_reader).get(address, {"fil": "json"}).content)
    month = figures["month_ends"][0]
    assert (month["then"]["waiting"], month["now"]["waiting"], month["change"]["waiting"]) == (6, None, None)
    assert "waiting" in month["now"]["suppressed"] and "waiting" in month["change"]["suppressed"]
    assert month["reasons"] == {}


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize("asked", ["1900", "9999", "x", "٢٠٢٦", "20261", ""])
def test_a_year_that_is_not_offered_is_the_newest(asked: str, manager_now: Client, address: str) -> None:
    rollups.freeze(today=TODAY)
    page = manager_now.get(address, {"ar": asked})
    assert page.context["report"].year == END.year
    assert [year.label for year in page.context["years"] if year.current] == [str(END.year)]
    told = html.unescape(page.content.decode())
    assert (f"ingen månedsslutt for «{asked}» her. {END.year} vises." in told) == bool(asked)
    assert ("ingen månedsslutt for" in told) == bool(asked)


@pytest.mark.usefixtures("six")
def test_nothing_is_said_of_a_year_that_is_offered(manager_now: Client, address: str) -> None:
    rollups.freeze(today=TODAY)
    for asked in ({"ar": str(END.year)}, {}):
        assert "ingen månedsslutt for" not in html.unescape(manager_now.get(address, asked).content.decode())


def test_the_dashboards_lead_here(
    manager_now: Client, client_for: ClientFor, national_reader: User, municipality: Municipality
) -> None:
    county = municipality.county.code
    reader = client_for(national_reader)
    for client, board in (
        (manager_now, f"/oversikt/{municipality.code}/"),
        (reader, f"/oversikt/fylke/{county}/"),
        (reader, "/oversikt/landet/"),
    ):
        assert f'href="{board}manedsslutt/"' in client.get(board).content.decode()
    outside = reader.get(f"/oversikt/{municipality.code}/").content.decode()
    assert "manedsslutt" not in outside
    assert reader.get(f"/oversikt/{municipality.code}/manedsslutt/").status_code == 403
