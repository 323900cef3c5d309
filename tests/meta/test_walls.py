"""Row-level security: what the database itself refuses, whatever the code above it asks for."""

import asyncio
from contextvars import copy_context
from threading import Thread

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.test import Client
from django.urls import include, path

from ergo import scope
from referrals.models import Contact, Membership, Municipality, Person, Referral, User, WaitPause, as_known_by
from referrals.models.walls import OPEN_TABLES, OWNERS_VIEWS
from referrals.permissions import Role
from tests.factories import (
    TODAY,
    ContactFactory,
    MembershipFactory,
    MunicipalityFactory,
    PreliminaryReplyFactory,
    ReferralFactory,
    WaitPauseFactory,
)
from tests.harness.doors import NUMBER
from tests.harness.register import REGISTER, Holds

RUBBISH = ["", "abc", "-1", "0", "999999999", "{}", "1;DROP TABLE referrals_person", "NULL", "1,", "9" * 30]


@pytest.fixture
def foreign(municipality: Municipality, category) -> Referral:
    """A referral of a municipality with which they have nothing to do."""
    return ReferralFactory(
        municipality=MunicipalityFactory(name="Fremmedvik"), category=category, waiting=True
    )


@pytest.fixture
def here(municipality: Municipality, category) -> Referral:
    """A referral of the municipality whose staff the role fixtures are."""
    return ReferralFactory(municipality=municipality, category=category, number=NUMBER, waiting=True)


def is_table(label: str) -> bool:
    """Whether the model has rows of its own, and is no view of other tables."""
    return apps.get_model(label)._meta.managed


def in_municipality(place: Municipality) -> scope.Scope:
    return scope.Scope(frozenset({place.pk}))


def fetch(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


# ---------------------------------------------------------------- what is guarded


@pytest.mark.django_db
def test_krav_01_every_table_of_a_municipality_has_forced_row_level_security() -> None:
    """Every table that names a municipality is closed by policy, also to its owner; exceptions are listed by name."""
    rows = fetch(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant' AND p.polcmd = '*')"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'municipality_id'"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped"
    )
    open_tables = {table for table, forced, has_policy in rows if not (forced and has_policy)}
    assert open_tables == set(OPEN_TABLES)
    tenants = {apps.get_model(label)._meta for label in REGISTER[Holds.TENANT]}
    closed = {table for table, forced, has_policy in rows if forced and has_policy}
    assert {model.db_table for model in tenants if model.managed} <= closed
    views = [m.db_table for m in tenants if not m.managed and m.db_table not in OWNERS_VIEWS]
    assert views and fetch(
        "SELECT count(*) FROM pg_class WHERE relname = ANY (%s) AND relkind = 'v'"
        " AND reloptions @> ARRAY['security_invoker=true']",
        views,
    ) == [(len(views),)]


@pytest.mark.django_db
def test_krav_01_a_view_with_its_owners_rights_asks_for_the_scope_itself() -> None:
    """Views that do not read with the rights of whoever asks are listed by name, keep a barrier, and name the scope."""
    rows = fetch(
        "SELECT relname, reloptions @> ARRAY['security_barrier=true'], pg_get_viewdef(oid) FROM pg_class"
        " WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        " AND NOT COALESCE(reloptions @> ARRAY['security_invoker=true'], false)"
    )
    assert {name for name, _barrier, _definition in rows} == set(OWNERS_VIEWS)
    for name, has_barrier, definition in rows:
        assert has_barrier and "current_setting('ergo." in definition, name


def test_krav_02_every_model_is_in_the_register() -> None:
    """A new model must say whether it holds a municipality's persons, staff, or nothing about anybody."""
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    registered = [label for labels in REGISTER.values() for label in labels]
    assert sorted(registered) == sorted(models)


def test_a_model_that_points_at_a_person_or_case_is_a_tenant() -> None:
    tenants = {"Person", "Referral"}
    for model in apps.get_models():
        pointing = {field.related_model.__name__ for field in model._meta.fields if field.is_relation}
        if pointing & tenants:
            assert model._meta.label in REGISTER[Holds.TENANT]


# ---------------------------------------------------------------- reading


@pytest.mark.django_db
@pytest.mark.parametrize("value", RUBBISH)
def test_krav_04_a_rubbish_scope_shows_nothing(value: str, here: Referral) -> None:
    """Unset, empty or senseless scope: no row, or an error, never a row."""
    for model in (Person, Referral):
        try:
            with transaction.atomic():
                fetch("SELECT set_config('ergo.municipality_ids', %s, true)", value)
                assert model.objects.count() == 0
        except DatabaseError:
            continue


@pytest.mark.django_db
def test_krav_04_an_empty_scope_shows_nothing(here: Referral) -> None:
    """Whoever has not said whose rows are wanted gets none."""
    with scope.scoped(), as_known_by(TODAY):
        for label in REGISTER[Holds.TENANT]:
            assert not apps.get_model(label).objects.exists(), label


@pytest.mark.django_db
def test_krav_04_a_scope_shows_its_municipality_and_no_other(here: Referral, foreign: Referral) -> None:
    """Two municipalities in one database, one in scope."""
    with scope.entered(in_municipality(here.municipality)):
        assert [referral.pk for referral in Referral.objects.all()] == [here.pk]
        assert [person.pk for person in Person.objects.all()] == [here.person_id]


@pytest.mark.django_db
def test_the_owner_of_the_tables_is_bound_too(here: Referral) -> None:
    assert fetch(
        "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname = 'referrals_referral'"
    ) == [(True,)]


@pytest.mark.django_db
@pytest.mark.parametrize("label", [label for label in sorted(REGISTER[Holds.TENANT]) if is_table(label)])
def test_a_policy_leaves_the_choice_of_index_to_the_query(label: str, municipality: Municipality) -> None:
    """Used as an index condition it would make the planner read all of a municipality where one row is asked for."""
    table = apps.get_model(label)._meta.db_table
    fetch("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)")
    plan = "\n".join(line for (line,) in fetch(f"EXPLAIN SELECT * FROM {table}"))
    assert "InitPlan" in plan and "Index Cond" not in plan


# ---------------------------------------------------------------- writing


@pytest.mark.django_db
def test_krav_05_no_row_is_made_or_moved_in_another_municipality(here: Referral, foreign: Referral) -> None:
    """Insert, bulk insert, update and move into a municipality out of scope are refused or touch nothing."""
    theirs, mine = foreign.municipality, here.municipality
    with scope.entered(in_municipality(mine)):
        unsaved = Person(municipality=theirs, given_name="A", family_name="B", birth_date=TODAY)
        for deed in (unsaved.save, lambda: Person.objects.bulk_create([unsaved])):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                deed()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Person.objects.filter(pk=here.person_id).update(municipality=theirs)
        assert Referral.objects.filter(pk=foreign.pk).update(reason="x") == 0
        assert Referral.objects.filter(pk=foreign.pk).delete()[0] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [ContactFactory, WaitPauseFactory])
