"""Open data: shut until an administrator opens it, the same for everybody, and nothing about anybody."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import ProgrammingError, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from ergo.scope import scoped
from referrals.actions import rollups
from referrals.choices import Definition
from referrals.exporters.open_data import DATASETS
from referrals.models import (
    AuditEvent,
    Category,
    Employment,
    Municipality,
    OpenDataSwitch,
    Person,
    Referral,
    Therapist,
    User,
    ViewLog,
    end_of,
)
from referrals.reports import coverage, frozen
from referrals.reports.coverage import is_covered
from referrals.reports.scopes import Scope
from referrals.reports.suppression import Hidden
from referrals.views.open_files import INDEX, KINDS
from tests.factories import (
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    LeaveFactory,
    MunicipalityFactory,
    OpenDataSwitchFactory,
    PersonFactory,
    PopulationFactory,
    ReferralEventFactory,
    ReferralFactory,
    TherapistFactory,
    VacancyFactory,
    noon,
)
from tests.harness.admin_forms import address, filled_in
from tests.harness.outside_reader import opened
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

# Freezing is stamped by the clock of the database, so these tests happen now.
TODAY = timezone.localdate()
END = TODAY.replace(day=1) - timedelta(days=1)
ROOT = "/apne-data/"
HOUR = timedelta(hours=1)
FILES = sorted(f"{ROOT}{dataset.name}.{kind}" for dataset in DATASETS for kind in KINDS)
MAX_AGE = "public, max-age=3600"

POINT = [
    *("municipalities", "without_employed", "without_authorised", "without_attached", "unknown"),
    *("fte", "fte_per_10000"),
]
GROUPED = ["on", "code", "name", *POINT]
# What may lie open: a column that is not here fails.
ALLOWED = {
    "dekning": [
        *("on", "code", "name", "county_code", "county"),
        *("covered_employed", "covered_authorised", "covered_attached"),
        *("fte", "fte_per_10000", "population", "population_year"),
    ],
    "dekning-serie": ["on", *POINT],
    "dekning-serie-fylke": GROUPED,
    "dekning-serie-sentralitet": GROUPED,
    "dekning-serie-folketall": GROUPED,
    "ventetall": [
        *("on", "waiting", "median_days", "p90_days", "over_one_year", "over_target", "not_assessed")
    ],
}
TERMS = ["source", "licence", "recipe"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(time_machine: Any) -> Iterator[None]:
    """The pages ask what day it is; here it is the day of the database."""
    time_machine.move_to(noon(TODAY), tick=False)
    yield


@pytest.fixture
def is_open() -> OpenDataSwitch:
    return OpenDataSwitchFactory()


@pytest.fixture
def country(municipality: Municipality, other_municipality: Municipality, category: Category) -> None:
    """24 wait in one municipality and 20 in another at the last month-end, which is frozen."""
    first = END.replace(day=1)
    for place, number in ((municipality, 24), (other_municipality, 20)):
        citizen = PersonFactory(municipality=place, given_name="Torgunn", family_name="Qvigstad")
        for _number in range(number):
            ReferralFactory(
                municipality=place, category=category, waiting=True, received_on=first,
                changed_at=noon(END), person=citizen,
            )  # fmt: skip
        PopulationFactory(municipality=place, persons=9_000)
    rollups.freeze(today=TODAY)


@pytest.fixture
def staffed(municipality: Municipality) -> None:
    """One in each state; of the therapists all is registered that nobody may read here."""
    long_ago = date(2019, 2, 1)
    therapist = TherapistFactory(name="Ragnfrid Ulvestad", authorised_to=END + timedelta(days=60))
    own = EmploymentFactory(municipality=municipality, therapist=therapist, fte="0.80", valid_from=long_ago)
    LeaveFactory(employment=own, valid_from=END - timedelta(days=9))
    bought, served, nobody = (MunicipalityFactory(name=name) for name in ("Kjøpvik", "Lånvik", "Tomvik"))
    EmploymentFactory(municipality=bought, purchased=True, valid_from=long_ago)
    CoverageAgreementFactory(provider=municipality, recipient=served, fte="0.20", valid_from=long_ago)
    CoverageStatementFactory(municipality=nobody, valid_from=long_ago)
    VacancyFactory(municipality=nobody, valid_from=long_ago)


def rows_of(answer: HttpResponse) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def cells_of(answer: HttpResponse) -> list[list[str]]:
    """All that stands in a workbook."""
    book = load_workbook(io.BytesIO(answer.content))
    return [[str(cell) for cell in row] for sheet in book for row in sheet.iter_rows(values_only=True)]


def without_values(page: HttpResponse) -> str:
    """A page without what its forms carry: a token, and the address that was asked for."""
    return re.sub(r'type="hidden" name="\w+" value="[^"]*"', "", markup(page))


def words_of(client: Client, path: str) -> str:
    """All that a file or the page says, as one text."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(cells_of(answer)) if path.endswith("xlsx") else answer.content.decode()


