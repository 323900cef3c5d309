"""The canary guard of tests/harness/canary.py, which watches every other test too."""

import logging
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from referrals.models import Person, User
from tests.factories import PersonFactory
from tests.harness import canary

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def falls(request: HttpRequest) -> HttpResponse:
    """A fault in the middle of a citizen's row: PostgreSQL quotes the whole row in its error."""
    Person.objects.update(identifier_kind="")
    return HttpResponse()


urlpatterns = [path("faller/", falls), path("", include("ergo.urls"))]


@pytest.fixture
def person(municipality) -> Person:
    return PersonFactory(
        municipality=municipality, given_name="Kanarina", family_name="Fuglesang", known=True
    )


def test_krav_20_a_fault_logs_no_row_and_shows_none(
    person: Person, coordinator: User, client_for: Callable[[User], Client]
) -> None:
    """An error about a citizen's row reaches the log and the page without anything of the row."""
    client = client_for(coordinator)
    client.raise_request_exception = False
    answer = client.post("/faller/")
    assert answer.status_code == 500
    assert "Fuglesang" not in answer.content.decode() and "check constraint" not in answer.content.decode()
    assert any("IntegrityError" in line for line in canary._said)
    assert not any("Fuglesang" in line for line in canary._said)


@pytest.mark.parametrize("way", ["log", "address", "e-mail"])
def test_krav_20_every_other_test_fails_where_a_name_or_number_gets_out(
    way: str, person: Person, client: Client
) -> None:
    """The guard that is on in the whole suite finds a name in a log, an address or an e-mail."""
    with pytest.raises(pytest.fail.Exception, match="got out"), canary.nothing_gets_out():
        canary.watch(person.name, person.identifier)
        if way == "log":
            logging.getLogger("ergo.x").warning("opened %s", person.name)
        elif way == "address":
            client.get("/inn/", {"next": f"/?{person.identifier}"})
        else:
            mail.send_mail("Ergo", person.name, None, ["x@example.no"])
    mail.outbox.clear()


def test_krav_20_a_refused_row_is_not_quoted_in_the_log(person: Person) -> None:
    """The formatter of the log leaves out the lines in which PostgreSQL repeats a row."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE referrals_person SET identifier_kind = ''")
    except DatabaseError:
        logging.getLogger("ergo.x").exception("refused")
    assert any("refused" in line for line in canary._said)
