"""The guards themselves: each must catch what it is for, and let pass what it is not for."""

import socket

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, engines
from django.test import Client
from django.urls import path

from referrals.models import Category

pytestmark = pytest.mark.urls(__name__)


def writing_view(request: HttpRequest) -> HttpResponse:
    """Writes although it is only asked to show."""
    Category.objects.create(code="ny", name_nb="Ny", name_nn="Ny", name_en="New")
    return HttpResponse()


def session_view(request: HttpRequest) -> HttpResponse:
    """Writes the session only."""
    request.session["seen"] = True
    return HttpResponse()


for view in (writing_view, session_view):
    view.login_required = False  # what @login_not_required sets

urlpatterns = [path("writes/", writing_view), path("session/", session_view)]


def current_role() -> tuple[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname::text, rolsuper OR rolbypassrls OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        return cursor.fetchone()


@pytest.mark.django_db
def test_an_ordinary_test_runs_as_the_serving_role() -> None:
    assert current_role() == ("ergo_app", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round", ["first", "after the tables were emptied"])
def test_a_transactional_test_runs_as_the_serving_role_on_empty_tables(round: str) -> None:
    assert current_role() == ("ergo_app", False)
    assert not Category.objects.filter(code="ny").exists()
    Category.objects.create(code="ny", name_nb="Ny", name_nn="Ny", name_en="New")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE referrals_category ADD mine int",
        "TRUNCATE referrals_category",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('referrals', '9999', now())",
    ],
    ids=["create", "alter", "truncate", "migration history"],
)
def test_the_serving_role_cannot_change_tables(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_get_that_writes_fails(client: Client) -> None:
    with pytest.raises(pytest.fail.Exception, match="a GET wrote: INSERT INTO"):
        client.get("/writes/")


@pytest.mark.django_db
def test_a_get_may_write_its_session_and_a_post_may_write(client: Client) -> None:
    assert client.get("/session/").status_code == 200
    assert Session.objects.count() == 1
    assert client.post("/writes/").status_code == 200


def test_an_undefined_variable_in_our_templates_fails(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tests.harness.template_variables.OURS", ("<unknown source>",))
    template = engines["django"].from_string("{% if a %}{% endif %}{{ b|default:'-' }}")
    with pytest.raises(pytest.fail.Exception, match="b is undefined"):
        template.template.render(Context())


def test_an_undefined_variable_in_the_templates_of_others_is_empty() -> None:
    assert engines["django"].from_string("<{{ a }}{{ b|default:'-' }}>").render() == "<->"


def test_the_network_is_closed() -> None:
    with socket.socket() as client, pytest.raises(Exception, match="socket.socket.connect"):
        client.connect(("192.0.2.1", 80))