# Shut and opened


def test_until_it_is_switched_on_there_is_nothing_for_anybody(
    client: Client, client_for: ClientFor, administrator: User, manager: User, country: None
) -> None:
    unknown = client.get("/finnes-ikke/")
    for path in (ROOT, *FILES):
        for asks in (client, client_for(administrator), client_for(manager)):
            for answer in (asks.get(path), asks.head(path)):
                assert answer.status_code == 404
            assert "Access-Control-Allow-Origin" not in answer.headers
        assert without_values(client.get(path)) == without_values(unknown), "as any address that there is not"


def test_an_administrator_switches_it_on_and_off_at_once(
    client: Client, kari: Client, administrator: User
) -> None:
    page = address(OpenDataSwitch, "add")
    for is_on, status in ((True, 200), (False, 404)):
        sent = filled_in(kari.get(page)) | ({"is_on": "on"} if is_on else {})
        if not is_on:
            sent.pop("is_on", None)
        assert kari.post(page, sent).status_code == 302
        assert client.get(ROOT).status_code == status
    for switch in OpenDataSwitch.objects.all():
        assert (switch.registered_by, switch.registered_at) == (administrator, noon(TODAY))
        with scoped(user_id=administrator.pk):
            logged = AuditEvent.objects.get(table_name="referrals_opendataswitch", row_id=switch.pk)
        assert (logged.user_id, logged.operation) == (administrator.pk, "I")
    assert len(OpenDataSwitch.objects.all()) == 2


@pytest.mark.parametrize("change", ["update", "delete"])
def test_nobody_rewrites_who_opened_it(is_open: OpenDataSwitch, change: str) -> None:
    rows = OpenDataSwitch.objects.filter(pk=is_open.pk)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.update(is_on=False) if change == "update" else rows.delete()


def test_only_administrators_switch_it(client_for: ClientFor, manager: User, national_reader: User) -> None:
    for user in (manager, national_reader):
        answer = client_for(user).get(address(OpenDataSwitch, "add"))
        assert answer.status_code == 403 or answer.status_code == 302
    assert not OpenDataSwitch.objects.exists()


def test_pages_lead_there_only_while_it_is_open(client: Client, time_machine: Any) -> None:
    link = f'href="{ROOT}"'
    assert link not in markup(client.get("/inn/"))
    OpenDataSwitchFactory()
    time_machine.shift(timedelta(minutes=2))
    assert markup(client.get("/inn/")).count(link) == 2, "on the card and at the foot"
    assert markup(client.get("/personvern/")).count(link) == 1


# For everybody alike


