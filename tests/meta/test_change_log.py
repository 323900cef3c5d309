"""The change log: the database writes it, for every way there is of changing a row, and for nobody to edit."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from ergo import scope
from referrals.choices import ChangeKind, Move
from referrals.models import (
    AuditEvent,
    ChangeByName,
    Confidant,
    Membership,
    Municipality,
    Person,
    Referral,
    User,
    WaitPause,
    access_of,
)
from referrals.reports.logs import BY_TABLE
from referrals.views.changes import MODELS, MOST_SHOWN
from tests.factories import (
    NOW,
    TODAY,
    ConfidantFactory,
    EmploymentFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
    WaitPauseFactory,
)
from tests.unit.actions.acting import do

ClientFor = Callable[[User], Client]

# Tables of the app whose changes are not logged, each with the reason.
NOT_LOGGED = {
    "referrals_referralevent": "is itself a history, which the database lets nobody change",
    "referrals_numberseries": "a counter: the numbers stand in the referrals",
    "referrals_staffingdraft": "a file that is looked at before its figures are written, thrown away then",
    "referrals_boundaryarea": "the drawing of a published file, which is in the log; drawn anew with the next",
    "referrals_draft": "what somebody types and has not registered; sealed, and thrown away after a while",
    "referrals_submission": "keys of forms, thrown away after a while",
    "referrals_auditevent": "a log",
    "referrals_viewlog": "a log",
    "referrals_viewlogperson": "a log",
    "referrals_securityevent": "a log",
    "referrals_logseal": "seals of logs",
    "referrals_keptrecipe": "is never changed, and says what figures were asked for",
    "referrals_waitstat": "worked out from the cases, and again at any time",
    "referrals_flowstat": "worked out from the cases, and again at any time",
    "referrals_frozenmonth": "put down once and never changed",
    "referrals_frozenstat": "put down once and never changed",
    "referrals_rolledday": "when figures were worked out",
    "referrals_rolledflow": "when figures were worked out",
    "referrals_waitmark": "that figures are to be worked out",
    "referrals_startstat": "worked out from the cases, and again at any time",
    "referrals_endedstat": "worked out from the cases, and again at any time",
    "referrals_rolledends": "when figures were worked out",
    "referrals_endmark": "that figures are to be worked out",
    "referrals_jobstate": "how jobs are going; changes all the time",
    "referrals_digest": "whether an e-mail of counts was sent; thrown away after a while",
    "referrals_user_groups": "rights come from memberships; not in use",
    "referrals_user_user_permissions": "rights come from memberships; not in use",
}


def lines(table: str, row_id: int) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(table_name=f"referrals_{table}", row_id=row_id).order_by("pk"))


def test_whatever_is_logged_of_a_case_is_told_on_its_page_and_in_the_log() -> None:
    of_cases = {
        model._meta.db_table
        for model in apps.get_app_config("referrals").get_models()
        if model._meta.managed and "referral_id" in {field.attname for field in model._meta.fields}
    }
    logged = of_cases - NOT_LOGGED.keys()
    assert logged and logged <= MODELS.keys() and logged <= BY_TABLE.keys()


@pytest.fixture
def referral(municipality: Municipality, category: Any) -> Referral:
    return ReferralFactory(municipality=municipality, category=category, waiting=True)


@pytest.mark.django_db
def test_every_table_is_logged_or_says_why_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'log\\_%' GROUP BY 1"
        )
        logged = dict(cursor.fetchall())
    assert set(logged.values()) == {3}
    models = apps.get_app_config("referrals").get_models(include_auto_created=True)
    own = {table for table in logged if table.startswith("referrals_")}
    assert {model._meta.db_table for model in models if model._meta.managed} == own | set(NOT_LOGGED)


@pytest.mark.django_db
class TestWhatIsWritten:
    def test_a_row_that_is_added_whole(self, referral: Referral) -> None:
        (line,) = lines("referral", referral.pk)
        assert (line.operation, line.municipality_id) == (ChangeKind.ADDED, referral.municipality_id)
        assert line.before is None and line.after["number"] == referral.number
        assert line.at.tzinfo is not None and line.xact

    def test_of_a_changed_row_what_changed(self, referral: Referral) -> None:
        Referral.objects.filter(pk=referral.pk).update(priority=1, source=referral.source)
        line = lines("referral", referral.pk)[-1]
        assert (line.operation, line.before, line.after) == ("U", {"priority": 2}, {"priority": 1})

    def test_nothing_when_nothing_changed(self, referral: Referral) -> None:
        Referral.objects.filter(pk=referral.pk).update(priority=2)
        assert len(lines("referral", referral.pk)) == 1

    def test_a_removed_row_whole(self, referral: Referral) -> None:
        pause = WaitPauseFactory(referral=referral, municipality=referral.municipality)
        key = pause.pk
        pause.delete()
        line = lines("waitpause", key)[-1]
        assert line.operation == ChangeKind.REMOVED and line.after is None
        assert line.before["reason"] == pause.reason and line.referral_id == referral.pk

    def test_bulk_writes_and_raw_sql_row_by_row(self, municipality: Municipality) -> None:
        before = AuditEvent.objects.filter(table_name="referrals_person").count()
        people = [
            Person(municipality=municipality, given_name="A", family_name="B", birth_date=TODAY)
            for _nth in range(10)
        ]
        Person.objects.bulk_create(people)
        Person.objects.filter(municipality=municipality).update(phone="1")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE referrals_person SET phone = '2'")
        assert AuditEvent.objects.filter(table_name="referrals_person").count() == before + 30

    def test_who_and_in_which_request(self, referral: Referral, coordinator: User) -> None:
        with scope.scoped({referral.municipality_id}, user_id=coordinator.pk, request_id="r-1"):
            Referral.objects.filter(pk=referral.pk).update(priority=1)
        line = lines("referral", referral.pk)[-1]
        assert (line.user, line.request_id) == (coordinator, "r-1")
        assert lines("referral", referral.pk)[0].user is None

    def test_an_action_on_a_page_carries_its_user_and_request(
        self, referral: Referral, coordinator: User, client_for: ClientFor
    ) -> None:
        place = {"code": referral.municipality.code, "number": referral.number, "slug": "prioritet"}
        typed = {"version": referral.version, "priority": 1, "on": "16032026"}
        client_for(coordinator).post(reverse("referral_move", kwargs=place), typed)
        line = lines("referral", referral.pk)[-1]
        assert line.user == coordinator and len(line.request_id) == 36
        assert line.after["priority"] == 1 and line.before["version"] == 1

    def test_a_change_that_is_taken_back_is_not_in_the_log(self, referral: Referral) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(priority=1)
            raise RuntimeError
        assert len(lines("referral", referral.pk)) == 1


@pytest.mark.django_db
class TestWhatIsLeftOut:
    def test_of_an_identity_number_only_that_it_was_changed(self, municipality: Municipality) -> None:
        """Sealed or not: a log outlives every key."""
        person = PersonFactory(municipality=municipality, known=True)
        secret = {"identifier_sealed": None, "identifier_index": None}
        kind, key = person.identifier_kind, person.pk
        person.set_identifier(None)
        person.save()
        person.delete()
        added, changed, removed = lines("person", key)
        assert added.after["identifier_kind"] == kind and not set(secret) & set(added.after)
        assert changed.before == secret | {"identifier_kind": kind}
        assert changed.after == secret | {"identifier_kind": ""}
        assert not set(secret) & set(removed.before)

    def test_no_other_table_that_is_logged_holds_anything_sealed(self) -> None:
        """Sealed values lie in binary columns; a new one needs naming in the functions of the log, or `without`."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text, attname FROM pg_trigger"
                " JOIN pg_attribute ON attrelid = tgrelid AND atttypid = 'bytea'::regtype"
                " WHERE tgname = 'log_added'"
            )
            found = set(cursor.fetchall())
        assert found == {("referrals_person", name) for name in ("identifier_sealed", "identifier_index")}

    def test_of_a_password_only_that_it_was_changed(self) -> None:
        user = UserFactory()
        hashed = user.password
        user.set_password("riktig-hest-batteri-stift")
        user.save()
        key = user.pk
        User.objects.filter(pk=key)._raw_delete("default")  # pages never remove a user
        with scope.scoped(user_id=key):
            added, changed, removed = lines("user", key)
        assert changed.after == changed.before == {"password": None}
        assert "password" not in added.after and "password" not in removed.before
        assert hashed not in f"{added.after}{changed.before}{removed.before}"

    def test_signing_in_is_no_change(self, coordinator: User, client_for: ClientFor) -> None:
        client_for(coordinator)
        with scope.scoped(user_id=coordinator.pk):
            assert [line.operation for line in lines("user", coordinator.pk)] == [ChangeKind.ADDED]


