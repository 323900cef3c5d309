"""The waitlist: what is on it, in which order, what the numbers above it count, and what a search leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.choices import Outcome, Protection, Source, WaitFact
from referrals.models import Category, Municipality, Referral, User
from tests.factories import (
    TODAY,
    InformationRequestFactory,
    InstallationFactory,
    MunicipalityFactory,
    PersonFactory,
    ReferralFactory,
    TherapistFactory,
    WaitPauseFactory,
    days_ago,
    identifier_of,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

# Beside these a page asks who signed in: session, user, memberships. Savepoints are the tests' own.
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "django_session", "referrals_user", "referrals_membership")
MOST_QUERIES = 5  # who is shielded, the numbers above, the length, the rows, and the read log


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    """The coordinator's browser."""
    return client_for(coordinator)


@pytest.fixture
def address(municipality: Municipality) -> str:
    return f"/k/{municipality.code}/venteliste/"


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Callable[..., Referral]:
    """Makes referrals in the municipality."""

    def make(**traits: object) -> Referral:
        return ReferralFactory(**{"municipality": municipality, "category": category} | traits)

    return make


Log = Callable[..., Referral]


def listed(page: HttpResponse) -> list[Referral]:
    return list(page.context["table"].records)


def queries(client: Client, address: str) -> list[str]:
    """What the page asks the database, beside who signed in; the second time, as on any day but the first minute."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return [query["sql"] for query in asked if not any(word in query["sql"] for word in NOT_COUNTED)]


# ---------------------------------------------------------------- what is on it


def test_those_who_wait_are_on_it_and_nobody_else(office: Client, address: str, log: Log) -> None:
    received, waiting = log(), log(waiting=True)
    paused = log(paused=True)
    for trait in ("started", "closed", "withdrawn"):
        log(**{trait: True})
    assert set(listed(office.get(address))) == {received, waiting, paused}


def test_the_order_is_priority_then_target_date_then_oldest(office: Client, address: str, log: Log) -> None:
    unassessed = log(received_on=days_ago(300))
    second_late = log(waiting=True, priority=2, received_on=days_ago(5))
    second_soon = log(waiting=True, priority=2, received_on=days_ago(50))
    first = log(waiting=True, priority=1, received_on=days_ago(1))
    assert listed(office.get(address)) == [first, second_soon, second_late, unassessed]


def test_a_row_shows_initials_dates_days_and_therapist_and_no_name(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    person = PersonFactory(municipality=municipality, given_name="Áine", family_name="Østby-Ås")
    therapist = TherapistFactory(name="Tea Terapeut", employed_in=municipality)
    log(
        waiting=True,
        person=person,
        received_on=days_ago(70),
        therapist=therapist,
        assigned_on=days_ago(1),
        number="2026-000123",
    )
    page = markup(office.get(address))
    for shown in ("ÁØ 1948", "05.01.2026", "02.03.2026", "14 dager over", "10 uker", "Tea Terapeut"):
        assert shown in page
    assert f'href="/k/{municipality.code}/henvisninger/2026-000123/"' in page
    assert "Østby" not in page


def test_a_wait_of_over_ten_years_is_flagged(office: Client, address: str, log: Log) -> None:
    log(waiting=True, received_on=days_ago(3653))
    assert "over ti år" not in markup(office.get(address))
    log(waiting=True, received_on=days_ago(3654))
    assert markup(office.get(address)).count("over ti år") == 1


def test_somebody_with_a_protected_address_is_only_called_so(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    log(person=PersonFactory(municipality=municipality, protection=Protection.STRICTLY_CONFIDENTIAL))
    page = markup(office.get(address))
    assert "Skjermet" in page and "KP 1948" not in page


def test_a_pause_and_an_assignment_stand_beside_the_status(office: Client, address: str, log: Log) -> None:
    log(paused=True, assigned=True)
    page = markup(office.get(address))
    assert all(f">{words}</span>" in page for words in ("På venteliste", "Satt på vent", "Fordelt"))


def test_other_municipalities_are_not_there(
    office: Client, address: str, other_municipality: Municipality
) -> None:
    ReferralFactory(municipality=other_municipality, waiting=True)
    assert listed(office.get(address)) == []
    assert office.get(f"/k/{other_municipality.code}/venteliste/").status_code == 404


def test_nothing_of_it_is_kept_by_the_browser(office: Client, address: str) -> None:
    page = office.get(address)
    assert page.headers["Cache-Control"] == "no-store"
    assert "HX-Request" in page.headers["Vary"]


# ---------------------------------------------------------------- the filter


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", "wr"),
        ("status=received", "r"),
        ("status=waiting", "w"),
        ("status=started", "s"),
        ("status=closed", "c"),
        ("status=open", "rsw"),
        ("status=all", "crsw"),
        ("status=not_counted", "d"),
        ("priority=3", "w"),
        ("priority=null", "r"),
        ("category=test-home", "r"),
        ("therapist=null", "rw"),
        ("source=hospital", "w"),
        ("band=8-14", "r"),
        ("band=20-40", "w"),
        ("band=15-28&status=all", "cs"),
        ("dated_from=2026-03-01", "r"),
        ("dated_to=01.03.2026", "w"),
        ("status=all&dated=started&dated_from=14.03.2026&dated_to=14.03.2026", "s"),
        ("status=all&dated=closed&dated_from=15032026", "c"),
        ("only=unassigned&only=not_assessed", "r"),
        ("priority=3&category=test-home", ""),
    ],
)
def test_a_filter_narrows_the_list(
    query: str, numbers: str, office: Client, address: str, log: Log, other_category: Category
) -> None:
    log(number="2026-000001", external_reference="r", category=other_category)
    log(external_reference="w", waiting=True, priority=3, received_on=days_ago(30), source=Source.HOSPITAL)
    log(external_reference="s", started=True, received_on=days_ago(20))
    log(external_reference="c", closed=True, started_on=days_ago(4), received_on=days_ago(20))
    log(external_reference="d", withdrawn=True, outcome=Outcome.DUPLICATE)
    page = office.get(f"{address}?{query}")
    assert "".join(sorted(row.external_reference for row in listed(page))) == "".join(sorted(numbers))
    assert page.context["table"].paginator.count == len(numbers)


def test_a_therapist_is_offered_and_filters(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    own = log(waiting=True, assigned=True)
    log(waiting=True)
    page = office.get(f"{address}?therapist={own.therapist_id}")
    assert listed(page) == [own]
    assert f'<option value="{own.therapist_id}" selected>' in markup(page)


def test_therapists_of_other_municipalities_are_not_offered(
    office: Client, address: str, other_municipality: Municipality
) -> None:
    TherapistFactory(name="Fra Annesvik", employed_in=other_municipality)
    assert "Fra Annesvik" not in markup(office.get(address))


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=999",
        "page=abc",
        "page=",
        "per_page=100000",
        "sort=unknown",
        "sort=-",
        "sort=person__identifier_sealed",
        "status=%00",
        "status=zz&priority=x&category=x&therapist=1e9&source=x&band=x&only=x&dated=x",
        "band=99999999-99999999999",
        "dated_from=99.99.9999&dated_to=i+morgen",
        "priority=99999999999999999999",
        "sok=",
    ],
)
def test_rubbish_in_the_address_gives_a_sane_page(query: str, office: Client, address: str, log: Log) -> None:
    waiting = log(waiting=True)
    page = office.get(f"{address}?{query}", follow=True)
    assert page.status_code == 200
    assert listed(page) == [waiting]


def test_what_cannot_be_understood_is_marked_beside_its_field(office: Client, address: str) -> None:
    page = markup(office.get(f"{address}?dated_from=30.02.2026"))
    assert "30.02.2026 finnes ikke" in page
    assert '<details class="list-filter__more" open>' in page


def test_fifty_rows_a_page_and_the_filter_goes_along(office: Client, address: str, log: Log) -> None:
    for _ in range(51):
        log(waiting=True, priority=3)
    page = office.get(f"{address}?priority=3&sort=-received_on&per_page=100000")
    assert len(listed(page)) == 50
    assert "viser 1–50 av 51" in markup(page)
    following = page.context["table"].next_page.url
    assert parse_qs(following.removeprefix("?"))["priority"] == ["3"]
    last = office.get(address + following)
    assert len(listed(last)) == 1
    assert not set(listed(last)) & set(listed(page))


def test_a_heading_sorts_and_keeps_the_filter(office: Client, address: str, log: Log) -> None:
    old, new = log(received_on=days_ago(9)), log(received_on=days_ago(2))
    log(waiting=True)
    page = office.get(f"{address}?only=not_assessed&sort=-received_on")
    assert listed(page) == [new, old]
    assert 'name="sort" value="received_on"' in markup(page)
    assert 'type="checkbox" name="only" value="not_assessed"' in markup(page)


def test_status_sorts_by_the_way_of_a_case(office: Client, address: str, log: Log) -> None:
    order = [log(), log(waiting=True), log(started=True), log(closed=True)]
    assert listed(office.get(f"{address}?status=all&sort=status")) == order
    assert listed(office.get(f"{address}?status=all&sort=-status")) == order[::-1]


# ---------------------------------------------------------------- the numbers above the list


def shown_counts(page: HttpResponse) -> dict[str, tuple[int, str]]:
    return {str(count.label): (count.number, count.url) for count in page.context["counts"]}


TRAITS = ["waiting", "started", "closed", "withdrawn", "paused", "overdue", "over_a_year", "assigned"]
a_referral = st.fixed_dictionaries(
    {
        "trait": st.sampled_from([None, *TRAITS]),
        "age": st.sampled_from([0, 6, 7, 8, 13, 14, 15, 49, 56, 57, 364, 365, 366, 800]),
        "priority": st.sampled_from([1, 2, 4]),
        "pause": st.none() | st.integers(0, 60),
        "on_hold": st.booleans(),
        "lacks": st.sampled_from(["", "missing", "came"]),
    }
)


@given(referrals=st.lists(a_referral, min_size=3, max_size=12))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_number_counts_exactly_the_rows_it_leads_to(
    referrals: list[dict], office: Client, address: str, log: Log
) -> None:
    with transaction.atomic():
        for wanted in referrals:
            logged(log, **wanted)
        for label, (number, url) in shown_counts(office.get(address)).items():
            page = office.get(url)
            assert page.context["table"].paginator.count == len(listed(page)) == number, label
        transaction.set_rollback(True)


def logged(
    log: Log, *, trait: str | None, age: int, priority: int, pause: int | None, on_hold: bool, lacks: str
) -> None:
    """A referral of the trait and age, with a pause that began so many days ago and perhaps still runs.

    `lacks`: what became of information that was asked for, if it was.
    """
    traits: dict[str, object] = {"received_on": days_ago(max(age, 3))}
    if trait:
        traits[trait] = True
    if trait == "waiting":
        traits["priority"] = priority
    referral = log(**traits)
    if lacks:
        came = TODAY if lacks == "came" else None
        InformationRequestFactory(referral=referral, received_on=came)
    if pause is not None and trait in (None, "waiting", "overdue", "assigned") and pause <= max(age, 3):
        began = TODAY - timedelta(days=pause)
        WaitPauseFactory(referral=referral, started_on=began, ended_on=None if on_hold else TODAY)


def test_the_numbers_count_those_who_wait(office: Client, address: str, log: Log) -> None:
    log()
    log(overdue=True, assigned=True)
    log(over_a_year=True, assigned=True)
    log(paused=True, assigned=True)
    log(waiting=True, priority=1, received_on=days_ago(10), assigned=True)
    log(started=True, received_on=days_ago(500))
    counts = {label: number for label, (number, _url) in shown_counts(office.get(address)).items()}
    assert counts == {
        "Venter nå": 5,
        "Over frist": 2,
        "Nær frist": 1,
        "Over ett år": 1,
        "Satt på vent": 1,
        "Ikke fordelt": 1,
        "Ikke vurdert": 1,
        "Mangler opplysninger": 0,
        "Risikohendelse": 0,
    }


def test_the_number_that_is_listed_is_marked(office: Client, address: str) -> None:
    marked = [count for count in office.get(f"{address}?only=paused").context["counts"] if count.current]
    assert [count.label for count in marked] == [WaitFact.PAUSED.label]
    assert not any(count.current for count in office.get(f"{address}?priority=1").context["counts"][1:])


# ---------------------------------------------------------------- search


def search(office: Client, address: str, text: str, **more: str) -> str:
    """The address that a search leads to."""
    response = office.post(f"{address}sok/", {"q": text, **more})
    assert response.status_code == 302
    return response.url


@pytest.mark.parametrize(
    "typed", ["nordm", "Kari NORDMANN", "nordmann kari", "Óst", "2026-000123", "123", "000123"]
)
def test_a_search_finds_by_name_and_number(
    typed: str, office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    person = PersonFactory(municipality=municipality, given_name="Kari", family_name="Nordmann Ostby")
    wanted = log(person=person, number="2026-000123", closed=True)
    log(waiting=True, number="2026-000124")
    assert listed(office.get(search(office, address, typed))) == [wanted]


def test_whoever_has_an_open_case_is_found_by_any_part_of_a_name_and_others_by_how_a_word_begins(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    of_the_open, of_the_closed = (
        PersonFactory(municipality=municipality, given_name="Anne-Marie", family_name=name)
        for name in ("Østmo", "Vestmo")
    )
    closed_before, waiting = log(person=of_the_open, closed=True), log(person=of_the_open, waiting=True)
    closed = log(person=of_the_closed, closed=True)
    assert {*listed(office.get(search(office, address, "tmo anne")))} == {closed_before, waiting}
    assert {*listed(office.get(search(office, address, "mar ØST")))} == {closed_before, waiting}
    assert listed(office.get(search(office, address, "vest anne"))) == [closed]
    assert listed(office.get(search(office, address, "vest anne", query="status=open"))) == []


def test_a_search_by_name_finds_nobody_of_another_municipality(
    office: Client, address: str, log: Log, category: Category
) -> None:
    elsewhere = PersonFactory(municipality=MunicipalityFactory(), given_name="Kari", family_name="Østmo")
    ReferralFactory(municipality=elsewhere.municipality, category=category, person=elsewhere, waiting=True)
    assert listed(office.get(search(office, address, "øst"))) == []
    assert listed(office.get(search(office, address, "tmo"))) == []


@pytest.mark.parametrize(
    "typed", ["a b c d e f g h i j k l m n o p q r s t u v w x y z æ ø å", "%", "'", "nord \\ -"]
)
def test_whatever_is_typed_gets_an_answer(office: Client, address: str, log: Log, typed: str) -> None:
    log(waiting=True)
    assert listed(office.get(search(office, address, typed))) == []


def test_a_search_finds_by_the_whole_identity_number(
    office: Client, address: str, log: Log, municipality: Municipality
) -> None:
    InstallationFactory()
    identifier = identifier_of(days_ago(20_000))
    wanted = log(person=PersonFactory(municipality=municipality, identifier=identifier))
    log()
    typed = f"{identifier.digits[:6]} {identifier.digits[6:]}"
    assert listed(office.get(search(office, address, typed))) == [wanted]


def test_a_mistyped_identity_number_is_told_and_finds_nobody(office: Client, address: str, log: Log) -> None:
    log()
    page = office.get(search(office, address, "01017012345"))
    assert listed(page) == []
    assert "siste sifrene passer ikke" in markup(page)


def test_what_was_typed_is_neither_in_the_address_nor_readable_in_the_session(
    office: Client, address: str, log: Log
) -> None:
    url = search(office, address, "Nordmann", query="priority=1")
    token = parse_qs(urlsplit(url).query)["sok"][0]
    assert "ordmann" not in url
    assert "Nordmann" not in str(Session.objects.get().get_decoded())
    assert token in url and "priority=1" in url


def test_a_search_looks_among_all_unless_the_filter_says_otherwise(
    office: Client, address: str, log: Log
) -> None:
    assert "status=all" in search(office, address, "Nordmann", query="status=&priority=1")
    assert "status=open" in search(office, address, "Nordmann", query="status=open")


def test_a_token_of_another_session_or_municipality_finds_nothing(
    office: Client,
    address: str,
    client_for: ClientFor,
    manager: User,
) -> None:
    url = search(office, address, "Nordmann")
    page = client_for(manager).get(url, follow=True)
    assert "Søk på nytt" in markup(page)
    assert page.redirect_chain and "sok=" not in page.redirect_chain[-1][0]


def test_an_empty_search_leads_back_to_the_list(office: Client, address: str) -> None:
    assert search(office, address, "   ", query="priority=2") == f"{address}?priority=2"


def test_a_search_is_sent_by_post_only(office: Client, address: str) -> None:
    assert office.get(f"{address}sok/?q=Nordmann").status_code == 405


def test_the_search_goes_along_when_the_filter_changes(office: Client, address: str, log: Log) -> None:
    log(waiting=True)
    url = search(office, address, "Prøve")
    token = parse_qs(urlsplit(url).query)["sok"][0]
    assert f'<input type="hidden" name="sok" value="{token}">' in markup(office.get(url))


# ---------------------------------------------------------------- nothing to show


def test_on_the_first_day_it_says_what_to_do(office: Client, address: str) -> None:
    assert "Registrer den første henvisningen" in markup(office.get(address))


def test_who_may_not_register_is_not_asked_to(client_for: ClientFor, manager: User, address: str) -> None:
    page = markup(client_for(manager).get(address))
    assert "Ingen henvisning er registrert her ennå" in page
    assert "henvisninger/ny/" not in page


def test_when_nobody_waits_it_says_so(office: Client, address: str, log: Log) -> None:
    log(closed=True)
    page = markup(office.get(address))
    assert "Ingen venter" in page and "første henvisningen" not in page


def test_an_empty_answer_to_a_filter_offers_to_clear_it(office: Client, address: str, log: Log) -> None:
    log()
    assert "Nullstill filteret" in markup(office.get(f"{address}?priority=1"))


# ---------------------------------------------------------------- htmx and cost


def test_htmx_gets_the_list_the_numbers_and_what_to_announce(office: Client, address: str, log: Log) -> None:
    log()
    part = markup(office.get(f"{address}?only=not_assessed", headers={"HX-Request": "true"}))
    assert part.startswith('<div class="table-region"')
    assert "<html" not in part and 'id="counts"' in part and "1 treff" in part


def test_htmx_is_sent_to_the_whole_page_when_something_is_mistyped(office: Client, address: str) -> None:
    mistyped = f"{address}?dated_from=31.02.2026"
    answer = office.get(mistyped, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == mistyped
    page = markup(office.get(mistyped))
    assert "hx-push-url" not in page and "<title>Feil: Venteliste" in page


@pytest.mark.parametrize(
    "query", ["", "?only=over_target&priority=2", "?status=closed", "?status=all&sort=due_on"]
)
def test_three_rows_cost_as_many_queries_as_thirty_and_no_more_than_five(
    query: str, office: Client, address: str, log: Log
) -> None:
    def add(times: int) -> None:
        for _ in range(times):
            log(overdue=True, assigned=True)
            log(closed=True)

    add(3)
    few = queries(office, address + query)
    add(27)
    assert len(queries(office, address + query)) == len(few) <= MOST_QUERIES, "\n\n".join(few)


# ---------------------------------------------------------------- what there is to do


def test_what_is_new_to_me_was_assigned_within_a_week(
    client_for: ClientFor, therapist_user: User, address: str, log: Log
) -> None:
    own = {"waiting": True, "therapist": therapist_user.therapist}
    new = [log(**own, assigned_on=TODAY), log(**own, assigned_on=days_ago(6))]
    log(**own, assigned_on=days_ago(7))
    log(waiting=True, assigned=True, received_on=days_ago(2))
    assert set(listed(client_for(therapist_user).get(f"{address}?to_do=new"))) == set(new)


def test_nothing_is_new_to_whoever_is_no_therapist(office: Client, address: str, log: Log) -> None:
    log(waiting=True)
    log(waiting=True, assigned=True)
    assert listed(office.get(f"{address}?to_do=new")) == []


def test_deadlines_of_this_week_lie_between_today_and_sunday(office: Client, address: str, log: Log) -> None:
    """TODAY is a Monday."""
    log(waiting=True)
    [probe] = listed(office.get(address))
    probe.delete()
    days = probe.target_days
    rows = {left: log(waiting=True, received_on=days_ago(days - left)) for left in (-1, 0, 6, 7)}
    assert {one.days_left for one in listed(office.get(address))} == set(rows)
    assert set(listed(office.get(f"{address}?to_do=due"))) == {rows[0], rows[6]}


def test_what_is_put_off_and_what_is_to_be_followed_up(office: Client, address: str, log: Log) -> None:
    past, today, later = (log(waiting=True, follow_up_on=days_ago(days)) for days in (1, 0, -1))
    log(waiting=True)
    assert set(listed(office.get(f"{address}?to_do=follow_up"))) == {past, today}
    assert listed(office.get(f"{address}?to_do=put_off")) == [later]
    assert office.get(f"{address}?to_do=x").context["filter"].errors["to_do"]