def test_whoever_is_signed_in_is_nobody_here(
    is_open: OpenDataSwitch,
    country: None,
    client: Client,
    client_for: ClientFor,
    manager: User,
    time_machine: Any,
) -> None:
    signed_in = client_for(manager)
    signed_in.get("/personvern/")
    time_machine.shift(timedelta(minutes=5))
    session = dict(signed_in.session)
    for path in (ROOT, *FILES):
        own, stranger = signed_in.get(path), client.get(path)
        assert own.content == stranger.content
        assert not own.cookies and not stranger.cookies, path
        assert own.headers["Cache-Control"] == stranger.headers["Cache-Control"] == MAX_AGE
    assert dict(signed_in.session) == session, "no sign of life"
    assert signed_in.get("/oversikt/").status_code == 302, "and still signed in"
    assert not ViewLog.objects.exists()


def test_a_file_may_be_kept_and_asked_for_again(
    is_open: OpenDataSwitch, country: None, client: Client
) -> None:
    for path in FILES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        kind = path.partition(".")[2]
        assert answer.headers["Content-Type"] == KINDS[kind]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Vary" not in answer.headers
        asked = client.head(path)
        assert asked.headers["ETag"] == answer.headers["ETag"] and not asked.content
        for header, value in (
            ("If-None-Match", answer.headers["ETag"]),
            ("If-Modified-Since", answer.headers["Last-Modified"]),
        ):
            again = client.get(path, headers={header: value})
            assert again.status_code == 304 and not again.content, (path, header)
            assert again.headers["Cache-Control"] == MAX_AGE
            assert again.headers["Access-Control-Allow-Origin"] == "*"
        assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
        assert client.post(path).status_code == 405


