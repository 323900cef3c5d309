"""Whoever sees a citizen is written down. Every page that shows one stands here; a new page needs a line."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ergo import scope
from referrals.actions import auditing
from referrals.actions.auditing import record_view, recording_view
from referrals.choices import Status, ViewKind, ViewReason
from referrals.models import (
    BulkAction,
    Category,
    Municipality,
    Referral,
    User,
    ViewLog,
    ViewLogPerson,
    access_of,
)
from referrals.permissions import Role
from referrals.views.case import SLUGS
from tests.factories import (
    NOW,
    TODAY,
    DeviationReportFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    SentLetterFactory,
    WaitPauseFactory,
    days_ago,
)
from tests.harness.doors import ADDRESSES, DOORS, address_of

ClientFor = Callable[[User], Client]

BORN = "03021931"
NUMBER = "2026-900123"


class Office:
    """A member of staff at the screen, with one citizen's referral to look at."""

    def __init__(self, browser: Client, case: Referral) -> None:
        self.browser, self.case = browser, case
        self.place = {"code": case.municipality.code}

    def get(self, name: str, query: str = "", **values: str) -> HttpResponse:
        return self.browser.get(reverse(name, kwargs=self.place | values) + query)

    def search_the_list(self, typed: str = "Qvigstad") -> HttpResponse:
        address = reverse("waitlist_search", kwargs=self.place)
        return self.browser.post(address, {"q": typed}, follow=True)

    def swap(self) -> HttpResponse:
        return self.browser.get(reverse("waitlist", kwargs=self.place), headers={"HX-Request": "true"})

    def find(self) -> HttpResponse:
        typed = {"name": "Qvigstad", "birth_date": BORN}
        return self.browser.post(reverse("referral_new", kwargs=self.place), typed, follow=True)

    def form_address(self, person: str) -> str:
        token = parse_qs(urlsplit(self.find().redirect_chain[-1][0]).query)["sok"][0]
        answer = self.browser.post(
            reverse("referral_citizen", kwargs=self.place), {"sok": token, "person": person}
        )
        return answer.url

    def form(self) -> HttpResponse:
        return self.browser.get(self.form_address(str(self.case.person_id)))

    def form_with_errors(self) -> HttpResponse:
        return self.browser.post(self.form_address(str(self.case.person_id)), {})

    def drafts(self) -> HttpResponse:
        """Where a referral begins, with a draft about the citizen."""
        self.browser.post(self.form_address(str(self.case.person_id)), {"save_draft": "1"})
        return self.get("referral_new")

    def identifier(self) -> HttpResponse:
        return self.browser.post(reverse("referral", kwargs=self.place | {"number": NUMBER}))

    def move(self) -> HttpResponse:
        return self.get("referral_move", number=NUMBER, slug=SLUGS["prioritise"])

    def send_move(self, **typed: Any) -> HttpResponse:
        address = reverse(
            "referral_move", kwargs=self.place | {"number": NUMBER, "slug": SLUGS["prioritise"]}
        )
        return self.browser.post(address, typed)

    def send_letter(self, **typed: Any) -> HttpResponse:
        address = reverse("letter", kwargs=self.place | {"number": NUMBER, "slug": "time"})
        return self.browser.post(address, typed)

    def sent_letter(self) -> HttpResponse:
        sent = SentLetterFactory(referral=self.case)
        return self.get("sent_letter", number=NUMBER, pk=str(sent.pk))

    def send_decision(self, **typed: Any) -> HttpResponse:
        address = reverse("intake_meeting", kwargs=self.place)
        return self.browser.post(f"{address}?nr={NUMBER}", typed)

    def chosen(self, **changes: Any) -> str:
        """The address of the page about the citizen's referral, chosen in the list to be assigned."""
        chosen = {"valgt": f"{NUMBER}.1", "gjor": SLUGS["assign"]} | changes
        return self.browser.post(reverse("chosen", kwargs=self.place), chosen).url

    def undo_what_somebody_changed(self) -> HttpResponse:
        typed = {"therapist": "", "outcome": "other", "on": f"{TODAY:%d%m%Y}", "sett": f"{NUMBER}.1"}
        self.browser.post(self.chosen(gjor=SLUGS["close"]), typed)
        Referral.objects.filter(pk=self.case.pk).update(version=7)
        done = BulkAction.objects.get()
        return self.browser.post(reverse("chosen_undo", kwargs=self.place | {"pk": done.pk}))

    def cell(self) -> HttpResponse:
        place = self.place | {"number": NUMBER, "slug": SLUGS["prioritise"]}
        return self.browser.get(reverse("referral_cell", kwargs=place), headers={"HX-Request": "true"})

    def find_access_log(self) -> HttpResponse:
        typed = {"q": NUMBER, "why": "control"}
        return self.browser.post(reverse("access_log_find", kwargs=self.place), typed, follow=True)

    def read_log(self) -> HttpResponse:
        self.get("referral", number=NUMBER)
        return self.get("read_log")

    def deviations(self, query: str = "") -> HttpResponse:
        mark = DeviationReportFactory(referral=self.case)
        return self.get("deviations", f"?maned={mark.month:%Y-%m}{query}")

    def withdraw_deviation(self) -> HttpResponse:
        DeviationReportFactory(referral=self.case)
        return self.get("deviation_withdraw", number=NUMBER)

    def overtaken(self, query: str = "") -> HttpResponse:
        """The citizen waits with the highest priority, and somebody who came later is started."""
        case = Referral.objects.filter(pk=self.case.pk)
        case.update(status=Status.WAITING, priority=1, prioritised_on=self.case.received_on)
        ReferralFactory(municipality=self.case.municipality, category=self.case.category, started=True)
        return self.get("overtaken", query)

    def data_quality(self, query: str) -> HttpResponse:
        WaitPauseFactory(referral=self.case, started_on=days_ago(300))
        return self.get("data_quality", query)

    def decide(self) -> HttpResponse:
        WaitPauseFactory(referral=self.case, started_on=days_ago(300))
        return self.get("data_quality_decide", number=NUMBER, slug="long_pause")

    def admin(self, page: str) -> HttpResponse:
        return self.browser.get(f"/admin/referrals/{page}")