@pytest.mark.django_db
class TestWhoReads:
    def test_another_municipalitys_changes_are_not_seen(self, referral: Referral) -> None:
        with scope.scoped(user_id=1):
            assert not AuditEvent.objects.filter(municipality__isnull=False).exists()
        with scope.scoped({referral.municipality_id}):
            assert lines("referral", referral.pk)

    def test_krav_18_whoever_reads_logs_and_no_cases_reads_no_value(self, referral: Referral) -> None:
        """In the privacy officer's scope the change log itself is empty, and the view of it has names of facts only."""
        person = referral.person
        Person.objects.filter(pk=person.pk).update(family_name="Hemmeligsen", phone="99999999")
        with scope.scoped(log_municipality_ids={referral.municipality_id}, user_id=1):
            assert not AuditEvent.objects.filter(municipality__isnull=False).exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM referrals_auditevent_by_name ORDER BY id")
                shown = str(cursor.fetchall())
            newest = ChangeByName.objects.first()
        assert newest and newest.names == ["family_name", "phone"] and newest.person_id == person.pk
        assert referral.number in shown and "referrals_person" in shown
        for value in ("Hemmeligsen", "99999999", person.given_name, str(person.birth_date)):
            assert value not in shown

    def test_changes_by_name_say_of_whom_and_of_which_case(self, referral: Referral) -> None:
        pause = WaitPauseFactory(referral=referral, municipality=referral.municipality)
        named = ConfidantFactory(person=referral.person, municipality=referral.municipality)
        WaitPause.objects.filter(pk=pause.pk).delete()
        Confidant.objects.filter(pk=named.pk).update(dismissed_at=NOW, dismissed_by=named.user)
        with scope.scoped(log_municipality_ids={referral.municipality_id}, user_id=1):
            lines = ChangeByName.objects.filter(person_id=referral.person_id)[:2]
            newest = [(line.table_name, line.operation, line.number, line.person_id) for line in lines]
        assert newest == [
            ("referrals_confidant", "U", "", referral.person_id),
            ("referrals_waitpause", "D", referral.number, referral.person_id),
        ]

    def test_changes_by_name_are_those_of_the_logs_in_scope(
        self, referral: Referral, other_municipality: Municipality
    ) -> None:
        with scope.scoped(log_municipality_ids={other_municipality.pk}, user_id=1):
            assert not ChangeByName.objects.exists()
        with scope.scoped({referral.municipality_id}, user_id=1):
            assert not ChangeByName.objects.exists()
        with scope.scoped(log_municipality_ids={referral.municipality_id}, user_id=1):
            assert ChangeByName.objects.exists()

    def test_changes_of_registers_have_no_municipality_and_need_somebody_signed_in(self) -> None:
        membership, employment = MembershipFactory(), EmploymentFactory()
        with scope.scoped(user_id=membership.user_id):
            seen = [lines("membership", membership.pk), lines("employment", employment.pk)]
            assert [line.municipality_id for found in seen for line in found] == [None, None]
        with scope.scoped():
            assert not AuditEvent.objects.exists()

    def test_a_withdrawn_right_is_in_the_log(self, coordinator: User) -> None:
        with scope.scoped(user_id=coordinator.pk):
            membership = coordinator.memberships.get()
            key = membership.pk
            Membership.objects.filter(pk=key).delete()
            assert [line.operation for line in lines("membership", key)] == ["I", "D"]