def test_the_page_may_be_kept_too(is_open: OpenDataSwitch, country: None, client: Client) -> None:
    page = client.get(ROOT)
    assert page.headers["Vary"] == "Cookie"
    assert client.get(ROOT, headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    english = client.get(ROOT, headers={"Cookie": "language=en"})
    assert "Open data" in markup(english) and english.headers["ETag"] != page.headers["ETag"]


def test_what_there_is_not_is_not_found(is_open: OpenDataSwitch, client: Client) -> None:
    for name in (
        "finnes.csv",
        "dekning.exe",
        "dekning.jsonstat",
        "dekning",
        "../dekning.csv",
        "ventetall.csv",
    ):
        assert client.get(f"{ROOT}{name}").status_code == 404, name
    assert "Ingenting ennå" in markup(client.get(ROOT)), "no month is frozen"


def test_a_hundred_requests_cost_one_look(
    is_open: OpenDataSwitch,
    country: None,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.get(ROOT)
    monkeypatch.setattr("referrals.views.open_files._datasets", lambda *_asked: pytest.fail("looked again"))
    for number in range(100):
        with django_assert_max_num_queries(6):
            assert client.get(FILES[number % len(FILES)]).status_code == 200


def test_a_file_changes_with_what_it_says_and_not_before(
    is_open: OpenDataSwitch, country: None, staffed: None, client: Client, time_machine: Any
) -> None:
    before = {path: client.get(path) for path in FILES}
    time_machine.shift(HOUR)
    for path in FILES:
        answer = client.get(path)
        assert (answer.content, answer.headers["Last-Modified"]) == (
            before[path].content,
            before[path].headers["Last-Modified"],
        )
    Employment.objects.filter(fte="0.80").update(fte="0.90")
    assert client.get(FILES[0]).content == before[FILES[0]].content, "within the hour"
    time_machine.shift(HOUR)
    changed = {path for path in FILES if client.get(path).content != before[path].content}
    assert changed == {path for path in FILES if "ventetall" not in path}


def test_what_the_cache_has_dropped_is_made_again(
    is_open: OpenDataSwitch, country: None, client: Client
) -> None:
    before = client.get(FILES[0]).content
    cache.delete(f"{INDEX}-{FILES[0].removeprefix(ROOT)}")
    assert client.get(FILES[0]).content == before


# What is in them


def test_every_file_has_the_columns_that_may_lie_open_and_no_other(
    is_open: OpenDataSwitch, country: None, staffed: None, client: Client
) -> None:
    assert {dataset.name for dataset in DATASETS} == set(ALLOWED)
    for name, columns in ALLOWED.items():
        sheet = rows_of(client.get(f"{ROOT}{name}.csv"))
        assert sheet and all(list(row) == [*columns, *TERMS] for row in sheet)
        assert cells_of(client.get(f"{ROOT}{name}.xlsx"))[0] == [*columns, *TERMS]
        made = json.loads(client.get(f"{ROOT}{name}.json").content)
        assert list(made["columns"]) == columns
        assert all(list(row) == [*columns, "suppressed"] for row in made["rows"])
        table = json.loads(client.get(f"{ROOT}{name}.jsonstat.json").content)
        figures = [
            column for column in columns if column not in ("on", "code", "name", "county_code", "county")
        ]
        assert list(table["dimension"]["figure"]["category"]["index"]) == figures
        assert set(table["id"]) <= {"place", "day", "group", "figure"}


def test_krav_11_nothing_is_about_a_person(
    is_open: OpenDataSwitch, country: None, staffed: None, manager: User, client: Client
) -> None:
    """No name, number or date of a citizen, a therapist or a user, whichever file is read."""
    secrets = {number for number in Referral.objects.values_list("number", flat=True)}
    for person in Person.objects.all():
        secrets |= {person.given_name, person.family_name, f"{person.birth_date:%d.%m.%Y}"}
    for one in Therapist.objects.all():
        secrets |= {*one.name.split(), one.hpr_number}
    secrets |= {name for user in User.objects.all() for name in (user.username, user.last_name)}
    secrets = {str(secret) for secret in secrets if secret and len(str(secret)) > 3}
    assert len(secrets) > 50 and {"Qvigstad", "Ragnfrid", "Ulvestad"} <= secrets
    for path in (ROOT, *FILES):
        said = words_of(client, path)
        assert [secret for secret in sorted(secrets) if secret in said] == [], path
        assert not any(word in said.lower() for word in ("hpr", "permisjon", "fødsel")), path


def test_source_licence_and_recipe_are_in_every_file(
    is_open: OpenDataSwitch, country: None, staffed: None, client: Client
) -> None:
    for path in FILES:
        said = words_of(client, path)
        assert "CC BY 4.0" in said and "Ergo" in said, path
    for name in ALLOWED:
        made = json.loads(client.get(f"{ROOT}{name}.json").content)
        hashes = [recipe["hash"] for recipe in made["recipes"]]
        [told] = {row["recipe"] for row in rows_of(client.get(f"{ROOT}{name}.csv"))}
        assert told.split() == hashes
        assert all(one in words_of(client, f"{ROOT}{name}.jsonstat.json") for one in hashes)
        assert all(one in words_of(client, f"{ROOT}{name}.xlsx") for one in hashes)
        assert all(f"<code>{one}</code>" in markup(client.get(ROOT)) for one in hashes)


def test_coverage_is_what_the_reports_say_by_each_definition(
    is_open: OpenDataSwitch, country: None, staffed: None, client: Client
) -> None:
    rows = {row["code"]: row for row in json.loads(client.get(f"{ROOT}dekning.json").content)["rows"]}
    found = set()
    for definition in Definition:
        report = coverage.build(END, data_as_of=timezone.now(), definition=definition)
        assert len(rows) == len(report.rows)
        for place in report.rows:
            told, state = rows[place.code], place.state
            known = None if state == "unknown" else int(is_covered(state, definition))
            assert told[f"covered_{definition.value}"] == known
            assert told["fte"] == float(place.fte) and told["population"] == place.population
            found.add(known)
    assert found == {0, 1, None}
    assert {row["on"] for row in rows.values()} == {END.isoformat()}


def test_a_statistician_opens_the_tables(
    is_open: OpenDataSwitch, country: None, staffed: None, client: Client
) -> None:
    for name in ALLOWED:
        frame = opened(json.loads(client.get(f"{ROOT}{name}.jsonstat.json").content))
        rows = json.loads(client.get(f"{ROOT}{name}.json").content)["rows"]
        figures = len(ALLOWED[name]) - len(
            {"on", "code", "name", "county_code", "county"} & set(ALLOWED[name])
        )
        assert len(frame) >= len(rows) * figures
        assert "value" in frame.columns


def test_a_month_is_what_readers_are_shown_of_the_nation_and_never_changes(
    is_open: OpenDataSwitch,
    country: None,
    client: Client,
    category: Category,
    municipality: Municipality,
    time_machine: Any,
) -> None:
    [month] = json.loads(client.get(f"{ROOT}ventetall.json").content)["rows"]
    line = frozen.build(Scope.nation(), END, data_as_of=timezone.now()).lines[0]
    assert (month["on"], month["waiting"]) == (END.isoformat(), 44)
    assert month["median_days"] == line.median_days.then.value == (END - END.replace(day=1)).days
    assert month["not_assessed"] == line.not_assessed.then.value
    late = ReferralFactory(
        municipality=municipality, category=category, received_on=END, changed_at=end_of(END)
    )
    ReferralEventFactory(referral=late, registered_at=end_of(END))
    before = client.get(f"{ROOT}ventetall.csv").content
    time_machine.shift(HOUR)
    assert client.get(f"{ROOT}ventetall.csv").content == before


@pytest.mark.parametrize(("elsewhere", "is_shown"), [(0, True), (4, False), (5, True)])
def test_who_knows_one_municipality_does_not_find_the_few_of_the_others(
    is_open: OpenDataSwitch,
    municipality: Municipality,
    other_municipality: Municipality,
    category: Category,
    client: Client,
    elsewhere: int,
    is_shown: bool,
) -> None:
    for place, number in ((municipality, 10), (other_municipality, elsewhere)):
        for _number in range(number):
            ReferralFactory(
                municipality=place, category=category, waiting=True, received_on=END.replace(day=1),
                changed_at=noon(END),
            )  # fmt: skip
    rollups.freeze(today=TODAY)
    [month] = json.loads(client.get(f"{ROOT}ventetall.json").content)["rows"]
    assert month["waiting"] == (10 + elsewhere if is_shown else None)
    [row] = rows_of(client.get(f"{ROOT}ventetall.csv"))
    assert row["waiting"] == (str(10 + elsewhere) if is_shown else Hidden.WITHHELD.label)
    assert "<5" not in client.get(f"{ROOT}ventetall.csv").content.decode()


def test_the_recipes_make_the_figures_again(
    is_open: OpenDataSwitch,
    country: None,
    staffed: None,
    client: Client,
    capsys: pytest.CaptureFixture[str],
    time_machine: Any,
) -> None:
    # The database has stamped staff by its own clock, which may be past noon: what is asked for was known by then.
    time_machine.move_to(end_of(TODAY) - timedelta(seconds=1), tick=False)
    rows = json.loads(client.get(f"{ROOT}dekning.json").content)
    for recipe, definition in zip(rows["recipes"], Definition, strict=True):
        call_command("report", "coverage", recipe=recipe["hash"], format="json")
        again = json.loads(capsys.readouterr().out)
        without = sum(row[f"covered_{definition.value}"] == 0 for row in rows["rows"])
        assert (again["definition"], again["without"]) == (definition.value, without)
    series = json.loads(client.get(f"{ROOT}dekning-serie-fylke.json").content)
    call_command("report", "coverage_series", recipe=series["recipes"][0]["hash"], format="json")
    assert json.loads(capsys.readouterr().out)["by"] == "county"
    waits = json.loads(client.get(f"{ROOT}ventetall.json").content)
    call_command("report", "month_ends", recipe=waits["recipes"][0]["hash"], format="json")
    assert json.loads(capsys.readouterr().out)["month_ends"][0]["then"]["waiting"] == 44