def test_krav_06_a_child_cannot_point_at_another_municipalitys_parent(
    factory: type, here: Referral, foreign: Referral
) -> None:
    """Foreign keys are checked past row-level security, so each carries its municipality."""
    with pytest.raises(IntegrityError, match="same_municipality"), transaction.atomic():
        factory(referral=here, referral_id=foreign.pk, municipality=here.municipality)
        fetch_nothing("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_krav_06_a_referral_cannot_be_about_another_municipalitys_citizen(
    here: Referral, foreign: Referral
) -> None:
    """Nor can a referral name a person of another municipality."""
    with pytest.raises(IntegrityError, match="same_municipality"), transaction.atomic():
        Referral.objects.filter(pk=here.pk).update(person=foreign.person_id)
        fetch_nothing("SET CONSTRAINTS ALL IMMEDIATE")


def fetch_nothing(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_krav_06_every_row_that_belongs_to_another_is_tied_by_municipality() -> None:
    """Every key from one table with a municipality to another carries the municipality, in the database itself."""
    rows = fetch(
        "SELECT conrelid::regclass::text, confrelid::regclass::text,"
        " ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, nth)"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY nth),"
        " ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS key (number, nth)"
        " JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY nth)"
        " FROM pg_constraint WHERE contype = 'f' AND convalidated"
    )
    tied = {(child, parent, *own) for child, parent, own, found in rows if found == BY_ID}
    for child, parent, column in belonging():
        assert (child, parent, "municipality_id", column) in tied, (child, column)


BY_ID = ["municipality_id", "id"]


def belonging() -> list[tuple[str, str, str]]:
    """Child, parent and column of every relation between models that both have a municipality."""
    models = [model._meta for model in apps.get_models() if model._meta.managed and has_municipality(model)]
    found = [
        (model.db_table, field.related_model._meta.db_table, field.column)
        for model in models
        for field in model.fields
        if field.is_relation and has_municipality(field.related_model)
    ]
    assert len(found) >= 12
    return found


def has_municipality(model: type) -> bool:
    return any(field.attname == "municipality_id" for field in model._meta.fields)


@pytest.mark.django_db
def test_krav_06_whatever_must_be_unique_begins_with_the_municipality() -> None:
    """A refusal that something is there already must tell nothing of rows that the asker cannot see."""
    rows = fetch(
        "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true)"
        " FROM pg_index JOIN pg_class AS c ON c.oid = indrelid AND c.relrowsecurity"
        " WHERE c.relnamespace = 'public'::regnamespace AND (indisunique OR indisexclusion)"
        " AND NOT (indisprimary AND pg_get_indexdef(indexrelid, 1, true) = 'id')"
    )
    begins = {index: first for _table, index, first in rows}
    assert begins.pop("pause_no_overlap").startswith("int8range(municipality_id,")
    assert set(begins.values()) == {"municipality_id"}, begins
    assert {"referral_number_once", "preliminary_reply_once", "person_identifier_once"} <= set(begins)


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [WaitPauseFactory, PreliminaryReplyFactory])
def test_krav_06_a_refusal_does_not_tell_what_another_municipalitys_case_has(
    factory: type, here: Referral, foreign: Referral
) -> None:
    """A pause or reply of a foreign case is refused in the same words whether that case has one or not."""
    factory(referral=foreign, municipality=foreign.municipality)
    without = ReferralFactory(municipality=foreign.municipality, category=foreign.category, waiting=True)
    told = set()
    for referral in (foreign, without):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            factory(referral=here, referral_id=referral.pk, municipality=here.municipality)
            fetch_nothing("SET CONSTRAINTS ALL IMMEDIATE")
        told.add(refusal.value.__cause__.diag.constraint_name)
    assert len(told) == 1