@pytest.mark.django_db
class TestCasePage:
    def page(self, client: Client, referral: Referral) -> str:
        place = {"code": referral.municipality.code, "number": referral.number}
        return " ".join(client.get(reverse("referral", kwargs=place)).content.decode().split())

    def test_tells_facts_from_what_to_what_by_whom(
        self, referral: Referral, coordinator: User, client_for: ClientFor
    ) -> None:
        place = {"code": referral.municipality.code, "number": referral.number, "slug": "prioritet"}
        typed = {"version": referral.version, "priority": 1, "on": "16032026"}
        client = client_for(coordinator)
        client.post(reverse("referral_move", kwargs=place), typed)
        page = self.page(client, referral)
        assert "Endringslogg" in page and "Henvisning: endret" in page
        assert "Prioritet: fra 2 til 1" in page and coordinator.get_full_name() in page

    def test_repeats_no_free_text_and_nothing_that_identifies(
        self, referral: Referral, coordinator: User, client_for: ClientFor
    ) -> None:
        do(Move.CORRECT, referral, coordinator, changes={"referrer_name": "Doktor Ås"})
        Referral.objects.filter(pk=referral.pk).update(referrer_name="Doktor Berg")
        Person.objects.filter(pk=referral.person_id).update(phone="99999999")
        Person.objects.filter(pk=referral.person_id).update(phone="")
        page = self.page(client_for(coordinator), referral)
        assert "Henviser: endret, gjengis ikke her" in page and "Telefon: endret, gjengis ikke her" in page
        assert "Doktor Ås" not in page and "99999999" not in page

    def test_a_pause_that_was_taken_away_is_told(
        self, referral: Referral, coordinator: User, client_for: ClientFor
    ) -> None:
        WaitPauseFactory(referral=referral, municipality=referral.municipality)
        WaitPause.objects.all().delete()
        page = self.page(client_for(coordinator), referral)
        assert "Pause: lagt til" in page and "Pause: fjernet" in page

    def test_it_says_so_where_there_are_older_entries_than_it_shows(
        self, referral: Referral, coordinator: User, client_for: ClientFor
    ) -> None:
        client, said = client_for(coordinator), f"De {MOST_SHOWN} nyeste linjene i loggen vises."
        entries = AuditEvent.objects.visible_to(access_of(coordinator, on=TODAY))
        there = entries.of_referral(referral.pk, referral.person_id, ()).count()
        for number in range(MOST_SHOWN - there):
            Referral.objects.filter(pk=referral.pk).update(referrer_name=f"Doktor {number}")
        page = self.page(client, referral)
        assert page.count("Henviser: endret") == MOST_SHOWN - there > 0 and said not in page
        Referral.objects.filter(pk=referral.pk).update(referrer_name="Doktor Ås")
        page = self.page(client, referral)
        assert page.count("Henviser: endret") == MOST_SHOWN - there + 1 and said in page
