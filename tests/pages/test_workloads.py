"""How the open cases lie on those who work here: the rows, what the numbers lead to, and who must be relieved."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from referrals.choices import Protection
from referrals.models import Category, Employment, Municipality, Referral, Therapist, User
from referrals.reports.workloads import Cases, Load
from tests.factories import (
    TODAY,
    EmploymentFactory,
    LeaveFactory,
    OccupationFactory,
    PersonFactory,
    ReferralFactory,
    TherapistFactory,
    days_ago,
)
from tests.pages.seen import text

ClientFor = Callable[[User], Client]
Log = Callable[..., Referral]


@pytest.fixture
def log(municipality: Municipality, category: Category) -> Log:
    def make(**traits: Any) -> Referral:
        if traits.get("therapist"):
            traits.setdefault("assigned_on", TODAY)
        shared = {"municipality": municipality, "category": category, "waiting": True}
        return ReferralFactory(**shared | traits)

    return make


@pytest.fixture
def look(client_for: ClientFor, manager: User, municipality: Municipality) -> Callable[..., HttpResponse]:
    browser = client_for(manager)
    return lambda **asked: browser.get(f"/k/{municipality.code}/saksmengde/", asked)


Look = Callable[..., HttpResponse]


def works(place: Municipality, name: str, fte: str = "1.00", **traits: Any) -> Employment:
    return EmploymentFactory(
        therapist=TherapistFactory(name=name), municipality=place, fte=Decimal(fte), **traits
    )


def load_of(page: HttpResponse, who: Therapist | None) -> Load:
    [load] = [one for one in page.context["report"].rows if one.therapist_id == (who and who.pk)]
    return load


def test_a_row_a_therapist_and_one_of_nobody(look: Look, municipality: Municipality, log: Log) -> None:
    kari, ola = works(municipality, "Kari Ergo").therapist, works(municipality, "Ola Ergo", "0.50").therapist
    log(therapist=kari), log(therapist=kari, overdue=True), log(therapist=kari, started=True)
    log(therapist=ola, started=True, received_on=days_ago(200)), log(therapist=ola, closed=True)
    log(overdue=True), log(withdrawn=True)
    page = look()
    assert load_of(page, kari).cases == Cases(waiting=2, started=1, over_target=1)
    assert load_of(page, ola).cases == Cases(started=1)  # whoever has started is over no target any more
    assert load_of(page, None).cases == Cases(waiting=1, over_target=1)
    assert page.context["report"].mean == pytest.approx(4 / 1.5)
    assert [load_of(page, one).over_share for one in (kari, ola, None)] == [0, 0, None]
    shown = text(page)
    assert "5 åpne saker på 1,50 årsverk i dag; 1 er ikke fordelt" in shown
    assert "Fra 2,0 åpne saker per årsverk (Ola Ergo) til 3,0 (Kari Ergo); 2,7 for alle samlet." in shown


def test_each_number_leads_to_exactly_its_rows(
    look: Look, municipality: Municipality, log: Log, client_for: ClientFor, manager: User
) -> None:
    kari, gone = works(municipality, "Kari Ergo").therapist, TherapistFactory(name="Borte Ergo")
    for who in (kari, gone, None):
        log(therapist=who), log(therapist=who, overdue=True)
    log(therapist=kari, started=True), log(therapist=gone, started=True)
    log(therapist=gone, person=PersonFactory(municipality=municipality, protection=Protection.CONFIDENTIAL))
    page, browser = look(), client_for(manager)
    ways = {"waiting": {}, "started": {"status": "started"}, "open": {"status": "open"}}
    for who in (kari, gone, None):
        cases = load_of(page, who).cases
        for name, asked in (ways | {"over_target": {"only": "over_target"}}).items():
            way = {"therapist": who.pk if who else "null"} | asked
            address = f"/k/{municipality.code}/venteliste/?{urlencode(way)}"
            if count := getattr(cases, name):
                assert f'href="{address}">{count}</a>' in text(page), name
                assert browser.get(address).context["table"].paginator.count == count


@pytest.mark.parametrize(
    ("traits", "away", "said", "next_step"),
    [
        ({"valid_to": TODAY}, None, "Har sluttet, siste dag", True),
        ({"valid_to": TODAY + timedelta(days=1)}, None, "Siste dag", True),
        ({"valid_to": TODAY + timedelta(days=90)}, None, "Siste dag", True),
        ({"valid_to": TODAY + timedelta(days=91)}, None, "Siste dag", False),
        ({}, (TODAY, TODAY + timedelta(days=1)), "I permisjon, tilbake", True),
        ({}, (TODAY, None), "I permisjon, ukjent til når", True),
        ({}, (days_ago(9), TODAY), "", False),
        ({}, (TODAY + timedelta(days=1), None), "", False),
    ],
)
def test_who_has_left_is_away_or_leaves_is_marked_with_the_one_next_step(
    look: Look,
    municipality: Municipality,
    log: Log,
    traits: dict[str, Any],
    away: tuple[Any, Any] | None,
    said: str,
    next_step: bool,
) -> None:
    post = works(municipality, "Kari Ergo", **traits)
    if away:
        LeaveFactory(employment=post, valid_from=away[0], valid_to=away[1])
    log(therapist=post.therapist)
    page = look()
    shown = text(page)
    assert said in shown and ("I permisjon" in shown) == said.startswith("I permisjon")
    way = f"/k/{municipality.code}/venteliste/?therapist={post.therapist_id}&status=open&velg=flest"
    assert re.findall(r'href="([^"]*)">Fordel på nytt', shown) == [way] * next_step


def test_without_cases_nobody_must_be_relieved_and_who_has_left_has_no_row(
    look: Look, municipality: Municipality
) -> None:
    works(municipality, "Sluttet Ergo", valid_to=TODAY)
    LeaveFactory(employment=works(municipality, "Borte Ergo"), valid_from=TODAY, valid_to=None)
    shown = text(look())
    assert "Borte Ergo" in shown and "Sluttet Ergo" not in shown and "Fordel på nytt" not in shown
    assert "Ingen har årsverk her i dag" in shown


def test_leave_from_one_of_two_posts_takes_its_årsverk_and_support_is_none(
    look: Look, municipality: Municipality
) -> None:
    first = works(municipality, "Kari Ergo", "0.60")
    aid, other = OccupationFactory(support=True), OccupationFactory(code="3226117")
    same = {"therapist": first.therapist, "municipality": municipality}
    EmploymentFactory(**same, occupation=aid, fte=Decimal("0.20"))
    second = EmploymentFactory(**same, occupation=other, fte=Decimal("0.20"))
    LeaveFactory(employment=second, valid_from=TODAY, valid_to=None)
    EmploymentFactory(
        therapist=TherapistFactory(name="Bare Aktivitør"), municipality=municipality, occupation=aid
    )
    page = look()
    post = load_of(page, first.therapist).post
    assert (post.fte, post.agreed) == (Decimal("0.60"), Decimal("0.80"))
    assert "0,60" in text(page) and "av 0,80" in text(page) and "Bare Aktivitør" not in text(page)


def test_another_municipality_s_cases_and_posts_are_not_counted(
    look: Look, municipality: Municipality, other_municipality: Municipality, log: Log
) -> None:
    kari = works(municipality, "Kari Ergo", "0.50").therapist
    EmploymentFactory(therapist=kari, municipality=other_municipality, fte=Decimal("0.50"))
    ReferralFactory(municipality=other_municipality, waiting=True, therapist=kari, assigned_on=TODAY)
    load = load_of(look(), kari)
    assert (load.cases, load.post.fte) == (Cases(), Decimal("0.50"))


def test_the_same_as_csv(look: Look, municipality: Municipality, log: Log) -> None:
    log(therapist=works(municipality, "Kari Ergo", "0.50").therapist)
    rows = list(csv.DictReader(io.StringIO(look(fil="csv").getvalue().decode("utf-8-sig")), delimiter=";"))
    assert [row["therapist"] for row in rows] == ["", "Kari Ergo"]
    kari = rows[1]
    assert (kari["fte_today"], kari["open"], kari["open_per_fte"], kari["even_share"]) == (
        "0,50",
        "1",
        "2,0",
        "1,0",
    )


def test_as_many_queries_for_ten_therapists_as_for_one(
    look: Look, municipality: Municipality, log: Log
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as sent:
            look()
        return len(sent)

    log(therapist=works(municipality, "Kari Ergo").therapist)
    look()
    before = queries()
    for nth in range(9):
        log(therapist=works(municipality, f"Ergo {nth}").therapist)
    assert queries() == before


def test_a_change_that_is_planned_is_no_end(look: Look, municipality: Municipality, log: Log) -> None:
    soon, later = TODAY + timedelta(days=30), TODAY + timedelta(days=60)
    post = works(municipality, "Kari Ergo", "0.80", valid_to=soon)
    same = {"therapist": post.therapist, "municipality": municipality}
    EmploymentFactory(**same, fte=Decimal("1.00"), valid_from=soon)
    log(therapist=post.therapist)
    assert load_of(look(), post.therapist).post.ends_on is None
    assert "Fordel på nytt" not in text(look())
    LeaveFactory(employment=post, valid_from=days_ago(9), valid_to=soon)
    goes_on = LeaveFactory(
        employment=Employment.objects.get(valid_from=soon), valid_from=soon, valid_to=later
    )
    assert load_of(look(), post.therapist).post.away_until == goes_on.valid_to


def test_who_begins_later_has_not_left(look: Look, municipality: Municipality, log: Log) -> None:
    post = works(
        municipality, "Ny Ergo", valid_from=TODAY + timedelta(days=9), valid_to=TODAY + timedelta(days=99)
    )
    log(therapist=post.therapist)
    assert load_of(look(), post.therapist).post.ends_on is None
