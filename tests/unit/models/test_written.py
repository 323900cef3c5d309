"""Rows of a queryset whose SQL is kept are those of the queryset, asked for anew each time."""

from dataclasses import replace
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from ergo.scope import scoped
from referrals.choices import Protection
from referrals.models import Municipality, Referral
from referrals.models.written import STEPS, Written
from referrals.permissions import Access, Grant, Role, Shield
from tests.factories import TODAY, MunicipalityFactory, ReferralFactory

pytestmark = pytest.mark.django_db


def coordinator(municipality: Municipality) -> Access:
    return Access(1, None, (Grant(Role.COORDINATOR, municipality.pk),))


def listed(rows, access: Access, municipality: Municipality):
    """The steps of the waitlist, of a queryset or of one whose SQL is kept."""
    rows = rows.visible_to(access).in_municipality(municipality)
    rows = rows.as_listed(on=TODAY, municipality=municipality)
    return rows.filter(Q(wait_end__isnull=True)).for_list().with_shield(access).order_by_urgency()


def kept(access: Access, municipality: Municipality) -> Written:
    return listed(Written(Referral.objects), access, municipality)


def test_the_rows_are_those_of_the_queryset_with_all_that_they_know(municipality):
    ReferralFactory.create_batch(3, municipality=municipality)
    access = coordinator(municipality)
    for _time in range(2):
        ours, theirs = (
            [
                (row.pk, row.gross_days, row.due_on, row.is_paused, row.is_incomplete, row.is_shielded)
                + (str(row.person),)
                for row in rows
            ]
            for rows in (kept(access, municipality), listed(Referral.objects, access, municipality))
        )
        assert len(ours) == 3 and ours == theirs


def test_the_sql_is_written_once_and_the_rows_are_read_each_time(municipality):
    access = coordinator(municipality)
    assert list(kept(access, municipality)) == []
    made = ReferralFactory(municipality=municipality)
    with (
        patch.object(SQLCompiler, "as_sql", side_effect=AssertionError),
        CaptureQueriesContext(connection) as sent,
    ):
        assert [row.pk for row in kept(access, municipality)] == [made.pk]
    assert len(sent) == 1


def kept_plans() -> list[str]:
    """The statements whose plans PostgreSQL keeps with this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE generic_plans > 0")
        return [statement for (statement,) in cursor.fetchall()]


def test_the_plan_is_kept_from_the_second_time_on(municipality):
    ReferralFactory(municipality=municipality)
    rows = [kept(coordinator(municipality), municipality) for _time in range(3)]
    for asked, plans in zip(rows, (0, 1, 1), strict=True):
        with CaptureQueriesContext(connection) as sent:
            assert len(asked) == 1
        [statement] = [query["sql"] for query in sent]
        assert kept_plans().count(statement) == plans
    for plans in (0, 1):
        with CaptureQueriesContext(connection) as sent:
            assert rows[0].count() == 1
        assert kept_plans().count(sent[0]["sql"]) == plans


def test_a_kept_plan_reads_in_the_scope_of_who_asks(municipality):
    ReferralFactory(municipality=municipality)
    reach = [municipality.pk]
    for scope_of_who_asks, found in (
        (reach, 1),
        (reach, 1),
        ([], 0),
        (reach, 1),
        ([MunicipalityFactory().pk], 0),
    ):
        with scoped(scope_of_who_asks):
            rows = kept(coordinator(municipality), municipality)
            assert (len(rows), rows.count()) == (found, found)
    assert any("referrals_referral" in statement for statement in kept_plans())


def test_nothing_else_is_remembered_by_its_text(municipality):
    for _time in range(2):
        assert len(kept(coordinator(municipality), municipality)) == 0
    before = kept_plans()
    assert before
    for _time in range(10):
        assert not Referral.objects.filter(person__family_name="Searched-for").exists()
    assert kept_plans() == before
    assert connection.connection.prepare_threshold is None


def test_a_plan_that_is_kept_survives_what_is_taken_back(municipality):
    rows = [kept(coordinator(municipality), municipality) for _time in range(4)]
    assert (len(rows[0]), len(rows[1])) == (0, 0)
    with transaction.atomic():
        ReferralFactory(municipality=municipality)
        assert len(rows[2]) == 1
        transaction.set_rollback(True)
    assert len(rows[3]) == 0


def test_rows_that_were_read_are_read_once_and_are_nobody_elses(municipality):
    ReferralFactory(municipality=municipality)
    first, second = (kept(coordinator(municipality), municipality) for _time in range(2))
    with CaptureQueriesContext(connection) as sent:
        assert len(first) == len(list(first)) == len(second) == 1
    assert len(sent) == 2
    assert next(iter(first)) is not next(iter(second))


def test_another_municipality_has_other_rows(municipality):
    elsewhere = MunicipalityFactory()
    here, there = (ReferralFactory(municipality=place).pk for place in (municipality, elsewhere))
    for place, expected in ((municipality, here), (elsewhere, there)):
        assert [row.pk for row in kept(coordinator(place), place)] == [expected]
    assert list(kept(coordinator(elsewhere), municipality)) == []


def test_another_shield_has_other_rows_though_the_accesses_are_equal(municipality):
    case = ReferralFactory(municipality=municipality)
    access = coordinator(municipality)
    barred = replace(access, shield=Shield(barred=frozenset({case.person_id})))
    assert access == barred
    for who, is_shielded in ((access, False), (barred, True), (access, False)):
        assert [row.is_shielded for row in kept(who, municipality)] == [is_shielded]


def test_a_protected_address_shields_unless_the_case_is_open_to_the_user(municipality):
    case = ReferralFactory(municipality=municipality, person__protection=Protection.values[-1])
    access = coordinator(municipality)
    opened = replace(access, shield=Shield(named=frozenset({case.person_id})))
    for who, is_shielded in ((access, True), (opened, False)):
        assert [row.is_shielded for row in kept(who, municipality)] == [is_shielded]
        assert Referral.objects.open_to(who).filter(pk=case.pk).exists() is not is_shielded


def test_counts_are_those_of_the_queryset(municipality):
    ReferralFactory.create_batch(2, municipality=municipality)
    rows = kept(coordinator(municipality), municipality)
    asked = {"waiting": Count("pk"), "long": Count("pk", filter=Q(gross_days__gt=10_000))}
    for _time in range(2):
        assert rows.count() == 2
        assert rows[:1].aggregate(**asked) == {"waiting": 1, "long": 0}
        assert [row.pk for row in rows[1:2]] == [row.pk for row in rows][1:]


def test_where_nothing_can_be_found_nothing_is_asked():
    rows = Written(Referral.objects).filter(pk__in=())
    with CaptureQueriesContext(connection) as sent:
        assert list(rows) == [] and rows.count() == 0
    assert len(sent) == 0


def test_the_same_words_in_another_place_are_another_query(municipality):
    ReferralFactory(municipality=municipality)
    rows = Written(Referral.objects).in_municipality(municipality)
    assert rows.filter(version=1).exclude(version=2).count() == 1
    assert rows.exclude(version=1).filter(version=2).count() == 0


def test_what_has_no_meaning_of_its_own_is_refused():
    with pytest.raises(TypeError, match="queryset"):
        Written(Referral.objects).filter(pk__in=Referral.objects.all())
    with pytest.raises(AttributeError, match="delete"):
        Written(Referral.objects).delete  # noqa: B018
    assert not STEPS & {"delete", "update", "create", "none", "raw"}