SINCE = f"?hendt=referred&fra={days_ago(500):%d.%m.%Y}"
OPENINGS: dict[str, tuple[ViewKind, Callable[[Office], HttpResponse]]] = {
    "waitlist": (ViewKind.WAITLIST, lambda office: office.get("waitlist")),
    "waitlist, next page": (ViewKind.WAITLIST, lambda office: office.get("waitlist", "?page=1&sort=citizen")),
    "waitlist, swapped by htmx": (ViewKind.WAITLIST, lambda office: office.swap()),
    "waitlist_on_day": (ViewKind.WAITLIST, lambda office: office.get("waitlist_on_day")),
    "waitlist_moved": (ViewKind.WAITLIST, lambda office: office.get("waitlist_moved", SINCE)),
    "waitlist_moved, as it was known": (
        ViewKind.WAITLIST,
        lambda office: office.get("waitlist_moved", f"{SINCE}&dato={TODAY:%d.%m.%Y}&kjent=then"),
    ),
    "waitlist_on_day, as it was known": (
        ViewKind.WAITLIST,
        lambda office: office.get("waitlist_on_day", f"?dato={TODAY:%d.%m.%Y}&kjent=then"),
    ),
    "waitlist_search": (ViewKind.WAITLIST_SEARCH, lambda office: office.search_the_list()),
    "intake_meeting": (ViewKind.INTAKE, lambda office: office.get("intake_meeting", f"?nr={NUMBER}")),
    "intake_meeting, sent": (ViewKind.INTAKE, lambda office: office.send_decision(version=1)),
    "intake_meeting, conflict": (ViewKind.CONFLICT, lambda office: office.send_decision(version=0)),
    "referral_new": (ViewKind.FIND_CITIZEN, lambda office: office.find()),
    "referral_new, drafts": (ViewKind.REGISTRATION, lambda office: office.drafts()),
    "referral_register": (ViewKind.REGISTRATION, lambda office: office.form()),
    "referral_register, sent": (ViewKind.REGISTRATION, lambda office: office.form_with_errors()),
    "referral": (ViewKind.CASE, lambda office: office.get("referral", number=NUMBER)),
    "referral, number in full": (ViewKind.IDENTIFIER, lambda office: office.identifier()),
    "referral_move": (ViewKind.MOVE, lambda office: office.move()),
    "referral_move, sent": (ViewKind.MOVE, lambda office: office.send_move(version=1)),
    "referral_move, conflict": (ViewKind.CONFLICT, lambda office: office.send_move(version=0)),
    "chosen_move": (ViewKind.MOVE, lambda office: office.browser.get(office.chosen())),
    "chosen_undo, of what somebody changed": (
        ViewKind.CONFLICT,
        lambda office: office.undo_what_somebody_changed(),
    ),
    "referral_cell": (ViewKind.MOVE, lambda office: office.cell()),
    "referral_shielding": (
        ViewKind.SHIELDING,
        lambda office: office.get("referral_shielding", number=NUMBER),
    ),
    "letter": (ViewKind.LETTER, lambda office: office.get("letter", number=NUMBER, slug="time")),
    "letter, shown": (ViewKind.LETTER, lambda office: office.send_letter(vis="1")),
    "letter, refused": (ViewKind.LETTER, lambda office: office.send_letter()),
    "sent_letter": (ViewKind.LETTER, lambda office: office.sent_letter()),
    "caseload": (ViewKind.CASELOAD, lambda office: office.browser.get(reverse("caseload"))),
    "access_log": (ViewKind.ACCESS_REPORT, lambda office: office.get("access_log", number=NUMBER)),
    "access_log_find": (ViewKind.ACCESS_REPORT, lambda office: office.find_access_log()),
    "read_log": (ViewKind.READ_LOG, lambda office: office.read_log()),
    "change_log": (ViewKind.CHANGE_LOG, lambda office: office.get("change_log")),
    "deadlines": (ViewKind.DEADLINES, lambda office: office.get("deadlines")),
    "long_waits": (ViewKind.LONG_WAITS, lambda office: office.get("long_waits")),
    "long_waits, of an earlier day": (
        ViewKind.LONG_WAITS,
        lambda office: office.get("long_waits", f"?dato={days_ago(5):%d.%m.%Y}&sort=citizen"),
    ),
    "long_waits, as it was known": (
        ViewKind.LONG_WAITS,
        lambda office: office.get("long_waits", f"?dato={days_ago(5):%d.%m.%Y}&kjent=then"),
    ),
    "long_waits, as CSV": (ViewKind.LONG_WAITS, lambda office: office.get("long_waits", "?fil=csv")),
    "long_waits, as JSON": (ViewKind.LONG_WAITS, lambda office: office.get("long_waits", "?fil=json")),
    "deviations": (ViewKind.DEVIATIONS, lambda office: office.deviations()),
    "deviations, as CSV": (ViewKind.DEVIATIONS, lambda office: office.deviations("&fil=csv")),
    "deviation_withdraw": (ViewKind.DEVIATIONS, lambda office: office.withdraw_deviation()),
    "overtaken": (ViewKind.OVERTAKEN, lambda office: office.overtaken()),
    "overtaken, as CSV": (ViewKind.OVERTAKEN, lambda office: office.overtaken("?fil=csv")),
    "data_quality": (ViewKind.DATA_QUALITY, lambda office: office.data_quality("?regel=long_pause")),
    "data_quality, as CSV": (ViewKind.DATA_QUALITY, lambda office: office.data_quality("?fil=csv")),
    "data_quality_decide": (ViewKind.DATA_QUALITY, lambda office: office.decide()),
    "admin, referrals": (ViewKind.ADMIN_LIST, lambda office: office.admin("referral/")),
    "admin, citizens": (ViewKind.ADMIN_LIST, lambda office: office.admin("person/")),
    "admin, a referral": (
        ViewKind.ADMIN_RECORD,
        lambda office: office.admin(f"referral/{office.case.pk}/change/"),
    ),
    "admin, a citizen": (
        ViewKind.ADMIN_RECORD,
        lambda office: office.admin(f"person/{office.case.person_id}/change/"),
    ),
    "admin, a citizen's changes": (
        ViewKind.ADMIN_RECORD,
        lambda office: office.admin(f"person/{office.case.person_id}/history/"),
    ),
}

