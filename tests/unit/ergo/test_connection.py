"""A connection that is kept between requests: whether it still holds, how a transaction begins, rows by their key."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, DataError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ergo.postgresql import base, rows
from ergo.scope import scoped
from ergo.sessions import SessionStore
from referrals.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection of its own, that a server keeps between requests."""
    other = connection.copy()
    other.connect()
    yield other
    other.close()


def ask(kept: Any, statement: str = "SELECT pg_backend_pid()") -> Any:
    with kept.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def next_request(kept: Any, cursor: str = "cursor") -> Any:
    kept.close_if_unusable_or_obsolete()
    with getattr(kept, cursor)() as first:  # what a request asks first
        first.execute("SELECT pg_backend_pid()")
        return first.fetchone()[0]


@pytest.mark.parametrize(("idle", "asked"), [(0, 0), (base.ASK_AFTER_SECONDS + 1, 1)])
def test_a_server_is_asked_whether_it_is_there_only_after_a_while(
    idle: int, asked: int, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_request(kept)
    questions = []
    monkeypatch.setattr(kept, "is_usable", lambda: questions.append(1) or True)
    kept._checked_at -= idle
    next_request(kept)
    assert len(questions) == asked


@pytest.mark.parametrize("cursor", ["cursor", "keeping_cursor"])
@pytest.mark.parametrize("idle", [0, base.ASK_AFTER_SECONDS + 1])
def test_a_connection_that_the_server_has_ended_is_made_anew(idle: int, cursor: str, kept: Any) -> None:
    before = next_request(kept)
    assert next_request(kept, cursor) == before
    with connection.cursor() as answer:
        answer.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
        assert answer.fetchone() == (True,)
    kept._checked_at -= idle
    assert next_request(kept, cursor) != before


@pytest.mark.parametrize("request_id", ["a1", 'it\'s "%s" \\ $1; ROLLBACK', ""])
def test_a_transaction_begins_with_its_scope_and_forgets_it(request_id: str, kept: Any) -> None:
    read = "SELECT current_setting('ergo.request_id', true)"
    with scoped([7], request_id=request_id):
        kept.set_autocommit(False)
        assert kept.connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        assert ask(kept, "SELECT current_setting('ergo.municipality_ids', true)") == "7"
        assert ask(kept, read) == request_id
        kept.rollback()
        kept.set_autocommit(True)
    assert not ask(kept, read)


def test_a_scope_that_is_refused_is_an_error(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base.scope, "SET_SCOPE", "SELECT %s, %s, %s, %s, no_such_column")
    with pytest.raises(ProgrammingError):
        kept.set_autocommit(False)
    monkeypatch.undo()
    assert next_request(kept), "the next request has a connection that is whole"


@pytest.mark.parametrize("cursor", ["cursor", "keeping_cursor"])
def test_a_statement_that_nobody_waits_for_is_answered_at_the_end(cursor: str, kept: Any) -> None:
    reached = []
    with pytest.raises(DataError), kept.unanswered():
        with getattr(kept, cursor)() as sent:
            sent.execute("SELECT 1 / 0")
        reached.append("the next line")
    assert reached
    assert ask(kept, "SELECT 7") == 7, "the connection is whole"


def test_whoever_asks_for_rows_meanwhile_has_them(kept: Any) -> None:
    with kept.unanswered():
        with kept.keeping_cursor() as sent:
            sent.execute("CREATE TEMPORARY TABLE said AS SELECT 7 AS number")
        assert ask(kept, "SELECT number FROM said") == 7
    assert ask(kept, "SELECT count(*) FROM said") == 1


def test_what_the_database_refused_is_raised_also_where_it_was_passed_over(kept: Any) -> None:
    kept.set_autocommit(False)
    with pytest.raises(DatabaseError), kept.unanswered():
        with kept.cursor() as sent:
            sent.execute("SELECT 1 / 0")
        with suppress(DatabaseError):
            ask(kept)
    kept.rollback()


def test_an_error_of_the_page_is_not_hidden_by_what_nobody_waited_for(kept: Any) -> None:
    with pytest.raises(ZeroDivisionError), kept.unanswered():
        with kept.cursor() as sent:
            sent.execute("SELECT no_such_column")
        raise ZeroDivisionError


def test_a_row_read_by_its_key_is_the_one_that_django_reads() -> None:
    user = UserFactory()
    found = rows.by_key(User, user.pk)
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(User.objects.get(pk=user.pk), field.attname)
    assert rows.by_key(User, 0) is None


def test_it_is_one_statement_for_all_keys_and_read_each_time() -> None:
    first, second = UserFactory(), UserFactory()
    with CaptureQueriesContext(connection) as asked:
        assert [rows.by_key(User, user.pk) for user in (first, second)] == [first, second]
        User.objects.filter(pk=first.pk).update(is_active=False)
        assert not rows.by_key(User, first.pk).is_active
    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert len(reads) == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%\"id\" = $1'")
        assert cursor.fetchone() == (1,)


def test_the_log_of_queries_holds_a_kept_statement_as_it_can_be_sent_again() -> None:
    user = UserFactory()
    with CaptureQueriesContext(connection) as asked:
        rows.by_key(User, user.pk)
    with connection.cursor() as cursor:
        cursor.execute(asked[0]["sql"])
        assert user.pk in cursor.fetchone()


@pytest.mark.parametrize(("seconds", "held"), [(60, {"a": 1}), (-1, {})])
def test_a_session_that_has_run_out_holds_nothing(seconds: int, held: dict[str, int]) -> None:
    session = SessionStore()
    session["a"] = 1
    session.save()
    Session.objects.filter(pk=session.session_key).update(
        expire_date=timezone.now() + timedelta(seconds=seconds)
    )
    again = SessionStore(session.session_key)
    assert again.load() == held
    assert bool(again.session_key) is bool(held)
