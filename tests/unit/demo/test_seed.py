"""A small demo in the database: complete, the same every time, and ready to go on from."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Min

from referrals import identity, waiting
from referrals.actions import referrals
from referrals.actions.persons import PersonData
from referrals.actions.referrals import ReferralData
from referrals.choices import Channel, CoverageState, Definition, Source, Status
from referrals.demo.seed import CannotSeed, Order, seed
from referrals.demo.users import DEMO_PASSWORD, DEMO_USERS, MOSS, STRAND
from referrals.models import (
    Category,
    Employment,
    Installation,
    Membership,
    Municipality,
    NumberSeries,
    Person,
    PriorityKey,
    Referral,
    ReferralEvent,
    User,
    access_of,
)
from referrals.permissions import Role
from referrals.reports import coverage, thin
from referrals.reports.thin import Ends
from tests.unit.demo.digest import digest
from tests.unit.reports.own import manager_of

pytestmark = [pytest.mark.usefixtures("first_digest", "seeded"), pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUBLISHED = {2018: 83, 2021: 43, 2022: 44, 2023: 49, 2024: 41}


@pytest.fixture(scope="module")
def order() -> Order:
    return Order(referrals=2_000, seed=5, until=date(2026, 3, 1))


@pytest.fixture(scope="module")
def first_digest(with_registers: None, order: Order) -> str:
    """What a run made that was taken back, before the one that the tests look at."""
    with transaction.atomic():
        seed(order, lambda done: None)
        found = digest()
        transaction.set_rollback(True)
    return found


def test_the_same_order_makes_the_same_demo(first_digest):
    assert digest() == first_digest


def test_the_order_of_hashes_changes_nothing():
    def printed(hash_seed: str) -> str:
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "DJANGO_SETTINGS_MODULE": "ergo.settings"}
        command = [sys.executable, "-m", "tests.unit.demo.pure"]
        return subprocess.check_output(command, cwd=settings.BASE_DIR, env=environment, text=True)

    assert printed("1") == printed("2")


def test_it_is_marked_as_a_demo_with_as_many_referrals_as_ordered(order, seeded):
    assert Installation.objects.is_demo()
    assert Referral.objects.count() == order.referrals
    assert seeded == [2_000]


def test_every_municipality_has_referrals_and_a_priority_key():
    assert Referral.objects.aggregate(places=Count("municipality", distinct=True))["places"] == 357
    assert PriorityKey.objects.aggregate(places=Count("municipality", distinct=True))["places"] == 357


def test_it_covers_61_months_and_nothing_lies_in_the_future(order):
    days = Referral.objects.aggregate(
        first=Min("received_on"), last=Max("received_on"), started=Max("started_on"), closed=Max("closed_on")
    )
    assert order.since == date(2021, 2, 1)
    assert order.since <= days["first"] < date(2021, 4, 1)
    assert max(days["last"], days["started"], days["closed"]) < order.until
    last = ReferralEvent.objects.aggregate(last=Max("registered_at"))["last"]
    assert waiting.oslo_date(last) < order.until


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_coverage_report_counts_the_published_municipalities_without_own(year):
    report = coverage.build(date(year, 12, 31), data_as_of=NOW)
    assert report.totals.without_own == PUBLISHED[year]
    assert report.totals.states[CoverageState.UNKNOWN] == 0
    assert sum(report.totals.states.values()) == 357


def test_waiting_received_and_paused_referrals_are_there_and_some_wait_over_a_year(order):
    on = order.until
    now = Referral.objects.waiting(on=on).with_wait(on=on).with_pause(on=on)
    assert set(Referral.objects.values_list("status", flat=True)) == set(Status)
    assert 150 <= now.count() <= 400
    assert now.filter(gross_days__gt=365).count() >= 10
    assert now.filter(is_over_target=True).count() > 50
    assert now.filter(is_paused=True).exists()


def test_identifiers_open_and_are_synthetic_for_everybody_who_has_one(order):
    known = Person.objects.exclude(identifier_kind="")
    assert known.count() > 0.9 * Person.objects.count()
    for person in known:
        found = identity.parse(person.identifier, on=order.until, allow_synthetic=True)
        assert (found.synthetic, found.birth_date) == (True, person.birth_date)


def test_nobody_has_two_open_referrals_for_the_same_need():
    assert not (
        Referral.objects.open().values("person", "category").annotate(n=Count("pk")).filter(n__gt=1).exists()
    )


def test_some_were_referred_again_and_some_were_one_need_twice():
    """The links that registering and merging would have made."""
    again = Referral.objects.exclude(former=None).select_related("former")
    assert again.count() >= 20
    for referral in again:
        assert referral.person_id == referral.former.person_id
        assert referral.category_id == referral.former.category_id
        assert referral.former.closed_on <= referral.received_on
    merged = Referral.objects.exclude(merged_into=None).select_related("merged_into")
    assert merged.exists()
    for referral in merged:
        kept = referral.merged_into
        assert (referral.person_id, referral.category_id) == (kept.person_id, kept.category_id)
        assert kept.closed_on is None or kept.closed_on > referral.closed_on
        assert kept.received_on <= referral.received_on


def test_every_kind_of_thin_coverage_is_there(order):
    """As the staff of each municipality sees it."""
    found = [thin_of(place, order.until) for place in Municipality.objects.present()]
    for name in ("is_lone", "is_shared", "is_away", "is_under"):
        assert sum(getattr(one, name) for one in found) >= 3, name
    ends = [ending.what for one in found for ending in one.endings]
    assert ends.count(Ends.AUTHORISATION) >= 8
    assert ends.count(Ends.AGREEMENT) == 3 and ends.count(Ends.LICENCE) >= 1
    for code in (MOSS, STRAND):
        assert thin_of(Municipality.objects.get(code=code), order.until).endings


def thin_of(place, on):
    return thin.build(place.pk, on, manager_of(place), Definition.ATTACHED)


def test_the_next_referral_gets_the_next_number():
    moss = Municipality.objects.get(code=MOSS)
    last = NumberSeries.objects.get(municipality=moss, year=2026).last
    assert Referral.objects.filter(municipality=moss, number=f"2026-{last:06}").exists()
    user = User.objects.get(username="koordinator")
    data = ReferralData(
        received_on=date(2026, 3, 2),
        category=Category.objects.get(code="reablement"),
        source=Source.GP,
        channel=Channel.LETTER,
    )
    person = PersonData(given_name="Ny", family_name="Borger", birth_date=date(1950, 1, 1))
    saved = referrals.register(
        municipality=moss,
        person=person,
        data=data,
        access=access_of(user, on=date(2026, 3, 2)),
        by=user,
        at=NOW,
    )
    assert saved.number == f"2026-{last + 1:06}"


def test_each_role_has_a_user_with_the_one_password_and_two_municipalities_have_a_coordinator(order):
    assert {user.role for user in DEMO_USERS} == set(Role)
    places = Membership.objects.filter(role=Role.COORDINATOR).values_list("municipality__code", flat=True)
    assert sorted(places) == sorted([MOSS, STRAND])
    for wanted in DEMO_USERS:
        user = User.objects.get(username=wanted.username)
        assert user.check_password(DEMO_PASSWORD)
        assert access_of(user, on=order.until).has_role(wanted.role)


def test_the_therapist_works_in_moss_with_a_caseload_and_bears_their_own_name(order):
    therapist = User.objects.get(username="terapeut").therapist
    assert therapist.name == "Ingrid Åsen"
    assert Employment.objects.valid(order.until).filter(therapist=therapist, municipality__code=MOSS).exists()
    assert Referral.objects.of_therapist(therapist.pk).open().exists()


def test_history_names_the_coordinator_where_there_is_one():
    in_moss = ReferralEvent.objects.filter(municipality__code=MOSS)
    assert set(in_moss.values_list("registered_by__username", flat=True)) == {"koordinator"}
    in_oslo = ReferralEvent.objects.filter(municipality__code="0301")
    assert set(in_oslo.values_list("registered_by__username", flat=True)) == {None}


def test_the_planner_knows_the_new_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'referrals_referral'")
        assert cursor.fetchone()[0] >= 2_000


def test_a_second_demo_is_refused_and_changes_nothing(first_digest):
    with pytest.raises(CannotSeed, match="there already; nothing was changed"):
        seed(Order(referrals=500, seed=9, until=date(2026, 1, 1)), lambda done: None)
    assert digest() == first_digest