# Addresses that show no citizen, each with the reason.
SHOWS_NOBODY = {
    "start": "leads on",
    "sign_in_demo": "before anybody is known",
    "sign_out": "leads on",
    "language": "leads on",
    "colour_scheme": "leads on",
    "single_keys": "leads on",
    "account_digest": "leads on",
    "saved_views": "names that staff gave, and counts",
    "saved_view": "a name that staff gave",
    "accessibility": "text",
    "privacy": "text",
    "definitions": "text",
    "referral_citizen": "leads on to the form",
    "referral_draft_discard": "leads back to the search",
    "chosen": "leads on to the form",
    "referral_shielded": "a number; the case page logs the opening, with its reason",
    "referral_emergency": "a number; the case page logs the opening, with its reason",
    "rights": "staff and their roles",
    "workloads": "staff, and counts",
    "openings": "numbers, and staff",
    "priority_key": "a municipality's rules",
    "priority_key_new": "rules; what they change is shown as numbers of referrals",
    "priority_key_correct": "rules; what they change is shown as numbers of referrals",
    "priority_key_withdraw": "rules",
    "priority_keys": "municipalities' rules",
    "opening_end": "leads on",
    "dashboard": "figures",
    "dashboard_nation": "figures",
    "dashboard_counties": "figures",
    "dashboard_county": "figures",
    "dashboard_municipality": "figures",
    "month_ends": "figures",
    "month_ends_county": "figures",
    "month_ends_nation": "figures",
    "development_nation": "figures",
    "development_counties": "figures",
    "development_county": "figures",
    "development_municipality": "figures",
    "distribution": "figures, and staff",
    "distribution_nation": "figures",
    "distribution_counties": "figures",
    "distribution_county": "figures",
    "period": "figures",
    "period_nation": "figures",
    "period_counties": "figures",
    "period_county": "figures",
    "comparison": "figures",
    "comparison_municipality": "figures",
    "long_waits_figures": "figures",
    "long_waits_county": "figures",
    "coverage": "figures",
    "coverage_series": "figures",
    "coverage_municipality": "figures",
    "open_data": "text",
    "open_data_file": "figures, for everybody",
    "letter_texts": "texts, and who saved them",
    "letter_text": "a text, on an invented case",
    "letter_head": "a letterhead",
    "staffing": "own staff, no citizens",
    "official_statistics": "official figures",
    "official_statistics_preview": "official figures",
    "staffing_find": "own staff, no citizens",
    "staffing_employ": "own staff, no citizens",
    "staffing_therapist": "own staff, no citizens",
    "staffing_leave": "own staff, no citizens",
    "staffing_new": "own staff, no citizens",
    "staffing_change": "own staff, no citizens",
    "staffing_end": "own staff, no citizens",
}

