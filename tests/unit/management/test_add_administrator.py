"""How the first user of an installation gets in."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from referrals.models import Membership, User
from tests.harness.factors import code

pytestmark = pytest.mark.django_db
PASSWORD = "en lang frase om fjell"


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What is typed at the prompts, in order."""

    def prepare(*words: str) -> None:
        answers = iter(words)
        monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))

    return prepare


def test_the_new_administrator_sets_up_a_second_factor_and_gets_into_the_admin_site(
    type_in, client: Client
) -> None:
    type_in(PASSWORD, PASSWORD)
    call_command("add_administrator", "astrid")
    client.post("/inn/", {"login": "astrid", "password": PASSWORD})
    assert client.get("/admin/").url == "/konto/"
    secret = client.get("/konto/app/").context["form"].secret
    client.post("/konto/app/", {"code": code(secret)})
    assert client.get("/admin/").status_code == 200


def test_a_second_time_changes_nothing(type_in) -> None:
    type_in(PASSWORD, PASSWORD, "noe helt annet enn før", "noe helt annet enn før")
    call_command("add_administrator", "astrid")
    call_command("add_administrator", "astrid")
    assert Membership.objects.count() == 1
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("astrid", ("short", "short")),
        ("astrid", (PASSWORD, "another")),
        ("astrid", ("12345678901234", "12345678901234")),
        ("a b", (PASSWORD, PASSWORD)),
    ],
    ids=["too short", "not the same", "only digits", "bad name"],
)
def test_an_unfit_name_or_password_writes_nothing(name: str, typed: tuple[str, str], type_in) -> None:
    type_in(*typed)
    with pytest.raises(CommandError):
        call_command("add_administrator", name)
    assert not User.objects.exists()