# ---------------------------------------------------------------- ways around


@pytest.mark.django_db(transaction=True)
def test_nothing_is_in_scope_in_a_new_thread_outside_a_transaction_or_in_async_code(here: Referral) -> None:
    seen: dict[str, int] = {}

    def count(name: str) -> None:
        try:
            with transaction.atomic():
                seen[name] = Referral.objects.count()
            seen[f"{name}, outside a transaction"] = Referral.objects.count()
        finally:
            connection.close()

    def run(*target: object) -> None:
        thread = Thread(target=target[0], args=target[1:])
        thread.start()
        thread.join()

    async def count_async() -> int:
        try:
            return await Referral.objects.acount()
        finally:
            await sync_to_async(lambda: connection.close())()  # the connection of the thread that asked

    run(count, "new thread")
    run(copy_context().run, count, "thread with the scope passed on")
    run(lambda: seen.update({"async": asyncio.run(count_async())}))
    assert seen == {
        "new thread": 0,
        "new thread, outside a transaction": 0,
        "thread with the scope passed on": 1,
        "thread with the scope passed on, outside a transaction": 0,
        "async": 0,
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_an_answer_that_is_streamed_reads_nothing_after_its_request(
    here: Referral, coordinator: User, client_for
) -> None:
    """The rows are asked for while the answer is sent, when the request's transaction has ended."""
    with scope.scoped():
        client = client_for(coordinator)
        connection.close()  # what the test itself may see is remembered on its connection
        assert b"".join(client.get("/streamed/").streaming_content) == b"in the view 1, while sending 0"


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    in_view = Referral.objects.count()
    return StreamingHttpResponse(
        part()
        for part in (lambda: f"in the view {in_view}, ", lambda: f"while sending {Referral.objects.count()}")
    )


urlpatterns = [path("streamed/", streamed), path("", include("ergo.urls"))]


@pytest.mark.django_db
def test_a_command_sees_nothing_until_it_says_of_whom(here: Referral) -> None:
    with scope.scoped():
        call_command("check")
        assert not Referral.objects.exists()


@pytest.mark.django_db
def test_krav_10_the_admin_and_a_superuser_are_bound_by_the_same_scope(
    here: Referral, foreign: Referral, client: Client, today: object
) -> None:
    """An administrator, superuser flag or not, sees no case of a municipality where they have no other role."""
    user = get_user_model().objects.create_superuser("super", password="riktig-hest-batteri")
    MembershipFactory(user=user, role=Role.ADMINISTRATOR, municipality=None)
    client.force_login(user)
    listed = f"/admin/referrals/referral/{here.pk}/change/"
    assert listed not in client.get("/admin/referrals/referral/").content.decode()
    for referral in (here, foreign):
        assert client.get(f"/admin/referrals/referral/{referral.pk}/change/", follow=True).redirect_chain
    MembershipFactory(user=user, role=Role.COORDINATOR, municipality=here.municipality)
    assert listed in client.get("/admin/referrals/referral/").content.decode()
    assert client.get(f"/admin/referrals/referral/{foreign.pk}/change/").status_code == 302


@pytest.mark.django_db
def test_krav_13_a_withdrawn_membership_works_at_the_next_request(
    here: Referral, other_municipality: Municipality, coordinator: User, client_for
) -> None:
    """Rights are read from the database at every request, never from the session."""
    MembershipFactory(user=coordinator, municipality=other_municipality)
    client, address = client_for(coordinator), f"/k/{here.municipality.code}/henvisninger/{NUMBER}/"
    assert client.get(address).status_code == 200
    Membership.objects.filter(municipality=here.municipality).update(valid_to=TODAY)
    assert client.get(address).status_code == 404
    coordinator.is_active = False
    coordinator.save()
    assert client.get(address).status_code == 302


@pytest.mark.django_db
def test_a_view_that_forgets_whom_it_serves_still_gives_nothing_away(
    here: Referral, foreign: Referral, coordinator: User, client_for, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`visible_to` is taken away; the database alone holds."""
    monkeypatch.setattr(type(Referral.objects.all()), "visible_to", lambda rows, access: rows)
    monkeypatch.setattr(type(Referral.objects.all()), "in_municipality", lambda rows, place: rows)
    page = client_for(coordinator).get(f"/k/{here.municipality.code}/venteliste/").content.decode()
    assert here.number in page and foreign.number not in page


def test_no_pause_or_contact_is_without_a_municipality() -> None:
    for model in (Contact, WaitPause):
        assert not model._meta.get_field("municipality").null