# Addresses that begin so are about the user's own account, or for machines that watch.
ABOUT_NO_CITIZEN = ("account_", "mfa_", "sso_", "health_")


@pytest.fixture
def case(municipality: Municipality, category: Category, therapist: Any) -> Referral:
    """A citizen whom nobody can be mistaken for, and somebody else, each with a referral."""
    ReferralFactory(municipality=municipality, category=category)
    person = PersonFactory(
        municipality=municipality,
        given_name="Xenia",
        family_name="Qvigstad",
        birth_date=NOW.replace(1931, 2, 3).date(),
        known=True,
    )
    return ReferralFactory(
        municipality=municipality, person=person, category=category, number=NUMBER, therapist=therapist,
        assigned_on=TODAY, received_on=days_ago(400),
    )  # fmt: skip


@pytest.fixture
def office(case: Referral, therapist_user: User, client_for: ClientFor) -> Office:
    """Somebody with every role that shows citizens."""
    for role in (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR):
        place = None if role == Role.ADMINISTRATOR else case.municipality
        MembershipFactory(user=therapist_user, role=role, municipality=place)
    return Office(client_for(therapist_user), case)


def shows_the_citizen(response: HttpResponse) -> bool:
    return bool(re.search(rf"Qvigstad|XQ 1931|{NUMBER}", response.content.decode()))


def test_every_address_is_either_logged_or_shows_nobody() -> None:
    logged = {name.partition(",")[0] for name in OPENINGS}
    about_citizens = {name for name in ADDRESSES if not name.startswith(ABOUT_NO_CITIZEN)}
    assert logged - {"admin"} == about_citizens - set(SHOWS_NOBODY)


@pytest.mark.parametrize("name", OPENINGS)
def test_krav_14_and_15_each_opening_list_and_search_is_logged_with_whom_it_shows(
    name: str, office: Office
) -> None:
    """Every page that shows a citizen leaves a line with that citizen, who looked, where, why and when."""
    kind, opening = OPENINGS[name]
    response = opening(office)
    assert response.status_code in (200, 409) and shows_the_citizen(response)
    line = ViewLog.objects.latest("id")
    assert (line.kind, line.municipality, line.user_id) == (
        kind,
        office.case.municipality,
        int(office.browser.session["_auth_user_id"]),
    )
    shown = line.persons.filter(person_id=office.case.person_id)
    assert shown.exists() and set(shown.values_list("number", flat=True)) <= {NUMBER, ""}


@pytest.mark.parametrize("name", SHOWS_NOBODY)
def test_the_other_addresses_show_nobody(
    name: str, office: Office, users: dict[Role | None, User], client_for: ClientFor
) -> None:
    door = DOORS[name]
    for role in door.roles:
        response = getattr(client_for(users[role]), door.method)(address_of(name, office.case.municipality))
        assert not shows_the_citizen(response), role


@contextmanager
def refusing_the_log(kind: ViewKind) -> Iterator[None]:
    """The database takes no line about this kind of page."""

    def refuse(execute: Callable, sql: str, params: Any, *rest: Any) -> Any:
        if "INSERT INTO referrals_viewlog " in sql and params["kind"] == kind:
            raise DatabaseError("no line today")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("name", OPENINGS)
def test_krav_14_what_cannot_be_logged_is_not_shown(name: str, office: Office) -> None:
    """When the line of the log cannot be written, there is no page."""
    office.browser.raise_request_exception = False
    kind, opening = OPENINGS[name]
    with refusing_the_log(kind):
        response = opening(office)
    assert response.status_code == 500 and not shows_the_citizen(response)


def test_krav_14_the_line_is_part_of_the_transaction_that_reads(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that fails after it was logged takes the line back: nothing was shown."""
    monkeypatch.setattr("referrals.views.case.render", lambda *_args: 1 / 0)
    office.browser.raise_request_exception = False
    assert office.get("referral", number=NUMBER).status_code == 500
    assert not ViewLog.objects.exists()


def test_krav_15_a_list_logs_exactly_those_on_the_page(office: Office, category: Category) -> None:
    """Of sixty referrals the first page of the list logs fifty, the second the other ten."""
    for _nth in range(58):
        ReferralFactory(municipality=office.case.municipality, category=category)
    for page, count in ((1, 50), (2, 10)):
        response = office.get("waitlist", f"?page={page}")
        listed = {(row.person_id, row.number) for row in response.context["table"].records}
        logged = ViewLog.objects.latest("id").persons.values_list("person_id", "number")
        assert len(listed) == count and set(logged) == listed


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Qvigstad Xenia", "name"),
        (NUMBER, "number"),
        ("17054832106", "not understood"),
        ("x" * 101, "not understood"),
    ],
)
def test_krav_15_a_search_logs_what_kind_it_was_and_never_what_was_typed(
    typed: str, kind: str, office: Office
) -> None:
    """The log has the kind of search and the filters, and no word that somebody typed."""
    office.search_the_list(typed)
    line = ViewLog.objects.latest("id")
    assert line.query in (f"status=all&sok={kind}", f"status=all&sok={kind.replace(' ', '+')}")
    office.find()
    assert ViewLog.objects.latest("id").query == "sok=name&sok=birth_date"


def test_krav_15_a_search_that_finds_nobody_is_logged(office: Office) -> None:
    """Somebody who looked for a citizen and found none has looked all the same."""
    office.search_the_list("Ingenherheter")
    line = ViewLog.objects.latest("id")
    assert line.kind == ViewKind.WAITLIST_SEARCH and not line.persons.exists()


REQUIRED = ("at", "xact", "user_id", "request_id", "municipality_id", "role", "kind", "reason")


def test_krav_16_a_line_has_everything(office: Office) -> None:
    """User, role, municipality, reason, record, time and request are never missing; the database refuses it."""
    office.get("referral", number=NUMBER)
    line = ViewLog.objects.get()
    assert all(getattr(line, name) for name in REQUIRED)
    assert (line.role, line.reason) == (Role.COORDINATOR, ViewReason.SERVICE)
    assert line.at.utcoffset() is not None and len(line.request_id) == 36
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE is_nullable = 'NO'"
            " AND table_name = 'referrals_viewlog'"
        )
        assert {name for (name,) in cursor.fetchall()} >= set(REQUIRED)
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE is_nullable = 'YES' AND table_name = 'referrals_viewlogperson'"
        )
        assert cursor.fetchone() == (0,)


def record_while_a_page_is_made(*args: Any, **kwargs: Any) -> None:
    with recording_view(*args, **kwargs):
        pass


@pytest.mark.parametrize("record", [record_view, record_while_a_page_is_made])
@pytest.mark.parametrize("missing", ["user_id", "request_id"])
def test_krav_16_nobody_opens_a_citizen_without_a_name_and_a_request(
    missing: str, record: Callable[..., None], case: Referral, coordinator: User
) -> None:
    """A line without a user or a request is refused by the database."""
    known = {"user_id": coordinator.pk, "request_id": "0"}
    known.pop(missing)
    access = access_of(coordinator, on=TODAY)
    with scope.scoped({case.municipality_id}, **known), pytest.raises(DatabaseError), transaction.atomic():
        record(ViewKind.CASE, [case], access=access)
    with scope.scoped({case.municipality_id}, user_id=coordinator.pk, request_id="0"):
        record(ViewKind.CASE, [case], access=access)
    assert ViewLogPerson.objects.get().number == NUMBER


@pytest.mark.parametrize("address", [f"henvisninger/{NUMBER}/", "venteliste/"])
def test_a_page_that_could_not_be_logged_is_not_shown(
    address: str, office: Office, case: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = f"/k/{case.municipality.code}/{address}"
    assert NUMBER in office.browser.get(whole).content.decode()
    before = ViewLog.objects.count()
    monkeypatch.setattr(auditing, "INSERT_VIEW", auditing.INSERT_VIEW.replace("%(kind)s", "NULL"))
    office.browser.raise_request_exception = False
    refused = office.browser.get(whole)
    assert refused.status_code == 500 and NUMBER not in refused.content.decode()
    assert ViewLog.objects.count() == before


def test_citizens_are_not_offered_while_somebody_types(office: Office) -> None:
    address = "/admin/autocomplete/?app_label=referrals&model_name=referral&field_name=person"
    assert office.browser.get(address).status_code == 403
    address = "/admin/autocomplete/?app_label=referrals&model_name=membership&field_name=municipality"
    assert office.browser.get(address).status_code == 200
